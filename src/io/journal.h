/* journal.h - the journal: an append-only chain of events in SQLite (WAL, synchronous=FULL),
 * written by a thread of its own in groups, one sync for all that queued meanwhile. Completions
 * come back to the loop. The guard (what was inspected) and the list of expected returns are
 * projections and tables in the same file; they are looked up by the same thread, in order. */
#ifndef IO_JOURNAL_H
#define IO_JOURNAL_H
#include "loop.h"
#include "station/event.h"
#include "station/parcel.h"
#include <stdbool.h>
#include <stddef.h>

struct journal;

#define JOURNAL_FILE	       "journal.db"
#define JOURNAL_APPLICATION_ID 0x5354414e /* "STAN" */
#define JOURNAL_SCHEMA	       1
#define JOURNAL_GROUP	       4 /* most events of one append */

struct journal_config {
	const char *dir;      /* state folder; must exist */
	const char *board;    /* serial number of the board */
	const char *station;  /* name */
	uint64_t deadline_ms; /* parcel.arrived to overdue */
	struct moment now;    /* for journal.opened */
	const char *boot;     /* boot id, 36 characters */
	uint64_t retry_ms;    /* between two tries while it does not work; 0 = 5000 */
	uint64_t retain_ms; /* final and acknowledged inspections are kept so long; 0 = for ever */
};

enum journal_trouble {
	JOURNAL_FINE,
	JOURNAL_IN_USE,	   /* another stationd has it */
	JOURNAL_NOT_OURS,  /* a file of this name that is not a station journal: never touched */
	JOURNAL_NEWER,	   /* written by a newer version */
	JOURNAL_NO_FOLDER, /* dir is missing or not accessible */
	JOURNAL_CANT,	   /* can't be written now (read-only, full, I/O error): may pass */
};

struct journal_report {
	enum journal_trouble trouble;
	char text[512];	 /* for a person: what, and what to do */
	char aside[256]; /* file to which a damaged or foreign-board journal was moved, or "" */
};

struct journal_state { /* for status; a copy */
	char journal[EVENT_UUID + 1];
	uint64_t seq; /* last durable event, 0 = none */
	uint8_t head[EVENT_HASH];
	uint64_t acked;	   /* headquarters has it up to here */
	uint64_t anchor;   /* last seq that retention removed, 0 = none */
	char cursor[65];   /* of the list that came from headquarters, "" = none */
	int64_t unsent_ms; /* wall time of the first event that headquarters does not have; 0 = none
			    */
	uint64_t disk_free, disk_size; /* bytes of the state folder's file system, as last looked */
	uint64_t expected;	       /* returns on the list */
	bool has_list;
	bool works;
	bool checked;	   /* the check of the whole file that runs behind the start is through */
	char problem[256]; /* why it does not work, or "" */
};

/* All calls come on the loop's thread, never from within journal_append or journal_lookup. */
struct journal_calls {
	void (*stored)(void *user, bool ok); /* one a journal_append, in order; ok: on disk */
	void (*found)(void *user,
		      const struct parcel *parcel); /* one a journal_lookup, in order; NULL: could
						       not be read. Valid during the call */
	/* It failed / it works again; changes only. A journal that journal_open could not open says
	 * works(false) soon after journal_start. */
	void (*works)(void *user, bool works);
	/* One a journal_seal: the child is in place (journal_state tells it), or nothing changed.
	 */
	void (*sealed)(void *user, bool ok);
	/* journal_proved moved the cursor to it. May be NULL. */
	void (*proved)(void *user, uint64_t seq);
	/* One a journal_returns: stored, or not. */
	void (*returned)(void *user, bool ok);
	/* journal_state() says something new: events, the list, the check. May be NULL. */
	void (*changed)(void *user);
	void *user;
};

/* Opens or makes the journal, sets aside a damaged one (and one of another board), begins a new one
 * with `journal.opened`. 0, or -errno with report->trouble. On JOURNAL_CANT *out is a journal that
 * does not work yet and tries again by itself: the bench shows it (calls.works). */
int __attribute__((warn_unused_result))
journal_open(struct journal **out, const struct journal_config *config,
	     struct journal_report *report);
/* Calls fn with each event needed to resume, oldest first: the last badge and (if it
 * is still there) export, and from the open
 * inspection's first event (or a few before the end) to the end. Before journal_start; of a journal
 * that could not be opened then, in the first calls.works(true). */
int __attribute__((warn_unused_result))
journal_resume(struct journal *j, void (*fn)(void *user, const struct event_view *event),
	       void *user);
/* The same answer as calls.found would give, at once. Before journal_start. */
int __attribute__((warn_unused_result))
journal_find(struct journal *j, const char *label, enum parcel_by by, const struct moment *now,
	     struct parcel *out);
int __attribute__((warn_unused_result))
journal_start(struct journal *j, struct loop *loop, const struct journal_calls *calls);
/* Queues 1..JOURNAL_GROUP events that stand or fall together; copied. -EAGAIN when its queue is
 * full (it holds more than bench ever asks). */
int __attribute__((warn_unused_result))
journal_append(struct journal *j, const struct event *events, size_t count);
int __attribute__((warn_unused_result))
journal_lookup(struct journal *j, const char *label, enum parcel_by by, const struct moment *now);
/* Reads the list of expected returns from a CSV file, in pieces between appends; rows it refuses
 * are logged. The new list takes effect as a whole. */
int __attribute__((warn_unused_result)) journal_expect(struct journal *j, const char *csv_path);
/* Headquarters has everything up to seq. Kept without a sync of its own: after a power cut some is
 * sent again, which is harmless. Never goes backwards by itself. */
int __attribute__((warn_unused_result)) journal_acked(struct journal *j, uint64_t seq);
/* The same on paper: only if the event of this number has this hash, and never backwards. What came
 * of it is on the log. Takes effect behind what is queued. */
void journal_proved(struct journal *j, uint64_t seq, const uint8_t hash[EVENT_HASH]);
/* Two histories under one journal: seals this file (it stays beside, journal-sealed-TIME.db) and
 * begins a child (`journal.opened` with parent, why "fork") that holds again, with `origin` in
 * data, the events that are not acknowledged and those of the open inspection. Guard, arrivals and
 * list go with it. */
int __attribute__((warn_unused_result)) journal_seal(struct journal *j);
/* Rows and tombstones of headquarters' list, in one transaction with its cursor. reset: they begin
 * a new list, which takes effect with the page that has no more behind it. Copied. */
struct journal_returns {
	const struct parcel_row *row;
	size_t rows;
	const char (*gone)[LABEL_MAX + 1];
	size_t gones;
	bool reset, more;
	const char *cursor;
};
int __attribute__((warn_unused_result))
journal_returns(struct journal *j, const struct journal_returns *page);
void journal_state(struct journal *j, struct journal_state *out);
void journal_close(struct journal *j); /* waits for what is queued; NULL is fine */

/* --- for tools: read-only, no thread, works beside a running stationd --- */
struct journal_reader;
int __attribute__((warn_unused_result))
journal_reader_open(struct journal_reader **out, const char *path, struct journal_report *report);
/* Lines with seq > after, in order, at most max; fn returns false to stop. Returns how many were
 * handed out, or -errno. The first one may be later than after + 1: what is before the anchor is no
 * longer here. */
int journal_reader_lines(struct journal_reader *r, uint64_t after, unsigned max,
			 bool (*fn)(void *user, uint64_t seq, const char *line, size_t len,
				    const uint8_t hash[EVENT_HASH]),
			 void *user);
/* Hash of one event, or of the anchor. -ENOENT: neither. */
int journal_reader_hash(struct journal_reader *r, uint64_t seq, uint8_t hash[EVENT_HASH]);
/* The last event that retention removed, and its hash: prev of the first that is here. 0: none. */
int journal_reader_anchor(struct journal_reader *r, uint64_t *seq, uint8_t hash[EVENT_HASH]);
struct journal_look {
	char journal[EVENT_UUID + 1], board[65];
	uint64_t seq; /* the last event, and when it was, in ms since 1970 */
	int64_t newest_ms;
	uint64_t acked, anchor; /* as in struct journal_state */
	bool whole;		/* SQLite looked at every page; false: there was no time for all */
	char damage[256];	/* what is broken; "" = nothing that was found */
};
/* A quick look: meta, the chain's end, and SQLite's quick_check of the file for at most within_ms.
 * 0: looked, and out->damage says what is broken; or -errno: it could not be read. */
int __attribute__((warn_unused_result))
journal_reader_look(struct journal_reader *r, uint64_t within_ms, struct journal_look *out);
/* What the list of expected returns says of a unit now, without what was inspected. 1: *out is
 * filled; 0: it is not on it; or -errno. */
int journal_reader_goods(struct journal_reader *r, const char *label, uint16_t line, uint16_t unit,
			 struct parcel_unit *out);
void journal_reader_close(struct journal_reader *r);
#endif
