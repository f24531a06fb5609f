/* image.h - a grey image, and the passes that make another image of it for a decoder. They write
 * into memory of the caller, and read nothing outside their image. */
#ifndef STATION_IMAGE_H
#define STATION_IMAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_SIDE 10000 /* pixels, the longest side that is looked at */

struct image {
	const uint8_t *pixels; /* 0 black .. 255 white; the caller's, row after row */
	uint32_t width, height;
	size_t stride; /* bytes from a row to the next, >= width */
};

/* Whether sides are 1..IMAGE_SIDE and rows do not overlap. */
bool image_is_sound(const struct image *in);

/* Takes a sound image and fills *out, which lies in buf then; its rows are packed. False when cap
 * is too small. in and buf do not overlap. Black (0) where a pixel is darker than the mean around
 * it by more than `margin`, else white. The mean is of a square of 2 * reach + 1, cut at the edges;
 * reach 1..127. buf has room for the pixels, sums for one uint32_t a column. */
bool image_adaptive(const struct image *in, unsigned reach, unsigned margin, uint32_t *sums,
		    size_t columns, uint8_t *buf, size_t cap, struct image *out);
/* The same picture, half as large again, between whose pixels the light changes evenly; the rest as
 * above. */
bool image_closer(const struct image *in, uint8_t *buf, size_t cap, struct image *out);
/* Turned by 45 degrees and larger by the root of 2: each pixel as it is, between them the mean of
 * four; white where there was nothing. Its sides are width + height - 1. The rest as above. */
bool image_turned(const struct image *in, uint8_t *buf, size_t cap, struct image *out);
/* The grey of YUYV, whose rows are stride bytes apart, into packed rows. */
void image_of_yuyv(const uint8_t *from, size_t stride, uint32_t width, uint32_t height,
		   uint8_t *to);
#endif
