/* journal_expect.c - reads the list of expected returns from a CSV file into the database, piece by
 * piece, so that no append waits for it. A new list is a new generation; one switch makes it count.
 */
#include "journal_expect.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE	  200		       /* rows a transaction */
#define SWEEP	  500		       /* old rows removed in one */
#define FILE_MOST (64 * 1024 * 1024LL) /* bytes; a list is some thousand rows */
#define LOG_MOST  10		       /* refused rows that are told one by one */

enum line_found { LINE_READ, LINE_OVERLONG, LINE_NONE };

void journal_expect_drop(struct journal_expect *x)
{
	if (x->phase == JOURNAL_EXPECT_ROWS)
		close(x->fd);
	x->phase = JOURNAL_EXPECT_IDLE;
}

static void list_refused(struct journal_expect *x, const char *why)
{
	log_write(LOG_LEVEL_ERROR, LOG_LIST_REFUSED,
		  "%s: %s; the list of expected returns stays as it was", x->path, why);
}

static void row_refused(struct journal_expect *x, const char *why)
{
	if (x->refused++ < LOG_MOST)
		log_write(LOG_LEVEL_WARNING, LOG_LIST_REFUSED, "%s: %s", x->path, why);
}

static void row_refused_at(struct journal_expect *x, const char *why)
{
	char words[128];
	struct text t = text_over(words, sizeof(words));

	text_put(&t, "line ");
	text_u64(&t, x->csv.row);
	text_put(&t, ": ");
	text_put(&t, why);
	row_refused(x, words);
}

/* One that no row has and no list had: an empty list leaves no row. */
int journal_expect_generation(struct journal_db *db, uint64_t *generation)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_LIST_TOP);
	uint64_t top = 0;
	int rc = 0;

	if (!s || sqlite3_step(s) != SQLITE_ROW)
		rc = sqlite_fail(db->sql);
	else
		top = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	if (top < db->list)
		top = db->list;
	if (top < db->next)
		top = db->next;
	*generation = top + 1;
	return rc;
}

int journal_expect_begin(struct journal_expect *x, struct journal_db *db, const char *path)
{
	struct stat st;

	journal_expect_drop(x);
	memset(x, 0, sizeof(*x));
	if (!text_copy(x->path, sizeof(x->path), path))
		return 0; /* journal_expect has checked it */
	x->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (x->fd < 0) {
		list_refused(x, strerror(errno));
		return 0;
	}
	x->phase = JOURNAL_EXPECT_ROWS;
	if (fstat(x->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MOST) {
		list_refused(x, "is no regular file of at most 64 MiB");
		journal_expect_drop(x);
		return 0;
	}
	return journal_expect_generation(db, &x->generation);
}

/* --- lines --- */

/* Moves what is left to the front and reads on. False on a read error. */
static bool buf_fill(struct journal_expect *x)
{
	ssize_t n;

	memmove(x->buf, x->buf + x->from, x->to - x->from);
	x->to -= x->from;
	x->from = 0;
	do
		n = read(x->fd, x->buf + x->to, sizeof(x->buf) - x->to);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	x->to += (size_t)n;
	x->end = n == 0;
	return true;
}

/* The next line without its LF or CRLF, in the buffer until the next call. -errno: can't be read.
 */
static int line_next(struct journal_expect *x, enum line_found *found, char **line, size_t *len)
{
	for (;;) {
		char *from = x->buf + x->from;
		size_t have = x->to - x->from;
		char *lf = memchr(from, '\n', have);
		size_t n = lf ? (size_t)(lf - from) : have;

		if (lf || (x->end && have)) {
			x->from += lf ? n + 1 : n;
			if (n && from[n - 1] == '\r')
				n--;
			*found = x->overlong || n > PARCEL_CSV_LINE ? LINE_OVERLONG : LINE_READ;
			x->overlong = false;
			*line = from;
			*len = n;
			return 0;
		}
		if (x->end) {
			*found = x->overlong ? LINE_OVERLONG : LINE_NONE;
			x->overlong = false;
			return 0;
		}
		if (have > PARCEL_CSV_LINE + 1) { /* one more for a CR */
			x->overlong = true;
			x->from = x->to;
		}
		if (!buf_fill(x))
			return -errno;
	}
}

/* --- rows --- */

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

int journal_expect_add(struct journal_db *db, uint64_t generation, const struct parcel_row *r)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_LIST_ADD);

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)generation);
	bind_text(s, 2, r->rma);
	sqlite3_bind_int(s, 3, r->line);
	sqlite3_bind_int(s, 4, r->quantity);
	sqlite3_bind_int(s, 5, r->approved);
	bind_text(s, 6, r->wish);
	bind_text(s, 7, r->unit.product);
	bind_text(s, 8, r->unit.title);
	bind_text(s, 9, r->unit.accessories);
	bind_text(s, 10, r->unit.reason);
	sqlite3_bind_int(s, 11, (int)r->unit.last.verdict);
	bind_text(s, 12, r->unit.last.inspection);
	bind_text(s, 13, r->unit.last.station);
	bind_text(s, 14, r->unit.last.at);
	bind_text(s, 15, r->unit.last.by);
	bind_text(s, 16, r->tracking);
	return sqlite_run(db->sql, s);
}

int journal_expect_units(struct journal_db *db, uint64_t generation, const char *rma, int *units,
			 int *approved)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_LIST_UNITS);
	int rc = 0;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)generation);
	bind_text(s, 2, rma);
	if (sqlite3_step(s) == SQLITE_ROW) {
		*units = sqlite3_column_int(s, 0);
		*approved = sqlite3_column_int(s, 1);
	} else {
		rc = sqlite_fail(db->sql);
	}
	sqlite3_reset(s);
	return rc;
}

static int row_take(struct journal_expect *x, struct journal_db *db, const struct parcel_row *r)
{
	int units = 0, approved = 0;
	int rc = journal_expect_units(db, x->generation, r->rma, &units, &approved);

	if (rc)
		return rc;
	if (units + r->quantity > PARCEL_UNITS) {
		row_refused_at(x, "column quantity: a return has at most 32 units");
		return 0;
	}
	rc = journal_expect_add(db, x->generation, r);
	if (rc == -EEXIST) {
		row_refused_at(x, "column line: this line of the return was given already");
		return 0;
	}
	if (!rc) {
		x->rows++;
		x->returns += r->approved && !approved;
	}
	return rc;
}

/* *useless: the file has no header that could be understood. */
static int line_take(struct journal_expect *x, struct journal_db *db, const char *line, size_t len,
		     bool *useless)
{
	struct parcel_csv_error error;
	struct parcel_row row;
	bool empty = false;

	if (!x->header) {
		x->header = parcel_csv_header(&x->csv, line, len, &error);
		*useless = !x->header;
		if (*useless)
			list_refused(x, error.text);
		return 0;
	}
	if (!parcel_csv_row(&x->csv, line, len, &row, &empty, &error)) {
		row_refused(x, error.text);
		return 0;
	}
	return empty ? 0 : row_take(x, db, &row);
}

/* Up to PIECE lines. *done: the file is through; *useless: it can't be used. */
static int lines_take(struct journal_expect *x, struct journal_db *db, bool *done, bool *useless)
{
	int rc = 0;

	for (int i = 0; i < PIECE && !rc && !*useless; i++) {
		enum line_found found = LINE_NONE;
		size_t len = 0;
		char *line = NULL;
		int error = line_next(x, &found, &line, &len);

		if (error) {
			list_refused(x, strerror(-error));
			*useless = true;
			break;
		}
		if (found == LINE_NONE) {
			*done = true;
			break;
		}
		if (found == LINE_READ) {
			rc = line_take(x, db, line, len, useless);
		} else if (x->header) {
			x->csv.row++;
			row_refused_at(x, "is longer than 4096 bytes");
		} else {
			list_refused(x, "line 1: is longer than 4096 bytes");
			*useless = true;
		}
	}
	if (*done && !x->header) {
		list_refused(x, "is empty");
		*useless = true;
	}
	return rc;
}

static int list_switch(struct journal_expect *x, struct journal_db *db)
{
	int rc = journal_db_set_u64(db, "list", x->generation);

	if (!rc)
		rc = journal_db_set_u64(db, "list_returns", x->returns);
	/* Headquarters' list, if there was one, is to begin anew. */
	if (!rc)
		rc = journal_db_set_u64(db, "list_next", 0);
	return rc ? rc : journal_db_set(db, "cursor", "");
}

static void list_switched(struct journal_expect *x, struct journal_db *db)
{
	db->list = x->generation;
	db->expected = x->returns;
	db->next = 0;
	db->cursor[0] = 0;
	log_info("%s: %llu expected returns, %u rows, %u refused", x->path,
		 (unsigned long long)x->returns, x->rows, x->refused);
	if (x->refused > LOG_MOST)
		log_write(LOG_LEVEL_WARNING, LOG_LIST_REFUSED, "%s: %u more rows were refused",
			  x->path, x->refused - LOG_MOST);
}

static int step_rows(struct journal_expect *x, struct journal_db *db)
{
	bool done = false, useless = false;
	int rc = journal_db_begin_lazy(db);

	if (!rc)
		rc = lines_take(x, db, &done, &useless);
	if (!rc && done && !useless)
		rc = list_switch(x, db);
	if (!rc)
		rc = journal_db_commit_lazy(db);
	if (rc) {
		journal_db_rollback(db);
		return rc;
	}
	if (useless) {
		journal_expect_drop(x);
	} else if (done) {
		list_switched(x, db);
		journal_expect_drop(x);
		x->phase = JOURNAL_EXPECT_SWEEP;
	}
	return 0;
}

static int step_sweep(struct journal_expect *x, struct journal_db *db)
{
	sqlite3_stmt *s;
	int rc = journal_db_begin_lazy(db);

	if (!rc) {
		s = journal_db_use(db, JOURNAL_DB_LIST_SWEEP);
		if (s) {
			sqlite3_bind_int64(s, 1, (sqlite3_int64)db->list);
			sqlite3_bind_int(s, 2, SWEEP);
		}
		rc = sqlite_run(db->sql, s);
	}
	if (!rc && sqlite3_changes(db->sql) < SWEEP)
		x->phase = JOURNAL_EXPECT_IDLE;
	if (!rc)
		rc = journal_db_commit_lazy(db);
	if (rc)
		journal_db_rollback(db);
	return rc;
}

void journal_expect_sweep(struct journal_expect *x)
{
	if (x->phase == JOURNAL_EXPECT_IDLE)
		x->phase = JOURNAL_EXPECT_SWEEP;
}

int journal_expect_step(struct journal_expect *x, struct journal_db *db)
{
	switch (x->phase) {
	case JOURNAL_EXPECT_IDLE:
		break;
	case JOURNAL_EXPECT_ROWS:
		return step_rows(x, db);
	case JOURNAL_EXPECT_SWEEP:
		return step_sweep(x, db);
	}
	return 0;
}
