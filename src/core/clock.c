/* clock.c - the wall clock made fit for events (F1): an untrusted one never falls behind the last
 * time that is known, and what it jumps by is told. Monotonic time is slewed with the wall clock,
 * so the two part only by steps and by sleep. */
#include "station/clock.h"

void clock_init(struct clock *c, int64_t floor_ms)
{
	*c = (struct clock){.floor_ms = floor_ms > 0 ? floor_ms : 0};
}

/* The last known time, gone on to this moment. */
static int64_t clock_floor(const struct clock *c, uint64_t mono_ms)
{
	return mono_ms > c->floor_mono ? c->floor_ms + (int64_t)(mono_ms - c->floor_mono)
				       : c->floor_ms;
}

void clock_known(struct clock *c, const struct moment *at, bool this_boot)
{
	if (c->trusted)
		return; /* a time source knows better */
	c->floor_ms = at->wall_ms;
	if (!this_boot)
		return;
	c->floor_mono = at->mono_ms;
	if (c->begun)
		return;
	c->offset_ms = at->wall_ms - (int64_t)at->mono_ms;
	c->begun = true;
}

bool clock_read(struct clock *c, struct moment *now, int64_t *by_ms)
{
	bool vouched = c->doubted && now->trusted;
	int64_t offset, by;

	*by_ms = 0;
	c->doubted = !now->trusted;
	if (!c->begun)
		c->floor_mono = now->mono_ms;
	if (now->trusted) {
		c->floor_ms = now->wall_ms;
		c->floor_mono = now->mono_ms;
		c->trusted = true;
	} else if (c->floor_ms && now->wall_ms < clock_floor(c, now->mono_ms)) {
		now->wall_ms = clock_floor(c, now->mono_ms);
	}
	offset = now->wall_ms - (int64_t)now->mono_ms;
	by = offset - c->offset_ms;
	if (c->begun && !vouched && by <= CLOCK_STEP_MS && by >= -CLOCK_STEP_MS)
		return false;
	c->offset_ms = offset;
	if (!c->begun) {
		c->begun = true;
		return false;
	}
	*by_ms = by;
	return true;
}
