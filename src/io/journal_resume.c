/* journal_resume.c - what a station needs of its journal to come back where it was: the last badge
 * and export, the open inspection, the last few events. */
#include "journal_resume.h"
#include "station/text.h"
#include <errno.h>
#include <string.h>

static int hand_out(struct journal_db *db, uint64_t from, int limit,
		    void (*fn)(void *user, const struct event_view *event), void *user)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_EVENTS);
	struct event_view e;
	int rc;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)from);
	sqlite3_bind_int(s, 2, limit);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *line = sqlite3_column_blob(s, 1);

		if (!line || event_read(line, (size_t)sqlite3_column_bytes(s, 1), &e) != EVENT_OK)
			break;
		fn(user, &e);
	}
	rc = rc == SQLITE_DONE ? 0 : rc == SQLITE_ROW ? -EBADMSG : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return rc;
}

/* The first event of an inspection that is open, 0 = none. */
static int open_first(struct journal_db *db, enum journal_db_query query, uint64_t *seq)
{
	sqlite3_stmt *s = journal_db_use(db, query);
	int rc;

	*seq = 0;
	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)db->anchor);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*seq = (uint64_t)sqlite3_column_int64(s, 0);
	rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return rc;
}

static uint64_t extra_first(const struct journal_db *db)
{
	return db->seq > JOURNAL_RESUME_EXTRA ? db->seq - JOURNAL_RESUME_EXTRA : 1;
}

int journal_resume_from(struct journal_db *db, uint64_t *from)
{
	uint64_t open;
	int rc = open_first(db, JOURNAL_DB_OPEN_ONE, &open);

	*from = open ? open : extra_first(db);
	return rc;
}

int journal_resume_needed(struct journal_db *db, uint64_t *from)
{
	uint64_t open;
	int rc = open_first(db, JOURNAL_DB_OPEN_OLDEST, &open);

	*from = extra_first(db);
	if (open && open < *from)
		*from = open;
	return rc;
}

int journal_resume_badge(struct journal_db *db, char line[EVENT_LINE_MAX + 1], uint64_t *seq)
{
	struct event_view e;
	sqlite3_stmt *s;
	int rc = journal_db_get_u64(db, "badge_seq", seq);

	line[0] = 0;
	if (rc || !*seq)
		return rc;
	if (*seq <= db->anchor) {
		rc = journal_db_get(db, "badge_line", line, EVENT_LINE_MAX + 1);
	} else {
		s = journal_db_use(db, JOURNAL_DB_EVENTS);
		if (!s)
			return sqlite_fail(db->sql);
		sqlite3_bind_int64(s, 1, (sqlite3_int64)*seq);
		sqlite3_bind_int(s, 2, 1);
		rc = sqlite3_step(s);
		if (rc == SQLITE_ROW && sqlite3_column_bytes(s, 1) <= EVENT_LINE_MAX) {
			size_t len = (size_t)sqlite3_column_bytes(s, 1);

			if (len)
				memcpy(line, sqlite3_column_blob(s, 1), len);
			line[len] = 0;
		}
		rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : sqlite_fail(db->sql);
		sqlite3_reset(s);
	}
	if (!rc && (event_read(line, strlen(line), &e) != EVENT_OK ||
		    (e.kind != EVENT_BADGE_IN && e.kind != EVENT_BADGE_OUT)))
		rc = -EBADMSG;
	return rc;
}

int journal_resume_badge_keep(struct journal_db *db, uint64_t end)
{
	uint64_t seq;
	int rc = journal_resume_badge(db, db->line[0], &seq);

	if (rc || !seq || seq <= db->anchor || seq > end)
		return rc;
	return journal_db_set(db, "badge_line", db->line[0]);
}

int journal_resume_events(struct journal_db *db,
			  void (*fn)(void *user, const struct event_view *event), void *user)
{
	struct event_view e;
	uint64_t badge, export = 0, from;
	int rc = journal_resume_badge(db, db->line[0], &badge);

	if (!rc)
		rc = journal_resume_from(db, &from);
	if (!rc)
		rc = journal_db_get_u64(db, "export_seq", &export);
	if (rc)
		return rc;
	if (badge && badge < from && event_read(db->line[0], strlen(db->line[0]), &e) == EVENT_OK)
		fn(user, &e);
	if (export > db->anchor && export < from)
		rc = hand_out(db, export, 1, fn, user);
	return rc ? rc : hand_out(db, from, -1, fn, user);
}
