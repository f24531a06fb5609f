/* journal_guard.h - what the chain says about returns: the projection of the events (what was
 * inspected, what arrived, who is badged in) and the answers from it. Private to journal*.c. */
#ifndef IO_JOURNAL_GUARD_H
#define IO_JOURNAL_GUARD_H
#include "journal_db.h"

struct journal_guard_clock {
	struct moment now;
	const char *boot;
	uint64_t deadline_ms;
};

/* Whether events of this kind change the projection. */
bool journal_guard_wants(enum event_kind kind);
/* Brings the projection up to the head. 0 or -errno. */
int journal_guard_project(struct journal_db *db);
/* What is known of a label; the projection must be up to date. 0 or -errno. */
int journal_guard_find(struct journal_db *db, const char *label, enum parcel_by by,
		       const struct journal_guard_clock *clock, struct parcel *out);
/* The units of out->label on the list that counts, behind those that are in *out. 0 or -errno. */
int journal_guard_listed(struct journal_db *db, struct parcel *out);
/* Takes one event into the projection; in the transaction that is open. */
int journal_guard_event(struct journal_db *db, const struct event_view *e);
#endif
