/* uplink_poll.c - the list's way over the line: pages of expected returns are asked for at the
 * start and now and then, taken apart by the feed, stored by the station before the cursor moves.
 */
#include "log.h"
#include "station/jitter.h"
#include "station/text.h"
#include "uplink_line.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PAGES_MAX 4096 /* of one list in a row: more is a list without an end */

static void failed(struct uplink *u, enum sync_kind kind, uint64_t retry_after)
{
	struct uplink_list_way *l = &u->list;

	if (l->failures < UINT32_MAX)
		l->failures++;
	if (retry_after > SYNC_RETRY_MAX)
		retry_after = SYNC_RETRY_MAX;
	l->due = loop_moment(u->loop).mono_ms + retry_after + 1 +
		 jitter_wait(&u->random, u->sync.config.backoff_ms, u->sync.config.backoff_cap,
			     l->failures);
	l->at = UPLINK_LIST_RESTS;
	l->pages = 0;
	l->answered = true;
	l->last = kind;
	l->line = SYNC_LINE_OFFLINE;
	if (kind == SYNC_DENIED || kind == SYNC_REFUSED || kind == SYNC_TLS ||
	    kind == SYNC_NONSENSE)
		l->line = SYNC_LINE_PERSON;
	uplink_line_turn(u);
}

void uplink_poll_line_is_back(struct uplink *u)
{
	if (u->list.failures && u->list.last == SYNC_LINE)
		u->list.due = 0;
}

void uplink_poll_turn(struct uplink *u, const struct moment *now, uint64_t *wake)
{
	struct uplink_list_way *l = &u->list;
	char path[32 + UPLINK_CURSOR];
	struct uplink_request q = {.path = path, .reply_max = UPLINK_LIST_BYTES};

	if (!u->begun || !u->poll_ms || l->at != UPLINK_LIST_RESTS || l->job.busy)
		return;
	if (now->mono_ms < l->due) {
		*wake = l->due < *wake ? l->due : *wake;
		return;
	}
	if (u->use != UPLINK_LINE_FREE)
		return;
	(void)snprintf(path, sizeof(path), "/v1/expected%s%s", l->cursor[0] ? "?after=" : "",
		       l->cursor);
	u->use = UPLINK_LINE_LIST;
	l->at = UPLINK_LIST_ASKED;
	uplink_curl_start(u->curl, &q);
}

void uplink_poll_replied(struct uplink *u, struct uplink_response *r)
{
	struct uplink_list_way *l = &u->list;
	struct sync_answer answer = {.kind = r->kind};

	if (r->replied && r->status == 200) {
		uplink_events_line_is_back(u);
		l->at = UPLINK_LIST_READ;
		l->job.kind = UPLINK_JOB_LIST;
		l->job.body_len = r->len;
		l->job.body = uplink_curl_take(u->curl, r);
		uplink_feed_ask(u->feed, &l->job);
		return;
	}
	if (r->replied)
		answer = uplink_reply_events(r->status, NULL, 0, r->retry_after,
					     loop_moment(u->loop).wall_ms);
	uplink_line_why(r, answer.kind, l->why, sizeof(l->why));
	failed(u, answer.kind, answer.retry_after_ms);
}

void uplink_poll_read(struct uplink *u)
{
	struct uplink_list_way *l = &u->list;
	struct uplink_list *page = &l->job.list;
	bool stuck = page->more && strcmp(page->cursor, l->cursor) == 0;
	struct uplink_returns returns = {
		.row = page->row,
		.rows = page->rows,
		.gone = (const char(*)[LABEL_MAX + 1]) page->gone,
		.gones = page->gones,
		.reset = page->reset,
		.more = page->more,
		.cursor = page->cursor,
	};

	if (l->job.error || stuck || l->pages >= PAGES_MAX) {
		(void)snprintf(l->why, sizeof(l->why),
			       "the list of expected returns makes no sense: %.100s",
			       l->job.error ? page->why : "it has no end");
		uplink_list_free(page);
		failed(u, SYNC_NONSENSE, 0);
		return;
	}
	if (page->refused)
		log_write(LOG_LEVEL_ERROR, LOG_LIST_REFUSED,
			  "%u returns of headquarters' list are left out; the first: %s",
			  page->refused, page->why);
	l->at = UPLINK_LIST_STORED;
	u->calls.returns(u->calls.user, &returns);
}

void uplink_poll_stored(struct uplink *u, bool stored)
{
	struct uplink_list_way *l = &u->list;
	struct moment now = loop_moment(u->loop);
	bool more = l->job.list.more;

	if (l->at != UPLINK_LIST_STORED)
		return;
	if (stored)
		(void)text_copy(l->cursor, sizeof(l->cursor), l->job.list.cursor);
	uplink_list_free(&l->job.list);
	if (!stored) {
		(void)text_copy(l->why, sizeof(l->why),
				"the list of expected returns can't be stored here");
		failed(u, SYNC_SERVER, 0);
		return;
	}
	l->at = UPLINK_LIST_RESTS;
	l->answered = true;
	l->line = SYNC_LINE_GOOD;
	l->last = SYNC_ACKED;
	l->failures = 0;
	l->why[0] = '\0';
	l->pages = more ? l->pages + 1 : 0;
	l->due = more ? now.mono_ms
		      : now.mono_ms + u->poll_ms - u->poll_ms / 10 +
				 jitter_draw(&u->random, u->poll_ms / 5);
	u->last_ok_ms = now.wall_ms;
	uplink_line_turn(u);
}
