/* mode.c - in which of its ways a camera is to give its frames (mode.h). */
#include "station/mode.h"
#include "station/settings.h"

/* Instructions for a pixel, about, measured: what makes it grey, and the idle gate. */
static const uint32_t costs[MODE_PIXELS] = {
	[MODE_GREY] = 2, [MODE_NV12] = 2, [MODE_YUYV] = 3, [MODE_MJPEG] = 22};

bool mode_is_sound(const struct mode *m)
{
	return m->pixels < MODE_PIXELS && m->width >= SETTINGS_SIDE_LEAST &&
	       m->height >= SETTINGS_SIDE_LEAST && m->width <= SETTINGS_SIDE &&
	       m->height <= SETTINGS_SIDE && m->width * m->height <= SETTINGS_PIXELS;
}

/* Fewer frames than are wanted are no gain. */
static uint64_t cost(const struct mode *m)
{
	uint64_t rate = m->rate > MODE_RATE ? m->rate : MODE_RATE;

	return rate * costs[m->pixels] * m->width * m->height;
}

/* A camera that doesn't tell how fast it is, is believed to be fast enough. */
static bool is_slow(const struct mode *m)
{
	return m->rate > 0 && m->rate < MODE_LEAST;
}

bool mode_is_better(const struct mode *a, const struct mode *b, uint32_t width, uint32_t height)
{
	bool fits_a = a->width >= width && a->height >= height;
	bool fits_b = b->width >= width && b->height >= height;
	uint32_t size_a = a->width * a->height, size_b = b->width * b->height;

	if (fits_a != fits_b)
		return fits_a;
	if (!fits_a && size_a != size_b)
		return size_a > size_b;
	if (is_slow(a) != is_slow(b))
		return is_slow(b);
	if (is_slow(a) && a->rate != b->rate)
		return a->rate > b->rate;
	if (cost(a) != cost(b))
		return cost(a) < cost(b);
	if (a->rate != b->rate)
		return a->rate > b->rate;
	return a->pixels < b->pixels;
}

uint32_t mode_within(const struct mode_range *r, uint32_t wanted)
{
	uint64_t step = r->step ? r->step : 1, steps;

	if (r->min == 0 || r->max < r->min)
		return 0;
	if (wanted <= r->min)
		return r->min;
	if (wanted > r->max)
		wanted = r->max;
	steps = (wanted - r->min + step - 1) / step;
	if (r->min + steps * step > r->max)
		steps = (r->max - r->min) / step;
	return (uint32_t)(r->min + steps * step);
}

uint32_t mode_rate(uint32_t numerator, uint32_t denominator)
{
	uint64_t rate = numerator ? (uint64_t)denominator * 1000 / numerator : 0;

	return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

const char *mode_name(enum mode_pixels p)
{
	static const char *const names[MODE_PIXELS] = {"GREY", "NV12", "YUYV", "MJPEG"};

	return p < MODE_PIXELS ? names[p] : "?";
}
