/* image.c - passes over grey images: a threshold that follows the light, a closer view. Plain loops
 * over rows, so that a compiler can make vectors of them. */
#include "station/image.h"
#include <string.h>

bool image_is_sound(const struct image *in)
{
	return in->pixels && in->width > 0 && in->height > 0 && in->width <= IMAGE_SIDE &&
	       in->height <= IMAGE_SIDE && in->stride >= in->width;
}

static const uint8_t *row_of(const struct image *in, uint32_t y)
{
	return in->pixels + y * in->stride;
}

/* *out in buf; NULL when it does not fit. */
static uint8_t *room(uint32_t width, uint32_t height, uint8_t *buf, size_t cap, struct image *out)
{
	if (width == 0 || height == 0 || (size_t)width * height > cap)
		return NULL;
	*out = (struct image){.pixels = buf, .width = width, .height = height, .stride = width};
	return buf;
}

/* A row enters the columns' sums, or leaves them. */
static void sums_add(uint32_t *sums, const uint8_t *row, uint32_t width)
{
	for (uint32_t x = 0; x < width; x++)
		sums[x] += row[x];
}

static void sums_take(uint32_t *sums, const uint8_t *row, uint32_t width)
{
	for (uint32_t x = 0; x < width; x++)
		sums[x] -= row[x];
}

/* One row against its surroundings, whose columns' sums are of `rows` rows. */
static void adaptive_row(const uint8_t *row, const uint32_t *sums, uint32_t width, uint32_t reach,
			 uint32_t rows, unsigned margin, uint8_t *to)
{
	uint32_t sum = 0;
	uint32_t columns = reach < width ? reach : width;

	for (uint32_t x = 0; x < columns; x++)
		sum += sums[x];
	for (uint32_t x = 0; x < width; x++) {
		if (x + reach < width) {
			sum += sums[x + reach];
			columns++;
		}
		if (x > reach) {
			sum -= sums[x - reach - 1];
			columns--;
		}
		to[x] = (row[x] + margin) * (columns * rows) < sum ? 0 : 255;
	}
}

bool image_adaptive(const struct image *in, unsigned reach, unsigned margin, uint32_t *sums,
		    size_t columns, uint8_t *buf, size_t cap, struct image *out)
{
	uint8_t *to = room(in->width, in->height, buf, cap, out);
	uint32_t rows = reach < in->height ? reach : in->height;

	if (!to || columns < in->width || reach < 1 || reach > 127 || margin > 255)
		return false;
	memset(sums, 0, in->width * sizeof(*sums));
	for (uint32_t y = 0; y < rows; y++)
		sums_add(sums, row_of(in, y), in->width);
	for (uint32_t y = 0; y < in->height; y++, to += in->width) {
		if (y + reach < in->height) {
			sums_add(sums, row_of(in, y + reach), in->width);
			rows++;
		}
		if (y > reach) {
			sums_take(sums, row_of(in, y - reach - 1), in->width);
			rows--;
		}
		adaptive_row(row_of(in, y), sums, in->width, reach, rows, margin, to);
	}
	return true;
}

/* Between two rows, so many sixths from one to the other: three pixels for every two. */
static void closer_row(const uint8_t *upper, const uint8_t *lower, unsigned sixths, uint32_t width,
		       uint8_t *to)
{
	unsigned before, here, next = upper[0] * (6 - sixths) + lower[0] * sixths, after = next;

	for (uint32_t x = 0; x < width; x += 2, to += 3) {
		before = next;
		here = after;
		next = here;
		if (x + 1 < width)
			next = upper[x + 1] * (6 - sixths) + lower[x + 1] * sixths;
		after = next;
		if (x + 2 < width)
			after = upper[x + 2] * (6 - sixths) + lower[x + 2] * sixths;
		to[0] = (uint8_t)((before + here * 5 + 18) / 36);
		if (x + 1 == width)
			return;
		to[1] = (uint8_t)((here * 3 + next * 3 + 18) / 36);
		to[2] = (uint8_t)((next * 5 + after + 18) / 36);
	}
}

bool image_closer(const struct image *in, uint8_t *buf, size_t cap, struct image *out)
{
	static const unsigned sixths[] = {5, 3, 1};
	uint8_t *to = room(in->width + in->width / 2, in->height + in->height / 2, buf, cap, out);

	if (!to)
		return false;
	for (uint32_t y = 0; y < out->height; y++, to += out->width) {
		uint32_t lower = y / 3 * 2 + y % 3;
		uint32_t upper = lower > 0 ? lower - 1 : 0;

		if (lower == in->height)
			lower--;
		closer_row(row_of(in, upper), row_of(in, lower), sixths[y % 3], in->width, to);
	}
	return true;
}

/* The pixel at x / 2, y / 2 of which both are whole or neither is. */
static uint8_t between(const struct image *in, int64_t x, int64_t y)
{
	const uint8_t *p = in->pixels + (size_t)(y / 2) * in->stride + x / 2;

	return x % 2 ? (uint8_t)((p[0] + p[1] + p[in->stride] + p[in->stride + 1] + 2) / 4) : p[0];
}

bool image_turned(const struct image *in, uint8_t *buf, size_t cap, struct image *out)
{
	uint32_t side = in->width + in->height - 1;
	uint8_t *to = room(side, side, buf, cap, out);
	int64_t right = 2 * ((int64_t)in->width - 1), bottom = 2 * ((int64_t)in->height - 1);

	if (!to)
		return false;
	memset(to, 255, (size_t)side * side);
	for (int64_t v = 0; v < side; v++, to += side)
		for (int64_t u = 0; u < side; u++) {
			int64_t x = u - v + (in->width - 1), y = u + v - (in->width - 1);

			if (x >= 0 && x <= right && y >= 0 && y <= bottom)
				to[u] = between(in, x, y);
		}
	return true;
}

void image_of_yuyv(const uint8_t *from, size_t stride, uint32_t width, uint32_t height, uint8_t *to)
{
	for (uint32_t y = 0; y < height; y++, from += stride, to += width)
		for (uint32_t x = 0; x < width; x++)
			to[x] = from[2 * (size_t)x];
}
