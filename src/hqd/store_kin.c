/* store_kin.c - journals that have a parent or a child: an event may come in both, once under its
 * own id and once as `origin` of another; it counts once. Others pay nothing for it. */
#include "station/text.h"
#include "store_batch.h"
#include <errno.h>
#include <string.h>

#define BACK_MOST 65536 /* events of a parent that are looked at: what is sent again is of late */

/* The id under which an event was first written. */
static void first_id(const struct event_view *e, char id[EVENT_UUID + 1])
{
	struct event_span origin;

	if (!event_data(&e->data, "origin", &origin) || !text_is_uuid(origin.at, origin.len))
		origin = e->id;
	memcpy(id, origin.at, EVENT_UUID);
	id[EVENT_UUID] = '\0';
}

/* *again: it was there already. Another station's events are none of ours. */
static int seen_add(struct store_db *db, const char *id, const char *station, bool *again)
{
	sqlite3_stmt *s = store_db_use(db, STORE_DB_SEEN_ADD);
	int rc;

	store_db_bind(s, 1, id);
	store_db_bind(s, 2, station);
	rc = sqlite_run(db->sql, s);
	*again = sqlite3_changes(db->sql) == 0;
	return rc;
}

/* Notes the ids of what a journal holds already. */
static int seen_fill(struct store_db *db, int64_t no, const char *station)
{
	const int64_t seqs = INT64_C(1) << STORE_DB_SEQ_BITS;
	sqlite3_stmt *s = store_db_use(db, STORE_DB_EVENTS_BACK);
	struct event_view e;
	char id[EVENT_UUID + 1];
	bool again;
	int rc;

	sqlite3_bind_int64(s, 1, no * seqs);
	sqlite3_bind_int64(s, 2, no * seqs + (seqs - 1));
	sqlite3_bind_int(s, 3, BACK_MOST);
	while ((rc = sqlite_row(db->sql, s)) == 1) {
		const char *line = sqlite3_column_blob(s, 0);

		if (!line || event_read(line, (size_t)sqlite3_column_bytes(s, 0), &e) != EVENT_OK)
			continue;
		first_id(&e, id);
		rc = seen_add(db, id, station, &again);
		if (rc)
			break;
	}
	sqlite3_reset(s);
	return rc;
}

/* The parent is here and the same station's: from now on its ids count too. */
static int parent_mark(struct store_batch *b, const char *uuid)
{
	sqlite3_stmt *s = store_db_use(b->db, STORE_DB_JOURNAL_GET);
	char station[33];
	int64_t no;
	bool kin;
	int rc;

	store_db_bind(s, 1, uuid);
	rc = sqlite_row(b->db->sql, s);
	if (rc <= 0)
		return rc;
	no = sqlite3_column_int64(s, 0);
	store_db_text(s, 1, station, sizeof(station));
	kin = sqlite3_column_int(s, 5) != 0;
	sqlite3_reset(s);
	if (kin || strcmp(station, b->station) != 0)
		return 0;
	rc = seen_fill(b->db, no, station);
	if (rc)
		return rc;
	s = store_db_use(b->db, STORE_DB_JOURNAL_KIN);
	sqlite3_bind_int64(s, 1, no);
	return sqlite_run(b->db->sql, s);
}

/* A member of an object that is a string of exactly len characters. */
static bool text_member(const struct event_span *object, const char *key, size_t len, char *out)
{
	struct event_span value;

	if (!event_data(object, key, &value) || value.len != len)
		return false;
	memcpy(out, value.at, len);
	out[len] = '\0';
	return true;
}

/* journal.opened of a child: {"parent":{"journal","seq","hash"},"why"}. */
static int link_parent(struct store_batch *b, const struct event_view *e)
{
	struct event_span parent, value;
	char uuid[EVENT_UUID + 1], hash[2 * EVENT_HASH + 1], why[17] = "";
	uint8_t bytes[EVENT_HASH];
	uint64_t seq;
	sqlite3_stmt *s;
	int rc;

	if (!event_data(&e->data, "parent", &parent) || parent.len == 0 || parent.at[0] != '{' ||
	    !text_member(&parent, "journal", EVENT_UUID, uuid) || !text_is_uuid(uuid, EVENT_UUID) ||
	    !text_member(&parent, "hash", 2 * EVENT_HASH, hash) ||
	    !text_read_hex(hash, 2 * EVENT_HASH, bytes, sizeof(bytes)) ||
	    !event_data(&parent, "seq", &value) ||
	    !text_read_u64(value.at, value.len, INT64_MAX, &seq))
		return 0;
	if (event_data(&e->data, "why", &value))
		event_span_copy(&value, why, sizeof(why));
	b->kin = b->holed = true;
	s = store_db_use(b->db, STORE_DB_JOURNAL_PARENT);
	sqlite3_bind_int64(s, 1, b->journal);
	store_db_bind(s, 2, uuid);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)seq);
	store_db_bind(s, 4, hash);
	store_db_bind(s, 5, why);
	rc = sqlite_run(b->db->sql, s);
	return rc ? rc : parent_mark(b, uuid);
}

int store_kin_event(struct store_batch *b, const struct event_view *e, bool *again)
{
	char id[EVENT_UUID + 1];
	int rc = 0;

	*again = false;
	if (e->kind == EVENT_JOURNAL_OPENED && e->seq == 1)
		rc = link_parent(b, e);
	if (rc || !b->kin)
		return rc;
	first_id(e, id);
	return seen_add(b->db, id, b->station, again);
}

int store_kin_known(struct store_db *db, const char *uuid)
{
	sqlite3_stmt *s = store_db_use(db, STORE_DB_JOURNAL_CHILD);
	int rc;

	store_db_bind(s, 1, uuid);
	rc = sqlite_row(db->sql, s);
	if (rc == 1)
		sqlite3_reset(s);
	return rc;
}
