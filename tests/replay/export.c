/* export.c - replays a journal's own export (export.h): each recorded event tells which label or
 * button was its cause. */
#include "export.h"
#include "world.h"
#include <stdlib.h>
#include <string.h>

struct recorded {
	char *line;
	size_t len;
	struct event_view e;
};

struct export
{
	struct world w;
	struct recorded *of;
	size_t count;
	size_t made;   /* lines of the world's journal compared so far */
	int64_t shift; /* recorded mono_ms -> virtual */
	FILE *out;
	bool same;
};

/* --- reading --- */

static void read_file(struct export *x, const char *path)
{
	static char text[EVENT_LINE_MAX + 2];
	FILE *f = fopen(path, "re");

	if (!f)
		world_die("the export cannot be read");
	while (fgets(text, sizeof(text), f)) {
		struct recorded *r;

		x->of = realloc(x->of, (x->count + 1) * sizeof(*x->of));
		if (!x->of)
			world_die("out of memory");
		r = &x->of[x->count++];
		r->len = strcspn(text, "\n");
		r->line = malloc(r->len + 1);
		if (!r->line)
			world_die("out of memory");
		memcpy(r->line, text, r->len);
		r->line[r->len] = '\0';
		if (event_read(r->line, r->len, &r->e) != EVENT_OK)
			world_die("a line of the export is not an event");
	}
	(void)fclose(f);
}

static bool data_text(const struct event_view *e, const char *key, char *out, size_t cap)
{
	struct event_span s;

	out[0] = '\0';
	return event_data(&e->data, key, &s) && event_span_copy(&s, out, cap);
}

static size_t raw_of(const struct event_view *e, uint8_t raw[SCAN_MAX])
{
	struct event_span s;
	size_t len = 0;

	if (!event_data(&e->data, "raw", &s) || !text_read_base64(s.at, s.len, raw, SCAN_MAX, &len))
		return 0;
	return len;
}

/* --- what the list knew, told from the events --- */

static struct parcel_unit *unit_of(struct parcel *p, uint16_t line, uint16_t unit)
{
	for (uint8_t i = 0; i < p->units; i++)
		if (p->unit[i].line == line && p->unit[i].unit == unit)
			return &p->unit[i];
	if (p->units == PARCEL_UNITS)
		return &p->unit[0];
	p->unit[p->units] = (struct parcel_unit){.line = line, .unit = unit};
	return &p->unit[p->units++];
}

/* Another inspection of this label was superseded: one that the export need not hold. */
static void earlier_verdict(const struct event_view *e, struct parcel_unit *u)
{
	char id[EVENT_UUID + 1];

	if (u->last.verdict == PARCEL_NONE && data_text(e, "supersedes", id, sizeof(id)) &&
	    strlen(id) == EVENT_UUID) {
		u->last.verdict = PARCEL_PASS;
		memcpy(u->last.inspection, id, sizeof(id));
	}
}

static void note_missing(const struct event_view *e, struct parcel *p)
{
	struct event_span s;
	unsigned line, unit;
	char text[1024];
	const char *at = text;

	if (!event_data(&e->data, "missing", &s) || s.len >= sizeof(text))
		return;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	while ((at = strstr(at, "{\"line\":")) &&
	       sscanf(at, "{\"line\":%u,\"unit\":%u}", &line, &unit) == 2) {
		(void)unit_of(p, (uint16_t)line, (uint16_t)unit);
		at++;
	}
}

static int by_item(const void *a, const void *b)
{
	const struct parcel_unit *x = a, *y = b;

	return x->line != y->line ? x->line - y->line : x->unit - y->unit;
}

static void known(void *user, const char *label, struct parcel *p)
{
	struct export *x = user;

	p->units = 0;
	for (size_t i = 0; i < x->count; i++) {
		const struct event_view *e = &x->of[i].e;
		char list[16];

		if (!event_span_is(&e->label, label))
			continue;
		if (data_text(e, "list", list, sizeof(list)))
			for (int l = PARCEL_NO_LIST; l <= PARCEL_KNOWN; l++)
				if (strcmp(list, parcel_list_name((enum parcel_list)l)) == 0)
					p->list = (enum parcel_list)l;
		if (e->kind == EVENT_PARCEL_CLOSED)
			note_missing(e, p);
		if (e->kind == EVENT_INSPECTION_OPENED) {
			struct parcel_unit *u = unit_of(p, e->line, e->unit);
			uint8_t raw[SCAN_MAX];
			size_t len = raw_of(e, raw);

			earlier_verdict(e, u);
			if (len < sizeof(u->product) && strncmp((char *)raw, label, len) != 0) {
				memcpy(u->product, raw, len);
				u->product[len] = '\0';
			}
		}
	}
	if (!p->units)
		(void)unit_of(p, p->list == PARCEL_KNOWN ? 1 : 0, p->list == PARCEL_KNOWN ? 1 : 0);
	qsort(p->unit, p->units, sizeof(*p->unit), by_item);
}

/* --- inputs --- */

static void until(struct export *x, const struct event_view *e, int64_t before_ms)
{
	int64_t at = (int64_t)e->at.mono_ms + x->shift - before_ms;

	if (at > (int64_t)x->w.now.mono_ms)
		world_until(&x->w, (uint64_t)at);
}

static void tap(struct export *x, const struct event_view *e, enum panel_button b, uint32_t ms)
{
	if (x->w.bench.check.now.alert != CHECKLIST_WHY_NONE) { /* it was silenced first */
		world_until(&x->w, x->w.now.mono_ms + 260);
		world_contact(&x->w, b, true);
		world_until(&x->w, x->w.now.mono_ms + 40);
		world_contact(&x->w, b, false);
	}
	until(x, e, ms);
	if (x->w.now.mono_ms < x->w.bench.check.lit_at + 250)
		world_until(&x->w, x->w.bench.check.lit_at + 250);
	world_contact(&x->w, b, true);
	world_until(&x->w, x->w.now.mono_ms + ms);
	world_contact(&x->w, b, false);
}

static void scan_raw(struct export *x, const struct event_view *e)
{
	uint8_t raw[SCAN_MAX];
	size_t len = raw_of(e, raw);

	world_scan(&x->w, raw, len);
}

static void scan_made(struct export *x, enum label_kind kind, const char *code)
{
	char label[LABEL_MAX + 1];

	if (!label_make(&x->w.settings.labels, kind, code, label, sizeof(label)))
		world_die("a label of the export cannot be made");
	world_scan(&x->w, (const uint8_t *)label, strlen(label));
}

static void scan_label(struct export *x, const struct event_view *e)
{
	world_scan(&x->w, (const uint8_t *)e->label.at, e->label.len);
}

/* Out of modes that the events do not speak of. */
static void leave_mode(struct export *x, bool receiving)
{
	enum checklist_at at = x->w.bench.check.now.at;

	if ((at == CHECKLIST_RECEIVING) != receiving && (receiving || at == CHECKLIST_RECEIVING))
		scan_made(x, LABEL_COMMAND, "RECEIVING");
}

static bool is_produced(const struct export *x)
{
	return x->made < x->w.count;
}

static void cause_opened(struct export *x, const struct event_view *e)
{
	const struct checklist_situation *s = &x->w.bench.check.now;
	bool here = event_span_is(&e->label, x->w.bench.current.parcel.label) &&
		    (s->at == CHECKLIST_WHICH || (s->at == CHECKLIST_CLOSED && s->units > 1));
	uint8_t raw[SCAN_MAX];
	size_t len = raw_of(e, raw);
	bool product = len != e->label.len || memcmp(raw, e->label.at, len) != 0;

	until(x, e, 40);
	leave_mode(x, false);
	if (s->refused) {
		scan_made(x, LABEL_COMMAND, "ACCEPT");
		return;
	}
	if (!here)
		scan_label(x, e);
	if (product && s->at != CHECKLIST_STEP)
		scan_raw(x, e);
	for (int tries = 0; tries < 3 && !is_produced(x);
	     tries++) /* a question, and "which one?" after it */
		tap(x, e, PANEL_PASS, 40);
}

static void cause_final(struct export *x, size_t i)
{
	const struct event_view *e = &x->of[i].e;

	if (i + 1 < x->count && x->of[i + 1].e.kind == EVENT_INSPECTION_OPENED &&
	    x->of[i + 1].e.at.mono_ms == e->at.mono_ms)
		cause_opened(x, &x->of[i + 1].e);
	else
		until(x, e, 0);
	if (!is_produced(x) && x->w.bench.deadline != MOMENT_NEVER)
		world_until(&x->w, x->w.bench.deadline);
}

static void cause_reason(struct export *x, const struct event_view *e)
{
	char code[LABEL_CODE_MAX + 1];

	(void)data_text(e, "code", code, sizeof(code));
	if (strcmp(code, "UNSPECIFIED") == 0) {
		tap(x, e, PANEL_FAIL, 40);
		return;
	}
	until(x, e, 0);
	scan_made(x, LABEL_REASON, code);
}

static void cause_rejected(struct export *x, const struct event_view *e)
{
	char why[16];

	(void)data_text(e, "why", why, sizeof(why));
	until(x, e, strcmp(why, "left") == 0 ? 400 : 0);
	scan_raw(x, e);
	if (!is_produced(x))
		tap(x, e, PANEL_BACK, 40);
}

static void stop(struct bench *b, const struct moment *now, struct bench_out *out, int n)
{
	(void)n;
	bench_stop(b, "signal", now, out);
}

static void cause_badge(struct export *x, const struct event_view *e)
{
	char badge[LABEL_CODE_MAX + 1];

	until(x, e, 0);
	(void)data_text(e, "badge", badge, sizeof(badge));
	if (e->kind == EVENT_BADGE_IN)
		scan_made(x, LABEL_BADGE, badge);
	else
		scan_made(x, LABEL_COMMAND, "BADGEOUT");
}

static void cause_started(struct export *x, const struct event_view *e)
{
	x->shift = (int64_t)x->w.now.mono_ms + 1000 - (int64_t)e->at.mono_ms;
	until(x, e, 0);
	if (x->w.count == 0)
		world_start(&x->w);
	else
		world_restart(&x->w, "restart");
}

static enum panel_button answer_of(const struct event_view *e)
{
	char answer[8];

	(void)data_text(e, "answer", answer, sizeof(answer));
	return strcmp(answer, "pass") == 0 ? PANEL_PASS : PANEL_FAIL;
}

/* Does what made this event happen, unless it came about with the one before. */
static void cause(struct export *x, size_t i)
{
	const struct event_view *e = &x->of[i].e;

	switch (e->kind) {
	case EVENT_STATION_STARTED:
		cause_started(x, e);
		break;
	case EVENT_STATION_STOPPED:
		until(x, e, 0);
		world_input(&x->w, stop, 0);
		break;
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
		cause_badge(x, e);
		break;
	case EVENT_PARCEL_ARRIVED:
		until(x, e, 0);
		leave_mode(x, true);
		scan_raw(x, e);
		break;
	case EVENT_PARCEL_CLOSED:
		until(x, e, 0);
		if (x->w.bench.check.now.at != CHECKLIST_WHICH)
			scan_label(x, e);
		scan_made(x, LABEL_COMMAND, "PARCELDONE");
		break;
	case EVENT_LABEL_REJECTED:
		leave_mode(x, false);
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
		tap(x, e, PANEL_BACK, 2100);
		break;
	case EVENT_INSPECTION_CLOSED: /* comes with the third answer */
	case EVENT_CLOCK_STEPPED:
	case EVENT_PHOTO_TAKEN:
	case EVENT_EXPORT_DONE:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
}

/* --- comparing --- */

/* What the world around the bench did: not told by labels and buttons. */
static bool is_outside(enum event_kind kind)
{
	return kind == EVENT_CLOCK_STEPPED || kind == EVENT_PHOTO_TAKEN ||
	       kind == EVENT_EXPORT_DONE || kind == EVENT_FAULT_RAISED ||
	       kind == EVENT_FAULT_CLEARED || kind == EVENT_JOURNAL_OPENED || kind == EVENT_UNKNOWN;
}

static bool same_span(const struct event_span *a, const struct event_span *b)
{
	return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

/* The members of data that the bench decides; the others (scanner, software, ids) are its
 * surroundings. */
static bool same_data(const struct event_view *a, const struct event_view *b)
{
	static const char *const keys[] = {"step", "answer", "code", "verdict", "raw",
					   "why",  "badge",  "list", "bytes",	"missing"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct event_span x, y;
		bool has = event_data(&a->data, keys[i], &x);

		if (has != event_data(&b->data, keys[i], &y) || (has && !same_span(&x, &y)))
			return false;
	}
	return true;
}

static void compare(struct export *x, const struct recorded *r)
{
	const char *line = is_produced(x) ? x->w.lines[x->made] : NULL;
	struct event_view e;

	if (line && event_read(line, strlen(line), &e) == EVENT_OK && e.kind == r->e.kind &&
	    same_span(&e.label, &r->e.label) && e.line == r->e.line && e.unit == r->e.unit &&
	    same_span(&e.by, &r->e.by) && same_data(&e, &r->e)) {
		x->made++;
		return;
	}
	if (x->same)
		(void)fprintf(x->out, "# recorded: %s\n# replayed: %s\n", r->line,
			      line ? line : "nothing");
	x->same = false;
	if (line)
		x->made++;
}

bool export_replay(const char *path, FILE *out)
{
	static struct export x;

	memset(&x, 0, sizeof(x));
	world_init(&x.w, NULL);
	x.w.known = known;
	x.w.user = &x;
	x.w.settings.repeat_ms = 0; /* double reads are not in the journal */
	x.out = out;
	x.same = true;
	read_file(&x, path);
	for (size_t i = 0; i < x.count && x.same; i++) {
		if (is_outside(x.of[i].e.kind))
			continue;
		if (!is_produced(&x))
			cause(&x, i);
		compare(&x, &x.of[i]);
	}
	for (size_t i = 0; i < x.count; i++)
		free(x.of[i].line);
	free(x.of);
	world_free(&x.w);
	return x.same;
}
