/* tell.c - labels to stationd (tell.h). */
#include "tell.h"
#include "station/cameraline.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct tell {
	struct sockaddr_un address;
	int fd; /* -1: none */
	uint64_t next_ms;
	int said;		     /* errno that was complained of; 0 = none */
	char line[CAMERALINE_ASKED]; /* what the station writes, as far as it came */
	size_t line_len;
	bool asked;
	uint64_t number; /* of the last question */
};

int tell_open(struct tell **out, const char *path)
{
	struct tell *t = calloc(1, sizeof(*t));

	*out = t;
	if (!t)
		return -ENOMEM;
	t->fd = -1;
	t->address.sun_family = AF_UNIX;
	if (text_copy(t->address.sun_path, sizeof(t->address.sun_path), path))
		return 0;
	free(t);
	*out = NULL;
	return -ENAMETOOLONG;
}

static void drop(struct tell *t)
{
	if (t->fd >= 0)
		(void)close(t->fd);
	t->fd = -1;
}

static void say(struct tell *t, int e)
{
	if (t->said == e)
		return;
	t->said = e;
	(void)fprintf(stderr, "station-camera: stationd at %s: %s; it is looked for again\n",
		      t->address.sun_path, strerror(e));
}

/* A line as a whole or not at all: half a one would be another label. */
static bool put(struct tell *t, const void *bytes, size_t len)
{
	ssize_t n = send(t->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n == (ssize_t)len)
		return true;
	if (n < 0 && errno == EAGAIN && len == 1)
		return true; /* it has enough to read: that we live can wait */
	say(t, n < 0 ? errno : EPIPE);
	drop(t);
	return false;
}

static bool join(struct tell *t)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&t->address, sizeof(t->address)) < 0) {
		say(t, errno);
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	t->fd = fd;
	t->line_len = 0;
	t->asked = false;
	return true;
}

/* A line that is too long is another one. */
static void hear(struct tell *t, char c)
{
	const size_t words = sizeof(CAMERALINE_ASK) - 1;

	if (c != '\n') {
		if (t->line_len < sizeof(t->line))
			t->line[t->line_len++] = c;
		return;
	}
	if (t->line_len > words && t->line_len < sizeof(t->line) &&
	    memcmp(t->line, CAMERALINE_ASK, words) == 0 &&
	    text_read_u64(t->line + words, t->line_len - words, UINT64_MAX, &t->number))
		t->asked = true;
	t->line_len = 0;
}

/* What can be read is what the station asks, or its end. */
static bool has_ended(struct tell *t)
{
	char bytes[64];
	ssize_t n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	for (ssize_t i = 0; i < n; i++)
		hear(t, bytes[i]);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

bool tell_turn(struct tell *t, bool wanted, uint64_t now_ms)
{
	bool joined = false;

	if (t->fd >= 0 && (!wanted || has_ended(t))) {
		drop(t);
		t->next_ms = now_ms + TELL_AGAIN_MS;
	}
	if (!wanted || now_ms < t->next_ms)
		return false;
	if (t->fd < 0)
		joined = join(t);
	t->next_ms = now_ms + (t->fd < 0 ? TELL_AGAIN_MS : TELL_BEAT_MS);
	if (t->fd < 0 || !put(t, "\n", 1))
		return false;
	if (joined && t->said) {
		(void)fputs("station-camera: stationd is found\n", stderr);
		t->said = 0;
	}
	return joined;
}

void tell_goes_on(struct tell *t, uint64_t now_ms)
{
	if (t->fd < 0 || now_ms < t->next_ms)
		return;
	t->next_ms = now_ms + TELL_BEAT_MS;
	(void)put(t, "\n", 1);
}

bool tell_connected(const struct tell *t)
{
	return t->fd >= 0;
}

bool tell_sight(struct tell *t, const struct sight_line *sight)
{
	char line[SIGHT_LINE + 1];
	struct text text = text_over(line, sizeof(line));

	sight_line_put(sight, &text);
	text_char(&text, '\n');
	return t->fd >= 0 && !text.full && put(t, line, text.len);
}

bool tell_asked(struct tell *t)
{
	bool asked = t->asked;

	t->asked = false;
	return asked;
}

/* A memory file that nobody can change any more, or -1. */
static int seal(const uint8_t *at, size_t len)
{
	int fd = memfd_create("photo", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ssize_t n = 0;

	while (fd >= 0 && len > 0 && (n = write(fd, at, len)) > 0) {
		at += n;
		len -= (size_t)n;
	}
	if (fd >= 0 &&
	    (len > 0 || fcntl(fd, F_ADD_SEALS,
			      F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* As a whole or not at all, as put(). */
static bool put_with(struct tell *t, const char *line, size_t len, int fd)
{
	union {
		struct cmsghdr header; /* aligns it */
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec v = {.iov_base = (char *)line, .iov_len = len};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof(control.bytes)};
	ssize_t n;

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	n = sendmsg(t->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == (ssize_t)len)
		return true;
	say(t, n < 0 ? errno : EPIPE);
	drop(t);
	return false;
}

bool tell_photo(struct tell *t, const void *jpeg, size_t len)
{
	char line[48];
	struct text text = text_over(line, sizeof(line));
	int fd = len > 0 && len <= CAMERALINE_PHOTO ? seal(jpeg, len) : -1;
	bool ok;

	text_char(&text, '#');
	text_u64(&text, t->number);
	text_char(&text, ' ');
	text_u64(&text, fd < 0 ? 0 : len);
	text_char(&text, '\n');
	if (t->fd < 0)
		ok = false;
	else
		ok = fd < 0 ? put(t, line, text.len) : put_with(t, line, text.len, fd);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* Ends of lines at the end of a text are not a part of it. */
static size_t length(const struct reading_label *label)
{
	size_t len = label->len;

	while (len > 0 && (label->text[len - 1] == '\r' || label->text[len - 1] == '\n'))
		len--;
	return len;
}

/* What begins or ends a scan (scan.h), or a string. */
static bool splits(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\r' || text[i] == '\n' || text[i] <= 0x03)
			return true;
	return false;
}

bool tell_label(struct tell *t, const struct reading_label *label)
{
	static uint8_t line[READING_AIM + READING_TEXT + 1];
	size_t len = length(label);

	if (t->fd < 0)
		return false;
	if (len == 0 || splits(label->text, len)) {
		(void)fprintf(stderr, "station-camera: a %s is not told: it is of several lines\n",
			      reading_name(label->symbology));
		return false;
	}
	memcpy(line, reading_aim(label), READING_AIM);
	memcpy(line + READING_AIM, label->text, len);
	line[READING_AIM + len] = '\n';
	return put(t, line, READING_AIM + len + 1);
}

void tell_close(struct tell *t)
{
	if (!t)
		return;
	drop(t);
	free(t);
}
