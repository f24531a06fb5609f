/* bars_fit.h - what bars.c and bars_code128.c share. */
#ifndef CORE_BARS_FIT_H
#define CORE_BARS_FIT_H
#include "station/bars.h"

#define BARS_RUN 1024 /* widths that are compared, at most */

/* Widths, and what they should be (in units of a module, the first one a bar). */
struct bars_run {
	const uint32_t *w;
	const uint8_t *ideal;
	size_t n; /* 2..BARS_RUN */
	bool backwards;
};

/* How far the widths are from the ideal ones, of which a module has `unit`s: the worst one's
 * distance in 1/64 of a module, with the ink's spreading taken out; BARS_NO where that is too much.
 */
uint32_t bars_fit(const struct bars_run *r, unsigned unit);
#endif
