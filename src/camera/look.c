/* look.c - the schedule of views for one picture (look.h). */
#include "look.h"
#include "lines.h"
#include "squares.h"
#include <errno.h>
#include <stdlib.h>

enum {
	LINES,	 /* on the image itself */
	SQUARES, /* QR codes, on the adaptive image */
	CLOSER,	 /* ... of one half as large again */
};

/* One way to look. A stage is looked at as a whole; after it, it may be enough. */
struct view {
	uint8_t stage;
	uint8_t what;
	uint8_t angles; /* of lines: a bit each */
	uint8_t rows;	/* that make a line; of squares, one line of so many is looked at */
	uint8_t step;	/* rows from a line to the next */
	enum lines_how how;
};

#define ALONG	 0x11 /* rows and columns */
#define DIAGONAL 0x44
#define BETWEEN	 0xaa
#define ASLANT	 (DIAGONAL | BETWEEN)

/* By labels read for the time it takes, on photographs and on pictures of tests/scene. Single rows
 * are for codes so small that the mean of several would blur them. */
static const struct view schedule[] = {
	{0, LINES, ALONG, 4, 8, LINES_SMOOTH},	  {0, SQUARES, 0, 1, 0, LINES_PLAIN},
	{1, LINES, ALONG, 1, 8, LINES_DOUBLE},	  {2, LINES, DIAGONAL, 4, 12, LINES_SMOOTH},
	{2, LINES, BETWEEN, 4, 12, LINES_SMOOTH}, {3, LINES, ALONG, 2, 6, LINES_DOUBLE},
	{3, LINES, ASLANT, 1, 12, LINES_SMOOTH},  {4, LINES, ALONG, 4, 8, LINES_PLAIN},
	{4, LINES, ASLANT, 2, 16, LINES_DOUBLE},  {5, CLOSER, 0, 1, 0, LINES_PLAIN},
};
#define VIEWS (sizeof(schedule) / sizeof(schedule[0]))
/* What a frame of a moving scene gets besides the first, in turn. */
static const uint8_t turns[] = {3, 4, 2};
#define TURNS (sizeof(turns) / sizeof(turns[0]))

#define REACH  15      /* pixels around, of which the adaptive threshold takes the mean */
#define MARGIN 7       /* levels */
#define CLOSE  1000000 /* pixels: a larger image is close enough */

struct look {
	struct lines *lines;
	struct reading reading;
	unsigned turn;
	void (*between)(void *user);
	void *user;
	uint32_t sums[IMAGE_SIDE];
};

int look_open(struct look **out, uint32_t allowed, uint32_t itf)
{
	struct look *l = calloc(1, sizeof(*l));
	int e;

	*out = l;
	if (!l)
		return -ENOMEM;
	reading_init(&l->reading, allowed, itf);
	e = lines_open(&l->lines, allowed);
	if (e < 0) {
		look_close(l);
		*out = NULL;
	}
	return e;
}

static int look_for_squares(struct look *l, const struct image *image, const struct view *v,
			    unsigned id)
{
	size_t all = (size_t)image->width * image->height;
	uint8_t *buf = malloc(all);
	struct image adaptive;
	int e = 0;

	if (!buf)
		return -ENOMEM;
	if (image_adaptive(image, REACH, MARGIN, l->sums, IMAGE_SIDE, buf, all, &adaptive))
		e = squares_look(&adaptive, v->rows, id, &l->reading);
	free(buf);
	return e;
}

/* For codes whose modules have two pixels or three. */
static int look_closer(struct look *l, const struct image *image, const struct view *v, unsigned id)
{
	size_t all = (size_t)image->width * image->height;
	uint8_t *buf;
	struct image closer;
	int e = 0;

	if (all > CLOSE)
		return 0;
	buf = malloc(all * 9 / 4);
	if (!buf)
		return -ENOMEM;
	if (image_closer(image, buf, all * 9 / 4, &closer) && image_is_sound(&closer))
		e = look_for_squares(l, &closer, v, id);
	free(buf);
	return e;
}

/* Each angle is a view of its own, numbered from *id on. */
static int look_one(struct look *l, const struct image *image, const struct view *v, unsigned *id)
{
	if (v->what != LINES && !(l->reading.allowed & 1U << READING_QR))
		return 0;
	if (v->what == SQUARES)
		return look_for_squares(l, image, v, (*id)++);
	if (v->what == CLOSER)
		return look_closer(l, image, v, (*id)++);
	for (unsigned a = 0; a < COMB_ANGLES; a++)
		if (v->angles & 1U << a) {
			struct comb comb;

			comb_init(&comb, image, a, v->rows, v->step);
			lines_look(l->lines, &comb, v->how, (*id)++, &l->reading);
		}
	return 0;
}

/* Whether something is believed, and nothing in doubt. */
static bool is_enough(const struct reading *r)
{
	return r->labels > 0 && !reading_doubts(r);
}

void look_between(struct look *l, void (*between)(void *user), void *user)
{
	l->between = between;
	l->user = user;
}

int look_at(struct look *l, const struct image *image)
{
	unsigned id = 0;
	int e = image_is_sound(image) ? 0 : -EINVAL;

	l->reading.labels = 0;
	for (size_t i = 0; e == 0 && i < VIEWS; i++) {
		if (i > 0 && l->between)
			l->between(l->user);
		if (i > 0 && schedule[i].stage != schedule[i - 1].stage && is_enough(&l->reading))
			break;
		e = look_one(l, image, &schedule[i], &id);
	}
	return e;
}

int look_quickly(struct look *l, const struct image *image)
{
	unsigned id = 0;
	int e = image_is_sound(image) ? 0 : -EINVAL;

	l->reading.labels = 0;
	if (e == 0)
		e = look_one(l, image, &schedule[0], &id);
	if (e == 0 && !is_enough(&l->reading))
		e = look_one(l, image, &schedule[1], &id);
	if (e == 0 && !is_enough(&l->reading))
		e = look_one(l, image, &schedule[turns[l->turn++ % TURNS]], &id);
	return e;
}

const struct reading *look_reading(const struct look *l)
{
	return &l->reading;
}

void look_close(struct look *l)
{
	if (!l)
		return;
	lines_close(l->lines);
	free(l);
}
