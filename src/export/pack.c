/* pack.c - an export that only one person may read (pack.h). An archive tells a file's size before
 * its bytes, and a clear copy is to be nowhere: so the journal is walked once to count and hash,
 * and once more for each part. What of the chain is exported can't change in between; the list of
 * returns can, and what the report has from before it (retain_days), and then it begins anew.
 * Photos may be removed (photo_space); what is gone by its turn is left out. */
#include "pack.h"
#include "io/cms.h"
#include "paper.h"
#include "walk.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRIES 3
#define PACK_MOST                                                                                  \
	(UINT32_MAX - (64u << 20)) /* bytes of it: what a FAT takes, less what encrypting adds */

struct pack {
	struct made *made;
	const struct order *order;
	struct cms_stream *cms;
	struct archive *tar;
	int error; /* of writing, the first */
	time_t when;
	size_t count;
	struct walk_part part[PART_MOST + 1]; /* and the photos', behind those with a file */
	struct sink sink[PART_MOST];
	uint64_t size[PART_MOST];
	uint8_t sum[PART_MOST][EVENT_HASH];
	uint8_t whole[EVENT_HASH]; /* of the file, encrypted */
	struct paper paper;
};

static la_ssize_t on_bytes(struct archive *tar, void *user, const void *bytes, size_t len)
{
	struct pack *p = user;

	(void)tar;
	if (!p->error)
		p->error = cms_stream_write(p->cms, bytes, len);
	return p->error ? -1 : (la_ssize_t)len;
}

static int told(struct pack *p, la_ssize_t rc)
{
	if (rc >= 0 && !p->error)
		return 0;
	return p->error ? p->error : -EIO;
}

static int put(void *user, const void *bytes, size_t len)
{
	struct pack *p = user;

	return told(p, archive_write_data(p->tar, bytes, len));
}

static int header(struct pack *p, const char *name, uint64_t size)
{
	struct archive_entry *e = archive_entry_new();
	char path[FOLDER_NAME + MANIFEST_NAMES + 2];
	int rc;

	if (!e)
		return -ENOMEM;
	(void)snprintf(path, sizeof(path), "%s/%s", p->made->folder.name, name);
	archive_entry_set_pathname(e, path);
	archive_entry_set_size(e, (la_int64_t)size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, p->when, 0);
	rc = archive_write_header(p->tar, e);
	archive_entry_free(e);
	return told(p, rc);
}

static int small(struct pack *p, const char *name, const void *bytes, size_t len)
{
	int rc = header(p, name, len);

	return rc ? rc : put(p, bytes, len);
}

/* All parts at once, their bytes counted and dropped. */
static int count(struct pack *p)
{
	int rc;

	p->count = 0;
	for (size_t i = 0; i < PART_MOST && part_all[i]; i++) {
		sink_begin(&p->sink[i], NULL, NULL);
		p->part[i] = (struct walk_part){.part = part_all[i], .to = &p->sink[i]};
		p->count++;
	}
	p->part[p->count] = (struct walk_part){.part = &part_roll};
	rc = walk_run(&p->made->trip, p->part, p->count + 1);
	for (size_t i = 0; i < p->count; i++) {
		int ended = sink_end(&p->sink[i], p->sum[i]);

		rc = rc ? rc : ended;
		p->size[i] = p->sink[i].size;
	}
	return rc;
}

/* Those that there is room for and that are what their names say. */
static int look_at_photos(struct pack *p)
{
	struct roll *roll = &p->made->trip.roll;
	uint64_t room = folder_room(&p->made->folder), other = paper_room(roll->count);
	size_t at = 0;
	int rc = 1;

	if (room > PACK_MOST)
		room = PACK_MOST;
	for (size_t i = 0; i < p->count; i++)
		other += p->size[i] + FOLDER_CLUSTER;
	roll_fit(roll, room > other ? room - other : 0);
	while (rc >= 0 && at < roll->count) {
		int from = roll_open(p->order->state, &roll->photo[at]);

		sink_begin(&p->sink[0], NULL, NULL);
		rc = from < 0 ? 0 : roll_pour(from, &roll->photo[at], &p->sink[0]);
		if (rc == 1)
			at++;
		else if (rc == 0)
			roll_drop(roll, at);
	}
	return rc < 0 ? rc : 0;
}

/* 1; 0: it is not here any more; or -errno. Once it is open it may be removed. */
static int one_photo(struct pack *p, const struct roll_photo *photo)
{
	int from = roll_open(p->order->state, photo), rc;
	char name[ROLL_NAME];

	if (from < 0)
		return 0;
	roll_name(photo, name);
	rc = header(p, name, photo->bytes);
	if (rc) {
		(void)close(from);
		return rc;
	}
	sink_begin(&p->sink[0], put, p);
	rc = roll_pour(from, photo, &p->sink[0]);
	return rc == 0 ? -ESTALE : rc;
}

static int photos(struct pack *p)
{
	struct roll *roll = &p->made->trip.roll;
	size_t at = 0;
	int rc = 1;

	while (rc >= 0 && at < roll->count) {
		rc = one_photo(p, &roll->photo[at]);
		if (rc == 1)
			at++;
		else if (rc == 0)
			roll_drop(roll, at);
	}
	return rc < 0 ? rc : 0;
}

static int one_part(struct pack *p, size_t i)
{
	uint8_t sum[EVENT_HASH];
	int ended, rc = header(p, part_all[i]->name, p->size[i]);

	if (rc)
		return rc;
	sink_begin(&p->sink[i], put, p);
	rc = walk_run(&p->made->trip, &p->part[i], 1);
	ended = sink_end(&p->sink[i], sum);
	rc = rc ? rc : ended;
	return !rc && memcmp(sum, p->sum[i], EVENT_HASH) != 0 ? -ESTALE : rc;
}

/* What proves the rest, behind it: only now it is known which photos there are. */
static int papers(struct pack *p)
{
	struct made *made = p->made;
	struct paper *paper = &p->paper;
	int rc = paper_write(paper, &made->trip, p->sum, made->why, sizeof(made->why));

	if (!rc)
		rc = small(p, MANIFEST_FILE, paper->manifest, paper->manifest_len);
	if (!rc)
		rc = small(p, MANIFEST_SUMS, paper->sums, paper->sums_len);
	if (!rc && paper->signature)
		rc = small(p, MANIFEST_SIGNATURE, paper->signature, paper->signature_len);
	paper_free(paper);
	return rc;
}

static int entries(struct pack *p)
{
	int rc = 0;

	for (size_t i = 0; i < p->count && !rc; i++)
		rc = one_part(p, i);
	if (!rc)
		rc = photos(p);
	return rc ? rc : papers(p);
}

static int archive(struct pack *p)
{
	int rc;

	p->tar = archive_write_new();
	if (!p->tar)
		return -ENOMEM;
	rc = told(p, archive_write_set_format_pax_restricted(p->tar));
	if (!rc)
		rc = told(p, archive_write_open(p->tar, p, NULL, on_bytes, NULL));
	if (!rc)
		rc = entries(p);
	if (!rc)
		rc = told(p, archive_write_close(p->tar));
	(void)archive_write_free(p->tar);
	return rc;
}

static int sealed(struct pack *p, int fd)
{
	struct cms_why why;
	int rc = cms_stream_open(&p->cms, p->order->encrypt_to, fd, &why);

	if (rc) {
		(void)snprintf(p->made->why, sizeof(p->made->why), "[export] encrypt_to: %s",
			       why.text[0] ? why.text : strerror(-rc));
		return rc;
	}
	rc = archive(p);
	if (!rc)
		rc = cms_stream_end(p->cms, p->whole);
	cms_stream_close(p->cms);
	return rc;
}

static int try_once(struct pack *p)
{
	struct made *made = p->made;
	int fd, closed, rc = count(p);

	p->error = 0;
	if (!rc)
		rc = look_at_photos(p);
	if (rc)
		return rc;
	fd = folder_file(&made->folder, MANIFEST_SEALED);
	if (fd < 0)
		return fd;
	rc = sealed(p, fd);
	closed = folder_close_file(fd);
	rc = rc ? rc : closed;
	return rc ? rc : folder_check(&made->folder, MANIFEST_SEALED, p->whole);
}

int pack_files(struct made *made, const struct order *order)
{
	struct pack *p = calloc(1, sizeof(*p));
	int rc = -ESTALE;

	if (!p)
		return -ENOMEM;
	p->made = made;
	p->order = order;
	p->when = time(NULL);
	for (int n = 0; n < TRIES && rc == -ESTALE; n++) {
		if (n)
			folder_remove(&made->folder, MANIFEST_SEALED);
		rc = try_once(p);
	}
	free(p);
	if (rc == -ESTALE)
		(void)snprintf(
			made->why, sizeof(made->why),
			"the list of expected returns or the oldest events change while they are "
			"copied; try again");
	return rc;
}
