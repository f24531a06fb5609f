/* uplink.c - the line to headquarters: the ways of events, list and photos take turns on it,
 * one request at a time. What happened is noted at once; what follows is done at the end of the
 * turn, so that no caller is called back from within its own call. */
#include "uplink.h"
#include "station/text.h"
#include "thread.h"
#include "uplink_line.h"
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void uplink_line_turn(struct uplink *u)
{
	(void)!loop_defer_arm(u->soon);
}

void uplink_line_why(const struct uplink_response *r, enum sync_kind kind, char *why, size_t cap)
{
	char detail[96];

	if (!r->replied) {
		(void)text_copy(why, cap, r->why);
		return;
	}
	uplink_reply_detail(r->body, r->len, detail, sizeof(detail));
	(void)snprintf(why, cap, "%s (HTTP %ld)%s%s", sync_kind_text(kind), r->status,
		       detail[0] ? ": " : "", detail);
}

/* --- how it is --- */

static enum sync_line worse(enum sync_line a, enum sync_line b)
{
	if (a == SYNC_LINE_PERSON || b == SYNC_LINE_PERSON)
		return SYNC_LINE_PERSON;
	return a == SYNC_LINE_OFFLINE ? a : b;
}

void uplink_state(const struct uplink *u, struct uplink_state *out)
{
	bool events = u->sync.answered || u->sync.acked < u->sync.head || u->read_again;
	enum sync_line line = u->read_again ? SYNC_LINE_OFFLINE : sync_line(&u->sync);

	*out = (struct uplink_state){.line = SYNC_LINE_OFFLINE,
				     .acked = u->sync.acked,
				     .last_ok_ms = u->last_ok_ms,
				     .next_ms = u->next_ms,
				     .server = uplink_curl_server(u->curl),
				     .photos_moved = u->photos.moved,
				     .photos_aside = u->photos.sync.asides};
	(void)text_copy(out->photos_why, sizeof(out->photos_why), u->photos.why);
	if (!u->begun || (!events && !u->list.answered))
		return;
	out->line = events ? line : u->list.line;
	if (u->list.answered)
		out->line = worse(out->line, u->list.line);
	if (out->line == SYNC_LINE_GOOD)
		return;
	if (events && line == out->line && u->why[0])
		(void)text_copy(out->why, sizeof(out->why), u->why);
	else if (u->list.answered && u->list.line == out->line)
		(void)text_copy(out->why, sizeof(out->why), u->list.why);
	else
		(void)text_copy(out->why, sizeof(out->why), u->why);
}

static void tell(struct uplink *u)
{
	struct uplink_state now;

	uplink_state(u, &now);
	if (now.line == u->told.line && now.acked == u->told.acked &&
	    now.last_ok_ms == u->told.last_ok_ms && now.next_ms == u->told.next_ms &&
	    now.server.until_ms == u->told.server.until_ms &&
	    now.photos_aside == u->told.photos_aside && now.photos_moved == u->told.photos_moved &&
	    strcmp(now.photos_why, u->told.photos_why) == 0 && strcmp(now.why, u->told.why) == 0)
		return;
	u->told = now;
	u->calls.changed(u->calls.user);
}

/* --- turns --- */

/* What is read, packed and encrypted for the line takes a processor; while events wait that can be
 * sent, again and again. */
static bool at_work(const struct uplink *u)
{
	bool waits =
		u->begun && u->sync.acked < u->sync.head && !u->read_again && !u->sync.failures;

	return waits || u->use != UPLINK_LINE_FREE || u->page[0].busy || u->page[1].busy ||
	       u->hash.busy || u->list.job.busy || u->photos.job.busy;
}

static void on_soon(void *user)
{
	struct uplink *u = user;
	struct moment now = loop_moment(u->loop);
	uint64_t wake = MOMENT_NEVER;

	if (u->read_again && now.mono_ms >= u->read_again)
		u->read_again = 0;
	uplink_poll_turn(u, &now, &wake);
	uplink_events_turn(u, &now, &wake);
	uplink_photos_turn(u, &now, &wake);
	u->next_ms = wake;
	if (loop_timer_set(u->timer, wake) != 0)
		uplink_line_turn(u);
	thread_roam(at_work(u));
	tell(u);
}

static void try_now(struct uplink *u)
{
	u->sync.not_before = 0;
	u->list.due = 0;
	u->read_again = 0;
	u->photos.sync.not_before = 0;
	photosync_again(&u->photos.sync);
	uplink_curl_fresh(u->curl);
}

void uplink_line_ended(struct uplink *u)
{
	if (u->retry)
		try_now(u);
	u->retry = false;
}

static void on_response(void *user, struct uplink_response *r)
{
	struct uplink *u = user;
	enum uplink_line_use use = u->use;

	u->use = UPLINK_LINE_FREE;
	switch (use) {
	case UPLINK_LINE_FREE:
		break;
	case UPLINK_LINE_EVENTS:
	case UPLINK_LINE_ANCHOR:
		uplink_events_replied(u, r);
		break;
	case UPLINK_LINE_LIST:
		uplink_poll_replied(u, r);
		break;
	case UPLINK_LINE_PHOTO:
		uplink_photos_replied(u, r);
		break;
	}
	uplink_line_ended(u);
	uplink_line_turn(u);
}

static void on_read(void *user, struct uplink_job *job)
{
	struct uplink *u = user;

	switch (job->kind) {
	case UPLINK_JOB_PAGE:
	case UPLINK_JOB_HASH:
		uplink_events_read(u, job);
		break;
	case UPLINK_JOB_LIST:
		uplink_poll_read(u);
		break;
	case UPLINK_JOB_PHOTO:
	case UPLINK_JOB_PIECE:
	case UPLINK_JOB_NOTE:
	case UPLINK_JOB_AGAIN:
		uplink_photos_read(u);
		break;
	}
	uplink_line_turn(u);
}

/* --- what others call --- */

int uplink_open(struct uplink **out, struct loop *loop, const struct uplink_config *config,
		const struct uplink_source *source, const struct uplink_calls *calls)
{
	struct uplink *u = calloc(1, sizeof(*u));
	struct sync_config sync = config->sync;
	int r = 0;

	if (!u)
		return -ENOMEM;
	if (!sync.seed && getrandom(&sync.seed, sizeof(sync.seed), 0) != sizeof(sync.seed))
		r = -errno;
	u->loop = loop;
	u->poll_ms = config->poll_ms;
	u->calls = *calls;
	u->random = ~sync.seed;
	u->next_ms = u->told.next_ms = MOMENT_NEVER;
	sync_init(&u->sync, &sync);
	u->has_photos = source->photo != NULL;
	photosync_init(&u->photos.sync, &sync);
	if (r == 0)
		r = loop_defer(loop, &u->soon, on_soon, u);
	if (r == 0)
		r = loop_timer(loop, &u->timer, on_soon, u);
	if (r == 0)
		r = uplink_curl_open(&u->curl, loop, config, on_response, u);
	if (r == 0)
		r = uplink_feed_open(&u->feed, loop, source, on_read, u);
	if (r < 0) {
		uplink_close(u);
		return r;
	}
	*out = u;
	return 0;
}

void uplink_begin(struct uplink *u, const char *journal, uint64_t acked, uint64_t anchor,
		  uint64_t head, const char *cursor)
{
	if (u->use == UPLINK_LINE_EVENTS || u->use == UPLINK_LINE_ANCHOR) {
		uplink_curl_cancel(u->curl);
		u->use = UPLINK_LINE_FREE;
		uplink_line_ended(u);
	}
	u->sending = NULL;
	u->checking = u->hashed = false;
	u->read_again = 0;
	u->generation++;
	u->begun = true;
	(void)text_copy(u->journal, sizeof(u->journal), journal);
	sync_begin(&u->sync, acked, anchor, head);
	if (u->list.at == UPLINK_LIST_RESTS)
		(void)text_copy(u->list.cursor, sizeof(u->list.cursor), cursor);
	uplink_line_turn(u);
}

void uplink_head(struct uplink *u, uint64_t head)
{
	if (head > u->sync.head)
		photosync_look(&u->photos.sync);
	sync_head(&u->sync, head);
	uplink_line_turn(u);
}

void uplink_photo(struct uplink *u)
{
	photosync_look(&u->photos.sync);
	uplink_line_turn(u);
}

void uplink_anchor(struct uplink *u, uint64_t anchor)
{
	sync_anchor(&u->sync, anchor);
	uplink_line_turn(u);
}

void uplink_proved(struct uplink *u, uint64_t acked)
{
	sync_proved(&u->sync, acked);
	uplink_line_turn(u);
}

void uplink_returned(struct uplink *u, bool stored)
{
	uplink_poll_stored(u, stored);
}

void uplink_retry(struct uplink *u)
{
	u->retry = u->use != UPLINK_LINE_FREE;
	try_now(u);
	uplink_line_turn(u);
}

void uplink_close(struct uplink *u)
{
	if (!u)
		return;
	uplink_curl_close(u->curl);
	loop_source_free(u->soon);
	loop_source_free(u->timer);
	if (!uplink_feed_close(u->feed))
		return; /* its thread still has the pages */
	uplink_feed_free(&u->page[0]);
	uplink_feed_free(&u->page[1]);
	uplink_feed_free(&u->list.job);
	uplink_feed_free(&u->photos.job);
	free(u);
}
