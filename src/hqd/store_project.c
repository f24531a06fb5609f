/* store_project.c - what the events say: inspections, the outcome of each unit, what contradicts it
 * and what can't be interpreted. An event that was stored is never refused here. */
#include "station/text.h"
#include "store_batch.h"
#include <string.h>

#define WHY 160

/* Stored, acknowledged, and left to a person. */
static int set_aside(struct store_batch *b, const char *why)
{
	sqlite3_stmt *s = store_db_use(b->db, STORE_DB_ASIDE_ADD);

	sqlite3_bind_int64(s, 1, b->key);
	store_db_bind(s, 2, why);
	sqlite3_bind_int64(s, 3, b->received);
	return sqlite_run(b->db->sql, s);
}

static int set_aside_kind(struct store_batch *b, const struct event_view *e)
{
	char why[WHY];
	struct text t = text_over(why, sizeof(why));

	text_put(&t, "unknown kind ");
	text_bytes(&t, e->kind_name.at, e->kind_name.len);
	return set_aside(b, why);
}

static int conflict(struct store_batch *b, const char *why, const char *against)
{
	sqlite3_stmt *s = store_db_use(b->db, STORE_DB_CONFLICT_ADD);

	sqlite3_bind_int64(s, 1, b->key);
	store_db_bind(s, 2, why);
	store_db_bind(s, 3, b->inspection.label);
	sqlite3_bind_int(s, 4, b->inspection.line);
	sqlite3_bind_int(s, 5, b->inspection.unit);
	store_db_bind(s, 6, b->inspection.id);
	store_db_bind(s, 7, against);
	sqlite3_bind_int64(s, 8, b->received);
	return sqlite_run(b->db->sql, s);
}

/* --- outcomes --- */

/* The unit's verdict until now: 1 = there is one (place and inspection told), 0 = none. An
 * inspection made without a list means the return's only unit, as the stations see it too. */
static int outcome_find(struct store_batch *b, uint16_t *line, uint16_t *unit,
			char against[EVENT_UUID + 1])
{
	const struct store_inspection *i = &b->inspection;
	sqlite3_stmt *s = store_db_use(b->db, STORE_DB_OUTCOMES);
	int rc, units = -1, found = 0;

	store_db_bind(s, 1, i->label);
	while (!found && (rc = sqlite_row(b->db->sql, s)) == 1) {
		int at_line = sqlite3_column_int(s, 0), at_unit = sqlite3_column_int(s, 1);

		found = at_line == i->line && at_unit == i->unit;
		if (!found && (at_line == 0 || i->line == 0)) {
			sqlite3_stmt *u = store_db_use(b->db, STORE_DB_UNITS);

			store_db_bind(u, 1, i->label);
			rc = units < 0 ? sqlite_row(b->db->sql, u) : 0;
			if (rc < 0)
				break;
			units = rc == 1 ? sqlite3_column_int(u, 0) : units;
			sqlite3_reset(u);
			found = units <= 1;
		}
		*line = (uint16_t)at_line;
		*unit = (uint16_t)at_unit;
		store_db_text(s, 2, against, EVENT_UUID + 1);
	}
	sqlite3_reset(s);
	return found ? 1 : rc;
}

/* The first final received makes the outcome; a later one replaces it only if it was opened to. */
static int outcome_take(struct store_batch *b)
{
	const struct store_inspection *i = &b->inspection;
	char against[EVENT_UUID + 1];
	uint16_t line = i->line, unit = i->unit;
	sqlite3_stmt *s;
	int rc = outcome_find(b, &line, &unit, against);

	if (rc < 0)
		return rc;
	if (rc == 1 && strcmp(i->supersedes, against) != 0)
		return conflict(b, "a second verdict that does not supersede the first", against);
	if (rc == 0) {
		line = i->line;
		unit = i->unit;
	}
	s = store_db_use(b->db, STORE_DB_OUTCOME_PUT);
	store_db_bind(s, 1, i->label);
	sqlite3_bind_int(s, 2, line);
	sqlite3_bind_int(s, 3, unit);
	store_db_bind(s, 4, i->id);
	store_db_bind(s, 5, i->verdict);
	rc = sqlite_run(b->db->sql, s);
	return rc ? rc : returns_touch(b->db, &b->change, i->label);
}

/* --- inspections --- */

static void begin(struct store_batch *b, const struct event_view *e, const char *id)
{
	struct store_inspection *i = &b->inspection;

	*i = (struct store_inspection){
		.journal = b->journal, .line = e->line, .unit = e->unit, .state = STORE_OPEN};
	text_copy(i->id, sizeof(i->id), id);
	text_copy(i->station, sizeof(i->station), b->station);
	event_span_copy(&e->label, i->label, sizeof(i->label));
	b->inspection_there = b->inspection_changed = true;
}

static int opened(struct store_batch *b, const struct event_view *e, const char *id, bool there)
{
	struct event_span origin, supersedes;
	struct store_inspection *i = &b->inspection;

	if (there)
		return set_aside(b, "an inspection is opened twice");
	if (!event_span_is(&e->id, id) &&
	    !(event_data(&e->data, "origin", &origin) && event_span_is(&origin, id)))
		return set_aside(b, "an inspection that does not bear the id of its opening");
	begin(b, e, id);
	i->opened = b->at;
	if (event_data(&e->data, "supersedes", &supersedes) &&
	    text_is_uuid(supersedes.at, supersedes.len))
		event_span_copy(&supersedes, i->supersedes, sizeof(i->supersedes));
	return 0;
}

static int step_event(struct store_batch *b, const struct event_view *e)
{
	struct store_inspection *i = &b->inspection;
	struct event_span step, code;
	int n = event_data(&e->data, "step", &step) ? store_inspection_step(&step) : -1;

	if (n < 0)
		return set_aside(b, "no step that is known");
	if (i->state != STORE_OPEN)
		return set_aside(b, "a step of an inspection that is not open");
	if (e->kind == EVENT_REASON_GIVEN) {
		if (!event_data(&e->data, "code", &code) ||
		    !event_span_copy(&code, i->reason[n], sizeof(i->reason[n])))
			return set_aside(b, "no reason code");
		b->inspection_changed = true;
	} else if (i->reason[n][0] != '\0') { /* another answer, or none: its reason is void */
		i->reason[n][0] = '\0';
		b->inspection_changed = true;
	}
	return 0;
}

static bool verdict_read(const struct event_view *e, char verdict[5])
{
	struct event_span v;

	return event_data(&e->data, "verdict", &v) &&
	       (event_span_is(&v, "pass") || event_span_is(&v, "fail")) &&
	       event_span_copy(&v, verdict, 5);
}

static int closed(struct store_batch *b, const struct event_view *e)
{
	struct store_inspection *i = &b->inspection;
	char verdict[5];

	if (!verdict_read(e, verdict))
		return set_aside(b, "no verdict that is known");
	if (i->state != STORE_OPEN)
		return set_aside(b, "closed, but it was not open");
	i->state = STORE_CLOSED;
	memcpy(i->verdict, verdict, sizeof(verdict));
	i->closed = b->at;
	event_span_copy(&e->by, i->by, sizeof(i->by));
	b->inspection_changed = true;
	return 0;
}

/* missing: its opening and closing are behind a hole; a final event says enough by itself. */
static int final(struct store_batch *b, const struct event_view *e, bool missing)
{
	struct store_inspection *i = &b->inspection;
	char verdict[5];

	if (!verdict_read(e, verdict))
		return set_aside(b, "no verdict that is known");
	if (i->state == STORE_FINAL)
		return conflict(b, "a second final of one inspection", i->id);
	if (i->state != STORE_CLOSED && !missing)
		return set_aside(b, "final, but it was not closed");
	if (!missing && strcmp(i->verdict, verdict) != 0)
		return set_aside(b, "final with another verdict than it was closed with");
	i->state = STORE_FINAL;
	memcpy(i->verdict, verdict, sizeof(verdict));
	i->final = b->at;
	if (i->by[0] == '\0')
		event_span_copy(&e->by, i->by, sizeof(i->by));
	b->inspection_changed = true;
	return outcome_take(b);
}

static int undone(struct store_batch *b, enum store_state to)
{
	struct store_inspection *i = &b->inspection;

	if (i->state == STORE_FINAL && to == STORE_OPEN)
		return conflict(b, "reopened after its final", i->id);
	if (i->state != STORE_CLOSED && !(to == STORE_ABANDONED && i->state == STORE_OPEN))
		return set_aside(b, to == STORE_OPEN ? "reopened, but it was not closed"
						     : "abandoned, but it was over");
	i->state = to;
	i->verdict[0] = i->by[0] = '\0';
	i->closed = (struct times_moment){.clock = TIMES_NONE};
	b->inspection_changed = true;
	return 0;
}

/* The event is about the inspection in hand, and agrees with what that is about. */
static const char *disagrees(const struct store_batch *b, const struct event_view *e)
{
	const struct store_inspection *i = &b->inspection;
	char label[LABEL_MAX + 1];

	if (strcmp(i->station, b->station) != 0)
		return "an inspection of another station";
	if (!event_span_copy(&e->label, label, sizeof(label)) || strcmp(label, i->label) != 0 ||
	    e->line != i->line || e->unit != i->unit)
		return "another label or unit than its inspection was opened for";
	return NULL;
}

static int inspection_event(struct store_batch *b, const struct event_view *e)
{
	char id[EVENT_UUID + 1], verdict[5];
	const char *why;
	bool missing;
	int rc;

	if (e->inspection.len != EVENT_UUID || e->label.len == 0)
		return set_aside(b, "no inspection or label");
	event_span_copy(&e->inspection, id, sizeof(id));
	rc = store_inspection_load(b, id);
	if (rc < 0)
		return rc;
	if (e->kind == EVENT_INSPECTION_OPENED)
		return opened(b, e, id, rc == 1);
	missing = rc == 0;
	if (missing && !(b->holed && e->kind == EVENT_INSPECTION_FINAL && verdict_read(e, verdict)))
		return set_aside(b, "of an inspection that was not opened");
	if (missing)
		begin(b, e, id);
	why = disagrees(b, e);
	if (why)
		return set_aside(b, why);
	if (e->kind == EVENT_INSPECTION_CLOSED)
		return closed(b, e);
	if (e->kind == EVENT_INSPECTION_FINAL)
		return final(b, e, missing);
	if (e->kind == EVENT_INSPECTION_REOPENED)
		return undone(b, STORE_OPEN);
	if (e->kind == EVENT_INSPECTION_ABANDONED)
		return undone(b, STORE_ABANDONED);
	return step_event(b, e);
}

static int photo_event(struct store_batch *b, const struct event_view *e)
{
	bool known = false;
	int rc = store_photo_event(b, e, &known);

	return rc || known ? rc : set_aside(b, "no photo that is known");
}

int store_project_event(struct store_batch *b, const struct event_view *e)
{
	bool again = false;
	int rc = store_time_event(b, e);

	if (!rc)
		rc = store_kin_event(b, e, &again);
	if (rc || again)
		return rc;
	if (e->v != EVENT_VERSION)
		return set_aside(b, "an event of a newer version");
	switch (e->kind) {
	case EVENT_INSPECTION_OPENED:
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
	case EVENT_REASON_GIVEN:
	case EVENT_INSPECTION_CLOSED:
	case EVENT_INSPECTION_REOPENED:
	case EVENT_INSPECTION_FINAL:
	case EVENT_INSPECTION_ABANDONED:
		return inspection_event(b, e);
	case EVENT_PHOTO_TAKEN:
		return photo_event(b, e);
	case EVENT_UNKNOWN:
		return set_aside_kind(b, e);
	case EVENT_STATION_STARTED:
	case EVENT_STATION_STOPPED:
	case EVENT_CLOCK_STEPPED:
	case EVENT_LABELS_LOADED:
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
	case EVENT_PARCEL_ARRIVED:
	case EVENT_PARCEL_CLOSED:
	case EVENT_LABEL_REJECTED:
	case EVENT_EXPORT_DONE:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
		break;
	}
	return 0;
}

int store_project_end(struct store_batch *b)
{
	int rc = store_inspection_save(b);

	if (!rc)
		rc = store_time_end(b);
	return rc ? rc : returns_settle(b->db, &b->change);
}
