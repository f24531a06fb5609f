/* walk.c - an exhaustive walk over every reachable (state x event) of the checklist, to closure.
 * Times are small whole numbers, so that the reachable states are finite and every deadline and
 * every race between deadlines is met. Each transition is held against the discipline; at the end,
 * that every state has a way back to rest, and that no two situations look alike. Prints TAP. */
#include "station/checklist.h"
#include "station/moment.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One unit of time a tick; the windows only need to be long enough to overlap. */
static struct checklist_plan the_plan = {
	.button = {.bounce_ms = 1, .stuck_ms = 4},
	.guard_ms = 2, /* longer than a bounce */
	.back_ms = 2,
	.hold_ms = 3,
	.question_ms = 3,
	.remind_ms = 3,
	.receiving_ms = 3,
	.slow_ms = 2,
	.unknown = SETTINGS_UNKNOWN_CONFIRM,
};
static const struct checklist_plan *const plan = &the_plan;

#define START 100 /* the first moment: not 0, so that "never" and "just now" differ */

/* A state with what the walk itself remembers of how it came about. */
struct node {
	struct checklist c;
	struct checklist_situation told; /* what the journal tells: every stored event folded in */
	struct checklist_append flight[CHECKLIST_GROUP];
	uint8_t flights;
	uint8_t press_ok; /* bits: this button's press began alone, after the lamp, with nothing in
			     flight */
	uint8_t age[PANEL_BUTTONS]; /* ticks since its press began, capped */
	bool down[PANEL_BUTTONS];
	uint8_t current, offered; /* which label: 0 none, 1..LABELS */
};

enum { LABELS = 6 };

/* The labels of the walk: each a kind of return that the table knows. */
static const struct checklist_offer labels[LABELS + 1] = {
	[1] = {.list = PARCEL_KNOWN, .units = 1, .unit = CHECKLIST_NO_UNIT},
	[2] = {.list = PARCEL_KNOWN, .units = 1, .unit = CHECKLIST_NO_UNIT, .overdue = true},
	[3] = {.list = PARCEL_KNOWN,
	       .units = 1,
	       .unit = CHECKLIST_NO_UNIT,
	       .done = 1,
	       .arrived = true},
	[4] = {.list = PARCEL_UNKNOWN, .units = 1, .unit = CHECKLIST_NO_UNIT},
	[5] = {.list = PARCEL_KNOWN, .units = 2, .unit = CHECKLIST_NO_UNIT},
	[6] = {.list = PARCEL_NO_LIST, .units = 1, .unit = CHECKLIST_NO_UNIT, .house = true},
};

struct edge {
	const char *name;
	struct checklist_event event;
	uint8_t label;
	bool time;    /* one tick passes before it */
	uint8_t held; /* a whole press in one: down after the guard, up after so many ticks; 0 = no
			 such */
};

static struct edge edges[64];
static int edge_count;

static struct node *nodes;
static uint32_t *parent;
static uint8_t *by_edge;
static size_t node_count, node_cap;
static uint32_t *table;
static size_t table_cap;

/* Arrows, for the way back: (to, from) pairs. */
static uint32_t *arrow_to, *arrow_from;
static size_t arrows, arrow_cap;

static const char *failed[16];
static int failures;

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		(void)fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return p;
}

/* --- moving a state to a common time, so that equal states compare equal --- */

static void rebase(uint64_t *t, uint64_t now, uint32_t past, bool future)
{
	if (*t == MOMENT_NEVER || *t == 0)
		return;
	if (*t <= now)
		*t = now - *t > past ? START - past : START - (now - *t);
	else
		*t = future ? START + (*t - now) : START;
}

static bool is_holding(const struct checklist_situation *s)
{
	return s->at == CHECKLIST_CLOSED ||
	       ((s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN) &&
		s->under == CHECKLIST_CLOSED);
}

/* No inspection is open: entering and leaving "which one?" and receiving mode is not recorded by
 * itself. */
static bool is_mode(enum checklist_at at)
{
	return at == CHECKLIST_IDLE || at == CHECKLIST_WHICH || at == CHECKLIST_RECEIVING;
}

/* Clears what has no meaning in this situation, so that it does not multiply the states. */
static void forget(struct checklist_situation *s)
{
	bool asking = s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN;
	bool inspecting = s->at == CHECKLIST_STEP || s->at == CHECKLIST_REASON || is_holding(s);
	bool parcel =
		inspecting || s->at == CHECKLIST_WHICH || (asking && s->under != CHECKLIST_IDLE);

	if (!asking) {
		s->under = CHECKLIST_IDLE;
		if (!s->refused)
			s->offer = (struct checklist_offer){.units = 1, .unit = CHECKLIST_NO_UNIT};
	}
	if (!inspecting) {
		s->step = 0;
		memset(s->answer, 0, sizeof(s->answer));
		s->verdict = PARCEL_NONE;
		s->unit = 0;
	}
	if (!parcel) {
		s->units = 1;
		s->done = 0;
		s->overdue = false;
	}
}

static void normalise(struct node *n, uint64_t now)
{
	struct checklist *c = &n->c;
	bool timed = c->now.at != CHECKLIST_IDLE || c->now.refused;

	rebase(&c->written_at, now, plan->slow_ms, false);
	rebase(&c->lit_at, now, plan->guard_ms, false);
	rebase(&c->hold_due, now, 0, true);
	rebase(&c->due, now, 0, true);
	rebase(&c->overdue_until, now, 0, true);
	rebase(&c->echo_until, now, 0, true);
	for (int i = 0; i < PANEL_BUTTONS; i++) {
		struct button *b = &c->buttons.of[i];

		rebase(&b->since, now, plan->button.stuck_ms, false);
		rebase(&b->until, now, 0, true);
		rebase(&b->closed, now, plan->button.stuck_ms, false);
		if (!b->raw || !b->locked) /* of no use any more */
			b->closed = b->early = 0;
		if (b->is == BUTTON_UP || b->is == BUTTON_STUCK)
			b->since = b->ticked = 0;
		if (b->until <= START) {
			b->until = 0;
			if (!b->raw)
				b->locked = false;
		}
	}
	if (!c->writing) {
		c->written_at = 0;
		c->tone = PANEL_TONE_NONE;
		c->next = c->now;
		n->flights = 0;
		memset(n->flight, 0, sizeof(n->flight));
	}
	c->clock_by = c->clock_by_in_flight = 0; /* how far it stepped changes nothing */
	for (uint8_t i = 0; i < n->flights; i++)
		n->flight[i].by_ms = 0;
	if (!is_holding(&c->now))
		c->hold_due = 0;
	if (!timed)
		c->due = 0;
	/* Echoes last 100 ms and more, hundreds of ticks here: judged when they begin, then
	 * forgotten. */
	c->echo = PANEL_TONE_NONE;
	c->echo_until = 0;
	c->overdue_until = 0;
	memset(c->shown, 0, sizeof(c->shown));
	forget(&c->now);
	forget(&c->next);
	forget(&n->told);
	n->told.alert = CHECKLIST_WHY_NONE; /* judged when it was stored */
	n->told.refused = false;
	if (is_mode(n->told.at) && is_mode(c->now.at)) {
		n->told = c->now; /* no inspection: nothing more is told of the mode */
		n->told.alert = CHECKLIST_WHY_NONE;
		n->told.refused = false;
	}
	if (c->now.at == CHECKLIST_IDLE || c->now.at == CHECKLIST_RECEIVING)
		n->current = 0;
	if (c->now.at != CHECKLIST_REPEAT && c->now.at != CHECKLIST_UNKNOWN && !c->now.refused &&
	    !c->writing)
		n->offered = 0;
}

/* By whole words. */
static uint64_t hash(const struct node *n)
{
	const unsigned char *p = (const unsigned char *)n;
	uint64_t h = 14695981039346656037u, word;

	static_assert(sizeof(*n) % sizeof(word) == 0, "a node ends with a whole word");
	for (size_t i = 0; i < sizeof(*n); i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		h = (h ^ word) * 1099511628211u;
		h ^= h >> 32;
	}
	return h;
}

static void table_grow(void)
{
	size_t cap = table_cap ? table_cap * 2 : 1u << 16;

	table = grow(table, cap * sizeof(*table));
	memset(table, 0xff, cap * sizeof(*table));
	table_cap = cap;
	for (size_t i = 0; i < node_count; i++) {
		size_t slot = hash(&nodes[i]) & (cap - 1);

		while (table[slot] != UINT32_MAX)
			slot = (slot + 1) & (cap - 1);
		table[slot] = (uint32_t)i;
	}
}

/* The node's index; *fresh if it was not there. */
static uint32_t intern(const struct node *n, bool *fresh)
{
	size_t slot;

	if ((node_count + 1) * 2 > table_cap)
		table_grow();
	slot = hash(n) & (table_cap - 1);
	for (; table[slot] != UINT32_MAX; slot = (slot + 1) & (table_cap - 1)) {
		if (memcmp(&nodes[table[slot]], n, sizeof(*n)) == 0) {
			*fresh = false;
			return table[slot];
		}
	}
	if (node_count == node_cap) {
		node_cap = node_cap ? node_cap * 2 : 4096;
		nodes = grow(nodes, node_cap * sizeof(*nodes));
		parent = grow(parent, node_cap * sizeof(*parent));
		by_edge = grow(by_edge, node_cap);
	}
	nodes[node_count] = *n;
	table[slot] = (uint32_t)node_count;
	*fresh = true;
	return (uint32_t)node_count++;
}

/* --- the discipline --- */

static void print_way(uint32_t i)
{
	if (i != 0)
		print_way(parent[i]);
	if (i != 0)
		(void)printf("#   %s\n", edges[by_edge[i]].name);
}

static void expect(bool good, const char *rule, uint32_t from, int edge)
{
	if (good)
		return;
	for (int i = 0; i < failures; i++)
		if (failed[i] == rule)
			return;
	if (failures == 16)
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
		expect(is_holding(was) &&
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
	forget(&s);
	s.offer = (struct checklist_offer){0};
	return s;
}

static bool resumes_to(const struct checklist_situation *told,
		       const struct checklist_situation *live)
{
	struct checklist_situation a = essence(*told), b = essence(*live);

	if (is_mode(b.at) && is_mode(a.at))
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

static void check(const struct node *before, const struct edge *e, const struct node *after,
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

/* --- one transition --- */

static void note_edge(const struct node *before, const struct edge *e, struct node *after)
{
	enum panel_button b = e->event.button;

	if (e->event.kind != CHECKLIST_EDGE)
		return;
	if (e->event.down && !after->down[b]) {
		bool alone = true, fair;

		for (int i = 0; i < PANEL_BUTTONS; i++)
			if (i != (int)b && after->down[i] &&
			    before->c.buttons.of[i].is != BUTTON_STUCK) {
				alone = false;
				after->press_ok &= (uint8_t) ~(1u << i);
			}
		fair = alone && !before->c.writing && START - before->c.lit_at >= plan->guard_ms;
		after->press_ok = (uint8_t)((after->press_ok & ~(1u << b)) | (fair ? 1u << b : 0));
		after->age[b] = 0;
	}
	after->down[b] = e->event.down;
}

static bool possible(const struct node *n, const struct edge *e)
{
	const struct checklist *c = &n->c;

	switch (e->event.kind) {
	case CHECKLIST_EDGE:
		return e->held ? !n->down[e->event.button]
			       : n->down[e->event.button] != e->event.down;
	case CHECKLIST_STORED:
	case CHECKLIST_REFUSED:
		return c->writing;
	case CHECKLIST_RECOVERED:
		return c->broken && !c->writing;
	case CHECKLIST_FAULT:
		return (bool)(c->faults & (1u << e->event.fault)) != e->event.raised;
	case CHECKLIST_RETURN:
	case CHECKLIST_WRONG:
	case CHECKLIST_LABEL_REASON:
	case CHECKLIST_COMMAND:
	case CHECKLIST_BADGE:
	case CHECKLIST_UNREADABLE:
		return checklist_ready(c);
	case CHECKLIST_PRODUCT:
		return checklist_ready(c) && (c->now.at == CHECKLIST_WHICH ||
					      (c->now.at == CHECKLIST_CLOSED && c->now.units > 1));
	case CHECKLIST_LOST:
	case CHECKLIST_TICK:
	case CHECKLIST_BROKEN:
	case CHECKLIST_LINK:
	case CHECKLIST_STICK:
	case CHECKLIST_STOP:
	case CHECKLIST_CLOCK:
	case CHECKLIST_LABELS:
		return true;
	}
	return true;
}

static struct checklist_event fill(const struct node *n, const struct edge *e)
{
	struct checklist_event ev = e->event;
	const struct checklist_situation *s = &n->c.now;
	bool asking = s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN;

	if (ev.kind == CHECKLIST_RETURN) {
		ev.offer = labels[e->label];
		ev.same_current = n->current == e->label;
		ev.same_offer =
			asking && s->offer.unit == CHECKLIST_NO_UNIT && n->offered == e->label;
		if (ev.same_current) /* the journal knows what was recorded of it */
			ev.offer.done |= n->told.done;
	}
	return ev;
}

static void note_labels(const struct edge *e, struct node *after,
			const struct checklist_effects *out)
{
	if (e->event.kind == CHECKLIST_RETURN)
		after->offered = e->label;
	for (uint8_t i = 0; i < out->count; i++)
		if (out->of[i].kind == CHECKLIST_ADOPT)
			after->current = after->offered;
}

static void note_journal(const struct node *before, const struct edge *e, struct node *after,
			 const struct checklist_effects *out)
{
	if (e->event.kind == CHECKLIST_STORED)
		for (uint8_t i = 0; i < before->flights; i++)
			checklist_fold(&after->told, &before->flight[i]);
	if (e->event.kind == CHECKLIST_STORED || e->event.kind == CHECKLIST_REFUSED)
		after->flights = 0;
	for (uint8_t i = 0; i < out->count; i++)
		if (out->of[i].kind == CHECKLIST_APPEND && after->flights < CHECKLIST_GROUP)
			after->flight[after->flights++] = out->of[i].append;
}

/* One step, checked, in place. */
static void advance(struct node *n, const struct edge *e, uint32_t from, int edge)
{
	struct node before = *n;
	struct checklist_effects out;
	struct checklist_event event;
	uint64_t now = START + (e->time ? 1 : 0);

	picture_lamps(&before.c, START, before.c.shown);
	memcpy(n->c.shown, before.c.shown, sizeof(before.c.shown));
	for (int i = 0; e->time && i < PANEL_BUTTONS; i++)
		if (n->down[i] && n->age[i] < plan->button.stuck_ms)
			n->age[i]++;
	event = fill(&before, e);
	note_edge(&before, e, n);
	checklist_step(plan, &n->c, &event, now, &out);
	note_labels(e, n, &out);
	note_journal(&before, e, n, &out);
	check(&before, e, n, &out, from, edge);
	if (n->c.lit_at == now && before.c.lit_at != now)
		n->press_ok = 0; /* begun before the lamps changed */
	for (int i = 0; i < PANEL_BUTTONS; i++)
		if (!n->down[i] && n->c.buttons.of[i].is == BUTTON_UP) {
			n->age[i] = 0;
			n->press_ok &= (uint8_t) ~(1u << i);
		}
	normalise(n, now);
}

static void whole_press(struct node *n, const struct edge *e, uint32_t from, int edge)
{
	struct edge tick = {.event = {.kind = CHECKLIST_TICK}, .time = true};
	struct edge contact = {.event = e->event};

	for (uint32_t i = 0; i < plan->guard_ms + plan->button.bounce_ms; i++)
		advance(n, &tick, from, edge);
	contact.event.down = true;
	advance(n, &contact, from, edge);
	for (uint8_t i = 0; i < e->held; i++)
		advance(n, &tick, from, edge);
	contact.event.down = false;
	advance(n, &contact, from, edge);
}

static void follow(uint32_t from, int edge)
{
	struct node n = nodes[from];
	uint32_t to;
	bool fresh;

	if (!possible(&n, &edges[edge]))
		return;
	if (edges[edge].held)
		whole_press(&n, &edges[edge], from, edge);
	else
		advance(&n, &edges[edge], from, edge);
	to = intern(&n, &fresh);
	if (fresh) {
		parent[to] = from;
		by_edge[to] = (uint8_t)edge;
	}
	if (arrows == arrow_cap) {
		arrow_cap = arrow_cap ? arrow_cap * 2 : 1u << 16;
		arrow_to = grow(arrow_to, arrow_cap * sizeof(*arrow_to));
		arrow_from = grow(arrow_from, arrow_cap * sizeof(*arrow_from));
	}
	arrow_to[arrows] = to;
	arrow_from[arrows++] = from;
}

static void add(const char *name, struct checklist_event event, uint8_t label)
{
	edges[edge_count++] = (struct edge){.name = name, .event = event, .label = label};
}

static void add_press(const char *name, enum panel_button button, uint8_t held)
{
	add(name, (struct checklist_event){.kind = CHECKLIST_EDGE, .button = button}, 0);
	edges[edge_count - 1].held = held;
}

/* What goes wrong around the bench. */
static void add_faults(void)
{
	add("unreadable", (struct checklist_event){.kind = CHECKLIST_UNREADABLE}, 0);
	add("scan lost", (struct checklist_event){.kind = CHECKLIST_LOST}, 0);
	add("journal broken", (struct checklist_event){.kind = CHECKLIST_BROKEN}, 0);
	add("scanner lost",
	    (struct checklist_event){
		    .kind = CHECKLIST_FAULT, .fault = CHECKLIST_FAULT_SCANNER, .raised = true},
	    0);
	add("scanner back",
	    (struct checklist_event){.kind = CHECKLIST_FAULT, .fault = CHECKLIST_FAULT_SCANNER}, 0);
	add("clock steps", (struct checklist_event){.kind = CHECKLIST_CLOCK, .by_ms = 1}, 0);
	add("labels change", (struct checklist_event){.kind = CHECKLIST_LABELS}, 0);
	add_press("PASS stuck for a time", PANEL_PASS, (uint8_t)plan->button.stuck_ms);
}

/* contacts: bits of the buttons whose every edge is walked; none: whole presses of all three
 * instead, and the commands. */
static void make_edges(unsigned contacts, unsigned label_bits, bool faults)
{
	static const char *const press[] = {"PASS down", "FAIL down", "BACK down"};
	static const char *const release[] = {"PASS up", "FAIL up", "BACK up"};
	static const char *const scan[] = {"",
					   "scan known",
					   "scan known, overdue",
					   "scan inspected",
					   "scan unknown",
					   "scan two units",
					   "scan house label"};

	edge_count = 0;
	edges[edge_count++] = (struct edge){
		.name = "a tick passes", .event = {.kind = CHECKLIST_TICK}, .time = true};
	add("stored", (struct checklist_event){.kind = CHECKLIST_STORED}, 0);
	add("refused", (struct checklist_event){.kind = CHECKLIST_REFUSED}, 0);
	add("recovered", (struct checklist_event){.kind = CHECKLIST_RECOVERED}, 0);
	for (unsigned i = 0; i < PANEL_BUTTONS; i++) {
		if (!(contacts & (1u << i)))
			continue;
		add(press[i],
		    (struct checklist_event){.kind = CHECKLIST_EDGE, .button = i, .down = true}, 0);
		add(release[i], (struct checklist_event){.kind = CHECKLIST_EDGE, .button = i}, 0);
	}
	if (!contacts) {
		add_press("PASS", PANEL_PASS, 1);
		add_press("FAIL", PANEL_FAIL, 1);
		add_press("BACK", PANEL_BACK, 1);
		add_press("BACK held", PANEL_BACK, (uint8_t)plan->back_ms);
	}
	for (uint8_t i = 1; i <= LABELS; i++)
		if (label_bits & (1u << i))
			add(scan[i], (struct checklist_event){.kind = CHECKLIST_RETURN}, i);
	add("scan wrong label",
	    (struct checklist_event){.kind = CHECKLIST_WRONG, .why = CHECKLIST_WHY_SHAPE}, 0);
	add("scan reason", (struct checklist_event){.kind = CHECKLIST_LABEL_REASON}, 0);
	add("scan product 1", (struct checklist_event){.kind = CHECKLIST_PRODUCT, .units = 1}, 0);
	if (faults)
		add_faults();
	if (contacts || faults)
		return;
	add("scan product 2", (struct checklist_event){.kind = CHECKLIST_PRODUCT, .units = 2}, 0);
	add("scan receiving",
	    (struct checklist_event){.kind = CHECKLIST_COMMAND, .command = LABEL_COMMAND_RECEIVING},
	    0);
	add("scan parcel done",
	    (struct checklist_event){.kind = CHECKLIST_COMMAND,
				     .command = LABEL_COMMAND_PARCEL_DONE},
	    0);
	add("scan badge out",
	    (struct checklist_event){.kind = CHECKLIST_COMMAND, .command = LABEL_COMMAND_BADGE_OUT},
	    0);
	add("scan accept",
	    (struct checklist_event){.kind = CHECKLIST_COMMAND, .command = LABEL_COMMAND_ACCEPT},
	    0);
	add("scan badge", (struct checklist_event){.kind = CHECKLIST_BADGE}, 0);
	add("scan same badge", (struct checklist_event){.kind = CHECKLIST_BADGE, .same = true}, 0);
}

/* --- the end: ways out, pictures --- */

static bool at_rest(const struct node *n)
{
	return n->c.now.at == CHECKLIST_IDLE && !n->c.writing && !n->c.broken && n->c.started &&
	       n->c.now.alert == CHECKLIST_WHY_NONE;
}

static void check_ways_out(void)
{
	uint8_t *home = grow(NULL, node_count);
	bool more = true;

	for (size_t i = 0; i < node_count; i++)
		home[i] = at_rest(&nodes[i]);
	while (more) {
		more = false;
		for (size_t i = arrows; i-- > 0;)
			if (home[arrow_to[i]] && !home[arrow_from[i]]) {
				home[arrow_from[i]] = true;
				more = true;
			}
	}
	for (size_t i = 0; i < node_count; i++)
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
	for (size_t i = 0; i < node_count; i++) {
		enum panel_pattern lamps[PANEL_LAMPS];
		unsigned s = situation(&nodes[i]);

		if (nodes[i].c.writing || !nodes[i].c.started)
			continue; /* on the way, not a situation: dark on purpose */
		picture_lamps(&nodes[i].c, START, lamps);
		if (nodes[i].c.broken && nodes[i].c.now.alert != CHECKLIST_WHY_NONE)
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

/* --- one walk --- */

static int tests;

static bool walk(const char *name, unsigned contacts, unsigned label_bits, uint32_t windows,
		 bool faults, enum settings_unknown unknown)
{
	static const char *const rules[] = {
		RULE_THREE,  RULE_VERDICT, RULE_WRITING, RULE_MOVE,  RULE_PRESS,      RULE_ONE,
		RULE_ECHO,   RULE_RESUME,  RULE_BROKEN,	 RULE_FINAL, RULE_STUCK_BACK, RULE_ALERT,
		RULE_WAYOUT, RULE_PICTURE, RULE_REPEAT,	 RULE_FEW,   RULE_CLOCK,
	};
	struct node start;
	bool fresh;

	the_plan.hold_ms = the_plan.question_ms = the_plan.remind_ms = the_plan.receiving_ms =
		windows;
	the_plan.unknown = unknown;
	make_edges(contacts, label_bits, faults);
	node_count = arrows = 0;
	failures = 0;
	if (table)
		memset(table, 0xff, table_cap * sizeof(*table));
	memset(&start, 0, sizeof(start));
	checklist_init(&start.c);
	start.told = start.c.now;
	start.c.lit_at = START - plan->guard_ms;
	normalise(&start, START);
	(void)intern(&start, &fresh);
	for (uint32_t i = 0; i < node_count; i++)
		for (int e = 0; e < edge_count; e++)
			follow(i, e);
	check_ways_out();
	check_pictures();
	(void)printf("# %s: %zu states, %zu transitions, closed\n", name, node_count, arrows);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		bool ok = true;

		for (int f = 0; f < failures; f++)
			ok = ok && failed[f] != rules[i];
		(void)printf("%sok %d - walk, %s: %s\n", ok ? "" : "not ", ++tests, name, rules[i]);
	}
	(void)fflush(stdout);
	return failures == 0;
}

int main(void)
{
	bool ok = true;

	ok = walk("every label and command", 0, 0x7e, 2, false, SETTINGS_UNKNOWN_CONFIRM) && ok;
	ok = walk("unknown refused", 0, 0x32, 2, false, SETTINGS_UNKNOWN_REFUSE) && ok;
	ok = walk("unknown accepted", 0, 0x32, 2, false, SETTINGS_UNKNOWN_ACCEPT) && ok;
	ok = walk("faults", 0, 0x12, 1, true, SETTINGS_UNKNOWN_CONFIRM) && ok;
	ok = walk("every edge of PASS", 1, 0x22, 3, false, SETTINGS_UNKNOWN_CONFIRM) && ok;
	ok = walk("every edge of FAIL", 2, 0x0a, 3, false, SETTINGS_UNKNOWN_CONFIRM) && ok;
	ok = walk("every edge of BACK", 4, 0x12, 3, false, SETTINGS_UNKNOWN_CONFIRM) && ok;
	ok = walk("every edge of PASS and BACK", 5, 0x02, 1, false, SETTINGS_UNKNOWN_CONFIRM) && ok;
	ok = walk("every edge of FAIL and BACK", 6, 0x02, 1, false, SETTINGS_UNKNOWN_CONFIRM) && ok;
	(void)printf("1..%d\n", tests);
	free(nodes);
	free(parent);
	free(by_edge);
	free(table);
	free(arrow_to);
	free(arrow_from);
	return ok ? 0 : 1;
}
