/* store_shelf.c - events that came before those that stand before them (store_shelf.h). */
#include "store_shelf.h"
#include "intake.h"
#include "station/text.h"
#include "store_batch.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE (1 << 20) /* bytes of lines that are taken at once */

static void failed(struct store *s, int rc, struct store_reply *out)
{
	store_settle(s, rc);
	if (!rc)
		return;
	*out = (struct store_reply){.what = STORE_FAILED};
	text_copy(out->why, sizeof(out->why), store_db_problem(rc));
}

/* Whose journal it is, if a part of it is here: 1 = this station's or nobody's, 0 = another's. */
static int is_own(struct store *s, const char *station, const char *journal)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_SHELF_OWNER);
	char owner[33];
	int rc;

	store_db_bind(st, 1, journal);
	rc = sqlite_row(s->db.sql, st);
	if (rc <= 0)
		return rc < 0 ? rc : 1;
	store_db_text(st, 0, owner, sizeof(owner));
	sqlite3_reset(st);
	return strcmp(owner, station) == 0;
}

/* 1 = kept, or there already; 0 = another event of this number is; or -errno. */
static int line_keep(struct store *s, const char *station, const char *journal,
		     const struct intake_line *line)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_SHELF_ADD);
	const void *blob;
	int rc;

	store_db_bind(st, 1, journal);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)line->event.seq);
	store_db_bind(st, 3, station);
	sqlite3_bind_blob(st, 4, line->at, (int)line->len, SQLITE_STATIC);
	rc = sqlite_run(s->db.sql, st);
	if (rc || sqlite3_changes(s->db.sql) > 0)
		return rc ? rc : 1;
	st = store_db_use(&s->db, STORE_DB_SHELF_FROM);
	store_db_bind(st, 1, journal);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)line->event.seq);
	store_db_bind(st, 3, station);
	rc = sqlite_row(s->db.sql, st);
	if (rc != 1)
		return rc < 0 ? rc : 0;
	blob = sqlite3_column_blob(st, 1);
	rc = blob && (size_t)sqlite3_column_bytes(st, 1) == line->len &&
	     memcmp(blob, line->at, line->len) == 0;
	sqlite3_reset(st);
	return rc;
}

/* Whole or not at all. 0 = answered or done, or -errno. */
static int body_keep(struct store *s, const char *station, const char *journal, const char *body,
		     size_t len, struct store_reply *out)
{
	struct intake in;
	struct intake_line line;
	enum intake_found found;
	int rc = 1;

	intake_begin(&in, journal, body, len);
	while ((found = intake_next(&in, &line, out->why)) == INTAKE_LINE && rc == 1) {
		if (!event_span_is(&line.event.station, station)) {
			out->what = STORE_FOREIGN;
			text_copy(out->why, sizeof(out->why), "an event of another station");
			return 0;
		}
		rc = line_keep(s, station, journal, &line);
	}
	if (rc < 0)
		return rc;
	if (rc == 0) {
		out->what = STORE_FORK;
		text_copy(out->why, sizeof(out->why),
			  "it contradicts what another stick has brought");
		return 0;
	}
	if (found == INTAKE_BAD) {
		out->what = STORE_BAD;
		return 0;
	}
	return store_db_commit(&s->db);
}

void store_shelf_put(struct store *s, const char *station, const char *journal, const char *body,
		     size_t len, struct store_reply *out)
{
	int rc = store_ready(s);

	_Static_assert(sizeof(out->why) >= INTAKE_WHY, "its words fit");
	*out = (struct store_reply){.what = STORE_ACKED};
	if (!rc)
		rc = store_db_begin(&s->db);
	if (!rc)
		rc = is_own(s, station, journal);
	if (rc == 0) {
		out->what = STORE_FOREIGN;
		text_copy(out->why, sizeof(out->why), "this journal is another station's");
	}
	if (rc == 1)
		rc = body_keep(s, station, journal, body, len, out);
	failed(s, rc, out);
}

/* --- taking --- */

struct piece {
	char *body;
	size_t len;
	uint64_t first, last;
};

/* Whether a line says that it follows the one with this hash. */
static bool is_next(const void *line, size_t len, const uint8_t hash[EVENT_HASH])
{
	struct event_view e;

	return event_read(line, len, &e) == EVENT_OK && memcmp(e.prev, hash, EVENT_HASH) == 0;
}

static bool piece_add(struct piece *p, uint64_t seq, const void *line, size_t len,
		      uint8_t hash[EVENT_HASH])
{
	if (!line || len + 1 > PIECE - p->len)
		return false;
	if (p->len && (seq != p->last + 1 || !is_next(line, len, hash)))
		return false;
	if (!p->len)
		p->first = seq;
	memcpy(p->body + p->len, line, len);
	p->body[p->len + len] = '\n';
	p->len += len + 1;
	p->last = seq;
	event_hash(line, len, hash);
	return true;
}

/* The first run that waits, if it follows the head or lies before it, up to PIECE bytes; it ends
 * where another stick's begins that does not fit to it. 0 or -errno. */
static int piece_read(struct store *s, const char *station, const char *journal, uint64_t head,
		      struct piece *p)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_SHELF_FROM);
	uint8_t hash[EVENT_HASH];
	int rc;

	p->len = 0;
	store_db_bind(st, 1, journal);
	sqlite3_bind_int64(st, 2, 0);
	store_db_bind(st, 3, station);
	while ((rc = sqlite_row(s->db.sql, st)) == 1) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(st, 0);
		const void *line = sqlite3_column_blob(st, 1);
		size_t len = (size_t)sqlite3_column_bytes(st, 1);

		if ((!p->len && seq > head + 1) || !piece_add(p, seq, line, len, hash))
			break;
	}
	sqlite3_reset(st);
	return rc < 0 ? rc : 0;
}

static int forget(struct store *s, const char *journal, uint64_t upto)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_SHELF_REMOVE);

	store_db_bind(st, 1, journal);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)upto);
	return sqlite_run(s->db.sql, st);
}

int store_shelf_head(struct store *s, const char *journal, uint64_t *head, uint8_t hash[EVENT_HASH])
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_JOURNAL_GET);
	const void *blob;
	int rc;

	*head = 0;
	store_db_bind(st, 1, journal);
	rc = sqlite_row(s->db.sql, st);
	if (rc == 1) {
		*head = (uint64_t)sqlite3_column_int64(st, 2);
		blob = sqlite3_column_blob(st, 3);
		if (blob && sqlite3_column_bytes(st, 3) == EVENT_HASH)
			memcpy(hash, blob, EVENT_HASH);
		else
			rc = -EBADMSG;
		sqlite3_reset(st);
	}
	return rc < 0 ? rc : 0;
}

/* One piece. 1 = it is off the shelf, 0 = there is none, or it stays, or -errno. What contradicts
 * the chain is another history, which store_events has recorded: nobody knows yet which of the two
 * goes on, so it stays until the chain is past it. */
static int take_one(struct store *s, const char *station, const char *journal, struct piece *p,
		    int64_t now_ms, struct store_reply *out)
{
	uint8_t hash[EVENT_HASH];
	uint64_t head;
	int rc = store_ready(s);

	*out = (struct store_reply){.what = STORE_ACKED};
	if (!rc)
		rc = store_shelf_head(s, journal, &head, hash);
	if (!rc)
		rc = piece_read(s, station, journal, head, p);
	if (rc || !p->len)
		return rc;
	store_events(s, station, journal, p->body, p->len, now_ms, out);
	if (out->what == STORE_FAILED)
		return -EIO;
	if (out->what == STORE_ACKED)
		head = out->acked;
	if (p->last > head)
		return 0;
	rc = forget(s, journal, p->last);
	return rc ? rc : 1;
}

int store_shelf_take(struct store *s, const char *station, const char *journal, unsigned most,
		     int64_t now_ms, struct store_reply *out, struct store_reply *against)
{
	struct piece p = {.body = malloc(PIECE)};
	struct store_reply reply;
	int rc = p.body ? 1 : -ENOMEM;

	*against = (struct store_reply){.what = STORE_ACKED};
	for (unsigned n = 0; n < most && rc == 1; n++) {
		rc = take_one(s, station, journal, &p, now_ms, &reply);
		if (reply.what != STORE_ACKED)
			*against = reply;
		else if (rc == 1)
			*out = reply;
	}
	free(p.body);
	return rc;
}

int store_shelf_count(struct store *s, const char *journal, uint64_t *count, uint64_t *first)
{
	sqlite3_stmt *st;
	int rc = store_ready(s);

	*count = *first = 0;
	if (rc)
		return rc;
	st = store_db_use(&s->db, STORE_DB_SHELF_COUNT);
	store_db_bind(st, 1, journal);
	rc = sqlite_row(s->db.sql, st);
	if (rc == 1) {
		*count = (uint64_t)sqlite3_column_int64(st, 0);
		*first = (uint64_t)sqlite3_column_int64(st, 1);
		sqlite3_reset(st);
	}
	return rc < 0 ? rc : 0;
}

int store_shelf_each(struct store *s, bool (*fn)(void *user, const struct store_waiting *w),
		     void *user)
{
	struct store_waiting w = {.uuid = ""};
	int rc = store_ready(s);

	while (!rc) {
		sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_SHELF_ALL);

		store_db_bind(st, 1, w.uuid);
		rc = sqlite_row(s->db.sql, st);
		if (rc <= 0)
			return rc;
		store_db_text(st, 0, w.uuid, sizeof(w.uuid));
		store_db_text(st, 1, w.station, sizeof(w.station));
		w.count = (uint64_t)sqlite3_column_int64(st, 2);
		w.first = (uint64_t)sqlite3_column_int64(st, 3);
		sqlite3_reset(st);
		rc = fn(user, &w) ? 0 : -ECANCELED;
	}
	return rc == -ECANCELED ? 0 : rc;
}
