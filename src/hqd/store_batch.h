/* store_batch.h - the store itself, and one request's events on their way into the projections,
 * inside its transaction. Private to store*.c. */
#ifndef HQD_STORE_BATCH_H
#define HQD_STORE_BATCH_H
#include "returns.h"
#include "station/event.h"
#include "station/times.h"
#include "store.h"
#include "store_db.h"

enum store_state { STORE_OPEN, STORE_CLOSED, STORE_FINAL, STORE_ABANDONED };

#define STORE_STEPS 3

struct store_inspection {
	char id[EVENT_UUID + 1];
	int64_t journal; /* number */
	char station[33];
	char label[LABEL_MAX + 1];
	uint16_t line, unit; /* 0 = without a list */
	enum store_state state;
	char verdict[5];
	char supersedes[EVENT_UUID + 1]; /* "" = none */
	char reason[STORE_STEPS][LABEL_CODE_MAX + 1];
	char by[LABEL_CODE_MAX + 1]; /* of the verdict */
	struct times_moment opened, closed, final;
};

struct store_batch {
	struct store_db *db;
	const char *uuid, *station; /* the journal's */
	int64_t journal;	    /* its number */
	int64_t received;	    /* wall ms */
	int64_t known;		    /* latest sure time in the chain */
	bool holed;		    /* events of it are missing, or it has a parent */
	bool kin;		    /* its events may come under a second id */
	int64_t key;		    /* of the event in hand */
	struct times_moment at;	    /* of the event in hand */
	struct times_boot boot;	    /* the one the events are of */
	char boot_id[EVENT_UUID + 1];
	bool boot_changed, boot_anchored;
	struct store_inspection inspection; /* the one the events are about */
	bool inspection_there, inspection_changed;
	struct returns_change change;
};

struct store {
	struct store_db db;
	struct store_batch batch;
	bool failed; /* the last writing did */
};

/* All return 0 or -errno, save where told. */

/* store.c: the connection is there, or made again. */
int store_ready(struct store *s);
/* Ends whatever was begun; after an I/O error the connection too. */
void store_settle(struct store *s, int rc);

/* store_project.c: what one stored event says, in order. */
int store_project_event(struct store_batch *b, const struct event_view *e);
/* Writes what is still in hand, and puts right the times that can be now. */
int store_project_end(struct store_batch *b);

/* store_inspection.c: makes the inspection with this id the one in hand. 1 = it is, 0 = there is
 * none. */
int store_inspection_load(struct store_batch *b, const char *id);
int store_inspection_save(struct store_batch *b);
/* Some inspection with a moment that waits for this boot. 1 = it is in hand, 0 = none. */
int store_inspection_untimed(struct store_batch *b, int64_t boot);
/* Place of a step in reason[], or -1. */
int store_inspection_step(const struct event_span *step);

/* store_time.c: which boot an event is of, and when it really was (b->at). */
int store_time_event(struct store_batch *b, const struct event_view *e);
int store_time_end(struct store_batch *b);

/* store_photo.c: an event tells of a photo. known false: not in a way that is known. */
int store_photo_event(struct store_batch *b, const struct event_view *e, bool *known);

/* store_kin.c: parents, children, and events that come twice. */
int store_kin_event(struct store_batch *b, const struct event_view *e, bool *again);
/* A journal is new: whether one that is here already names it as its parent. 1, 0 or -errno. */
int store_kin_known(struct store_db *db, const char *uuid);
#endif
