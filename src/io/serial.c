/* serial.c - a scanner on a serial line: opens it as libserialport or as a plain tty, hands bytes
 * up, and while the device is away looks for it (inotify on its folder, and every 2 s). */
#include "serial.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define LOOK_EVERY_MS 2000
#define LOOK_SOON_MS                                                                               \
	20 /* after a change in the folder: lets udev finish, and bounds the work in a busy one */
#define READ_MAX 4096

enum told { TOLD_NOTHING, TOLD_PRESENT, TOLD_LOST };

struct serial {
	struct loop *loop;
	struct settings_scanner settings;
	struct serial_calls calls;
	struct sp_port *port; /* NULL: a plain tty, or lost */
	int fd;		      /* -1: lost */
	int notify_fd;	      /* -1: there is no inotify; the timer alone looks then */
	int watch;	      /* -1: none */
	struct loop_source *io, *timer, *notify;
	uint64_t look_at;
	enum told told;
	const char *missing; /* why it is not open, as last logged; NULL: it was */
	bool paused;
};

/* --- opening --- */

static unsigned format_bits(const struct settings_scanner *set)
{
	return set->format[0] == '7' ? 7 : 8;
}

static unsigned format_stop_bits(const struct settings_scanner *set)
{
	return set->format[2] == '2' ? 2 : 1;
}

static int sp_errno(enum sp_return r)
{
	switch (r) {
	case SP_OK:
		return 0;
	case SP_ERR_ARG:
		return -EINVAL;
	case SP_ERR_FAIL:
		return errno > 0 ? -errno : -EIO;
	case SP_ERR_MEM:
		return -ENOMEM;
	case SP_ERR_SUPP:
		return -EOPNOTSUPP;
	}
	return -EIO;
}

static int config_port(struct sp_port *port, const struct settings_scanner *set)
{
	struct sp_port_config *config;
	enum sp_parity parity = set->format[1] == 'E'	? SP_PARITY_EVEN
				: set->format[1] == 'O' ? SP_PARITY_ODD
							: SP_PARITY_NONE;
	enum sp_return r = sp_new_config(&config);
	if (r != SP_OK)
		return sp_errno(r);
	(void)sp_set_config_baudrate(config, (int)set->baud);
	(void)sp_set_config_bits(config, (int)format_bits(set));
	(void)sp_set_config_parity(config, parity);
	(void)sp_set_config_stopbits(config, (int)format_stop_bits(set));
	(void)sp_set_config_flowcontrol(config, SP_FLOWCONTROL_NONE);
	errno = 0;
	int err = sp_errno(sp_set_config(port, config));
	sp_free_config(config);
	return err;
}

/* Its read cannot tell "nothing yet" from "gone" (both 0), so the line is set to wait for a byte
 * and read() is used: then 0 can only mean gone. */
static int tell_end(int fd)
{
	struct termios t;
	if (tcgetattr(fd, &t) < 0)
		return -errno;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return -errno;
	int flags = fcntl(fd, F_GETFD);
	if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0)
		return -errno;
	return 0;
}

/* libserialport takes what sysfs knows as a tty. It must not be asked for anything else, because
 * 0.1.1 loses memory each time that it refuses. */
static bool port_is_known(const char *path)
{
	static const char dev[] = "/dev/", sysfs[] = "/sys/class/tty/";
	char entry[PATH_MAX + sizeof(sysfs)];
	if (strncmp(path, dev, strlen(dev)) != 0)
		return false;
	struct text t = text_over(entry, sizeof(entry));
	text_put(&t, sysfs);
	text_put(&t, path + strlen(dev));
	return access(entry, F_OK) == 0;
}

/* 0, -errno, or 1 when libserialport does not take this kind of device. */
static int open_port(struct serial *s, const char *path)
{
	if (!port_is_known(path) || sp_get_port_by_name(path, &s->port) != SP_OK) {
		s->port = NULL;
		return 1;
	}
	errno = 0;
	int err = sp_errno(sp_open(s->port, SP_MODE_READ));
	if (err) {
		/* a tty without modem lines (a USB gadget's, a console's) is refused so */
		if (err == -ENOTTY || err == -EINVAL || err == -EOPNOTSUPP)
			err = 1;
		goto free;
	}
	err = sp_errno(sp_get_port_handle(s->port, &s->fd));
	if (!err)
		err = config_port(s->port, &s->settings);
	if (!err)
		err = tell_end(s->fd);
	if (!err)
		return 0;
	(void)sp_close(s->port);
free:
	sp_free_port(s->port);
	s->port = NULL;
	s->fd = -1;
	return err;
}

static int config_tty(int fd, const struct settings_scanner *set)
{
	struct termios t;
	if (tcgetattr(fd, &t) < 0)
		return -errno;
	cfmakeraw(&t);
	t.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
	t.c_cflag |= CLOCAL | CREAD | (format_bits(set) == 7 ? CS7 : CS8);
	if (set->format[1] != 'N')
		t.c_cflag |= set->format[1] == 'O' ? PARENB | PARODD : PARENB;
	if (format_stop_bits(set) == 2)
		t.c_cflag |= CSTOPB;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	/* glibc takes the number itself; one it does not know is left to the line as it is */
	(void)cfsetspeed(&t, set->baud);
	return tcsetattr(fd, TCSANOW, &t) < 0 ? -errno : 0;
}

static int open_tty(struct serial *s, const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int err = config_tty(fd, &s->settings); /* -ENOTTY for what is no line at all */
	if (err) {
		close(fd);
		return err;
	}
	s->fd = fd;
	return 0;
}

static int open_device(struct serial *s)
{
	char path[PATH_MAX]; /* libserialport before 0.1.2 wants the name without links */
	struct stat st;
	if (!realpath(s->settings.device, path) || stat(path, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	int err = open_port(s, path);
	return err > 0 ? open_tty(s, path) : err;
}

static void close_device(struct serial *s)
{
	loop_source_free(s->io);
	s->io = NULL;
	if (s->port) {
		(void)sp_close(s->port);
		sp_free_port(s->port);
	} else if (s->fd >= 0) {
		close(s->fd);
	}
	s->port = NULL;
	s->fd = -1;
}

/* --- looking for it --- */

static void watch_drop(struct serial *s)
{
	if (s->watch >= 0)
		(void)inotify_rm_watch(s->notify_fd, s->watch);
	s->watch = -1;
}

/* Watches the nearest folder above the device that exists. Missing inotify is no fault: the timer
 * looks too. The same folder again gives the same watch: taking it away and back would make an
 * event, and that another look, for ever. */
static void watch_folder(struct serial *s)
{
	char path[SETTINGS_PATH];
	int watch = -1;
	if (s->notify_fd < 0)
		return;
	memcpy(path, s->settings.device, sizeof(path));
	char *slash;
	while (watch < 0 && (slash = strrchr(path, '/'))) {
		slash[slash == path ? 1 : 0] = '\0';
		watch = inotify_add_watch(s->notify_fd, path,
					  IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF);
		if (slash == path)
			break;
	}
	if (watch != s->watch)
		watch_drop(s);
	s->watch = watch;
}

static void look_at(struct serial *s, uint64_t at_ms)
{
	s->look_at = at_ms;
	int err = loop_timer_set(s->timer, at_ms);
	if (err) /* can't happen: the timer exists and the time is sane */
		log_error("scanner %s: timer: %s", s->settings.name, strerror(-err));
}

static void tell(struct serial *s, bool present)
{
	enum told told = present ? TOLD_PRESENT : TOLD_LOST;
	if (s->told == told)
		return;
	s->told = told;
	s->calls.present(s->calls.user, present);
}

static const char *reason(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENODEV:
	case -ENXIO:
	case -EIO:
		return "not there";
	case -ENOTTY:
		return "not a serial line";
	case -EACCES:
	case -EPERM:
		return "no permission (on Debian group dialout has it)";
	case -EBUSY:
		return "in use by another program";
	default:
		return strerror(-err);
	}
}

/* A reason is logged once, not every 2 s. */
static void log_missing(struct serial *s, int err)
{
	const char *missing = reason(err);
	if (s->missing && strcmp(s->missing, missing) == 0)
		return;
	s->missing = missing;
	log_write(LOG_LEVEL_WARNING, LOG_SCANNER_LOST, "scanner %s: %s: %s; waiting for it",
		  s->settings.name, s->settings.device, missing);
}

static void lose(struct serial *s, int err)
{
	close_device(s);
	watch_folder(s);
	look_at(s, loop_moment(s->loop).mono_ms + LOOK_EVERY_MS);
	log_missing(s, err);
	tell(s, false);
}

static void on_readable(void *user, int fd, uint32_t events)
{
	struct serial *s = user;
	uint8_t buf[READ_MAX];
	(void)events;
	ssize_t n = read(fd, buf, sizeof(buf));
	if (n > 0)
		s->calls.bytes(s->calls.user, buf, (size_t)n);
	else if (n == 0)
		lose(s, -EIO);
	else if (errno != EAGAIN && errno != EINTR)
		lose(s, -errno);
}

static int try_open(struct serial *s)
{
	int err = open_device(s);
	if (err)
		return err;
	err = loop_io(s->loop, &s->io, s->fd, s->paused ? 0 : EPOLLIN, on_readable, s);
	if (err)
		close_device(s);
	return err;
}

static void on_look(void *user)
{
	struct serial *s = user;
	s->look_at = MOMENT_NEVER;
	watch_folder(s); /* before the try, so that nothing that comes in between is missed */
	int err = try_open(s);
	if (err) {
		look_at(s, loop_moment(s->loop).mono_ms + LOOK_EVERY_MS);
		log_missing(s, err);
		tell(s, false);
		return;
	}
	watch_drop(s);
	log_write(s->missing ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO,
		  s->missing ? LOG_SCANNER_BACK : LOG_PLAIN, "scanner %s: %s is open",
		  s->settings.name, s->settings.device);
	s->missing = NULL;
	tell(s, true);
}

static void on_folder(void *user, int fd, uint32_t events)
{
	struct serial *s = user;
	char buf[READ_MAX];
	(void)events;
	ssize_t n = read(fd, buf, sizeof(buf)); /* what happened does not matter, only that */
	if (n <= 0 || s->fd >= 0)
		return;
	uint64_t soon = loop_moment(s->loop).mono_ms + LOOK_SOON_MS;
	if (soon < s->look_at)
		look_at(s, soon);
}

int serial_open(struct serial **out, struct loop *loop, const struct settings_scanner *settings,
		const struct serial_calls *calls)
{
	struct serial *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->settings = *settings;
	s->calls = *calls;
	s->fd = s->watch = -1;
	s->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->notify_fd < 0)
		log_warning("scanner %s: no inotify (%s); it is looked for every 2 s",
			    settings->name, strerror(errno));
	int err = loop_timer(loop, &s->timer, on_look, s);
	if (!err && s->notify_fd >= 0)
		err = loop_io(loop, &s->notify, s->notify_fd, EPOLLIN, on_folder, s);
	/* The first look is the loop's too, so that no call comes from within serial_open. */
	if (!err)
		err = loop_timer_set(s->timer, 0);
	if (err) {
		serial_close(s);
		return err;
	}
	*out = s;
	return 0;
}

void serial_pause(struct serial *s, bool paused)
{
	if (s->paused == paused)
		return;
	s->paused = paused;
	if (!s->io)
		return;
	int err = loop_io_events(s->io, paused ? 0 : EPOLLIN);
	if (err)
		log_error("scanner %s: %s", s->settings.name, strerror(-err));
}

void serial_close(struct serial *s)
{
	if (!s)
		return;
	close_device(s);
	loop_source_free(s->notify);
	loop_source_free(s->timer);
	if (s->notify_fd >= 0)
		close(s->notify_fd);
	free(s);
}
