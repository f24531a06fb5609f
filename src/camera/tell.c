/* tell.c - labels to stationd (tell.h). */
#include "tell.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct tell {
	struct sockaddr_un address;
	int fd; /* -1: none */
	uint64_t next_ms;
	int said; /* errno that was complained of; 0 = none */
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
	return true;
}

/* The station never speaks: what can be read is its end. */
static bool has_ended(const struct tell *t)
{
	char c;
	ssize_t n = recv(t->fd, &c, 1, MSG_DONTWAIT);

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

	if (t->fd < 0 || len == 0 || splits(label->text, len))
		return false;
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
