/* store_time.c - which boot an event is of, and when it really was; moments of earlier events are
 * put right once their boot has a trusted one (F1). The arithmetic is times.c's. */
#include "store_batch.h"
#include <string.h>

#define CORRECT_MOST 20000 /* inspections a request; the rest with the next ones */

static void boot_read(sqlite3_stmt *s, struct times_boot *boot)
{
	*boot = (struct times_boot){.number = sqlite3_column_int64(s, 0),
				    .anchored = sqlite3_column_int(s, 1) != 0,
				    .first = sqlite3_column_int64(s, 2),
				    .last = sqlite3_column_int64(s, 3)};
	sqlite3_reset(s);
}

static int boot_save(struct store_batch *b)
{
	sqlite3_stmt *s;

	if (!b->boot_changed)
		return 0;
	b->boot_changed = false;
	s = store_db_use(b->db, STORE_DB_BOOT_SET);
	sqlite3_bind_int64(s, 1, b->boot.number);
	sqlite3_bind_int(s, 2, b->boot.anchored);
	sqlite3_bind_int64(s, 3, b->boot.first);
	sqlite3_bind_int64(s, 4, b->boot.last);
	sqlite3_bind_int(s, 5, b->boot_anchored);
	b->boot_anchored = false;
	return sqlite_run(b->db->sql, s);
}

static int boot_enter(struct store_batch *b, const struct event_span *id)
{
	sqlite3_stmt *s;
	int rc;

	if (event_span_is(id, b->boot_id))
		return 0;
	rc = boot_save(b);
	if (rc)
		return rc;
	memcpy(b->boot_id, id->at, EVENT_UUID);
	b->boot_id[EVENT_UUID] = '\0';
	s = store_db_use(b->db, STORE_DB_BOOT_GET);
	store_db_bind(s, 1, b->station);
	store_db_bind(s, 2, b->boot_id);
	rc = sqlite_row(b->db->sql, s);
	if (rc == 1) {
		boot_read(s, &b->boot);
		return 0;
	}
	if (rc)
		return rc;
	s = store_db_use(b->db, STORE_DB_BOOT_ADD);
	store_db_bind(s, 1, b->station);
	store_db_bind(s, 2, b->boot_id);
	rc = sqlite_run(b->db->sql, s);
	b->boot = (struct times_boot){.number = sqlite3_last_insert_rowid(b->db->sql)};
	return rc;
}

int store_time_event(struct store_batch *b, const struct event_view *e)
{
	int rc = boot_enter(b, &e->boot);

	if (rc)
		return rc;
	if (times_see(&b->boot, &e->at, &b->known, b->received, &b->at))
		b->boot_anchored = true;
	b->boot_changed = b->boot_changed || e->at.trusted;
	return 0;
}

/* --- afterwards --- */

/* 1 = one was corrected, 0 = there is none. */
static int correct_one(struct store_batch *b, const struct times_boot *boot)
{
	struct store_inspection *i = &b->inspection;
	int rc = store_inspection_untimed(b, boot->number);

	if (rc <= 0)
		return rc;
	times_correct(boot, &i->opened);
	times_correct(boot, &i->closed);
	b->inspection_changed = true; /* even if nothing was: its row must not come up again */
	if (times_correct(boot, &i->final))
		rc = returns_touch(b->db, &b->change, i->label);
	else
		rc = 0;
	if (!rc)
		rc = store_inspection_save(b);
	return rc ? rc : 1;
}

static int boot_correct(struct store_batch *b, const struct times_boot *boot, unsigned *left)
{
	sqlite3_stmt *s;
	int rc = 1;

	while (rc == 1 && *left > 0) {
		rc = correct_one(b, boot);
		--*left;
	}
	if (rc)
		return rc < 0 ? rc : 0;
	s = store_db_use(b->db, STORE_DB_BOOT_DONE);
	sqlite3_bind_int64(s, 1, boot->number);
	return sqlite_run(b->db->sql, s);
}

int store_time_end(struct store_batch *b)
{
	unsigned left = CORRECT_MOST;
	int rc = boot_save(b);

	while (!rc && left > 0) {
		sqlite3_stmt *s = store_db_use(b->db, STORE_DB_BOOT_PENDING);
		struct times_boot boot;

		store_db_bind(s, 1, b->station);
		rc = sqlite_row(b->db->sql, s);
		if (rc <= 0)
			return rc;
		boot_read(s, &boot);
		rc = boot_correct(b, &boot, &left);
	}
	return rc;
}
