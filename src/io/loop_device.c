/* loop_device.c - a device that comes and goes: opens it by its path, and while it is away looks
 * for it (inotify on its folder, and every 2 s). What it is, its adapter knows. */
#include "loop.h"
#include "log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LOOK_EVERY_MS 2000
#define LOOK_SOON_MS                                                                               \
	20 /* after a change in the folder: lets udev finish, and bounds the work in a busy one */
#define READ_MAX 4096

enum told { TOLD_NOTHING, TOLD_PRESENT, TOLD_LOST };

struct loop_device {
	struct loop *loop;
	struct loop_device_is is;
	int fd;	       /* -1: lost */
	int notify_fd; /* -1: there is no inotify; the timer alone looks then */
	int watch;     /* -1: none */
	struct loop_source *io, *timer, *notify;
	uint64_t look_at;
	enum told told;
	const char *missing; /* why it is not open, as last logged; NULL: it was */
	bool paused;
};

static void close_it(struct loop_device *d)
{
	loop_source_free(d->io);
	d->io = NULL;
	if (d->fd >= 0)
		d->is.close(d->is.user);
	d->fd = -1;
}

static void watch_drop(struct loop_device *d)
{
	if (d->watch >= 0)
		(void)inotify_rm_watch(d->notify_fd, d->watch);
	d->watch = -1;
}

/* Watches the nearest folder above the device that exists. Missing inotify is no fault: the timer
 * looks too. The same folder again gives the same watch: taking it away and back would make an
 * event, and that another look, for ever. */
static void watch_folder(struct loop_device *d)
{
	char path[LOOP_DEVICE_PATH];
	int watch = -1;
	if (d->notify_fd < 0)
		return;
	memcpy(path, d->is.path, sizeof(path));
	char *slash;
	while (watch < 0 && (slash = strrchr(path, '/'))) {
		slash[slash == path ? 1 : 0] = '\0';
		watch = inotify_add_watch(d->notify_fd, path,
					  IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF);
		if (slash == path)
			break;
	}
	if (watch != d->watch)
		watch_drop(d);
	d->watch = watch;
}

static void look_at(struct loop_device *d, uint64_t at_ms)
{
	d->look_at = at_ms;
	int err = loop_timer_set(d->timer, at_ms);
	if (err) /* can't happen: the timer exists and the time is sane */
		log_error("%s: timer: %s", d->is.name, strerror(-err));
}

static void tell(struct loop_device *d, bool present)
{
	enum told told = present ? TOLD_PRESENT : TOLD_LOST;
	if (d->told == told)
		return;
	d->told = told;
	d->is.present(d->is.user, present);
}

const char *loop_device_words(const char *own, int err)
{
	if (own)
		return own;
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENODEV:
	case -ENXIO:
	case -EIO:
		return "not there";
	case -EBUSY:
		return "in use by another program";
	default:
		return strerror(-err);
	}
}

/* A reason is logged once, not every 2 s. */
static void log_missing(struct loop_device *d, int err)
{
	const char *missing = loop_device_words(d->is.reason(err), err);
	if (d->missing && strcmp(d->missing, missing) == 0)
		return;
	d->missing = missing;
	log_write(LOG_LEVEL_WARNING, d->is.lost_id, "%s: %s: %s; waiting for it", d->is.name,
		  d->is.path, missing);
}

void loop_device_lost(struct loop_device *d, int err)
{
	close_it(d);
	watch_folder(d);
	look_at(d, loop_moment(d->loop).mono_ms + LOOK_EVERY_MS);
	log_missing(d, err);
	tell(d, false);
}

static void on_readable(void *user, int fd, uint32_t events)
{
	struct loop_device *d = user;
	(void)events;
	d->is.readable(d->is.user, fd);
}

static int try_open(struct loop_device *d)
{
	int err = d->is.open(d->is.user, &d->fd);
	if (err) {
		d->fd = -1;
		return err;
	}
	err = loop_io(d->loop, &d->io, d->fd, d->paused ? 0 : EPOLLIN, on_readable, d);
	if (err)
		close_it(d);
	return err;
}

static void on_look(void *user)
{
	struct loop_device *d = user;
	d->look_at = MOMENT_NEVER;
	watch_folder(d); /* before the try, so that nothing that comes in between is missed */
	int err = try_open(d);
	if (err) {
		look_at(d, loop_moment(d->loop).mono_ms + LOOK_EVERY_MS);
		log_missing(d, err);
		tell(d, false);
		return;
	}
	watch_drop(d);
	log_write(d->missing ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO,
		  d->missing ? d->is.back_id : LOG_PLAIN, "%s: %s is open", d->is.name, d->is.path);
	d->missing = NULL;
	tell(d, true);
}

static void on_folder(void *user, int fd, uint32_t events)
{
	struct loop_device *d = user;
	char buf[READ_MAX];
	(void)events;
	ssize_t n = read(fd, buf, sizeof(buf)); /* what happened does not matter, only that */
	if (n <= 0 || d->fd >= 0)
		return;
	uint64_t soon = loop_moment(d->loop).mono_ms + LOOK_SOON_MS;
	if (soon < d->look_at)
		look_at(d, soon);
}

int loop_device_open(struct loop_device **out, struct loop *loop, const struct loop_device_is *is)
{
	struct loop_device *d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->loop = loop;
	d->is = *is;
	d->fd = d->watch = -1;
	d->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (d->notify_fd < 0)
		log_warning("%s: no inotify (%s); it is looked for every 2 s", is->name,
			    strerror(errno));
	int err = loop_timer(loop, &d->timer, on_look, d);
	if (!err && d->notify_fd >= 0)
		err = loop_io(loop, &d->notify, d->notify_fd, EPOLLIN, on_folder, d);
	/* The first look is the loop's too, so that no call comes from within loop_device_open. */
	if (!err)
		err = loop_timer_set(d->timer, 0);
	if (err) {
		loop_device_close(d);
		return err;
	}
	*out = d;
	return 0;
}

void loop_device_pause(struct loop_device *d, bool paused)
{
	if (d->paused == paused)
		return;
	d->paused = paused;
	if (!d->io)
		return;
	int err = loop_io_events(d->io, paused ? 0 : EPOLLIN);
	if (err)
		log_error("%s: %s", d->is.name, strerror(-err));
}

void loop_device_close(struct loop_device *d)
{
	if (!d)
		return;
	close_it(d);
	loop_source_free(d->notify);
	loop_source_free(d->timer);
	if (d->notify_fd >= 0)
		close(d->notify_fd);
	free(d);
}
