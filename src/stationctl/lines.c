/* lines.c - the lines of a file, one at a time (lines.h). */
#include "lines.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct walk {
	bool (*fn)(void *user, const char *line, size_t len);
	void *user;
	size_t most;
	bool skipping; /* the rest of a line that was too long */
	bool stopped;
};

static bool hand_out(struct walk *w, const char *line, size_t len)
{
	bool skip = w->skipping;

	w->skipping = false;
	if (skip || w->fn(w->user, line, len))
		return true;
	w->stopped = true;
	return false;
}

/* Takes whole lines out of the buffer; at the end of the file also the last one without its LF. */
static void drain(struct walk *w, struct lines *l, bool end)
{
	size_t at = 0;

	while (at < l->len) {
		const char *lf = memchr(l->buf + at, '\n', l->len - at);
		size_t len = lf ? (size_t)(lf - (l->buf + at)) : l->len - at;

		if (!lf && !end && len <= w->most)
			break;
		if (!hand_out(w, l->buf + at, len))
			return;
		w->skipping = !lf && !end;
		at += len + (lf != NULL);
	}
	memmove(l->buf, l->buf + at, l->len - at);
	l->len -= at;
}

int lines_read(struct lines *l, int fd, size_t most,
	       bool (*fn)(void *user, const char *line, size_t len), void *user)
{
	struct walk w = {.fn = fn, .user = user, .most = most};
	bool end = false;

	while (!end && !w.stopped) {
		ssize_t n = read(fd, l->buf + l->len, sizeof(l->buf) - l->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		end = n == 0;
		l->len += (size_t)n;
		drain(&w, l, end);
	}
	return 0;
}
