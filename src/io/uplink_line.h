/* uplink_line.h - the uplink's inside: the ways of events, list and photos share one line. Private
 * to uplink*.c. */
#ifndef IO_UPLINK_LINE_H
#define IO_UPLINK_LINE_H
#include "uplink.h"
#include "uplink_curl.h"
#include "uplink_feed.h"

#define UPLINK_LINE_READ_AGAIN_MS 5000 /* a journal that can't be read is tried again */

enum uplink_line_use {
	UPLINK_LINE_FREE,
	UPLINK_LINE_EVENTS,
	UPLINK_LINE_ANCHOR,
	UPLINK_LINE_LIST,
	UPLINK_LINE_PHOTO,
};

enum uplink_list_at { UPLINK_LIST_RESTS, UPLINK_LIST_ASKED, UPLINK_LIST_READ, UPLINK_LIST_STORED };

struct uplink_list_way {
	enum uplink_list_at at;
	char cursor[UPLINK_CURSOR];
	uint64_t due;
	uint32_t failures; /* in a row */
	uint32_t pages;	   /* in a row */
	bool answered;
	enum sync_line line;
	enum sync_kind last;
	char why[160];
	struct uplink_job job;
};

struct uplink_photos_way {
	struct photosync sync;
	uint64_t begun_ms;   /* of the request that is under way */
	uint64_t look_again; /* something in the folder failed; 0 = nothing */
	bool rewound;	     /* headquarters lost events, and perhaps photos */
	uint64_t moved;	     /* how often some were put away, or all put back */
	char why[160];
	struct uplink_job job;
};

struct uplink {
	struct loop *loop;
	uint64_t poll_ms;
	struct uplink_calls calls;
	struct loop_source *soon, *timer;
	struct uplink_curl *curl;
	struct uplink_feed *feed;
	enum uplink_line_use use;
	bool retry; /* told to try while a request was under way: whatever comes of that one */
	int64_t last_ok_ms;
	uint64_t next_ms;	  /* of the next try, as found by the last turn */
	struct uplink_state told; /* as the last calls.changed found it */
	struct uplink_list_way list;
	bool has_photos;
	struct uplink_photos_way photos;
	/* events */
	struct sync sync;
	uint64_t random;
	char journal[EVENT_UUID + 1];
	bool begun;
	unsigned generation; /* of the journal: what was read of an older one is dropped */
	struct uplink_job page[2], *sending;
	struct uplink_job hash;
	bool checking, hashed; /* a hash is wanted for sync_checked / is there for the anchor */
	uint64_t read_again;   /* the journal could not be read */
	char anchor[192];      /* body of a request */
	char why[160];
};

void uplink_line_turn(struct uplink *u); /* soon: what is to be done next */
/* A request is over or given up, and what it leads to is noted: a retry that it held up is due. */
void uplink_line_ended(struct uplink *u);
/* What a reply that is not good means, in words. */
void uplink_line_why(const struct uplink_response *r, enum sync_kind kind, char *why, size_t cap);

/* uplink_events.c: the events' way. */
void uplink_events_turn(struct uplink *u, const struct moment *now, uint64_t *wake);
void uplink_events_replied(struct uplink *u, const struct uplink_response *r);
void uplink_events_read(struct uplink *u, struct uplink_job *job);
void uplink_events_line_is_back(struct uplink *u);

/* uplink_photos.c: the photos' way. */
void uplink_photos_turn(struct uplink *u, const struct moment *now, uint64_t *wake);
void uplink_photos_replied(struct uplink *u, const struct uplink_response *r);
void uplink_photos_read(struct uplink *u);
/* An event wants the line. True: it is free, if need be by breaking off a piece that hangs. */
bool uplink_photos_yield(struct uplink *u, const struct moment *now, uint64_t *wake);
/* Headquarters went back behind what it had. */
void uplink_photos_rewound(struct uplink *u);

/* uplink_poll.c: the list's way. */
void uplink_poll_turn(struct uplink *u, const struct moment *now, uint64_t *wake);
void uplink_poll_replied(struct uplink *u, struct uplink_response *r);
void uplink_poll_read(struct uplink *u);
void uplink_poll_stored(struct uplink *u, bool stored);
void uplink_poll_line_is_back(struct uplink *u);
#endif
