/* journal_begin.h - opens the journal's file at start: the lock, whose file it is, a new one, one
 * that is set aside. Private to journal*.c. */
#ifndef IO_JOURNAL_BEGIN_H
#define IO_JOURNAL_BEGIN_H
#include "journal_db.h"

/* Copies of the configuration: a retry may come long after journal_open. */
struct journal_setup {
	char dir[256];
	char board[65];
	char station[33];
	char boot[EVENT_UUID + 1];
	uint64_t deadline_ms;
	struct moment now;
	int lock; /* fd of the lock file, -1 = not ours yet */
};

/* False when a text is too long to be one. */
bool journal_begin_setup(struct journal_setup *setup, const struct journal_config *config);
/* Everything between a folder and a journal that can be appended to. 0, or -errno with
 * report->trouble; after a failure it can be called again. */
int journal_begin_open(struct journal_setup *setup, struct journal_db *db,
		       struct journal_report *report);
/* Opens it again after an I/O error and proves that it can be written. db keeps the head; -EBADMSG
 * when what was promised is no longer there. */
int journal_begin_again(struct journal_db *db);
void journal_begin_release(struct journal_setup *setup); /* gives the lock back */
#endif
