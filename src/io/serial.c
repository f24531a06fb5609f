/* serial.c - a scanner on a serial line: opens it as libserialport or as a plain tty, and hands
 * bytes up. */
#include "serial.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define READ_MAX 4096

struct serial {
	struct settings_scanner settings;
	struct serial_calls calls;
	struct loop_device *device;
	struct sp_port *port; /* NULL: a plain tty, or lost */
	int fd;		      /* -1: lost */
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

static int open_device(void *user, int *fd)
{
	struct serial *s = user;
	char path[PATH_MAX]; /* libserialport before 0.1.2 wants the name without links */
	struct stat st;
	if (!realpath(s->settings.device, path) || stat(path, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	int err = open_port(s, path);
	if (err > 0)
		err = open_tty(s, path);
	*fd = s->fd;
	return err;
}

static void close_device(void *user)
{
	struct serial *s = user;
	if (s->port) {
		(void)sp_close(s->port);
		sp_free_port(s->port);
	} else if (s->fd >= 0) {
		close(s->fd);
	}
	s->port = NULL;
	s->fd = -1;
}

/* --- in use --- */

static const char *reason(int err)
{
	switch (err) {
	case -ENOTTY:
		return "not a serial line";
	case -EACCES:
	case -EPERM:
		return "no permission (on Debian group dialout has it)";
	default:
		return NULL;
	}
}

const char *serial_reason(int err)
{
	return loop_device_words(reason(err), err);
}

static void on_readable(void *user, int fd)
{
	struct serial *s = user;
	uint8_t buf[READ_MAX];
	ssize_t n = read(fd, buf, sizeof(buf));
	if (n > 0)
		s->calls.bytes(s->calls.user, buf, (size_t)n);
	else if (n == 0)
		loop_device_lost(s->device, -EIO);
	else if (errno != EAGAIN && errno != EINTR)
		loop_device_lost(s->device, -errno);
}

static void on_present(void *user, bool present)
{
	struct serial *s = user;
	s->calls.present(s->calls.user, present);
}

int serial_open(struct serial **out, struct loop *loop, const struct settings_scanner *settings,
		const struct serial_calls *calls)
{
	struct serial *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->settings = *settings;
	s->calls = *calls;
	s->fd = -1;
	struct loop_device_is is = {.lost_id = LOG_SCANNER_LOST,
				    .back_id = LOG_SCANNER_BACK,
				    .open = open_device,
				    .close = close_device,
				    .readable = on_readable,
				    .reason = reason,
				    .present = on_present,
				    .user = s};
	(void)snprintf(is.name, sizeof(is.name), "scanner %s", settings->name);
	(void)snprintf(is.path, sizeof(is.path), "%s", settings->device);
	int err = loop_device_open(&s->device, loop, &is);
	if (err) {
		free(s);
		return err;
	}
	*out = s;
	return 0;
}

int serial_try(const struct settings_scanner *settings)
{
	struct serial s = {.settings = *settings, .fd = -1};
	int fd, err = open_device(&s, &fd);
	if (!err)
		close_device(&s);
	return err;
}

void serial_pause(struct serial *s, bool paused)
{
	loop_device_pause(s->device, paused);
}

void serial_close(struct serial *s)
{
	if (!s)
		return;
	loop_device_close(s->device);
	free(s);
}
