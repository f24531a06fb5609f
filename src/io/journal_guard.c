/* journal_guard.c - what the chain says about returns: the projection of the events (what was
 * inspected, what arrived, who is badged in, what was exported) and the answers from it. */
#include "journal_guard.h"
#include "station/text.h"
#include <errno.h>
#include <string.h>

#define PIECE	 4096 /* events of one projecting transaction, so that a rebuild stays bounded */
#define VERDICTS 1024 /* inspections of one label that are looked at */

bool journal_guard_wants(enum event_kind kind)
{
	switch (kind) {
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
	case EVENT_PARCEL_ARRIVED:
	case EVENT_INSPECTION_OPENED:
	case EVENT_INSPECTION_CLOSED:
	case EVENT_INSPECTION_REOPENED:
	case EVENT_INSPECTION_FINAL:
	case EVENT_INSPECTION_ABANDONED:
	case EVENT_EXPORT_DONE:
		return true;
	case EVENT_STATION_STARTED:
	case EVENT_STATION_STOPPED:
	case EVENT_CLOCK_STEPPED:
	case EVENT_LABELS_LOADED:
	case EVENT_PARCEL_CLOSED:
	case EVENT_LABEL_REJECTED:
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
	case EVENT_REASON_GIVEN:
	case EVENT_PHOTO_TAKEN:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
	return false;
}

/* --- projection --- */

static void bind_span(sqlite3_stmt *s, int at, const struct event_span *span)
{
	sqlite3_bind_text(s, at, span->at ? span->at : "", (int)span->len, SQLITE_TRANSIENT);
}

static const struct event_span *inspection_of(const struct event_view *e)
{
	return e->inspection.len ? &e->inspection : &e->id;
}

/* Labels are kept decoded, as they are looked up. */
static void bind_label(sqlite3_stmt *s, int at, const struct event_view *e)
{
	char label[LABEL_MAX + 1];

	if (!e->label.len || !event_span_copy(&e->label, label, sizeof(label)))
		label[0] = 0;
	sqlite3_bind_text(s, at, label, -1, SQLITE_TRANSIENT);
}

static void bind_time(sqlite3_stmt *s, int at, int64_t ms)
{
	char time[32];
	struct text t = text_over(time, sizeof(time));

	text_time(&t, ms);
	sqlite3_bind_text(s, at, time, -1, SQLITE_TRANSIENT);
}

static int project_opened(struct journal_db *db, const struct event_view *e)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_OPENED);

	if (s) {
		bind_span(s, 1, inspection_of(e));
		bind_label(s, 2, e);
		sqlite3_bind_int(s, 3, e->line);
		sqlite3_bind_int(s, 4, e->unit);
		sqlite3_bind_int64(s, 5, (sqlite3_int64)e->seq);
		bind_span(s, 6, &e->station);
	}
	return sqlite_run(db->sql, s);
}

static int project_verdict(struct journal_db *db, const struct event_view *e,
			   enum journal_db_query query)
{
	struct event_span verdict;
	sqlite3_stmt *s;

	if (!event_data(&e->data, "verdict", &verdict) ||
	    !(event_span_is(&verdict, "pass") || event_span_is(&verdict, "fail")))
		return 0; /* of a newer version, perhaps: not ours to interpret */
	s = journal_db_use(db, query);
	if (s) {
		bind_span(s, 1, inspection_of(e));
		bind_span(s, 2, &verdict);
		bind_time(s, 3, e->at.wall_ms);
		bind_span(s, 4, &e->by);
	}
	return sqlite_run(db->sql, s);
}

static int project_undone(struct journal_db *db, const struct event_view *e, const char *state)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_UNDONE);

	if (s) {
		bind_span(s, 1, inspection_of(e));
		sqlite3_bind_text(s, 2, state, -1, SQLITE_STATIC);
	}
	return sqlite_run(db->sql, s);
}

static int project_arrived(struct journal_db *db, const struct event_view *e)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_ARRIVED);

	if (s) {
		bind_label(s, 1, e);
		sqlite3_bind_int64(s, 2, e->at.wall_ms);
		bind_span(s, 3, &e->boot);
		sqlite3_bind_int64(s, 4, (sqlite3_int64)e->at.mono_ms);
		sqlite3_bind_int64(s, 5, (sqlite3_int64)e->seq);
	}
	return sqlite_run(db->sql, s);
}

int journal_guard_event(struct journal_db *db, const struct event_view *e)
{
	switch (e->kind) {
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
		return journal_db_set_u64(db, "badge_seq", e->seq);
	case EVENT_EXPORT_DONE:
		return journal_db_set_u64(db, "export_seq", e->seq);
	case EVENT_PARCEL_ARRIVED:
		return project_arrived(db, e);
	case EVENT_INSPECTION_OPENED:
		return project_opened(db, e);
	case EVENT_INSPECTION_CLOSED:
		return project_verdict(db, e, JOURNAL_DB_CLOSED);
	case EVENT_INSPECTION_FINAL:
		return project_verdict(db, e, JOURNAL_DB_FINAL);
	case EVENT_INSPECTION_REOPENED:
		return project_undone(db, e, "open");
	case EVENT_INSPECTION_ABANDONED:
		return project_undone(db, e, "abandoned");
	case EVENT_STATION_STARTED:
	case EVENT_STATION_STOPPED:
	case EVENT_CLOCK_STEPPED:
	case EVENT_LABELS_LOADED:
	case EVENT_PARCEL_CLOSED:
	case EVENT_LABEL_REJECTED:
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
	case EVENT_REASON_GIVEN:
	case EVENT_PHOTO_TAKEN:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
	return 0;
}

static int project_piece(struct journal_db *db, uint64_t *through)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_EVENTS);
	struct event_view e;
	int step, rc = 0;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)*through + 1);
	sqlite3_bind_int(s, 2, PIECE);
	while (!rc && (step = sqlite3_step(s)) != SQLITE_DONE) {
		const char *line;

		if (step != SQLITE_ROW) {
			rc = sqlite_fail(db->sql);
			break;
		}
		*through = (uint64_t)sqlite3_column_int64(s, 0);
		line = sqlite3_column_blob(s, 1);
		/* A line that is no event is the check's business, not the projection's. */
		if (line && event_read(line, (size_t)sqlite3_column_bytes(s, 1), &e) == EVENT_OK)
			rc = journal_guard_event(db, &e);
	}
	sqlite3_reset(s);
	return rc;
}

/* Forgets what events that are here tell. What those behind the anchor told, or a journal before
 * this one (numbers below 1), can't be told again and stays. */
static int project_anew(struct journal_db *db)
{
	static const enum journal_db_query forget[] = {
		JOURNAL_DB_FORGET_INSPECTIONS, JOURNAL_DB_FORGET_ARRIVALS, JOURNAL_DB_FORGET_BADGE};
	int rc = 0;

	for (size_t i = 0; i < sizeof(forget) / sizeof(forget[0]) && !rc; i++) {
		sqlite3_stmt *s = journal_db_use(db, forget[i]);

		if (s)
			sqlite3_bind_int64(s, 1, (sqlite3_int64)db->anchor);
		rc = sqlite_run(db->sql, s);
	}
	return rc;
}

int journal_guard_project(struct journal_db *db)
{
	int rc = 0;

	while (db->projected < db->seq && !rc) {
		uint64_t through = db->projected;

		rc = journal_db_begin_lazy(db);
		if (!rc && db->projected == 0)
			rc = project_anew(db);
		if (!rc)
			rc = project_piece(db, &through);
		if (!rc && through == db->projected)
			rc = -EBADMSG; /* events below the head are missing */
		if (!rc)
			rc = journal_db_set_u64(db, "projected_seq", through);
		if (!rc)
			rc = journal_db_commit_lazy(db);
		if (rc) {
			journal_db_rollback(db);
			break;
		}
		db->projected = through;
		if (through < db->seq && db->wal_pages >= db->checkpoint_at)
			journal_db_checkpoint(db);
	}
	if (!rc)
		db->stale = false;
	return rc;
}

/* --- answers --- */

static void column_copy(sqlite3_stmt *s, int column, char *dst, size_t cap)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	/* What is cut was never written by us. */
	if (!text || !text_copy(dst, cap, text))
		dst[0] = 0;
}

static void unit_read(sqlite3_stmt *s, struct parcel_unit *u)
{
	int verdict = sqlite3_column_int(s, 7);

	u->line = (uint16_t)sqlite3_column_int(s, 0);
	column_copy(s, 3, u->product, sizeof(u->product));
	column_copy(s, 4, u->title, sizeof(u->title));
	column_copy(s, 5, u->accessories, sizeof(u->accessories));
	column_copy(s, 6, u->reason, sizeof(u->reason));
	u->last.verdict = verdict == PARCEL_PASS   ? PARCEL_PASS
			  : verdict == PARCEL_FAIL ? PARCEL_FAIL
						   : PARCEL_NONE;
	column_copy(s, 8, u->last.inspection, sizeof(u->last.inspection));
	column_copy(s, 9, u->last.station, sizeof(u->last.station));
	column_copy(s, 10, u->last.at, sizeof(u->last.at));
	column_copy(s, 11, u->last.by, sizeof(u->last.by));
}

/* One row a line of the return; each stands for `quantity` units. */
int journal_guard_listed(struct journal_db *db, struct parcel *out)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_RETURN);
	int rc;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)db->list);
	sqlite3_bind_text(s, 2, out->label, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		int quantity = sqlite3_column_int(s, 1);

		if (!out->wish[0])
			column_copy(s, 2, out->wish, sizeof(out->wish));
		for (int i = 1; i <= quantity && out->units < PARCEL_UNITS; i++) {
			struct parcel_unit *u = &out->unit[out->units++];

			unit_read(s, u);
			u->unit = (uint16_t)i;
		}
	}
	rc = rc == SQLITE_DONE ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return rc;
}

/* Whether an inspection of (line, unit) was one of this unit: it may have been made before the list
 * came (no item), or after the return left the list (items that are no longer known). */
static bool same_unit(const struct parcel *p, const struct parcel_unit *u, int line, int unit)
{
	if (p->list != PARCEL_KNOWN)
		return true;
	return (line == u->line && unit == u->unit) || (line == 0 && p->units == 1);
}

/* Newest first: the first that is of a unit is its effective verdict, and outranks
 * headquarters'. */
static int find_verdicts(struct journal_db *db, struct parcel *out)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_VERDICTS);
	bool told[PARCEL_UNITS] = {false};
	int rc;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_text(s, 1, out->label, -1, SQLITE_STATIC);
	for (int n = 0; (rc = sqlite3_step(s)) == SQLITE_ROW && n < VERDICTS; n++) {
		for (uint8_t i = 0; i < out->units; i++) {
			struct parcel_last *last = &out->unit[i].last;
			const char *verdict = (const char *)sqlite3_column_text(s, 2);

			if (told[i] || !verdict ||
			    !same_unit(out, &out->unit[i], sqlite3_column_int(s, 0),
				       sqlite3_column_int(s, 1)))
				continue;
			told[i] = true;
			last->verdict = strcmp(verdict, "pass") == 0 ? PARCEL_PASS : PARCEL_FAIL;
			column_copy(s, 3, last->inspection, sizeof(last->inspection));
			column_copy(s, 4, last->station, sizeof(last->station));
			column_copy(s, 5, last->at, sizeof(last->at));
			column_copy(s, 6, last->by, sizeof(last->by));
		}
	}
	rc = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return rc;
}

/* Within one boot the monotonic clock decides: the wall clock may have been wrong (F1). */
static int find_arrival(struct journal_db *db, const struct journal_guard_clock *clock,
			struct parcel *out)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_ARRIVAL);
	int rc;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_text(s, 1, out->label, -1, SQLITE_STATIC);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		const char *boot = (const char *)sqlite3_column_text(s, 1);
		int64_t wall = sqlite3_column_int64(s, 0), mono = sqlite3_column_int64(s, 2);
		bool same = boot && strcmp(boot, clock->boot) == 0;
		uint64_t age = 0;

		if (same && clock->now.mono_ms > (uint64_t)mono)
			age = clock->now.mono_ms - (uint64_t)mono;
		else if (!same && clock->now.wall_ms > wall)
			age = (uint64_t)clock->now.wall_ms - (uint64_t)wall;
		out->arrived = true;
		out->overdue = age > clock->deadline_ms;
		rc = SQLITE_DONE;
	}
	rc = rc == SQLITE_DONE ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return rc;
}

/* The one return that the list has this number for; label "" = none, or several. */
static int find_tracked(struct journal_db *db, const char *tracking, struct parcel *out)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_TRACKED);
	int rc;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)db->list);
	sqlite3_bind_text(s, 2, tracking, -1, SQLITE_STATIC);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		column_copy(s, 0, out->label, sizeof(out->label));
		rc = sqlite3_step(s);
		if (rc == SQLITE_ROW) {
			out->label[0] = 0;
			rc = SQLITE_DONE;
		}
	}
	rc = rc == SQLITE_DONE ? 0 : sqlite_fail(db->sql);
	sqlite3_reset(s);
	return rc;
}

int journal_guard_find(struct journal_db *db, const char *label, enum parcel_by by,
		       const struct journal_guard_clock *clock, struct parcel *out)
{
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (!text_copy(out->label, sizeof(out->label), label))
		return -EINVAL;
	out->house = by == PARCEL_BY_HOUSE;
	out->list = db->list ? PARCEL_UNKNOWN : PARCEL_NO_LIST;
	if (by == PARCEL_BY_TRACKING) {
		out->label[0] = 0;
		rc = db->list ? find_tracked(db, label, out) : 0;
		if (rc || !out->label[0])
			return rc;
	}
	if (by != PARCEL_BY_HOUSE && db->list)
		rc = journal_guard_listed(db, out);
	if (rc)
		return rc;
	if (out->units)
		out->list = PARCEL_KNOWN;
	else
		out->units = 1; /* a unit without an item: line 0 */
	rc = find_verdicts(db, out);
	return rc ? rc : find_arrival(db, clock, out);
}
