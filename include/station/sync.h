/* sync.h - the line to headquarters as a protocol: what to send next, and what an answer means. No
 * sockets, no JSON, no clock: the adapter (io/uplink.h) sends and turns replies into answers. */
#ifndef STATION_SYNC_H
#define STATION_SYNC_H
#include "station/event.h"
#include "station/moment.h"
#include <stdbool.h>
#include <stdint.h>

struct sync_config {
	uint32_t batch_max;   /* events of one request, 1..; default 500 */
	uint64_t backoff_ms;  /* first wait, default 1000; doubles with each failure ... */
	uint64_t backoff_cap; /* ... up to this, default 300000. The wait is random below it (full
				 jitter) */
	uint64_t seed;	      /* random */
};

enum sync_do {
	SYNC_WAIT,   /* until order.until_ms (MOMENT_NEVER: until there are more events) */
	SYNC_SEND,   /* events from order.from, at most order.count */
	SYNC_ANCHOR, /* headquarters is behind what is still here: send the anchor */
};

struct sync_order {
	enum sync_do what;
	uint64_t from; /* seq */
	uint32_t count;
	uint64_t until_ms;
};

enum sync_kind {
	SYNC_ACKED,	/* 200: acked and hash */
	SYNC_GAP,	/* 409 gap: acked (0 = nothing) */
	SYNC_FORK,	/* 409 fork */
	SYNC_TOO_LARGE, /* 413 */
	SYNC_BUSY,	/* 429, 503; retry_after_ms, 0 = not told */
	SYNC_DENIED,	/* 401, 403 */
	SYNC_REFUSED,	/* another 4xx: headquarters doesn't understand us, or we it */
	SYNC_SERVER,	/* another 5xx */
	SYNC_LINE,	/* no connection, name not found, time-out, cut off */
	SYNC_TLS, /* certificate: wrong name, expired, not yet valid, revoked, unknown issuer, old
		     TLS */
	SYNC_NONSENSE, /* a reply that is none: endless, truncated, not JSON, out of range */
};

struct sync_answer {
	enum sync_kind kind;
	uint64_t acked;
	uint8_t hash[EVENT_HASH]; /* of event `acked`; SYNC_ACKED only */
	uint64_t retry_after_ms;
};

enum sync_verdict {
	SYNC_GO_ON,  /* ask sync_next */
	SYNC_STORED, /* sync.acked moved: keep it, then sync_next */
	SYNC_CHECK,  /* read the hash of event sync.check from the journal and call sync_checked */
	SYNC_SEAL,   /* seal the journal, begin a child, then sync_begin; nothing is sent until then
		      */
};

#define SYNC_SEALS     3 /* forks in a row that seal; then it is headquarters that is wrong */
#define SYNC_RETRY_MAX 3600000u /* Retry-After beyond it is not believed */

/* What the lamp and the status say. */
enum sync_line {
	SYNC_LINE_OFFLINE, /* no answer yet, or the last try failed for a passing reason, or a
			      backlog */
	SYNC_LINE_GOOD,	   /* the last try worked and at most a batch is under way */
	SYNC_LINE_PERSON,  /* needs a person: denied, certificate, refused, nonsense, 413 at one
			      event */
};

struct sync {
	struct sync_config config;
	uint64_t acked;		     /* headquarters has it up to here, as it said */
	uint64_t anchor;	     /* last seq that is no longer here, 0 = all are */
	uint64_t head;		     /* last durable event here */
	uint64_t sent_from, sent_to; /* in flight; 0 = nothing */
	uint8_t sent_hash[EVENT_HASH];
	uint64_t check;			/* SYNC_CHECK: this event's hash ... */
	uint8_t check_hash[EVENT_HASH]; /* ... is to be this */
	uint64_t probe; /* headquarters' last event is not ours: this one of ours brings the fork to
			   light; 0 = none */
	uint32_t batch, ceiling; /* events of a request; it grows fast up to the ceiling */
	uint32_t taken, full;	 /* the largest that was taken; requests at the ceiling */
	uint32_t failures;	 /* in a row */
	uint32_t forks;		 /* in a row */
	uint64_t not_before;
	enum sync_kind last; /* of the last answer */
	bool answered;	     /* there was one */
	bool too_large;	     /* 413 at a single event */
	bool sealing, anchoring, in_flight;
	uint64_t random;
};

void sync_init(struct sync *s, const struct sync_config *config);
/* A journal: what it knows to be acknowledged, its anchor and its head. Anything in flight is
 * forgotten; the wait that headquarters asked for is kept. */
void sync_begin(struct sync *s, uint64_t acked, uint64_t anchor, uint64_t head);
/* The head moved / retention moved the anchor. */
void sync_head(struct sync *s, uint64_t head);
void sync_anchor(struct sync *s, uint64_t anchor);
/* Headquarters has it up to here, as was proved by another way than the line. */
void sync_proved(struct sync *s, uint64_t acked);
struct sync_order sync_next(const struct sync *s, const struct moment *now);
/* What was really sent for an order: SEND: from..to and the hash of `to`; ANCHOR: to = the anchor
 * and its hash. */
void sync_sent(struct sync *s, enum sync_do what, uint64_t from, uint64_t to,
	       const uint8_t hash[EVENT_HASH]);
/* Also for an order of which nothing could be sent (no connection; the journal can't be read).
 * SYNC_STORED after a gap tells of an acked that went back: retention must not remove what
 * headquarters lost. */
enum sync_verdict sync_reply(struct sync *s, const struct sync_answer *answer,
			     const struct moment *now);
/* Answer to SYNC_CHECK: found false: the journal has no such event. */
enum sync_verdict sync_checked(struct sync *s, bool found, const uint8_t hash[EVENT_HASH],
			       const struct moment *now);
enum sync_line sync_line(const struct sync *s);
const char *sync_kind_text(enum sync_kind kind); /* words for a person; static */
#endif
