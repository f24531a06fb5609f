/* journal_chain.c - the chain in the database: its head and its anchor, what is appended, and what
 * is verified of it at every opening. */
#include "journal_chain.h"
#include "journal_sql.h"
#include "station/text.h"
#include <errno.h>
#include <string.h>

static int tail_verify(struct journal_db *db, sqlite3_stmt *s)
{
	struct event_chain chain;
	enum event_fault fault;
	int rc;

	event_chain_init(&chain);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *line = sqlite3_column_blob(s, 1);
		size_t len = (size_t)sqlite3_column_bytes(s, 1);
		const void *hash = sqlite3_column_blob(s, 2);

		if (!line || event_chain_feed(&chain, line, len, &fault) != EVENT_LINK_OK)
			return -EBADMSG;
		if (chain.seq != (uint64_t)sqlite3_column_int64(s, 0) || !hash ||
		    sqlite3_column_bytes(s, 2) != EVENT_HASH ||
		    memcmp(hash, chain.head, EVENT_HASH) != 0 ||
		    strcmp(chain.journal, db->journal) != 0)
			return -EBADMSG;
		db->seq = chain.seq;
		memcpy(db->head, chain.head, EVENT_HASH);
	}
	if (rc != SQLITE_DONE)
		return sqlite_fail(db->sql);
	return chain.begun ? 0 : -EBADMSG; /* there is always a journal.opened */
}

static int meta_load(struct journal_db *db)
{
	uint64_t clean, damaged;
	int rc = journal_db_get(db, "journal", db->journal, sizeof(db->journal));

	if (!rc)
		rc = journal_db_get(db, "board", db->board, sizeof(db->board));
	if (!rc)
		rc = journal_db_get_u64(db, "acked", &db->acked);
	if (!rc)
		rc = journal_chain_anchor(db, &db->anchor, db->anchor_hash);
	if (!rc)
		rc = journal_db_get_u64(db, "checked_seq", &db->checked);
	if (!rc)
		rc = journal_db_get_u64(db, "projected_seq", &db->projected);
	if (!rc)
		rc = journal_db_get_u64(db, "list", &db->list);
	if (!rc)
		rc = journal_db_get_u64(db, "list_returns", &db->expected);
	if (!rc)
		rc = journal_db_get_u64(db, "list_next", &db->next);
	if (!rc)
		rc = journal_db_get_u64(db, "list_next_returns", &db->next_expected);
	if (!rc)
		rc = journal_db_get(db, "cursor", db->cursor, sizeof(db->cursor));
	if (!rc)
		rc = journal_db_get_u64(db, "clean", &clean);
	if (rc)
		return rc;
	db->clean = clean != 0;
	rc = journal_db_get_u64(db, "damaged", &damaged);
	if (!rc && (strlen(db->journal) != EVENT_UUID || damaged))
		rc = -EBADMSG;
	return rc;
}

/* Since when events wait for headquarters. Only told: one that can't be read is not known. */
static void unsent_look(struct journal_db *db)
{
	struct event_view event;
	sqlite3_stmt *s;

	db->unsent = 0;
	if (db->acked >= db->seq)
		return;
	s = journal_db_use(db, JOURNAL_DB_EVENTS);
	if (!s)
		return;
	sqlite3_bind_int64(s, 1, (sqlite3_int64)db->acked + 1);
	sqlite3_bind_int64(s, 2, 1);
	if (sqlite3_step(s) == SQLITE_ROW &&
	    (uint64_t)sqlite3_column_int64(s, 0) == db->acked + 1 &&
	    event_read(sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), &event) ==
		    EVENT_OK) {
		db->unsent = db->acked + 1;
		db->unsent_ms = event.at.wall_ms;
	}
	sqlite3_reset(s);
}

int journal_chain_load(struct journal_db *db)
{
	sqlite3_stmt *s;
	int meta, rc;

	db->seq = 0;
	memset(db->head, 0, sizeof(db->head));
	meta = meta_load(db);
	if (meta && meta != -EBADMSG)
		return meta;
	/* The tail is read of a damaged one too: its last good event is the parent of the next. */
	s = journal_db_use(db, JOURNAL_DB_TAIL_EVENTS);
	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, JOURNAL_DB_TAIL);
	rc = tail_verify(db, s);
	sqlite3_reset(s);
	if (!rc && (db->projected > db->seq || db->checked > db->seq || db->anchor >= db->seq))
		rc = -EBADMSG;
	/* Both are written without a sync: a head or an anchor can be ahead of what is kept. */
	if (db->acked > db->seq)
		db->acked = db->seq;
	if (db->acked < db->anchor)
		db->acked = db->anchor;
	db->stale = db->projected < db->seq;
	if (!rc && !meta)
		unsent_look(db);
	return rc ? rc : meta;
}

int journal_chain_upgrade(struct journal_db *db)
{
	static const char look[] = "SELECT tracking FROM expected LIMIT 0";
	sqlite3_stmt *s = NULL;
	bool there = sqlite3_prepare_v2(db->sql, look, -1, &s, NULL) == SQLITE_OK;
	int rc = 0;

	sqlite3_finalize(s);
	if (!there)
		rc = sqlite_exec(db->sql, journal_sql_upgrade);
	return rc;
}

int journal_chain_schema(struct journal_db *db)
{
	char marks[96];
	struct text t = text_over(marks, sizeof(marks));
	int rc;

	text_put(&t, "PRAGMA application_id=");
	text_u64(&t, JOURNAL_APPLICATION_ID);
	text_put(&t, "; PRAGMA user_version=");
	text_u64(&t, JOURNAL_SCHEMA);
	rc = sqlite_exec(db->sql, marks);
	return rc ? rc : sqlite_exec(db->sql, journal_sql_schema);
}

static int event_insert(struct journal_db *db, uint64_t seq, const char *line, size_t len,
			const uint8_t hash[EVENT_HASH])
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_INSERT);

	if (s) {
		sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
		sqlite3_bind_blob(s, 2, line, (int)len, SQLITE_STATIC);
		sqlite3_bind_blob(s, 3, hash, EVENT_HASH, SQLITE_STATIC);
	}
	return sqlite_run(db->sql, s);
}

int journal_chain_line(struct journal_db *db, const char *line, size_t len)
{
	uint8_t hash[EVENT_HASH];
	int rc;

	event_hash(line, len, hash);
	rc = event_insert(db, db->seq + 1, line, len, hash);
	if (!rc) {
		db->seq++;
		memcpy(db->head, hash, EVENT_HASH);
	}
	return rc;
}

int journal_chain_append(struct journal_db *db, struct event *events, size_t count)
{
	uint8_t hash[JOURNAL_GROUP][EVENT_HASH];
	size_t len[JOURNAL_GROUP];
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		memcpy(events[i].journal, db->journal, sizeof(events[i].journal));
		events[i].seq = db->seq + i + 1;
		memcpy(events[i].prev, i ? hash[i - 1] : db->head, EVENT_HASH);
		len[i] = event_encode(&events[i], db->line[i], sizeof(db->line[i]));
		if (!len[i])
			return -EMSGSIZE;
		event_hash(db->line[i], len[i], hash[i]);
	}
	for (size_t i = 0; i < count && !rc; i++)
		rc = event_insert(db, events[i].seq, db->line[i], len[i], hash[i]);
	if (!rc && db->acked == db->seq) {
		db->unsent = db->seq + 1;
		db->unsent_ms = events[0].at.wall_ms;
	}
	if (!rc) {
		db->seq += count;
		memcpy(db->head, hash[count - 1], EVENT_HASH);
	}
	return rc;
}

/* One value, so that a reader never sees the number of one anchor and the hash of another. */
int journal_chain_anchor(struct journal_db *db, uint64_t *seq, uint8_t hash[EVENT_HASH])
{
	char text[24 + 2 * EVENT_HASH];
	const char *space;
	int rc = journal_db_get(db, "anchor", text, sizeof(text));

	*seq = 0;
	memset(hash, 0, EVENT_HASH);
	if (rc || !text[0])
		return rc;
	space = strchr(text, ' ');
	if (!space || !text_read_u64(text, (size_t)(space - text), INT64_MAX, seq) || !*seq ||
	    !text_read_hex(space + 1, strlen(space + 1), hash, EVENT_HASH))
		return -EBADMSG;
	return 0;
}

int journal_chain_anchor_set(struct journal_db *db, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	char value[24 + 2 * EVENT_HASH];
	struct text t = text_over(value, sizeof(value));

	text_u64(&t, seq);
	text_char(&t, ' ');
	text_hex(&t, hash, EVENT_HASH);
	return journal_db_set(db, "anchor", value);
}

/* -ENOENT: no such row. */
static int stored_hash(struct journal_db *db, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_HASH);
	const void *stored;
	int rc;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		stored = sqlite3_column_blob(s, 0);
		rc = stored && sqlite3_column_bytes(s, 0) == EVENT_HASH ? 0 : -EBADMSG;
		if (!rc)
			memcpy(hash, stored, EVENT_HASH);
	} else {
		rc = rc == SQLITE_DONE ? -ENOENT : sqlite_fail(db->sql);
	}
	sqlite3_reset(s);
	return rc;
}

int journal_chain_hash(struct journal_db *db, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	uint64_t anchor;
	int rc;

	if (seq == 0 || seq > INT64_MAX)
		return -ENOENT;
	rc = stored_hash(db, seq, hash);
	if (rc != -ENOENT)
		return rc;
	rc = journal_chain_anchor(db, &anchor, hash);
	return rc || anchor == seq ? rc : -ENOENT;
}

int journal_chain_acked(struct journal_db *db, uint64_t seq)
{
	int rc;

	if (seq > db->seq)
		seq = db->seq;
	if (seq < db->anchor)
		seq = db->anchor;
	if (seq == db->acked)
		return 0;
	rc = journal_db_begin_lazy(db);
	if (!rc)
		rc = journal_db_set_u64(db, "acked", seq);
	if (!rc)
		rc = journal_db_commit_lazy(db);
	if (rc)
		journal_db_rollback(db);
	else
		db->acked = seq;
	if (!rc)
		unsent_look(db);
	return rc;
}
