/* comb.h - lines across a part of an image, at an angle, for codes that one line can tell. Each
 * line is the mean of some neighbouring ones, which takes noise away and spares a decoder work. */
#ifndef STATION_COMB_H
#define STATION_COMB_H
#include "station/image.h"

#define COMB_ANGLES 64	  /* of half a turn; 0 = along the rows, turning from x to y */
#define COMB_ROWS   16	  /* rows that make a line, at most */
#define COMB_LENGTH 14200 /* bytes of a line, at most: the diagonal of an image */

/* A part of an image. Distances in pixels from the image's middle, +-COMB_LENGTH: along the lines,
 * and from line to line. */
struct comb_part {
	uint32_t angle; /* 0..COMB_ANGLES - 1 */
	int32_t from, to;
	int32_t upper, lower;
};

struct comb {
	const struct image *image;
	struct comb_part part;
	uint32_t lines;	  /* 0..lines - 1 can be asked for */
	uint32_t rows;	  /* that make one */
	int32_t cos, sin; /* of the angle, in 1/65536 */
};

/* Lines of 1..COMB_ROWS rows each, side by side, across a part of a sound image as far as it lies
 * in there. The image must outlive the comb. */
void comb_init(struct comb *c, const struct image *image, const struct comb_part *part,
	       unsigned rows);
/* The bytes of line n, one a pixel of its way; 0 where the image is too narrow for its rows. cap
 * is COMB_LENGTH. */
uint32_t comb_line(const struct comb *c, uint32_t n, uint8_t line[COMB_LENGTH]);

/* Of angle / COMB_ANGLES of half a turn, in 1/65536. */
int32_t comb_cos(unsigned angle);
int32_t comb_sin(unsigned angle);

/* --- what is done with one line --- */

/* Whether the line could hold a code: enough light and dark, often enough. */
bool comb_is_busy(const uint8_t *line, uint32_t len);
/* Twice as many bytes, the new ones by a cubic of four neighbours. 2 * len bytes in `to`. */
void comb_double(const uint8_t *line, uint32_t len, uint8_t *to);
/* Noise along the line is taken away, and a little of the edges: `to` has len bytes, and is another
 * place than line. */
void comb_smooth(const uint8_t *line, uint32_t len, uint8_t *to);
#endif
