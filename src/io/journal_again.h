/* journal_again.h - an event written again in a child journal. Private to journal*.c. */
#ifndef IO_JOURNAL_AGAIN_H
#define IO_JOURNAL_AGAIN_H
#include "journal_db.h"

/* The line of an event as it goes on in the child's chain: journal, seq, id and prev are new,
 * `origin` (its first id) comes first in data, and all else stays byte for byte. Returns its
 * length, 0 when the line is not one of an event. */
size_t journal_again_line(const struct journal_db *child, const char *line, size_t len,
			  const char *id, char out[EVENT_LINE_MAX + 1]);
#endif
