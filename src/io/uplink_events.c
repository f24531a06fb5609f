/* uplink_events.c - the events' way over the line: orders of station/sync.h become pages, requests
 * and answers. While a page is under way the next one is read and packed. */
#include "station/text.h"
#include "uplink_line.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- reading --- */

static void ask_page(struct uplink *u, struct uplink_job *job, uint64_t from, uint32_t count)
{
	job->kind = UPLINK_JOB_PAGE;
	job->generation = u->generation;
	job->from = from;
	job->count = count;
	job->to = 0;
	uplink_feed_ask(u->feed, job);
}

static void ask_hash(struct uplink *u, uint64_t seq)
{
	u->hash.kind = UPLINK_JOB_HASH;
	u->hash.generation = u->generation;
	u->hash.from = seq;
	uplink_feed_ask(u->feed, &u->hash);
}

static bool is_for(const struct uplink *u, const struct uplink_job *job, uint64_t from)
{
	return job->generation == u->generation && job->from == from;
}

/* A page that was sent in vain still serves, unless more could be sent by now. */
static bool fits(const struct uplink *u, const struct uplink_job *job,
		 const struct sync_order *order)
{
	uint64_t count = job->to - job->from + 1;

	return !job->busy && job->to != 0 && job->packed_len > 0 && is_for(u, job, order->from) &&
	       (count == order->count || (count < order->count && (job->full || job->fresh)));
}

/* While a page is under way: the one behind it, as far as there is one. */
static void read_ahead(struct uplink *u, const struct uplink_job *sent, uint32_t count)
{
	struct uplink_job *other = sent == &u->page[0] ? &u->page[1] : &u->page[0];

	if (!other->busy && sent->to < u->sync.head)
		ask_page(u, other, sent->to + 1, count);
}

static void cannot_read(struct uplink *u, int error)
{
	u->read_again = loop_moment(u->loop).mono_ms + UPLINK_LINE_READ_AGAIN_MS;
	(void)snprintf(u->why, sizeof(u->why), "the journal can't be read: %s", strerror(-error));
}

/* --- sending --- */

static void send_page(struct uplink *u, struct uplink_job *page, uint32_t count)
{
	char path[96];
	struct uplink_request q = {.path = path,
				   .type = "application/x-ndjson",
				   .body = page->packed,
				   .len = page->packed_len,
				   .gzip = true,
				   .reply_max = UPLINK_REPLY_BYTES};

	(void)snprintf(path, sizeof(path), "/v1/journals/%s/events", u->journal);
	u->use = UPLINK_LINE_EVENTS;
	u->sending = page;
	page->fresh = false;
	sync_sent(&u->sync, SYNC_SEND, page->from, page->to, page->hash);
	uplink_curl_start(u->curl, &q);
	read_ahead(u, page, count);
}

static void send_events(struct uplink *u, const struct sync_order *order)
{
	struct uplink_job *free_one = NULL;

	for (int i = 0; i < 2; i++) {
		struct uplink_job *page = &u->page[i];

		if (fits(u, page, order)) {
			send_page(u, page, order->count);
			return;
		}
		if (page->busy && is_for(u, page, order->from) && page->count <= order->count)
			return; /* it is being read */
		if (!page->busy)
			free_one = page;
	}
	if (free_one)
		ask_page(u, free_one, order->from, order->count);
}

static void send_anchor(struct uplink *u, uint64_t anchor)
{
	struct text t = text_over(u->anchor, sizeof(u->anchor));
	char path[96];
	struct uplink_request q = {.path = path,
				   .type = "application/json",
				   .body = u->anchor,
				   .reply_max = UPLINK_REPLY_BYTES};

	if (u->hash.busy)
		return;
	if (!u->hashed || !is_for(u, &u->hash, anchor)) {
		u->hashed = false;
		ask_hash(u, anchor);
		return;
	}
	u->hashed = false;
	text_put(&t, "{\"seq\":");
	text_u64(&t, anchor);
	text_put(&t, ",\"hash\":\"");
	text_hex(&t, u->hash.hash, sizeof(u->hash.hash));
	text_put(&t, "\"}");
	q.len = t.len;
	(void)snprintf(path, sizeof(path), "/v1/journals/%s/anchor", u->journal);
	u->use = UPLINK_LINE_ANCHOR;
	sync_sent(&u->sync, SYNC_ANCHOR, anchor, anchor, u->hash.hash);
	uplink_curl_start(u->curl, &q);
}

void uplink_events_turn(struct uplink *u, const struct moment *now, uint64_t *wake)
{
	struct sync_order order;

	if (!u->begun)
		return;
	if (now->mono_ms < u->read_again) {
		*wake = u->read_again < *wake ? u->read_again : *wake;
		return;
	}
	if (u->checking) {
		if (!u->hash.busy)
			ask_hash(u, u->sync.check);
		return;
	}
	order = sync_next(&u->sync, now);
	switch (order.what) {
	case SYNC_WAIT:
		*wake = order.until_ms < *wake ? order.until_ms : *wake;
		return;
	case SYNC_SEND:
		if (uplink_photos_yield(u, now, wake))
			send_events(u, &order);
		return;
	case SYNC_ANCHOR:
		if (uplink_photos_yield(u, now, wake))
			send_anchor(u, order.from);
		return;
	}
}

/* --- what came back --- */

static void follow(struct uplink *u, enum sync_verdict verdict)
{
	switch (verdict) {
	case SYNC_GO_ON:
		break;
	case SYNC_STORED:
		u->calls.acked(u->calls.user, u->sync.acked);
		break;
	case SYNC_CHECK:
		u->checking = true;
		break;
	case SYNC_SEAL:
		u->calls.fork(u->calls.user);
		break;
	}
	uplink_line_turn(u);
}

void uplink_events_read(struct uplink *u, struct uplink_job *job)
{
	struct moment now = loop_moment(u->loop);
	bool hash = job->kind == UPLINK_JOB_HASH, found = job->error == 0;

	if (job->generation != u->generation)
		return;
	if (hash && u->checking && !is_for(u, job, u->sync.check))
		return; /* the next turn asks for the one that is wanted */
	if (hash && u->checking && (found || job->error == -ENOENT)) {
		u->checking = false;
		follow(u, sync_checked(&u->sync, found, job->hash, &now));
		if (sync_line(&u->sync) == SYNC_LINE_PERSON)
			(void)text_copy(u->why, sizeof(u->why), sync_kind_text(u->sync.last));
		return;
	}
	u->hashed = hash && found;
	if (!hash && u->use == UPLINK_LINE_EVENTS)
		return; /* read ahead: whether it is wanted will show */
	if (!found)
		cannot_read(u, job->error);
	else if (!hash && job->to == 0)
		cannot_read(u, -ENODATA); /* the head says that there is more */
}

/* The list got through, at a moment that is random after a cut; the events need not wait longer. */
void uplink_events_line_is_back(struct uplink *u)
{
	if (u->sync.failures && u->sync.last == SYNC_LINE)
		u->sync.not_before = 0;
}

void uplink_events_replied(struct uplink *u, const struct uplink_response *r)
{
	struct moment now = loop_moment(u->loop);
	struct sync_answer answer = {.kind = r->kind};
	uint64_t acked;

	if (r->replied)
		answer = uplink_reply_events(r->status, r->body, r->len, r->retry_after,
					     now.wall_ms);
	u->sending = NULL;
	u->why[0] = '\0';
	if (answer.kind == SYNC_ACKED) {
		u->last_ok_ms = now.wall_ms;
		uplink_poll_line_is_back(u);
	}
	acked = u->sync.acked;
	follow(u, sync_reply(&u->sync, &answer, &now));
	if (u->sync.acked < acked)
		uplink_photos_rewound(u);
	if (u->sync.last != answer.kind)
		(void)text_copy(u->why, sizeof(u->why), sync_kind_text(u->sync.last));
	else if (answer.kind != SYNC_ACKED && answer.kind != SYNC_GAP)
		uplink_line_why(r, answer.kind, u->why, sizeof(u->why));
}
