/* journal_check.c - the check of the whole file that runs behind the start, on a connection of its
 * own, in pieces, so that the WAL can go on being checkpointed. */
#include "journal_check.h"
#include "station/text.h"
#include <errno.h>
#include <string.h>

#define PIECE	 256   /* events a read transaction */
#define WHAT_MAX 100   /* bytes of SQLite's words */
#define STEP_OPS 10000 /* SQLite instructions between two looks at `stop` */

static int on_progress(void *user)
{
	struct journal_check *c = user;

	return atomic_load(&c->stop);
}

static int damaged(struct journal_check *c, const char *where, uint64_t seq, const char *what)
{
	struct text t = text_over(c->problem, sizeof(c->problem));

	text_put(&t, "the journal is damaged (");
	text_put(&t, where);
	if (seq) {
		text_char(&t, ' ');
		text_u64(&t, seq);
	}
	text_put(&t, ": ");
	text_bytes(&t, what, strnlen(what, WHAT_MAX));
	text_put(&t, "); restart the station, which sets it aside and begins a new one");
	return -EBADMSG;
}

static int event_damaged(struct journal_check *c, uint64_t seq, const char *what)
{
	return damaged(c, "event", seq, what);
}

static int event_check(struct journal_check *c, struct event_chain *chain, sqlite3_stmt *s)
{
	uint64_t seq = (uint64_t)sqlite3_column_int64(s, 0), want = chain->seq + 1;
	const char *line = sqlite3_column_blob(s, 1);
	size_t len = (size_t)sqlite3_column_bytes(s, 1);
	const void *hash = sqlite3_column_blob(s, 2);
	enum event_fault fault = EVENT_OK;
	enum event_link link;

	if (!line)
		return event_damaged(c, seq, "empty");
	if (!chain->begun)
		want = c->from;
	link = event_chain_feed(chain, line, len, &fault);
	if (link == EVENT_LINK_LINE)
		return event_damaged(c, seq, event_fault_text(fault));
	if (link != EVENT_LINK_OK)
		return event_damaged(c, seq, event_link_text(link));
	if (chain->seq != seq || seq != want)
		return event_damaged(c, want, event_link_text(EVENT_LINK_SEQ));
	if (!hash || sqlite3_column_bytes(s, 2) != EVENT_HASH ||
	    memcmp(hash, chain->head, EVENT_HASH) != 0)
		return event_damaged(c, seq, "its hash is not the one that was stored");
	return 0;
}

/* SQLite's own word that a page is broken is damage too; an I/O error is not. */
static int failed(struct journal_check *c, uint64_t seq)
{
	int rc = sqlite_fail(c->db.sql);

	return rc == -EBADMSG ? event_damaged(c, seq, sqlite3_errmsg(c->db.sql)) : rc;
}

static int piece_check(struct journal_check *c, struct event_chain *chain, int events)
{
	sqlite3_stmt *s = journal_db_use(&c->db, JOURNAL_DB_EVENTS);
	uint64_t before = chain->seq;
	int step, rc = 0;

	if (!s)
		return failed(c, chain->seq + 1);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)(chain->begun ? chain->seq + 1 : c->from));
	sqlite3_bind_int(s, 2, events);
	while (!rc && (step = sqlite3_step(s)) != SQLITE_DONE)
		rc = step == SQLITE_ROW ? event_check(c, chain, s) : failed(c, chain->seq + 1);
	sqlite3_reset(s);
	if (!rc && chain->seq == before)
		rc = event_damaged(c, chain->seq + 1, "missing");
	return rc;
}

static int chain_check(struct journal_check *c)
{
	struct event_chain chain = c->anchor;
	int rc = 0;

	if (c->from > c->anchor.seq) { /* the front is looked at all the same */
		rc = piece_check(c, &chain, 1);
		event_chain_init(&chain);
	}
	while (!rc && chain.seq < c->to)
		rc = atomic_load(&c->stop) ? -ECANCELED : piece_check(c, &chain, PIECE);
	return rc;
}

/* The event table was read row by row; of the others SQLite looks at every page. */
static int table_check(struct journal_check *c, const char *table)
{
	sqlite3_stmt *s = NULL;
	const char *answer = "";
	char sql[64];
	struct text t = text_over(sql, sizeof(sql));
	int rc = 0;

	text_put(&t, "PRAGMA integrity_check('");
	text_put(&t, table);
	text_put(&t, "')");
	if (sqlite3_prepare_v2(c->db.sql, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW) {
		answer = (const char *)sqlite3_column_text(s, 0);
	} else {
		rc = sqlite_fail(c->db.sql);
		if (rc == -EBADMSG)
			answer = sqlite3_errmsg(c->db.sql);
	}
	if ((!rc || rc == -EBADMSG) && (!answer || strcmp(answer, "ok") != 0))
		rc = damaged(c, table, 0, answer ? answer : "no answer");
	sqlite3_finalize(s);
	return rc;
}

int journal_check_run(struct journal_check *c)
{
	static const char *const tables[] = {"meta", "inspection", "arrival", "expected"};
	int rc = journal_db_connect(&c->db, c->path, SQLITE_OPEN_READONLY);

	if (rc)
		return rc;
	sqlite3_progress_handler(c->db.sql, STEP_OPS, on_progress, c);
	if (c->whole)
		c->from = 0;
	rc = chain_check(c);
	for (size_t i = 0; c->whole && i < sizeof(tables) / sizeof(tables[0]) && !rc; i++)
		rc = table_check(c, tables[i]);
	journal_db_close(&c->db, false);
	return rc;
}
