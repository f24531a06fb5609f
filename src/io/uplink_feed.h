/* uplink_feed.h - the uplink's own thread: reads pages of events and packs them, reads hashes
 * and photos, and takes pages of the list apart, so that the loop waits for none of it. Private to
 * uplink*.c. */
#ifndef IO_UPLINK_FEED_H
#define IO_UPLINK_FEED_H
#include "uplink.h"
#include "uplink_list.h"

enum uplink_job_kind {
	UPLINK_JOB_PAGE,
	UPLINK_JOB_HASH,
	UPLINK_JOB_LIST,
	UPLINK_JOB_PHOTO, /* the oldest photo */
	UPLINK_JOB_PIECE, /* count bytes of it, from `from` on, into packed */
	UPLINK_JOB_NOTE,  /* it is delivered */
	UPLINK_JOB_AGAIN, /* all that were are to be sent again */
};

/* The caller's; the thread's between uplink_feed_ask and its completion. */
struct uplink_job {
	enum uplink_job_kind kind;
	bool busy;
	unsigned generation; /* the caller's mark */
	int error;	     /* 0 or -errno */
	/* PAGE: count events from `from` on; gzip of the lines, 0 bytes: nothing there */
	uint64_t from, to;
	uint32_t count;
	uint8_t hash[EVENT_HASH]; /* of `to`; HASH: of `from` */
	bool full;		  /* of bytes: there may be more events than these */
	bool fresh;		  /* read, and not sent yet */
	char *packed;		  /* kept for the next page */
	size_t packed_len;
	/* LIST: body is freed; list.why where it is none (error -EBADMSG) */
	char *body;
	size_t body_len;
	struct uplink_list list;
	/* PHOTO, PIECE, NOTE */
	char sha256[PHOTOSYNC_HASH + 1];
	uint64_t bytes;
	struct photosync_aside aside[PHOTOSYNC_ASIDE]; /* that PHOTO passes by */
	uint32_t asides;
	struct uplink_job *next;
};

struct uplink_feed;

/* done: on the loop's thread. */
int __attribute__((warn_unused_result))
uplink_feed_open(struct uplink_feed **out, struct loop *loop, const struct uplink_source *source,
		 void (*done)(void *user, struct uplink_job *job), void *user);
void uplink_feed_ask(struct uplink_feed *f, struct uplink_job *job);
/* False: the thread hangs in the source (a dead disk) and keeps what it has; so must the caller. */
bool uplink_feed_close(struct uplink_feed *f);
/* What a job holds. */
void uplink_feed_free(struct uplink_job *job);
#endif
