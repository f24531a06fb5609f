/* fake_video.c - open(), ioctl() and mmap() of a V4L2 camera; see fake_video.h. */
#include "fake_video.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fake_video fake_video = {.far = -1};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int near = -1, memory = -1;
static uint8_t *bytes_of; /* of all buffers */
static size_t length, total;
static uint32_t count;
static uint32_t empty[FAKE_BUFFERS], full[FAKE_BUFFERS]; /* queues of indices */
static unsigned empties, fulls;
static struct v4l2_buffer filled[FAKE_BUFFERS];

static void forget(void)
{
	if (bytes_of)
		(void)munmap(bytes_of, total);
	if (memory >= 0)
		(void)close(memory);
	bytes_of = NULL;
	memory = -1;
	count = 0;
	empties = fulls = 0;
	fake_video.on = false;
}

static void hang_up(void)
{
	if (fake_video.far >= 0)
		(void)close(fake_video.far);
	fake_video.far = -1;
}

void fake_video_reset(void)
{
	hang_up();
	forget();
	near = -1;
	fake_video = (struct fake_video){.far = -1};
}

void fake_video_unplug(void)
{
	(void)pthread_mutex_lock(&lock);
	fake_video.open_errno = ENOENT;
	hang_up();
	(void)pthread_mutex_unlock(&lock);
}

unsigned fake_video_queued(void)
{
	return empties;
}

static uint32_t shift(uint32_t *queue, unsigned *n)
{
	uint32_t first = queue[0];

	*n -= 1;
	memmove(queue, queue + 1, *n * sizeof(*queue));
	return first;
}

bool fake_video_frame(const void *bytes, size_t len, uint32_t used, uint32_t flags)
{
	bool fits;

	(void)pthread_mutex_lock(&lock);
	fits = fake_video.far >= 0 && fake_video.on && empties > 0;
	if (fits) {
		uint32_t i = shift(empty, &empties);

		memcpy(bytes_of + (size_t)i * length, bytes, len < length ? len : length);
		filled[i] = (struct v4l2_buffer){.index = i, .bytesused = used, .flags = flags};
		full[fulls++] = i;
		fits = send(fake_video.far, "", 1, MSG_NOSIGNAL) == 1;
	}
	(void)pthread_mutex_unlock(&lock);
	return fits;
}

/* --- what a driver answers --- */

static int capabilities(struct v4l2_capability *c)
{
	c->capabilities = V4L2_CAP_DEVICE_CAPS;
	c->device_caps =
		fake_video.caps ? fake_video.caps : V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
	return 0;
}

/* The nth different value of a column of the modes that agree with what is given. */
static const struct fake_mode *nth(uint32_t format, uint32_t width, uint32_t height, uint32_t n)
{
	for (unsigned i = 0; i < FAKE_MODES && fake_video.mode[i].format; i++) {
		const struct fake_mode *m = &fake_video.mode[i];
		bool seen = false;

		if ((format && m->format != format) || (width && m->width != width) ||
		    (height && m->height != height))
			continue;
		for (unsigned k = 0; k < i && !width; k++) {
			const struct fake_mode *o = &fake_video.mode[k];

			seen = seen ||
			       (o->format == m->format &&
				(!format || (o->width == m->width && o->height == m->height)));
		}
		if (!seen && n-- == 0)
			return m;
	}
	return fake_video.endless ? &fake_video.mode[0] : NULL;
}

static int formats(struct v4l2_fmtdesc *d)
{
	const struct fake_mode *m = nth(0, 0, 0, d->index);

	if (!m)
		return EINVAL;
	d->pixelformat = m->format;
	return 0;
}

static int sizes(struct v4l2_frmsizeenum *f)
{
	const struct fake_mode *m = nth(f->pixel_format, 0, 0, f->index);

	if (!m)
		return EINVAL;
	f->type = fake_video.ranges ? V4L2_FRMSIZE_TYPE_STEPWISE : V4L2_FRMSIZE_TYPE_DISCRETE;
	if (fake_video.ranges)
		f->stepwise = (struct v4l2_frmsize_stepwise){48, 4096, 16, 48, 4096, 16};
	else
		f->discrete = (struct v4l2_frmsize_discrete){m->width, m->height};
	return 0;
}

static int intervals(struct v4l2_frmivalenum *f)
{
	const struct fake_mode *m = nth(f->pixel_format, f->width, f->height, f->index);

	if (fake_video.ranges) {
		f->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
		f->stepwise.min = (struct v4l2_fract){1, 60};
		f->stepwise.max = (struct v4l2_fract){1, 1};
		return f->index ? EINVAL : 0;
	}
	if (!m || (!m->numerator && !fake_video.endless))
		return EINVAL;
	f->type = V4L2_FRMIVAL_TYPE_DISCRETE;
	f->discrete = (struct v4l2_fract){m->numerator, m->denominator};
	return 0;
}

static int set_format(struct v4l2_pix_format *p)
{
	uint32_t wide = p->pixelformat == V4L2_PIX_FMT_YUYV ? 2 * p->width : p->width;

	if (fake_video.format_errno)
		return fake_video.format_errno;
	p->bytesperline = fake_video.stride ? fake_video.stride : wide;
	p->sizeimage = p->bytesperline * p->height;
	if (p->pixelformat == V4L2_PIX_FMT_MJPEG)
		p->bytesperline = 0;
	if (p->pixelformat == V4L2_PIX_FMT_NV12)
		p->sizeimage = p->sizeimage * 3 / 2;
	if (fake_video.is.width)
		*p = fake_video.is;
	fake_video.set = *p;
	return 0;
}

static int set_rate(struct v4l2_streamparm *p)
{
	fake_video.set_numerator = p->parm.capture.timeperframe.numerator;
	fake_video.set_denominator = p->parm.capture.timeperframe.denominator;
	return 0;
}

static struct fake_control *control(uint32_t id)
{
	uint32_t i = id - V4L2_CID_BASE;

	return i < FAKE_CONTROLS && fake_video.control[i].name ? &fake_video.control[i] : NULL;
}

static int query_control(struct v4l2_queryctrl *q)
{
	uint32_t id = q->id & ~V4L2_CTRL_FLAG_NEXT_CTRL;
	const struct fake_control *c;

	q->id = id ? id + 1 : V4L2_CID_BASE;
	c = control(q->id);
	if (!c)
		return EINVAL;
	(void)snprintf((char *)q->name, sizeof(q->name), "%s", c->name);
	q->minimum = c->min;
	q->maximum = c->max;
	q->type = c->type ? c->type : V4L2_CTRL_TYPE_INTEGER;
	q->flags = c->flags;
	return 0;
}

static int query_menu(const struct v4l2_querymenu *m)
{
	const struct fake_control *c = control(m->id);

	return c && m->index < 32 && !(c->holes & 1U << m->index) ? 0 : EINVAL;
}

static int set_control(const struct v4l2_control *s)
{
	struct fake_control *c = control(s->id);

	if (!c || c->flags & V4L2_CTRL_FLAG_INACTIVE)
		return EIO;
	c->value = s->value;
	return 0;
}

static int make_buffers(struct v4l2_requestbuffers *r)
{
	count = fake_video.buffers ? fake_video.buffers : r->count;
	length = fake_video.length ? fake_video.length : fake_video.set.sizeimage;
	length = (length + 4095) / 4096 * 4096;
	total = length * count;
	r->count = count;
	if (count > FAKE_BUFFERS || total == 0)
		return ENOMEM;
	memory = memfd_create("fake_video", MFD_CLOEXEC);
	if (memory < 0 || ftruncate(memory, (off_t)total) < 0)
		return ENOMEM;
	bytes_of = (uint8_t *)syscall(SYS_mmap, NULL, total, PROT_READ | PROT_WRITE, MAP_SHARED,
				      memory, 0);
	return 0;
}

static int query_buffer(struct v4l2_buffer *b)
{
	if (b->index >= count)
		return EINVAL;
	b->length = fake_video.length ? fake_video.length : fake_video.set.sizeimage;
	b->m.offset = (uint32_t)(b->index * length);
	return 0;
}

static int give_buffer(const struct v4l2_buffer *b)
{
	if (b->index >= count)
		return EINVAL;
	for (unsigned i = 0; i < empties; i++)
		if (empty[i] == b->index)
			return EINVAL;
	empty[empties++] = b->index;
	return 0;
}

static int take_buffer(int fd, struct v4l2_buffer *b)
{
	char c;
	ssize_t n;

	if (fake_video.take_errno)
		return fake_video.take_errno;
	n = recv(fd, &c, 1, MSG_DONTWAIT);
	if (n == 0)
		return ENODEV;
	if (n < 0)
		return errno;
	*b = filled[shift(full, &fulls)];
	b->index += fake_video.index_off;
	return 0;
}

static int answer(int fd, unsigned long request, void *arg)
{
	fake_video.questions++;
	switch (request) {
	case VIDIOC_QUERYCAP:
		return capabilities(arg);
	case VIDIOC_ENUM_FMT:
		return formats(arg);
	case VIDIOC_ENUM_FRAMESIZES:
		return sizes(arg);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return intervals(arg);
	case VIDIOC_S_FMT:
		return set_format(&((struct v4l2_format *)arg)->fmt.pix);
	case VIDIOC_S_PARM:
		return set_rate(arg);
	case VIDIOC_QUERYCTRL:
		return query_control(arg);
	case VIDIOC_QUERYMENU:
		return query_menu(arg);
	case VIDIOC_S_CTRL:
		return set_control(arg);
	case VIDIOC_REQBUFS:
		return make_buffers(arg);
	case VIDIOC_QUERYBUF:
		return query_buffer(arg);
	case VIDIOC_QBUF:
		return give_buffer(arg);
	case VIDIOC_DQBUF:
		return take_buffer(fd, arg);
	case VIDIOC_STREAMON:
		fake_video.on = fake_video.on_errno == 0;
		return fake_video.on_errno;
	default:
		return ENOTTY;
	}
}

/* --- the system's calls --- */

static int open_it(int flags)
{
	int ends[2];

	if (fake_video.open_errno) {
		errno = fake_video.open_errno;
		return -1;
	}
	hang_up();
	forget();
	if (socketpair(AF_UNIX,
		       SOCK_STREAM | (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0) | SOCK_CLOEXEC, 0,
		       ends) < 0)
		return -1;
	near = ends[0];
	fake_video.far = ends[1];
	fake_video.opened++;
	return near;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;
	int fd;

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (!fake_video.path || strcmp(path, fake_video.path) != 0)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	(void)pthread_mutex_lock(&lock);
	fd = open_it(flags);
	(void)pthread_mutex_unlock(&lock);
	return fd;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;
	int e;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (fd != near || _IOC_TYPE(request) != 'V')
		return (int)syscall(SYS_ioctl, fd, request, arg);
	(void)pthread_mutex_lock(&lock);
	e = answer(fd, request, arg);
	(void)pthread_mutex_unlock(&lock);
	if (e == 0)
		return 0;
	errno = e;
	return -1;
}

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	int of = fd >= 0 && fd == near ? memory : fd;

	return (void *)syscall(SYS_mmap, at, len, prot, flags, of, offset);
}
