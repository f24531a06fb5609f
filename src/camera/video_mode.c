/* video_mode.c - what a V4L2 device offers, and the mode that is set (video_part.h, mode.h). */
#include "station/settings.h"
#include "video_part.h"
#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>

#define ASKS 2048 /* questions at most: a driver might never come to an end */

struct search {
	int fd;
	uint32_t width, height; /* wanted */
	struct mode best;
	bool found;
	unsigned asks;
};

static enum mode_pixels pixels_of(uint32_t format)
{
	switch (format) {
	case V4L2_PIX_FMT_GREY:
		return MODE_GREY;
	case V4L2_PIX_FMT_NV12:
		return MODE_NV12;
	case V4L2_PIX_FMT_YUYV:
		return MODE_YUYV;
	case V4L2_PIX_FMT_MJPEG:
	case V4L2_PIX_FMT_JPEG:
		return MODE_MJPEG;
	default:
		return MODE_PIXELS;
	}
}

static uint32_t format_of(enum mode_pixels pixels)
{
	switch (pixels) {
	case MODE_NV12:
		return V4L2_PIX_FMT_NV12;
	case MODE_YUYV:
		return V4L2_PIX_FMT_YUYV;
	case MODE_MJPEG:
		return V4L2_PIX_FMT_MJPEG;
	case MODE_GREY:
	case MODE_PIXELS:
		break;
	}
	return V4L2_PIX_FMT_GREY;
}

/* --- what it offers --- */

static bool ask(struct search *s, unsigned long request, void *arg)
{
	return s->asks++ < ASKS && video_ioctl(s->fd, request, arg) == 0;
}

static void offer(struct search *s, struct mode m, uint32_t rate)
{
	m.rate = rate;
	if (!mode_is_sound(&m))
		return;
	if (!s->found || mode_is_better(&m, &s->best, s->width, s->height))
		s->best = m;
	s->found = true;
}

static void offer_rates(struct search *s, uint32_t format, struct mode m)
{
	struct v4l2_frmivalenum f = {.pixel_format = format, .width = m.width, .height = m.height};
	struct mode_range range;

	if (!ask(s, VIDIOC_ENUM_FRAMEINTERVALS, &f)) {
		offer(s, m, 0);
		return;
	}
	if (f.type != V4L2_FRMIVAL_TYPE_DISCRETE) { /* the longest interval is the least rate */
		range.min = mode_rate(f.stepwise.max.numerator, f.stepwise.max.denominator);
		range.max = mode_rate(f.stepwise.min.numerator, f.stepwise.min.denominator);
		range.min += range.min == 0;
		range.step = 1;
		offer(s, m, mode_within(&range, MODE_RATE));
		return;
	}
	do {
		offer(s, m, mode_rate(f.discrete.numerator, f.discrete.denominator));
		f.index++;
	} while (ask(s, VIDIOC_ENUM_FRAMEINTERVALS, &f));
}

static void offer_sizes(struct search *s, uint32_t format)
{
	struct mode m = {pixels_of(format), s->width, s->height, 0};
	struct v4l2_frmsizeenum f = {.pixel_format = format};

	if (m.pixels == MODE_PIXELS)
		return;
	if (!ask(s, VIDIOC_ENUM_FRAMESIZES, &f)) { /* what it makes of ours, it tells later */
		offer(s, m, 0);
		return;
	}
	if (f.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
		const struct v4l2_frmsize_stepwise *w = &f.stepwise;
		const struct mode_range width = {w->min_width, w->max_width, w->step_width};
		const struct mode_range height = {w->min_height, w->max_height, w->step_height};

		m.width = mode_within(&width, s->width);
		m.height = mode_within(&height, s->height);
		if (mode_is_sound(&m))
			offer_rates(s, format, m);
		return;
	}
	do {
		m.width = f.discrete.width;
		m.height = f.discrete.height;
		if (mode_is_sound(&m))
			offer_rates(s, format, m);
		f.index++;
	} while (ask(s, VIDIOC_ENUM_FRAMESIZES, &f));
}

/* --- what it gives --- */

/* What the driver made of the format that was asked for. */
static bool take(const struct v4l2_pix_format *p, struct video_form *form)
{
	static const uint32_t bytes[MODE_PIXELS] = {
		[MODE_GREY] = 1, [MODE_NV12] = 1, [MODE_YUYV] = 2, [MODE_MJPEG] = 0};
	struct mode *m = &form->mode;
	size_t row;

	m->pixels = pixels_of(p->pixelformat);
	m->width = p->width;
	m->height = p->height;
	if (m->pixels == MODE_PIXELS || !mode_is_sound(m) || p->sizeimage > VIDEO_LENGTH)
		return false;
	row = (size_t)bytes[m->pixels] * m->width;
	if (m->pixels == MODE_YUYV)
		row = (row + 3) / 4 * 4;
	form->stride = p->bytesperline ? p->bytesperline : row;
	if (m->pixels == MODE_MJPEG) {
		form->stride = m->width;
		form->least = 1;
		return true;
	}
	/* what follows the last row of grey is of no use */
	form->least = form->stride * (m->height - 1) + row;
	return form->stride >= row && form->least <= VIDEO_LENGTH;
}

/* A driver that knows no rates is taken as it is. */
static void set_rate(int fd, struct mode *m)
{
	struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};

	if (m->rate > 0) {
		p.parm.capture.timeperframe.numerator = 1000;
		p.parm.capture.timeperframe.denominator = m->rate;
		if (video_ioctl(fd, VIDIOC_S_PARM, &p) == 0)
			m->rate = mode_rate(p.parm.capture.timeperframe.numerator,
					    p.parm.capture.timeperframe.denominator);
	}
}

bool video_mode_set(int fd, uint32_t width, uint32_t height, struct video_form *form,
		    struct text *why)
{
	struct search s = {.fd = fd, .width = width, .height = height};
	struct v4l2_fmtdesc d = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	int e;

	for (; ask(&s, VIDIOC_ENUM_FMT, &d); d.index++)
		offer_sizes(&s, d.pixelformat);
	if (!s.found) {
		text_put(why, "offers neither GREY, NV12, YUYV nor MJPEG");
		return false;
	}
	form->mode = s.best;
	f.fmt.pix.width = s.best.width;
	f.fmt.pix.height = s.best.height;
	f.fmt.pix.pixelformat = format_of(s.best.pixels);
	e = video_ioctl(fd, VIDIOC_S_FMT, &f);
	if (e < 0) {
		text_put(why, "refuses its own format: ");
		text_put(why, strerror(-e));
		return false;
	}
	if (!take(&f.fmt.pix, form)) {
		text_put(why, "gives frames of a kind or size that can't be read");
		return false;
	}
	set_rate(fd, &form->mode);
	return true;
}
