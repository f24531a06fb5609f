/* sight_dirt.h - dirt on the lens, for sight.c. Private to it. */
#ifndef CORE_SIGHT_DIRT_H
#define CORE_SIGHT_DIRT_H
#include "station/sight.h"

/* Another scene at rest; fills in s->report's dirt and spot. */
void sight_dirt_look(struct sight *s, const struct image *frame);
#endif
