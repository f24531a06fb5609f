/* returns.h - the list of expected returns: its order of changes, its import, its JSON. Private to
 * headquarters' store. */
#ifndef HQD_RETURNS_H
#define HQD_RETURNS_H
#include "store_db.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The places given out in one transaction. */
struct returns_change {
	bool begun;
	int64_t from, n; /* last place before, last place given out */
};

/* The next place in the order of changes. 0 or -errno. */
int returns_next(struct store_db *db, struct returns_change *c);
/* A return on the list has news: it moves to the end of the order. Fine for one that isn't there.
 */
int returns_touch(struct store_db *db, struct returns_change *c, const char *rma);
/* Closes the transaction's changes, if there are any. */
int returns_settle(struct store_db *db, struct returns_change *c);

/* See store_import and store_expected. Each is a transaction of its own. */
int returns_import(struct store_db *db, const char *path,
		   void (*refused)(void *user, const char *why), void *user, uint64_t *returns);
int returns_expected(struct store_db *db, const char *cursor, char **json, size_t *len);
#endif
