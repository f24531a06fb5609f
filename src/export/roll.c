/* roll.c - the photos of an export (roll.h). */
#include "roll.h"
#include "folder.h"
#include "io/photos.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGITS 8 /* bytes of the hash in a name */

void roll_begin(struct roll *r)
{
	r->count = 0;
	r->gone = r->left = 0;
}

void roll_end(struct roll *r)
{
	free(r->photo);
	r->photo = NULL;
	r->count = r->room = 0;
}

/* A label is what somebody scanned. */
static void name_label(const struct event_span *label, char out[ROLL_LABEL + 1])
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = label->len < ROLL_LABEL ? label->len : ROLL_LABEL;

	for (size_t i = 0; i < n; i++)
		out[i] = label->at[i] && strchr(allowed, label->at[i]) ? label->at[i] : '-';
	out[n] = '\0';
}

static int grow(struct roll *r)
{
	size_t room = r->room ? 2 * r->room : 64;
	void *grown = reallocarray(r->photo, room, sizeof(*r->photo));

	if (!grown)
		return -ENOMEM;
	r->photo = grown;
	r->room = room;
	return 0;
}

int roll_take(struct roll *r, const char *dir, const struct event_view *e)
{
	char sha256[PHOTOS_HASH + 1];
	struct event_span hash;
	struct roll_photo p = {.seq = e->seq};
	uint64_t bytes = 0;
	int fd;

	if (e->kind != EVENT_PHOTO_TAKEN)
		return 0;
	if (!event_data(&e->data, "sha256", &hash) || hash.len != PHOTOS_HASH ||
	    !text_read_hex(hash.at, hash.len, p.sum, sizeof(p.sum)))
		return 0;
	(void)event_span_copy(&hash, sha256, sizeof(sha256));
	fd = photos_find(dir, sha256, &bytes);
	if (fd < 0) {
		r->gone++;
		return 0;
	}
	(void)close(fd);
	p.bytes = (uint32_t)bytes;
	name_label(&e->label, p.label);
	if (r->count == ROLL_MOST) { /* events come by age: this is the oldest */
		r->photo[r->left++ % ROLL_MOST] = p;
		return 0;
	}
	if (r->count == r->room && grow(r) < 0)
		return -ENOMEM;
	r->photo[r->count++] = p;
	return 0;
}

static int by_sum(const void *a, const void *b)
{
	const struct roll_photo *x = a, *y = b;
	int order = memcmp(x->sum, y->sum, EVENT_HASH);

	return order ? order : (x->seq < y->seq) - (x->seq > y->seq);
}

static int newest_first(const void *a, const void *b)
{
	const struct roll_photo *x = a, *y = b;

	return (x->seq < y->seq) - (x->seq > y->seq);
}

void roll_settle(struct roll *r)
{
	size_t kept = 0;

	if (!r->count)
		return;
	qsort(r->photo, r->count, sizeof(*r->photo), by_sum);
	for (size_t i = 0; i < r->count; i++)
		if (!kept || memcmp(r->photo[kept - 1].sum, r->photo[i].sum, EVENT_HASH) != 0)
			r->photo[kept++] = r->photo[i];
	r->count = kept;
	qsort(r->photo, r->count, sizeof(*r->photo), newest_first);
}

void roll_fit(struct roll *r, uint64_t room)
{
	size_t n = 0;

	while (n < r->count && room >= (uint64_t)r->photo[n].bytes + FOLDER_CLUSTER)
		room -= (uint64_t)r->photo[n++].bytes + FOLDER_CLUSTER;
	roll_leave(r, n);
}

void roll_leave(struct roll *r, size_t from)
{
	r->left += r->count - from;
	r->count = from;
}

void roll_drop(struct roll *r, size_t i)
{
	memmove(r->photo + i, r->photo + i + 1, (r->count - i - 1) * sizeof(*r->photo));
	r->count--;
	r->gone++;
}

void roll_name(const struct roll_photo *p, char name[ROLL_NAME])
{
	struct text t = text_over(name, ROLL_NAME);

	text_put(&t, ROLL_FOLDER "/");
	text_put(&t, p->label[0] ? p->label : "none");
	text_char(&t, '_');
	text_hex(&t, p->sum, DIGITS);
	text_put(&t, ".jpg");
}

/* Up to its size as it was when it was found; what a file gained is none of it. */
static int pour(int fd, uint64_t bytes, struct sink *to)
{
	char piece[SINK_PIECE];
	int rc = 0;

	while (bytes > 0 && !rc) {
		ssize_t n = read(fd, piece, bytes < sizeof(piece) ? (size_t)bytes : sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0; /* its hash tells */
		bytes -= (uint64_t)n;
		rc = sink_write(to, piece, (size_t)n);
	}
	return rc;
}

int roll_open(const char *dir, const struct roll_photo *p)
{
	char sha256[PHOTOS_HASH + 1];
	struct text t = text_over(sha256, sizeof(sha256));
	uint64_t bytes = 0;
	int fd;

	text_hex(&t, p->sum, EVENT_HASH);
	fd = photos_find(dir, sha256, &bytes);
	if (fd < 0 || bytes == p->bytes)
		return fd;
	(void)close(fd);
	return -ENOENT;
}

int roll_pour(int fd, const struct roll_photo *p, struct sink *to)
{
	uint8_t sum[EVENT_HASH];
	int rc = pour(fd, p->bytes, to), ended = sink_end(to, sum);

	(void)close(fd);
	rc = rc ? rc : ended;
	return rc ? rc : memcmp(sum, p->sum, sizeof(sum)) == 0;
}
