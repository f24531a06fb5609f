/* bench_resume.c - the way back after a power cut: recorded events folded into the bench, which
 * comes back at the same step. */
#include "station/bench.h"
#include <string.h>

static enum parcel_verdict read_verdict(const struct event_view *e, const char *key)
{
	struct event_span s;

	if (!event_data(&e->data, key, &s))
		return PARCEL_NONE;
	return event_span_is(&s, "pass") ? PARCEL_PASS : PARCEL_FAIL;
}

static uint8_t read_step(const struct event_view *e)
{
	struct event_span s;

	if (event_data(&e->data, "step", &s))
		for (uint8_t i = 0; i < CHECKLIST_STEPS; i++)
			if (event_span_is(&s, checklist_name_step(i)))
				return i;
	return 0;
}

static enum checklist_why read_why(const struct event_view *e)
{
	struct event_span s;

	if (event_data(&e->data, "why", &s))
		for (int i = 0; i < CHECKLIST_WHYS; i++)
			if (event_span_is(&s, checklist_name_why((enum checklist_why)i)))
				return (enum checklist_why)i;
	return CHECKLIST_WHY_SHAPE;
}

/* The scan that later events of the parcel name: the return's label. What opened the inspection may
 * have been a product's code, so the number stands for the scan. */
static void read_label(const struct event_view *e, struct bench_scan *from)
{
	memset(from, 0, sizeof(*from));
	from->source = BENCH_SOURCE_PANEL;
	from->scan.len = (uint16_t)(e->label.len < SCAN_MAX ? e->label.len : SCAN_MAX);
	from->scan.total = from->scan.len;
	memcpy(from->scan.bytes, e->label.at, from->scan.len);
}

static void resume_opened(struct bench *b, const struct event_view *e)
{
	read_label(e, &b->current.from);
	event_span_copy(&e->label, b->current.parcel.label, sizeof(b->current.parcel.label));
	event_span_copy(&e->inspection, b->inspection, sizeof(b->inspection));
	b->line = e->line;
	b->unit = e->unit;
}

static void resume_badge(struct bench *b, const struct event_view *e)
{
	struct event_span s;

	b->by[0] = '\0';
	if (e->kind == EVENT_BADGE_IN && event_data(&e->data, "badge", &s))
		event_span_copy(&s, b->by, sizeof(b->by));
}

void bench_resume(struct bench *b, const struct event_view *e)
{
	struct checklist_append a = {.kind = e->kind, .units = 1};
	bool of_parcel = e->kind == EVENT_INSPECTION_OPENED;

	a.step = read_step(e);
	a.answer = read_verdict(e, e->kind == EVENT_STEP_ANSWERED ? "answer" : "verdict");
	if (e->kind == EVENT_LABEL_REJECTED)
		a.why = read_why(e);
	if (e->kind == EVENT_BADGE_IN || e->kind == EVENT_BADGE_OUT)
		resume_badge(b, e);
	if (of_parcel)
		resume_opened(b, e);
	if (e->kind == EVENT_PARCEL_ARRIVED) {
		b->arrived_at = e->at;
		b->arrived_this_boot = event_span_is(&e->boot, b->config.boot);
	}
	checklist_fold(&b->check.now, &a);
	if (e->kind == EVENT_INSPECTION_FINAL &&
	    e->line) { /* whether units are left, bench_resume_parcel tells */
		b->check.now.at = CHECKLIST_WHICH;
		event_span_copy(&e->label, b->current.parcel.label,
				sizeof(b->current.parcel.label));
		read_label(e, &b->current.from);
		b->line = e->line;
		b->unit = e->unit;
	}
	memcpy(b->by_next, b->by, sizeof(b->by_next));
	memcpy(b->inspection_next, b->inspection, sizeof(b->inspection_next));
	b->line_next = b->line;
	b->unit_next = b->unit;
}

/* Receiving mode that was idle for too long ended, though nothing tells of it. */
bool bench_resume_receiving(const struct bench *b, const struct moment *now)
{
	uint64_t idle = b->arrived_this_boot ? now->mono_ms - b->arrived_at.mono_ms
					     : (uint64_t)(now->wall_ms - b->arrived_at.wall_ms);

	return idle < b->plan.receiving_ms;
}

/* At rest no label is needed: idle, and receiving mode begins afresh. */
const char *bench_resume_label(const struct bench *b, bool *house)
{
	enum checklist_at at = b->check.now.at;

	struct label label;

	label_parse(&b->config.settings->labels, &b->current.from.scan, &label);
	*house = label.kind == LABEL_HOUSE;
	if (at == CHECKLIST_IDLE || at == CHECKLIST_RECEIVING)
		return "";
	return b->current.parcel.label;
}

void bench_resume_parcel(struct bench *b, const struct parcel *parcel)
{
	struct checklist_situation *s = &b->check.now;

	b->current.parcel = *parcel;
	s->units = parcel->units;
	s->unit = 0;
	s->done = 0;
	for (uint8_t i = 0; i < parcel->units; i++) {
		if (parcel->unit[i].line == b->line && parcel->unit[i].unit == b->unit)
			s->unit = i;
		else if (parcel->unit[i].last.verdict != PARCEL_NONE)
			s->done |= 1u << i;
	}
	if (s->at != CHECKLIST_WHICH)
		return;
	s->done |= 1u << s->unit;
	if (parcel->units < 2 ||
	    s->done == (parcel->units >= 32 ? UINT32_MAX : (1u << parcel->units) - 1))
		s->at = CHECKLIST_IDLE;
}
