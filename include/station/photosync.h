/* photosync.h - photos on their way to headquarters, one at a time and piece by piece, behind the
 * events: what to send next, and what an answer means. No sockets, no files, no clock: the adapter
 * (io/uplink.h) finds, reads, sends and turns replies into answers. */
#ifndef STATION_PHOTOSYNC_H
#define STATION_PHOTOSYNC_H
#include "station/moment.h"
#include "station/sync.h"
#include <stdbool.h>
#include <stdint.h>

#define PHOTOSYNC_HASH	      64 /* characters: lower hex */
#define PHOTOSYNC_PIECE_MAX   262144u
#define PHOTOSYNC_PIECE_FIRST 65536u
#define PHOTOSYNC_PIECE_LEAST 16384u
#define PHOTOSYNC_QUICK_MS    500  /* a piece that took less: the next one is twice as large ... */
#define PHOTOSYNC_SLOW_MS     2000 /* ... more: half, so that an event does not wait long behind */
#define PHOTOSYNC_TRIES	      8	   /* answers that lead nowhere, until a photo is set aside */
#define PHOTOSYNC_ASIDE	      64   /* photos that headquarters would not have; the oldest goes */
#define PHOTOSYNC_ASIDE_MS    86400000u /* then it is tried again ... */
#define PHOTOSYNC_UNKNOWN_MS  60000u	/* ... or when its event may have come there since */

enum photosync_do {
	PHOTOSYNC_WAIT, /* until order.until_ms (MOMENT_NEVER: until photosync_look or a reply) */
	PHOTOSYNC_FIND, /* the oldest photo that photosync_skips() does not; then photosync_found */
	PHOTOSYNC_ASK,	/* how much of it is there? */
	PHOTOSYNC_SEND, /* bytes from order.from, order.len of them */
};

struct photosync_order {
	enum photosync_do what;
	uint64_t from;
	uint32_t len;
	uint64_t until_ms;
};

struct photosync_answer {
	enum sync_kind kind; /* ACKED: 200 with have; GAP: 409; FORK is none */
	uint64_t have;
	uint64_t retry_after_ms; /* BUSY: 429, 503, 507 */
	bool unknown;		 /* REFUSED: 404, its event is not known there */
};

enum photosync_verdict {
	PHOTOSYNC_GO_ON,     /* ask photosync_next */
	PHOTOSYNC_DELIVERED, /* headquarters has it: note it, then photosync_noted */
	PHOTOSYNC_REFUSED,   /* set aside; the others go on */
};

struct photosync_aside {
	char sha256[PHOTOSYNC_HASH + 1];
	uint64_t since_ms, until_ms;
	bool unknown;
};

struct photosync {
	uint64_t backoff_ms, backoff_cap, random;
	bool wanted;			 /* there may be a photo */
	char sha256[PHOTOSYNC_HASH + 1]; /* of the one in hand, "" = none */
	uint64_t bytes, have;
	bool asked; /* have is what headquarters said */
	bool in_flight, noting;
	uint64_t sent_from, sent_to, sent_ms;
	uint32_t piece, ceiling;
	uint32_t failures; /* in a row, of all photos */
	uint32_t tries;	   /* of this one */
	uint64_t not_before;
	uint32_t asides;
	struct photosync_aside aside[PHOTOSYNC_ASIDE];
};

/* Waits as config has them; batch_max is not looked at. */
void photosync_init(struct photosync *p, const struct sync_config *config);
/* There may be a new photo, or headquarters may know of more. */
void photosync_look(struct photosync *p);
/* Headquarters lost what it had: all is asked for anew. */
void photosync_again(struct photosync *p);
/* Whether a search passes it by. */
bool photosync_skips(const struct photosync_aside *aside, uint32_t asides, const char *sha256);
/* Answer to FIND: sha256 NULL: there is none; bytes from 1. */
void photosync_found(struct photosync *p, const char *sha256, uint64_t bytes,
		     const struct moment *now);
/* The photo in hand can't be read here. gone: it is no longer there, and never mind. */
void photosync_unread(struct photosync *p, bool gone, const struct moment *now);
struct photosync_order photosync_next(const struct photosync *p, const struct moment *now);
void photosync_sent(struct photosync *p, const struct photosync_order *order,
		    const struct moment *now);
/* Also for an order that could not be sent, or was broken off. */
enum photosync_verdict photosync_reply(struct photosync *p, const struct photosync_answer *answer,
				       const struct moment *now);
/* Answer to DELIVERED: whether it was noted here. */
void photosync_noted(struct photosync *p, bool ok, const struct moment *now);
#endif
