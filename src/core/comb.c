/* comb.c - lines across a part of an image (comb.h), each pixel of them between four of the
 * image. */
#include "station/comb.h"
#include <string.h>

#define ONE  65536
#define BUSY 300 /* levels that a line goes up and down in all: thirty edges of ten */

/* Of a quarter of a turn. */
static const int32_t cosine[COMB_ANGLES / 2 + 1] = {
	65536, 65457, 65220, 64827, 64277, 63572, 62714, 61705, 60547, 59244, 57798,
	56212, 54491, 52639, 50660, 48559, 46341, 44011, 41576, 39040, 36410, 33692,
	30893, 28020, 25080, 22078, 19024, 15924, 12785, 9616,	6424,  3216,  0,
};

int32_t comb_cos(unsigned angle)
{
	angle %= 2 * COMB_ANGLES;
	if (angle > COMB_ANGLES)
		angle = 2 * COMB_ANGLES - angle;
	return angle <= COMB_ANGLES / 2 ? cosine[angle] : -cosine[COMB_ANGLES - angle];
}

int32_t comb_sin(unsigned angle)
{
	return comb_cos(angle + 3 * COMB_ANGLES / 2);
}

static int32_t bounded(int32_t at)
{
	return at < -COMB_LENGTH ? -COMB_LENGTH : at > COMB_LENGTH ? COMB_LENGTH : at;
}

void comb_init(struct comb *c, const struct image *image, const struct comb_part *part,
	       unsigned rows)
{
	*c = (struct comb){.image = image, .part = *part};
	c->part.from = bounded(part->from);
	c->part.to = bounded(part->to);
	c->part.upper = bounded(part->upper);
	c->part.lower = bounded(part->lower);
	c->rows = rows < 1 ? 1 : rows > COMB_ROWS ? COMB_ROWS : rows;
	if (c->part.lower > c->part.upper)
		c->lines = (uint32_t)(c->part.lower - c->part.upper) / c->rows;
	c->cos = comb_cos(part->angle % COMB_ANGLES);
	c->sin = comb_sin(part->angle % COMB_ANGLES);
}

/* Cuts *from..*to to where start + t * step lies in 0..limit. */
static void cut(int64_t start, int64_t step, int64_t limit, int64_t *from, int64_t *to)
{
	int64_t a, b;

	if (step == 0) {
		if (start < 0 || start > limit)
			*to = *from - 1;
		return;
	}
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

/* Where row v of the way begins at t = 0, in 1/65536 pixels: the middle is a pixel's, so that lines
 * along rows and columns are not between them. */
static void begin(const struct comb *c, int64_t v, int64_t *x, int64_t *y)
{
	*x = (int64_t)((c->image->width - 1) / 2) * ONE - v * c->sin;
	*y = (int64_t)((c->image->height - 1) / 2) * ONE + v * c->cos;
}

/* Light between four pixels, at x and y in 1/65536: an image's side is short enough for that. */
static unsigned between(const uint8_t *pixels, size_t stride, uint32_t x, uint32_t y)
{
	const uint8_t *p = pixels + (y >> 16) * stride + (x >> 16), *q = p + stride;
	unsigned right = x >> 8 & 255, down = y >> 8 & 255;
	unsigned above = p[0] * 256 + right * (unsigned)(p[1] - p[0]);
	unsigned below = q[0] * 256 + right * (unsigned)(q[1] - q[0]);

	return (above * 256 + down * (below - above)) >> 16;
}

/* A row that begins there. */
static void add(const struct image *in, uint32_t x, uint32_t y, const struct comb *c, uint32_t len,
		uint16_t *sum)
{
	const uint8_t *pixels = in->pixels;
	size_t stride = in->stride;
	uint32_t cos = (uint32_t)c->cos, sin = (uint32_t)c->sin;

	for (uint32_t i = 0; i < len; i++, x += cos, y += sin)
		sum[i] = (uint16_t)(sum[i] + between(pixels, stride, x, y));
}

uint32_t comb_line(const struct comb *c, uint32_t n, uint8_t line[COMB_LENGTH])
{
	const struct image *in = c->image;
	int64_t v = c->part.upper + (int64_t)n * c->rows;
	int64_t from = c->part.from, to = c->part.to, x, y;
	uint16_t sum[COMB_LENGTH];
	uint32_t len;

	if (n >= c->lines || c->rows == 0)
		return 0;
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
		add(in, (uint32_t)x, (uint32_t)y, c, len, sum);
	}
	for (uint32_t i = 0; i < len; i++)
		line[i] = (uint8_t)(sum[i] / c->rows);
	return len;
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
