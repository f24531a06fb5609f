/* edges.c - what can happen to a state of the walk (edges.h). */
#include "space.h"

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
const struct checklist_plan *const plan = &the_plan;

struct edge edges[64];
int edge_count;

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

void edges_make(const struct edges_course *course)
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

	the_plan.hold_ms = the_plan.question_ms = the_plan.remind_ms = the_plan.receiving_ms =
		course->windows;
	the_plan.unknown = course->unknown;
	edge_count = 0;
	edges[edge_count++] = (struct edge){
		.name = "a tick passes", .event = {.kind = CHECKLIST_TICK}, .time = true};
	add("stored", (struct checklist_event){.kind = CHECKLIST_STORED}, 0);
	add("refused", (struct checklist_event){.kind = CHECKLIST_REFUSED}, 0);
	add("recovered", (struct checklist_event){.kind = CHECKLIST_RECOVERED}, 0);
	for (unsigned i = 0; i < PANEL_BUTTONS; i++) {
		if (!(course->contacts & (1u << i)))
			continue;
		add(press[i],
		    (struct checklist_event){.kind = CHECKLIST_EDGE, .button = i, .down = true}, 0);
		add(release[i], (struct checklist_event){.kind = CHECKLIST_EDGE, .button = i}, 0);
	}
	if (!course->contacts) {
		add_press("PASS", PANEL_PASS, 1);
		add_press("FAIL", PANEL_FAIL, 1);
		add_press("BACK", PANEL_BACK, 1);
		add_press("BACK held", PANEL_BACK, (uint8_t)plan->back_ms);
	}
	for (uint8_t i = 1; i <= LABELS; i++)
		if (course->labels & (1u << i))
			add(scan[i], (struct checklist_event){.kind = CHECKLIST_RETURN}, i);
	add("scan wrong label",
	    (struct checklist_event){.kind = CHECKLIST_WRONG, .why = CHECKLIST_WHY_SHAPE}, 0);
	add("scan reason", (struct checklist_event){.kind = CHECKLIST_LABEL_REASON}, 0);
	add("scan product 1", (struct checklist_event){.kind = CHECKLIST_PRODUCT, .units = 1}, 0);
	if (course->faults)
		add_faults();
	if (course->contacts || course->faults)
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

bool edges_possible(const struct node *n, const struct edge *e)
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

struct checklist_event edges_event(const struct node *n, const struct edge *e)
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
