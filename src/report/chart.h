/* chart.h - bars as plain SVG. Each has a table beside it that says the same, so charts are hidden
 * from screen readers. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H
#include "station/report.h"
#include <stdio.h>

#define CHART_BARS 62
#define CHART_NAME 12

struct chart_bar {
	char name[CHART_NAME]; /* of ours: a date, an hour */
	struct report_count n;
};

#define CHART_WIDE 960
#define CHART_HALF 480 /* of half the page: letters keep their size */

/* Bars of two colours that stand on each other, with an axis. */
void chart_bars(FILE *f, const struct chart_bar *bar, unsigned count, unsigned width);
/* What the two colours are. */
void chart_key(FILE *f);
/* A cell's bar: a part of a whole, and a tick where the running total is. */
void chart_cell(FILE *f, uint64_t part, uint64_t total, uint64_t whole);
/* A cell's range, with a tick at its middle. */
void chart_range(FILE *f, uint64_t low, uint64_t middle, uint64_t high, uint64_t whole);
/* One bar of up to four parts: on time, near, late, not sure. */
void chart_clock(FILE *f, const struct report_clock *c);
#endif
