/* rules.c - the discipline that each transition of the walk, and all of its states, are held
 * against (rules.h). */
#include "rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES = 17 };
static const char *failed[RULES];
static int failures;

static void print_way(uint32_t i)
{
	if (i != 0)
		print_way(space.parent[i]);
	if (i != 0)
		(void)printf("#   %s\n", edges[space.by_edge[i]].name);
}

static void expect(bool good, const char *rule, uint32_t from, int edge)
{
	if (good)
		return;
	for (int i = 0; i < failures; i++)
		if (failed[i] == rule)
			return;
	if (failures == RULES)
		return;
	failed[failures++] = rule;
	(void)printf("# broken: %s\n# the way there:\n", rule);
	print_way(from);
	(void)printf("#   %s   <-- here\n", edges[edge].name);
}

/* Progress that a person can see: step lamps lit, PASS or FAIL lit steadily, questions aside. */
static bool promises(const struct checklist *c, enum panel_lamp lamp)
{
	return c->shown[lamp] != PANEL_OFF;
}

static int answered(const struct checklist_situation *s)
{
	int n = 0;

	for (int i = 0; i < CHECKLIST_STEPS; i++)
		n += s->answer[i] != PARCEL_NONE;
	return n;
}

static bool is_answer(enum event_kind kind)
{
	return kind == EVENT_STEP_ANSWERED || kind == EVENT_STEP_WITHDRAWN ||
	       kind == EVENT_INSPECTION_REOPENED || kind == EVENT_INSPECTION_ABANDONED;
}

static bool is_pressed(const struct edge *e, const struct node *before)
{
	return e->event.kind == CHECKLIST_EDGE && !e->event.down && before->down[e->event.button];
}

static const char RULE_THREE[] = "no verdict without three answers";
static const char RULE_VERDICT[] = "the verdict is PASS only if all three passed";
static const char RULE_WRITING[] = "no lamp before its append: the acting lamps are dark in flight";
static const char RULE_MOVE[] = "an inspection changes by events on disk only";
static const char RULE_PRESS[] =
	"nothing is answered by a bounce, a chord, or a press in flight or within the guard";
static const char RULE_ONE[] = "one append group in flight at a time";
static const char RULE_ECHO[] = "no situation is audible only: every tone has a lamp echo";
static const char RULE_RESUME[] = "a crash after any append resumes to the same state";
static const char RULE_BROKEN[] = "a refused append changes nothing but says so";
static const char RULE_FINAL[] =
	"final follows closed, and only by the window's end or the next accepted label";
static const char RULE_STUCK_BACK[] = "a stuck BACK abandons nothing";
static const char RULE_ALERT[] = "with an alert the next press only silences it";
static const char RULE_WAYOUT[] = "no state without a way out";
static const char RULE_PICTURE[] = "no two situations with one panel picture";
static const char RULE_REPEAT[] =
	"a unit that has its verdict is inspected again only after a question";
static const char RULE_CLOCK[] =
	"a step of the wall clock, and other label formats, change no situation and no window";
static const char RULE_FEW[] = "the effects fit their bound";

static void check_append(const struct node *before, const struct edge *e, const struct node *after,
			 const struct checklist_append *a, uint32_t from, int edge)
{
	const struct checklist_situation *was = &before->c.now;

	(void)after;
	if (a->kind == EVENT_INSPECTION_CLOSED) {
		int fails = 0;

		expect(answered(&after->c.next) == CHECKLIST_STEPS, RULE_THREE, from, edge);
		for (int i = 0; i < CHECKLIST_STEPS; i++)
			fails += after->c.next.answer[i] == PARCEL_FAIL;
		expect((a->answer == PARCEL_PASS) == (fails == 0), RULE_VERDICT, from, edge);
	}
	if (is_answer(a->kind)) {
		expect(is_pressed(e, before) && (before->press_ok & (1u << e->event.button)) &&
			       !before->c.writing && before->age[e->event.button] >= 1,
		       RULE_PRESS, from, edge);
		expect(was->alert == CHECKLIST_WHY_NONE, RULE_ALERT, from, edge);
	}
	if (a->kind == EVENT_INSPECTION_ABANDONED)
		expect(before->age[PANEL_BACK] >= plan->back_ms &&
			       before->age[PANEL_BACK] < plan->button.stuck_ms,
		       RULE_STUCK_BACK, from, edge);
	if (a->kind == EVENT_INSPECTION_FINAL)
		expect(space_is_holding(was) &&
			       (e->time || e->event.kind == CHECKLIST_RETURN ||
				e->event.kind == CHECKLIST_PRODUCT ||
				e->event.kind == CHECKLIST_COMMAND ||
				(e->event.kind == CHECKLIST_EDGE && was->at != CHECKLIST_CLOSED) ||
				before->c.hold_due <= START),
		       RULE_FINAL, from, edge);
	if (a->kind == EVENT_INSPECTION_OPENED && a->done & (1u << a->unit))
		expect(was->at == CHECKLIST_REPEAT, RULE_REPEAT, from, edge);
}

/* What is recorded of a situation: an unanswered question and what was only shown are not. */
static struct checklist_situation essence(struct checklist_situation s)
{
	if (s.at == CHECKLIST_REPEAT || s.at == CHECKLIST_UNKNOWN)
		s.at = s.under;
	s.under = CHECKLIST_IDLE;
	s.alert = CHECKLIST_WHY_NONE;
	s.refused = false;
	s.overdue = false;
	s.offer = (struct checklist_offer){0};
	space_forget(&s);
	s.offer = (struct checklist_offer){0};
	return s;
}

static bool resumes_to(const struct checklist_situation *told,
		       const struct checklist_situation *live)
{
	struct checklist_situation a = essence(*told), b = essence(*live);

	if (space_is_mode(b.at) && space_is_mode(a.at))
		return a.badged == b.badged;
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void check_stored(const struct node *before, const struct node *after, uint32_t from,
			 int edge)
{
	for (uint8_t i = 0; i < before->flights; i++) {
		enum event_kind kind = before->flight[i].kind;

		if (kind == EVENT_INSPECTION_FINAL && i + 1 == before->flights &&
		    !before->c.adopt && after->c.now.at == CHECKLIST_WHICH)
			expect(after->told.at == CHECKLIST_WHICH, RULE_RESUME, from, edge);
		if (kind == EVENT_PARCEL_ARRIVED)
			expect(after->told.at == CHECKLIST_RECEIVING, RULE_RESUME, from, edge);
		if (kind == EVENT_LABEL_REJECTED && before->flight[i].why != CHECKLIST_WHY_LEFT)
			expect(after->told.alert == before->flight[i].why, RULE_RESUME, from, edge);
	}
	expect(resumes_to(&after->told, &after->c.now), RULE_RESUME, from, edge);
}

/* What was due by time alone is done in the same step, and is no doing of the clock's. */
static void check_clock(const struct node *before, const struct node *after, uint32_t from,
			int edge)
{
	const struct checklist *was = &before->c, *is = &after->c;
	bool due = was->due <= START || was->hold_due <= START;

	expect(before->flights == 1, RULE_CLOCK, from, edge);
	if (!due && !is->reminded)
		expect(memcmp(&was->now, &is->now, sizeof(is->now)) == 0 && was->due == is->due &&
			       was->hold_due == is->hold_due,
		       RULE_CLOCK, from, edge);
}

void rules_check(const struct node *before, const struct edge *e, const struct node *after,
		 const struct checklist_effects *out, uint32_t from, int edge)
{
	static const enum panel_lamp acting[] = {PANEL_LAMP_APPEARANCE, PANEL_LAMP_ACCESSORIES,
						 PANEL_LAMP_USAGE, PANEL_LAMP_PASS,
						 PANEL_LAMP_FAIL};
	bool said = false;
	int appends = 0;

	expect(out->count < CHECKLIST_EFFECTS - 1, RULE_FEW, from, edge);
	for (uint8_t i = 0; i < out->count; i++) {
		const struct checklist_effect *f = &out->of[i];

		if (f->kind == CHECKLIST_APPEND) {
			appends++;
			check_append(before, e, after, &f->append, from, edge);
		}
		if (f->kind == CHECKLIST_TONE) {
			struct picture_echo echo = picture_echo(f->tone);
			bool seen = false;

			said = true;
			for (int l = 0; l < PANEL_LAMPS; l++)
				if (echo.lamps & (1u << l))
					seen = seen || after->c.shown[l] == PANEL_FLICKER ||
					       after->c.shown[l] != before->c.shown[l] ||
					       after->c.shown[l] != PANEL_OFF;
			expect(echo.lamps && echo.ms && seen, RULE_ECHO, from, edge);
		}
	}
	if (appends)
		expect(!before->c.writing || e->event.kind == CHECKLIST_STORED ||
			       e->event.kind == CHECKLIST_REFUSED,
		       RULE_ONE, from, edge);
	if (after->c.writing && !said)
		for (size_t i = 0; i < sizeof(acting) / sizeof(*acting); i++)
			expect(!promises(&after->c, acting[i]), RULE_WRITING, from, edge);
	if (e->event.kind != CHECKLIST_STORED && !after->c.writing) {
		struct checklist_situation a = essence(before->c.now), b = essence(after->c.now);

		/* leaving and entering a question of which nothing is written is all that may
		 * happen */
		if (a.at != CHECKLIST_WHICH && a.at != CHECKLIST_RECEIVING &&
		    b.at != CHECKLIST_WHICH && b.at != CHECKLIST_RECEIVING)
			expect(memcmp(&a, &b, sizeof(a)) == 0, RULE_MOVE, from, edge);
	}
	if (e->event.kind == CHECKLIST_STORED && before->c.writing)
		check_stored(before, after, from, edge);
	if (e->event.kind == CHECKLIST_STORED &&
	    (before->c.clock_in_flight || before->c.labels_in_flight))
		check_clock(before, after, from, edge);
	if (e->event.kind == CHECKLIST_REFUSED && before->c.writing)
		expect(after->c.broken && after->c.shown[PANEL_LAMP_ATTENTION] != PANEL_OFF &&
			       !appends,
		       RULE_BROKEN, from, edge);
}

static bool at_rest(const struct node *n)
{
	return n->c.now.at == CHECKLIST_IDLE && !n->c.writing && !n->c.broken && n->c.started &&
	       n->c.now.alert == CHECKLIST_WHY_NONE;
}

static void check_ways_out(void)
{
	uint8_t *home = calloc(1, space.count);
	bool more = true;

	if (!home) {
		(void)fprintf(stderr, "out of memory\n");
		exit(2);
	}
	for (size_t i = 0; i < space.count; i++)
		home[i] = at_rest(&space.nodes[i]);
	while (more) {
		more = false;
		for (size_t i = space.arrows; i-- > 0;)
			if (home[space.arrow_to[i]] && !home[space.arrow_from[i]]) {
				home[space.arrow_from[i]] = true;
				more = true;
			}
	}
	for (size_t i = 0; i < space.count; i++)
		expect(home[i], RULE_WAYOUT, (uint32_t)i, 0);
	free(home);
}

/* The situation as a person would name it. */
static unsigned situation(const struct node *n)
{
	const struct checklist *c = &n->c;
	unsigned at = c->now.at;

	if (at == CHECKLIST_STEP || at == CHECKLIST_REASON)
		at = at * 8 + c->now.step + (c->reminded ? 4 : 0);
	else if (at == CHECKLIST_CLOSED)
		at = at * 8 + (c->now.verdict == PARCEL_PASS);
	else
		at *= 8;
	at = at * 2 + (c->now.alert != CHECKLIST_WHY_NONE);
	at = at * 2 + c->broken;
	return at * 2 + (c->faults & (uint16_t) ~(1u << CHECKLIST_FAULT_JOURNAL) ? 1 : 0);
}

static void check_pictures(void)
{
	static struct {
		bool used;
		enum panel_pattern lamps[PANEL_LAMPS];
		uint32_t node;
	} seen[1024];
	size_t pictures = 0;

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < space.count; i++) {
		enum panel_pattern lamps[PANEL_LAMPS];
		unsigned s = situation(&space.nodes[i]);

		if (space.nodes[i].c.writing || !space.nodes[i].c.started)
			continue; /* on the way, not a situation: dark on purpose */
		picture_lamps(&space.nodes[i].c, START, lamps);
		if (space.nodes[i].c.broken && space.nodes[i].c.now.alert != CHECKLIST_WHY_NONE)
			s = s & ~4u; /* can't record lies over the alert: red either way, nothing
					else to do */
		if (!seen[s % 1024].used) {
			seen[s % 1024].used = true;
			seen[s % 1024].node = (uint32_t)i;
			memcpy(seen[s % 1024].lamps, lamps, sizeof(lamps));
			pictures++;
			continue;
		}
		expect(memcmp(seen[s % 1024].lamps, lamps, sizeof(lamps)) == 0, RULE_PICTURE,
		       (uint32_t)i, 0);
	}
	for (size_t i = 0; i < 1024; i++)
		for (size_t j = i + 1; seen[i].used && j < 1024; j++)
			if (seen[j].used)
				expect(memcmp(seen[i].lamps, seen[j].lamps,
					      sizeof(seen[i].lamps)) != 0,
				       RULE_PICTURE, seen[j].node, 0);
	(void)printf("# %zu situations, each with a picture of its own\n", pictures);
}

void rules_begin(void)
{
	failures = 0;
}

void rules_check_space(void)
{
	check_ways_out();
	check_pictures();
}

bool rules_print(const char *name, int *tests)
{
	static const char *const rules[RULES] = {
		RULE_THREE,  RULE_VERDICT, RULE_WRITING, RULE_MOVE,  RULE_PRESS,      RULE_ONE,
		RULE_ECHO,   RULE_RESUME,  RULE_BROKEN,	 RULE_FINAL, RULE_STUCK_BACK, RULE_ALERT,
		RULE_WAYOUT, RULE_PICTURE, RULE_REPEAT,	 RULE_FEW,   RULE_CLOCK,
	};

	for (size_t i = 0; i < RULES; i++) {
		bool ok = true;

		for (int f = 0; f < failures; f++)
			ok = ok && failed[f] != rules[i];
		(void)printf("%sok %d - walk, %s: %s\n", ok ? "" : "not ", ++*tests, name,
			     rules[i]);
	}
	(void)fflush(stdout);
	return failures == 0;
}
