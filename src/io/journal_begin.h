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
	uint64_t retain_ms;
	struct moment now; /* of the newest event */
	int lock;	   /* fd of the lock file, -1 = not ours yet */
};

struct journal_parent { /* the journal before, as far as it could be read */
	char journal[EVENT_UUID + 1];
	uint64_t seq; /* 0 = unknown */
	uint8_t hash[EVENT_HASH];
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
/* What the next journal says of this one. */
struct journal_parent journal_begin_parent(const struct journal_db *db);
/* Makes JOURNAL_FILES_NEW, still without an event, in one transaction with a rollback journal,
 * which stays open: without a `-journal` beside it a file that is not empty is complete. It holds
 * the old one's new name (aside, NULL: none), so that a start after a crash can finish the
 * renaming. */
int journal_begin_new(struct journal_db *db, const struct journal_setup *setup, const char *aside);
/* Its first event, journal.opened. */
int journal_begin_event(struct journal_db *db, const struct journal_setup *setup,
			const struct journal_parent *parent, const char *why);
/* Commits and closes it: from here on it may be placed. */
int journal_begin_keep(struct journal_db *db, const struct journal_setup *setup);
void journal_begin_release(struct journal_setup *setup); /* gives the lock back */
#endif
