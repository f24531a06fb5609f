/* uplink_photos.c - the photos' way over the line: orders of station/photosync.h, whenever the
 * events have nothing to send. Files are read on the uplink's own thread, a piece at a time. */
#include "log.h"
#include "station/text.h"
#include "uplink_line.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 3000  /* a piece that is under way for so long makes way for an event */
#define AGAIN_MS    60000 /* a folder that can't be read is looked into again */

/* --- reading --- */

static void ask(struct uplink *u, enum uplink_job_kind kind)
{
	struct uplink_photos_way *w = &u->photos;

	w->job.kind = kind;
	(void)text_copy(w->job.sha256, sizeof(w->job.sha256), w->sync.sha256);
	w->job.fresh = false;
	w->job.asides = w->sync.asides;
	memcpy(w->job.aside, w->sync.aside, sizeof(w->job.aside));
	uplink_feed_ask(u->feed, &w->job);
}

static void ask_piece(struct uplink *u, const struct photosync_order *order)
{
	u->photos.job.from = order->from;
	u->photos.job.count = order->len;
	ask(u, UPLINK_JOB_PIECE);
}

static bool is_read(const struct uplink_job *job, const struct photosync *p,
		    const struct photosync_order *order)
{
	return job->kind == UPLINK_JOB_PIECE && job->fresh && job->from == order->from &&
	       job->count == order->len && strcmp(job->sha256, p->sha256) == 0;
}

static void set_why(struct uplink *u, const char *what, const char *why)
{
	(void)snprintf(u->photos.why, sizeof(u->photos.why), "%s: %s", what, why);
}

static void look_found(struct uplink *u, const struct moment *now)
{
	struct uplink_photos_way *w = &u->photos;

	if (w->job.error == 0)
		photosync_found(&w->sync, w->job.sha256, w->job.bytes, now);
	else
		photosync_found(&w->sync, NULL, 0, now);
	if (w->job.error && w->job.error != -ENOENT) {
		set_why(u, "the folder of photos can't be read", strerror(-w->job.error));
		w->look_again = now->mono_ms + AGAIN_MS;
	}
	if (!w->sync.sha256[0]) { /* nothing to do: the memory of pieces is not kept for it */
		free(w->job.packed);
		w->job.packed = NULL;
	}
}

void uplink_photos_read(struct uplink *u)
{
	struct uplink_photos_way *w = &u->photos;
	struct moment now = loop_moment(u->loop);

	switch (w->job.kind) {
	case UPLINK_JOB_PHOTO:
		look_found(u, &now);
		break;
	case UPLINK_JOB_PIECE:
		w->job.fresh = w->job.error == 0;
		if (w->job.error == 0)
			break;
		if (w->job.error != -ENOENT)
			set_why(u, "a photo can't be read", strerror(-w->job.error));
		photosync_unread(&w->sync, w->job.error == -ENOENT, &now);
		break;
	case UPLINK_JOB_NOTE:
		if (w->job.error)
			set_why(u, "a photo that headquarters has can't be put away",
				strerror(-w->job.error));
		w->moved++;
		photosync_noted(&w->sync, w->job.error == 0, &now);
		break;
	case UPLINK_JOB_AGAIN:
		if (w->job.error)
			set_why(u, "the photos can't be sent again", strerror(-w->job.error));
		w->moved++;
		w->rewound = w->job.error != 0;
		w->look_again = w->rewound ? now.mono_ms + AGAIN_MS : 0;
		photosync_again(&w->sync);
		break;
	case UPLINK_JOB_PAGE:
	case UPLINK_JOB_HASH:
	case UPLINK_JOB_LIST:
		break;
	}
}

/* --- sending --- */

static void send_request(struct uplink *u, const struct photosync_order *order,
			 const struct moment *now)
{
	struct uplink_photos_way *w = &u->photos;
	char path[32 + PHOTOSYNC_HASH], range[80];
	struct uplink_request q = {.path = path,
				   .type = "image/jpeg",
				   .body = order->len ? w->job.packed : "",
				   .len = order->len,
				   .put = true,
				   .range = range,
				   .reply_max = UPLINK_REPLY_BYTES};

	(void)snprintf(path, sizeof(path), "/v1/photos/%s", w->sync.sha256);
	if (order->len)
		(void)snprintf(range, sizeof(range), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
			       order->from, order->from + order->len - 1, w->sync.bytes);
	else
		(void)snprintf(range, sizeof(range), "bytes */%" PRIu64, w->sync.bytes);
	u->use = UPLINK_LINE_PHOTO;
	w->begun_ms = now->mono_ms;
	photosync_sent(&w->sync, order, now);
	uplink_curl_start(u->curl, &q);
}

/* Nothing of the events or the list is under way or due. */
static bool may_send(const struct uplink *u)
{
	return u->begun && u->has_photos && u->use == UPLINK_LINE_FREE && !u->checking &&
	       !u->read_again && u->sync.acked >= u->sync.head && !u->photos.job.busy;
}

void uplink_photos_turn(struct uplink *u, const struct moment *now, uint64_t *wake)
{
	struct uplink_photos_way *w = &u->photos;
	struct photosync_order order;

	if (w->look_again && now->mono_ms >= w->look_again) {
		w->look_again = 0;
		photosync_look(&w->sync);
	}
	/* Whatever the line does: only the disk keeps it over a restart. */
	if (w->rewound && !w->look_again && !w->job.busy && u->use != UPLINK_LINE_PHOTO) {
		ask(u, UPLINK_JOB_AGAIN);
		return;
	}
	if (w->look_again && w->look_again < *wake)
		*wake = w->look_again;
	if (!may_send(u))
		return;
	order = photosync_next(&w->sync, now);
	switch (order.what) {
	case PHOTOSYNC_WAIT:
		if (w->sync.noting)
			ask(u, UPLINK_JOB_NOTE);
		*wake = order.until_ms < *wake ? order.until_ms : *wake;
		break;
	case PHOTOSYNC_FIND:
		ask(u, UPLINK_JOB_PHOTO);
		break;
	case PHOTOSYNC_ASK:
		send_request(u, &order, now);
		break;
	case PHOTOSYNC_SEND:
		if (is_read(&w->job, &w->sync, &order))
			send_request(u, &order, now);
		else
			ask_piece(u, &order);
		break;
	}
}

/* --- what came back --- */

static void follow(struct uplink *u, const struct photosync_answer *answer)
{
	struct uplink_photos_way *w = &u->photos;
	struct moment now = loop_moment(u->loop);
	uint32_t tries = w->sync.tries;
	char sha256[PHOTOSYNC_HASH + 1];

	(void)text_copy(sha256, sizeof(sha256), w->sync.sha256);
	switch (photosync_reply(&w->sync, answer, &now)) {
	case PHOTOSYNC_GO_ON:
		if (answer->kind == SYNC_ACKED && w->sync.tries == tries)
			w->why[0] = '\0';
		break;
	case PHOTOSYNC_DELIVERED:
		w->why[0] = '\0';
		break;
	case PHOTOSYNC_REFUSED:
		log_warning("the photo %s is kept here; headquarters does not take it: %s", sha256,
			    w->why);
		break;
	}
}

void uplink_photos_replied(struct uplink *u, const struct uplink_response *r)
{
	struct uplink_photos_way *w = &u->photos;
	struct photosync_answer answer = {.kind = r->kind};

	if (r->replied)
		answer = uplink_reply_photo(r->status, r->body, r->len, r->retry_after,
					    loop_moment(u->loop).wall_ms);
	if (answer.kind == SYNC_ACKED) /* unless it leads somewhere, which follow() finds out */
		(void)text_copy(w->why, sizeof(w->why), sync_kind_text(SYNC_NONSENSE));
	else
		uplink_line_why(r, answer.kind, w->why, sizeof(w->why));
	follow(u, &answer);
}

bool uplink_photos_yield(struct uplink *u, const struct moment *now, uint64_t *wake)
{
	struct uplink_photos_way *w = &u->photos;
	struct photosync_answer broken = {.kind = SYNC_LINE};
	uint64_t until = w->begun_ms + PATIENCE_MS;

	if (u->use != UPLINK_LINE_PHOTO)
		return u->use == UPLINK_LINE_FREE;
	if (now->mono_ms < until) {
		*wake = until < *wake ? until : *wake;
		return false;
	}
	uplink_curl_cancel(u->curl);
	u->use = UPLINK_LINE_FREE;
	(void)text_copy(w->why, sizeof(w->why), "a photo made way for an event");
	follow(u, &broken);
	uplink_line_ended(u);
	return true;
}

void uplink_photos_rewound(struct uplink *u)
{
	u->photos.rewound = u->has_photos;
}
