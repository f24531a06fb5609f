/* edges.c - turning points of a line, and the edges between them (edges.h). One look at each pixel
 * for the turns, one more where an edge is. */
#include "station/edges.h"
#include <stdbool.h>

#define SMALL 6 /* a turn counts from a part of what those before it were */

struct finder {
	const uint8_t *line;
	uint32_t *width;
	size_t cap, found;
	uint32_t last; /* edge, in 1/EDGES_ONE */
};

/* Step k of the way from light to dark, or from dark to light, as a positive number. */
static int step_at(const uint8_t *y, uint32_t k, bool rises)
{
	return rises ? y[k + 1] - y[k] : y[k] - y[k + 1];
}

/* The edge between two turning points, the earlier at `from`: where it is steepest, between pixels
 * by a parabola over three steps. */
static void put_edge(struct finder *f, uint32_t from, uint32_t to)
{
	const uint8_t *y = f->line;
	bool rises = y[to] > y[from];
	uint32_t steepest = from, at;
	int best = -1, before, after, curve;

	if (f->found == 0 && rises)
		return;
	for (uint32_t k = from; k < to; k++) {
		int step = step_at(y, k, rises);

		if (step > best) {
			best = step;
			steepest = k;
		}
	}
	before = steepest > from ? step_at(y, steepest - 1, rises) : 0;
	after = steepest + 1 < to ? step_at(y, steepest + 1, rises) : 0;
	curve = 2 * best - before - after;
	at = steepest * EDGES_ONE + EDGES_ONE / 2;
	if (curve > 0)
		at = (uint32_t)((int32_t)at + EDGES_ONE * (after - before) / (2 * curve));
	if (f->found < f->cap)
		f->width[f->found++] = at - f->last;
	f->last = at;
}

/* The height of what lies between two turning points. */
static int height_of(const uint8_t *line, uint32_t a, uint32_t b)
{
	return line[a] < line[b] ? line[b] - line[a] : line[a] - line[b];
}

size_t edges_find(const uint8_t *line, uint32_t len, unsigned least, uint32_t *width, size_t cap)
{
	struct finder f = {.line = line, .width = width, .cap = cap};
	uint32_t turn = 0, here = 0; /* the last turning point, and what may become the next */
	int enough = (int)least, usual = 0;
	bool up = false; /* the first edge is from light to dark */

	for (uint32_t i = 0; i < len; i++) {
		int back = up ? line[here] - line[i] : line[i] - line[here];

		if (back <= 0) {
			here = i;
			continue;
		}
		if (back < enough)
			continue;
		if (turn != here && height_of(line, turn, here) >= (int)least) {
			put_edge(&f, turn, here);
			usual += (height_of(line, turn, here) - usual) / 4;
			enough = usual / SMALL > (int)least ? usual / SMALL : (int)least;
		}
		turn = here;
		here = i;
		up = !up;
	}
	if (turn != here && height_of(line, turn, here) >= (int)least)
		put_edge(&f, turn, here);
	if (f.found < cap && len > 0)
		width[f.found++] = len * EDGES_ONE - f.last;
	return f.found;
}
