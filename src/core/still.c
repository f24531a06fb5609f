/* still.c - the idle gate (still.h): means of blocks, of every other row: of so many pixels that
 * a sensor's noise is no change. */
#include "station/still.h"
#include <string.h>

#define SIDE_LEAST 8
#define FINE	   16  /* parts of a level */
#define DARK	   4   /* levels: a row so dark has no light to be scaled by */
#define STEPS	   4   /* of a level */
#define BLOWN	   240 /* levels */
#define UNEVEN	   4   /* one part in so many of a change of light */
#define TALLY	   ((STILL_NOISY + 1) * STEPS)
#define NOISE	   6 /* times what half of the blocks differ by: four deviations of mere noise */

static void measure_row(const struct image *frame, uint32_t side, uint32_t y, uint32_t columns,
			uint32_t *out)
{
	uint32_t half = side < SIDE_LEAST ? SIDE_LEAST / 2 : side / 2;
	uint32_t samples = half * 2 * half;

	memset(out, 0, columns * sizeof(*out));
	for (uint32_t dy = 0; dy < side; dy += 2) {
		const uint8_t *p = frame->pixels + (size_t)(y + dy) * frame->stride;

		for (uint32_t c = 0; c < columns; c++, p += side) {
			uint32_t sum = 0;

			for (uint32_t dx = 0; dx < side; dx++)
				sum += p[dx];
			out[c] += sum;
		}
	}
	for (uint32_t c = 0; c < columns; c++)
		out[c] = out[c] * FINE / samples;
}

/* The size of blocks for frames of this size. */
static void begin(struct still *s, const struct image *frame)
{
	still_init(s);
	s->width = frame->width;
	s->height = frame->height;
	s->side = SIDE_LEAST;
	while ((frame->width / s->side) * (frame->height / s->side) > STILL_BLOCKS)
		s->side += 2;
	s->columns = frame->width / s->side;
	s->rows = frame->height / s->side;
}

static uint64_t sum_of(const uint32_t *row, uint32_t columns)
{
	uint64_t sum = 0;

	for (uint32_t c = 0; c < columns; c++)
		sum += row[c];
	return sum;
}

/* What blocks of a row differ by when both are seen in the light of the brighter: how many do by
 * how many steps, rounded up. Light that has changed by a part has not done so by the same part all
 * along the row: a quarter of that is no difference. And what is blown out may be of any
 * brightness.
 */
static void tally_row(const uint32_t *a, const uint32_t *b, uint32_t columns, uint32_t *tally)
{
	uint64_t light_a = sum_of(a, columns), light_b = sum_of(b, columns);
	uint64_t most = light_a > light_b ? light_a : light_b, least = light_a + light_b - most;

	if (least < (uint64_t)DARK * FINE * columns)
		light_a = light_b = most = least = 1;
	for (uint32_t c = 0; c < columns; c++) {
		uint64_t x = a[c] * most / light_a, y = b[c] * most / light_b;
		uint64_t high = x > y ? x : y, low = x > y ? y : x, steps;

		if (high > BLOWN * FINE)
			high = BLOWN * FINE;
		low += high * (most - least) / (UNEVEN * most);
		steps = high > low ? (high - low + FINE / STEPS - 1) / (FINE / STEPS) : 0;
		tally[steps < TALLY ? steps : TALLY - 1]++;
	}
}

/* By how many steps a block must differ to have changed: where half of the picture differs, that is
 * the sensor's noise, or light that is not the same all along a row. A label has ink on it, which
 * differs by more than noise is believed to. */
static uint32_t threshold(const uint32_t *tally, uint32_t blocks)
{
	uint32_t middle = 0, sum = tally[0];

	while (2 * sum < blocks)
		sum += tally[++middle];
	if (NOISE * middle <= STILL_LEVELS * STEPS)
		return STILL_LEVELS * STEPS;
	return NOISE * middle < STILL_NOISY * STEPS ? NOISE * middle : STILL_NOISY * STEPS;
}

/* Measures the frame into s->now; whether it is another scene. */
static bool is_other(struct still *s, const struct image *frame)
{
	uint32_t tally[TALLY] = {0}, n = 0;

	for (uint32_t r = 0; r < s->rows; r++) {
		size_t at = (size_t)r * s->columns;

		measure_row(frame, s->side, r * s->side, s->columns, s->now + at);
		tally_row(s->now + at, s->seen + at, s->columns, tally);
	}
	for (uint32_t i = threshold(tally, s->rows * s->columns) + 1; i < TALLY; i++)
		n += tally[i];
	return n >= STILL_CHANGED;
}

void still_init(struct still *s)
{
	memset(s, 0, sizeof(*s));
}

/* It is another scene: how it is to be looked at. */
static enum still_verdict moves(struct still *s, uint64_t now_ms)
{
	if (now_ms - s->moved_ms > STILL_MOVES)
		s->moves_ms = now_ms; /* it begins to */
	s->moved_ms = now_ms;
	if (now_ms - s->moves_ms < STILL_MOVES)
		return STILL_DIFFERS;
	s->moves_ms = now_ms;
	return STILL_RESTLESS;
}

enum still_verdict still_frame(struct still *s, const struct image *frame, uint64_t now_ms)
{
	bool first = frame->width != s->width || frame->height != s->height;
	enum still_verdict v = STILL_SAME;

	if (first)
		begin(s, frame);
	if (is_other(s, frame) || first)
		v = moves(s, now_ms);
	else if (now_ms >= s->again_ms)
		v = STILL_AGAIN;
	if (v == STILL_SAME)
		return v;
	/* what moved is looked at as soon as it has come to rest */
	s->wait_ms = v != STILL_AGAIN ? 0 : s->wait_ms == 0 ? STILL_FIRST : 2 * s->wait_ms;
	if (s->wait_ms > STILL_LONGEST)
		s->wait_ms = STILL_LONGEST;
	s->again_ms = now_ms + s->wait_ms;
	if (v == STILL_AGAIN) {
		s->moves_ms = now_ms;
	} else { /* against that one alone, so that what creeps is a change at last */
		memcpy(s->seen, s->now, (size_t)s->columns * s->rows * sizeof(s->seen[0]));
		s->doubts = 0;
	}
	return v;
}

void still_doubt(struct still *s)
{
	if (s->doubts >= STILL_DOUBTS)
		return;
	s->doubts++;
	s->again_ms = 0;
	s->wait_ms = 0;
}

bool still_settled(const struct still *s, uint64_t now_ms)
{
	return now_ms - s->moved_ms >= STILL_FIRST;
}
