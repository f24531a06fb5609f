/* returns.c - the order of changes of the list of expected returns: each return stands at the place
 * of its last change, so that a station asks for what came behind its cursor. */
#include "returns.h"

#define KEPT 1000000 /* places that old cursors can point to */

int returns_next(struct store_db *db, struct returns_change *c)
{
	if (!c->begun) {
		sqlite3_stmt *s = store_db_use(db, STORE_DB_CHANGE_TOP);
		int rc = sqlite_row(db->sql, s);

		if (rc < 0)
			return rc;
		c->from = rc == 1 ? sqlite3_column_int64(s, 0) : 0;
		sqlite3_reset(s);
		c->n = c->from;
		c->begun = true;
	}
	c->n++;
	return 0;
}

int returns_touch(struct store_db *db, struct returns_change *c, const char *rma)
{
	sqlite3_stmt *s;
	int rc = returns_next(db, c);

	if (rc)
		return rc;
	s = store_db_use(db, STORE_DB_RETURN_TOUCH);
	store_db_bind(s, 1, rma);
	sqlite3_bind_int64(s, 2, c->n);
	rc = sqlite_run(db->sql, s);
	if (!rc && sqlite3_changes(db->sql) == 0)
		c->n--;
	return rc;
}

int returns_settle(struct store_db *db, struct returns_change *c)
{
	sqlite3_stmt *s;
	int rc;

	if (!c->begun || c->n == c->from)
		return 0;
	s = store_db_use(db, STORE_DB_CHANGE_ADD);
	sqlite3_bind_int64(s, 1, c->n);
	rc = sqlite_run(db->sql, s);
	if (rc)
		return rc;
	s = store_db_use(db, STORE_DB_CHANGE_PRUNE);
	sqlite3_bind_int64(s, 1, c->n - KEPT);
	return sqlite_run(db->sql, s);
}
