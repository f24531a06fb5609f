/* report_times.c - how long something took: counted by tenths of a second, so that the median and
 * any other rank are exact, whatever a lunch break does. */
#include "report_part.h"

void report_times_add(struct report_times *t, uint64_t ms)
{
	uint64_t tenths = ms / 100;

	t->n[tenths < REPORT_TENTHS ? tenths : REPORT_TENTHS]++;
	t->count++;
}

uint32_t report_times_quantile(const struct report_times *t, uint32_t percent)
{
	uint64_t rank = ((uint64_t)t->count * percent + 99) / 100, seen = 0;

	if (t->count == 0)
		return 0;
	rank = rank > 0 ? rank : 1;
	for (uint32_t i = 0; i < REPORT_TENTHS; i++) {
		seen += t->n[i];
		if (seen >= rank)
			return i;
	}
	return REPORT_TENTHS;
}
