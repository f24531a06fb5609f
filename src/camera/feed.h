/* feed.h - a camera's frames: of a V4L2 device, or raw on a command's standard output, as
 * rpicam-vid writes them. What is unplugged, ends, hangs or stops in the middle of a frame is
 * started again, sooner first, then later. */
#ifndef CAMERA_FEED_H
#define CAMERA_FEED_H
#include "station/image.h"
#include "station/text.h"

#define FEED_SILENT_MS 5000  /* without a whole frame: it hangs */
#define FEED_AGAIN_MS  250   /* until it is started again; then twice as long each time ... */
#define FEED_LATEST_MS 30000 /* ... and no longer; from new on after FEED_FINE_MS of frames */
#define FEED_PLUG_MS   2000  /* the same of a device: that it is plugged in again is seen soon */
#define FEED_FINE_MS   10000
#define FEED_WHY       160 /* bytes of the words why there are none */

enum feed_pixels {
	FEED_YUV420, /* planes; the first is the grey one */
	FEED_GREY,
	FEED_YUYV,
	FEED_FORMATS
};

struct feed_is {		 /* what it points to lives as long as the feed */
	const char *device;	 /* a V4L2 device; NULL: command */
	const char *controls;	 /* of the device, settings_camera_control(); NULL: none */
	const char *command;	 /* for /bin/sh */
	uint32_t width, height;	 /* settings_camera_size(); of a device's frames, at least */
	enum feed_pixels pixels; /* of a command's; a device tells */
};

struct feed;

/* -ENOMEM, -EINVAL; nothing is started yet. */
int __attribute__((warn_unused_result)) feed_open(struct feed **out, const struct feed_is *is);
/* Starts it, or finds it hanging, when that is due; call when feed_due() has come. */
void feed_turn(struct feed *f, uint64_t now_ms);
uint64_t feed_due(const struct feed *f); /* monotonic ms */
int feed_fd(const struct feed *f);	 /* to be polled for input; -1: none now */
/* Reads what has come: true and the newest whole frame, those before it are dropped. It stays until
 * the next call. */
bool feed_read(struct feed *f, uint64_t now_ms, struct image *frame);
/* The frame of the last feed_read() as the device's own JPEG, for as long; NULL: it is none. */
const uint8_t *feed_jpeg(const struct feed *f, size_t *len);
bool feed_lives(const struct feed *f); /* it gives frames */
/* What kind of frames: "1280x720 MJPEG 30/s"; nothing while it is not started. */
void feed_mode(const struct feed *f, struct text *t);
void feed_close(struct feed *f); /* ends it; NULL is fine */

/* "yuv420" or "", "grey", "yuyv"; FEED_FORMATS: unknown. */
enum feed_pixels feed_pixels_of(const char *name);

/* --- for its two kinds --- */

enum feed_got {
	FEED_NONE,
	FEED_FRAME,
	FEED_DAMAGED, /* frames came, and none that can be used; why is told */
	FEED_ENDED,   /* why is told */
};
#endif
