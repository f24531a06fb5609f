/* checklist_read.c - what a recorded event tells: the append that it once was, for the fold. */
#include "station/checklist.h"

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

void checklist_read(const struct event_view *e, struct checklist_append *append)
{
	*append = (struct checklist_append){.kind = e->kind, .units = 1};
	append->step = read_step(e);
	append->answer = read_verdict(e, e->kind == EVENT_STEP_ANSWERED ? "answer" : "verdict");
	if (e->kind == EVENT_LABEL_REJECTED)
		append->why = read_why(e);
}
