/* comb.c - lines across an image at an angle (comb.h). Along rows and columns they are sums; at
 * other angles nearest pixels, whose error the mean of several rows takes away again. */
#include "station/comb.h"
#include <string.h>

#define ONE  65536
#define BUSY 300 /* levels that a line goes up and down in all: thirty edges of ten */

static const int32_t cosine[COMB_ANGLES] = {65536, 60547, 46341, 25080, 0, -25080, -46341, -60547};
static const int32_t sine[COMB_ANGLES] = {0, 25080, 46341, 60547, 65536, 60547, 46341, 25080};

static int64_t magnitude(int64_t n)
{
	return n < 0 ? -n : n;
}

void comb_init(struct comb *c, const struct image *image, unsigned angle, unsigned rows,
	       unsigned step)
{
	int64_t across; /* from corner to corner, along the normal */

	angle %= COMB_ANGLES;
	*c = (struct comb){.image = image, .cos = cosine[angle], .sin = sine[angle]};
	c->rows = rows < 1 ? 1 : rows > COMB_ROWS ? COMB_ROWS : rows;
	across = (magnitude(c->sin) * image->width + magnitude(c->cos) * image->height) / ONE;
	c->step = step < c->rows ? c->rows : step;
	c->lines = (uint32_t)(across / c->step);
	c->first = (int32_t)(-across / 2);
}

static uint32_t along_rows(const struct comb *c, uint32_t n, uint8_t *line)
{
	const struct image *in = c->image;
	const uint8_t *row = in->pixels + (size_t)n * c->step * in->stride;
	uint16_t sum[256];

	for (uint32_t x = 0; x < in->width; x += 256) {
		uint32_t len = in->width - x < 256 ? in->width - x : 256;

		memset(sum, 0, sizeof(sum));
		for (uint32_t k = 0; k < c->rows; k++)
			for (uint32_t i = 0; i < len; i++)
				sum[i] = (uint16_t)(sum[i] + row[k * in->stride + x + i]);
		for (uint32_t i = 0; i < len; i++)
			line[x + i] = (uint8_t)(sum[i] / c->rows);
	}
	return in->width;
}

static uint32_t along_columns(const struct comb *c, uint32_t n, uint8_t *line)
{
	const struct image *in = c->image;
	const uint8_t *at = in->pixels + (size_t)n * c->step;

	for (uint32_t y = 0; y < in->height; y++, at += in->stride) {
		uint32_t sum = 0;

		for (uint32_t k = 0; k < c->rows; k++)
			sum += at[k];
		line[y] = (uint8_t)(sum / c->rows);
	}
	return in->height;
}

/* Cuts *from..*to to where start + t * step lies in 0..limit. */
static void cut(int64_t start, int64_t step, int64_t limit, int64_t *from, int64_t *to)
{
	int64_t a, b;

	if (step < 0) { /* seen from the other side */
		start = limit - start;
		step = -step;
	}
	a = start >= 0 ? -(start / step) : (-start + step - 1) / step;
	b = start <= limit ? (limit - start) / step : -((start - limit + step - 1) / step);
	if (a > *from)
		*from = a;
	if (b < *to)
		*to = b;
}

/* Where row v of the way begins at t = 0, in 1/65536 pixels. */
static void begin(const struct comb *c, int64_t v, int64_t *x, int64_t *y)
{
	*x = ((int64_t)c->image->width - 1) * ONE / 2 - v * c->sin;
	*y = ((int64_t)c->image->height - 1) * ONE / 2 + v * c->cos;
}

/* Light between four pixels, at x and y in 1/65536. */
static unsigned between(const struct image *in, int64_t x, int64_t y)
{
	const uint8_t *p = in->pixels + (size_t)(y >> 16) * in->stride + (size_t)(x >> 16);
	unsigned right = x >> 8 & 255, down = y >> 8 & 255;
	unsigned above = p[0] * (256 - right) + p[1] * right;
	unsigned below = p[in->stride] * (256 - right) + p[in->stride + 1] * right;

	return (above * (256 - down) + below * down) >> 16;
}

static uint32_t aslant(const struct comb *c, uint32_t n, uint8_t *line)
{
	const struct image *in = c->image;
	int64_t v = c->first + (int64_t)n * c->step;
	int64_t from = -COMB_LENGTH, to = COMB_LENGTH, x, y;
	uint16_t sum[COMB_LENGTH];
	uint32_t len;

	/* the edges of the way's rows: those between lie inside, too */
	for (uint32_t k = 0; k<c->rows; k += c->rows> 1 ? c->rows - 1 : 1) {
		begin(c, v + k, &x, &y);
		cut(x, c->cos, (int64_t)(in->width - 1) * ONE - 1, &from, &to);
		cut(y, c->sin, (int64_t)(in->height - 1) * ONE - 1, &from, &to);
	}
	if (to < from || to - from >= COMB_LENGTH)
		return 0;
	len = (uint32_t)(to - from + 1);
	memset(sum, 0, len * sizeof(*sum));
	for (uint32_t k = 0; k < c->rows; k++) {
		begin(c, v + k, &x, &y);
		x += from * c->cos;
		y += from * c->sin;
		for (uint32_t i = 0; i < len; i++, x += c->cos, y += c->sin)
			sum[i] = (uint16_t)(sum[i] + between(in, x, y));
	}
	for (uint32_t i = 0; i < len; i++)
		line[i] = (uint8_t)(sum[i] / c->rows);
	return len;
}

uint32_t comb_line(const struct comb *c, uint32_t n, uint8_t line[COMB_LENGTH])
{
	if (n >= c->lines || c->rows == 0)
		return 0;
	if (c->sin == 0)
		return along_rows(c, n, line);
	if (c->cos == 0)
		return along_columns(c, n, line);
	return aslant(c, n, line);
}

bool comb_is_busy(const uint8_t *line, uint32_t len)
{
	uint32_t way = 0;

	for (uint32_t i = 0; i + 2 < len; i++) {
		int step = line[i + 2] - line[i];

		way += (uint32_t)(step < 0 ? -step : step);
	}
	return way / 2 >= BUSY;
}

static uint8_t clamped(int v)
{
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

void comb_double(const uint8_t *line, uint32_t len, uint8_t *to)
{
	for (uint32_t i = 0; i < len; i++) {
		int a = line[i ? i - 1 : 0], b = line[i];
		int c = line[i + 1 < len ? i + 1 : len - 1];
		int d = line[i + 2 < len ? i + 2 : len - 1];

		to[2 * i] = line[i];
		to[2 * i + 1] = clamped((9 * (b + c) - a - d + 8) / 16);
	}
}

void comb_smooth(const uint8_t *line, uint32_t len, uint8_t *to)
{
	for (uint32_t i = 0; i < len; i++) {
		unsigned a = line[i > 1 ? i - 2 : 0], b = line[i ? i - 1 : 0];
		unsigned c = line[i + 1 < len ? i + 1 : len - 1];
		unsigned d = line[i + 2 < len ? i + 2 : len - 1];

		to[i] = (uint8_t)((a + 4 * b + 6U * line[i] + 4 * c + d + 8) / 16);
	}
}
