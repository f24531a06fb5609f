/* finders.c - finder patterns of QR codes by their runs (finders.h). A run's pixels, and the one
 * after it, are found by memchr(), which is fast. */
#include "station/finders.h"
#include <string.h>

#define RUNS   5  /* of a pattern, and their modules, below */
#define PLACES 64 /* remembered */
#define FEW    2  /* rows that cross a pattern, at least */

#define BLACK 0
#define WHITE 255

/* Where rows cross something like a pattern. */
struct places {
	struct place {
		uint32_t x, y; /* its first, whose width it is */
		uint32_t width, rows;
	} place[PLACES];
	uint32_t used, patterns; /* of which so many are crossed by enough */
	bool full;
};

/* Two neighbouring runs of `all` are of so many of its seven modules, give or take half a module
 * (the decoder's own rule) and half a pixel. */
static bool is_of(uint32_t pair, uint32_t all, uint32_t modules)
{
	return 14 * pair + 7 >= all * (2 * modules - 1) && 14 * pair < all * (2 * modules + 1) + 7;
}

static bool is_pattern(const uint32_t run[RUNS])
{
	uint32_t all = run[0] + run[1] + run[2] + run[3] + run[4];

	return all >= 7 && is_of(run[0] + run[1], all, 2) && is_of(run[1] + run[2], all, 4) &&
	       is_of(run[2] + run[3], all, 4) && is_of(run[3] + run[4], all, 2);
}

/* A column, from some pixel of it on. */
struct column {
	const struct image *in;
	uint32_t x;
	int64_t y;
	uint32_t most; /* of a run that is worth following */
};

/* Moves on to where this colour ends, up or down; how far that is. */
static uint32_t follow(struct column *c, int step, uint8_t colour)
{
	uint32_t n = 0;

	while (n < c->most && c->y >= 0 && c->y < c->in->height &&
	       c->in->pixels[(size_t)c->y * c->in->stride + c->x] == colour) {
		c->y += step;
		n++;
	}
	return n;
}

/* Whether the column through a dark pixel crosses a pattern there, whose width along the row is
 * known. */
static bool is_crossed(const struct image *in, uint32_t x, uint32_t y, uint32_t width)
{
	struct column up = {in, x, y, width}, down = {in, x, (int64_t)y + 1, width};
	uint32_t run[RUNS];

	run[2] = follow(&up, -1, BLACK) + follow(&down, 1, BLACK);
	run[1] = follow(&up, -1, WHITE);
	run[3] = follow(&down, 1, WHITE);
	run[0] = follow(&up, -1, BLACK);
	run[4] = follow(&down, 1, BLACK);
	return run[0] > 0 && run[1] > 0 && run[3] > 0 && run[4] > 0 && is_pattern(run);
}

/* A row crosses a pattern of this width with its middle at x. */
static void remember(struct places *p, uint32_t x, uint32_t y, uint32_t width)
{
	uint32_t i = 0;

	while (i < p->used && !(y - p->place[i].y < width / 2 && x < p->place[i].x + width / 2 &&
				p->place[i].x < x + width / 2))
		i++;
	if (i == PLACES) {
		p->full = true;
		return;
	}
	if (i == p->used)
		p->place[p->used++] = (struct place){x, y, width, 0};
	p->patterns += ++p->place[i].rows == FEW;
}

/* The run whose length is run[4] ends before x, and is dark. */
static void judge(const struct image *in, const uint32_t run[RUNS], uint32_t x, uint32_t y,
		  struct places *p)
{
	uint32_t width = run[0] + run[1] + run[2] + run[3] + run[4];
	uint32_t middle, aside = run[2] / 4;

	if (run[0] == 0 || !is_pattern(run))
		return;
	middle = x - run[4] - run[3] - run[2] / 2 - 1;
	if (is_crossed(in, middle, y, width) || is_crossed(in, middle - aside, y, width) ||
	    is_crossed(in, middle + aside, y, width))
		remember(p, middle, y, width);
}

static void look_along(const struct image *in, uint32_t y, struct places *p)
{
	const uint8_t *row = in->pixels + y * in->stride;
	uint32_t run[RUNS] = {0}, x = 0;

	for (uint8_t colour = WHITE; x < in->width; colour = colour ? BLACK : WHITE) {
		const uint8_t *end = memchr(row + x, colour ? BLACK : WHITE, in->width - x);

		memmove(run, run + 1, sizeof(run) - sizeof(run[0]));
		run[4] = (uint32_t)(end ? end - row : in->width) - x;
		x += run[4];
		if (colour == BLACK)
			judge(in, run, x, y, p);
	}
}

/* Half of its width around where rows cross it. */
static void cover(struct finders_box *box, const struct place *p, const struct image *in)
{
	uint32_t around = p->width / 2 + 1;
	uint32_t left = p->x > around ? p->x - around : 0;
	uint32_t top = p->y > around ? p->y - around : 0;
	uint32_t right = p->x + around, bottom = p->y + p->rows + around;

	box->left = left < box->left ? left : box->left;
	box->top = top < box->top ? top : box->top;
	right = right < in->width ? right : in->width;
	box->right = right > box->right ? right : box->right;
	bottom = bottom < in->height ? bottom : in->height;
	box->bottom = bottom > box->bottom ? bottom : box->bottom;
}

unsigned finders_count(const struct image *in, unsigned most, struct finders_box *box)
{
	struct places p = {.used = 0};

	for (uint32_t y = 0; y < in->height && p.patterns < most && !p.full; y++)
		look_along(in, y, &p);
	*box = p.patterns > 0 ? (struct finders_box){in->width, in->height, 0, 0}
			      : (struct finders_box){0};
	for (uint32_t i = 0; i < p.used; i++)
		if (p.place[i].rows >= FEW)
			cover(box, &p.place[i], in);
	return p.full || p.patterns > most ? most : p.patterns;
}
