/* photosync.c - photos on their way to headquarters, piece by piece; see photosync.h. Whatever
 * headquarters says, a photo costs a bounded number of requests until it is there or set aside, and
 * nothing that leads nowhere is repeated at full speed. */
#include "station/photosync.h"
#include "station/jitter.h"
#include <string.h>

/* How much came is asked for before more is sent. */
static enum photosync_verdict fail(struct photosync *p, uint64_t asked_ms, const struct moment *now)
{
	if (p->failures < UINT32_MAX)
		p->failures++;
	p->not_before = now->mono_ms + asked_ms +
			jitter_wait(&p->random, p->backoff_ms, p->backoff_cap, p->failures);
	p->asked = false;
	return PHOTOSYNC_GO_ON;
}

static void let_go(struct photosync *p)
{
	p->sha256[0] = '\0';
	p->in_flight = p->noting = p->asked = false;
	p->tries = 0;
	p->wanted = true;
}

/* --- photos that headquarters would not have --- */

bool photosync_skips(const struct photosync_aside *aside, uint32_t asides, const char *sha256)
{
	for (uint32_t i = 0; i < asides; i++)
		if (strcmp(aside[i].sha256, sha256) == 0)
			return true;
	return false;
}

static void aside_remove(struct photosync *p, uint32_t at)
{
	p->asides--;
	memmove(&p->aside[at], &p->aside[at + 1], (p->asides - at) * sizeof(p->aside[0]));
}

/* A wait too: one that refuses all of them is not to be asked for all at once. */
static enum photosync_verdict set_aside(struct photosync *p, bool unknown, const struct moment *now)
{
	struct photosync_aside a = {.since_ms = now->mono_ms,
				    .until_ms = now->mono_ms + PHOTOSYNC_ASIDE_MS,
				    .unknown = unknown};

	memcpy(a.sha256, p->sha256, sizeof(a.sha256));
	if (p->asides == PHOTOSYNC_ASIDE)
		aside_remove(p, 0);
	p->aside[p->asides++] = a;
	let_go(p);
	(void)fail(p, 0, now);
	return PHOTOSYNC_REFUSED;
}

/* When the first of them may be tried again. */
static uint64_t asides_end(const struct photosync *p)
{
	uint64_t end = MOMENT_NEVER;

	for (uint32_t i = 0; i < p->asides; i++)
		if (p->aside[i].until_ms < end)
			end = p->aside[i].until_ms;
	return end;
}

static void asides_prune(struct photosync *p, const struct moment *now)
{
	for (uint32_t i = p->asides; i-- > 0;)
		if (p->aside[i].until_ms <= now->mono_ms)
			aside_remove(p, i);
}

/* --- answers --- */

static enum photosync_verdict nowhere(struct photosync *p, const struct moment *now)
{
	if (++p->tries >= PHOTOSYNC_TRIES)
		return set_aside(p, false, now);
	return fail(p, 0, now);
}

static uint32_t half(uint32_t piece)
{
	return piece / 2 > PHOTOSYNC_PIECE_LEAST ? piece / 2 : PHOTOSYNC_PIECE_LEAST;
}

static void set_pace(struct photosync *p, const struct moment *now)
{
	uint64_t took = now->mono_ms - p->sent_ms;

	if (took < PHOTOSYNC_QUICK_MS)
		p->piece = p->piece > p->ceiling / 2 ? p->ceiling : p->piece * 2;
	else if (took > PHOTOSYNC_SLOW_MS)
		p->piece = half(p->piece);
}

static enum photosync_verdict on_have(struct photosync *p, uint64_t have, const struct moment *now)
{
	bool asking = p->sent_from == p->sent_to;

	if (have > p->bytes || (!asking && have != p->sent_to && have != p->bytes))
		return nowhere(p, now);
	if (have == p->bytes) {
		p->failures = 0;
		p->not_before = 0;
		p->noting = true;
		return PHOTOSYNC_DELIVERED;
	}
	p->have = have;
	p->asked = true;
	if (!asking) { /* an answer to a question is no progress */
		p->failures = 0;
		set_pace(p, now);
	}
	return PHOTOSYNC_GO_ON;
}

static enum photosync_verdict on_too_large(struct photosync *p, const struct moment *now)
{
	uint64_t sent = p->sent_to - p->sent_from;

	if (sent / 2 < PHOTOSYNC_PIECE_LEAST)
		return set_aside(p, false, now);
	p->piece = p->ceiling = (uint32_t)(sent / 2);
	return PHOTOSYNC_GO_ON;
}

enum photosync_verdict photosync_reply(struct photosync *p, const struct photosync_answer *a,
				       const struct moment *now)
{
	bool sent = p->in_flight;

	p->in_flight = false;
	if (!p->sha256[0])
		return PHOTOSYNC_GO_ON;
	switch (a->kind) {
	case SYNC_ACKED:
		return sent ? on_have(p, a->have, now) : nowhere(p, now);
	case SYNC_GAP: /* it is asked for what it has, for that costs little and is rare */
	case SYNC_FORK:
	case SYNC_SERVER:
	case SYNC_NONSENSE:
		return nowhere(p, now);
	case SYNC_TOO_LARGE:
		return on_too_large(p, now);
	case SYNC_REFUSED:
		return set_aside(p, a->unknown, now);
	case SYNC_BUSY:
		return fail(p,
			    a->retry_after_ms < SYNC_RETRY_MAX ? a->retry_after_ms : SYNC_RETRY_MAX,
			    now);
	case SYNC_LINE: /* a line that is cut often, or too slow for the piece */
		p->piece = half(p->piece);
		break;
	case SYNC_DENIED: /* whichever photo it is */
	case SYNC_TLS:
		break;
	}
	return fail(p, 0, now);
}

void photosync_noted(struct photosync *p, bool ok, const struct moment *now)
{
	if (!p->noting)
		return;
	if (ok)
		let_go(p);
	else
		(void)set_aside(p, false, now);
}

/* --- orders --- */

void photosync_init(struct photosync *p, const struct sync_config *config)
{
	memset(p, 0, sizeof(*p));
	p->backoff_ms = config->backoff_ms ? config->backoff_ms : 1000;
	p->backoff_cap = config->backoff_cap ? config->backoff_cap : 300000;
	p->random = config->seed;
	p->piece = PHOTOSYNC_PIECE_FIRST;
	p->ceiling = PHOTOSYNC_PIECE_MAX;
	p->wanted = true;
}

void photosync_look(struct photosync *p)
{
	p->wanted = true;
	for (uint32_t i = 0; i < p->asides; i++)
		if (p->aside[i].unknown)
			p->aside[i].until_ms = p->aside[i].since_ms + PHOTOSYNC_UNKNOWN_MS;
}

void photosync_again(struct photosync *p)
{
	p->asides = 0;
	p->asked = false;
	p->wanted = true;
}

void photosync_found(struct photosync *p, const char *sha256, uint64_t bytes,
		     const struct moment *now)
{
	asides_prune(p, now);
	p->wanted = false;
	if (!sha256 || strlen(sha256) != PHOTOSYNC_HASH || bytes == 0)
		return;
	memcpy(p->sha256, sha256, sizeof(p->sha256));
	p->bytes = bytes;
	p->have = 0;
	p->tries = 0;
	p->asked = false;
}

void photosync_unread(struct photosync *p, bool gone, const struct moment *now)
{
	if (!p->sha256[0])
		return;
	if (gone)
		let_go(p);
	else
		(void)set_aside(p, false, now);
}

struct photosync_order photosync_next(const struct photosync *p, const struct moment *now)
{
	struct photosync_order order = {.what = PHOTOSYNC_WAIT, .until_ms = MOMENT_NEVER};
	uint64_t left = p->bytes - p->have;

	if (p->in_flight || p->noting)
		return order;
	if (!p->sha256[0] && !p->wanted && asides_end(p) > now->mono_ms) {
		order.until_ms = asides_end(p);
		return order;
	}
	if (now->mono_ms < p->not_before) {
		order.until_ms = p->not_before;
		return order;
	}
	if (!p->sha256[0]) {
		order.what = PHOTOSYNC_FIND;
	} else if (!p->asked) {
		order.what = PHOTOSYNC_ASK;
	} else {
		order.what = PHOTOSYNC_SEND;
		order.from = p->have;
		order.len = left < p->piece ? (uint32_t)left : p->piece;
	}
	return order;
}

void photosync_sent(struct photosync *p, const struct photosync_order *order,
		    const struct moment *now)
{
	p->in_flight = true;
	p->sent_from = order->from;
	p->sent_to = order->from + order->len;
	p->sent_ms = now->mono_ms;
}
