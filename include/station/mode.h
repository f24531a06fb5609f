/* mode.h - in which of its ways a camera is to give its frames: the one that costs least of those
 * in which labels can be read. What a camera offers is taken as it comes; nonsense is never chosen.
 */
#ifndef STATION_MODE_H
#define STATION_MODE_H
#include <stdbool.h>
#include <stdint.h>

#define MODE_RATE  15000 /* frames per 1000 s that are wanted */
#define MODE_LEAST 10000 /* and fewer are a fault of a mode */

enum mode_pixels {
	MODE_GREY,
	MODE_NV12,  /* a grey plane, then colours */
	MODE_YUYV,  /* grey and colours in turn */
	MODE_MJPEG, /* a JPEG each */
	MODE_PIXELS
};

struct mode {
	enum mode_pixels pixels;
	uint32_t width, height;
	uint32_t rate; /* frames per 1000 s; 0: not told */
};

/* A step of a range that a driver tells, both ends included. */
struct mode_range {
	uint32_t min, max, step; /* step 0 is taken as 1 */
};

/* Sides of 16 to SETTINGS_SIDE, SETTINGS_PIXELS at most, of a kind that is read. */
bool mode_is_sound(const struct mode *m);
/* Whether a serves a bench that wants frames of width x height better than b. In this order: that
 * it is as large as that, or else the larger; that it gives MODE_LEAST, or else the faster; that it
 * costs less. Both are sound. */
bool mode_is_better(const struct mode *a, const struct mode *b, uint32_t width, uint32_t height);
/* The least of the range that is wanted or more, or its largest; 0: the range is none. */
uint32_t mode_within(const struct mode_range *r, uint32_t wanted);
/* Of intervals of numerator / denominator seconds; 0: it is no interval. */
uint32_t mode_rate(uint32_t numerator, uint32_t denominator);
/* "GREY", "NV12", "YUYV", "MJPEG". */
const char *mode_name(enum mode_pixels p);
#endif
