/* journal_check.h - the check of the whole file that runs behind the start, on a connection of its
 * own. Private to journal*.c. */
#ifndef IO_JOURNAL_CHECK_H
#define IO_JOURNAL_CHECK_H
#include "journal_db.h"
#include <stdatomic.h>

struct journal_check {
	char path[JOURNAL_DB_PATH];
	uint64_t from;		   /* verified up to here; 0 = from the first event */
	struct event_chain anchor; /* what the first event hangs on */
	uint64_t to;
	bool whole; /* the last stop was not in order: look at every table too */
	atomic_bool stop;
	char problem[256]; /* of damage: what and where */
	struct journal_db db;
};

/* 0: sound; -EBADMSG: damaged; -ECANCELED: stopped; else it could not be read. */
int journal_check_run(struct journal_check *c);
#endif
