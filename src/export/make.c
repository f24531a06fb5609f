/* make.c - makes an export (make.h): looks at the journal, walks it once with all parts, writes
 * what proves it, and gives the folder its name when all of it is on the stick. */
#include "make.h"
#include "pack.h"
#include "paper.h"
#include "plan.h"
#include "walk.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The files that are told from the events, all open at once. */
struct pens {
	struct walk_part part[PART_MOST + 1]; /* and the photos', behind those with a file */
	struct sink sink[PART_MOST];
	struct sink_file file[PART_MOST];
	uint8_t sum[PART_MOST][EVENT_HASH];
	struct paper paper;
	size_t count;
};

static int pens_open(struct pens *p, struct folder *folder)
{
	for (size_t i = 0; i < PART_MOST && part_all[i]; i++) {
		int fd = folder_file(folder, part_all[i]->name);

		if (fd < 0)
			return fd;
		p->file[i] = (struct sink_file){.fd = fd};
		sink_begin(&p->sink[i], sink_put_file, &p->file[i]);
		p->part[i] = (struct walk_part){.part = part_all[i], .to = &p->sink[i]};
		p->count++;
	}
	p->part[p->count] = (struct walk_part){.part = &part_roll};
	return 0;
}

static int pens_close(struct pens *p, int rc)
{
	for (size_t i = 0; i < p->count; i++) {
		int ended = sink_end(&p->sink[i], p->sum[i]);
		int closed = folder_close_file(p->file[i].fd);

		rc = rc ? rc : ended ? ended : closed;
	}
	return rc;
}

static int small_file(struct folder *folder, const char *name, const void *bytes, size_t len)
{
	struct sink_file file = {.fd = folder_file(folder, name)};
	uint8_t sum[EVENT_HASH];
	int rc, closed;

	if (file.fd < 0)
		return file.fd;
	rc = sink_put_file(&file, bytes, len);
	closed = folder_close_file(file.fd);
	rc = rc ? rc : closed;
	event_hash(bytes, len, sum);
	return rc ? rc : folder_check(folder, name, sum);
}

/* One photo. 1; 0: it is not here any more, and nothing of it on the stick; or -errno, likewise. */
static int photo(struct made *made, const struct roll_photo *photo, struct sink *sink)
{
	struct folder *f = &made->folder;
	int from = roll_open(made->trip.order->state, photo), rc, closed;
	struct sink_file file;
	char name[ROLL_NAME];

	if (from < 0)
		return 0;
	roll_name(photo, name);
	file = (struct sink_file){.fd = folder_file(f, name)};
	if (file.fd < 0) {
		(void)close(from);
		return file.fd;
	}
	sink_begin(sink, sink_put_file, &file);
	rc = roll_pour(from, photo, sink);
	closed = folder_close_file(file.fd);
	if (rc == 1 && closed)
		rc = closed;
	if (rc <= 0) {
		folder_remove(f, name);
		return rc;
	}
	rc = folder_check(f, name, photo->sum);
	return rc ? rc : 1;
}

/* More than the stick takes, though there seemed to be room: a folder of a FAT holds some thousand
 * names. What is behind the photos needs room, too: one more goes. */
static void photos_full(struct made *made, size_t at)
{
	struct roll *roll = &made->trip.roll;
	char name[ROLL_NAME];

	if (at > 0) {
		roll_name(&roll->photo[--at], name);
		folder_remove(&made->folder, name);
	}
	roll_leave(roll, at);
	made->folder.why[0] = '\0';
}

static bool is_full(int rc)
{
	return rc == -ENOSPC || rc == -EDQUOT || rc == -EFBIG;
}

/* They come last, and those that there is no room for are left: events are worth more. */
static int photos(struct made *made, struct sink *sink)
{
	struct roll *roll = &made->trip.roll;
	struct folder *f = &made->folder;
	uint64_t room = folder_room(f), other = paper_room(roll->count) + FOLDER_CLUSTER;
	size_t at = 0;
	int rc = 1;

	roll_fit(roll, room > other ? room - other : 0);
	if (roll->count && (rc = folder_sub(f, ROLL_FOLDER)) == 0)
		rc = 1;
	while (rc >= 0 && at < roll->count) {
		rc = photo(made, &roll->photo[at], sink);
		if (rc == 1)
			at++;
		else if (rc == 0)
			roll_drop(roll, at);
	}
	if (is_full(rc)) {
		photos_full(made, at);
		rc = 0;
	}
	if (rc >= 0 && f->sub >= 0 && !roll->count)
		folder_unsub(f, ROLL_FOLDER);
	return rc < 0 ? rc : 0;
}

static int papers(struct made *made, struct pens *p)
{
	struct folder *f = &made->folder;
	struct paper *paper = &p->paper;
	int rc = paper_write(paper, &made->trip, p->sum, made->why, sizeof(made->why));

	if (!rc)
		rc = small_file(f, MANIFEST_FILE, paper->manifest, paper->manifest_len);
	if (!rc)
		rc = small_file(f, MANIFEST_SUMS, paper->sums, paper->sums_len);
	if (!rc && paper->signature)
		rc = small_file(f, MANIFEST_SIGNATURE, paper->signature, paper->signature_len);
	paper_free(paper);
	return rc;
}

static int make_files(struct made *made)
{
	struct pens *p = calloc(1, sizeof(*p));
	int rc = p ? pens_open(p, &made->folder) : -ENOMEM;

	if (!p)
		return rc;
	if (!rc)
		rc = walk_run(&made->trip, p->part, p->count + 1);
	rc = pens_close(p, rc);
	for (size_t i = 0; i < p->count && !rc; i++)
		rc = folder_check(&made->folder, part_all[i]->name, p->sum[i]);
	if (!rc)
		rc = photos(made, &p->sink[0]);
	if (!rc)
		rc = papers(made, p);
	free(p);
	return rc;
}

static const char *error_words(int rc)
{
	switch (-rc) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return "there is no room left on it; free some, or take another";
	case EROFS:
	case EACCES:
	case EPERM:
		return "it can't be written";
	case EIO:
	case ENODEV:
	case ENXIO:
		return "it fails, or was taken out";
	}
	return strerror(-rc);
}

/* The most telling words there are. */
static int failed(struct made *made, const struct order *order, int rc)
{
	const char *words = made->trip.why[0] ? made->trip.why : made->folder.why;

	if (!made->why[0] && words[0])
		(void)snprintf(made->why, sizeof(made->why), "%s", words);
	if (!made->why[0])
		(void)snprintf(made->why, sizeof(made->why), "%.200s: %s", order->dir,
			       error_words(rc));
	return rc;
}

static int64_t wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int make_export(struct made *made, const struct order *order)
{
	int64_t now_ms = wall_ms();
	int rc;

	*made = (struct made){.folder = {.station = -1, .own = -1, .sub = -1}};
	rc = plan_make(&made->trip, order, now_ms);
	made->unread = rc != 0;
	if (!rc) {
		paper_look(order, &made->trip.manifest);
		rc = folder_open(&made->folder, order->dir, made->trip.manifest.station, now_ms);
	}
	if (!rc)
		rc = order->encrypt_to[0] ? pack_files(made, order) : make_files(made);
	if (!rc)
		rc = folder_finish(&made->folder);
	folder_drop(&made->folder);
	plan_end(&made->trip);
	return rc ? failed(made, order, rc) : 0;
}
