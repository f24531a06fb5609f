/* journal_begin.c - opens the journal's file at start: the lock, whose file it is, a new one, one
 * that is set aside. A crash at any point leaves what the next start finishes or begins again. */
#include "journal_begin.h"
#include "journal_chain.h"
#include "journal_files.h"
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
/* Stands in the lock file once there was a journal: a file with a destroyed header is ours then. */
#define MARK "station journal\n"

enum begin_file {
	BEGIN_NONE,
	BEGIN_EMPTY,
	BEGIN_OURS,
	BEGIN_BROKEN, /* ours, but its header is destroyed */
	BEGIN_FOREIGN,
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
	setup->retain_ms = config->retain_ms;
	setup->now = config->now;
	setup->lock = -1;
	return text_copy(setup->dir, sizeof(setup->dir), config->dir) &&
	       text_copy(setup->board, sizeof(setup->board), config->board) &&
	       text_copy(setup->station, sizeof(setup->station), config->station) &&
	       text_copy(setup->boot, sizeof(setup->boot), config->boot);
}

/* --- the lock --- */

static int lock_take(struct journal_setup *setup, const struct journal_db *db,
		     struct journal_report *report)
{
	char path[JOURNAL_DB_PATH];
	int fd;

	if (setup->lock >= 0)
		return 0;
	journal_files_path(path, setup->dir, LOCK_FILE, "");
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

	journal_files_path(path, setup->dir, JOURNAL_FILE, "-wal");
	if (stat(path, &wal) < 0)
		wal.st_size = 0;
	journal_files_path(path, setup->dir, JOURNAL_FILE, "");
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

static int event_opened(const struct journal_setup *setup, const struct journal_parent *parent,
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

static int new_fill(struct journal_db *db, const struct journal_setup *setup, const char *aside)
{
	int rc = sqlite_exec(db->sql, "PRAGMA synchronous=EXTRA");

	if (!rc)
		rc = journal_db_begin(db);
	if (!rc)
		rc = journal_chain_schema(db);
	if (!rc)
		rc = journal_db_set(db, "journal", db->journal);
	if (!rc)
		rc = journal_db_set(db, "board", setup->board);
	if (!rc && aside)
		rc = journal_db_set(db, "aside", aside);
	return rc ? rc : journal_db_set_u64(db, "clean", 1);
}

int journal_begin_new(struct journal_db *db, const struct journal_setup *setup, const char *aside)
{
	char path[JOURNAL_DB_PATH];
	uint8_t random[10];
	int rc = journal_files_remove(setup->dir);

	if (rc)
		return rc;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	event_uuid7(db->journal, setup->now.wall_ms, random);
	db->seq = 0;
	memset(db->head, 0, sizeof(db->head));
	journal_files_path(path, setup->dir, JOURNAL_FILES_NEW, "");
	rc = journal_db_connect(db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	return rc ? rc : new_fill(db, setup, aside);
}

int journal_begin_event(struct journal_db *db, const struct journal_setup *setup,
			const struct journal_parent *parent, const char *why)
{
	struct event opened = {0};
	int rc = event_opened(setup, parent, why, &opened);

	return rc ? rc : journal_chain_append(db, &opened, 1);
}

int journal_begin_keep(struct journal_db *db, const struct journal_setup *setup)
{
	int rc = journal_db_commit(db);

	journal_db_close(db, true);
	return rc ? rc : journal_files_sync(setup->dir);
}

static int new_make(struct journal_db *db, const struct journal_setup *setup,
		    const struct journal_parent *parent, const char *why, const char *aside)
{
	int rc = journal_begin_new(db, setup, aside);

	if (!rc)
		rc = journal_begin_event(db, setup, parent, why);
	if (!rc)
		return journal_begin_keep(db, setup);
	journal_db_close(db, true);
	return rc;
}

/* Finishes what a crash between the renames left: the old file is away, the new one complete. */
static int new_finish(struct journal_db *db, const char *dir)
{
	char path[JOURNAL_DB_PATH], aside[64];
	struct stat st;
	int rc;

	journal_files_path(path, dir, JOURNAL_FILES_NEW, "");
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (journal_files_exist(dir, JOURNAL_FILE, "") || st.st_size == 0 ||
	    journal_files_exist(dir, JOURNAL_FILES_NEW, "-journal"))
		return journal_files_remove(dir);
	rc = journal_db_connect(db, path, SQLITE_OPEN_READONLY);
	if (rc)
		return rc == -EBADMSG ? journal_files_remove(dir) : rc;
	rc = journal_db_get(db, "aside", aside, sizeof(aside));
	journal_db_close(db, false);
	if (!rc && strchr(aside, '/'))
		rc = -EBADMSG;
	if (rc)
		return rc == -EBADMSG ? journal_files_remove(dir) : rc;
	return journal_files_place(dir, aside);
}

/* --- set aside --- */

static int aside_put(struct journal_setup *setup, struct journal_db *db,
		     const struct journal_parent *parent, const char *why,
		     struct journal_report *report)
{
	char aside[64];
	int rc = journal_files_aside(setup->dir, setup->now.wall_ms, why, aside);

	if (!rc)
		rc = new_make(db, setup, parent, why, aside);
	if (!rc)
		rc = journal_files_place(setup->dir, aside);
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

struct journal_parent journal_begin_parent(const struct journal_db *db)
{
	struct journal_parent parent = {0};

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
	journal_files_path(path, setup->dir, JOURNAL_FILE, "");
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
			rc = journal_chain_load(db);
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
		rc = journal_chain_upgrade(db);
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
	struct journal_parent parent;
	int rc = file_recognise(setup, &file);

	*again = true;
	if (rc)
		return cannot(report, db, rc);
	switch (file) {
	case BEGIN_NONE:
	case BEGIN_EMPTY:
		rc = new_make(db, setup, NULL, "new", NULL);
		if (!rc)
			rc = journal_files_place(setup->dir, "");
		return rc ? cannot(report, db, rc) : 0;
	case BEGIN_BROKEN:
		return aside_put(setup, db, NULL, "damaged", report);
	case BEGIN_FOREIGN:
		journal_files_path(path, setup->dir, JOURNAL_FILE, "");
		return refuse(
			report, JOURNAL_NOT_OURS, -EINVAL, path,
			"is not a station's journal and was not touched; move it away, or set "
			"state_dir to another folder");
	case BEGIN_OURS:
		break;
	}
	rc = ours_open(setup, db, report);
	parent = journal_begin_parent(db);
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
	journal_files_path(db->path, setup->dir, JOURNAL_FILE, "");
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
		rc = journal_chain_load(db);
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
		/* A disk that can't take the mark yet is asked again: without it the next start
		 * would find a whole chain that lacks what was promised. */
		if (rc == -EBADMSG) {
			int marked = journal_db_condemn(db);

			rc = marked ? marked : rc;
		}
		journal_db_close(db, false);
		db->seq = seq;
		memcpy(db->head, head, EVENT_HASH);
		memcpy(db->journal, journal, sizeof(journal));
	}
	return rc;
}
