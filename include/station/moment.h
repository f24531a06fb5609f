/* moment.h - one reading of the clocks, taken once a turn and handed down; the core never asks for
 * the time. */
#ifndef STATION_MOMENT_H
#define STATION_MOMENT_H
#include <stdbool.h>
#include <stdint.h>

struct moment {
	uint64_t mono_ms; /* CLOCK_MONOTONIC, milliseconds since boot: all timers run on it */
	int64_t wall_ms;  /* UTC, milliseconds since 1970-01-01; may jump, may be wrong */
	bool trusted;	  /* a time source has set the wall clock since boot */
};

#define MOMENT_NEVER UINT64_MAX /* a deadline that does not come */
#endif
