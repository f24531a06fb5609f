/* sync.c - the line to headquarters as a protocol: what to send next, and what an answer means.
 * `acked` moves only over events whose hash headquarters has told, so that what it never had is
 * never taken for delivered. */
#include "station/sync.h"
#include "station/jitter.h"
#include <string.h>

#define FULL_BEFORE_MORE 32 /* requests at the ceiling before a larger one is tried */

/* --- waiting --- */

static enum sync_verdict fail(struct sync *s, uint64_t asked_ms, const struct moment *now)
{
	if (s->failures < UINT32_MAX)
		s->failures++;
	s->not_before =
		now->mono_ms + asked_ms +
		jitter_wait(&s->random, s->config.backoff_ms, s->config.backoff_cap, s->failures);
	return SYNC_GO_ON;
}

static enum sync_verdict nonsense(struct sync *s, const struct moment *now)
{
	s->last = SYNC_NONSENSE;
	return fail(s, 0, now);
}

/* --- the size of requests --- */

static void shrink(struct sync *s, uint32_t sent)
{
	s->batch = sent / 2;
	if (s->taken >= sent)
		s->taken = s->batch; /* the limit is lower than it was */
	s->ceiling = s->taken > s->batch ? s->taken : s->batch;
	s->full = 0;
}

static uint32_t larger(uint32_t size, uint32_t most)
{
	return size / 8 + 1 < most - size ? size + size / 8 + 1 : most;
}

/* Up to the ceiling at once; beyond it now and then, for that costs a refusal where the limit is
 * real. */
static void grow(struct sync *s, uint32_t sent)
{
	if (sent > s->taken)
		s->taken = sent;
	if (sent < s->batch || s->batch >= s->config.batch_max)
		return;
	if (s->batch < s->ceiling) {
		s->batch = larger(s->batch, s->ceiling);
	} else if (++s->full >= FULL_BEFORE_MORE) {
		s->full = 0;
		s->batch = s->ceiling = larger(s->ceiling, s->config.batch_max);
	}
}

/* --- answers --- */

static uint32_t sent_count(const struct sync *s)
{
	return (uint32_t)(s->sent_to - s->sent_from + 1);
}

/* Headquarters has it up to `acked`, and its hash is ours. */
static enum sync_verdict proven(struct sync *s, uint64_t acked, const struct moment *now)
{
	if (acked <= s->acked)
		return fail(s, 0, now); /* it took nothing, and may do so for ever */
	s->acked = acked;
	if (s->head < acked)
		s->head = acked;
	s->failures = s->forks = 0;
	s->too_large = false;
	s->not_before = 0;
	return SYNC_STORED;
}

static enum sync_verdict on_acked(struct sync *s, const struct sync_answer *a,
				  const struct moment *now)
{
	uint64_t least = s->anchoring ? s->sent_to : s->sent_from - 1;

	if (a->acked < least)
		return nonsense(s, now);
	if (a->acked == s->sent_to) {
		if (memcmp(a->hash, s->sent_hash, EVENT_HASH) != 0)
			return nonsense(s, now);
		if (!s->anchoring)
			grow(s, sent_count(s));
		return proven(s, a->acked, now);
	}
	if (a->acked == 0)
		return fail(s, 0, now); /* nothing taken, and no hash to look at */
	s->check = a->acked;
	memcpy(s->check_hash, a->hash, EVENT_HASH);
	return SYNC_CHECK;
}

enum sync_verdict sync_checked(struct sync *s, bool found, const uint8_t hash[EVENT_HASH],
			       const struct moment *now)
{
	uint64_t acked = s->check;

	if (!acked)
		return SYNC_GO_ON; /* a journal began meanwhile */
	s->check = 0;
	if (found && memcmp(hash, s->check_hash, EVENT_HASH) == 0)
		return proven(s, acked, now);
	/* More than was sent, and not ours: it lies, or a twin of this journal sent it. Our event
	 * there, or our last one, makes a truthful headquarters say "fork" or "gap". */
	if (acked > s->sent_to)
		s->probe = acked < s->head ? acked : s->head;
	return nonsense(s, now);
}

/* The next request begins at what headquarters still has. A wait, although nothing failed: one that
 * says "gap" to everything is not to be asked at full speed. No hash is told, so it never leads
 * forward. */
static enum sync_verdict on_gap(struct sync *s, const struct sync_answer *a,
				const struct moment *now)
{
	if (s->anchoring || a->acked >= s->acked)
		return nonsense(s, now);
	s->acked = a->acked;
	(void)fail(s, 0, now);
	return SYNC_STORED;
}

static enum sync_verdict on_fork(struct sync *s, const struct moment *now)
{
	if (s->forks >= SYNC_SEALS)
		return nonsense(s, now); /* a child of its own is nobody's twin */
	s->forks++;
	s->sealing = true;
	(void)fail(s, 0, now);
	return SYNC_SEAL;
}

static enum sync_verdict on_too_large(struct sync *s, const struct moment *now)
{
	uint32_t sent = sent_count(s);

	if (s->anchoring)
		return nonsense(s, now);
	if (sent > 1) {
		shrink(s, sent);
		return SYNC_GO_ON;
	}
	s->batch = 1; /* the ceiling stays: one event says nothing of the others */
	s->too_large = true;
	s->failures = UINT32_MAX - 1; /* waiting won't mend it: the longest waits at once */
	return fail(s, 0, now);
}

static enum sync_verdict on_busy(struct sync *s, const struct sync_answer *a,
				 const struct moment *now)
{
	return fail(s, a->retry_after_ms < SYNC_RETRY_MAX ? a->retry_after_ms : SYNC_RETRY_MAX,
		    now);
}

enum sync_verdict sync_reply(struct sync *s, const struct sync_answer *a, const struct moment *now)
{
	bool sent = s->in_flight;

	s->in_flight = false;
	s->answered = true;
	s->last = a->kind;
	s->probe = 0;
	switch (a->kind) {
	case SYNC_ACKED:
		return sent ? on_acked(s, a, now) : nonsense(s, now);
	case SYNC_GAP:
		return sent ? on_gap(s, a, now) : nonsense(s, now);
	case SYNC_FORK:
		return sent ? on_fork(s, now) : nonsense(s, now);
	case SYNC_TOO_LARGE:
		return sent ? on_too_large(s, now) : nonsense(s, now);
	case SYNC_BUSY:
		return on_busy(s, a, now);
	case SYNC_DENIED:
	case SYNC_REFUSED:
	case SYNC_SERVER:
	case SYNC_LINE:
	case SYNC_TLS:
	case SYNC_NONSENSE:
		break;
	}
	return fail(s, 0, now);
}

/* --- orders --- */

void sync_init(struct sync *s, const struct sync_config *config)
{
	memset(s, 0, sizeof(*s));
	s->config = *config;
	if (!s->config.batch_max)
		s->config.batch_max = 500;
	if (!s->config.backoff_ms)
		s->config.backoff_ms = 1000;
	if (!s->config.backoff_cap)
		s->config.backoff_cap = 300000;
	s->batch = s->ceiling = s->config.batch_max;
	s->random = config->seed;
}

void sync_begin(struct sync *s, uint64_t acked, uint64_t anchor, uint64_t head)
{
	s->anchor = anchor;
	s->head = head > anchor ? head : anchor;
	s->acked = acked < s->head ? acked : s->head;
	s->sent_from = s->sent_to = 0;
	s->check = s->probe = 0;
	s->in_flight = s->anchoring = s->sealing = false;
}

void sync_head(struct sync *s, uint64_t head)
{
	if (head > s->head)
		s->head = head;
}

void sync_anchor(struct sync *s, uint64_t anchor)
{
	if (anchor > s->anchor)
		s->anchor = anchor;
	sync_head(s, s->anchor);
}

void sync_proved(struct sync *s, uint64_t acked)
{
	if (acked > s->acked && acked <= s->head)
		s->acked = acked;
}

struct sync_order sync_next(const struct sync *s, const struct moment *now)
{
	struct sync_order order = {.what = SYNC_WAIT, .until_ms = MOMENT_NEVER};
	uint64_t left;

	if (s->in_flight || s->sealing || s->check || s->acked >= s->head)
		return order;
	if (now->mono_ms < s->not_before) {
		order.until_ms = s->not_before;
		return order;
	}
	if (s->acked < s->anchor && !s->probe) {
		order.what = SYNC_ANCHOR;
		order.from = s->anchor;
		order.count = 1;
		return order;
	}
	order.what = SYNC_SEND;
	order.from = s->probe ? s->probe : s->acked + 1;
	left = s->head - order.from + 1;
	order.count = left < s->batch ? (uint32_t)left : s->batch;
	return order;
}

void sync_sent(struct sync *s, enum sync_do what, uint64_t from, uint64_t to,
	       const uint8_t hash[EVENT_HASH])
{
	s->in_flight = true;
	s->anchoring = what == SYNC_ANCHOR;
	s->sent_from = s->anchoring ? to : from;
	s->sent_to = to;
	memcpy(s->sent_hash, hash, EVENT_HASH);
}

/* --- for a person --- */

enum sync_line sync_line(const struct sync *s)
{
	if (!s->answered)
		return SYNC_LINE_OFFLINE;
	switch (s->last) {
	case SYNC_DENIED:
	case SYNC_REFUSED:
	case SYNC_TLS:
	case SYNC_NONSENSE:
		return SYNC_LINE_PERSON;
	case SYNC_TOO_LARGE:
		if (s->too_large)
			return SYNC_LINE_PERSON;
		break;
	case SYNC_ACKED:
	case SYNC_GAP:
	case SYNC_FORK:
	case SYNC_BUSY:
	case SYNC_SERVER:
	case SYNC_LINE:
		break;
	}
	if (s->failures || s->head - s->acked > s->config.batch_max)
		return SYNC_LINE_OFFLINE;
	return SYNC_LINE_GOOD;
}

const char *sync_kind_text(enum sync_kind kind)
{
	switch (kind) {
	case SYNC_ACKED:
		return "stored";
	case SYNC_GAP:
		return "headquarters lacks earlier events";
	case SYNC_FORK:
		return "another history under the same journal";
	case SYNC_TOO_LARGE:
		return "too large for headquarters";
	case SYNC_BUSY:
		return "headquarters is busy";
	case SYNC_DENIED:
		return "access denied";
	case SYNC_REFUSED:
		return "headquarters refused the request";
	case SYNC_SERVER:
		return "headquarters failed";
	case SYNC_LINE:
		return "no connection";
	case SYNC_TLS:
		return "certificate or TLS not acceptable";
	case SYNC_NONSENSE:
		return "headquarters' answer makes no sense";
	}
	return "";
}
