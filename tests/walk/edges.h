/* edges.h - what can happen to a state of the walk. Times are small whole numbers: a tick each. */
#ifndef WALK_EDGES_H
#define WALK_EDGES_H
#include "station/checklist.h"
#include "station/moment.h"

#define START 100 /* the first moment: not 0, so that "never" and "just now" differ */

struct edge {
	const char *name;
	struct checklist_event event;
	uint8_t label;
	bool time;    /* one tick passes before it */
	uint8_t held; /* a whole press in one: down after the guard, up after so many ticks; 0 = no
			 such */
};

struct node;

extern struct edge edges[64];
extern int edge_count;
extern const struct checklist_plan *const plan;

/* One walk: what happens in it. */
struct edges_course {
	const char *name;
	unsigned contacts; /* bits of the buttons whose every edge is walked; none: whole presses of
			      all three instead, and the commands */
	unsigned labels;   /* bits of those that are scanned */
	uint32_t windows;  /* ticks */
	bool faults;
	enum settings_unknown unknown;
};

/* Fills edges[], and sets the plan's windows and what is done with an unknown label. */
void edges_make(const struct edges_course *course);
/* Whether it can happen in this state at all. */
bool edges_possible(const struct node *n, const struct edge *e);
/* The edge's event as it is in this state. */
struct checklist_event edges_event(const struct node *n, const struct edge *e);
#endif
