/* video_part.h - the parts of a V4L2 device (video.h): its mode, its controls. */
#ifndef CAMERA_VIDEO_PART_H
#define CAMERA_VIDEO_PART_H
#include "station/mode.h"
#include "station/text.h"
#include <stddef.h>
#include <stdint.h>

#define VIDEO_LENGTH (64U << 20) /* bytes of a frame, at most */

struct video_form { /* of the frames, as the driver has agreed to it */
	struct mode mode;
	size_t stride; /* bytes from a row to the next; not of JPEG */
	size_t least;  /* bytes of a whole frame */
};

/* 0 or -errno; a signal doesn't end it. */
int video_ioctl(int fd, unsigned long request, void *arg);
/* Chooses and sets the mode for frames of width x height, at least. False: why tells. */
bool video_mode_set(int fd, uint32_t width, uint32_t height, struct video_form *form,
		    struct text *why);
/* Sets what the settings say (settings_camera_control()), in their order. What the camera does not
 * take is said on standard error, and left as it is: worse pictures are better than none. */
void video_control_set(int fd, const char *list);
#endif
