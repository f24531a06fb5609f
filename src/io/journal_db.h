/* journal_db.h - the database under the journal: connection, schema, statements, head of the chain.
 * Private to journal*.c. A connection belongs to one thread at a time. */
#ifndef IO_JOURNAL_DB_H
#define IO_JOURNAL_DB_H
#include "journal.h"
#include "sqlite.h"

#define JOURNAL_DB_PATH	     320
#define JOURNAL_DB_WAL_PAGES 256 /* pages in the WAL from which a checkpoint is worth it */
#define JOURNAL_DB_TAIL	     64	 /* events that are verified at every opening */

enum journal_db_query {
	JOURNAL_DB_BEGIN,
	JOURNAL_DB_COMMIT,
	JOURNAL_DB_INSERT,
	JOURNAL_DB_EVENTS,
	JOURNAL_DB_HASH,
	JOURNAL_DB_REMOVE,
	JOURNAL_DB_TAIL_EVENTS,
	JOURNAL_DB_META_GET,
	JOURNAL_DB_META_SET,
	JOURNAL_DB_OPENED,
	JOURNAL_DB_CLOSED,
	JOURNAL_DB_FINAL,
	JOURNAL_DB_UNDONE,
	JOURNAL_DB_ARRIVED,
	JOURNAL_DB_VERDICTS,
	JOURNAL_DB_OPEN_ONE,
	JOURNAL_DB_OPEN_OLDEST,
	JOURNAL_DB_FORGET_INSPECTIONS,
	JOURNAL_DB_FORGET_ARRIVALS,
	JOURNAL_DB_FORGET_BADGE,
	JOURNAL_DB_ARRIVAL,
	JOURNAL_DB_RETURN,
	JOURNAL_DB_TRACKED,
	JOURNAL_DB_LIST_TOP,
	JOURNAL_DB_LIST_UNITS,
	JOURNAL_DB_LIST_ADD,
	JOURNAL_DB_LIST_GONE,
	JOURNAL_DB_LIST_SWEEP,
	JOURNAL_DB_COPY_INSPECTIONS,
	JOURNAL_DB_COPY_ARRIVALS,
	JOURNAL_DB_COPY_LIST,
	JOURNAL_DB_PUT_INSPECTION,
	JOURNAL_DB_PUT_ARRIVAL,
	JOURNAL_DB_PUT_LIST,
	JOURNAL_DB_QUERIES
};

struct journal_db {
	sqlite3 *sql; /* NULL: not open */
	sqlite3_stmt *stmt[JOURNAL_DB_QUERIES];
	char path[JOURNAL_DB_PATH];
	char journal[EVENT_UUID + 1];
	char board[65];
	uint64_t seq; /* the head of the chain; of a damaged one: its last good event */
	uint8_t head[EVENT_HASH];
	uint64_t acked;	   /* at most seq, at least anchor */
	uint64_t unsent;   /* the first one that is not acknowledged, when its time is known, ... */
	int64_t unsent_ms; /* ... and that time; both mean something while unsent is acked + 1 */
	uint64_t anchor;   /* last event that retention removed, 0 = none, and its hash */
	uint8_t anchor_hash[EVENT_HASH];
	uint64_t checked; /* the chain is verified up to here */
	bool clean;	  /* the last stop was in order */
	uint64_t projected;
	bool stale;	   /* events behind `projected` change the projection */
	uint64_t list;	   /* generation of the list of expected returns, 0 = none */
	uint64_t expected; /* returns on it */
	uint64_t next;	   /* generation that headquarters' pages are filling, 0 = none */
	uint64_t next_expected;
	char cursor[65]; /* of the last page that was stored, "" = none */
	bool reserved;	 /* the WAL has its usual length */
	int wal_pages;
	int checkpoint_at; /* pages in the WAL at which the next checkpoint is tried */
	char line[JOURNAL_GROUP][EVENT_LINE_MAX + 1];
};

/* All return 0 or -errno; -EBADMSG means that the database is damaged. */

/* Opens path with SQLITE_OPEN_ flags and settles what every connection of ours has. */
int journal_db_connect(struct journal_db *db, const char *path, int flags);
/* The writer's settings (WAL, FULL, no automatic checkpoint). -EROFS when it can't be written. */
int journal_db_writable(struct journal_db *db);
/* application_id and user_version of the connected file. */
int journal_db_marks(struct journal_db *db, int64_t *application, int64_t *version);
/* checkpoint false: the WAL stays beside the file as it is (damage, I/O errors). */
void journal_db_close(struct journal_db *db, bool checkpoint);

/* A prepared statement, ready to be bound; NULL: sqlite3_errcode says why. */
sqlite3_stmt *journal_db_use(struct journal_db *db, enum journal_db_query query);
/* What failed and what to do, for a person. */
void journal_db_problem(const struct journal_db *db, int error, char *text, size_t cap);

int journal_db_begin(struct journal_db *db);
int journal_db_commit(struct journal_db *db);
/* The same without a sync of its own: for what can be derived again. */
int journal_db_begin_lazy(struct journal_db *db);
int journal_db_commit_lazy(struct journal_db *db);
/* Ends either kind without effect. Fine when none is open. */
void journal_db_rollback(struct journal_db *db);
/* Copies everything to the main file and empties the WAL: after an I/O error nobody knows what of
 * the WAL is on disk, though the page cache still shows it. */
int journal_db_settle(struct journal_db *db);
void journal_db_checkpoint(struct journal_db *db);
/* For after a checkpoint: whoever writes first begins the WAL anew, which takes a sync more. This
 * writes what is written already, so that no press does. 0 or -errno. */
int journal_db_anew(struct journal_db *db);
/* Fills the WAL up to its usual length once per connection, so that a commit overwrites what the
 * file system has already given it: a sync of a growing file costs a commit of the file system too,
 * and more wear of a card. A disk too full for it goes on without. */
void journal_db_reserve(struct journal_db *db);
/* So that the next start sets it aside, though what it looks at may be sound. 0, or why it could
 * not.
 */
int journal_db_condemn(struct journal_db *db);

int journal_db_get(struct journal_db *db, const char *key, char *value, size_t cap);
int journal_db_get_u64(struct journal_db *db, const char *key, uint64_t *value);
int journal_db_set(struct journal_db *db, const char *key, const char *value);
int journal_db_set_u64(struct journal_db *db, const char *key, uint64_t value);
#endif
