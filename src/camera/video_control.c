/* video_control.c - a camera's controls by name, as v4l2-ctl spells them (video_part.h). */
#include "station/settings.h"
#include "video_part.h"
#include <errno.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>

#define CONTROLS 256 /* that a camera is believed to have */

/* "Focus, Automatic Continuous" is focus_automatic_continuous. */
static void spell(char *to, size_t cap, const char *from, size_t len)
{
	size_t n = 0;
	bool gap = false;

	for (size_t i = 0; i < len && from[i] && n + 2 < cap; i++) {
		char c = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] - 'A' + 'a') : from[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			gap = n > 0;
			continue;
		}
		if (gap)
			to[n++] = '_';
		gap = false;
		to[n++] = c;
	}
	to[n] = '\0';
}

static bool find(int fd, const char *name, struct v4l2_queryctrl *q)
{
	char spelled[sizeof(q->name) + 2];
	unsigned n = 0;

	*q = (struct v4l2_queryctrl){.id = V4L2_CTRL_FLAG_NEXT_CTRL};
	for (; n < CONTROLS && video_ioctl(fd, VIDIOC_QUERYCTRL, q) == 0; n++) {
		spell(spelled, sizeof(spelled), (const char *)q->name, sizeof(q->name));
		if (!(q->flags & V4L2_CTRL_FLAG_DISABLED) && strcmp(spelled, name) == 0)
			return true;
		q->id |= V4L2_CTRL_FLAG_NEXT_CTRL;
	}
	return false;
}

/* A menu has holes. */
static bool is_of_menu(int fd, const struct v4l2_queryctrl *q, int32_t value)
{
	struct v4l2_querymenu m = {.id = q->id, .index = (uint32_t)value};

	return (q->type != V4L2_CTRL_TYPE_MENU && q->type != V4L2_CTRL_TYPE_INTEGER_MENU) ||
	       video_ioctl(fd, VIDIOC_QUERYMENU, &m) == 0;
}

static bool is_number(const struct v4l2_queryctrl *q)
{
	return q->type == V4L2_CTRL_TYPE_INTEGER || q->type == V4L2_CTRL_TYPE_BOOLEAN ||
	       q->type == V4L2_CTRL_TYPE_MENU || q->type == V4L2_CTRL_TYPE_INTEGER_MENU ||
	       q->type == V4L2_CTRL_TYPE_BITMASK;
}

static void set(int fd, const struct settings_control *want)
{
	struct v4l2_queryctrl q;
	struct v4l2_control c;
	int e;

	if (!find(fd, want->name, &q)) {
		(void)fprintf(stderr, "station-camera: the camera has no control %s\n", want->name);
		return;
	}
	if (!is_number(&q) || q.flags & V4L2_CTRL_FLAG_READ_ONLY) {
		(void)fprintf(stderr, "station-camera: the camera's control %s can't be set\n",
			      want->name);
		return;
	}
	if (want->value < q.minimum || want->value > q.maximum) {
		(void)fprintf(stderr,
			      "station-camera: the camera's control %s is %d to %d, not %d\n",
			      want->name, q.minimum, q.maximum, want->value);
		return;
	}
	if (!is_of_menu(fd, &q, want->value)) {
		(void)fprintf(stderr, "station-camera: the camera's control %s has no choice %d\n",
			      want->name, want->value);
		return;
	}
	c = (struct v4l2_control){.id = q.id, .value = want->value};
	e = video_ioctl(fd, VIDIOC_S_CTRL, &c);
	if (e < 0)
		(void)fprintf(stderr, "station-camera: the camera does not take %s=%d: %s%s\n",
			      want->name, want->value, strerror(-e),
			      q.flags & V4L2_CTRL_FLAG_INACTIVE
				      ? " (an automatic control has it: set that first)"
				      : "");
}

void video_control_set(int fd, const char *list)
{
	struct settings_control control;

	while (settings_camera_control(&list, &control) == 1)
		set(fd, &control);
}
