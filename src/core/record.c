/* record.c - events told as inspections (record.h). */
#include "station/record.h"
#include <string.h>

const char *record_state_name(enum record_state state)
{
	switch (state) {
	case RECORD_NONE:
		break;
	case RECORD_OPEN:
		return "open";
	case RECORD_CLOSED:
		return "provisional";
	case RECORD_FINAL:
		return "final";
	case RECORD_ABANDONED:
		return "abandoned";
	}
	return "";
}

void record_init(struct record_fold *f)
{
	memset(f, 0, sizeof(*f));
}

static bool is_of_inspection(enum event_kind kind)
{
	return kind == EVENT_INSPECTION_OPENED || kind == EVENT_STEP_ANSWERED ||
	       kind == EVENT_STEP_WITHDRAWN || kind == EVENT_REASON_GIVEN ||
	       kind == EVENT_INSPECTION_CLOSED || kind == EVENT_INSPECTION_REOPENED ||
	       kind == EVENT_INSPECTION_FINAL || kind == EVENT_INSPECTION_ABANDONED;
}

static void copy_data(const struct event_view *e, const char *key, char *out, size_t cap)
{
	struct event_span s;

	out[0] = '\0';
	if (event_data(&e->data, key, &s))
		(void)event_span_copy(&s, out, cap);
}

static void begin(struct record *r, const struct event_view *e)
{
	*r = (struct record){
		.state = RECORD_OPEN, .first = e->seq, .line = e->line, .unit = e->unit};
	event_span_copy(&e->station, r->station, sizeof(r->station));
	event_span_copy(&e->inspection, r->inspection, sizeof(r->inspection));
	event_span_copy(&e->label, r->label, sizeof(r->label));
	if (e->kind != EVENT_INSPECTION_OPENED)
		return;
	copy_data(e, "list", r->list, sizeof(r->list));
	copy_data(e, "supersedes", r->supersedes, sizeof(r->supersedes));
	if (!text_is_uuid(r->supersedes, strlen(r->supersedes)))
		r->supersedes[0] = '\0';
	r->opened_ms = e->at.wall_ms;
	r->opened_mono = e->at.mono_ms;
	event_span_copy(&e->boot, r->boot, sizeof(r->boot));
}

/* The monotonic clock counts: the wall clock may be put right in the middle of it (F1). */
static void take_time(struct record *r, const struct event_view *e)
{
	bool same = r->boot[0] && event_span_is(&e->boot, r->boot);

	r->took_ms = same && e->at.mono_ms > r->opened_mono ? e->at.mono_ms - r->opened_mono : 0;
}

static void end(struct record *r, const struct event_view *e, enum record_state state)
{
	r->state = state;
	r->ended_ms = e->at.wall_ms;
}

/* What the fold of the steps does not keep. */
static void note(struct record *r, const struct event_view *e, const struct checklist_append *a)
{
	if (e->kind == EVENT_INSPECTION_CLOSED) {
		r->state = RECORD_CLOSED;
		r->closed_ms = e->at.wall_ms;
		take_time(r, e);
	} else if (e->kind == EVENT_INSPECTION_REOPENED) {
		r->state = RECORD_OPEN;
		r->closed_ms = 0;
		r->reason[CHECKLIST_STEPS - 1][0] = '\0';
	} else if (e->kind == EVENT_REASON_GIVEN) {
		copy_data(e, "code", r->reason[a->step], sizeof(r->reason[a->step]));
	} else if (e->kind == EVENT_STEP_ANSWERED || e->kind == EVENT_STEP_WITHDRAWN) {
		r->reason[a->step][0] = '\0'; /* of the answer that stood there */
	} else if (e->kind == EVENT_INSPECTION_FINAL) {
		r->now.verdict = a->answer;
		end(r, e, RECORD_FINAL);
	} else if (e->kind == EVENT_INSPECTION_ABANDONED) {
		take_time(r, e);
		end(r, e, RECORD_ABANDONED);
	}
}

static bool is_over(const struct record *r)
{
	return r->state == RECORD_FINAL || r->state == RECORD_ABANDONED;
}

bool record_feed(struct record_fold *f, const struct event_view *e, struct record *out)
{
	struct record *r = &f->now;
	struct checklist_append a;
	bool other, ended = false;

	if (!is_of_inspection(e->kind) || e->inspection.len != EVENT_UUID)
		return false;
	other = !event_span_is(&e->inspection, r->inspection);
	if (r->state != RECORD_NONE && (other || e->kind == EVENT_INSPECTION_OPENED))
		ended = record_end(f, out); /* its end was never told */
	if (r->state == RECORD_NONE)
		begin(r, e);
	checklist_read(e, &a);
	checklist_fold(&r->now, &a);
	note(r, e, &a);
	r->last = e->seq;
	r->untrusted |= !e->at.trusted;
	if (e->by.len)
		event_span_copy(&e->by, r->by, sizeof(r->by));
	return is_over(r) && !ended ? record_end(f, out) : ended;
}

bool record_end(struct record_fold *f, struct record *out)
{
	if (f->now.state == RECORD_NONE)
		return false;
	*out = f->now;
	f->now = (struct record){.state = RECORD_NONE};
	return true;
}
