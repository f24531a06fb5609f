/* sight.c - how well the camera sees (sight.h): focus and light, and what is made of them. */
#include "sight_dirt.h"
#include <string.h>

#define TIMES	   3  /* judgements in a row that count */
#define WINDOW	   32 /* pixels */
#define LINE_EVERY 8  /* rows, and columns */
#define EDGES	   (WINDOW * 10 + 1)
#define WHITE	   250

/* --- focus --- */

struct edges {
	uint32_t windows;
	uint32_t of[EDGES]; /* by width, in tenths of a pixel */
	uint32_t ink[101];  /* by their lowest level, in percent of the highest */
};

/* One window, of pixels that are `step` bytes apart. */
static void measure_window(struct edges *e, const uint8_t *p, size_t step)
{
	unsigned low = p[0], high = p[0], steep = 0, width;

	for (unsigned i = 1; i < WINDOW; i++) {
		unsigned a = p[(i - 1) * step], b = p[i * step], d = a < b ? b - a : a - b;

		if (b < low)
			low = b;
		if (b > high)
			high = b;
		if (d > steep)
			steep = d;
	}
	if (high - low < SIGHT_CONTRAST)
		return;
	width = (high - low) * 10 / steep; /* <= WINDOW - 1 pixels: steps add up to it */
	e->of[width]++;
	e->ink[low * 100 / high]++;
	e->windows++;
}

static void measure_edges(const struct image *f, struct edges *e)
{
	memset(e, 0, sizeof(*e));
	for (uint32_t y = LINE_EVERY / 2; y < f->height; y += LINE_EVERY)
		for (uint32_t x = 0; x + WINDOW <= f->width; x += WINDOW / 2)
			measure_window(e, f->pixels + y * f->stride + x, 1);
	for (uint32_t x = LINE_EVERY / 2; x < f->width; x += LINE_EVERY)
		for (uint32_t y = 0; y + WINDOW <= f->height; y += WINDOW / 2)
			measure_window(e, f->pixels + y * f->stride + x, f->stride);
}

/* Below which value one in `share` of them is. */
static uint32_t quantile(const uint32_t *of, uint32_t all, uint32_t share)
{
	uint32_t at = 0, sum = 0;

	while (share * (sum += of[at]) < all)
		at++;
	return at;
}

/* --- light --- */

static void measure_light(const struct image *f, struct sight_report *r)
{
	uint32_t levels[256] = {0}, all = 0, sum = 0, white = 0;

	for (uint32_t y = 0; y < f->height; y += 4)
		for (uint32_t x = 0; x < f->width; x += 4, all++)
			levels[f->pixels[y * f->stride + x]]++;
	r->bright = 255;
	for (sum = levels[255]; 100 * sum < all; sum += levels[r->bright])
		r->bright--;
	for (unsigned i = WHITE; i < 256; i++)
		white += levels[i];
	r->blown = 100 * white / all;
}

/* --- what holds --- */

static bool holds(bool same, uint8_t *times)
{
	*times = (uint8_t)(!same ? 1 : *times < TIMES ? *times + 1 : TIMES);
	return *times == TIMES;
}

void sight_init(struct sight *s)
{
	memset(s, 0, sizeof(*s));
}

void sight_look(struct sight *s, const struct image *frame, bool fresh)
{
	struct sight_report now = {.edge = 0};
	uint32_t ink = SIGHT_DIRT_NO_INK;
	struct edges edges;

	if (frame->width != s->width || frame->height != s->height) {
		sight_init(s);
		s->width = frame->width;
		s->height = frame->height;
	}
	measure_light(frame, &now);
	measure_edges(frame, &edges);
	if (edges.windows >= SIGHT_WINDOWS) {
		now.edge = quantile(edges.of, edges.windows, 2);
		if (now.edge <= SIGHT_EDGE)
			ink = quantile(edges.ink, edges.windows, 10);
	}
	now.light = now.bright < SIGHT_DARK   ? SIGHT_TOO_DARK
		    : now.blown > SIGHT_BLOWN ? SIGHT_TOO_BRIGHT
					      : SIGHT_FINE;
	if (holds(now.light == s->last.light, &s->light_times)) {
		s->report.light = now.light;
		s->report.bright = now.bright;
		s->report.blown = now.blown;
	}
	s->last.light = now.light;
	if (now.edge > 0) { /* an empty table says nothing, neither for nor against */
		now.focus = now.edge > SIGHT_EDGE ? SIGHT_BLURRED : SIGHT_SHARP;
		if (holds(now.focus == s->last.focus, &s->focus_times)) {
			s->report.focus = now.focus;
			s->report.edge = now.edge;
		}
		s->last.focus = now.focus;
	}
	if (fresh)
		sight_dirt_look(s, frame, ink);
}
