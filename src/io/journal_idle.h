/* journal_idle.h - what the writer does between appends: a piece at a time, so that no append waits
 * for more than one. Private to journal*.c. */
#ifndef IO_JOURNAL_IDLE_H
#define IO_JOURNAL_IDLE_H
#include "journal_writer.h"

enum journal_idle {
	JOURNAL_IDLE_NOTHING,
	JOURNAL_IDLE_RETRY,
	JOURNAL_IDLE_CHECKED,
	JOURNAL_IDLE_PROJECT,
	JOURNAL_IDLE_CHECKPOINT,
	JOURNAL_IDLE_RESERVE,
	JOURNAL_IDLE_ACKED,
	JOURNAL_IDLE_PROVED,
	JOURNAL_IDLE_PAGE,
	JOURNAL_IDLE_LIST_BEGIN,
	JOURNAL_IDLE_LIST_STEP,
	JOURNAL_IDLE_SEAL,
	JOURNAL_IDLE_RETAIN,
};

/* What there is to do now; under lock. */
enum journal_idle journal_idle_find(struct journal *j);
/* When there will be something without anybody's asking (journal_writer_now()); UINT64_MAX: not.
 * Under lock. */
uint64_t journal_idle_due(const struct journal *j);
void journal_idle_work(struct journal *j, enum journal_idle work);
/* Starts the check of the whole file, on a thread of its own. */
int journal_idle_check(struct journal *j);
/* The check is through: its answer. */
void journal_idle_checked(struct journal *j);
#endif
