/* journal_db.c - the database under the journal: connection, meta, transactions, head of the chain.
 */
#include "journal_db.h"
#include "journal_sql.h"
#include "station/text.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

#define PROBLEM_PATH 120 /* bytes of the path that are told with a problem */
/* The frames up to a checkpoint and those that come while it waits for its turn. */
#define WAL_RESERVE ((JOURNAL_DB_WAL_PAGES + 64) * (4096 + 24))
#define BUSY_MS	    2000 /* another program (a sqlite3 shell) may hold the lock for a moment */

void journal_db_problem(const struct journal_db *db, int error, char *text, size_t cap)
{
	struct text t = text_over(text, cap);
	const char *what;

	switch (-error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		what = "no space left on the disk; free some";
		break;
	case EROFS:
		what = "it can only be read; the disk is mounted read-only or the file is "
		       "write-protected";
		break;
	case EACCES:
	case EPERM:
		what = "permission denied; the folder and its files must belong to the station's "
		       "user";
		break;
	case EBUSY:
		what = "another program keeps it locked; close it";
		break;
	case EBADMSG:
		what = "it is damaged; restart the station, which sets it aside and begins a new "
		       "one";
		break;
	case EIO:
		what = "the disk fails (I/O error); replace the card or disk";
		break;
	default:
		what = strerror(-error);
		break;
	}
	text_put(&t, "the journal ");
	text_bytes(&t, db->path, strnlen(db->path, PROBLEM_PATH));
	text_put(&t, ": ");
	text_put(&t, what);
}

sqlite3_stmt *journal_db_use(struct journal_db *db, enum journal_db_query query)
{
	sqlite3_stmt **s = &db->stmt[query];

	if (*s) {
		sqlite3_reset(*s);
		sqlite3_clear_bindings(*s);
	} else if (sqlite3_prepare_v3(db->sql, journal_sql_query[query], -1,
				      SQLITE_PREPARE_PERSISTENT, s, NULL) != SQLITE_OK) {
		return NULL;
	}
	return *s;
}

int journal_db_connect(struct journal_db *db, const char *path, int flags)
{
	int rc;

	memset(db->stmt, 0, sizeof(db->stmt));
	db->reserved = false;
	db->wal_pages = 0;
	db->checkpoint_at = JOURNAL_DB_WAL_PAGES;
	if (path != db->path && !text_copy(db->path, sizeof(db->path), path))
		return -ENAMETOOLONG;
	rc = sqlite_open(&db->sql, path, flags, BUSY_MS);
	if (rc)
		return rc;
	/* cache_size reads the schema, so damage may show here already. */
	rc = sqlite_exec(db->sql, "PRAGMA mmap_size=0; PRAGMA cache_size=-512;"
				  "PRAGMA temp_store=MEMORY");
	if (rc)
		journal_db_close(db, false);
	return rc;
}

static int on_wal(void *user, sqlite3 *sql, const char *name, int pages)
{
	struct journal_db *db = user;

	(void)sql;
	(void)name;
	if (pages < db->wal_pages) /* it began anew */
		db->checkpoint_at = JOURNAL_DB_WAL_PAGES;
	db->wal_pages = pages;
	return SQLITE_OK;
}

int journal_db_writable(struct journal_db *db)
{
	sqlite3_stmt *s = NULL;
	int rc = 0;

	if (sqlite3_db_readonly(db->sql, "main") != 0)
		return -EROFS;
	if (sqlite3_prepare_v2(db->sql, "PRAGMA journal_mode=WAL", -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		rc = sqlite_fail(db->sql);
	else if (!sqlite3_column_text(s, 0) ||
		 strcmp((const char *)sqlite3_column_text(s, 0), "wal") != 0)
		rc = -EIO;
	sqlite3_finalize(s);
	/* The limit keeps the WAL at a length that is overwritten, not grown: cheaper to sync. */
	if (!rc)
		rc = sqlite_exec(db->sql, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
					  "PRAGMA journal_size_limit=8388608");
	if (!rc)
		sqlite3_wal_hook(db->sql, on_wal, db);
	return rc;
}

int journal_db_marks(struct journal_db *db, int64_t *application, int64_t *version)
{
	int rc = sqlite_number(db->sql, "PRAGMA application_id", application);

	return rc ? rc : sqlite_number(db->sql, "PRAGMA user_version", version);
}

void journal_db_close(struct journal_db *db, bool checkpoint)
{
	if (!db->sql)
		return;
	for (unsigned i = 0; i < JOURNAL_DB_QUERIES; i++) {
		sqlite3_finalize(db->stmt[i]);
		db->stmt[i] = NULL;
	}
	if (!checkpoint)
		sqlite3_db_config(db->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(db->sql);
	db->sql = NULL;
}

/* --- meta --- */

int journal_db_get(struct journal_db *db, const char *key, char *value, size_t cap)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_META_GET);
	const char *text;
	int rc;

	value[0] = 0;
	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(s, 0);
		rc = text && text_copy(value, cap, text) ? 0 : -EBADMSG;
	} else {
		rc = rc == SQLITE_DONE ? 0 : sqlite_fail(db->sql);
	}
	sqlite3_reset(s);
	return rc;
}

int journal_db_get_u64(struct journal_db *db, const char *key, uint64_t *value)
{
	char text[24];
	int rc = journal_db_get(db, key, text, sizeof(text));

	*value = 0;
	if (!rc && text[0] && !text_read_u64(text, strlen(text), INT64_MAX, value))
		rc = -EBADMSG;
	return rc;
}

int journal_db_set(struct journal_db *db, const char *key, const char *value)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_META_SET);

	if (s) {
		sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, value, -1, SQLITE_STATIC);
	}
	return sqlite_run(db->sql, s);
}

int journal_db_set_u64(struct journal_db *db, const char *key, uint64_t value)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_META_SET);

	if (s) {
		sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, (sqlite3_int64)value);
	}
	return sqlite_run(db->sql, s);
}

/* --- transactions --- */

int journal_db_begin(struct journal_db *db)
{
	return sqlite_run(db->sql, journal_db_use(db, JOURNAL_DB_BEGIN));
}

int journal_db_commit(struct journal_db *db)
{
	return sqlite_run(db->sql, journal_db_use(db, JOURNAL_DB_COMMIT));
}

/* `synchronous` takes effect when the statement is compiled, so it can't be a prepared one. */
int journal_db_begin_lazy(struct journal_db *db)
{
	int rc = sqlite_exec(db->sql, "PRAGMA synchronous=NORMAL");

	return rc ? rc : journal_db_begin(db);
}

int journal_db_commit_lazy(struct journal_db *db)
{
	int rc = journal_db_commit(db);

	return rc ? rc : sqlite_exec(db->sql, "PRAGMA synchronous=FULL");
}

void journal_db_rollback(struct journal_db *db)
{
	if (!db->sql)
		return;
	if (!sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_exec(db->sql, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
}

int journal_db_settle(struct journal_db *db)
{
	return sqlite3_wal_checkpoint_v2(db->sql, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
			       SQLITE_OK
		       ? 0
		       : sqlite_fail(db->sql);
}

void journal_db_checkpoint(struct journal_db *db)
{
	/* A failure is no failure of the journal: the WAL keeps what it has, the next one tries. */
	(void)sqlite3_wal_checkpoint_v2(db->sql, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	db->checkpoint_at = db->wal_pages + JOURNAL_DB_WAL_PAGES;
}

int journal_db_anew(struct journal_db *db)
{
	int rc = journal_db_begin_lazy(db);

	if (!rc)
		rc = journal_db_set_u64(db, "projected_seq", db->projected);
	if (!rc)
		rc = journal_db_commit_lazy(db);
	if (rc)
		journal_db_rollback(db);
	return rc;
}

/* SQLite takes what follows the last valid frame for left-overs of an earlier round: zeros are none
 * of its frames, and it overwrites them. */
void journal_db_reserve(struct journal_db *db)
{
	static const char zeros[4096];
	const sqlite3_int64 want = WAL_RESERVE;
	sqlite3_file *wal = NULL;
	sqlite3_int64 size = 0;
	int rc;

	db->reserved = true;
	if (sqlite3_file_control(db->sql, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) !=
		    SQLITE_OK ||
	    !wal || !wal->pMethods || wal->pMethods->xFileSize(wal, &size) != SQLITE_OK)
		return;
	if (size >= want)
		return;
	for (rc = SQLITE_OK; rc == SQLITE_OK && size < want; size += (int)sizeof(zeros))
		rc = wal->pMethods->xWrite(wal, zeros, (int)sizeof(zeros), size);
	if (rc == SQLITE_OK)
		(void)wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
}

int journal_db_condemn(struct journal_db *db)
{
	int rc;

	if (!db->sql)
		return 0;
	journal_db_rollback(db);
	rc = journal_db_begin(db);
	if (!rc)
		rc = journal_db_set_u64(db, "damaged", 1);
	if (!rc)
		rc = journal_db_commit(db);
	if (rc)
		journal_db_rollback(db);
	return rc;
}
