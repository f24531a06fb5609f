/* clock.h - the wall clock made fit for events: never before the last time that is known, steps
 * noticed and told (F1). Most boards have no battery clock and start at 1970. */
#ifndef STATION_CLOCK_H
#define STATION_CLOCK_H
#include "station/moment.h"
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_STEP_MS 1000 /* wall against monotonic time: more is a step */

struct clock {
	int64_t floor_ms;    /* the last known time: recorded, or from a time source; 0 = none */
	uint64_t floor_mono; /* what mono was then; for one of another boot: at the first reading */
	int64_t offset_ms;   /* corrected wall minus mono: at the beginning, and after each step */
	bool begun, trusted; /* read before; by a time source in this boot */
	bool doubted;	     /* the last reading was untrusted: its events want a trusted one */
};

/* floor_ms: the newest time on record (the journal's last event), 0 = none. */
void clock_init(struct clock *c, int64_t floor_ms);
/* Corrects now->wall_ms: an untrusted clock behind the floor counts on from the floor. True: it
 * stepped by more than CLOCK_STEP_MS, or a time source vouches for it at last, by however little:
 * from that on the times before can be put right. *by_ms is new minus old. */
bool clock_read(struct clock *c, struct moment *now, int64_t *by_ms);
/* The time of a recorded event, oldest first; this_boot: it has this boot's id. Better than a bare
 * floor: a step while nobody looked is noticed by the next reading. Also after the first reading.
 */
void clock_known(struct clock *c, const struct moment *at, bool this_boot);
#endif
