/* returns_import.c - a CSV file becomes the list of expected returns: read beside the list first,
 * then merged in one transaction, so that the server waits for the merge only. */
#include "returns.h"
#include "returns_csv.h"
#include "station/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MOST (64 * 1024 * 1024LL) /* bytes */

#define HEAD "rma, state, order_number, wish, carrier, tracking, due"
#define LINE                                                                                       \
	"rma, line, quantity, product, title, accessories, reason, last_verdict,"                  \
	" last_inspection, last_station, last_at, last_by"

static const char begin_sql[] =
	"DROP TABLE IF EXISTS temp.incoming; DROP TABLE IF EXISTS temp.incoming_line;"
	"DROP TABLE IF EXISTS temp.news;"
	"CREATE TEMP TABLE incoming AS SELECT " HEAD " FROM returns WHERE 0;"
	"CREATE UNIQUE INDEX temp.incoming_rma ON incoming(rma);"
	"CREATE TEMP TABLE incoming_line AS SELECT " LINE " FROM return_line WHERE 0;"
	"CREATE UNIQUE INDEX temp.incoming_line_rma ON incoming_line(rma, line);"
	"CREATE TEMP TABLE news(n INTEGER PRIMARY KEY, rma TEXT NOT NULL UNIQUE);"
	"BEGIN";

/* What is new, different or gone. */
static const char news_sql[] =
	"INSERT INTO temp.news(rma)"
	" SELECT rma FROM (SELECT " HEAD " FROM incoming EXCEPT SELECT " HEAD
	"  FROM returns WHERE gone = 0)"
	" UNION SELECT rma FROM (SELECT " LINE " FROM incoming_line EXCEPT SELECT " LINE
	"  FROM return_line)"
	" UNION SELECT rma FROM (SELECT " LINE " FROM return_line EXCEPT SELECT " LINE
	"  FROM incoming_line)"
	" UNION SELECT rma FROM returns WHERE gone = 0 AND rma NOT IN (SELECT rma FROM incoming)"
	" ORDER BY rma";

static const char merge_sql[] =
	"UPDATE returns SET gone = 1, change = (SELECT top FROM meta_top) +"
	"  (SELECT n FROM temp.news WHERE news.rma = returns.rma)"
	" WHERE rma IN (SELECT rma FROM temp.news) AND rma NOT IN (SELECT rma FROM incoming);"
	"DELETE FROM return_line WHERE rma IN (SELECT rma FROM temp.news);"
	"INSERT OR REPLACE INTO returns(rma, change, gone, state, order_number, wish, carrier,"
	"  tracking, due)"
	" SELECT i.rma, (SELECT top FROM meta_top) + n, 0, i.state, i.order_number, i.wish,"
	"  i.carrier, i.tracking, i.due FROM incoming i JOIN temp.news USING(rma);"
	"INSERT INTO return_line(" LINE ") SELECT " LINE " FROM incoming_line"
	" WHERE rma IN (SELECT rma FROM temp.news) ORDER BY rma, line;"
	"DROP TABLE temp.meta_top";

static const char end_sql[] = "DROP TABLE IF EXISTS temp.incoming;"
			      "DROP TABLE IF EXISTS temp.incoming_line;"
			      "DROP TABLE IF EXISTS temp.news";

struct import {
	struct store_db *db;
	struct returns_csv csv;
	void (*refused)(void *user, const char *why);
	void *user;
};

/* A row refused for what stands in other rows. */
static int refuse(struct import *m, const char *words)
{
	struct parcel_csv_error error;
	struct text t = text_over(error.text, sizeof(error.text));

	text_put(&t, "line ");
	text_u64(&t, m->csv.parcel.row);
	text_put(&t, ": ");
	text_put(&t, words);
	m->refused(m->user, error.text);
	return 0;
}

static int head_add(struct import *m, const struct returns_csv_row *r)
{
	sqlite3_stmt *s = store_db_use(m->db, STORE_DB_INCOMING_ADD);

	store_db_bind(s, 1, r->parcel.rma);
	store_db_bind(s, 2, r->value[RETURNS_CSV_STATE]);
	store_db_bind(s, 3, r->value[RETURNS_CSV_ORDER]);
	store_db_bind(s, 4, r->parcel.wish);
	store_db_bind(s, 5, r->value[RETURNS_CSV_CARRIER]);
	store_db_bind(s, 6, r->value[RETURNS_CSV_TRACKING]);
	store_db_bind(s, 7, r->value[RETURNS_CSV_DUE]);
	return sqlite_run(m->db->sql, s);
}

static int line_add(struct import *m, const struct parcel_row *r)
{
	sqlite3_stmt *s = store_db_use(m->db, STORE_DB_INCOMING_LINE_ADD);

	store_db_bind(s, 1, r->rma);
	sqlite3_bind_int(s, 2, r->line);
	sqlite3_bind_int(s, 3, r->quantity);
	store_db_bind(s, 4, r->unit.product);
	store_db_bind(s, 5, r->unit.title);
	store_db_bind(s, 6, r->unit.accessories);
	store_db_bind(s, 7, r->unit.reason);
	store_db_bind(s, 8, parcel_verdict_name(r->unit.last.verdict));
	store_db_bind(s, 9, r->unit.last.inspection);
	store_db_bind(s, 10, r->unit.last.station);
	store_db_bind(s, 11, r->unit.last.at);
	store_db_bind(s, 12, r->unit.last.by);
	return sqlite_run(m->db->sql, s);
}

/* The units of a return so far, or -errno. */
static int units_get(struct import *m, const char *rma)
{
	sqlite3_stmt *s = store_db_use(m->db, STORE_DB_INCOMING_UNITS);
	int units, rc;

	store_db_bind(s, 1, rma);
	rc = sqlite_row(m->db->sql, s);
	units = rc == 1 ? sqlite3_column_int(s, 0) : rc;
	sqlite3_reset(s);
	return units;
}

static int row_take(struct import *m, const struct returns_csv_row *r)
{
	sqlite3_stmt *s;
	int rc, units = units_get(m, r->parcel.rma);

	if (units < 0)
		return units;
	if (units + r->parcel.quantity > PARCEL_UNITS)
		return refuse(m, "column quantity: a return has at most 32 units");
	rc = head_add(m, r);
	if (rc)
		return rc;
	s = store_db_use(m->db, STORE_DB_INCOMING_SAME);
	store_db_bind(s, 1, r->parcel.rma);
	store_db_bind(s, 2, r->value[RETURNS_CSV_STATE]);
	rc = sqlite_row(m->db->sql, s);
	sqlite3_reset(s);
	if (rc == 0)
		return refuse(m, "column state: another than in the return's first row");
	rc = rc < 0 ? rc : line_add(m, &r->parcel);
	return rc == -EEXIST ? refuse(m, "column line: this line of the return was given already")
			     : rc;
}

static int line_take(struct import *m, bool header, const char *line, size_t len)
{
	struct parcel_csv_error error;
	struct returns_csv_row row;
	bool empty = false;

	if (header) {
		if (returns_csv_header(&m->csv, line, len, &error))
			return 0;
		m->refused(m->user, error.text);
		return -EINVAL;
	}
	if (!returns_csv_row(&m->csv, line, len, &row, &empty, &error)) {
		m->refused(m->user, error.text);
		return 0;
	}
	return empty ? 0 : row_take(m, &row);
}

static int file_read(struct import *m, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len = 0;
	struct stat st;
	int rc = 0;
	bool header = true;

	if (!f)
		return -errno;
	if (fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MOST)
		rc = -EFBIG;
	while (!rc && (len = getline(&line, &cap, f)) >= 0) {
		rc = line_take(m, header, line, (size_t)len);
		header = false;
	}
	if (!rc && ferror(f))
		rc = -EIO;
	if (!rc && header) {
		m->refused(m->user, "the file is empty");
		rc = -EINVAL;
	}
	free(line);
	(void)fclose(f); /* only read */
	return rc;
}

/* --- merging --- */

static int64_t query_i64(struct store_db *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(db->sql, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

/* The list may be the same as before; the first one counts as news even when it is empty. */
static int merge(struct store_db *db)
{
	struct returns_change c = {.begun = false};
	int64_t imported = 0, news;
	int rc = sqlite_exec(db->sql, news_sql);

	if (!rc)
		rc = returns_next(db, &c);
	if (!rc)
		rc = store_db_get(db, "imported", &imported);
	if (rc < 0)
		return rc;
	news = query_i64(db, "SELECT count(*) FROM temp.news");
	if (news < 0)
		return sqlite_fail(db->sql);
	c.n = c.from + (news == 0 && !imported ? 1 : news);
	rc = sqlite_exec(db->sql, "CREATE TEMP TABLE meta_top AS"
				  " SELECT coalesce(max(n), 0) AS top FROM change");
	if (!rc)
		rc = sqlite_exec(db->sql, merge_sql);
	if (!rc)
		rc = returns_settle(db, &c);
	return rc ? rc : store_db_set(db, "imported", 1);
}

int returns_import(struct store_db *db, const char *path,
		   void (*refused)(void *user, const char *why), void *user, uint64_t *returns)
{
	struct import m = {.db = db, .refused = refused, .user = user};
	int rc = sqlite_exec(db->sql, begin_sql);

	if (!rc)
		rc = file_read(&m, path);
	if (!rc)
		rc = store_db_commit(db);
	if (!rc)
		rc = store_db_begin(db);
	if (!rc)
		rc = merge(db);
	if (!rc)
		rc = store_db_commit(db);
	if (rc)
		store_db_rollback(db);
	(void)sqlite_exec(db->sql, end_sql); /* at the latest when the connection ends */
	if (!rc)
		*returns = (uint64_t)query_i64(db, "SELECT count(*) FROM returns WHERE gone = 0");
	return rc;
}
