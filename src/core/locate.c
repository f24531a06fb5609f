/* locate.c - where there are bars (locate.h). */
#include "station/locate.h"
#include <string.h>

#define SIDE   8
#define AROUND 1   /* cells on each side that are measured together with one */
#define EVEN   4   /* of the change, so many parts of 16 must be in one direction */
#define FAINT  12  /* levels, squared: less is no bar */
#define NEAR   6   /* of COMB_ANGLES: a neighbour's direction */
#define FEW    8   /* cells are no code */
#define COARSE 8   /* angles from one that is tried to the next */
#define LINE   16  /* rows that a trial line is made of */
#define BEGUN  512 /* places that are gathered, of which those with few cells are no part */
#define ONE    65536

static uint32_t apart(uint32_t a, uint32_t b)
{
	uint32_t d = a > b ? a - b : b - a;

	return d < COMB_ANGLES - d ? d : COMB_ANGLES - d;
}

/* Steps along both diagonals: between the same four pixels, so that a bar of one pixel is seen. In
 * columns first, for vectors. */
static void measure_row(struct locate *l, const struct image *in, uint32_t y)
{
	const uint8_t *a = in->pixels + (size_t)y * in->stride, *b = a + in->stride;
	int32_t *restrict one = l->one, *restrict other = l->other, *restrict both = l->both;

	for (size_t x = 0, n = in->width - 1; x < n; x++) {
		int16_t d = (int16_t)(b[x + 1] - a[x]), e = (int16_t)(a[x + 1] - b[x]);

		one[x] += d * d;
		other[x] += e * e;
		both[x] += d * e;
	}
}

static void sum_up(struct locate *l, struct locate_cell *row)
{
	for (uint32_t c = 0, x = 0; c < l->columns; c++) {
		int32_t one = 0, other = 0, both = 0;

		for (uint32_t end = x + l->side; x < end; x++) {
			one += l->one[x];
			other += l->other[x];
			both += l->both[x];
		}
		row[c].all = (uint32_t)(one + other);
		row[c].p = 2 * both;
		row[c].q = one - other;
	}
}

/* Cells whose last pixels have neighbours. */
static void measure(struct locate *l, const struct image *in)
{
	size_t size = (in->width - 1) * sizeof(*l->one);

	l->side = SIDE;
	while ((in->width - 1) / l->side * ((in->height - 1) / l->side) > LOCATE_CELLS)
		l->side += SIDE;
	l->columns = (in->width - 1) / l->side;
	l->rows = (in->height - 1) / l->side;
	for (uint32_t r = 0; r < l->rows; r++) {
		memset(l->one, 0, size);
		memset(l->other, 0, size);
		memset(l->both, 0, size);
		for (uint32_t k = 0; k < l->side; k++)
			measure_row(l, in, r * l->side + k);
		sum_up(l, l->cell + (size_t)r * l->columns);
	}
}

static int64_t along(int64_t p, int64_t q, unsigned angle)
{
	return p * comb_cos(2 * angle) + q * comb_sin(2 * angle);
}

/* The direction, and how much there is of it: it has one peak, which is looked for from the best of
 * a few angles on. */
static uint8_t direction(int64_t p, int64_t q, int64_t *much)
{
	unsigned from = 0, best;

	*much = along(p, q, 0);
	for (unsigned a = COARSE; a < COMB_ANGLES; a += COARSE) {
		int64_t m = along(p, q, a);

		if (m > *much) {
			*much = m;
			from = a;
		}
	}
	best = from;
	for (unsigned k = COMB_ANGLES - COARSE / 2; k <= COMB_ANGLES + COARSE / 2; k++) {
		int64_t m = along(p, q, (from + k) % COMB_ANGLES);

		if (m > *much) {
			*much = m;
			best = (from + k) % COMB_ANGLES;
		}
	}
	*much /= ONE;
	return (uint8_t)best;
}

static void judge(struct locate *l, uint32_t row, uint32_t column)
{
	struct locate_cell *c = &l->cell[row * l->columns + column];
	int64_t all = 0, p = 0, q = 0, much, pixels;
	uint32_t top = row < AROUND ? 0 : row - AROUND,
		 left = column < AROUND ? 0 : column - AROUND;
	uint32_t cells = 0;

	for (uint32_t r = top; r <= row + AROUND && r < l->rows; r++)
		for (uint32_t k = left; k <= column + AROUND && k < l->columns; k++) {
			const struct locate_cell *n = &l->cell[r * l->columns + k];

			all += n->all;
			p += n->p;
			q += n->q;
			cells++;
		}
	c->power = 0;
	pixels = (int64_t)cells * l->side * l->side;
	if (16 * (p < 0 ? -p : p) < EVEN * all / 2 && 16 * (q < 0 ? -q : q) < EVEN * all / 2)
		return;
	c->angle = direction(p, q, &much);
	if (16 * much >= EVEN * all && much >= FAINT * pixels)
		c->power = (uint32_t)(much / pixels);
}

/* The strongest cell that belongs to no part; false when there is none. */
static bool strongest(const struct locate *l, uint32_t *at)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < l->columns * l->rows; i++)
		if (l->cell[i].power > most) {
			most = l->cell[i].power;
			*at = i;
		}
	return most > 0;
}

static void join(struct locate *l, uint32_t at, uint32_t angle, uint32_t *cells)
{
	if (l->cell[at].power == 0 || apart(l->cell[at].angle, angle) > NEAR)
		return;
	l->cell[at].power = 0;
	l->stack[(*cells)++] = (uint16_t)at;
}

/* All that hangs together with a cell and has its direction, into l->stack. */
static uint32_t gather(struct locate *l, uint32_t at)
{
	uint32_t angle = l->cell[at].angle, columns = l->columns, cells = 0;

	join(l, at, angle, &cells);
	for (uint32_t i = 0; i < cells; i++) {
		uint32_t here = l->stack[i], column = here % columns, row = here / columns;

		if (column > 0)
			join(l, here - 1, angle, &cells);
		if (column + 1 < columns)
			join(l, here + 1, angle, &cells);
		if (row > 0)
			join(l, here - columns, angle, &cells);
		if (row + 1 < l->rows)
			join(l, here + columns, angle, &cells);
	}
	return cells;
}

static void stretch(int32_t at, int32_t by, int32_t *from, int32_t *to)
{
	if (at - by < *from)
		*from = at - by;
	if (at + by > *to)
		*to = at + by;
}

/* What the first of l->stack cover, seen at an angle. */
static struct comb_part part_at(const struct locate *l, const struct image *in, uint32_t cells,
				uint32_t angle)
{
	struct comb_part part = {angle, INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN};
	int64_t cos = comb_cos(angle), sin = comb_sin(angle);
	int32_t half = (int32_t)l->side / 2, quiet;

	for (uint32_t i = 0; i < cells; i++) {
		uint32_t at = l->stack[i];
		int64_t x = (int64_t)(at % l->columns * l->side) + half - (in->width - 1) / 2;
		int64_t y = (int64_t)(at / l->columns * l->side) + half - (in->height - 1) / 2;

		stretch((int32_t)((x * cos + y * sin) / ONE), half, &part.from, &part.to);
		stretch((int32_t)((y * cos - x * sin) / ONE), half, &part.upper, &part.lower);
	}
	quiet = 2 * (int32_t)l->side + (part.to - part.from) / 4;
	part.from -= quiet;
	part.to += quiet;
	return part;
}

/* How sharp one line across the middle is. */
static int64_t sharpness(const struct image *in, const struct comb_part *part, uint8_t *line)
{
	struct comb_part middle = *part;
	struct comb comb;
	int64_t sum = 0;
	uint32_t len;

	middle.upper = (part->upper + part->lower - LINE) / 2;
	middle.lower = middle.upper + LINE;
	comb_init(&comb, in, &middle, LINE);
	len = comb_line(&comb, 0, line);
	for (uint32_t i = 0; i + 1 < len; i++) {
		int32_t step = line[i + 1] - line[i];

		sum += step * step;
	}
	return sum;
}

/* The part that the first of l->stack make, at the angle around theirs at which a line is
 * sharpest. */
static struct comb_part part_of(struct locate *l, const struct image *in, uint32_t cells)
{
	static const uint8_t trials[] = {0, 1, COMB_ANGLES - 1, 2, COMB_ANGLES - 2};
	struct comb_part best = {0};
	int64_t p = 0, q = 0, much, most = -1;
	uint32_t middle;

	for (uint32_t i = 0; i < cells; i++) {
		p += l->cell[l->stack[i]].p;
		q += l->cell[l->stack[i]].q;
	}
	middle = direction(p, q, &much);
	for (uint32_t k = 0; k < sizeof(trials) / sizeof(trials[0]); k++) {
		struct comb_part part = part_at(l, in, cells, (middle + trials[k]) % COMB_ANGLES);
		int64_t is = sharpness(in, &part, l->line);

		if (is > most) {
			most = is;
			best = part;
		}
	}
	return best;
}

void locate_bars(struct locate *l, const struct image *image)
{
	uint32_t at = 0;

	l->parts = 0;
	measure(l, image);
	for (uint32_t r = 0; r < l->rows; r++)
		for (uint32_t c = 0; c < l->columns; c++)
			judge(l, r, c);
	for (uint32_t i = 0;
	     l->columns > 0 && i < BEGUN && l->parts < LOCATE_PARTS && strongest(l, &at); i++) {
		uint32_t cells = gather(l, at);

		if (cells >= FEW)
			l->part[l->parts++] = part_of(l, image, cells);
	}
}
