/* times.h - event times put right afterwards (F1): within one boot the monotonic clock counts from
 * an event whose wall clock was trusted; what can't be anchored gets an interval. Pure. */
#ifndef STATION_TIMES_H
#define STATION_TIMES_H
#include "station/moment.h"
#include <stdbool.h>
#include <stdint.h>

enum times_clock {
	TIMES_NONE,	 /* no such moment */
	TIMES_TRUSTED,	 /* as the station told it */
	TIMES_CORRECTED, /* from a trusted event of the same boot */
	TIMES_INTERVAL,	 /* only known to lie between after and before; at is the best guess */
};

struct times_moment {
	enum times_clock clock;
	int64_t at;	       /* ms since 1970, UTC */
	int64_t after, before; /* INTERVAL: not before, not after; else 0 */
	int64_t boot;	       /* INTERVAL: number of its boot, for a later correction; else 0 */
	int64_t mono;	       /* INTERVAL: monotonic ms of that boot; else 0 */
};

/* What is known of one boot of one board. */
struct times_boot {
	int64_t number;
	bool anchored;
	int64_t first; /* wall minus monotonic of its first trusted event: for what came before */
	int64_t last;  /* of its latest trusted event: for what comes behind */
};

/* One event of the boot, in the chain's order. known: latest time in the chain that is sure, 0 =
 * none; moved on when this event is sure. received: when headquarters got it. True: with this
 * event the boot became anchored, so that its earlier moments can be corrected. */
bool times_see(struct times_boot *boot, const struct moment *at, int64_t *known, int64_t received,
	       struct times_moment *out);
/* An INTERVAL of an anchored boot becomes CORRECTED. False: it isn't one of this boot. */
bool times_correct(const struct times_boot *boot, struct times_moment *moment);
const char *times_clock_name(enum times_clock clock); /* "" "trusted" "corrected" "interval" */
enum times_clock times_clock_read(const char *name);  /* anything else: NONE */
#endif
