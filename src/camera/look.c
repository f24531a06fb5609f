/* look.c - the schedule of views for one picture (look.h). */
#include "look.h"
#include "lines.h"
#include "squares.h"
#include "station/finders.h"
#include "station/locate.h"
#include <errno.h>
#include <stdlib.h>

enum {
	LINES,	 /* across what looks like bars */
	SQUARES, /* QR codes, on the adaptive image */
	WIDE,	 /* ... whose means are of a sixteenth of the width around, for large modules */
	CLOSER,	 /* SQUARES of one half as large again */
	TURNED,	 /* ... and turned, where finder patterns are */
};

/* One way to look. A stage is looked at as a whole; after it, it may be enough. */
struct view {
	uint8_t stage;
	uint8_t what;
	uint8_t rows; /* that make a line; of squares, one line of so many is looked at */
	enum lines_how how;
};

/* By labels read for the time it takes, on photographs and on pictures of tests/scene. Few rows are
 * for codes that are low or tilted away, many for those in noise. */
static const struct view schedule[] = {
	{0, LINES, 8, LINES_DOUBLE}, {0, SQUARES, 1, LINES_PLAIN}, {1, LINES, 4, LINES_DOUBLE},
	{2, LINES, 12, LINES_PLAIN}, {2, LINES, 2, LINES_DOUBLE},  {2, LINES, 3, LINES_SMOOTH},
	{3, WIDE, 1, LINES_PLAIN},   {4, CLOSER, 1, LINES_PLAIN},  {5, TURNED, 1, LINES_PLAIN},
};
#define VIEWS (sizeof(schedule) / sizeof(schedule[0]))
/* What a frame of a moving scene gets besides the first, in turn. */
static const uint8_t turns[] = {2, 3, 5};
#define TURNS (sizeof(turns) / sizeof(turns[0]))

#define REACH	15	/* pixels around, of which the adaptive threshold takes the mean */
#define FARTHER 127	/* ... at most, whatever the width */
#define MARGIN	7	/* levels */
#define ROOM	8	/* pixels around a code */
#define CLOSE	1000000 /* pixels: a larger image is close enough */
#define LARGE	1000000 /* pixels of a turned part, at most: its modules are large enough, too */
#define CODE	3	/* finder patterns that a QR code has */
#define FEW	6	/* ... that may be one's, and what is like it by chance */
#define CROWD	16	/* ... of which zbar may try so many triples that it takes seconds */

struct look {
	struct lines *lines;
	struct reading reading;
	unsigned turn;
	void (*between)(void *user, bool crowd);
	void *user;
	uint32_t sums[IMAGE_SIDE];
	struct locate locate;
	bool located;		  /* in this image */
	struct finders_box found; /* where a code's finder patterns may be in it, or empty */
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

static void tell(const struct look *l, bool crowd)
{
	if (l->between)
		l->between(l->user, crowd);
}

/* *box: what finder patterns lie in if they may be one code's, else empty. */
static int look_for_squares(struct look *l, const struct image *image, unsigned reach,
			    const struct view *v, unsigned id, struct finders_box *box)
{
	size_t all = (size_t)image->width * image->height;
	uint8_t *buf = malloc(all);
	struct image adaptive;
	unsigned patterns = 0;
	int e = 0;

	*box = (struct finders_box){0};
	if (!buf)
		return -ENOMEM;
	if (image_adaptive(image, reach, MARGIN, l->sums, IMAGE_SIDE, buf, all, &adaptive))
		patterns = finders_count(&adaptive, CROWD, box);
	if (patterns >= CODE) {
		tell(l, patterns >= CROWD);
		e = squares_look(&adaptive, v->rows, id, &l->reading);
		tell(l, false);
	}
	if (patterns < CODE || patterns > FEW)
		*box = (struct finders_box){0};
	free(buf);
	return e;
}

static uint64_t area_of(const struct finders_box *b)
{
	return (uint64_t)(b->right - b->left) * (b->bottom - b->top);
}

/* Keeps the smallest box that isn't empty: it is more of the code, and less of what is like it. The
 * view was so many halves as large as the picture. */
static void keep_box(struct look *l, const struct finders_box *b, unsigned halves)
{
	struct finders_box box = {b->left * 2 / halves, b->top * 2 / halves, b->right * 2 / halves,
				  b->bottom * 2 / halves};

	if (area_of(&box) > 0 && (area_of(&l->found) == 0 || area_of(&box) < area_of(&l->found)))
		l->found = box;
}

/* For codes whose modules are so large that the middle of a finder pattern is all that the first
 * threshold sees around a pixel. */
static int look_wider(struct look *l, const struct image *image, const struct view *v, unsigned id)
{
	unsigned reach = image->width / 16 > FARTHER ? FARTHER : image->width / 16;
	struct finders_box box;

	return reach > REACH ? look_for_squares(l, image, reach, v, id, &box) : 0;
}

static int look_plainly(struct look *l, const struct image *image, const struct view *v,
			unsigned id)
{
	struct finders_box box;
	int e = look_for_squares(l, image, REACH, v, id, &box);

	keep_box(l, &box, 2);
	return e;
}

/* For codes whose modules have two pixels or three. */
static int look_closer(struct look *l, const struct image *image, const struct view *v, unsigned id)
{
	size_t all = (size_t)image->width * image->height;
	struct finders_box box = {0};
	struct image closer;
	uint8_t *buf;
	int e = 0;

	if (all > CLOSE)
		return 0;
	buf = malloc(all * 9 / 4);
	if (!buf)
		return -ENOMEM;
	if (image_closer(image, buf, all * 9 / 4, &closer) && image_is_sound(&closer))
		e = look_for_squares(l, &closer, REACH, v, id, &box);
	keep_box(l, &box, 3);
	free(buf);
	return e;
}

/* All of a code three of whose corners lie in the box: the fourth may be half of it away. */
static struct image around(const struct image *image, const struct finders_box *box)
{
	uint32_t width = box->right - box->left, height = box->bottom - box->top;
	uint32_t more = (width > height ? width : height) / 2 + ROOM;
	uint32_t left = box->left > more ? box->left - more : 0;
	uint32_t top = box->top > more ? box->top - more : 0;
	uint32_t right = box->right + more, bottom = box->bottom + more;

	if (right > image->width)
		right = image->width;
	if (bottom > image->height)
		bottom = image->height;
	return (struct image){image->pixels + top * image->stride + left, right - left,
			      bottom - top, image->stride};
}

/* What the decoder does not make out as it lies, it may at twice the size or by other rows; one
 * that stands on a corner has its modules crossed where they are widest, and is told worst. */
static int look_turned(struct look *l, const struct image *image, const struct view *v, unsigned id)
{
	struct image part = around(image, &l->found), closer, turned;
	size_t all = (size_t)part.width * part.height * 9 / 4;
	size_t side = (size_t)(part.width + part.height) * 3 / 2;
	struct finders_box box;
	uint8_t *buf;
	int e = 0;

	if (area_of(&l->found) == 0 || side * side > LARGE)
		return 0;
	buf = malloc(all + side * side);
	if (!buf)
		return -ENOMEM;
	if (image_closer(&part, buf, all, &closer) &&
	    image_turned(&closer, buf + all, side * side, &turned))
		e = look_for_squares(l, &turned, REACH, v, id, &box);
	free(buf);
	return e;
}

static void look_at_lines(struct look *l, const struct image *image, const struct view *v,
			  unsigned id)
{
	if (!l->located)
		locate_bars(&l->locate, image);
	l->located = true;
	for (uint32_t i = 0; i < l->locate.parts; i++) {
		struct comb comb;

		tell(l, false);
		comb_init(&comb, image, &l->locate.part[i], v->rows);
		lines_look(l->lines, &comb, v->how, id, &l->reading);
	}
}

static int look_one(struct look *l, const struct image *image, unsigned id)
{
	const struct view *v = &schedule[id];

	if (v->what != LINES && !(l->reading.allowed & 1U << READING_QR))
		return 0;
	switch (v->what) {
	case LINES:
		look_at_lines(l, image, v, id);
		return 0;
	case SQUARES:
		return look_plainly(l, image, v, id);
	case WIDE:
		return look_wider(l, image, v, id);
	case CLOSER:
		return look_closer(l, image, v, id);
	default:
		return look_turned(l, image, v, id);
	}
}

/* Whether something is believed, and nothing in doubt. */
static bool is_enough(const struct reading *r)
{
	return r->labels > 0 && !reading_doubts(r);
}

void look_between(struct look *l, void (*between)(void *user, bool crowd), void *user)
{
	l->between = between;
	l->user = user;
}

int look_at(struct look *l, const struct image *image)
{
	int e = image_is_sound(image) ? 0 : -EINVAL;

	reading_begin(&l->reading);
	l->located = false;
	l->found = (struct finders_box){0};
	for (unsigned i = 0; e == 0 && i < VIEWS; i++) {
		if (i > 0)
			tell(l, false);
		if (i > 0 && schedule[i].stage != schedule[i - 1].stage && is_enough(&l->reading))
			break;
		e = look_one(l, image, i);
	}
	return e;
}

int look_quickly(struct look *l, const struct image *image)
{
	int e = image_is_sound(image) ? 0 : -EINVAL;

	reading_begin(&l->reading);
	l->located = false;
	l->found = (struct finders_box){0};
	if (e == 0)
		e = look_one(l, image, 0);
	if (e == 0 && !is_enough(&l->reading))
		e = look_one(l, image, 1);
	if (e == 0 && !is_enough(&l->reading))
		e = look_one(l, image, turns[l->turn++ % TURNS]);
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
