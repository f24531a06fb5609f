/* video.h - a feed's V4L2 device: frames in the driver's own memory, without a copy where they are
 * grey already (feed.h). Whatever the driver says is held against what it has. */
#ifndef CAMERA_VIDEO_H
#define CAMERA_VIDEO_H
#include "feed.h"

struct video;

int __attribute__((warn_unused_result)) video_open(struct video **out, const struct feed_is *is);
/* Opens the device and starts its frames. False: why tells, and it is closed. */
bool video_start(struct video *v, struct text *why);
int video_fd(const struct video *v);
/* The newest frame, which stays until the next call. Ended: it is closed. */
enum feed_got video_read(struct video *v, struct image *frame, struct text *why);
/* That frame as the device's own JPEG, for as long; NULL: it is none. */
const uint8_t *video_jpeg(const struct video *v, size_t *len);
/* Closes it, since it gives no frames; why says so. */
void video_hangs(struct video *v, struct text *why);
void video_mode(const struct video *v, struct text *t);
void video_close(struct video *v); /* NULL is fine */
#endif
