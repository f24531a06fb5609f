/* journal_reader.c - the journal read-only, for tools: beside a running stationd, or of a copy in
 * a folder that can't be written. */
#include "journal_db.h"
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct journal_reader {
	struct journal_db db;
};

static int __attribute__((format(printf, 5, 6)))
refuse(struct journal_reader *r, struct journal_report *report, enum journal_trouble trouble,
       int error, const char *format, ...)
{
	va_list args;

	report->trouble = trouble;
	va_start(args, format);
	vsnprintf(report->text, sizeof(report->text), format, args);
	va_end(args);
	if (r)
		journal_db_close(&r->db, false);
	free(r);
	return error;
}

/* Without a WAL nobody has it open, and a folder that can't be written can't hold the files that
 * SQLite wants beside it: read the one file as it is. */
static int connect_immutable(struct journal_db *db, const char *path)
{
	char uri[3 * JOURNAL_DB_PATH + 32];
	size_t n = 5;

	memcpy(uri, "file:", n);
	for (const char *c = path; *c && n < 3 * JOURNAL_DB_PATH; c++) {
		if (*c == '%' || *c == '?' || *c == '#')
			n += (size_t)snprintf(uri + n, 4, "%%%02X", (unsigned)*c);
		else
			uri[n++] = *c;
	}
	snprintf(uri + n, sizeof(uri) - n, "?immutable=1");
	return journal_db_connect(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

static int reader_connect(struct journal_db *db, const char *path, int64_t *application,
			  int64_t *version)
{
	char wal[JOURNAL_DB_PATH + 8];
	struct stat st;
	int rc = journal_db_connect(db, path, SQLITE_OPEN_READONLY);

	if (!rc)
		rc = journal_db_marks(db, application, version);
	if (!rc || rc == -EBADMSG)
		return rc;
	snprintf(wal, sizeof(wal), "%s-wal", path);
	if (stat(wal, &st) == 0 && st.st_size > 0)
		return rc;
	journal_db_close(db, false);
	rc = connect_immutable(db, path);
	return rc ? rc : journal_db_marks(db, application, version);
}

int journal_reader_open(struct journal_reader **out, const char *path,
			struct journal_report *report)
{
	struct journal_reader *r;
	int64_t application = 0, version = 0;
	struct stat st;
	int rc;

	*out = NULL;
	memset(report, 0, sizeof(*report));
	if (stat(path, &st) < 0) {
		rc = -errno;
		return refuse(NULL, report, rc == -ENOENT ? JOURNAL_NO_FOLDER : JOURNAL_CANT, rc,
			      "%s: %s", path,
			      rc == -ENOENT ? "there is no journal" : strerror(-rc));
	}
	if (!S_ISREG(st.st_mode))
		return refuse(NULL, report, JOURNAL_NOT_OURS, -EINVAL, "%s: is no file", path);
	if (access(path, R_OK) < 0) {
		rc = -errno;
		return refuse(NULL, report, JOURNAL_CANT, rc, "%s: %s", path, strerror(-rc));
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		return refuse(NULL, report, JOURNAL_CANT, -ENOMEM, "%s", strerror(ENOMEM));
	rc = reader_connect(&r->db, path, &application, &version);
	if (rc == -EBADMSG)
		return refuse(r, report, JOURNAL_NOT_OURS, rc,
			      "%s: is no station's journal, or its beginning is destroyed", path);
	if (rc) {
		char problem[256];

		journal_db_problem(&r->db, rc, problem, sizeof(problem));
		return refuse(r, report, JOURNAL_CANT, rc, "%s", problem);
	}
	if (application != JOURNAL_APPLICATION_ID)
		return refuse(r, report, JOURNAL_NOT_OURS, -EINVAL,
			      "%s: is not a station's journal", path);
	if (version > JOURNAL_SCHEMA)
		return refuse(
			r, report, JOURNAL_NEWER, -EPROTONOSUPPORT,
			"%s: written by a newer version of the station (format %lld, this one "
			"knows %d)",
			path, (long long)version, JOURNAL_SCHEMA);
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
		return journal_db_fail(&r->db);
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
		count = journal_db_fail(&r->db);
	sqlite3_reset(s);
	return count;
}

void journal_reader_close(struct journal_reader *r)
{
	if (!r)
		return;
	journal_db_close(&r->db, false);
	free(r);
}
