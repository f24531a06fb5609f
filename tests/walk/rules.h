/* rules.h - the discipline that each transition of the walk, and all of its states, are held
 * against. */
#ifndef WALK_RULES_H
#define WALK_RULES_H
#include "space.h"

/* A new walk: no rule is broken. */
void rules_begin(void);
/* The first break of a rule is printed, with the way there. */
void rules_check(const struct node *before, const struct edge *e, const struct node *after,
		 const struct checklist_effects *out, uint32_t from, int edge);
/* Of all states: that each has a way back to rest, and that no two situations look alike. */
void rules_check_space(void);
/* A line of TAP for each rule; whether all held. */
bool rules_print(const char *name, int *tests);
#endif
