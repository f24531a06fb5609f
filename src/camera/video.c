/* video.c - a V4L2 device's frames (video.h): opening, buffers, reading. */
#include "video.h"
#include "photo.h"
#include "video_part.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFERS	    4  /* that are asked for: one is looked at, the others fill */
#define BUFFERS_MAX 16 /* that are used of what a driver gives */

struct video {
	struct feed_is is;
	int fd;
	struct video_form form;
	struct {
		uint8_t *at;
		size_t len;
	} buffer[BUFFERS_MAX];
	unsigned buffers;
	int held;      /* buffer that a frame lies in; -1: none */
	size_t used;   /* bytes of it */
	uint8_t *grey; /* a frame that is not grey as it comes */
	size_t grey_cap;
};

int video_ioctl(int fd, unsigned long request, void *arg)
{
	int r;

	do {
		r = ioctl(fd, request, arg);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

int video_open(struct video **out, const struct feed_is *is)
{
	struct video *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->is = *is;
	v->fd = v->held = -1;
	*out = v;
	return 0;
}

static void end(struct video *v)
{
	for (unsigned i = 0; i < v->buffers; i++)
		(void)munmap(v->buffer[i].at, v->buffer[i].len);
	v->buffers = 0;
	v->held = -1;
	if (v->fd >= 0)
		(void)close(v->fd); /* which stops it, and frees its memory */
	v->fd = -1;
}

/* --- starting --- */

static bool fail(struct text *why, const char *what, int e)
{
	text_put(why, what);
	text_put(why, ": ");
	text_put(why, strerror(-e));
	return false;
}

static bool is_camera(int fd, struct text *why)
{
	struct v4l2_capability caps;
	uint32_t can;

	memset(&caps, 0, sizeof(caps));
	if (video_ioctl(fd, VIDIOC_QUERYCAP, &caps) < 0) {
		text_put(why, "is no V4L2 device");
		return false;
	}
	can = caps.capabilities & V4L2_CAP_DEVICE_CAPS ? caps.device_caps : caps.capabilities;
	if (can & V4L2_CAP_VIDEO_CAPTURE && can & V4L2_CAP_STREAMING)
		return true;
	text_put(why, can & V4L2_CAP_VIDEO_CAPTURE_MPLANE
			      ? "gives frames in several planes only: use command = ... instead"
			      : "gives no frames: of a camera's devices it is another one");
	return false;
}

static int map(struct video *v, uint32_t index)
{
	struct v4l2_buffer b = {
		.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
	int e = video_ioctl(v->fd, VIDIOC_QUERYBUF, &b);
	void *at;

	if (e < 0)
		return e;
	if (b.length < v->form.least || b.length == 0 || b.length > VIDEO_LENGTH)
		return -EPROTO;
	at = mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, (off_t)b.m.offset);
	if (at == MAP_FAILED)
		return -errno;
	v->buffer[index].at = at;
	v->buffer[index].len = b.length;
	v->buffers = index + 1;
	return 0;
}

static int queue(struct video *v, uint32_t index)
{
	struct v4l2_buffer b = {
		.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};

	return video_ioctl(v->fd, VIDIOC_QBUF, &b);
}

static int make_buffers(struct video *v)
{
	struct v4l2_requestbuffers r = {
		.count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
	int e = video_ioctl(v->fd, VIDIOC_REQBUFS, &r);

	if (e == 0 && r.count < 2) /* one is looked at while another fills */
		e = -ENOMEM;
	for (uint32_t i = 0; e == 0 && i < r.count && i < BUFFERS_MAX; i++)
		e = map(v, i);
	for (uint32_t i = 0; e == 0 && i < v->buffers; i++)
		e = queue(v, i);
	return e;
}

/* Memory for frames that are made grey here; kept for the next start. */
static bool make_grey(struct video *v)
{
	const struct mode *m = &v->form.mode;
	size_t all = (size_t)m->width * m->height;

	if (m->pixels == MODE_GREY || m->pixels == MODE_NV12 || all <= v->grey_cap)
		return true;
	free(v->grey);
	v->grey = malloc(all);
	v->grey_cap = v->grey ? all : 0;
	return v->grey != NULL;
}

static bool start(struct video *v, struct text *why)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE, e;

	if (!is_camera(v->fd, why) ||
	    !video_mode_set(v->fd, v->is.width, v->is.height, &v->form, why))
		return false;
	if (v->is.controls)
		video_control_set(v->fd, v->is.controls);
	if (!make_grey(v))
		return fail(why, "can't start", -ENOMEM);
	e = make_buffers(v);
	if (e < 0)
		return fail(why, "gives no buffers", e);
	e = video_ioctl(v->fd, VIDIOC_STREAMON, &type);
	return e == 0 || fail(why, "can't start", e);
}

bool video_start(struct video *v, struct text *why)
{
	v->fd = open(v->is.device, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (v->fd < 0) {
		text_put(why, "(");
		text_put(why, v->is.device);
		return fail(why, ") can't be opened", -errno);
	}
	if (start(v, why))
		return true;
	end(v);
	return false;
}

int video_fd(const struct video *v)
{
	return v->fd;
}

void video_mode(const struct video *v, struct text *t)
{
	const struct mode *m = &v->form.mode;

	if (v->fd < 0)
		return;
	text_u64(t, m->width);
	text_char(t, 'x');
	text_u64(t, m->height);
	text_char(t, ' ');
	text_put(t, mode_name(m->pixels));
	if (m->rate == 0)
		return;
	text_char(t, ' ');
	text_u64(t, (m->rate + 500) / 1000);
	text_put(t, "/s");
}

/* --- frames --- */

/* A buffer that came: whether a frame can be in it. */
static bool is_whole(const struct video *v, const struct v4l2_buffer *b, struct text *why)
{
	const char *wrong = NULL;

	if (b->flags & V4L2_BUF_FLAG_ERROR)
		wrong = "gives frames that it calls damaged itself";
	else if (b->bytesused > v->buffer[b->index].len)
		wrong = "gives frames that are longer than their place";
	else if (b->bytesused < v->form.least)
		wrong = "gives frames that are cut off";
	if (wrong && why->len == 0)
		text_put(why, wrong);
	return wrong == NULL;
}

/* The frame of a buffer, in grey. The buffer is held where the frame lies in it. */
static enum feed_got show(struct video *v, const struct v4l2_buffer *b, struct image *frame,
			  struct text *why)
{
	const struct mode *m = &v->form.mode;
	const uint8_t *at = v->buffer[b->index].at;
	struct photo photo;

	*frame = (struct image){at, m->width, m->height, v->form.stride};
	switch (m->pixels) {
	case MODE_YUYV:
		image_of_yuyv(at, v->form.stride, m->width, m->height, v->grey);
		*frame = (struct image){v->grey, m->width, m->height, m->width};
		break;
	case MODE_MJPEG:
		if (photo_jpeg_frame(at, b->bytesused, v->grey, v->grey_cap, &photo) !=
		    PHOTO_READ) {
			why->len = 0;
			text_put(why, "gives JPEGs that are damaged or cut off");
			return FEED_DAMAGED;
		}
		*frame = (struct image){photo.pixels, photo.width, photo.height, photo.width};
		break;
	case MODE_GREY:
	case MODE_NV12:
	case MODE_PIXELS:
		break;
	}
	return FEED_FRAME;
}

static enum feed_got ended(struct video *v, int e, struct text *why)
{
	why->len = 0;
	if (e == -ENODEV || e == -ENXIO)
		text_put(why, "is gone (unplugged?)");
	else
		(void)fail(why, "fails", e);
	end(v);
	return FEED_ENDED;
}

/* What wakes us without a frame would do so for ever. */
static bool is_broken(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0 && !(p.revents & POLLIN);
}

/* The newest sound buffer that waits, all others go back. 1, 0: none, -errno. */
static int take(struct video *v, struct v4l2_buffer *newest, struct text *why)
{
	int have = 0, e = 0;

	for (unsigned n = 0; e == 0 && n < 2 * v->buffers; n++) {
		struct v4l2_buffer b = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					.memory = V4L2_MEMORY_MMAP};

		e = video_ioctl(v->fd, VIDIOC_DQBUF, &b);
		if (e < 0)
			break;
		if (b.index >= v->buffers)
			return -EPROTO;
		if (!is_whole(v, &b, why)) {
			e = queue(v, b.index);
			continue;
		}
		if (have)
			e = queue(v, newest->index);
		*newest = b;
		have = 1;
	}
	return e < 0 && e != -EAGAIN ? e : have;
}

enum feed_got video_read(struct video *v, struct image *frame, struct text *why)
{
	struct v4l2_buffer b = {.index = 0};
	enum feed_got got;
	int r = v->held < 0 ? 0 : queue(v, (uint32_t)v->held);

	v->held = -1;
	if (r == 0)
		r = take(v, &b, why);
	if (r == 0 && why->len > 0)
		return FEED_DAMAGED;
	if (r == 0 && is_broken(v->fd))
		r = -EIO;
	if (r <= 0)
		return r == 0 ? FEED_NONE : ended(v, r, why);
	got = show(v, &b, frame, why);
	if (got == FEED_FRAME && (frame->pixels != v->grey || v->form.mode.pixels == MODE_MJPEG)) {
		v->held = (int)b.index;
		v->used = b.bytesused;
		return got;
	}
	r = queue(v, b.index);
	return r < 0 ? ended(v, r, why) : got;
}

const uint8_t *video_jpeg(const struct video *v, size_t *len)
{
	if (v->held < 0 || v->form.mode.pixels != MODE_MJPEG)
		return NULL;
	*len = v->used;
	return v->buffer[v->held].at;
}

void video_hangs(struct video *v, struct text *why)
{
	end(v);
	text_put(why, "gives no frames");
}

void video_close(struct video *v)
{
	if (!v)
		return;
	end(v);
	free(v->grey);
	free(v);
}
