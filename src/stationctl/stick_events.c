/* stick_events.c - the events of a stick's exports, each once (stick.h). */
#include "lines.h"
#include "station/event.h"
#include "stick.h"
#include "io/stickfile.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct telling {
	bool (*fn)(void *user, const char *line, size_t len);
	void *user;
	uint64_t told; /* up to this event */
	bool stopped;
};

static bool on_line(void *user, const char *line, size_t len)
{
	struct telling *t = user;
	struct event_view e;
	bool read = len <= EVENT_LINE_MAX && event_read(line, len, &e) == EVENT_OK;

	if (read && e.seq <= t->told)
		return true;
	t->stopped = !t->fn(t->user, line, len);
	return !t->stopped;
}

static int tell_one(struct telling *t, const struct stick_export *e, int folder)
{
	struct lines *lines = calloc(1, sizeof(*lines));
	int top = stick_open(folder, e);
	int fd = top < 0 ? top : stickfile_open(top, MANIFEST_EVENTS);
	int rc = !lines ? -ENOMEM : fd < 0 ? fd : 0;

	if (!rc)
		rc = lines_read(lines, fd, EVENT_LINE_MAX, on_line, t);
	if (fd >= 0)
		(void)close(fd);
	if (top >= 0)
		(void)close(top);
	free(lines);
	return rc;
}

/* Of those that go beyond what is told, the one that begins first; of these, the longest. */
static const struct stick_export *next_of(const struct stick *s, size_t from, size_t to,
					  uint64_t told)
{
	const struct stick_export *best = NULL;

	for (size_t i = from; i < to; i++) {
		const struct stick_export *e = &s->export[i];

		if (e->kind == STICK_TOLD && e->manifest.last > told &&
		    (!best || e->manifest.first <= best->manifest.first))
			best = e;
	}
	return best;
}

static int tell_journal(struct telling *t, const struct stick *s, size_t from, int folder,
			const struct stick_export **failed)
{
	size_t to = stick_next(s, from);
	int rc = 0;

	t->told = 0;
	while (!rc && !t->stopped && (*failed = next_of(s, from, to, t->told)) != NULL) {
		rc = tell_one(t, *failed, folder);
		t->told = (*failed)->manifest.last;
	}
	return rc;
}

/* When the first export of a journal was made, by its station's clock; NULL: none can be read. */
static const char *made(const struct stick *s, size_t from)
{
	const char *first = NULL;

	for (size_t i = from; i < stick_next(s, from); i++)
		if (s->export[i].kind == STICK_TOLD &&
		    (!first || strcmp(s->export[i].manifest.made, first) < 0))
			first = s->export[i].manifest.made;
	return first;
}

/* The journal that comes behind one: by when it was made, then by its place. s->count: none. */
static size_t journal_after(const struct stick *s, size_t before)
{
	const char *floor = before < s->count ? made(s, before) : NULL, *least = NULL;
	size_t best = s->count;

	for (size_t i = 0; i < s->count; i = stick_next(s, i)) {
		const char *own = made(s, i);
		int order = own && floor ? strcmp(own, floor) : 1;

		if (!own || order < 0 || (order == 0 && i <= before))
			continue;
		if (!least || strcmp(own, least) < 0) {
			least = own;
			best = i;
		}
	}
	return best;
}

int stick_events(const struct stick *s, int folder,
		 bool (*fn)(void *user, const char *line, size_t len), void *user,
		 const struct stick_export **failed)
{
	struct telling t = {.fn = fn, .user = user};
	size_t at = s->count;
	int rc = 0;

	*failed = NULL;
	while (!rc && !t.stopped && (at = journal_after(s, at)) < s->count)
		rc = tell_journal(&t, s, at, folder, failed);
	return rc;
}
