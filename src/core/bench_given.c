/* bench_given.c - the reason that was given last in the open inspection (bench_given.h): the
 * inspector sees in words what the barcode said. */
#include "bench_given.h"
#include "station/reasons.h"
#include <string.h>

void bench_given_note(struct bench_given *given, enum event_kind kind, uint8_t step,
		      const char *code)
{
	bool ends = kind == EVENT_INSPECTION_OPENED || kind == EVENT_INSPECTION_FINAL ||
		    kind == EVENT_INSPECTION_ABANDONED || kind == EVENT_INSPECTION_REOPENED;

	if (kind == EVENT_REASON_GIVEN) {
		(void)text_copy(given->code, sizeof(given->code), code);
		given->step = step;
	} else if (ends || (kind == EVENT_STEP_WITHDRAWN && step <= given->step)) {
		given->code[0] = '\0';
	}
}

static void member(struct text *t, const char *name, const char *value)
{
	text_put(t, name);
	if (value)
		text_json(t, value, strlen(value));
	else
		text_put(t, "null");
}

void bench_given_show(const struct bench *b, struct text *t)
{
	const struct reason *reason = reasons_find(b->config.settings->reasons, b->given.code);
	enum checklist_at at = b->check.now.at;

	if (!b->given.code[0] ||
	    (at != CHECKLIST_STEP && at != CHECKLIST_REASON && at != CHECKLIST_CLOSED))
		return;
	member(t, ",\"given\":{\"code\":", b->given.code);
	member(t, ",\"en\":", reason ? reason->en : NULL);
	member(t, ",\"zh\":", reason ? reason->zh : NULL);
	text_char(t, '}');
}
