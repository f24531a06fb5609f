/* store_photo.c - which photos the stations' events have told of, and which are here
 * (store_photo.h). */
#include "store_photo.h"
#include "station/text.h"
#include "store_batch.h"
#include <errno.h>
#include <string.h>

static bool is_hash(const struct event_span *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (!strchr("0123456789abcdef", s->at[i]) || s->at[i] == '\0')
			return false;
	return s->len == STORE_PHOTO_HASH;
}

int store_photo_event(struct store_batch *b, const struct event_view *e, bool *known)
{
	struct event_span hash, size;
	char sha256[STORE_PHOTO_HASH + 1], inspection[EVENT_UUID + 1];
	sqlite3_stmt *s;
	uint64_t bytes = 0;

	*known = event_data(&e->data, "sha256", &hash) && is_hash(&hash) &&
		 event_data(&e->data, "bytes", &size) && size.at[-1] != '"' &&
		 text_read_u64(size.at, size.len, INT64_MAX, &bytes) && bytes > 0;
	if (!*known)
		return 0;
	(void)event_span_copy(&hash, sha256, sizeof(sha256));
	(void)event_span_copy(&e->inspection, inspection, sizeof(inspection));
	s = store_db_use(b->db, STORE_DB_PHOTO_ADD);
	store_db_bind(s, 1, sha256);
	store_db_bind(s, 2, b->station);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)bytes);
	store_db_bind(s, 4, inspection);
	return sqlite_run(b->db->sql, s);
}

int store_photo_told(struct store *s, const char *station, const char *sha256, uint64_t bytes)
{
	sqlite3_stmt *st;
	int rc = store_ready(s);

	if (rc)
		return rc;
	st = store_db_use(&s->db, STORE_DB_PHOTO_TOLD);
	store_db_bind(st, 1, sha256);
	store_db_bind(st, 2, station);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)bytes);
	rc = sqlite_row(s->db.sql, st);
	if (rc == 1)
		sqlite3_reset(st);
	return rc;
}

int store_photo_keep(struct store *s, const char *sha256, uint64_t bytes, int64_t now_ms)
{
	sqlite3_stmt *st;
	int rc = store_ready(s);

	if (!rc)
		rc = store_db_begin(&s->db);
	if (!rc) {
		st = store_db_use(&s->db, STORE_DB_PHOTO_KEEP);
		store_db_bind(st, 1, sha256);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)bytes);
		sqlite3_bind_int64(st, 3, now_ms);
		rc = sqlite_run(s->db.sql, st);
	}
	if (!rc)
		rc = store_db_commit(&s->db);
	store_settle(s, rc);
	return rc;
}

int store_photo_each(struct store *s, bool (*fn)(void *user, const struct store_photo *photo),
		     void *user)
{
	struct store_photo p = {.bytes = 0};
	bool on = true;
	int rc = store_ready(s);

	/* One at a time: a long reading would keep the WAL from being reused. */
	while (!rc && on) {
		sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_PHOTO_NEXT);

		store_db_bind(st, 1, p.sha256);
		store_db_bind(st, 2, p.station);
		sqlite3_bind_int64(st, 3, (sqlite3_int64)p.bytes);
		rc = sqlite_row(s->db.sql, st);
		if (rc <= 0)
			return rc;
		struct store_photo next = {.bytes = (uint64_t)sqlite3_column_int64(st, 2)};

		store_db_text(st, 0, next.sha256, sizeof(next.sha256));
		store_db_text(st, 1, next.station, sizeof(next.station));
		store_db_text(st, 3, next.inspection, sizeof(next.inspection));
		next.kept_ms = sqlite3_column_int64(st, 4);
		sqlite3_reset(st);
		p = next;
		on = fn(user, &p);
		rc = 0;
	}
	return rc;
}

int store_photo_numbers(struct store *s, struct store_photo_numbers *out)
{
	sqlite3_stmt *st;
	int rc = store_ready(s);

	*out = (struct store_photo_numbers){.kept = 0};
	if (rc)
		return rc;
	st = store_db_use(&s->db, STORE_DB_PHOTO_NUMBERS);
	rc = sqlite_row(s->db.sql, st);
	if (rc < 0)
		return rc;
	out->kept = (uint64_t)sqlite3_column_int64(st, 0);
	out->bytes = (uint64_t)sqlite3_column_int64(st, 1);
	out->missing = (uint64_t)sqlite3_column_int64(st, 2);
	sqlite3_reset(st);
	return 0;
}
