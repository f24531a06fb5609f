/* lamps.c - the lamps in time (see station/lamps.h). */
#include "station/lamps.h"
#include "station/moment.h"

_Static_assert(PANEL_LAMPS <= 8, "a bit per lamp");

void lamps_set(struct lamps *l, enum panel_lamp lamp, enum panel_pattern pattern, uint64_t now_ms)
{
	if (lamp >= PANEL_LAMPS || pattern >= PANEL_PATTERNS)
		return;
	l->pattern[lamp] = pattern;
	l->since[lamp] = now_ms;
}

static uint64_t elapsed(const struct lamps *l, unsigned i, uint64_t now_ms)
{
	return now_ms > l->since[i] ? now_ms - l->since[i] : 0;
}

uint8_t lamps_lit(const struct lamps *l, uint64_t now_ms)
{
	unsigned lit = 0;

	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		lit |= (unsigned)panel_lit(l->pattern[i], elapsed(l, i, now_ms)) << i;
	return (uint8_t)lit;
}

uint64_t lamps_due(const struct lamps *l, uint64_t now_ms)
{
	uint64_t due = MOMENT_NEVER;

	for (unsigned i = 0; i < PANEL_LAMPS; i++) {
		uint64_t at = now_ms > l->since[i] ? now_ms : l->since[i];
		uint32_t in = panel_next_change(l->pattern[i], elapsed(l, i, now_ms));

		if (in > 0 && at + in < due)
			due = at + in;
	}
	return due;
}
