/* plates.h - the numbers of house labels, each of which is given out once: what was printed is kept
 * in a file of the state folder. */
#ifndef STATIONCTL_PLATES_H
#define STATIONCTL_PLATES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLATES_FILE "house-labels"
#define PLATES_END  100000000u /* one above the highest number */

/* Takes count numbers from *first on for the site, which no sheet of this machine has; they are on
 * disk as taken when it returns. chosen: *first is the caller's, else it is found: behind the last,
 * or, where none was ever taken, at random, so that two benches of a site don't begin alike. False:
 * why says why. */
bool plates_take(const char *path, const char *site, unsigned count, bool chosen, uint64_t *first,
		 char *why, size_t cap);
#endif
