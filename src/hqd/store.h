/* store.h - headquarters' store: the received bytes of every journal, chain verified on the way in;
 * inspections, expected returns and numbers are projections of it (SQLite). One thread at a time.
 */
#ifndef HQD_STORE_H
#define HQD_STORE_H
#include "station/event.h"
#include "station/parcel.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum store_what {
	STORE_ACKED,   /* stored (or there already): 200 */
	STORE_GAP,     /* events before it are missing: 409 gap */
	STORE_FORK,    /* another history under this journal: 409 fork */
	STORE_BAD,     /* not a run of events of this journal: 400 */
	STORE_FOREIGN, /* another station's journal: 403 */
	STORE_FAILED,  /* the disk: 503 */
};

struct store_reply {
	enum store_what what;
	uint64_t acked;		  /* head of what is stored contiguously, 0 = nothing */
	uint8_t hash[EVENT_HASH]; /* of it */
	char why[200]; /* for a person: what is wrong; no bytes of the client's without escape */
};

/* Makes the file when there is none; refuses one that is not ours or newer. 0 or -errno, why
 * filled. */
int store_open(struct store **out, const char *path, char *why, size_t cap);
void store_close(struct store *s);

/* One request's body: consecutive event lines of one journal, each ended by LF (the last may lack
 * it). Whole or not at all; durable (WAL, FULL) before ACKED. station: from the client certificate.
 */
void store_events(struct store *s, const char *station, const char *journal, const char *body,
		  size_t len, int64_t now_ms, struct store_reply *out);
/* The station no longer has events up to seq, whose hash is this: a named hole is recorded from our
 * head to it, and counted; the chain goes on behind it. Harmless when we have them. */
void store_anchor(struct store *s, const char *station, const char *journal, uint64_t seq,
		  const uint8_t hash[EVENT_HASH], int64_t now_ms, struct store_reply *out);
/* The received lines of a journal from seq on, in order, each with its LF. fn false: stops. */
int store_lines(struct store *s, const char *journal, uint64_t from,
		bool (*fn)(void *user, const char *line, size_t len), void *user);

/* The list of expected returns. A CSV file (columns of station/parcel.h, and order, carrier,
 * tracking, due) becomes the list: returns that changed get a new place in the order of changes,
 * those that are not in it any more a tombstone. 0 or -errno; refused rows are told by fn. */
int store_import(struct store *s, const char *csv_path,
		 void (*refused)(void *user, const char *why), void *user, uint64_t *returns);
/* The JSON of `GET /v1/expected?after=CURSOR` (malloc'd, caller frees), at most about 512 KiB; an
 * unknown cursor begins anew (reset). NULL on a fault of the disk or no memory. */
char *store_expected(struct store *s, const char *cursor, size_t *len);

struct store_numbers { /* for /metrics; projections, not counted by hand */
	uint64_t journals, events, inspections, passed, failed, holes, forks, set_aside, conflicts,
		expected;
};
int store_numbers(struct store *s, struct store_numbers *out);

/* One journal, for `hqd status`. */
struct store_journal {
	char uuid[EVENT_UUID + 1], station[33];
	uint64_t head;
	uint8_t hash[EVENT_HASH];
	char parent[EVENT_UUID + 1]; /* "" = none */
	uint64_t parent_seq, holes, forks;
};
/* In the order in which they came. fn false: stops. 0 or -errno. */
int store_journals(struct store *s, bool (*fn)(void *user, const struct store_journal *journal),
		   void *user);
/* 0: the last writing worked. After one that failed it tries a small one: 0 or -errno. */
int store_health(struct store *s, int64_t now_ms);
#endif
