/* journal_begin.c - opens the journal's file at start: the lock, whose file it is, a new one, one
 * that is set aside. A crash at any point leaves what the next start finishes or begins again. */
#include "journal_begin.h"
#include "journal_guard.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FILE "journal.lock"
#define NEW_FILE  "journal-new.db" /* complete before it gets its name */
/* Stands in the lock file once there was a journal: a file with a destroyed header is ours then. */
#define MARK "station journal\n"

static const char *const tails[] = {"", "-wal", "-shm"};

enum begin_file {
	BEGIN_NONE,
	BEGIN_EMPTY,
	BEGIN_OURS,
	BEGIN_BROKEN, /* ours, but its header is destroyed */
	BEGIN_FOREIGN,
};

struct begin_parent { /* the journal before, as far as it could be read */
	char journal[EVENT_UUID + 1];
	uint64_t seq; /* 0 = unknown */
	uint8_t hash[EVENT_HASH];
};

static int refuse(struct journal_report *report, enum journal_trouble trouble, int error,
		  const char *path, const char *words)
{
	struct text t = text_over(report->text, sizeof(report->text));

	report->trouble = trouble;
	text_put(&t, path);
	text_put(&t, ": ");
	text_put(&t, words);
	return error;
}

static int cannot(struct journal_report *report, const struct journal_db *db, int error)
{
	report->trouble = JOURNAL_CANT;
	journal_db_problem(db, error, report->text, sizeof(report->text));
	return error;
}

bool journal_begin_setup(struct journal_setup *setup, const struct journal_config *config)
{
	setup->deadline_ms = config->deadline_ms;
	setup->now = config->now;
	setup->lock = -1;
	return text_copy(setup->dir, sizeof(setup->dir), config->dir) &&
	       text_copy(setup->board, sizeof(setup->board), config->board) &&
	       text_copy(setup->station, sizeof(setup->station), config->station) &&
	       text_copy(setup->boot, sizeof(setup->boot), config->boot);
}

/* Joins folder (under 256 bytes), name and ending, which are ours: always fits. */
static void path_join(char path[JOURNAL_DB_PATH], const char *dir, const char *name,
		      const char *tail)
{
	struct text t = text_over(path, JOURNAL_DB_PATH);

	text_put(&t, dir);
	text_char(&t, '/');
	text_put(&t, name);
	text_put(&t, tail);
}

static bool path_exists(const char *dir, const char *name, const char *tail)
{
	char path[JOURNAL_DB_PATH];
	struct stat st;

	path_join(path, dir, name, tail);
	return lstat(path, &st) == 0;
}

static int folder_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

static int file_rename(const char *dir, const char *from, const char *to, const char *tail)
{
	char old[JOURNAL_DB_PATH], new[JOURNAL_DB_PATH];

	path_join(old, dir, from, tail);
	path_join(new, dir, to, tail);
	return rename(old, new) == 0 || errno == ENOENT ? 0 : -errno;
}

static int new_remove(const char *dir)
{
	static const char *const all[] = {"", "-journal", "-wal", "-shm"};
	char path[JOURNAL_DB_PATH];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		path_join(path, dir, NEW_FILE, all[i]);
		if (unlink(path) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* --- the lock --- */

static int lock_take(struct journal_setup *setup, const struct journal_db *db,
		     struct journal_report *report)
{
	char path[JOURNAL_DB_PATH];
	int fd;

	if (setup->lock >= 0)
		return 0;
	path_join(path, setup->dir, LOCK_FILE, "");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
	if (fd < 0)
		return cannot(report, db, -errno);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		setup->lock = fd;
		return 0;
	}
	if (errno != EWOULDBLOCK) {
		int error = -errno;

		close(fd);
		return cannot(report, db, error);
	}
	close(fd);
	return refuse(report, JOURNAL_IN_USE, -EBUSY, setup->dir,
		      "another stationd uses this journal; stop it first, or give each its own "
		      "state_dir");
}

void journal_begin_release(struct journal_setup *setup)
{
	if (setup->lock >= 0)
		close(setup->lock);
	setup->lock = -1;
}

static bool lock_marked(const struct journal_setup *setup)
{
	char text[sizeof(MARK)];

	return pread(setup->lock, text, sizeof(text), 0) == (ssize_t)strlen(MARK) &&
	       memcmp(text, MARK, strlen(MARK)) == 0;
}

static void lock_mark(const struct journal_setup *setup)
{
	if (!lock_marked(setup) &&
	    (ftruncate(setup->lock, 0) < 0 ||
	     pwrite(setup->lock, MARK, strlen(MARK), 0) != (ssize_t)strlen(MARK)))
		log_warning("%s/%s: can't be written: %s", setup->dir, LOCK_FILE, strerror(errno));
}

/* --- whose file is it --- */

static uint32_t read_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads the file as bytes: SQLite would write to what it opens. Only before any connection: closing
 * the descriptor drops the process's POSIX locks on the file. */
static int file_recognise(const struct journal_setup *setup, enum begin_file *out)
{
	uint8_t head[100] = {0};
	char path[JOURNAL_DB_PATH];
	struct stat st, wal;
	ssize_t n = 0;
	bool ours;
	int fd;

	path_join(path, setup->dir, JOURNAL_FILE, "-wal");
	if (stat(path, &wal) < 0)
		wal.st_size = 0;
	path_join(path, setup->dir, JOURNAL_FILE, "");
	*out = wal.st_size ? BEGIN_BROKEN : BEGIN_NONE; /* a WAL alone: its database is lost */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0 || (S_ISREG(st.st_mode) && (n = read(fd, head, sizeof(head))) < 0)) {
		int error = -errno;

		close(fd);
		return error;
	}
	close(fd);
	ours = n == (ssize_t)sizeof(head) && read_be32(head + 68) == JOURNAL_APPLICATION_ID;
	if (!S_ISREG(st.st_mode))
		*out = BEGIN_FOREIGN;
	else if (n == 0 && wal.st_size == 0 && !lock_marked(setup))
		*out = BEGIN_EMPTY;
	else if (n == (ssize_t)sizeof(head) && memcmp(head, "SQLite format 3", 16) == 0)
		*out = ours ? BEGIN_OURS : BEGIN_FOREIGN;
	else
		*out = ours || lock_marked(setup) ? BEGIN_BROKEN : BEGIN_FOREIGN;
	return 0;
}

/* --- a new journal --- */

static int event_opened(const struct journal_setup *setup, const struct begin_parent *parent,
			const char *why, struct event *e)
{
	struct text data = text_over(e->data, sizeof(e->data));
	uint8_t random[10];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	e->kind = EVENT_JOURNAL_OPENED;
	e->at = setup->now;
	event_uuid7(e->id, e->at.wall_ms, random);
	if (!text_copy(e->station, sizeof(e->station), setup->station) ||
	    !text_copy(e->boot, sizeof(e->boot), setup->boot))
		return -EINVAL;
	text_put(&data, "{\"parent\":");
	if (parent && parent->seq) {
		text_put(&data, "{\"journal\":");
		text_json(&data, parent->journal, strlen(parent->journal));
		text_put(&data, ",\"seq\":");
		text_u64(&data, parent->seq);
		text_put(&data, ",\"hash\":\"");
		text_hex(&data, parent->hash, EVENT_HASH);
		text_put(&data, "\"}");
	} else {
		text_put(&data, "null");
	}
	text_put(&data, ",\"why\":");
	text_json(&data, why, strlen(why));
	text_char(&data, '}');
	return data.full ? -EMSGSIZE : 0;
}

static int journal_fill(struct journal_db *db, const struct journal_setup *setup,
			struct event *opened, const char *aside)
{
	int rc = journal_db_begin(db);

	if (!rc)
		rc = journal_db_schema(db);
	if (!rc)
		rc = journal_db_set(db, "journal", db->journal);
	if (!rc)
		rc = journal_db_set(db, "board", setup->board);
	if (!rc && aside)
		rc = journal_db_set(db, "aside", aside);
	if (!rc)
		rc = journal_db_set_u64(db, "clean", 1);
	if (!rc)
		rc = journal_db_append(db, opened, 1);
	return rc ? rc : journal_db_commit(db);
}

/* Makes NEW_FILE, whole or not at all: one transaction with a rollback journal, so that without
 * a `-journal` beside it a file that is not empty is complete. Its name tells the old one's
 * (aside), so that a start after a crash can finish the renaming. */
static int new_make(struct journal_db *db, const struct journal_setup *setup,
		    const struct begin_parent *parent, const char *why, const char *aside)
{
	struct event opened = {0};
	char path[JOURNAL_DB_PATH];
	uint8_t random[10];
	int rc = new_remove(setup->dir);

	if (rc)
		return rc;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	event_uuid7(db->journal, setup->now.wall_ms, random);
	db->seq = 0;
	memset(db->head, 0, sizeof(db->head));
	rc = event_opened(setup, parent, why, &opened);
	if (rc)
		return rc;
	path_join(path, setup->dir, NEW_FILE, "");
	rc = journal_db_connect(db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (rc)
		return rc;
	rc = journal_db_exec(db, "PRAGMA synchronous=EXTRA");
	if (!rc)
		rc = journal_fill(db, setup, &opened, aside);
	journal_db_close(db, true);
	return rc ? rc : folder_sync(setup->dir);
}

/* The old files out of the way, the new one in its place. The WAL goes with its database: left
 * behind, it would be taken for the new one's. */
static int new_place(const char *dir, const char *aside)
{
	int rc = 0;

	for (size_t i = 0; aside[0] && i < sizeof(tails) / sizeof(tails[0]) && !rc; i++)
		rc = file_rename(dir, JOURNAL_FILE, aside, tails[i]);
	if (!rc)
		rc = folder_sync(dir);
	if (!rc)
		rc = file_rename(dir, NEW_FILE, JOURNAL_FILE, "");
	return rc ? rc : folder_sync(dir);
}

/* Finishes what a crash between the renames left: the old file is away, the new one complete. */
static int new_finish(struct journal_db *db, const char *dir)
{
	char path[JOURNAL_DB_PATH], aside[64];
	struct stat st;
	int rc;

	path_join(path, dir, NEW_FILE, "");
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (path_exists(dir, JOURNAL_FILE, "") || st.st_size == 0 ||
	    path_exists(dir, NEW_FILE, "-journal"))
		return new_remove(dir);
	rc = journal_db_connect(db, path, SQLITE_OPEN_READONLY);
	if (rc)
		return rc == -EBADMSG ? new_remove(dir) : rc;
	rc = journal_db_get(db, "aside", aside, sizeof(aside));
	journal_db_close(db, false);
	if (!rc && strchr(aside, '/'))
		rc = -EBADMSG;
	if (rc)
		return rc == -EBADMSG ? new_remove(dir) : rc;
	return new_place(dir, aside);
}

/* --- set aside --- */

/* journal-WHY-20261123T080000Z.db; a name that is free. */
static int aside_name(const struct journal_setup *setup, const char *why, char name[64])
{
	char time[32];
	struct text t = text_over(time, sizeof(time));

	text_time(&t, setup->now.wall_ms);
	for (unsigned n = 1; n < 1000; n++) {
		struct text to = text_over(name, 64);

		text_put(&to, "journal-");
		text_put(&to, why);
		text_char(&to, '-');
		for (const char *c = time; *c && *c != '.'; c++)
			if (*c != '-' && *c != ':')
				text_char(&to, *c);
		text_char(&to, 'Z');
		if (n > 1) {
			text_char(&to, '-');
			text_u64(&to, n);
		}
		text_put(&to, ".db");
		if (!path_exists(setup->dir, name, "") && !path_exists(setup->dir, name, "-wal"))
			return 0;
	}
	return -EEXIST;
}

static int aside_put(struct journal_setup *setup, struct journal_db *db,
		     const struct begin_parent *parent, const char *why,
		     struct journal_report *report)
{
	char aside[64];
	int rc = aside_name(setup, why, aside);

	if (!rc)
		rc = new_make(db, setup, parent, why, aside);
	if (!rc)
		rc = new_place(setup->dir, aside);
	if (rc)
		return cannot(report, db, rc);
	memcpy(report->aside, aside, sizeof(aside));
	log_write(LOG_LEVEL_ERROR, LOG_JOURNAL_ASIDE,
		  "%s: the journal %s and was set aside as %s; a new one begins. Keep that file: "
		  "what headquarters has not yet received is only there",
		  setup->dir, strcmp(why, "board") == 0 ? "is another board's" : "is damaged",
		  aside);
	return 0;
}

/* --- open --- */

static struct begin_parent parent_of(const struct journal_db *db)
{
	struct begin_parent parent = {0};

	if (strlen(db->journal) == EVENT_UUID && db->seq) {
		memcpy(parent.journal, db->journal, sizeof(parent.journal));
		memcpy(parent.hash, db->head, EVENT_HASH);
		parent.seq = db->seq;
	}
	return parent;
}

/* A file with our mark. 0: open and loaded; -EBADMSG: damaged; -EXDEV: another board's. */
static int ours_open(const struct journal_setup *setup, struct journal_db *db,
		     struct journal_report *report)
{
	int64_t application = 0, version = 0;
	char path[JOURNAL_DB_PATH];
	int rc;

	db->journal[0] = 0;
	db->seq = 0;
	path_join(path, setup->dir, JOURNAL_FILE, "");
	rc = journal_db_connect(db, path, SQLITE_OPEN_READWRITE);
	if (!rc)
		rc = journal_db_marks(db, &application, &version);
	if (!rc && application != JOURNAL_APPLICATION_ID)
		rc = -EBADMSG;
	if (!rc && version > JOURNAL_SCHEMA) {
		rc = refuse(report, JOURNAL_NEWER, -EPROTONOSUPPORT, db->path,
			    "written by a newer version of the station; install that one again");
	} else {
		if (!rc)
			rc = journal_db_writable(db);
		if (!rc)
			rc = journal_db_load(db);
		if (!rc && strcmp(db->board, setup->board) != 0)
			rc = -EXDEV;
		if (rc && rc != -EBADMSG && rc != -EXDEV)
			cannot(report, db, rc);
	}
	if (rc)
		journal_db_close(db, rc == -EXDEV);
	return rc;
}

/* From here on a stop without journal_close is one the next start knows of. The write also proves
 * that the disk takes any. */
static int ours_begin(struct journal_db *db, struct journal_report *report)
{
	int rc = journal_db_begin(db);

	if (!rc)
		rc = journal_db_set_u64(db, "clean", 0);
	if (!rc)
		rc = journal_db_commit(db);
	if (!rc && db->stale)
		rc = journal_guard_project(db);
	if (rc) {
		cannot(report, db, rc);
		journal_db_close(db, false);
	}
	return rc;
}

static int folder_check(const char *dir, struct journal_report *report)
{
	char words[256];
	struct text t = text_over(words, sizeof(words));
	struct stat st;
	int error = stat(dir, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;

	if (!error && access(dir, X_OK) < 0)
		error = errno;
	if (!error)
		return 0;
	text_put(&t, "no folder for the journal (");
	text_put(&t, strerror(error));
	text_put(&t, "); create it, or set state_dir");
	return refuse(report, JOURNAL_NO_FOLDER, -error, dir, words);
}

static int file_open(struct journal_setup *setup, struct journal_db *db,
		     struct journal_report *report, bool *again)
{
	char path[JOURNAL_DB_PATH];
	enum begin_file file;
	struct begin_parent parent;
	int rc = file_recognise(setup, &file);

	*again = true;
	if (rc)
		return cannot(report, db, rc);
	switch (file) {
	case BEGIN_NONE:
	case BEGIN_EMPTY:
		rc = new_make(db, setup, NULL, "new", NULL);
		if (!rc)
			rc = new_place(setup->dir, "");
		return rc ? cannot(report, db, rc) : 0;
	case BEGIN_BROKEN:
		return aside_put(setup, db, NULL, "damaged", report);
	case BEGIN_FOREIGN:
		path_join(path, setup->dir, JOURNAL_FILE, "");
		return refuse(
			report, JOURNAL_NOT_OURS, -EINVAL, path,
			"is not a station's journal and was not touched; move it away, or set "
			"state_dir to another folder");
	case BEGIN_OURS:
		break;
	}
	rc = ours_open(setup, db, report);
	parent = parent_of(db);
	if (rc == -EBADMSG)
		return aside_put(setup, db, &parent, "damaged", report);
	if (rc == -EXDEV)
		return aside_put(setup, db, &parent, "board", report);
	*again = false;
	return rc;
}

int journal_begin_open(struct journal_setup *setup, struct journal_db *db,
		       struct journal_report *report)
{
	bool again = true;
	int rc;

	memset(report, 0, sizeof(*report));
	path_join(db->path, setup->dir, JOURNAL_FILE, "");
	rc = folder_check(setup->dir, report);
	if (!rc)
		rc = lock_take(setup, db, report);
	if (rc)
		return rc;
	rc = new_finish(db, setup->dir);
	if (rc)
		return cannot(report, db, rc);
	for (int i = 0; i < 2 && again && !rc; i++)
		rc = file_open(setup, db, report, &again);
	if (!rc && again) /* what was just made can't be read back */
		rc = cannot(report, db, -EIO);
	if (rc)
		return rc;
	lock_mark(setup);
	return ours_begin(db, report);
}

int journal_begin_again(struct journal_db *db)
{
	uint8_t head[EVENT_HASH];
	char journal[EVENT_UUID + 1];
	uint64_t seq = db->seq;
	int rc;

	memcpy(head, db->head, EVENT_HASH);
	memcpy(journal, db->journal, sizeof(journal));
	journal_db_close(db, false);
	rc = journal_db_connect(db, db->path, SQLITE_OPEN_READWRITE);
	if (!rc)
		rc = journal_db_writable(db);
	if (!rc)
		rc = journal_db_load(db);
	/* An event that the failed commit did put on disk is kept: the chain goes on behind it. */
	if (!rc && (db->seq < seq || strcmp(db->journal, journal) != 0 ||
		    (db->seq == seq && memcmp(db->head, head, EVENT_HASH) != 0)))
		rc = -EBADMSG;
	if (!rc)
		rc = journal_db_settle(db);
	if (!rc)
		rc = journal_db_begin(db);
	if (!rc)
		rc = journal_db_set_u64(db, "clean", 0);
	if (!rc)
		rc = journal_db_commit(db);
	if (!rc && db->stale)
		rc = journal_guard_project(db);
	if (rc) {
		if (rc == -EBADMSG)
			journal_db_condemn(db);
		journal_db_close(db, false);
		db->seq = seq;
		memcpy(db->head, head, EVENT_HASH);
		memcpy(db->journal, journal, sizeof(journal));
	}
	return rc;
}
