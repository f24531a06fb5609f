/* comb.h - lines across an image at one of eight angles, for codes that one line can tell. Each
 * line is the mean of some neighbouring ones, which takes noise away and spares a decoder work. */
#ifndef STATION_COMB_H
#define STATION_COMB_H
#include "station/image.h"

#define COMB_ANGLES 8	  /* 0 = along the rows, then every 22.5 degrees, turning from x to y */
#define COMB_ROWS   16	  /* rows that make a line, at most */
#define COMB_LENGTH 14200 /* bytes of a line, at most: the diagonal of an image */

struct comb {
	const struct image *image;
	uint32_t lines;	  /* 0..lines - 1 can be asked for */
	uint32_t rows;	  /* that make one */
	uint32_t step;	  /* rows from one to the next */
	int32_t cos, sin; /* of the angle, in 1/65536 */
	int32_t first;	  /* distance of the first line from the middle, pixels */
};

/* Lines of a sound image at angle 0..COMB_ANGLES - 1, each of 1..COMB_ROWS rows, one every `step`
 * rows (as many as `rows` at least). The image must outlive the comb. */
void comb_init(struct comb *c, const struct image *image, unsigned angle, unsigned rows,
	       unsigned step);
/* The bytes of line n, one a pixel of its way; 0 where the image is too narrow for its rows. cap
 * is COMB_LENGTH. */
uint32_t comb_line(const struct comb *c, uint32_t n, uint8_t line[COMB_LENGTH]);

/* --- what is done with one line --- */

/* Whether the line could hold a code: enough light and dark, often enough. */
bool comb_is_busy(const uint8_t *line, uint32_t len);
/* Twice as many bytes, the new ones by a cubic of four neighbours. 2 * len bytes in `to`. */
void comb_double(const uint8_t *line, uint32_t len, uint8_t *to);
/* Noise along the line is taken away, and a little of the edges: `to` has len bytes, and is another
 * place than line. */
void comb_smooth(const uint8_t *line, uint32_t len, uint8_t *to);
#endif
