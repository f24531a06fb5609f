/* report_inspect.c - the inspection at work: its events folded as the bench folds them, what it
 * spent on each step, and which events don't follow from those before. */
#include "report_part.h"
#include "station/gtin.h"
#include "station/text.h"
#include <string.h>

/* A code that opened an inspection and is not the return's label can be the product's. */
static void product_scanned(const struct event_view *e, char product[REPORT_NAME])
{
	char raw[LABEL_MAX + 1];
	struct event_span s;
	const char *digits = raw;
	size_t len;

	product[0] = '\0';
	if (!event_data(&e->data, "raw", &s) ||
	    !text_read_base64(s.at, s.len, raw, LABEL_MAX, &len))
		return;
	if (len > 3 && raw[0] == ']') { /* an AIM identifier */
		digits += 3;
		len -= 3;
	}
	if (!gtin_is(digits, len) || (len == e->label.len && memcmp(digits, e->label.at, len) == 0))
		return;
	gtin_shorten(&digits, &len);
	memcpy(product, digits, len);
	product[len] = '\0';
}

static void note_list(struct report *r, const struct event_view *e)
{
	struct event_span s;

	if (!event_data(&e->data, "list", &s))
		return;
	for (unsigned i = PARCEL_NO_LIST; i <= PARCEL_KNOWN; i++)
		if (event_span_is(&s, parcel_list_name((enum parcel_list)i)))
			r->listed[i]++;
}

static void begin(struct report *r, const struct event_view *e, const struct times_moment *at)
{
	struct report_open *o = &r->open;
	char name[REPORT_NAME];
	struct event_span s;

	r->cut += o->is;
	*o = (struct report_open){.is = true,
				  .timed = true,
				  .opened = *at,
				  .boot = r->boot.number,
				  .mono_ms = e->at.mono_ms};
	r->opened++;
	(void)event_span_copy(&e->inspection, o->id, sizeof(o->id));
	(void)event_span_copy(&e->label, o->label, sizeof(o->label));
	if (event_data(&e->data, "supersedes", &s) && text_is_uuid(s.at, s.len))
		(void)event_span_copy(&s, o->supersedes, sizeof(o->supersedes));
	product_scanned(e, o->product);
	note_list(r, e);
	if (report_list_member(e, "scanner", name))
		(void)report_list_add(&r->scanners, name, REPORT_A);
}

/* The time since the event before goes to the step that was to be done; the hold window and what
 * a power cut took belong to none. */
static void spend(struct report *r, const struct event_view *e)
{
	struct report_open *o = &r->open;
	bool at_work = o->now.at == CHECKLIST_STEP || o->now.at == CHECKLIST_REASON;

	if (o->boot != r->boot.number || e->at.mono_ms < o->mono_ms)
		o->timed = false;
	else if (at_work)
		o->spent_ms[o->now.step] += e->at.mono_ms - o->mono_ms;
	o->boot = r->boot.number;
	o->mono_ms = e->at.mono_ms;
}

static bool answered_all(const struct checklist_situation *s)
{
	for (int i = 0; i < CHECKLIST_STEPS; i++)
		if (s->answer[i] == PARCEL_NONE)
			return false;
	return true;
}

/* Whether the bench could have written this now. */
static bool follows(const struct report_open *o, const struct checklist_append *a)
{
	const struct checklist_situation *s = &o->now;

	if (a->kind == EVENT_STEP_ANSWERED)
		return s->at == CHECKLIST_STEP && a->step == s->step;
	if (a->kind == EVENT_STEP_WITHDRAWN)
		return s->at == CHECKLIST_STEP || s->at == CHECKLIST_REASON;
	if (a->kind == EVENT_REASON_GIVEN)
		return s->at == CHECKLIST_REASON && a->step == s->step;
	if (a->kind == EVENT_INSPECTION_CLOSED)
		return s->at == CHECKLIST_STEP && answered_all(s);
	if (a->kind == EVENT_INSPECTION_FINAL)
		return s->at == CHECKLIST_CLOSED && a->answer == s->verdict;
	if (a->kind == EVENT_INSPECTION_REOPENED)
		return s->at == CHECKLIST_CLOSED;
	return true; /* abandoned */
}

static void note_step(struct report *r, const struct event_view *e,
		      const struct checklist_append *a)
{
	char *reason = r->open.reason[a->step];

	if (a->kind == EVENT_REASON_GIVEN)
		(void)report_list_member(e, "code", reason);
	else
		reason[0] = '\0'; /* another answer, or none: its reason is void */
	r->withdrawn += a->kind == EVENT_STEP_WITHDRAWN;
}

static void take(struct report *r, const struct event_view *e, const struct times_moment *at,
		 const struct checklist_append *a, const struct report_product *product)
{
	struct report_open *o = &r->open;

	spend(r, e);
	checklist_fold(&o->now, a);
	if (a->kind == EVENT_INSPECTION_CLOSED) {
		o->closed = *at;
		(void)event_span_copy(&e->by, o->by, sizeof(o->by));
	} else if (a->kind == EVENT_INSPECTION_REOPENED) {
		r->reopened++;
		o->closed = (struct times_moment){.clock = TIMES_NONE};
	} else if (a->kind == EVENT_INSPECTION_FINAL) {
		report_final(r, e, at, o, product);
		o->is = false;
	} else if (a->kind == EVENT_INSPECTION_ABANDONED) {
		r->abandoned++;
		o->is = false;
	} else {
		note_step(r, e, a);
	}
}

void report_inspect(struct report *r, const struct event_view *e, const struct times_moment *at,
		    const struct report_product *product)
{
	struct report_open *o = &r->open;
	struct checklist_append a;

	checklist_read(e, &a);
	if (e->inspection.len != EVENT_UUID) {
		r->odd++;
	} else if (a.kind == EVENT_INSPECTION_OPENED) {
		begin(r, e, at);
		checklist_fold(&o->now, &a);
	} else if (!o->is || !event_span_is(&e->inspection, o->id)) {
		/* Its beginning is not in here; a final event says enough by itself. */
		if (a.kind == EVENT_INSPECTION_FINAL)
			report_final(r, e, at, NULL, product);
		else if (r->opened > 0 || r->first_seq == 1)
			r->odd++;
	} else if (o->holed || follows(o, &a)) {
		take(r, e, at, &a, product);
	} else {
		r->odd++;
	}
}

void report_inspect_settle(struct report *r)
{
	(void)times_correct(&r->boot, &r->open.opened);
	(void)times_correct(&r->boot, &r->open.closed);
}
