/* export_cause.c - from a recorded event to the label, button or moment that made it, in the
 * situation that the bench is in. Windows of time are settings that an export does not tell: here
 * they last until the recorded moment. */
#include "export.h"
#include <string.h>

#define FOREVER_MS (400u * 3600 * 1000) /* of windows; virtual */

static const struct checklist_situation *situation(const struct export *x)
{
	return &x->w.bench.check.now;
}

static bool is_asking(const struct export *x)
{
	return situation(x)->at == CHECKLIST_REPEAT || situation(x)->at == CHECKLIST_UNKNOWN;
}

static void until(struct export *x, const struct event_view *e, int64_t before_ms)
{
	int64_t at = (int64_t)e->at.mono_ms + x->shift - before_ms;

	if (at > (int64_t)x->w.now.mono_ms)
		world_until(&x->w, (uint64_t)at);
}

/* --- buttons --- */

static void press(struct export *x, enum panel_button b, uint32_t ms)
{
	uint64_t guard = x->w.bench.check.lit_at + x->w.bench.plan.guard_ms;

	if (x->w.now.mono_ms < guard)
		world_until(&x->w, guard);
	world_contact(&x->w, b, true);
	world_until(&x->w, x->w.now.mono_ms + ms);
	world_contact(&x->w, b, false);
	world_until(&x->w, x->w.now.mono_ms + x->w.bench.plan.button.bounce_ms);
}

static void tap(struct export *x, const struct event_view *e, enum panel_button b, uint32_t ms)
{
	if (situation(x)->alert != CHECKLIST_WHY_NONE) /* somebody silenced it */
		press(x, b, 40);
	until(x, e, ms);
	press(x, b, ms);
}

/* --- labels --- */

/* A company's return numbers have a shape of their own, which an export does not tell: what was
 * taken for a return is taken for one. Null: nothing is. */
static void take_for_return(struct export *x, const char *text, enum check_rule rule)
{
	struct label_rules *rules = &x->w.settings.labels;
	char shape[2 * LABEL_MAX + 1];
	size_t n = 0;

	for (; text && *text && n + 2 < sizeof(shape); text++) {
		if (*text == '%')
			shape[n++] = '%';
		shape[n++] = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
	}
	shape[n] = '\0';
	rules->rma_rule = rule;
	if (!n || shape_read(&rules->rma, shape) != NULL)
		(void)shape_read(&rules->rma, "no return");
}

static bool is_house(const struct export *x, const char *label)
{
	struct label_rules rules = x->w.settings.labels;
	struct scan scan = {.len = (uint16_t)strlen(label), .total = (uint32_t)strlen(label)};
	struct label l;

	memcpy(scan.bytes, label, scan.len);
	(void)shape_read(&rules.rma, "no return");
	label_parse(&rules, &scan, &l);
	return l.kind == LABEL_HOUSE;
}

static void expect_label(struct export *x, const struct event_view *e)
{
	char label[LABEL_MAX + 1];

	(void)event_span_copy(&e->label, label, sizeof(label));
	take_for_return(x, is_house(x, label) ? NULL : label, CHECK_NONE);
}

static void scan_text(struct export *x, const char *text)
{
	world_scan(&x->w, (const uint8_t *)text, strlen(text), (uint32_t)strlen(text));
}

static void scan_raw(struct export *x, const struct event_view *e)
{
	uint8_t raw[SCAN_MAX];
	size_t len = export_raw(e, raw);
	char bytes[16];
	uint64_t total = len;

	export_data(e, "bytes", bytes, sizeof(bytes));
	(void)text_read_u64(bytes, strlen(bytes), UINT32_MAX, &total);
	world_scan(&x->w, raw, len, (uint32_t)total);
}

static void scan_made(struct export *x, enum label_kind kind, const char *code)
{
	char label[LABEL_MAX + 1];

	if (!label_make(&x->w.settings.labels, kind, code, label, sizeof(label)))
		world_die("a label of the export cannot be made");
	scan_text(x, label);
}

/* A label that is not the return's, of a return without units to choose from: the list has it as
 * tracking number. */
static bool take_for_tracking(struct export *x, const char *rma, const struct label *label)
{
	static struct parcel parcel;
	static struct parcel_row row;

	(void)text_copy(parcel.label, sizeof(parcel.label), rma);
	export_known(x, rma, &parcel);
	if (parcel.units != 1 || !parcel_tracking(label->id, row.tracking))
		return false;
	(void)text_copy(row.rma, sizeof(row.rma), rma);
	world_row(&x->w, &row);
	return true;
}

/* The return's label or tracking number: the recorded bytes; its number where these are a
 * product's. */
static void scan_return(struct export *x, const struct event_view *e)
{
	struct scan scan = {0};
	struct label label;
	char text[LABEL_MAX + 1];

	expect_label(x, e);
	scan.len = (uint16_t)export_raw(e, scan.bytes);
	scan.total = scan.len;
	label_parse(&x->w.settings.labels, &scan, &label);
	(void)event_span_copy(&e->label, text, sizeof(text));
	if (strcmp(label.id, text) == 0 || take_for_tracking(x, text, &label))
		scan_raw(x, e);
	else
		scan_text(x, text);
}

/* Out of modes whose beginning and end are not recorded. */
static void leave_mode(struct export *x, const struct event_view *e, bool receiving)
{
	if (receiving && situation(x)->at == CHECKLIST_WHICH)
		tap(x, e, PANEL_BACK, 40);
	if ((situation(x)->at == CHECKLIST_RECEIVING) != receiving)
		scan_made(x, LABEL_COMMAND, "RECEIVING");
}

/* --- inspections --- */

static bool is_current(const struct export *x, const struct event_view *e)
{
	return event_span_is(&e->label, x->w.bench.current.parcel.label);
}

static const struct parcel_unit *unit_of(const struct export *x, const struct event_view *e)
{
	const struct parcel *p = &x->w.bench.current.parcel;

	for (uint8_t i = 0; i < p->units; i++)
		if (p->unit[i].line == e->line && p->unit[i].unit == e->unit)
			return &p->unit[i];
	return NULL;
}

/* The unit that PASS would open. */
static bool is_next_unit(const struct export *x, const struct parcel_unit *u)
{
	uint8_t i = 0;

	while (i < situation(x)->units && situation(x)->done & (1u << i))
		i++;
	return u == &x->w.bench.current.parcel.unit[i];
}

/* "Which one?" is answered as it was: by a product's code, or PASS. */
static void answer_which(struct export *x, const struct event_view *e)
{
	const struct parcel_unit *u = unit_of(x, e);
	struct scan scan = {0};
	struct label label;

	scan.len = (uint16_t)export_raw(e, scan.bytes);
	scan.total = scan.len;
	take_for_return(x, NULL, CHECK_NONE);
	label_parse(&x->w.settings.labels, &scan, &label);
	if (u && strcmp(u->product, label.text) == 0)
		scan_raw(x, e);
	else if (!u || is_next_unit(x, u))
		tap(x, e, PANEL_PASS, 40);
	else
		scan_text(x, u->product);
}

static void cause_opened(struct export *x, const struct event_view *e)
{
	until(x, e, 40);
	leave_mode(x, e, false);
	for (int tries = 0; tries < 4 && !export_is_made(x); tries++) {
		enum checklist_at at = situation(x)->at;
		bool here = is_current(x, e) && situation(x)->units > 1;

		if (situation(x)->refused &&
		    event_span_is(&e->label, x->w.bench.offered.parcel.label))
			scan_made(x, LABEL_COMMAND, "ACCEPT");
		else if (is_asking(x))
			tap(x, e, PANEL_PASS, 40);
		else if (here && (at == CHECKLIST_WHICH || at == CHECKLIST_CLOSED))
			answer_which(x, e);
		else
			scan_return(x, e);
	}
}

/* With the next label, or by itself. */
static void cause_final(struct export *x, size_t i)
{
	const struct event_view *e = &x->of[i].e;
	bool with_next = i + 1 < x->count && x->of[i + 1].e.kind == EVENT_INSPECTION_OPENED &&
			 x->of[i + 1].e.at.mono_ms == e->at.mono_ms;

	if (with_next)
		cause_opened(x, &x->of[i + 1].e);
	if (export_is_made(x))
		return;
	until(x, e, 0);
	x->w.bench.check.hold_due = x->w.now.mono_ms;
	world_tick(&x->w);
}

static void cause_reason(struct export *x, const struct event_view *e)
{
	char code[LABEL_CODE_MAX + 1];

	export_data(e, "code", code, sizeof(code));
	if (strcmp(code, "UNSPECIFIED") == 0) {
		tap(x, e, PANEL_FAIL, 40);
		return;
	}
	until(x, e, 0);
	scan_made(x, LABEL_REASON, code);
}

static enum panel_button answer_of(const struct event_view *e)
{
	char answer[8];

	export_data(e, "answer", answer, sizeof(answer));
	return strcmp(answer, "pass") == 0 ? PANEL_PASS : PANEL_FAIL;
}

/* --- rejected labels --- */

/* A question is opened, then left. If another label took its place, the events are the same. */
static void cause_left(struct export *x, const struct event_view *e)
{
	uint8_t unit = 0;

	until(x, e, 400);
	if (is_current(x, e) &&
	    situation(x)->at == CHECKLIST_WHICH) { /* about a unit that is done */
		while (unit + 1 < situation(x)->units && !(situation(x)->done & (1u << unit)))
			unit++;
		take_for_return(x, NULL, CHECK_NONE);
		scan_text(x, x->w.bench.current.parcel.unit[unit].product);
	} else if (!is_asking(x)) {
		scan_return(x, e);
	}
	tap(x, e, PANEL_BACK, 40);
}

/* One format: this text and no other. */
static void add_format(struct export *x, const char *text, const char *name, const char *kind)
{
	char line[4][4 * LABEL_MAX];
	struct text shape = text_over(line[1], sizeof(line[1]));
	struct formats_reader reader;
	struct settings_error error;

	text_put(&shape, "shape = ");
	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (strchr("%()[]{}", *text))
			text_char(&shape, '%');
		text_char(&shape, *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text);
	}
	(void)snprintf(line[0], sizeof(line[0]), "[label %s]", name);
	(void)snprintf(line[2], sizeof(line[2]), "kind = %s", kind);
	formats_read_init(&reader, &x->formats, "export");
	for (int i = 0; i < 3; i++)
		if (!formats_read_line(&reader, line[i], strlen(line[i]), &error))
			return; /* too long a text: the replay will show it */
	if (formats_read_end(&reader, &error))
		x->w.settings.labels.formats = &x->formats;
}

/* The formats of a site are not told either: what was taken for a carrier's is taken for one. */
static void take_for_other(struct export *x, const struct event_view *e, const char *why)
{
	static const char *const kinds[] = {"carrier", "product", "plate", "asset"};
	struct scan scan = {0};
	struct label label;

	x->w.settings.labels.formats = NULL;
	scan.len = (uint16_t)export_raw(e, scan.bytes);
	scan.total = scan.len;
	label_parse(&x->w.settings.labels, &scan, &label);
	formats_init(&x->formats);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(why, kinds[i]) == 0 || (strcmp(why, "tie") == 0 && i < 2))
			add_format(x, label.text, kinds[i], kinds[i]);
	formats_finish(&x->formats);
}

static void cause_wrong(struct export *x, const struct event_view *e, const char *why)
{
	struct label_rules *rules = &x->w.settings.labels;
	char text[SCAN_MAX + 1];
	size_t len = export_raw(e, (uint8_t *)text);

	text[len] = '\0';
	rules->has_key = strcmp(why, "no-key") != 0;
	if (strcmp(why, "check") == 0 && strncmp(text, "H", 1) != 0 && !strchr(text, '-'))
		take_for_return(x, text, CHECK_MOD37_36);
	else
		take_for_return(x, NULL, CHECK_NONE);
	take_for_other(x, e, why);
	scan_raw(x, e);
	rules->formats = NULL;
	rules->has_key = true;
}

static void cause_rejected(struct export *x, const struct event_view *e)
{
	char why[16];

	export_data(e, "why", why, sizeof(why));
	if (strcmp(why, "left") == 0) {
		leave_mode(x, e, false);
		cause_left(x, e);
		return;
	}
	until(x, e, 0);
	if (!e->label.len) {
		cause_wrong(x, e, why);
		return;
	}
	leave_mode(x, e, false);
	if (strcmp(why, "refused") == 0)
		x->w.bench.plan.unknown = SETTINGS_UNKNOWN_REFUSE;
	scan_return(x, e);
}

/* --- the station --- */

static void cause_badge(struct export *x, const struct event_view *e)
{
	char badge[LABEL_CODE_MAX + 1];

	until(x, e, 0);
	export_data(e, "badge", badge, sizeof(badge));
	if (e->kind == EVENT_BADGE_IN)
		scan_made(x, LABEL_BADGE, badge);
	else
		scan_made(x, LABEL_COMMAND, "BADGEOUT");
}

static void cause_started(struct export *x, const struct event_view *e)
{
	x->shift = (int64_t)x->w.now.mono_ms + 1000 - (int64_t)e->at.mono_ms;
	until(x, e, 0);
	if (!x->w.bench.config.settings)
		world_start(&x->w);
	else
		world_restart(&x->w, "restart");
	x->w.bench.plan.hold_ms = FOREVER_MS;
	x->w.bench.plan.question_ms = FOREVER_MS;
	x->w.bench.plan.receiving_ms = FOREVER_MS;
	x->w.bench.check.hold_due = x->w.bench.check.due = x->w.now.mono_ms + FOREVER_MS;
	world_tick(&x->w);
}

static void cause_stopped(struct export *x, const struct event_view *e)
{
	char why[sizeof(x->w.bench.why_stopped)];

	until(x, e, 0);
	export_data(e, "why", why, sizeof(why));
	world_stop(&x->w, why);
}

static void cause_arrived(struct export *x, const struct event_view *e)
{
	until(x, e, 0);
	leave_mode(x, e, true);
	scan_return(x, e);
}

static void cause_parcel_closed(struct export *x, const struct event_view *e)
{
	until(x, e, 0);
	leave_mode(x, e, false);
	if (situation(x)->at != CHECKLIST_WHICH || !is_current(x, e))
		scan_return(x, e);
	if (is_asking(x))
		tap(x, e, PANEL_PASS, 40);
	scan_made(x, LABEL_COMMAND, "PARCELDONE");
}

void export_cause(struct export *x, size_t i)
{
	const struct event_view *e = &x->of[i].e;

	x->w.bench.plan.unknown = SETTINGS_UNKNOWN_CONFIRM;
	switch (e->kind) {
	case EVENT_STATION_STARTED:
		cause_started(x, e);
		break;
	case EVENT_STATION_STOPPED:
		cause_stopped(x, e);
		break;
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
		cause_badge(x, e);
		break;
	case EVENT_PARCEL_ARRIVED:
		cause_arrived(x, e);
		break;
	case EVENT_PARCEL_CLOSED:
		cause_parcel_closed(x, e);
		break;
	case EVENT_LABEL_REJECTED:
		cause_rejected(x, e);
		break;
	case EVENT_INSPECTION_OPENED:
		cause_opened(x, e);
		break;
	case EVENT_STEP_ANSWERED:
		tap(x, e, answer_of(e), 40);
		break;
	case EVENT_STEP_WITHDRAWN:
	case EVENT_INSPECTION_REOPENED:
		tap(x, e, PANEL_BACK, 40);
		break;
	case EVENT_REASON_GIVEN:
		cause_reason(x, e);
		break;
	case EVENT_INSPECTION_FINAL:
		cause_final(x, i);
		break;
	case EVENT_INSPECTION_ABANDONED:
		tap(x, e, PANEL_BACK, x->w.bench.plan.back_ms);
		break;
	case EVENT_INSPECTION_CLOSED: /* comes with the third answer */
	case EVENT_CLOCK_STEPPED:     /* the rest is not told by labels and buttons */
	case EVENT_LABELS_LOADED:
	case EVENT_PHOTO_TAKEN:
	case EVENT_EXPORT_DONE:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
}
