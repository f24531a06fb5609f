/* sight_dirt.c - a soft dark spot that stays over scenes, a veil over all of them (sight.h). */
#include "sight_dirt.h"

#define PLACES	(SIGHT_ROWS * SIGHT_COLUMNS)
#define STEP	4  /* pixels whose mean is a level, against noise */
#define DARKER	12 /* levels that a spot is darker than what is around it ... */
#define PERCENT 10 /* ... and in percent of that */
#define DIM	50 /* levels: so dark a place around it shows nothing */
#define CHANGE	25 /* percent, against the change of the whole picture */
#define REACH	3  /* places from a spot to what is around it */
#define SOFT	2  /* scenes that showed no sharp edge of it */
#define MOST	(2 * SIGHT_SCENES)
#define SAME	64 /* a ratio of 1 */

/* The sum of some pixels in a row. */
static uint32_t four(const uint8_t *p)
{
	return (uint32_t)p[0] + p[1] + p[2] + p[3];
}

static uint32_t apart(uint32_t a, uint32_t b)
{
	return a < b ? b - a : a - b;
}

/* Of one place: its mean, and the steepest step from four pixels to the next, or to those
 * four rows below. */
static void measure_place(struct sight *s, const struct image *f, unsigned i)
{
	uint32_t wide = f->width / SIGHT_COLUMNS, high = f->height / SIGHT_ROWS;
	uint32_t x0 = i % SIGHT_COLUMNS * wide, y0 = i / SIGHT_COLUMNS * high;
	uint32_t sum = 0, n = 0, most = 0;

	for (uint32_t y = y0; y < y0 + high; y += 2)
		for (uint32_t x = x0; x + STEP <= x0 + wide; x += STEP, n++) {
			const uint8_t *at = f->pixels + y * f->stride + x;
			uint32_t of = four(at), d = 0;

			sum += of;
			if (x + 2 * STEP <= f->width)
				d = apart(of, four(at + STEP));
			most = d > most ? d : most;
			d = y + STEP < f->height ? apart(of, four(at + STEP * f->stride)) : 0;
			most = d > most ? d : most;
		}
	s->mean[i] = (uint8_t)(n ? sum / STEP / n : 0);
	s->steep[i] = (uint8_t)(most / STEP);
}

/* The mean of the places that are REACH away. */
static uint8_t around(const uint8_t *mean, int column, int row)
{
	unsigned sum = 0, n = 0;

	for (int r = row - REACH; r <= row + REACH; r++)
		for (int c = column - REACH; c <= column + REACH; c++) {
			bool inner = r > row - REACH && r < row + REACH && c > column - REACH &&
				     c < column + REACH;

			if (inner || r < 0 || c < 0 || r >= SIGHT_ROWS || c >= SIGHT_COLUMNS)
				continue;
			sum += mean[r * SIGHT_COLUMNS + c];
			n++;
		}
	return (uint8_t)(n ? sum / n : 0); /* there always are some */
}

/* The steepest step from a place to what is around it. */
static uint8_t steepest(const uint8_t *steep, int column, int row)
{
	uint8_t most = 0;

	for (int r = row - REACH; r <= row + REACH; r++)
		for (int c = column - REACH; c <= column + REACH; c++)
			if (r >= 0 && c >= 0 && r < SIGHT_ROWS && c < SIGHT_COLUMNS &&
			    steep[r * SIGHT_COLUMNS + c] > most)
				most = steep[r * SIGHT_COLUMNS + c];
	return most;
}

static unsigned ratio(const struct sight *s, unsigned i)
{
	unsigned r = s->place[i].ring ? (unsigned)s->ring[i] * SAME / s->place[i].ring : SAME;

	return r < 255 ? r : 255;
}

/* How much brighter most of the picture has become, by gain or lamps. */
static unsigned gain_of(const struct sight *s)
{
	unsigned of[256] = {0}, sum = 0, r = 0;

	for (unsigned i = 0; i < PLACES; i++)
		of[ratio(s, i)]++;
	while (2 * (sum += of[r]) < PLACES)
		r++;
	return r > 0 ? r : 1;
}

static void count(uint8_t *n)
{
	if (*n < MOST)
		++*n;
}

static void judge(struct sight *s, unsigned i, unsigned gain)
{
	struct sight_place *p = &s->place[i];
	unsigned ring = s->ring[i], darker = ring > s->mean[i] ? ring - s->mean[i] : 0;
	unsigned change = ratio(s, i) * 100 / gain;
	unsigned column = i % SIGHT_COLUMNS, row = i / SIGHT_COLUMNS;

	/* at the edge, where lenses are dark, too, it is not known what is around it */
	if (ring < DIM || column < REACH || row < REACH || column >= SIGHT_COLUMNS - REACH ||
	    row >= SIGHT_ROWS - REACH)
		return;
	if (darker < DARKER || darker * 100 < ring * PERCENT) {
		p->scenes = p->scenes > 2 ? p->scenes - 2 : 0;
		if (p->scenes == 0)
			p->changes = p->soft = 0;
		return;
	}
	count(&p->scenes);
	if (change > 100 + CHANGE || change < 100 - CHANGE)
		count(&p->changes);
	if (2U * steepest(s->steep, (int)column, (int)row) <= darker)
		count(&p->soft);
}

/* One scene with black in it proves that there is no film. */
static void judge_film(struct sight *s, uint32_t ink)
{
	if (ink < SIGHT_GREY)
		s->grey = 0;
	else if (ink < SIGHT_DIRT_NO_INK)
		count(&s->grey);
}

static void conclude(struct sight *s)
{
	uint32_t x = 0, y = 0, n = 0;

	for (unsigned i = 0; i < PLACES; i++) {
		const struct sight_place *p = &s->place[i];

		if (p->scenes < SIGHT_SCENES || p->changes < SIGHT_CHANGES || p->soft < SOFT)
			continue;
		x += 2 * (i % SIGHT_COLUMNS) + 1;
		y += 2 * (i / SIGHT_COLUMNS) + 1;
		n++;
	}
	if (s->scenes < SIGHT_SCENES)
		return;
	s->report.dirt = n ? SIGHT_SPOT : s->grey >= SIGHT_SCENES ? SIGHT_FILM : SIGHT_CLEAN;
	s->report.spot_x = n ? x * 50 / n / SIGHT_COLUMNS : 0;
	s->report.spot_y = n ? y * 50 / n / SIGHT_ROWS : 0;
}

void sight_dirt_look(struct sight *s, const struct image *frame, uint32_t ink)
{
	unsigned gain;

	if (frame->width < SIGHT_COLUMNS * STEP || frame->height < SIGHT_ROWS)
		return;
	for (unsigned i = 0; i < PLACES; i++)
		measure_place(s, frame, i);
	for (unsigned i = 0; i < PLACES; i++)
		s->ring[i] = around(s->mean, (int)(i % SIGHT_COLUMNS), (int)(i / SIGHT_COLUMNS));
	gain = gain_of(s);
	for (unsigned i = 0; i < PLACES; i++)
		judge(s, i, gain);
	judge_film(s, ink);
	for (unsigned i = 0; i < PLACES; i++)
		s->place[i].ring = s->ring[i];
	s->scenes += s->scenes < UINT32_MAX;
	conclude(s);
}
