/* returns_list.c - the JSON of `GET /v1/expected`: a page of what changed behind a cursor. */
#include "returns.h"
#include "station/parcel.h"
#include "station/text.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES (480 * 1024) /* of returns; one more always fits below 512 KiB */
#define COLUMN_MAX 160
#define CURSOR	   40

struct cursor {
	int64_t n;
	uint8_t tag[8];
};

struct page {
	struct store_db *db;
	json_t *returns;
	size_t bytes;
	int64_t n; /* place of the last return on it */
	bool reset, more;
};

static int64_t tag_of(const struct cursor *c)
{
	uint64_t tag = 0;

	for (size_t i = 0; i < sizeof(c->tag); i++)
		tag = tag << 8 | c->tag[i];
	return (int64_t)tag;
}

/* "N.TAG" */
static bool cursor_read(const char *text, struct cursor *out)
{
	const char *dot = text ? strchr(text, '.') : NULL;
	uint64_t n;

	if (!dot || !text_read_u64(text, (size_t)(dot - text), INT64_MAX, &n))
		return false;
	out->n = (int64_t)n;
	return text_read_hex(dot + 1, strlen(dot + 1), out->tag, sizeof(out->tag));
}

/* The tag of the transaction that a place is of: 1 = there is one, 0 = no, or -errno. */
static int tag_at(struct store_db *db, int64_t n, int64_t *tag)
{
	sqlite3_stmt *s = store_db_use(db, STORE_DB_CHANGE_AT);
	int rc;

	sqlite3_bind_int64(s, 1, n);
	rc = sqlite_row(db->sql, s);
	if (rc == 1) {
		*tag = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return rc;
}

static int cursor_write(struct store_db *db, int64_t n, char out[CURSOR])
{
	struct text t = text_over(out, CURSOR);
	int64_t tag = 0;
	uint8_t bytes[8];
	int rc = tag_at(db, n, &tag);

	if (rc <= 0) /* no list was ever imported */
		return rc;
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)tag >> (56 - 8 * i));
	text_u64(&t, (uint64_t)n);
	text_char(&t, '.');
	text_hex(&t, bytes, sizeof(bytes));
	return 0;
}

/* --- returns --- */

static int put_text(json_t *object, const char *key, const char *value)
{
	return json_object_set_new(object, key, json_string(value)) ? -ENOMEM : 0;
}

static int put_column(json_t *object, const char *key, sqlite3_stmt *s, int column)
{
	char value[COLUMN_MAX];

	store_db_text(s, column, value, sizeof(value));
	return put_text(object, key, value);
}

static json_t *last_make(const char *verdict, const char *inspection, const char *station,
			 const char *at, const char *by)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "verdict", verdict, "inspection", inspection,
			 "station", station, "at", at, "by", by);
}

/* As the list told it. */
static json_t *last_listed(sqlite3_stmt *s)
{
	char verdict[8], inspection[EVENT_UUID + 1], station[33], at[25], by[LABEL_CODE_MAX + 1];

	store_db_text(s, 6, verdict, sizeof(verdict));
	store_db_text(s, 7, inspection, sizeof(inspection));
	store_db_text(s, 8, station, sizeof(station));
	store_db_text(s, 9, at, sizeof(at));
	store_db_text(s, 10, by, sizeof(by));
	return verdict[0] == '\0' ? json_null() : last_make(verdict, inspection, station, at, by);
}

static int line_put(json_t *lines, sqlite3_stmt *s)
{
	json_t *line = json_pack("{s:i, s:i}", "line", sqlite3_column_int(s, 0), "quantity",
				 sqlite3_column_int(s, 1));
	int rc = json_array_append_new(lines, line) ? -ENOMEM : 0;

	if (!rc)
		rc = put_column(line, "product", s, 2);
	if (!rc)
		rc = put_column(line, "title", s, 3);
	if (!rc)
		rc = put_column(line, "accessories", s, 4);
	if (!rc)
		rc = put_column(line, "reason", s, 5);
	if (!rc && json_object_set_new(line, "last", last_listed(s)))
		rc = -ENOMEM;
	return rc;
}

static int lines_put(struct page *p, json_t *lines, const char *rma)
{
	sqlite3_stmt *s = store_db_use(p->db, STORE_DB_RETURN_LINES);
	int rc;

	store_db_bind(s, 1, rma);
	while ((rc = sqlite_row(p->db->sql, s)) == 1) {
		rc = line_put(lines, s);
		if (rc)
			break;
	}
	sqlite3_reset(s);
	return rc;
}

static json_t *last_told(sqlite3_stmt *s)
{
	char verdict[8], inspection[EVENT_UUID + 1], station[33], at[25], by[LABEL_CODE_MAX + 1];
	struct text t = text_over(at, sizeof(at));

	store_db_text(s, 1, verdict, sizeof(verdict));
	store_db_text(s, 2, inspection, sizeof(inspection));
	store_db_text(s, 3, station, sizeof(station));
	text_time(&t, sqlite3_column_int64(s, 4));
	store_db_text(s, 5, by, sizeof(by));
	return last_make(verdict, inspection, station, at, by);
}

/* The line that an outcome is of; one made without a list is of the only unit. */
static json_t *line_of(const json_t *lines, int number)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		json_int_t n = json_integer_value(json_object_get(line, "line"));
		json_int_t units = json_integer_value(json_object_get(line, "quantity"));

		if (n == number || (number == 0 && json_array_size(lines) == 1 && units == 1))
			return line;
	}
	return NULL;
}

/* What the events say outranks what the list told, once every unit of the line has a verdict. */
static int lasts_put(struct page *p, json_t *lines, const char *rma)
{
	sqlite3_stmt *s = store_db_use(p->db, STORE_DB_RETURN_LAST);
	json_t *line, *before = NULL;
	json_int_t units = 0;
	int rc;

	store_db_bind(s, 1, rma);
	while ((rc = sqlite_row(p->db->sql, s)) == 1) {
		line = line_of(lines, sqlite3_column_int(s, 0));
		units = line == before ? units + 1 : 1;
		before = line;
		if (line && units >= json_integer_value(json_object_get(line, "quantity")) &&
		    json_object_set_new(line, "last", last_told(s))) {
			rc = -ENOMEM;
			break;
		}
	}
	sqlite3_reset(s);
	return rc;
}

static int return_fill(struct page *p, json_t *object, sqlite3_stmt *s, const char *rma)
{
	static const char *const keys[] = {"state", "order", "wish", "carrier", "tracking", "due"};
	json_t *lines = json_array();
	int rc = put_text(object, "rma", rma);

	if (json_object_set_new(object, "lines", lines))
		return -ENOMEM;
	for (int i = 0; !rc && i < 6; i++)
		rc = put_column(object, keys[i], s, 3 + i);
	if (!rc)
		rc = lines_put(p, lines, rma);
	return rc ? rc : lasts_put(p, lines, rma);
}

static int return_put(struct page *p, sqlite3_stmt *s)
{
	char rma[LABEL_MAX + 1];
	json_t *object;
	int rc;

	store_db_text(s, 1, rma, sizeof(rma));
	if (sqlite3_column_int(s, 2)) {
		object = json_pack("{s:s, s:b}", "rma", rma, "gone", 1);
		rc = object ? 0 : -ENOMEM;
	} else {
		object = json_object();
		rc = object ? return_fill(p, object, s, rma) : -ENOMEM;
	}
	if (!rc) {
		p->bytes += json_dumpb(object, NULL, 0, JSON_COMPACT) + 1;
		p->n = sqlite3_column_int64(s, 0);
	}
	if (json_array_append_new(p->returns, object) && !rc)
		rc = -ENOMEM;
	return rc;
}

/* --- the page --- */

/* Where to begin; a cursor of another history, or of none, begins anew. */
static int page_begin(struct page *p, const char *text)
{
	struct cursor cursor;
	int64_t tag = 0;
	int rc;

	p->reset = true;
	if (!cursor_read(text, &cursor))
		return 0;
	rc = tag_at(p->db, cursor.n, &tag);
	if (rc == 1 && tag == tag_of(&cursor)) {
		p->reset = false;
		p->n = cursor.n;
	}
	return rc < 0 ? rc : 0;
}

static int page_fill(struct page *p)
{
	sqlite3_stmt *s = store_db_use(p->db, STORE_DB_RETURN_PAGE);
	int rc;

	sqlite3_bind_int64(s, 1, p->n);
	sqlite3_bind_int(s, 2, !p->reset);
	while ((rc = sqlite_row(p->db->sql, s)) == 1) {
		p->more = p->bytes >= PAGE_BYTES;
		rc = p->more ? 0 : return_put(p, s);
		if (rc || p->more)
			break;
	}
	sqlite3_reset(s);
	return rc;
}

/* The end of the order, when everything behind the cursor is on the page. */
static int page_end(struct page *p, char cursor[CURSOR])
{
	sqlite3_stmt *s = store_db_use(p->db, STORE_DB_CHANGE_TOP);
	int rc = 0;

	cursor[0] = '\0';
	if (!p->more) {
		rc = sqlite_row(p->db->sql, s);
		if (rc == 1)
			p->n = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return rc < 0 ? rc : cursor_write(p->db, p->n, cursor);
}

static int page_dump(struct page *p, const char *cursor, char **json, size_t *len)
{
	json_t *object =
		json_pack("{s:s, s:b, s:b, s:O}", "cursor", cursor, "reset",
			  p->reset && cursor[0] != '\0', "more", p->more, "returns", p->returns);

	*json = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (!*json)
		return -ENOMEM;
	*len = strlen(*json);
	return 0;
}

int returns_expected(struct store_db *db, const char *cursor, char **json, size_t *len)
{
	struct page p = {.db = db, .returns = json_array()};
	char next[CURSOR];
	int rc = p.returns ? sqlite_exec(db->sql, "BEGIN") : -ENOMEM;

	if (!rc)
		rc = page_begin(&p, cursor);
	if (!rc)
		rc = page_fill(&p);
	if (!rc)
		rc = page_end(&p, next);
	store_db_rollback(db); /* nothing was written */
	if (!rc)
		rc = page_dump(&p, next, json, len);
	json_decref(p.returns);
	return rc;
}
