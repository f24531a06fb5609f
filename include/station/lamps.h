/* lamps.h - the seven lamps in time: which pattern each shows and since when, which are lit now,
 * and when the next one changes. For whoever drives lamps or draws them. */
#ifndef STATION_LAMPS_H
#define STATION_LAMPS_H
#include "station/panel.h"
#include <stdint.h>

struct lamps {
	enum panel_pattern pattern[PANEL_LAMPS];
	uint64_t since[PANEL_LAMPS]; /* monotonic ms at which the pattern was set */
};

/* Begins the pattern at its first phase; the caller's lamps begin as zeros: all off. */
void lamps_set(struct lamps *l, enum panel_lamp lamp, enum panel_pattern pattern, uint64_t now_ms);
/* Bit per enum panel_lamp. */
uint8_t lamps_lit(const struct lamps *l, uint64_t now_ms);
/* Monotonic ms at which lamps_lit() next differs by time alone; MOMENT_NEVER: all are steady. */
uint64_t lamps_due(const struct lamps *l, uint64_t now_ms);
#endif
