/* journal_reader.c - the journal read-only, for tools: beside a running stationd, or of a copy in
 * a folder that can't be written. */
#include "journal_chain.h"
#include "journal_guard.h"
#include "station/text.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STEP_OPS 10000 /* SQLite instructions between two looks at the clock */

struct journal_reader {
	struct journal_db db;
	struct parcel parcel; /* that was looked up last */
};

static int refuse(struct journal_reader *r, struct journal_report *report,
		  enum journal_trouble trouble, int error, const char *path, const char *words)
{
	struct text t = text_over(report->text, sizeof(report->text));

	report->trouble = trouble;
	text_put(&t, path);
	text_put(&t, ": ");
	text_put(&t, words);
	journal_reader_close(r);
	return error;
}

/* Without a WAL nobody has it open, and a folder that can't be written can't hold the files that
 * SQLite wants beside it: read the one file as it is. */
static int connect_immutable(struct journal_db *db, const char *path)
{
	char uri[3 * JOURNAL_DB_PATH + 32];
	struct text t = text_over(uri, sizeof(uri));

	text_put(&t, "file:");
	for (const char *c = path; *c; c++) {
		if (*c == '%' || *c == '?' || *c == '#') {
			text_char(&t, '%');
			text_hex(&t, c, 1);
		} else {
			text_char(&t, *c);
		}
	}
	text_put(&t, "?immutable=1");
	return t.full ? -ENAMETOOLONG
		      : journal_db_connect(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

static int reader_connect(struct journal_db *db, const char *path, int64_t *application,
			  int64_t *version)
{
	char wal[JOURNAL_DB_PATH + 8];
	struct text t = text_over(wal, sizeof(wal));
	struct stat st;
	int rc = journal_db_connect(db, path, SQLITE_OPEN_READONLY);

	if (!rc)
		rc = journal_db_marks(db, application, version);
	if (!rc || rc == -EBADMSG)
		return rc;
	text_put(&t, path);
	text_put(&t, "-wal");
	if (stat(wal, &st) == 0 && st.st_size > 0)
		return rc;
	journal_db_close(db, false);
	rc = connect_immutable(db, path);
	return rc ? rc : journal_db_marks(db, application, version);
}

/* What the path leads to; 0 when it can be tried. */
static int reader_look(const char *path, struct journal_report *report)
{
	struct stat st;
	int rc = stat(path, &st) < 0 ? -errno : 0;

	if (rc == -ENOENT)
		return refuse(NULL, report, JOURNAL_NO_FOLDER, rc, path, "there is no journal");
	if (!rc && !S_ISREG(st.st_mode))
		return refuse(NULL, report, JOURNAL_NOT_OURS, -EINVAL, path, "is no file");
	if (!rc && access(path, R_OK) < 0)
		rc = -errno;
	return rc ? refuse(NULL, report, JOURNAL_CANT, rc, path, strerror(-rc)) : 0;
}

int journal_reader_open(struct journal_reader **out, const char *path,
			struct journal_report *report)
{
	struct journal_reader *r;
	int64_t application = 0, version = 0;
	int rc;

	*out = NULL;
	memset(report, 0, sizeof(*report));
	rc = reader_look(path, report);
	if (rc)
		return rc;
	r = calloc(1, sizeof(*r));
	if (!r)
		return refuse(NULL, report, JOURNAL_CANT, -ENOMEM, path, strerror(ENOMEM));
	rc = reader_connect(&r->db, path, &application, &version);
	if (rc == -EBADMSG)
		return refuse(r, report, JOURNAL_NOT_OURS, rc, path,
			      "is no station's journal, or its beginning is destroyed");
	if (rc) {
		report->trouble = JOURNAL_CANT;
		journal_db_problem(&r->db, rc, report->text, sizeof(report->text));
		journal_reader_close(r);
		return rc;
	}
	if (application != JOURNAL_APPLICATION_ID)
		return refuse(r, report, JOURNAL_NOT_OURS, -EINVAL, path,
			      "is not a station's journal");
	if (version > JOURNAL_SCHEMA)
		return refuse(r, report, JOURNAL_NEWER, -EPROTONOSUPPORT, path,
			      "written by a newer version of the station");
	*out = r;
	return 0;
}

int journal_reader_lines(struct journal_reader *r, uint64_t after, unsigned max,
			 bool (*fn)(void *user, uint64_t seq, const char *line, size_t len,
				    const uint8_t hash[EVENT_HASH]),
			 void *user)
{
	static const uint8_t none[EVENT_HASH]; /* a hash that is missing matches nothing */
	sqlite3_stmt *s = journal_db_use(&r->db, JOURNAL_DB_EVENTS);
	int count = 0, rc = SQLITE_DONE;
	bool more = true;

	if (!s)
		return sqlite_fail(r->db.sql);
	if (after >= INT64_MAX || !max)
		return 0;
	sqlite3_bind_int64(s, 1, (sqlite3_int64)after + 1);
	sqlite3_bind_int64(s, 2, max > INT_MAX ? INT_MAX : max);
	while (more && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *line = sqlite3_column_blob(s, 1);
		size_t len = (size_t)sqlite3_column_bytes(s, 1);
		const uint8_t *hash = sqlite3_column_blob(s, 2);

		if (sqlite3_column_bytes(s, 2) != EVENT_HASH)
			hash = none;
		more = fn(user, (uint64_t)sqlite3_column_int64(s, 0), line ? line : "",
			  line ? len : 0, hash);
		count++;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		count = sqlite_fail(r->db.sql);
	sqlite3_reset(s);
	return count;
}

int journal_reader_hash(struct journal_reader *r, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	return journal_chain_hash(&r->db, seq, hash);
}

int journal_reader_anchor(struct journal_reader *r, uint64_t *seq, uint8_t hash[EVENT_HASH])
{
	return journal_chain_anchor(&r->db, seq, hash);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int on_progress(void *user)
{
	const uint64_t *until = user;

	return now_ms() >= *until;
}

static bool take_time(void *user, uint64_t seq, const char *line, size_t len,
		      const uint8_t hash[EVENT_HASH])
{
	struct journal_look *out = user;
	struct event_view view;

	(void)seq;
	(void)hash;
	if (event_read(line, len, &view) == EVENT_OK)
		out->newest_ms = view.at.wall_ms;
	return false;
}

/* SQLite's first words of what is broken; a look that ran out of time has none. */
static int quick_check(struct journal_db *db, uint64_t within_ms, struct journal_look *out)
{
	uint64_t until = now_ms() + within_ms;
	const char *answer;
	sqlite3_stmt *s = NULL;
	int rc;

	sqlite3_progress_handler(db->sql, STEP_OPS, on_progress, &until);
	rc = sqlite3_prepare_v2(db->sql, "PRAGMA quick_check(1)", -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		answer = (const char *)sqlite3_column_text(s, 0);
		out->whole = true;
		if (!answer || strcmp(answer, "ok") != 0)
			(void)text_copy(out->damage, sizeof(out->damage),
					answer ? answer : "no answer");
		rc = 0;
	} else {
		rc = rc == SQLITE_INTERRUPT ? 0 : sqlite_fail(db->sql);
	}
	sqlite3_finalize(s);
	sqlite3_progress_handler(db->sql, 0, NULL, NULL);
	return rc;
}

/* In one transaction: a running station appends meanwhile. */
int journal_reader_look(struct journal_reader *r, uint64_t within_ms, struct journal_look *out)
{
	struct journal_db *db = &r->db;
	int n, rc = sqlite_exec(db->sql, "BEGIN");

	*out = (struct journal_look){0};
	if (rc)
		return rc;
	rc = journal_chain_load(db);
	if (!rc) {
		n = journal_reader_lines(r, db->seq - 1, 1, take_time, out);
		rc = n < 0 ? n : quick_check(db, within_ms, out);
	}
	(void)text_copy(out->journal, sizeof(out->journal), db->journal);
	(void)text_copy(out->board, sizeof(out->board), db->board);
	out->seq = db->seq;
	out->acked = db->acked;
	out->anchor = db->anchor;
	journal_db_rollback(db);
	if (rc != -EBADMSG)
		return rc;
	if (!out->damage[0])
		(void)text_copy(out->damage, sizeof(out->damage),
				"its tables or the end of its chain are not what they were");
	return 0;
}

/* The list may change between two calls. */
int journal_reader_goods(struct journal_reader *r, const char *label, uint16_t line, uint16_t unit,
			 struct parcel_unit *out)
{
	struct parcel *p = &r->parcel;
	int rc = journal_db_get_u64(&r->db, "list", &r->db.list);

	memset(p, 0, sizeof(*p));
	if (!rc && r->db.list && text_copy(p->label, sizeof(p->label), label))
		rc = journal_guard_listed(&r->db, p);
	for (uint8_t i = 0; !rc && i < p->units; i++) {
		if (p->unit[i].line != line || p->unit[i].unit != unit)
			continue;
		*out = p->unit[i];
		return 1;
	}
	return rc;
}

void journal_reader_close(struct journal_reader *r)
{
	if (!r)
		return;
	journal_db_close(&r->db, false);
	free(r);
}
