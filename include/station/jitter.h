/* jitter.h - random waits: all stations of a site lose the line, and get it back, at the same
 * moment. It spreads them, and guards nothing. */
#ifndef STATION_JITTER_H
#define STATION_JITTER_H
#include <stdint.h>

/* 0..most. state: the caller's, begun with any number (splitmix64). */
uint64_t jitter_draw(uint64_t *state, uint64_t most);
/* Full jitter: anything up to a wait that doubles with each failure, from first_ms on, but not
 * beyond cap_ms. failures: in a row, from 1. */
uint64_t jitter_wait(uint64_t *state, uint64_t first_ms, uint64_t cap_ms, uint32_t failures);
#endif
