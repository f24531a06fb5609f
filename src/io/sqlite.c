/* sqlite.c - what every SQLite connection of ours has in common. */
#include "sqlite.h"
#include <errno.h>
#include <stddef.h>

static int errno_of(int code, int system)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* a table or column of ours is missing */
	case SQLITE_MISMATCH:
		return -EBADMSG;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_INTERRUPT:
		return -ECANCELED;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CANTOPEN:
		return system > 0 ? -system : -EACCES;
	default:
		return system > 0 ? -system : -EIO;
	}
}

/* A commit that fails leaves no sqlite3_system_errno; the WAL's file knows why. */
static int wal_errno(sqlite3 *sql)
{
	sqlite3_file *file = NULL;
	int error = 0;

	if (sqlite3_file_control(sql, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) == SQLITE_OK &&
	    file && file->pMethods)
		(void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
	return error;
}

int sqlite_fail(sqlite3 *sql)
{
	int code = sqlite3_extended_errcode(sql);
	int system = sqlite3_system_errno(sql);

	if ((code & 0xff) == SQLITE_IOERR && system == 0)
		system = wal_errno(sql);
	return errno_of(code, system);
}

int sqlite_open(sqlite3 **sql, const char *path, int flags, int busy_ms)
{
	int rc = 0;

	if (sqlite3_open_v2(path, sql, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		rc = *sql ? sqlite_fail(*sql) : -ENOMEM;
		sqlite3_close(*sql);
		*sql = NULL;
		return rc;
	}
	sqlite3_extended_result_codes(*sql, 1);
	sqlite3_busy_timeout(*sql, busy_ms);
	sqlite3_db_config(*sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*sql, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(*sql, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(*sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return 0;
}

int sqlite_exec(sqlite3 *sql, const char *text)
{
	return sqlite3_exec(sql, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : sqlite_fail(sql);
}

int sqlite_row(sqlite3 *sql, sqlite3_stmt *s)
{
	int rc;

	if (!s)
		return sqlite_fail(sql);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		return 1;
	rc = rc == SQLITE_DONE ? 0 : sqlite_fail(sql);
	sqlite3_reset(s);
	return rc;
}

int sqlite_run(sqlite3 *sql, sqlite3_stmt *s)
{
	int rc;

	do
		rc = sqlite_row(sql, s);
	while (rc == 1);
	return rc;
}

int sqlite_number(sqlite3 *sql, const char *query, int64_t *value)
{
	sqlite3_stmt *s = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(sql, query, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		*value = sqlite3_column_int64(s, 0);
	else
		rc = sqlite_fail(sql);
	sqlite3_finalize(s);
	return rc;
}
