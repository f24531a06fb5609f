/* exportsock.c - what station-export tells a running station (exportsock.h). */
#include "exportsock.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define A_TURN 8 /* datagrams; the rest in the next, after what is more urgent */

struct exportsock {
	int fd;
	struct loop_source *io;
	bool bound;
	struct sockaddr_un address;
	struct exportsock_calls calls;
	char datagram[SLIP_PARCEL + 1]; /* a longer one is cut, and told by that */
};

static void hand_on(struct exportsock *x, size_t len)
{
	struct manifest_note note;
	struct slip_parcel parcel;
	struct slip_stick stick;

	if (manifest_note_read(x->datagram, len, &note))
		x->calls.note(x->calls.user, &note);
	else if (slip_stick_read(x->datagram, len, &stick))
		x->calls.stick(x->calls.user, &stick);
	else if (len < sizeof(x->datagram) && slip_parcel_read(x->datagram, len, &parcel))
		x->calls.ack(x->calls.user, &parcel);
}

static void on_datagram(void *user, int fd, uint32_t events)
{
	struct exportsock *x = user;

	(void)events;
	for (int n = 0; n < A_TURN; n++) {
		ssize_t len = recv(fd, x->datagram, sizeof(x->datagram), MSG_DONTWAIT);

		if (len < 0)
			return;
		hand_on(x, (size_t)len);
	}
}

static int address_of(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	return text_copy(address->sun_path, sizeof(address->sun_path), path) ? 0 : -ENAMETOOLONG;
}

static int socket_to(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), rc = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		rc = -errno;
	if (rc)
		(void)close(fd);
	return rc ? rc : fd;
}

/* A socket nobody listens at is left over from a kill. */
static int clear_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket_to(address);
	if (fd >= 0)
		(void)close(fd);
	if (fd != -ECONNREFUSED)
		return fd >= 0 ? -EADDRINUSE : fd;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

static int listen_at(struct exportsock *x, const char *path)
{
	int rc = address_of(&x->address, path);

	if (!rc)
		rc = clear_stale(&x->address);
	if (rc)
		return rc;
	x->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (x->fd < 0 || bind(x->fd, (const struct sockaddr *)&x->address, sizeof(x->address)) < 0)
		return -errno;
	x->bound = true;
	return chmod(path, 0660) < 0 ? -errno : 0; /* whatever the umask */
}

int exportsock_open(struct exportsock **out, struct loop *loop, const char *path,
		    const struct exportsock_calls *calls)
{
	struct exportsock *x = calloc(1, sizeof(*x));
	int rc;

	if (!x)
		return -ENOMEM;
	x->fd = -1;
	x->calls = *calls;
	rc = listen_at(x, path);
	if (!rc)
		rc = loop_io(loop, &x->io, x->fd, EPOLLIN, on_datagram, x);
	if (rc)
		exportsock_close(x);
	else
		*out = x;
	return rc;
}

void exportsock_close(struct exportsock *x)
{
	if (!x)
		return;
	loop_source_free(x->io);
	if (x->fd >= 0)
		(void)close(x->fd);
	if (x->bound)
		(void)unlink(x->address.sun_path);
	free(x);
}

int exportsock_tell(const char *path, const void *bytes, size_t len)
{
	struct sockaddr_un address;
	int fd, rc = address_of(&address, path);

	if (rc)
		return rc;
	fd = socket_to(&address);
	if (fd < 0)
		return fd;
	rc = send(fd, bytes, len, MSG_NOSIGNAL) < 0 ? -errno : 0;
	(void)close(fd);
	return rc;
}
