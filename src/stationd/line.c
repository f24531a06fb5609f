/* line.c - wires the line to headquarters: the journal's events go out, answers and the list of
 * expected returns come in, LINK and the status say how it is. */
#include "io/log.h"
#include "io/pages.h"
#include "io/photos.h"
#include "station.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEAL_AGAIN_MS 10000 /* a seal that failed: the disk, most likely */
#define TELL_MS	      1000  /* what only counts up is told this often */

/* --- the journal, on the uplink's thread --- */

/* A connection of its own to the journal that is the station's now. */
static int reader_take(struct station_feed *f)
{
	struct journal_report report = {0};
	unsigned journals = atomic_load(&f->journals);
	int r;

	if (f->reader && f->opened == journals)
		return 0;
	journal_reader_close(f->reader);
	f->reader = NULL;
	r = journal_reader_open(&f->reader, f->path, &report);
	if (r < 0)
		log_warning("%s", report.text);
	f->opened = journals;
	return r < 0 ? r : 0;
}

static void reader_close(void *user)
{
	struct station_feed *f = user;

	journal_reader_close(f->reader);
	f->reader = NULL;
}

static bool add_line(void *user, uint64_t seq, const char *line, size_t len,
		     const uint8_t hash[EVENT_HASH])
{
	struct uplink_page *page = user;

	if (len > EVENT_LINE_MAX || (page->len > 0 && page->len + len + 1 > UPLINK_PAGE_BYTES))
		return false;
	memcpy(page->lines + page->len, line, len);
	page->lines[page->len + len] = '\n';
	page->len += len + 1;
	if (!page->from)
		page->from = seq;
	page->to = seq;
	memcpy(page->hash, hash, EVENT_HASH);
	return page->len < UPLINK_PAGE_BYTES;
}

static int read_page(void *user, uint64_t from, uint32_t count, struct uplink_page *page)
{
	struct station_feed *f = user;
	int r = reader_take(f);

	page->len = 0;
	page->from = page->to = 0;
	if (r == 0)
		r = journal_reader_lines(f->reader, from - 1, count, add_line, page);
	if (r < 0)
		reader_close(f);
	return r < 0 ? r : 0;
}

static int read_hash(void *user, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	struct station_feed *f = user;
	int r = reader_take(f);

	if (r == 0)
		r = journal_reader_hash(f->reader, seq, hash);
	if (r < 0 && r != -ENOENT)
		reader_close(f);
	return r;
}

/* --- photos, on the uplink's thread --- */

static int photo_next(void *user, bool (*skip)(void *user, const char *sha256), void *skip_user,
		      char sha256[PHOTOSYNC_HASH + 1], uint64_t *bytes)
{
	const struct station_feed *f = user;

	return photos_line_next(f->folder, skip, skip_user, sha256, bytes);
}

static int photo_read(void *user, const char *sha256, uint64_t from, void *buf, size_t len)
{
	const struct station_feed *f = user;

	return photos_line_read(f->folder, sha256, from, buf, len);
}

static int photo_delivered(void *user, const char *sha256)
{
	const struct station_feed *f = user;

	int e = photos_line_delivered(f->folder, sha256);

	photos_count(f->photos, f->folder);
	return e;
}

static int photo_again(void *user)
{
	const struct station_feed *f = user;

	int e = photos_line_again(f->folder);

	photos_count(f->photos, f->folder);
	return e;
}

/* --- how it is --- */

static enum checklist_link link_of(enum sync_line line)
{
	switch (line) {
	case SYNC_LINE_OFFLINE:
		return CHECKLIST_LINK_OFFLINE;
	case SYNC_LINE_GOOD:
		return CHECKLIST_LINK_SYNC;
	case SYNC_LINE_PERSON:
		return CHECKLIST_LINK_PERSON;
	}
	return CHECKLIST_LINK_OFF;
}

static void show_link(struct station *s)
{
	struct station_line *l = &s->line;
	enum checklist_link link = link_of(l->state.line);
	struct moment now;

	if (s->certificates.urgent)
		link = CHECKLIST_LINK_PERSON;
	if (link == l->link)
		return;
	l->link = link;
	now = moments_now(s);
	bench_link(&s->bench, link, &now, &s->out);
	station_act(s);
}

static void log_line(const struct uplink_state *was, const struct uplink_state *is)
{
	if (is->line == was->line && strcmp(is->why, was->why) == 0)
		return;
	switch (is->line) {
	case SYNC_LINE_GOOD:
		log_write(LOG_LEVEL_NOTICE, LOG_LINE_GOOD, "the line to headquarters is good");
		break;
	case SYNC_LINE_OFFLINE:
		if (is->why[0])
			log_write(LOG_LEVEL_WARNING, LOG_LINE_OFFLINE, "working offline: %s",
				  is->why);
		break;
	case SYNC_LINE_PERSON:
		log_write(LOG_LEVEL_ERROR, LOG_LINE_PERSON,
			  "the line to headquarters needs a person: %s", is->why);
		break;
	}
}

static void put_times(struct station *s)
{
	struct station_line *l = &s->line;
	struct text last = text_over(l->last_ok, sizeof(l->last_ok));
	struct text next = text_over(l->next_try, sizeof(l->next_try));

	if (l->state.last_ok_ms)
		text_time(&last, l->state.last_ok_ms);
	if (l->state.next_ms != MOMENT_NEVER)
		text_time(&next,
			  s->now.wall_ms + (int64_t)l->state.next_ms - (int64_t)s->now.mono_ms);
}

static void arm_later(struct station_line *l)
{
	uint64_t at = l->seal_at < l->tell_at ? l->seal_at : l->tell_at;

	if (loop_timer_set(l->later, at) != 0)
		log_error("cannot set a timer");
}

/* The state as it is goes into the status; what only counts up may wait, so that a backlog does not
 * rewrite the file with every request. */
static void take_state(struct station *s)
{
	struct station_line *l = &s->line;
	struct uplink_state was = l->state;

	(void)moments_now(s);
	uplink_state(l->uplink, &l->state);
	log_line(&was, &l->state);
	if (l->state.line != was.line)
		pages_trim(); /* a first handshake goes through much of TLS */
	put_times(s);
	certificates_look(s);
	status_write(s); /* who sees LINK change finds the reason */
	show_link(s);
	station_status_soon(s);
}

static void on_line_changed(void *user)
{
	struct station *s = user;
	struct station_line *l = &s->line;
	struct uplink_state is;
	struct journal_state j;

	uplink_state(l->uplink, &is);
	journal_state(s->journal, &j);
	if (is.line != l->state.line || strcmp(is.why, l->state.why) != 0 || is.acked >= j.seq ||
	    is.photos_aside != l->state.photos_aside || is.photos_moved != l->state.photos_moved) {
		take_state(s);
	} else if (l->tell_at == MOMENT_NEVER) {
		l->tell_at = loop_moment(s->loop).mono_ms + TELL_MS;
		arm_later(l);
	}
}

/* --- what the uplink wants --- */

static void on_acked(void *user, uint64_t seq)
{
	struct station *s = user;

	if (journal_acked(s->journal, seq) != 0)
		log_warning("cannot keep what headquarters has");
}

static void seal(struct station *s)
{
	struct station_line *l = &s->line;

	int r = journal_seal(s->journal);

	l->seal_at = MOMENT_NEVER;
	if (r < 0 && r != -EBUSY)
		line_sealed(s, false);
}

static void on_fork(void *user)
{
	struct station *s = user;

	log_write(
		LOG_LEVEL_ERROR, LOG_JOURNAL_SEALED,
		"headquarters has another history of this journal (a copied card?): it is sealed, "
		"and a new one begun");
	seal(s);
}

static void on_returns(void *user, const struct uplink_returns *page)
{
	struct station *s = user;
	struct journal_returns returns = {
		.row = page->row,
		.rows = page->rows,
		.gone = page->gone,
		.gones = page->gones,
		.reset = page->reset,
		.more = page->more,
		.cursor = page->cursor,
	};

	if (journal_returns(s->journal, &returns) != 0)
		uplink_returned(s->line.uplink, false);
}

static void on_later(void *user)
{
	struct station *s = user;
	struct station_line *l = &s->line;
	uint64_t now = loop_moment(s->loop).mono_ms;

	if (l->tell_at <= now) {
		l->tell_at = MOMENT_NEVER;
		take_state(s);
	}
	if (l->seal_at <= now)
		seal(s);
	arm_later(l);
}

/* --- what the station tells it --- */

int line_open(struct station *s)
{
	const struct settings_headquarters *hq = &s->settings.hq;
	struct station_line *l = &s->line;
	struct uplink_config config = {
		.url = hq->url,
		.ca_file = hq->ca_file,
		.cert_file = hq->cert_file,
		.key_file = hq->key_file,
		.crl_file = hq->crl_file,
		.proxy = hq->proxy,
		.software = STATION_VERSION,
		.poll_ms = (uint64_t)hq->poll_s * 1000u,
	};
	struct uplink_source source = {.page = read_page,
				       .hash = read_hash,
				       .photo = photo_next,
				       .photo_read = photo_read,
				       .photo_delivered = photo_delivered,
				       .photo_again = photo_again,
				       .close = reader_close,
				       .user = &l->feed};
	struct uplink_calls calls = {.acked = on_acked,
				     .fork = on_fork,
				     .changed = on_line_changed,
				     .returns = on_returns,
				     .user = s};
	int r;

	l->seal_at = l->tell_at = MOMENT_NEVER;
	if (!hq->url[0])
		return 0;
	(void)snprintf(l->feed.path, sizeof(l->feed.path), "%s/" JOURNAL_FILE,
		       s->settings.state_dir);
	l->feed.folder = s->settings.state_dir;
	l->feed.photos = &s->photos;
	r = loop_timer(s->loop, &l->later, on_later, s);
	if (r == 0)
		r = uplink_open(&l->uplink, s->loop, &config, &source, &calls);
	if (r < 0) { /* inspections go on */
		l->uplink = NULL;
		l->state.line = SYNC_LINE_PERSON;
		(void)snprintf(l->state.why, sizeof(l->state.why), "cannot set up the line: %s",
			       strerror(-r));
		log_line(&(struct uplink_state){0}, &l->state);
	}
	line_begin(s);
	certificates_look(s);
	show_link(s);
	return 0;
}

void line_begin(struct station *s)
{
	struct journal_state j;

	if (!s->line.uplink)
		return;
	journal_state(s->journal, &j);
	if (!j.works || strcmp(j.journal, s->line.journal) == 0)
		return;
	(void)text_copy(s->line.journal, sizeof(s->line.journal), j.journal);
	atomic_fetch_add(&s->line.feed.journals, 1);
	uplink_begin(s->line.uplink, j.journal, j.acked, j.anchor, j.seq, j.cursor);
}

void line_follow(struct station *s)
{
	struct journal_state j;

	if (!s->line.uplink)
		return;
	journal_state(s->journal, &j);
	uplink_anchor(s->line.uplink, j.anchor);
	uplink_head(s->line.uplink, j.seq);
}

void line_sealed(struct station *s, bool ok)
{
	struct station_line *l = &s->line;

	if (!l->uplink)
		return;
	if (ok) {
		l->seal_at = MOMENT_NEVER;
		line_begin(s);
		return;
	}
	log_warning("the journal could not be sealed; it is tried again");
	l->seal_at = loop_moment(s->loop).mono_ms + SEAL_AGAIN_MS;
	arm_later(l);
}

void line_returned(struct station *s, bool ok)
{
	if (s->line.uplink)
		uplink_returned(s->line.uplink, ok);
}

void line_proved(struct station *s, uint64_t seq)
{
	if (s->line.uplink)
		uplink_proved(s->line.uplink, seq);
}

void line_retry(struct station *s)
{
	if (s->line.uplink)
		uplink_retry(s->line.uplink);
}

void line_close(struct station *s)
{
	uplink_close(s->line.uplink);
	loop_source_free(s->line.later);
}
