/* feed.h - raw frames on a command's standard output, as rpicam-vid writes them. The command is
 * started again when it ends, hangs or stops in the middle of a frame, sooner first, then later. */
#ifndef CAMERA_FEED_H
#define CAMERA_FEED_H
#include "station/image.h"

#define FEED_SILENT_MS 5000  /* without a whole frame: it hangs */
#define FEED_AGAIN_MS  250   /* until it is started again; then twice as long each time ... */
#define FEED_LATEST_MS 30000 /* ... and no longer; from new on after FEED_FINE_MS of frames */
#define FEED_FINE_MS   10000

enum feed_pixels {
	FEED_YUV420, /* planes; the first is the grey one */
	FEED_GREY,
	FEED_YUYV,
	FEED_FORMATS
};

struct feed_is {
	const char *command;	/* for /bin/sh; lives as long as the feed */
	uint32_t width, height; /* settings_camera_size() */
	enum feed_pixels pixels;
};

struct feed;

/* -ENOMEM, -EINVAL; nothing is started yet. */
int __attribute__((warn_unused_result)) feed_open(struct feed **out, const struct feed_is *is);
/* Starts the command, or finds it hanging, when that is due; call when feed_due() has come. */
void feed_turn(struct feed *f, uint64_t now_ms);
uint64_t feed_due(const struct feed *f); /* monotonic ms */
int feed_fd(const struct feed *f);	 /* to be polled for input; -1: none now */
/* Reads what has come: true and the newest whole frame, those before it are dropped. It stays until
 * the next call. */
bool feed_read(struct feed *f, uint64_t now_ms, struct image *frame);
bool feed_lives(const struct feed *f); /* it gives frames */
void feed_close(struct feed *f);       /* ends the command; NULL is fine */

/* "yuv420", "grey", "yuyv"; FEED_FORMATS: unknown. */
enum feed_pixels feed_pixels_of(const char *name);
#endif
