/* journal_retain.h - retention: old events that headquarters has are removed from the front of the
 * chain, whole inspections only; the hash of the last one stays as the anchor. Private to
 * journal*.c. */
#ifndef IO_JOURNAL_RETAIN_H
#define IO_JOURNAL_RETAIN_H
#include "journal_begin.h"

struct journal_retain {
	bool seeking, removing;
	uint64_t at;		   /* looked at up to here */
	uint64_t goal;		   /* may be removed up to here */
	uint64_t limit;		   /* is to stay behind here */
	uint64_t border;	   /* last event behind which no inspection is cut */
	char open[EVENT_UUID + 1]; /* inspection that is not over there */
	int64_t cutoff_ms;	   /* wall time; younger events stay */
	int64_t pass_ms, due_ms;   /* when the last pass began; when the next is worth it */
	bool by_ack;		   /* limit is what headquarters had when the pass began */
	uint64_t waits; /* the pass stopped for want of an acknowledgement behind this event */
};

/* Whether there is something to do now. */
bool journal_retain_due(const struct journal_retain *r, const struct journal_db *db,
			const struct journal_setup *setup);
/* One piece. *moved: the anchor did. 0 or -errno. */
int journal_retain_step(struct journal_retain *r, struct journal_db *db,
			const struct journal_setup *setup, bool *moved);
void journal_retain_drop(struct journal_retain *r); /* begins anew */
#endif
