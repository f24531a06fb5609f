/* journal_seal.h - two histories under one journal (a cloned card): this file is sealed, and a
 * child begins that holds again what headquarters does not have. Private to journal*.c. */
#ifndef IO_JOURNAL_SEAL_H
#define IO_JOURNAL_SEAL_H
#include "journal_begin.h"

enum journal_seal_phase {
	JOURNAL_SEAL_IDLE,
	JOURNAL_SEAL_INSPECTIONS, /* copied to the child */
	JOURNAL_SEAL_ARRIVALS,
	JOURNAL_SEAL_LIST,
	JOURNAL_SEAL_EVENTS,
	JOURNAL_SEAL_PLACED, /* the renames are made or begun; the folder tells */
};

struct journal;

struct journal_seal {
	enum journal_seal_phase phase;
	struct journal_db *child;
	uint64_t start;		   /* head when it began: guard rows are copied up to here */
	uint64_t next;		   /* event that is written again next */
	char after[LABEL_MAX + 1]; /* last row that was copied */
	int64_t row;
	bool begun;  /* the child has its journal.opened */
	bool childs; /* the error is of the child, not of the journal */
	char parent[EVENT_UUID + 1];
	char aside[64];
};

static inline bool journal_seal_busy(const struct journal_seal *x)
{
	return x->phase != JOURNAL_SEAL_IDLE;
}
/* One piece, or the beginning. 0, or -errno of the journal's own database; a child that can't be
 * made is given up, and told. */
int journal_seal_step(struct journal *j);
/* The database failed: a child in the making is given up. */
void journal_seal_broke(struct journal *j);
/* A journal was opened behind the renames: which one is it? */
void journal_seal_settle(struct journal *j);
/* At the end: a child in the making is removed, nothing told. */
void journal_seal_drop(struct journal *j);
#endif
