/* sight_dirt.h - dirt on the lens, for sight.c. Private to it. */
#ifndef CORE_SIGHT_DIRT_H
#define CORE_SIGHT_DIRT_H
#include "station/sight.h"

#define SIGHT_DIRT_NO_INK 101

/* Another scene at rest; fills in s->report's dirt and spot. ink: how bright the darkest is, in
 * percent of what is bright beside it; SIGHT_DIRT_NO_INK: too little is sharp to say. */
void sight_dirt_look(struct sight *s, const struct image *frame, uint32_t ink);
#endif
