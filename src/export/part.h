/* part.h - a part of an export: one file that is told from the events. A new one is a file
 * part_x.c and a row in part.c. Photos are no file that events tell, but who is to be copied is
 * found on the same walk (part_roll). */
#ifndef EXPORT_PART_H
#define EXPORT_PART_H
#include "io/journal.h"
#include "order.h"
#include "roll.h"
#include "sink.h"
#include "station/event.h"
#include "station/manifest.h"

/* What all parts may know. */
struct trip {
	struct journal_reader *reader; /* not from within a page: parts are called between them */
	const struct order *order;
	int64_t now_ms; /* of manifest.made: each walk of a trip is at this moment */
	struct manifest manifest;
	struct roll roll;
	char why[256]; /* what went wrong, for a person */
};

struct part_line {
	const char *line; /* without its LF */
	size_t len;
	const struct event_view *event;
};

struct part {
	const char *name; /* of the file; NULL: it has none, and no sink */
	size_t size;	  /* of its state, which begins zeroed */
	/* All return 0 or -errno (of the sink or of the journal). */
	int (*begin)(void *state, struct trip *trip, struct sink *to);
	/* An event that the journal still has before the first of the export; NULL: not wanted. */
	int (*before)(void *state, struct trip *trip, const struct event_view *event);
	int (*line)(void *state, struct trip *trip, struct sink *to, const struct part_line *l);
	int (*end)(void *state, struct trip *trip, struct sink *to);
};

extern const struct part part_lines;  /* events.jsonl */
extern const struct part part_table;  /* inspections.csv */
extern const struct part part_report; /* report.html */

#define PART_MOST 4
extern const struct part *const part_all[PART_MOST]; /* files, up to the first NULL */
extern const struct part part_roll;
#endif
