/* fake_video.h - a stand-in for a V4L2 camera: open(), ioctl() and mmap() of one path, as far as
 * station-camera makes them. Its descriptor is a socket, readable while a filled buffer waits, so
 * that real loops wait for it; nobody at its other end is a camera that is unplugged. Part of
 * test_camera_video, and preloaded into station-camera (tests/system/badvideo.c). */
#ifndef TESTS_FAKE_VIDEO_H
#define TESTS_FAKE_VIDEO_H
#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_MODES    8
#define FAKE_CONTROLS 6
#define FAKE_BUFFERS  32

struct fake_mode {
	uint32_t format, width, height;
	uint32_t numerator, denominator; /* of the interval; 0: it isn't told */
};

struct fake_control {
	const char *name;
	int32_t min, max, value;
	uint32_t type, flags;
	uint32_t holes; /* of a menu: a bit for an index that is none */
};

struct fake_video {
	const char *path;
	struct fake_mode mode[FAKE_MODES];	    /* up to the first without a format */
	struct fake_control control[FAKE_CONTROLS]; /* likewise, without a name */
	bool ranges;		   /* sizes 48..4096 by 16, intervals 1/60..1 s, for each format */
	bool endless;		   /* every question has one more answer */
	int open_errno, on_errno;  /* what open() and STREAMON fail with */
	int take_errno;		   /* and DQBUF */
	int format_errno;	   /* and S_FMT */
	uint32_t caps;		   /* 0: a camera's */
	struct v4l2_pix_format is; /* what S_FMT makes of all; width 0: what was asked for */
	uint32_t stride;	   /* of GREY, NV12, YUYV; 0: packed */
	uint32_t buffers;	   /* given, whatever was asked for; 0: as asked */
	uint32_t length;	   /* of a buffer; 0: a frame's */
	uint32_t index_off;	   /* added to the index that DQBUF tells */
	/* what was done to it: */
	struct v4l2_pix_format set;
	uint32_t set_numerator, set_denominator;
	unsigned opened, questions;
	bool on;
	int far; /* the other end of the descriptor; -1: not open */
};

extern struct fake_video fake_video;

void fake_video_reset(void);
/* Fills the next queued buffer; it says that it holds `used` bytes. False: none is queued. */
bool fake_video_frame(const void *bytes, size_t len, uint32_t used, uint32_t flags);
unsigned fake_video_queued(void); /* buffers that the camera has, empty */
void fake_video_unplug(void);	  /* open() fails with ENOENT until open_errno is 0 again */
#endif
