/* verify_stick.c - proves all exports of a stick, and tells of each journal whether they go on from
 * each other: what is missing between them, what they have more than once, and where two of them
 * disagree. Exports are looked at by their last event: so where two overlap, the second has the
 * last one of the first, or follows it. */
#include "clean.h"
#include "ctl.h"
#include "stick.h"
#include "verify.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The exports of one journal that hold. */
struct held {
	const struct stick_export **export;
	struct verify_mark *mark;
	size_t count;
	size_t wrong;
	uint64_t acked; /* the most that one of them says headquarters had */
	const char *acked_by;
};

static void line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void line(const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	clean_puts(stdout, text);
	putchar('\n');
}

static int prove_one(struct held *h, const struct stick_export *e, int folder, const char *ca)
{
	const struct manifest *m = &e->manifest;
	int fd, code;

	line("%s:", e->path);
	(void)fflush(stdout); /* what is wrong goes to stderr */
	fd = stick_open(folder, e);
	if (fd < 0) {
		line("it can't be read: %s", strerror(-fd));
		h->wrong++;
		return CTL_WRONG;
	}
	code = verify_export(e->path, fd, ca, h->mark, h->count);
	(void)close(fd);
	if (code != CTL_FINE) {
		h->wrong += code == CTL_WRONG;
		return code;
	}
	h->export[h->count] = e;
	h->mark[h->count].seq = m->last;
	memcpy(h->mark[h->count].hash, m->head, EVENT_HASH);
	h->mark[h->count++].whose = e->path;
	if (m->acked > h->acked || !h->acked_by) {
		h->acked = m->acked;
		h->acked_by = e->path;
	}
	return code;
}

/* False: nobody is known to have these events. */
static bool gap(const struct held *h, uint64_t first, uint64_t last)
{
	bool known = last <= h->acked;

	if (known)
		line("note: events %llu to %llu are not here; headquarters had them when %s was "
		     "written",
		     (unsigned long long)first, (unsigned long long)last, h->acked_by);
	else
		line("missing between exports: events %llu to %llu", (unsigned long long)first,
		     (unsigned long long)last);
	return known;
}

/* What they hold together: from the last one back to the first. */
static bool go_on(const struct held *h, uint64_t *once, uint64_t *again)
{
	uint64_t low = h->export[h->count - 1] -> manifest.last + 1, all = 0;
	bool whole = true;

	*once = 0;
	for (size_t i = h->count; i > 0; i--) {
		const struct manifest *m = &h->export[i - 1] -> manifest;

		all += m->last + 1 - m->first;
		if (m->last + 1 < low)
			whole &= gap(h, m->last + 1, low - 1);
		if (m->last + 1 < low)
			low = m->last + 1;
		if (m->first < low) {
			*once += low - m->first;
			low = m->first;
		}
	}
	if (low > 1)
		whole &= gap(h, 1, low - 1);
	*again = all - *once;
	return whole;
}

/* A clock that was set back (F1), or a folder that somebody named anew: nothing is wrong with the
 * events. */
static void names(const struct held *h)
{
	for (size_t i = 1; i < h->count; i++) {
		const struct stick_export *a = h->export[i - 1], *b = h->export[i];

		if (a->manifest.last < b->manifest.last && strcmp(a->path, b->path) > 0)
			line("note: %s holds later events than %s: the order of their names is not "
			     "that of the events",
			     b->path, a->path);
	}
}

static int tell(const struct held *h)
{
	const struct manifest *m = &h->export[h->count - 1] -> manifest;
	uint64_t once, again;
	bool whole;

	line("journal %s of %s:", m->journal, m->station);
	names(h);
	whole = go_on(h, &once, &again);
	if (h->wrong)
		line("exports that do not hold, and do not count here: %zu", h->wrong);
	printf("%s: %zu exports, %llu events up to %llu, one chain",
	       whole && !h->wrong ? "ok" : "not whole", h->count, (unsigned long long)once,
	       (unsigned long long)m->last);
	if (again)
		printf("; %llu of them more than once, the same", (unsigned long long)again);
	putchar('\n');
	(void)fflush(stdout);
	return whole ? CTL_FINE : CTL_WRONG;
}

/* What is wrong goes before what can't be told. */
static int worse(int a, int b)
{
	if (a == CTL_WRONG || b == CTL_WRONG)
		return CTL_WRONG;
	return a != CTL_FINE ? a : b;
}

static int prove_journal(struct held *h, const struct stick *s, size_t from, size_t to, int folder,
			 const char *ca)
{
	int code = CTL_FINE;

	for (size_t i = from; i < to; i++)
		code = worse(code, prove_one(h, &s->export[i], folder, ca));
	return h->count ? worse(code, tell(h)) : code;
}

int verify_stick(const struct stick *s, int folder, const char *ca)
{
	struct held h = {.export = calloc(s->count, sizeof(*h.export)),
			 .mark = calloc(s->count, sizeof(*h.mark))};
	int code = h.export && h.mark ? CTL_FINE : CTL_GONE;

	if (code != CTL_FINE)
		ctl_error("there is no memory");
	for (size_t i = 0, next; i < s->count && h.export && h.mark; i = next) {
		next = stick_next(s, i);
		h.count = h.wrong = 0;
		h.acked = 0;
		h.acked_by = NULL;
		code = worse(code, prove_journal(&h, s, i, next, folder, ca));
	}
	if (s->more) {
		line("there are more folders than are looked at");
		code = worse(code, CTL_WRONG);
	}
	free(h.export);
	free(h.mark);
	return code;
}
