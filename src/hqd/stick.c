/* stick.c - hqd import FOLDER (stick.h): a stick, the folder of a station on it, or one export. Who
 * signed it is whom the events are of, as the client's certificate says on the line. Any number of
 * times, in any order: what comes too early waits on the shelf. */
#include "stick.h"
#include "front.h"
#include "io/cms.h"
#include "io/log.h"
#include "io/stickfile.h"
#include "stick_ack.h"
#include "stick_photos.h"
#include "stick_proof.h"
#include "store_shelf.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE	    (1 << 20) /* bytes of lines that are taken at once */
#define DEPTH	    2	      /* STICK/STATION/DATE_TIME */
#define FOLDERS	    10000     /* that are looked at in one folder */
#define SHELF_PIECE 64	      /* pieces between two looks */

struct taking {
	struct store *store;
	const struct options *options;
	struct album album;
	unsigned taken, refused; /* exports */
	struct stick_ack ack;	 /* of the folder in hand */
};

static bool refuse(struct taking *t, const char *path, const char *why)
{
	log_error("%s: %s", path, why);
	t->refused++;
	return false;
}

/* --- events --- */

/* A run of lines: into the chain, or, where something is missing before it, onto the shelf. */
static bool page_take(struct store *s, const struct manifest *m, const char *lines, size_t len,
		      struct store_reply *reply)
{
	store_events(s, m->station, m->journal, lines, len, front_wall_ms(), reply);
	if (reply->what == STORE_GAP)
		store_shelf_put(s, m->station, m->journal, lines, len, reply);
	return reply->what == STORE_ACKED;
}

/* Whole lines at the beginning of the buffer; the last of a file may lack its LF. */
static size_t whole_lines(const char *buf, size_t len, bool end)
{
	const char *lf = memrchr(buf, '\n', len);

	return end ? len : lf ? (size_t)(lf + 1 - buf) : 0;
}

static bool events_take(struct store *s, const struct manifest *m, int fd,
			struct store_reply *reply)
{
	char *buf = malloc(PAGE);
	size_t len = 0;
	bool good = buf != NULL, end = false;

	*reply = (struct store_reply){.what = STORE_ACKED};
	while (good && !end) {
		ssize_t n = stickfile_read(fd, buf + len, PAGE - len);
		size_t whole;

		end = n >= 0 && (size_t)n < PAGE - len;
		len += n > 0 ? (size_t)n : 0;
		whole = whole_lines(buf, len, end);
		good = n >= 0 && (end || whole > 0);
		if (good && whole > 0)
			good = page_take(s, m, buf, whole, reply);
		memmove(buf, buf + whole, len - whole);
		len -= whole;
	}
	free(buf);
	return good;
}

static void tell(struct store *s, const struct manifest *m, const struct store_reply *reply,
		 const char *path)
{
	uint64_t waiting = 0, first = 0;

	(void)printf("%s: station %s, events %llu to %llu", path, m->station,
		     (unsigned long long)m->first, (unsigned long long)m->last);
	if (store_shelf_count(s, m->journal, &waiting, &first) == 0 && waiting)
		(void)printf("; %llu wait, the journal is whole up to %llu and goes on at %llu",
			     (unsigned long long)waiting, (unsigned long long)reply->acked,
			     (unsigned long long)first);
	else
		(void)printf("; the journal is whole up to %llu", (unsigned long long)reply->acked);
	(void)printf("\n");
}

/* --- one export --- */

/* What waited for these events, and how far the journal is now. True: it was taken, be it that
 * something that waits does not fit. */
static bool shelf_take(struct taking *t, const struct manifest *m, const char *path)
{
	struct store_reply reply = {.acked = 0}, said, against = {.what = STORE_ACKED};
	int rc;

	do {
		rc = store_shelf_take(t->store, m->station, m->journal, SHELF_PIECE,
				      front_wall_ms(), &reply, &said);
		if (said.what != STORE_ACKED)
			against = said;
	} while (rc == 1);
	if (rc >= 0)
		rc = store_shelf_head(t->store, m->journal, &reply.acked, reply.hash);
	if (rc < 0)
		return refuse(t, path, against.why[0] ? against.why : strerror(-rc));
	t->taken++;
	tell(t->store, m, &reply, path);
	if (against.what != STORE_ACKED) {
		log_error("%s: what waits for it does not fit: %s", path, against.why);
		t->refused++;
	}
	return true;
}

/* A file without a name beside the database: where there is room for the events too. Or -errno. */
static int scratch_open(const char *db)
{
	const char *slash = strrchr(db, '/');
	int len = slash ? (int)(slash - db) + 1 : 0, fd;
	char *path;

	if (asprintf(&path, "%.*s.", len, db) < 0)
		return -ENOMEM;
	fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	free(path);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd >= 0 ? fd : -errno;
	if (asprintf(&path, "%.*s.import-XXXXXX", len, db) < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	else
		fd = -errno;
	free(path);
	return fd;
}

/* Behind the events, since what no event told of is not taken. */
static void photos_take(struct taking *t, const struct stick_proof *proof, const char *path,
			int folder)
{
	struct stick_photos p;

	stick_photos_take(&p, proof, folder, t->store, &t->album);
	if (p.kept)
		(void)printf("%s: %llu photo%s\n", path, (unsigned long long)p.kept,
			     p.kept == 1 ? "" : "s");
	if (p.waiting)
		(void)printf("%s: %llu photo%s for the events that are missing; import it again "
			     "behind them\n",
			     path, (unsigned long long)p.waiting,
			     p.waiting == 1 ? " waits" : "s wait");
	if (p.refused) {
		log_error("%s: %llu photo%s not taken; %s", path, (unsigned long long)p.refused,
			  p.refused == 1 ? " was" : "s were", p.why);
		t->refused++;
	}
	/* Who hears of events as received does not bring their photos again. */
	if (!p.again)
		stick_ack_add(&t->ack, proof->manifest.station, proof->manifest.journal);
}

static void proved_take(struct taking *t, const char *path, int folder, int copy,
			const struct stick_proof *proof)
{
	struct store_reply reply;

	if (!events_take(t->store, &proof->manifest, copy, &reply))
		(void)refuse(t, path, reply.why[0] ? reply.why : "it can't be read");
	else if (shelf_take(t, &proof->manifest, path))
		photos_take(t, proof, path, folder);
}

static void copy_take(struct taking *t, const char *path, int folder, int copy)
{
	const struct cms_authority by = {t->options->client_ca, t->options->crl};
	struct stick_proof proof;

	if (stick_proof_look(&proof, folder, &by, copy))
		proved_take(t, path, folder, copy, &proof);
	else
		(void)refuse(t, path, proof.why);
	stick_proof_end(&proof);
}

static void export_take(struct taking *t, const char *path, int folder)
{
	int copy = scratch_open(t->options->db);

	if (copy < 0) {
		(void)refuse(t, t->options->db, strerror(-copy));
		return;
	}
	copy_take(t, path, folder, copy);
	(void)close(copy);
}

/* --- folders --- */

/* Beside the exports that were taken: where their station looks for it. */
static void ack_write(struct taking *t, const char *path, int folder)
{
	char why[CMS_WORDS];

	if (!t->options->cert || !t->ack.count)
		return;
	if (stick_ack_write(&t->ack, t->store, t->options, folder, why, sizeof(why)) == 0)
		return;
	log_error("%s: all was taken, but " SLIP_ACK " can't be written: %s", path, why);
	t->refused++;
}

/* The folder in which the one that was named lies. */
static void ack_write_above(struct taking *t, const char *path, int folder)
{
	int above = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (above < 0)
		return;
	ack_write(t, path, above);
	(void)close(above);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of what lies in a folder, save what is hidden; sorted, so that exports come by age. */
static size_t names_of(int folder, char ***out)
{
	DIR *d = stickfile_list(folder, ".");
	char **names = calloc(FOLDERS, sizeof(*names));
	const struct dirent *e;
	size_t n = 0;

	while (d && names && n < FOLDERS && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && (names[n] = strdup(e->d_name)) != NULL)
			n++;
	if (d)
		(void)closedir(d);
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	*out = names;
	return n;
}

static void folder_take(struct taking *t, const char *path, int folder, unsigned depth)
{
	struct stick_ack outer;
	char **name, *sub;
	size_t n;

	if (stickfile_has(folder, MANIFEST_SUMS)) {
		export_take(t, path, folder);
		return;
	}
	if (stickfile_has(folder, MANIFEST_SEALED)) {
		(void)refuse(t, path, "encrypted: open it first, see station-export(8)");
		return;
	}
	outer = t->ack;
	t->ack.count = 0;
	n = depth ? names_of(folder, &name) : 0;
	for (size_t i = 0; i < n; i++) {
		int fd = stickfile_folder(folder, name[i]);

		if (fd >= 0 && asprintf(&sub, "%s/%s", path, name[i]) >= 0) {
			folder_take(t, sub, fd, depth - 1);
			free(sub);
		}
		if (fd >= 0)
			(void)close(fd);
		free(name[i]);
	}
	if (depth)
		free(name);
	ack_write(t, path, folder);
	t->ack = outer;
}

int stick_import(struct store *s, const struct options *o)
{
	struct taking t = {.store = s, .options = o};
	int folder = open(o->csv, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0 && album_open(&t.album, o->db) < 0) {
		(void)close(folder);
		folder = -1;
		errno = ENAMETOOLONG;
	}
	if (folder < 0) {
		log_error("%s: %s", o->csv, strerror(errno));
		return OPTIONS_GONE;
	}
	folder_take(&t, o->csv, folder, DEPTH);
	ack_write_above(&t, o->csv, folder); /* only if it is an export itself */
	(void)close(folder);
	if (!t.taken && !t.refused) {
		log_error("%s: there is no export in it", o->csv);
		return OPTIONS_GONE;
	}
	return t.refused ? OPTIONS_WRONG : OPTIONS_FINE;
}
