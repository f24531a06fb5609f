/* walk.c - walks the events of an export (walk.h). A page is copied out of the journal before
 * anybody writes: a slow stick must not keep a transaction open, which would keep the station's
 * WAL from being emptied. */
#include "walk.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_EVENTS 256
#define PAGE_BYTES  (256 * 1024)

_Static_assert(PAGE_BYTES > EVENT_LINE_MAX, "the longest line fits a page");

struct page {
	uint64_t until;
	size_t count, used;
	bool overlong;
	struct {
		uint64_t seq;
		size_t at, len;
		uint8_t hash[EVENT_HASH];
	} line[PAGE_EVENTS];
	char bytes[PAGE_BYTES];
};

struct walk {
	struct trip *trip;
	struct walk_part *parts;
	size_t count;
	struct event_chain chain;
	struct page page;
};

static bool page_take(void *user, uint64_t seq, const char *line, size_t len,
		      const uint8_t hash[EVENT_HASH])
{
	struct page *p = user;

	p->overlong = len > EVENT_LINE_MAX;
	if (p->overlong || seq > p->until || len > sizeof(p->bytes) - p->used)
		return false;
	p->line[p->count].seq = seq;
	p->line[p->count].at = p->used;
	p->line[p->count].len = len;
	memcpy(p->line[p->count].hash, hash, EVENT_HASH);
	memcpy(p->bytes + p->used, line, len);
	p->used += len;
	return ++p->count < PAGE_EVENTS;
}

/* The next page behind `after`, up to `until`. */
static int page_read(struct walk *w, uint64_t after, uint64_t until)
{
	struct page *p = &w->page;
	int n;

	p->until = until;
	p->count = p->used = 0;
	p->overlong = false;
	n = journal_reader_lines(w->trip->reader, after, PAGE_EVENTS, page_take, p);
	return n < 0 ? n : 0;
}

static int broken(struct walk *w, uint64_t seq, const char *what)
{
	(void)snprintf(w->trip->why, sizeof(w->trip->why),
		       "the journal is damaged at event %llu: %s; 'stationctl verify' tells more",
		       (unsigned long long)seq, what);
	return -EBADMSG;
}

/* What is acknowledged may be removed while we read it: only an export of all can meet that. */
static int missing(struct walk *w, uint64_t seq)
{
	uint8_t hash[EVENT_HASH];
	uint64_t anchor = 0;

	if (journal_reader_anchor(w->trip->reader, &anchor, hash) || anchor < seq)
		return broken(w, seq, "it is missing");
	(void)snprintf(w->trip->why, sizeof(w->trip->why),
		       "events were removed while they were copied (acknowledged, and older than "
		       "retain_days); try again");
	return -EAGAIN;
}

static int line_show(struct walk *w, size_t i)
{
	const struct page *p = &w->page;
	struct part_line l = {.line = p->bytes + p->line[i].at, .len = p->line[i].len};
	uint64_t seq = w->chain.seq + 1;
	enum event_fault fault = EVENT_OK;
	struct event_view view;
	enum event_link link;
	int rc = 0;

	if (p->line[i].seq != seq)
		return missing(w, seq);
	link = event_chain_feed(&w->chain, l.line, l.len, &fault);
	if (link != EVENT_LINK_OK)
		return broken(w, seq,
			      link == EVENT_LINK_LINE ? event_fault_text(fault)
						      : event_link_text(link));
	if (memcmp(w->chain.head, p->line[i].hash, EVENT_HASH) != 0 ||
	    event_read(l.line, l.len, &view) != EVENT_OK)
		return broken(w, seq, "its hash is not the one that was stored");
	l.event = &view;
	for (size_t n = 0; n < w->count && !rc; n++)
		rc = w->parts[n].part->line(w->parts[n].state, w->trip, w->parts[n].to, &l);
	return rc;
}

static int before_show(struct walk *w, size_t i)
{
	const struct page *p = &w->page;
	struct event_view view;
	int rc = 0;

	if (event_read(p->bytes + p->line[i].at, p->line[i].len, &view) != EVENT_OK)
		return 0;
	for (size_t n = 0; n < w->count && !rc; n++)
		if (w->parts[n].part->before)
			rc = w->parts[n].part->before(w->parts[n].state, w->trip, &view);
	return rc;
}

static bool is_before_wanted(const struct walk *w)
{
	for (size_t n = 0; n < w->count; n++)
		if (w->parts[n].part->before)
			return true;
	return false;
}

/* What headquarters has already is not copied again, and so not proved here either. */
static int before(struct walk *w)
{
	uint64_t at = w->trip->manifest.anchor, last = w->trip->manifest.first - 1;
	int rc = 0;

	while (at < last && !rc && is_before_wanted(w)) {
		rc = page_read(w, at, last);
		for (size_t i = 0; !rc && i < w->page.count; i++)
			rc = before_show(w, i);
		if (!w->page.count)
			break;
		at = w->page.line[w->page.count - 1].seq;
	}
	return rc;
}

static int events(struct walk *w)
{
	const struct manifest *m = &w->trip->manifest;
	int rc = 0;

	while (w->chain.seq < m->last && !rc) {
		rc = page_read(w, w->chain.seq, m->last);
		if (!rc && w->page.overlong && !w->page.count)
			rc = broken(w, w->chain.seq + 1, event_fault_text(EVENT_TOO_LONG));
		else if (!rc && !w->page.count)
			rc = missing(w, w->chain.seq + 1);
		for (size_t i = 0; i < w->page.count && !rc; i++)
			rc = line_show(w, i);
	}
	return rc;
}

static int part_begin(struct walk *w, struct walk_part *p)
{
	p->state = calloc(1, p->part->size ? p->part->size : 1);
	return p->state ? p->part->begin(p->state, w->trip, p->to) : -ENOMEM;
}

int walk_run(struct trip *trip, struct walk_part *parts, size_t count)
{
	struct walk *w = calloc(1, sizeof(*w));
	struct manifest *m = &trip->manifest;
	int rc = w ? 0 : -ENOMEM;

	for (size_t i = 0; i < count; i++)
		parts[i].state = NULL;
	if (w) {
		*w = (struct walk){.trip = trip, .parts = parts, .count = count};
		w->chain = (struct event_chain){.begun = true, .seq = m->first - 1};
		memcpy(w->chain.journal, m->journal, sizeof(w->chain.journal));
		memcpy(w->chain.head, m->prev, EVENT_HASH);
	}
	for (size_t i = 0; i < count && !rc; i++)
		rc = part_begin(w, &parts[i]);
	if (!rc)
		rc = before(w);
	if (!rc)
		rc = events(w);
	for (size_t i = 0; i < count && !rc; i++)
		rc = parts[i].part->end(parts[i].state, trip, parts[i].to);
	for (size_t i = 0; i < count; i++)
		free(parts[i].state);
	if (!rc)
		memcpy(m->head, w->chain.head, EVENT_HASH);
	free(w);
	return rc;
}
