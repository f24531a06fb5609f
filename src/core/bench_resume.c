/* bench_resume.c - the way back after a power cut: recorded events folded into the bench, which
 * comes back at the same step. */
#include "station/bench.h"
#include "bench_given.h"
#include <string.h>

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

static uint16_t read_number(const struct event_span *object, const char *key)
{
	struct event_span s;
	uint64_t n = 0;

	if (!event_data(object, key, &s) || !text_read_u64(s.at, s.len, UINT16_MAX, &n))
		return 0;
	return (uint16_t)n;
}

/* data.left: a list of objects that hold numbers only. */
static void read_left(struct bench *b, const struct event_view *e)
{
	struct event_span list;

	b->left_count = 0;
	b->left_told = event_data(&e->data, "left", &list);
	if (!b->left_told)
		return;
	for (size_t i = 0, from = 0; i < list.len && b->left_count < PARCEL_UNITS; i++) {
		struct event_span object = {list.at + from, i + 1 - from};

		if (list.at[i] == '{')
			from = i;
		if (list.at[i] != '}')
			continue;
		b->left[b->left_count].line = read_number(&object, "line");
		b->left[b->left_count++].unit = read_number(&object, "unit");
	}
}

static bool is_left(const struct bench *b, const struct parcel_unit *u)
{
	if (!b->left_told) /* by a version that did not tell */
		return u->last.verdict == PARCEL_NONE;
	for (uint8_t i = 0; i < b->left_count; i++)
		if (b->left[i].line == u->line && b->left[i].unit == u->unit)
			return true;
	return false;
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

static void resume_given(struct bench *b, const struct event_view *e, uint8_t step)
{
	char code[LABEL_CODE_MAX + 1] = "";
	struct event_span s;

	if (event_data(&e->data, "code", &s) && !event_span_copy(&s, code, sizeof(code)))
		code[0] = '\0';
	bench_given_note(&b->given, e->kind, step, code);
	b->given_next = b->given;
}

void bench_resume(struct bench *b, const struct event_view *e)
{
	struct checklist_append a;
	bool of_parcel = e->kind == EVENT_INSPECTION_OPENED;

	checklist_read(e, &a);
	if (e->kind == EVENT_BADGE_IN || e->kind == EVENT_BADGE_OUT)
		resume_badge(b, e);
	if (of_parcel)
		resume_opened(b, e);
	if (e->kind == EVENT_PARCEL_ARRIVED) {
		b->arrived_at = e->at;
		b->arrived_this_boot = event_span_is(&e->boot, b->config.boot);
	}
	if (of_parcel || e->kind == EVENT_INSPECTION_FINAL)
		read_left(b, e);
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
	resume_given(b, e, a.step);
	memcpy(b->by_next, b->by, sizeof(b->by_next));
	memcpy(b->inspection_next, b->inspection, sizeof(b->inspection_next));
	b->line_next = b->line;
	b->unit_next = b->unit;
}

/* Receiving mode that was idle for too long ended, though nothing tells of it. A wall clock that is
 * behind the last arrival says nothing: then it goes on, with a full idle time (F1). */
bool bench_resume_receiving(const struct bench *b, const struct moment *now)
{
	int64_t idle = b->arrived_this_boot ? (int64_t)(now->mono_ms - b->arrived_at.mono_ms)
					    : now->wall_ms - b->arrived_at.wall_ms;

	return idle < (int64_t)b->plan.receiving_ms;
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
		else if (!is_left(b, &parcel->unit[i]))
			s->done |= 1u << i;
	}
	if (s->at != CHECKLIST_WHICH)
		return;
	s->done |= 1u << s->unit;
	if (parcel->units < 2 ||
	    s->done == (parcel->units >= 32 ? UINT32_MAX : (1u << parcel->units) - 1))
		s->at = CHECKLIST_IDLE;
}
