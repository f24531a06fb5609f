/* report_fault.c - what stopped working, how often, and for how long as far as that is known. */
#include "report_part.h"
#include <string.h>

/* A fault's own time, from when it was raised until this event. */
static void end(struct report *r, struct report_fault *f, const struct event_view *e,
		const struct times_moment *at)
{
	int64_t lasted = -1;

	if (f->boot == r->boot.number && e->at.mono_ms >= f->mono_ms)
		lasted = (int64_t)(e->at.mono_ms - f->mono_ms);
	else if (report_sure(&f->since) && report_sure(at))
		lasted = at->at - f->since.at;
	if (lasted >= 0)
		f->lasted_ms += (uint64_t)lasted;
	else
		f->untimed++;
	f->open = false;
}

void report_fault_raised(struct report *r, const struct event_view *e,
			 const struct times_moment *at)
{
	char what[REPORT_NAME];
	struct report_fault *f;
	uint32_t row;

	if (!report_list_member(e, "what", what)) {
		r->odd++;
		return;
	}
	row = report_list_add(&r->faults, what, REPORT_A);
	if (row == REPORT_NONE)
		return;
	f = &r->fault[row];
	f->raised++;
	if (f->open)
		return;
	f->open = true;
	f->since = *at;
	f->boot = r->boot.number;
	f->mono_ms = e->at.mono_ms;
}

void report_fault_cleared(struct report *r, const struct event_view *e,
			  const struct times_moment *at)
{
	char what[REPORT_NAME];

	if (!report_list_member(e, "what", what))
		return;
	for (uint16_t i = 0; i < r->faults.used; i++)
		if (r->fault[i].open && strcmp(what, r->faults.row[i].name) == 0)
			end(r, &r->fault[i], e, at);
}

/* A start knows of no fault: what still is one will be raised again. */
void report_fault_started(struct report *r, const struct event_view *e,
			  const struct times_moment *at)
{
	for (uint16_t i = 0; i < r->faults.used; i++)
		if (r->fault[i].open)
			end(r, &r->fault[i], e, at);
}

void report_fault_settle(struct report *r)
{
	for (uint16_t i = 0; i < r->faults.used; i++)
		(void)times_correct(&r->boot, &r->fault[i].since);
}
