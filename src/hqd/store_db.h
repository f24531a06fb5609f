/* store_db.h - the database under headquarters' store: connection, schema, statements. Private to
 * store*.c and returns*.c. */
#ifndef HQD_STORE_DB_H
#define HQD_STORE_DB_H
#include "io/sqlite.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_DB_APPLICATION_ID 0x53544851 /* "STHQ" */
#define STORE_DB_SCHEMA		1
#define STORE_DB_PATH		4096
#define STORE_DB_SEQ_BITS	40 /* an event's key is its journal's number and its seq */

enum store_db_query {
	STORE_DB_BEGIN,
	STORE_DB_COMMIT,
	STORE_DB_META_GET,
	STORE_DB_META_SET,
	STORE_DB_JOURNAL_GET,
	STORE_DB_JOURNAL_COUNT,
	STORE_DB_JOURNAL_ADD,
	STORE_DB_JOURNAL_SET,
	STORE_DB_JOURNAL_PARENT,
	STORE_DB_JOURNAL_CHILD,
	STORE_DB_JOURNAL_KIN,
	STORE_DB_JOURNALS,
	STORE_DB_EVENT_ADD,
	STORE_DB_EVENT_GET,
	STORE_DB_EVENTS,
	STORE_DB_EVENTS_BACK,
	STORE_DB_RECEIVED_ADD,
	STORE_DB_HOLE_ADD,
	STORE_DB_HOLE_AT,
	STORE_DB_FORK_ADD,
	STORE_DB_SEEN_ADD,
	STORE_DB_BOOT_ADD,
	STORE_DB_BOOT_GET,
	STORE_DB_BOOT_SET,
	STORE_DB_BOOT_PENDING,
	STORE_DB_BOOT_DONE,
	STORE_DB_INSPECTION_GET,
	STORE_DB_INSPECTION_PUT,
	STORE_DB_INSPECTION_UNTIMED,
	STORE_DB_UNITS,
	STORE_DB_OUTCOMES,
	STORE_DB_OUTCOME_PUT,
	STORE_DB_CONFLICT_ADD,
	STORE_DB_ASIDE_ADD,
	STORE_DB_CHANGE_TOP,
	STORE_DB_CHANGE_ADD,
	STORE_DB_CHANGE_AT,
	STORE_DB_CHANGE_PRUNE,
	STORE_DB_RETURN_TOUCH,
	STORE_DB_RETURN_PAGE,
	STORE_DB_RETURN_LINES,
	STORE_DB_RETURN_LAST,
	STORE_DB_INCOMING_ADD,
	STORE_DB_INCOMING_SAME,
	STORE_DB_INCOMING_UNITS,
	STORE_DB_INCOMING_LINE_ADD,
	STORE_DB_SHELF_ADD,
	STORE_DB_SHELF_FROM,
	STORE_DB_SHELF_REMOVE,
	STORE_DB_SHELF_COUNT,
	STORE_DB_SHELF_OWNER,
	STORE_DB_SHELF_ALL,
	STORE_DB_PHOTO_ADD,
	STORE_DB_PHOTO_TOLD,
	STORE_DB_PHOTO_KEEP,
	STORE_DB_PHOTO_NEXT,
	STORE_DB_PHOTO_NUMBERS,
	STORE_DB_NUMBERS,
	STORE_DB_QUERIES
};

struct store_db {
	sqlite3 *sql; /* NULL: not open */
	sqlite3_stmt *stmt[STORE_DB_QUERIES];
	char path[STORE_DB_PATH];
};

/* All return 0 or -errno. */

/* Opens the file; an empty one becomes ours, one that is not ours or newer is left as it is
 * (-EMEDIUMTYPE, -EPROTO); why: words for a person. */
int store_db_open(struct store_db *db, const char *path, char *why, size_t cap);
void store_db_close(struct store_db *db);
/* A prepared statement, ready to be bound; NULL: it failed. */
sqlite3_stmt *store_db_use(struct store_db *db, enum store_db_query query);
/* Words for a person for such an error. */
const char *store_db_problem(int error);

int store_db_begin(struct store_db *db);
int store_db_commit(struct store_db *db);
void store_db_rollback(struct store_db *db); /* fine when none is open */

void store_db_bind(sqlite3_stmt *s, int at, const char *text); /* not copied */
/* A text column; what is cut was never written by us and comes out empty. */
void store_db_text(sqlite3_stmt *s, int column, char *dst, size_t cap);
/* 1 = found, 0 = absent, or -errno. */
int store_db_get(struct store_db *db, const char *key, int64_t *value);
int store_db_set(struct store_db *db, const char *key, int64_t value);
#endif
