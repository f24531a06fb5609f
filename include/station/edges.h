/* edges.h - where light turns to dark along a line and back: what a decoder of bars wants to know.
 */
#ifndef STATION_EDGES_H
#define STATION_EDGES_H
#include <stddef.h>
#include <stdint.h>

#define EDGES_ONE 64 /* a pixel's width, in the unit of the widths */

/* The widths between the edges of a line of up to 1 << 20 pixels, from its beginning to its end:
 * the first is light, the next dark, and so on. An edge is where the line is steepest between two
 * of its turning points; turns of fewer than `least` levels (1..255), or far smaller than those
 * around, are noise. Returns how many widths; where there are more than cap, the rest is left out.
 */
size_t edges_find(const uint8_t *line, uint32_t len, unsigned least, uint32_t *width, size_t cap);
#endif
