/* verify_file.c - a chain as lines of a file, and what was done to it where it is broken. */
#include "lines.h"
#include "verify.h"
#include "station/event.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line that is too long is told by a length above EVENT_LINE_MAX. */
static int walk(int fd, bool (*fn)(void *user, const char *line, size_t len), void *user)
{
	struct lines *l = calloc(1, sizeof(*l));
	int rc = l ? lines_read(l, fd, EVENT_LINE_MAX, fn, user) : -ENOMEM;

	free(l);
	return rc;
}

static bool walk_line(void *user, const char *line, size_t len)
{
	if (len <= EVENT_LINE_MAX)
		return verify_line(user, line, len);
	verify_too_long(user);
	return false;
}

int verify_file(struct verify *v, int fd)
{
	return walk(fd, walk_line, v);
}

static bool is_event(void *user, const char *line, size_t len)
{
	struct event_view view;
	bool *found = user;

	*found = len <= EVENT_LINE_MAX && event_read(line, len, &view) == EVENT_OK;
	return !*found;
}

bool verify_file_has_event(int fd)
{
	bool found = false;

	return lseek(fd, 0, SEEK_SET) == 0 && walk(fd, is_event, &found) == 0 && found;
}

/* --- what was done to it --- */

struct why {
	const struct verify *v;
	uint64_t line;
	/* Where the wanted event stands behind the break; 0 = nowhere. */
	uint64_t elsewhere;
	/* The line at which it broke, and what the one behind it says of it. */
	uint8_t hash[EVENT_HASH], said[EVENT_HASH];
	bool is_said;
};

static bool why_line(void *user, const char *line, size_t len)
{
	struct why *w = user;
	struct event_view view;
	bool read = len <= EVENT_LINE_MAX && event_read(line, len, &view) == EVENT_OK;

	w->line++;
	if (w->line == w->v->line && read)
		event_hash(line, len, w->hash);
	if (w->line <= w->v->line)
		return true;
	if (w->line == w->v->line + 1 && read && view.seq == w->v->want + 1) {
		memcpy(w->said, view.prev, EVENT_HASH);
		w->is_said = true;
	}
	if (read && view.seq == w->v->want && !w->elsewhere)
		w->elsewhere = w->line;
	return w->v->link == EVENT_LINK_PREV ? !w->is_said : !w->elsewhere;
}

/* Two events do not fit: the one behind them knows the second as it was. */
static void why_changed(const struct why *w, const uint8_t *head)
{
	uint64_t second = w->v->want;
	const uint8_t *said = w->is_said ? w->said : head;

	if (!said || (!w->is_said && w->line != w->v->line)) /* head is the last line's */
		return;
	if (memcmp(said, w->hash, EVENT_HASH) == 0)
		printf("event %llu was changed\n", (unsigned long long)second - 1);
	else
		printf("event %llu was changed\n", (unsigned long long)second);
}

static void why_order(const struct why *w)
{
	unsigned long long want = w->v->want, found = w->v->found;

	if (found < want)
		printf("event %llu is repeated at line %llu\n", found,
		       (unsigned long long)w->v->line);
	else if (w->elsewhere)
		printf("the order was changed: event %llu stands at line %llu\n", want,
		       (unsigned long long)w->elsewhere);
	else if (found == want + 1)
		printf("event %llu is missing\n", want);
	else
		printf("events %llu to %llu are missing\n", want, found - 1);
}

void verify_file_why(const struct verify *v, int fd, const uint8_t *head)
{
	struct why w = {.v = v};

	if (!v->broken || v->found == 0 ||
	    (v->link != EVENT_LINK_SEQ && v->link != EVENT_LINK_PREV) || v->want < 2)
		return;
	if (lseek(fd, 0, SEEK_SET) != 0 || walk(fd, why_line, &w) != 0)
		return;
	if (v->link == EVENT_LINK_PREV)
		why_changed(&w, head);
	else
		why_order(&w);
}
