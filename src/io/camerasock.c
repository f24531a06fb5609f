/* camerasock.c - labels of station-camera on a UNIX socket (camerasock.h). */
#include "camerasock.h"
#include "log.h"
#include "station/cameraline.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_MAX     4096
#define BACKLOG	     4
#define UNKNOWN_USER 65534 /* whom a user namespace does not know */
#define SULK_MS	     1000  /* after a connection that was not taken, or could not be */

struct camerasock {
	struct loop *loop;
	struct camerasock_calls calls;
	struct sockaddr_un address;
	char name[48];
	int fd; /* listens */
	bool bound;
	int peer; /* -1: none */
	struct loop_source *listens, *reads, *silent, *sulk;
	struct cameraline line;
	int photo; /* came, and its line did not yet; -1: none */
	bool paused;
	bool present;
	bool told; /* lost or present */
	bool refused;
};

static void set(struct camerasock *c, struct loop_source *timer, uint64_t in_ms)
{
	uint64_t at = in_ms == MOMENT_NEVER ? in_ms : loop_moment(c->loop).mono_ms + in_ms;

	if (loop_timer_set(timer, at) < 0) /* can't happen: the timer exists */
		log_error("scanner %s: can't set a timer", c->name);
}

/* --- one connection --- */

static void forget(struct camerasock *c)
{
	if (c->photo >= 0)
		(void)close(c->photo);
	c->photo = -1;
}

static void drop(struct camerasock *c)
{
	loop_source_free(c->reads);
	c->reads = NULL;
	if (c->peer >= 0)
		(void)close(c->peer);
	c->peer = -1;
	forget(c);
	c->line = (struct cameraline){0};
	set(c, c->silent, MOMENT_NEVER);
}

static void tell(struct camerasock *c, bool present)
{
	if (c->told && c->present == present)
		return;
	c->told = true;
	c->present = present;
	c->calls.present(c->calls.user, present);
}

static void lost(struct camerasock *c, const char *why)
{
	drop(c);
	if (!c->told || c->present)
		log_write(LOG_LEVEL_WARNING, LOG_SCANNER_LOST,
			  "scanner %s: station-camera %s; waiting for it", c->name, why);
	tell(c, false);
}

static void on_silent(void *user)
{
	struct camerasock *c = user;

	lost(c, c->peer < 0 ? "is not there" : "gives no sign of life");
}

/* The camera is present from its first byte on: who only connects may be stuck already. */
static void heard(struct camerasock *c)
{
	if (c->told && !c->present)
		log_write(LOG_LEVEL_NOTICE, LOG_SCANNER_BACK, "scanner %s: station-camera is back",
			  c->name);
	else if (!c->told)
		log_info("scanner %s: station-camera is there", c->name);
	set(c, c->silent, CAMERASOCK_SILENT_MS);
	tell(c, true);
}

/* Why a descriptor is not the photo that its line tells, or NULL. Nothing is read here: one that is
 * no sealed memory could be any file, and keep us waiting. */
static const char *photo_wrong(int fd, uint64_t bytes)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	struct stat st;
	int has;

	if (fd < 0)
		return "it came without its bytes";
	has = fcntl(fd, F_GET_SEALS);
	if (has < 0 || (has & seals) != seals)
		return "its bytes are not sealed";
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != bytes)
		return "it has not the size that it is said to have";
	return NULL;
}

static void on_photo(struct camerasock *c, const struct cameraline_piece *is)
{
	const char *why = is->kind == CAMERALINE_PHOTO_BAD ? "its line makes no sense"
			  : is->bytes == 0		   ? "the camera can't make one"
							   : photo_wrong(c->photo, is->bytes);
	int fd = c->photo;

	/* one that could not be made has none: what came with these lines is of another */
	if (is->kind == CAMERALINE_PHOTO_BAD || is->bytes > 0) {
		if (why)
			forget(c);
		c->photo = -1;
	}
	c->calls.photo(c->calls.user, is->kind == CAMERALINE_PHOTO_BAD ? 0 : is->number,
		       why ? -1 : fd, why ? 0 : is->bytes, why);
}

/* Lines of the camera's own are taken out; the rest goes up, in pieces as large as it came. */
static void sort(struct camerasock *c, const uint8_t *buf, size_t n)
{
	size_t at = 0, took;

	for (; at < n; at += took) {
		struct cameraline_piece is;

		took = cameraline_take(&c->line, buf + at, n - at, &is);
		switch (is.kind) {
		case CAMERALINE_NOTHING:
			break;
		case CAMERALINE_LABEL:
			c->calls.bytes(c->calls.user, buf + at, took);
			break;
		case CAMERALINE_SIGHT:
			c->calls.sight(c->calls.user, &is.sight);
			break;
		case CAMERALINE_PHOTO_COMES:
		case CAMERALINE_PHOTO_BAD:
			on_photo(c, &is);
			break;
		}
	}
}

/* The last descriptor counts; all others are closed. */
static void take_descriptors(struct camerasock *c, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t count;

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			forget(c);
			memcpy(&c->photo, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
		}
	}
}

static ssize_t receive(struct camerasock *c, int fd, uint8_t *buf, size_t cap)
{
	union {
		struct cmsghdr header; /* aligns it */
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec v = {.iov_base = buf, .iov_len = cap};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof(control.bytes)};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n >= 0)
		take_descriptors(c, &m);
	return n;
}

static void on_readable(void *user, int fd, uint32_t events)
{
	struct camerasock *c = user;
	uint8_t buf[READ_MAX];
	ssize_t n;

	(void)events;
	if (c->paused) { /* its end, which would be told again and again: read later, in its turn */
		loop_source_free(c->reads);
		c->reads = NULL;
		return;
	}
	n = receive(c, fd, buf, sizeof(buf));
	if (n > 0) {
		heard(c);
		sort(c, buf, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		lost(c, "has ended or has no frames");
	}
}

/* Whether other users have numbers here. In a user namespace (PrivateUsers= of our unit) they have
 * not: there the folder's group alone decides who may connect. */
static bool knows_users(void)
{
	char map[64];
	int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, map, sizeof(map) - 1);

	if (fd >= 0)
		(void)close(fd);
	if (n <= 0)
		return true;
	map[n] = '\0';
	return strstr(map, "4294967295") != NULL;
}

static bool is_allowed(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	const struct passwd *user;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (peer.uid == UNKNOWN_USER && !knows_users())
		return true;
	user = getpwnam(CAMERASOCK_USER);
	return user && user->pw_uid == peer.uid;
}

static void refuse(struct camerasock *c, int fd, const char *why)
{
	if (fd >= 0)
		(void)close(fd);
	if (!c->refused)
		log_warning("scanner %s: a connection is refused: %s", c->name, why);
	c->refused = true;
	/* who tries again and again shall not keep us busy */
	if (loop_io_events(c->listens, 0) == 0)
		set(c, c->sulk, SULK_MS);
}

static bool has_ended(const struct camerasock *c)
{
	char byte;

	return c->peer >= 0 && recv(c->peer, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void on_connect(void *user, int listener, uint32_t events)
{
	struct camerasock *c = user;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			refuse(c, fd, strerror(errno));
		return;
	}
	if (has_ended(c)) /* and its successor came before that was told */
		lost(c, "has ended");
	if (!is_allowed(fd)) {
		refuse(c, fd, "it is of another user than " CAMERASOCK_USER);
	} else if (c->peer >= 0) {
		refuse(c, fd, "another one is at work");
	} else if (loop_io(c->loop, &c->reads, fd, c->paused ? 0 : EPOLLIN, on_readable, c) < 0) {
		refuse(c, fd, "no memory");
	} else {
		c->peer = fd;
		c->refused = false;
		set(c, c->silent, c->paused ? MOMENT_NEVER : CAMERASOCK_SILENT_MS);
	}
}

static void on_sulked(void *user)
{
	struct camerasock *c = user;

	if (loop_io_events(c->listens, EPOLLIN) < 0)
		log_error("scanner %s: can't listen any more", c->name);
}

/* --- the socket --- */

/* Only a socket is ever removed. */
static int clear_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	return unlink(path) < 0 ? -errno : 0;
}

/* The folder of the socket, where tmpfiles.d has not made it for the camera's group. */
static int make_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	if (!text_copy(folder, sizeof(folder), path))
		return -ENAMETOOLONG;
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return 0;
	*slash = '\0';
	return mkdir(folder, 0750) < 0 && errno != EEXIST ? -errno : 0;
}

static int listen_at(struct camerasock *c, const char *path)
{
	int e;

	c->address.sun_family = AF_UNIX;
	if (!text_copy(c->address.sun_path, sizeof(c->address.sun_path), path))
		return -ENAMETOOLONG;
	e = make_folder(path);
	if (e == 0)
		e = clear_stale(path);
	if (e < 0)
		return e;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || bind(c->fd, (const struct sockaddr *)&c->address, sizeof(c->address)) < 0)
		return -errno;
	c->bound = true;
	/* for the group that the folder gives it */
	if (chmod(path, 0660) < 0 || listen(c->fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

int camerasock_open(struct camerasock **out, struct loop *loop, const char *name, const char *path,
		    const struct camerasock_calls *calls)
{
	struct camerasock *c = calloc(1, sizeof(*c));
	int e;

	if (!c)
		return -ENOMEM;
	c->loop = loop;
	c->calls = *calls;
	c->fd = c->peer = c->photo = -1;
	(void)text_copy(c->name, sizeof(c->name), name);
	e = loop_timer(loop, &c->silent, on_silent, c);
	if (e == 0)
		e = loop_timer(loop, &c->sulk, on_sulked, c);
	if (e == 0)
		e = listen_at(c, path);
	if (e == 0)
		e = loop_io(loop, &c->listens, c->fd, EPOLLIN, on_connect, c);
	if (e < 0) {
		camerasock_close(c);
		return e;
	}
	set(c, c->silent, CAMERASOCK_START_MS);
	*out = c;
	return 0;
}

void camerasock_pause(struct camerasock *c, bool paused)
{
	if (c->paused == paused)
		return;
	c->paused = paused;
	if (c->peer < 0)
		return;
	if ((c->reads ? loop_io_events(c->reads, paused ? 0 : EPOLLIN)
		      : loop_io(c->loop, &c->reads, c->peer, EPOLLIN, on_readable, c)) < 0)
		log_error("scanner %s: can't pause", c->name);
	/* that nothing is heard meanwhile is our own doing */
	set(c, c->silent, paused ? MOMENT_NEVER : CAMERASOCK_SILENT_MS);
}

int camerasock_ask(struct camerasock *c, uint64_t number)
{
	char line[CAMERALINE_ASKED];
	struct text t = text_over(line, sizeof(line));
	ssize_t n;

	if (c->peer < 0 || !c->present)
		return -ENOTCONN;
	text_put(&t, CAMERALINE_ASK);
	text_u64(&t, number);
	text_char(&t, '\n');
	n = send(c->peer, line, t.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n < 0 ? -errno : n == (ssize_t)t.len ? 0 : -EIO;
}

void camerasock_close(struct camerasock *c)
{
	if (!c)
		return;
	forget(c);
	loop_source_free(c->reads);
	loop_source_free(c->listens);
	loop_source_free(c->silent);
	loop_source_free(c->sulk);
	if (c->peer >= 0)
		(void)close(c->peer);
	if (c->fd >= 0)
		(void)close(c->fd);
	if (c->bound)
		(void)unlink(c->address.sun_path);
	free(c);
}
