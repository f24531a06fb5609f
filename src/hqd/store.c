/* store.c - headquarters' store: a request's events into the chain, anchors; see store.h. */
#include "store.h"
#include "intake.h"
#include "station/text.h"
#include "store_batch.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JOURNALS_MOST 4096 /* of one station: a new one is rare */
#define FORKS_MOST    100  /* of one journal that are kept */

/* A journal as it is stored. */
struct head {
	bool found;
	int64_t no, known;
	char station[33];
	uint64_t seq;
	uint8_t hash[EVENT_HASH];
	bool holed, kin;
};

int store_open(struct store **out, const char *path, char *why, size_t cap)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc = s ? store_db_open(&s->db, path, why, cap) : -ENOMEM;

	if (rc) {
		if (!s)
			text_copy(why, cap, strerror(ENOMEM));
		free(s);
		s = NULL;
	}
	*out = s;
	return rc;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_db_close(&s->db);
	free(s);
}

/* After an I/O error nobody knows what of a file is on disk: the connection begins anew. */
int store_ready(struct store *s)
{
	char why[8];

	return s->db.sql ? 0 : store_db_open(&s->db, s->db.path, why, sizeof(why));
}

void store_settle(struct store *s, int rc)
{
	s->failed = rc != 0;
	if (!s->db.sql)
		return;
	store_db_rollback(&s->db);
	if (rc && rc != -EBUSY && rc != -ENOSPC && rc != -EEXIST)
		store_db_close(&s->db);
}

static void answer(struct store_reply *out, enum store_what what, const struct head *h,
		   const char *why)
{
	out->what = what;
	out->acked = h->seq;
	memcpy(out->hash, h->hash, EVENT_HASH);
	text_copy(out->why, sizeof(out->why), why);
}

static void answer_seq(struct store_reply *out, enum store_what what, const struct head *h,
		       uint64_t seq, const char *words)
{
	struct text t;

	answer(out, what, h, "");
	t = text_over(out->why, sizeof(out->why));
	text_put(&t, "event ");
	text_u64(&t, seq);
	text_put(&t, words);
}

static void answer_failed(struct store_reply *out, int rc)
{
	static const struct head none;
	struct text t;

	answer(out, STORE_FAILED, &none, "");
	t = text_over(out->why, sizeof(out->why));
	text_put(&t, "the store can't be written: ");
	text_put(&t, store_db_problem(rc));
}

/* --- journals --- */

static int head_find(struct store *s, const char *journal, struct head *h)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_JOURNAL_GET);
	const void *hash;
	int rc;

	*h = (struct head){.found = false};
	store_db_bind(st, 1, journal);
	rc = sqlite_row(s->db.sql, st);
	if (rc <= 0)
		return rc;
	h->found = true;
	h->no = sqlite3_column_int64(st, 0);
	store_db_text(st, 1, h->station, sizeof(h->station));
	h->seq = (uint64_t)sqlite3_column_int64(st, 2);
	hash = sqlite3_column_blob(st, 3);
	if (hash && sqlite3_column_bytes(st, 3) == EVENT_HASH)
		memcpy(h->hash, hash, EVENT_HASH);
	h->known = sqlite3_column_int64(st, 4);
	h->holed = sqlite3_column_int(st, 5) != 0;
	h->kin = sqlite3_column_int(st, 6) != 0;
	sqlite3_reset(st);
	return 0;
}

/* 1 = made, 0 = the station has too many, or -errno. */
static int head_add(struct store *s, const char *station, const char *journal, int64_t now,
		    struct head *h)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_JOURNAL_COUNT);
	int64_t count = 0;
	int rc, kin = store_kin_known(&s->db, journal);

	if (kin < 0)
		return kin;
	store_db_bind(st, 1, station);
	rc = sqlite_row(s->db.sql, st);
	if (rc < 0)
		return rc;
	count = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (count >= JOURNALS_MOST)
		return 0;
	st = store_db_use(&s->db, STORE_DB_JOURNAL_ADD);
	store_db_bind(st, 1, journal);
	store_db_bind(st, 2, station);
	sqlite3_bind_int(st, 3, kin);
	sqlite3_bind_int64(st, 4, now);
	rc = sqlite_run(s->db.sql, st);
	if (rc)
		return rc;
	*h = (struct head){
		.found = true, .no = sqlite3_last_insert_rowid(s->db.sql), .kin = kin == 1};
	text_copy(h->station, sizeof(h->station), station);
	return 1;
}

static int head_save(struct store *s, const struct head *h)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_JOURNAL_SET);

	sqlite3_bind_int64(st, 1, h->no);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)h->seq);
	sqlite3_bind_blob(st, 3, h->hash, EVENT_HASH, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, h->known);
	sqlite3_bind_int(st, 5, h->holed);
	sqlite3_bind_int(st, 6, h->kin);
	return sqlite_run(s->db.sql, st);
}

static int64_t key_of(const struct head *h, uint64_t seq)
{
	return (int64_t)((uint64_t)h->no << STORE_DB_SEQ_BITS | seq);
}

/* --- what is there already --- */

/* The hash of a stored event, or of a hole's last. 1 = known, 0 = inside a hole, or -errno. */
static int hash_find(struct store *s, const struct head *h, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_EVENT_GET);
	const void *blob;
	int rc;

	sqlite3_bind_int64(st, 1, key_of(h, seq));
	rc = sqlite_row(s->db.sql, st);
	if (rc == 1) {
		blob = sqlite3_column_blob(st, 0);
		event_hash(blob ? blob : "", (size_t)sqlite3_column_bytes(st, 0), hash);
		sqlite3_reset(st);
	}
	if (rc)
		return rc;
	st = store_db_use(&s->db, STORE_DB_HOLE_AT);
	sqlite3_bind_int64(st, 1, h->no);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)seq);
	rc = sqlite_row(s->db.sql, st);
	if (rc == 1) {
		blob = sqlite3_column_blob(st, 2);
		rc = (uint64_t)sqlite3_column_int64(st, 1) == seq && blob &&
		     sqlite3_column_bytes(st, 2) == EVENT_HASH;
		if (rc)
			memcpy(hash, blob, EVENT_HASH);
		sqlite3_reset(st);
	}
	return rc;
}

/* Another history under this journal: remembered, once each. The transaction is over. */
static int fork_note(struct store *s, const struct head *h, uint64_t seq,
		     const uint8_t hash[EVENT_HASH], int64_t now)
{
	sqlite3_stmt *st;
	int rc;

	store_db_rollback(&s->db);
	rc = store_db_begin(&s->db);
	if (rc)
		return rc;
	st = store_db_use(&s->db, STORE_DB_FORK_ADD);
	sqlite3_bind_int64(st, 1, h->no);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)seq);
	sqlite3_bind_blob(st, 3, hash, EVENT_HASH, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, now);
	sqlite3_bind_int(st, 5, FORKS_MOST);
	rc = sqlite_run(s->db.sql, st);
	return rc ? rc : store_db_commit(&s->db);
}

/* --- events --- */

struct taking {
	struct store *s;
	struct head stored, h; /* before this request, with it */
	const char *station, *journal;
	int64_t now;
	struct store_reply *out;
	uint64_t added;
};

static int event_add(struct taking *t, const struct intake_line *line)
{
	struct store_db *db = &t->s->db;
	struct store_batch *b = &t->s->batch;
	sqlite3_stmt *st = store_db_use(db, STORE_DB_EVENT_ADD);
	int rc;

	b->key = key_of(&t->h, line->event.seq);
	sqlite3_bind_int64(st, 1, b->key);
	sqlite3_bind_blob(st, 2, line->at, (int)line->len, SQLITE_STATIC);
	rc = sqlite_run(db->sql, st);
	if (!rc)
		rc = store_project_event(b, &line->event);
	t->h.seq = line->event.seq;
	memcpy(t->h.hash, line->hash, EVENT_HASH);
	t->added++;
	return rc;
}

/* The first event that is new: the journal may be, too. 1 = go on, 0 = answered, or -errno. */
static int adding_begin(struct taking *t, uint64_t seq)
{
	struct store_batch *b = &t->s->batch;
	sqlite3_stmt *st;
	int rc;

	if (!t->h.found) {
		rc = head_add(t->s, t->station, t->journal, t->now, &t->h);
		if (rc == 0)
			answer(t->out, STORE_BAD, &t->h, "this station has too many journals");
		if (rc <= 0)
			return rc;
	}
	*b = (struct store_batch){.db = &t->s->db,
				  .uuid = t->journal,
				  .station = t->station,
				  .journal = t->h.no,
				  .received = t->now,
				  .known = t->h.known,
				  .holed = t->h.holed,
				  .kin = t->h.kin};
	st = store_db_use(&t->s->db, STORE_DB_RECEIVED_ADD);
	sqlite3_bind_int64(st, 1, key_of(&t->h, seq));
	sqlite3_bind_int64(st, 2, t->now);
	rc = sqlite_run(t->s->db.sql, st);
	return rc ? rc : 1;
}

static int fork_found(struct taking *t, const struct intake_line *line)
{
	int rc = fork_note(t->s, &t->stored, line->event.seq, line->hash, t->now);

	answer_seq(t->out, STORE_FORK, &t->stored, line->event.seq,
		   " is not the one that follows here: another history under this journal");
	return rc;
}

/* 1 = go on, 0 = answered, or -errno. */
static int line_take(struct taking *t, const struct intake_line *line)
{
	uint64_t seq = line->event.seq;
	uint8_t hash[EVENT_HASH];
	int rc;

	if (seq > t->h.seq + 1) {
		answer_seq(t->out, STORE_GAP, &t->stored, t->h.seq + 1, " is wanted first");
		return 0;
	}
	if (seq <= t->h.seq) {
		rc = hash_find(t->s, &t->h, seq, hash);
		if (rc == 1 && memcmp(hash, line->hash, EVENT_HASH) != 0)
			return fork_found(t, line);
		return rc < 0 ? rc : 1;
	}
	if (t->h.found && memcmp(line->event.prev, t->h.hash, EVENT_HASH) != 0)
		return fork_found(t, line);
	if (t->added == 0) {
		rc = adding_begin(t, seq);
		if (rc <= 0)
			return rc;
	}
	rc = event_add(t, line);
	return rc ? rc : 1;
}

static int adding_end(struct taking *t)
{
	struct store_batch *b = &t->s->batch;
	int rc = store_project_end(b);

	t->h.known = b->known;
	t->h.kin = b->kin;
	t->h.holed = b->holed;
	if (!rc)
		rc = head_save(t->s, &t->h);
	return rc ? rc : store_db_commit(&t->s->db);
}

static int body_take(struct taking *t, const char *body, size_t len)
{
	char why[INTAKE_WHY];
	struct intake in;
	struct intake_line line;
	enum intake_found found;
	int rc = 1;

	intake_begin(&in, t->journal, body, len);
	do {
		found = intake_next(&in, &line, why);
		if (found == INTAKE_LINE)
			rc = line_take(t, &line);
	} while (found == INTAKE_LINE && rc == 1);
	if (found == INTAKE_BAD)
		answer(t->out, STORE_BAD, &t->stored, why);
	if (found != INTAKE_END)
		return rc < 0 ? rc : 0;
	rc = t->added ? adding_end(t) : 0;
	if (!rc)
		answer(t->out, STORE_ACKED, &t->h, "");
	return rc;
}

/* Begins the transaction and finds the journal. 1 = go on, 0 = answered, or -errno. */
static int taking_begin(struct taking *t)
{
	int rc = store_ready(t->s);

	if (!rc)
		rc = store_db_begin(&t->s->db);
	if (!rc)
		rc = head_find(t->s, t->journal, &t->stored);
	if (rc)
		return rc;
	t->h = t->stored;
	if (t->h.found && strcmp(t->h.station, t->station) != 0) {
		static const struct head none;

		answer(t->out, STORE_FOREIGN, &none, "this journal is another station's");
		return 0;
	}
	return 1;
}

static void taking_end(struct taking *t, int rc)
{
	store_settle(t->s, rc);
	if (rc)
		answer_failed(t->out, rc);
}

void store_events(struct store *s, const char *station, const char *journal, const char *body,
		  size_t len, int64_t now_ms, struct store_reply *out)
{
	struct taking t = {
		.s = s, .station = station, .journal = journal, .now = now_ms, .out = out};
	int rc;

	if (!text_is_uuid(journal, strlen(journal))) {
		answer(out, STORE_BAD, &t.stored, "the journal's name is no UUID");
		return;
	}
	rc = taking_begin(&t);
	if (rc == 1)
		rc = body_take(&t, body, len);
	taking_end(&t, rc);
}

/* --- anchors --- */

static int hole_add(struct taking *t, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	struct store_db *db = &t->s->db;
	sqlite3_stmt *st = store_db_use(db, STORE_DB_HOLE_ADD);
	struct text why;
	int rc;

	sqlite3_bind_int64(st, 1, t->h.no);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)t->h.seq + 1);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)seq);
	sqlite3_bind_blob(st, 4, hash, EVENT_HASH, SQLITE_STATIC);
	sqlite3_bind_int64(st, 5, t->now);
	rc = sqlite_run(db->sql, st);
	t->h.seq = seq;
	t->h.holed = true;
	memcpy(t->h.hash, hash, EVENT_HASH);
	if (!rc)
		rc = head_save(t->s, &t->h);
	if (!rc)
		rc = store_db_commit(db);
	answer(t->out, STORE_ACKED, &t->h, "");
	why = text_over(t->out->why, sizeof(t->out->why));
	text_put(&why, "a hole: events ");
	text_u64(&why, t->stored.seq + 1);
	text_put(&why, " to ");
	text_u64(&why, seq);
	text_put(&why, " are lost here and at the station");
	return rc;
}

static int anchor_take(struct taking *t, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	uint8_t ours[EVENT_HASH];
	int rc;

	if (seq == 0 || seq > INTAKE_SEQ_MAX) {
		answer(t->out, STORE_BAD, &t->stored, "the anchor's number is out of range");
		return 0;
	}
	if (seq <= t->h.seq) {
		rc = hash_find(t->s, &t->h, seq, ours);
		if (rc < 0)
			return rc;
		if (rc == 0 || memcmp(ours, hash, EVENT_HASH) == 0) {
			answer(t->out, STORE_ACKED, &t->h, "");
			return 0;
		}
		rc = fork_note(t->s, &t->stored, seq, hash, t->now);
		answer_seq(t->out, STORE_FORK, &t->stored, seq,
			   " is another one here: another history under this journal");
		return rc;
	}
	if (!t->h.found) {
		rc = head_add(t->s, t->station, t->journal, t->now, &t->h);
		if (rc == 0)
			answer(t->out, STORE_BAD, &t->h, "this station has too many journals");
		if (rc <= 0)
			return rc;
	}
	return hole_add(t, seq, hash);
}

void store_anchor(struct store *s, const char *station, const char *journal, uint64_t seq,
		  const uint8_t hash[EVENT_HASH], int64_t now_ms, struct store_reply *out)
{
	struct taking t = {
		.s = s, .station = station, .journal = journal, .now = now_ms, .out = out};
	int rc;

	if (!text_is_uuid(journal, strlen(journal))) {
		answer(out, STORE_BAD, &t.stored, "the journal's name is no UUID");
		return;
	}
	rc = taking_begin(&t);
	if (rc == 1)
		rc = anchor_take(&t, seq, hash);
	taking_end(&t, rc);
}
