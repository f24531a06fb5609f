/* bench_given.h - the reason that was given last in the open inspection, for the view. Private to
 * bench*.c. */
#ifndef CORE_BENCH_GIVEN_H
#define CORE_BENCH_GIVEN_H
#include "station/bench.h"

/* What an event that is made, or was recorded, says of it; code as in a reason's data, else "". */
void bench_given_note(struct bench_given *given, enum event_kind kind, uint8_t step,
		      const char *code);
/* The member of the view, if there is one. */
void bench_given_show(const struct bench *b, struct text *t);
#endif
