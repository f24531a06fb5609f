/* locate.h - where in an image there are bars, and how they are turned: places where light changes
 * strongly, and in one direction only (the structure tensor of small cells, whose directions agree
 * with their neighbours'). */
#ifndef STATION_LOCATE_H
#define STATION_LOCATE_H
#include "station/comb.h"

#define LOCATE_CELLS 16384 /* of an image, at most */
#define LOCATE_PARTS 16	   /* kept: those with the most light and dark */

/* What locate_bars() works in, half a megabyte, and what it found; the caller's, from one image to
 * the next without a meaning but for parts and part. */
struct locate {
	uint32_t side; /* of a cell, in pixels */
	uint32_t columns, rows;
	struct locate_cell {
		uint32_t all;	/* change of light in any direction, squared */
		int32_t p, q;	/* ... in one: twice its angle's cosine and sine */
		uint32_t power; /* how much of it is in its direction; 0 = no bars, or taken */
		uint8_t angle;	/* as a comb's */
	} cell[LOCATE_CELLS];
	uint16_t stack[LOCATE_CELLS];
	int32_t one[IMAGE_SIDE], other[IMAGE_SIDE], both[IMAGE_SIDE];
	uint8_t line[COMB_LENGTH];
	uint32_t parts;
	struct comb_part part[LOCATE_PARTS];
};

/* Looks for bars in a sound image. Each part found reaches beyond the bars by their quiet zones. */
void locate_bars(struct locate *l, const struct image *image);
#endif
