/* journal_retain.c - retention: old events that headquarters has are removed from the front of the
 * chain, whole inspections only; the hash of the last one stays as the anchor.
 *
 * The time is that of the newest event, and it has to be a trusted one. An event whose own time is
 * untrusted is known to be old when a later one with a trusted time is (F1). Freed pages stay in
 * the file and are used again: at a steady pace it stops growing, and an append costs what it did;
 * auto_vacuum would write more for each page, to give back what the next weeks need again. */
#include "journal_retain.h"
#include "journal_chain.h"
#include "journal_guard.h"
#include "journal_resume.h"
#include "log.h"
#include <errno.h>
#include <string.h>

#define PIECE	64	/* events of one piece, and the rest of the last inspection */
#define HOUR_MS 3600000 /* between two passes */

bool journal_retain_due(const struct journal_retain *r, const struct journal_db *db,
			const struct journal_setup *setup)
{
	int64_t now = setup->now.wall_ms;

	if (!setup->retain_ms || !setup->now.trusted)
		return false;
	if (r->seeking || r->removing)
		return true;
	if (db->acked <= db->anchor)
		return false;
	return now >= r->due_ms || now < r->pass_ms || (r->waits && db->acked > r->waits);
}

void journal_retain_drop(struct journal_retain *r)
{
	*r = (struct journal_retain){.seeking = false};
}

/* Follows which inspection is not over behind this event. */
static void open_follow(char open[EVENT_UUID + 1], const struct event_view *e)
{
	switch (e->kind) {
	case EVENT_INSPECTION_OPENED:
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
	case EVENT_REASON_GIVEN:
	case EVENT_INSPECTION_CLOSED:
	case EVENT_INSPECTION_REOPENED:
		if (e->inspection.len == EVENT_UUID)
			memcpy(open, e->inspection.at, EVENT_UUID);
		break;
	case EVENT_INSPECTION_FINAL:
	case EVENT_INSPECTION_ABANDONED:
		if (event_span_is(&e->inspection, open))
			open[0] = 0;
		break;
	case EVENT_STATION_STARTED:
	case EVENT_STATION_STOPPED:
	case EVENT_CLOCK_STEPPED:
	case EVENT_LABELS_LOADED:
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
	case EVENT_PARCEL_ARRIVED:
	case EVENT_PARCEL_CLOSED:
	case EVENT_LABEL_REJECTED:
	case EVENT_PHOTO_TAKEN:
	case EVENT_EXPORT_DONE:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
}

static bool row_read(sqlite3_stmt *s, struct event_view *e)
{
	const char *line = sqlite3_column_blob(s, 1);

	return line && event_read(line, (size_t)sqlite3_column_bytes(s, 1), e) == EVENT_OK;
}

/* --- how far --- */

static int pass_begin(struct journal_retain *r, struct journal_db *db,
		      const struct journal_setup *setup)
{
	uint64_t resume;
	int rc = db->projected < db->seq ? journal_guard_project(db) : 0;

	if (!rc)
		rc = journal_resume_needed(db, &resume);

	if (rc)
		return rc;
	*r = (struct journal_retain){
		.seeking = true,
		.at = db->anchor,
		.goal = db->anchor,
		.border = db->anchor,
		.limit = db->acked < db->projected ? db->acked : db->projected,
		.pass_ms = setup->now.wall_ms,
		.due_ms = setup->now.wall_ms + HOUR_MS,
	};
	if (r->limit >= resume)
		r->limit = resume - 1;
	r->by_ack = r->limit == db->acked; /* now: it may move before the pass is there */
	if (setup->retain_ms < (uint64_t)setup->now.wall_ms)
		r->cutoff_ms = setup->now.wall_ms - (int64_t)setup->retain_ms;
	return 0;
}

/* False: it stays, and so does all behind it. */
static bool event_passes(struct journal_retain *r, const struct event_view *e,
			 const struct journal_setup *setup)
{
	if (e->at.trusted && e->at.wall_ms >= r->cutoff_ms) {
		int64_t old = e->at.wall_ms + (int64_t)setup->retain_ms;

		if (r->due_ms < old)
			r->due_ms = old;
		return false;
	}
	r->at = e->seq;
	open_follow(r->open, e);
	if (!r->open[0])
		r->border = e->seq;
	if (e->at.trusted)
		r->goal = r->border;
	return true;
}

static int seek(struct journal_retain *r, struct journal_db *db, const struct journal_setup *setup)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_EVENTS);
	struct event_view e;
	bool more = true;
	int n = 0, step = SQLITE_DONE;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)r->at + 1);
	sqlite3_bind_int(s, 2, PIECE);
	while (more && (step = sqlite3_step(s)) == SQLITE_ROW) {
		n++;
		if (r->at >= r->limit) {
			r->waits = r->by_ack ? r->limit : 0;
			more = false;
		} else { /* what can't be read is the check's business */
			more = row_read(s, &e) && event_passes(r, &e, setup);
		}
	}
	step = step == SQLITE_DONE || step == SQLITE_ROW ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	r->seeking = more && n == PIECE;
	r->removing = !r->seeking && r->goal > db->anchor;
	return step;
}

/* --- away with it --- */

/* The last event of the piece that is removed next: up to PIECE events, but no inspection in part.
 */
static int piece_end(const struct journal_retain *r, struct journal_db *db, uint64_t *end,
		     uint8_t hash[EVENT_HASH])
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_EVENTS);
	char open[EVENT_UUID + 1] = "";
	struct event_view e;
	int n = 0, step = SQLITE_DONE;

	*end = db->anchor;
	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)db->anchor + 1);
	sqlite3_bind_int(s, 2, -1);
	while ((n < PIECE || *end == db->anchor) && (step = sqlite3_step(s)) == SQLITE_ROW) {
		if (!row_read(s, &e) || e.seq > r->goal)
			break;
		n++;
		open_follow(open, &e);
		if (open[0] || sqlite3_column_bytes(s, 2) != EVENT_HASH)
			continue;
		*end = e.seq;
		memcpy(hash, sqlite3_column_blob(s, 2), EVENT_HASH);
	}
	step = step == SQLITE_DONE || step == SQLITE_ROW ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return step;
}

static int events_remove(struct journal_db *db, uint64_t end)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_REMOVE);

	if (s)
		sqlite3_bind_int64(s, 1, (sqlite3_int64)end);
	return sqlite_run(db->sql, s);
}

static int piece_remove(struct journal_db *db, uint64_t end, const uint8_t hash[EVENT_HASH])
{
	int rc = journal_db_begin_lazy(db);

	if (!rc)
		rc = journal_resume_badge_keep(db, end);
	if (!rc)
		rc = journal_chain_anchor_set(db, end, hash);
	if (!rc)
		rc = events_remove(db, end);
	if (!rc)
		rc = journal_db_commit_lazy(db);
	if (rc) {
		journal_db_rollback(db);
		return rc;
	}
	db->anchor = end;
	memcpy(db->anchor_hash, hash, EVENT_HASH);
	return 0;
}

/* Headquarters may have lost what it had: then all of it stays. */
static int away(struct journal_retain *r, struct journal_db *db, bool *moved)
{
	uint8_t hash[EVENT_HASH];
	uint64_t end;
	int rc;

	if (db->acked < r->goal) {
		r->removing = false;
		return 0;
	}
	rc = piece_end(r, db, &end, hash);
	if (!rc && end > db->anchor) {
		rc = piece_remove(db, end, hash);
		*moved = !rc;
	}
	r->removing = !rc && *moved && db->anchor < r->goal;
	if (!rc && !r->removing)
		log_info("%s: events up to %llu, which headquarters has, were removed", db->path,
			 (unsigned long long)db->anchor);
	return rc;
}

int journal_retain_step(struct journal_retain *r, struct journal_db *db,
			const struct journal_setup *setup, bool *moved)
{
	if (r->removing)
		return away(r, db, moved);
	return r->seeking ? seek(r, db, setup) : pass_begin(r, db, setup);
}
