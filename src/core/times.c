/* times.c - event times put right afterwards (F1); see times.h. */
#include "station/times.h"
#include <string.h>

#define YEAR_9999 INT64_C(253402300799999) /* the last moment that RFC 3339 can write */

static const char names[][10] = {
	[TIMES_NONE] = "",
	[TIMES_TRUSTED] = "trusted",
	[TIMES_CORRECTED] = "corrected",
	[TIMES_INTERVAL] = "interval",
};

/* mono_ms is the station's word: anything up to INT64_MAX. */
static int64_t counted(int64_t offset, uint64_t mono)
{
	int64_t at;

	if (mono > INT64_MAX || __builtin_add_overflow(offset, (int64_t)mono, &at) ||
	    at > YEAR_9999)
		return YEAR_9999;
	return at < 0 ? 0 : at;
}

static bool anchor(struct times_boot *boot, const struct moment *at)
{
	bool first = !boot->anchored;

	if (at->mono_ms > INT64_MAX)
		return false;
	boot->last = at->wall_ms - (int64_t)at->mono_ms; /* wall is 0.. : no overflow */
	if (first)
		boot->first = boot->last;
	boot->anchored = true;
	return first;
}

/* The station's guess where it is possible, else the nearest bound. */
static void interval(const struct times_boot *boot, const struct moment *at, int64_t known,
		     int64_t received, struct times_moment *out)
{
	out->clock = TIMES_INTERVAL;
	out->after = known < received ? known : received;
	out->before = received;
	out->at = at->wall_ms < out->after    ? out->after
		  : at->wall_ms > out->before ? out->before
					      : at->wall_ms;
	out->boot = boot->number;
	out->mono = at->mono_ms > INT64_MAX ? INT64_MAX : (int64_t)at->mono_ms;
}

bool times_see(struct times_boot *boot, const struct moment *at, int64_t *known, int64_t received,
	       struct times_moment *out)
{
	bool first = false;

	*out = (struct times_moment){.clock = TIMES_TRUSTED, .at = at->wall_ms};
	if (at->trusted) {
		first = anchor(boot, at);
	} else if (boot->anchored) {
		out->clock = TIMES_CORRECTED;
		out->at = counted(boot->last, at->mono_ms);
	} else {
		interval(boot, at, *known, received, out);
		return false;
	}
	if (out->at > *known)
		*known = out->at;
	return first;
}

bool times_correct(const struct times_boot *boot, struct times_moment *moment)
{
	if (moment->clock != TIMES_INTERVAL || moment->boot != boot->number || !boot->anchored)
		return false;
	*moment = (struct times_moment){.clock = TIMES_CORRECTED,
					.at = counted(boot->first, (uint64_t)moment->mono)};
	return true;
}

const char *times_clock_name(enum times_clock clock)
{
	return names[clock];
}

enum times_clock times_clock_read(const char *name)
{
	for (unsigned i = TIMES_TRUSTED; i <= TIMES_INTERVAL; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum times_clock)i;
	return TIMES_NONE;
}
