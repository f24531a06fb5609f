/* walk.c - an exhaustive walk over every reachable (state x event) of the checklist, to closure.
 * Times are small whole numbers, so that the reachable states are finite and every deadline and
 * every race between deadlines is met. Each transition is held against the discipline; at the end,
 * that every state has a way back to rest, and that no two situations look alike. Prints TAP. */
#include "rules.h"
#include <stdio.h>
#include <string.h>

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
	event = edges_event(&before, e);
	note_edge(&before, e, n);
	checklist_step(plan, &n->c, &event, now, &out);
	note_labels(e, n, &out);
	note_journal(&before, e, n, &out);
	rules_check(&before, e, n, &out, from, edge);
	if (n->c.lit_at == now && before.c.lit_at != now)
		n->press_ok = 0; /* begun before the lamps changed */
	for (int i = 0; i < PANEL_BUTTONS; i++)
		if (!n->down[i] && n->c.buttons.of[i].is == BUTTON_UP) {
			n->age[i] = 0;
			n->press_ok &= (uint8_t) ~(1u << i);
		}
	space_normalise(n, now);
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
	struct node n = space.nodes[from];

	if (!edges_possible(&n, &edges[edge]))
		return;
	if (edges[edge].held)
		whole_press(&n, &edges[edge], from, edge);
	else
		advance(&n, &edges[edge], from, edge);
	space_follow(&n, from, edge);
}

static bool walk(const struct edges_course *course, int *tests)
{
	struct node start;

	edges_make(course);
	rules_begin();
	memset(&start, 0, sizeof(start));
	checklist_init(&start.c);
	start.told = start.c.now;
	start.c.lit_at = START - plan->guard_ms;
	space_normalise(&start, START);
	space_begin(&start);
	for (uint32_t i = 0; i < space.count; i++)
		for (int e = 0; e < edge_count; e++)
			follow(i, e);
	rules_check_space();
	(void)printf("# %s: %zu states, %zu transitions, closed\n", course->name, space.count,
		     space.arrows);
	return rules_print(course->name, tests);
}

int main(void)
{
	static const struct edges_course courses[] = {
		{"every label and command", 0, 0x7e, 2, false, SETTINGS_UNKNOWN_CONFIRM},
		{"unknown refused", 0, 0x32, 2, false, SETTINGS_UNKNOWN_REFUSE},
		{"unknown accepted", 0, 0x32, 2, false, SETTINGS_UNKNOWN_ACCEPT},
		{"faults", 0, 0x12, 1, true, SETTINGS_UNKNOWN_CONFIRM},
		{"every edge of PASS", 1, 0x22, 3, false, SETTINGS_UNKNOWN_CONFIRM},
		{"every edge of FAIL", 2, 0x0a, 3, false, SETTINGS_UNKNOWN_CONFIRM},
		{"every edge of BACK", 4, 0x12, 3, false, SETTINGS_UNKNOWN_CONFIRM},
		{"every edge of PASS and BACK", 5, 0x02, 1, false, SETTINGS_UNKNOWN_CONFIRM},
		{"every edge of FAIL and BACK", 6, 0x02, 1, false, SETTINGS_UNKNOWN_CONFIRM},
	};
	bool ok = true;
	int tests = 0;

	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++)
		ok = walk(&courses[i], &tests) && ok;
	(void)printf("1..%d\n", tests);
	space_free();
	return ok ? 0 : 1;
}
