/* link.c - the panel's connection to stationd. What comes is cut into lines here, bounded whatever
 * the other side sends. */
#include "link.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void link_init(struct link *l)
{
	l->fd = -1;
	l->in_len = l->out_len = 0;
	l->overlong = false;
}

int link_open(struct link *l, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, err;

	link_init(l);
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	l->fd = fd;
	return 0;
}

static void link_cut(struct link *l, void (*fn)(void *user, const char *line), void *user)
{
	size_t at = 0;
	char *lf;

	while ((lf = memchr(l->in + at, '\n', l->in_len - at)) != NULL) {
		*lf = '\0';
		if (!l->overlong && strlen(l->in + at) == (size_t)(lf - (l->in + at)))
			fn(user, l->in + at); /* a line with a NUL in it is none of ours */
		l->overlong = false;
		at = (size_t)(lf - l->in) + 1;
	}
	memmove(l->in, l->in + at, l->in_len - at);
	l->in_len -= at;
	if (l->in_len == sizeof(l->in)) {
		l->overlong = true;
		l->in_len = 0;
	}
}

int link_read(struct link *l, void (*fn)(void *user, const char *line), void *user)
{
	/* Bounded, so that a flood does not keep the keys waiting. */
	for (int turn = 0; turn < 16; turn++) {
		ssize_t n = read(l->fd, l->in + l->in_len, sizeof(l->in) - l->in_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0) {
			link_close(l);
			return -EPIPE;
		}
		l->in_len += (size_t)n;
		link_cut(l, fn, user);
	}
	return 0;
}

int link_flush(struct link *l)
{
	ssize_t n;

	if (l->out_len == 0)
		return 0;
	n = send(l->fd, l->out, l->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -EPIPE;
	memmove(l->out, l->out + n, l->out_len - (size_t)n);
	l->out_len -= (size_t)n;
	return 0;
}

int link_send(struct link *l, const char *line)
{
	size_t len = strlen(line);

	if (l->fd < 0)
		return -ENOTCONN;
	if (len + 1 > sizeof(l->out) - l->out_len)
		return -EAGAIN;
	memcpy(l->out + l->out_len, line, len);
	l->out[l->out_len + len] = '\n';
	l->out_len += len + 1;
	return link_flush(l);
}

void link_close(struct link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	link_init(l);
}
