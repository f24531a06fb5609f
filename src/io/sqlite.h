/* sqlite.h - what every SQLite connection of ours has in common: how it is settled, and its
 * failures as -errno. Any adapter or program may use it. A connection belongs to one thread at a
 * time. */
#ifndef IO_SQLITE_H
#define IO_SQLITE_H
#include <sqlite3.h>
#include <stdint.h>

/* All return 0 or -errno. -EBADMSG: the database is damaged; -ENOSPC, -EROFS, -EIO, -EACCES: as the
 * file system says, also when a commit failed in the WAL; -EBUSY: another program held the lock for
 * longer than busy_ms; -EEXIST: a constraint; -ECANCELED: sqlite3_interrupt(). */

/* Opens path with SQLITE_OPEN_ flags. What the schema of the file says is not run: it may have been
 * tampered with. After a failure *sql is null. */
int sqlite_open(sqlite3 **sql, const char *path, int flags, int busy_ms);
/* The last failure of this connection. */
int sqlite_fail(sqlite3 *sql);
int sqlite_exec(sqlite3 *sql, const char *text);
/* Steps to the next row: 1 = there is one, 0 = none (the statement is reset), or -errno (likewise).
 * A null statement is the failure of its preparation. */
int sqlite_row(sqlite3 *sql, sqlite3_stmt *s);
/* Steps a statement whose rows nobody wants to its end and resets it. */
int sqlite_run(sqlite3 *sql, sqlite3_stmt *s);
/* The one number that a query gives. */
int sqlite_number(sqlite3 *sql, const char *query, int64_t *value);
#endif
