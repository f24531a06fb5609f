/* bench_event.h - private to the bench: the checklist's appends as events. */
#ifndef CORE_BENCH_EVENT_H
#define CORE_BENCH_EVENT_H
#include "station/bench.h"

/* Writes the event and notes what becomes true with it (inspection, item, badge) once it is stored.
 */
void bench_event_make(struct bench *b, const struct checklist_append *a, const struct moment *now,
		      struct event *e);
/* The appended events were refused: nothing of it became true. */
void bench_event_forget(struct bench *b);
#endif
