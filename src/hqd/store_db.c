/* store_db.c - the database under headquarters' store: connection, schema, statements. Every
 * prepared statement stands here, so that they are read beside the schema. */
#include "store_db.h"
#include "station/text.h"
#include "store_schema.h"
#include <errno.h>
#include <string.h>

#define BUSY_MS 10000 /* an import or a backup in another process holds the lock for a moment */

/* Of a new database: a page holds some thirty events. A drained backlog is written with a ninth
 * less work than by pages of 4 KiB (make perf ONLY=line). */
#define PAGE_SIZE "16384"

#define MOMENT(m) m "_clock, " m "_at, " m "_after, " m "_before, " m "_boot, " m "_mono"
#define INSPECTION                                                                                 \
	"id, journal, station, label, line, unit, state, verdict, provisional, supersedes,"        \
	" reasons, by, untimed, " MOMENT("opened") ", " MOMENT("closed") ", " MOMENT("final")

static const char *const queries[STORE_DB_QUERIES] = {
	[STORE_DB_BEGIN] = "BEGIN IMMEDIATE",
	[STORE_DB_COMMIT] = "COMMIT",
	[STORE_DB_META_GET] = "SELECT value FROM meta WHERE key = ?1",
	[STORE_DB_META_SET] = "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)",
	[STORE_DB_JOURNAL_GET] = "SELECT no, station, head, hash, known, holed, kin"
				 " FROM journal WHERE uuid = ?1",
	[STORE_DB_JOURNAL_COUNT] = "SELECT count(*) FROM journal WHERE station = ?1",
	[STORE_DB_JOURNAL_ADD] = "INSERT INTO journal(uuid, station, head, hash, known, holed, kin,"
				 " received) VALUES(?1, ?2, 0, zeroblob(32), 0, 0, ?3, ?4)",
	[STORE_DB_JOURNAL_SET] = "UPDATE journal SET head = ?2, hash = ?3, known = ?4, holed = ?5,"
				 " kin = ?6 WHERE no = ?1",
	[STORE_DB_JOURNAL_PARENT] = "UPDATE journal SET parent = ?2, parent_seq = ?3,"
				    " parent_hash = ?4, why = ?5 WHERE no = ?1",
	[STORE_DB_JOURNAL_CHILD] = "SELECT 1 FROM journal WHERE parent = ?1 LIMIT 1",
	[STORE_DB_JOURNAL_KIN] = "UPDATE journal SET kin = 1 WHERE no = ?1",
	[STORE_DB_JOURNALS] = "SELECT uuid, station, head, hash, parent, parent_seq,"
			      " (SELECT count(*) FROM hole WHERE journal = no),"
			      " (SELECT count(*) FROM fork WHERE journal = no), no FROM journal"
			      " WHERE no > ?1 ORDER BY no LIMIT 1",
	[STORE_DB_EVENT_ADD] = "INSERT INTO event(key, line) VALUES(?1, ?2)",
	[STORE_DB_EVENT_GET] = "SELECT line FROM event WHERE key = ?1",
	[STORE_DB_EVENTS] = "SELECT key, line FROM event WHERE key BETWEEN ?1 AND ?2 ORDER BY key"
			    " LIMIT ?3",
	[STORE_DB_EVENTS_BACK] = "SELECT line FROM event WHERE key BETWEEN ?1 AND ?2"
				 " ORDER BY key DESC LIMIT ?3",
	[STORE_DB_RECEIVED_ADD] = "INSERT INTO received(key, at) VALUES(?1, ?2)",
	[STORE_DB_HOLE_ADD] = "INSERT INTO hole(journal, first, last, hash, at)"
			      " VALUES(?1, ?2, ?3, ?4, ?5)",
	[STORE_DB_HOLE_AT] = "SELECT first, last, hash FROM hole WHERE journal = ?1 AND last >= ?2"
			     " ORDER BY last LIMIT 1",
	[STORE_DB_FORK_ADD] = "INSERT OR IGNORE INTO fork(journal, seq, hash, at)"
			      " SELECT ?1, ?2, ?3, ?4"
			      " WHERE (SELECT count(*) FROM fork WHERE journal = ?1) < ?5",
	[STORE_DB_SEEN_ADD] = "INSERT OR IGNORE INTO seen(id, station) VALUES(?1, ?2)",
	[STORE_DB_BOOT_ADD] = "INSERT INTO boot(station, id, anchored, first, last, pending)"
			      " VALUES(?1, ?2, 0, 0, 0, 0)",
	[STORE_DB_BOOT_GET] = "SELECT no, anchored, first, last FROM boot"
			      " WHERE station = ?1 AND id = ?2",
	[STORE_DB_BOOT_SET] = "UPDATE boot SET anchored = ?2, first = ?3, last = ?4,"
			      " pending = pending OR ?5 WHERE no = ?1",
	[STORE_DB_BOOT_PENDING] = "SELECT no, anchored, first, last FROM boot"
				  " WHERE station = ?1 AND pending = 1 ORDER BY no LIMIT 1",
	[STORE_DB_BOOT_DONE] = "UPDATE boot SET pending = 0 WHERE no = ?1",
	[STORE_DB_INSPECTION_GET] = "SELECT " INSPECTION " FROM inspection WHERE id = ?1",
	[STORE_DB_INSPECTION_PUT] = "INSERT OR REPLACE INTO inspection(" INSPECTION ") VALUES"
				    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
				    " ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26,"
				    " ?27, ?28, ?29, ?30, ?31)",
	[STORE_DB_INSPECTION_UNTIMED] = "SELECT " INSPECTION " FROM inspection WHERE untimed = ?1"
					" LIMIT 1",
	[STORE_DB_UNITS] = "SELECT coalesce(sum(l.quantity), 0) FROM returns r"
			   " JOIN return_line l ON l.rma = r.rma WHERE r.rma = ?1 AND r.gone = 0",
	[STORE_DB_OUTCOMES] = "SELECT line, unit, inspection FROM outcome WHERE label = ?1",
	[STORE_DB_OUTCOME_PUT] = "INSERT OR REPLACE INTO outcome(label, line, unit, inspection,"
				 " verdict) VALUES(?1, ?2, ?3, ?4, ?5)",
	[STORE_DB_CONFLICT_ADD] = "INSERT INTO conflict(key, why, label, line, unit, inspection,"
				  " against, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[STORE_DB_ASIDE_ADD] = "INSERT INTO set_aside(key, why, at) VALUES(?1, ?2, ?3)",
	[STORE_DB_CHANGE_TOP] = "SELECT n, tag FROM change ORDER BY n DESC LIMIT 1",
	[STORE_DB_CHANGE_ADD] = "INSERT INTO change(n, tag) VALUES(?1, random())",
	[STORE_DB_CHANGE_AT] = "SELECT tag FROM change WHERE n >= ?1 ORDER BY n LIMIT 1",
	[STORE_DB_CHANGE_PRUNE] = "DELETE FROM change WHERE n < ?1",
	[STORE_DB_RETURN_TOUCH] = "UPDATE returns SET change = ?2 WHERE rma = ?1 AND gone = 0",
	[STORE_DB_RETURN_PAGE] = "SELECT change, rma, gone, state, order_number, wish, carrier,"
				 " tracking, due FROM returns WHERE change > ?1 AND gone <= ?2"
				 " ORDER BY change",
	[STORE_DB_RETURN_LINES] = "SELECT line, quantity, product, title, accessories, reason,"
				  " last_verdict, last_inspection, last_station, last_at, last_by"
				  " FROM return_line WHERE rma = ?1 ORDER BY line",
	[STORE_DB_RETURN_LAST] = "SELECT o.line, o.verdict, i.id, i.station, i.final_at, i.by"
				 " FROM outcome o JOIN inspection i ON i.id = o.inspection"
				 " WHERE o.label = ?1 ORDER BY o.line, o.unit",
	[STORE_DB_INCOMING_ADD] = "INSERT OR IGNORE INTO incoming(rma, state, order_number, wish,"
				  " carrier, tracking, due) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STORE_DB_INCOMING_SAME] = "SELECT 1 FROM incoming WHERE rma = ?1 AND state = ?2",
	[STORE_DB_INCOMING_UNITS] = "SELECT coalesce(sum(quantity), 0) FROM incoming_line"
				    " WHERE rma = ?1",
	[STORE_DB_INCOMING_LINE_ADD] = "INSERT INTO incoming_line(rma, line, quantity, product,"
				       " title, accessories, reason, last_verdict,"
				       " last_inspection, last_station, last_at, last_by)"
				       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
				       " ?12)",
	[STORE_DB_SHELF_ADD] = "INSERT OR IGNORE INTO shelf(journal, seq, station, line)"
			       " VALUES(?1, ?2, ?3, ?4)",
	[STORE_DB_SHELF_FROM] = "SELECT seq, line FROM shelf WHERE journal = ?1 AND seq >= ?2"
				" AND station = ?3"
				" ORDER BY seq",
	[STORE_DB_SHELF_REMOVE] = "DELETE FROM shelf WHERE journal = ?1 AND seq <= ?2",
	[STORE_DB_SHELF_COUNT] = "SELECT count(*), coalesce(min(seq), 0) FROM shelf"
				 " WHERE journal = ?1",
	[STORE_DB_SHELF_ALL] = "SELECT journal, min(station), count(*), min(seq) FROM shelf"
			       " WHERE journal > ?1 GROUP BY journal ORDER BY journal LIMIT 1",
	[STORE_DB_SHELF_OWNER] = "SELECT station FROM (SELECT station, 0 AS n FROM journal"
				 " WHERE uuid = ?1 UNION ALL SELECT station, 1 FROM (SELECT station"
				 " FROM shelf WHERE journal = ?1 LIMIT 1)) ORDER BY n LIMIT 1",
	[STORE_DB_PHOTO_ADD] =
		"INSERT OR IGNORE INTO photo(sha256, station, bytes, inspection, kept)"
		" VALUES(?1, ?2, ?3, ?4, 0)",
	[STORE_DB_PHOTO_TOLD] = "SELECT 1 FROM photo WHERE sha256 = ?1 AND station = ?2"
				" AND (?3 = 0 OR bytes = ?3) LIMIT 1",
	[STORE_DB_PHOTO_KEEP] = "UPDATE photo SET kept = ?3 WHERE sha256 = ?1 AND bytes = ?2"
				" AND kept = 0",
	[STORE_DB_PHOTO_NEXT] = "SELECT sha256, station, bytes, inspection, kept FROM photo"
				" WHERE (sha256, station, bytes) > (?1, ?2, ?3)"
				" ORDER BY sha256, station, bytes LIMIT 1",
	[STORE_DB_PHOTO_NUMBERS] = "SELECT count(*), coalesce(sum(bytes), 0),"
				   " (SELECT count(DISTINCT sha256) FROM photo WHERE kept = 0)"
				   " FROM (SELECT DISTINCT sha256, bytes FROM photo"
				   " WHERE kept > 0)",
	[STORE_DB_NUMBERS] = "SELECT (SELECT count(*) FROM journal),"
			     " (SELECT coalesce(sum(head), 0) FROM journal) -"
			     " (SELECT coalesce(sum(last - first + 1), 0) FROM hole),"
			     " (SELECT count(*) FROM inspection),"
			     " (SELECT count(*) FROM inspection WHERE state = 'final' AND"
			     " verdict = 'pass'),"
			     " (SELECT count(*) FROM inspection WHERE state = 'final' AND"
			     " verdict = 'fail'),"
			     " (SELECT count(*) FROM hole), (SELECT count(*) FROM fork),"
			     " (SELECT count(*) FROM set_aside), (SELECT count(*) FROM conflict),"
			     " (SELECT count(*) FROM returns WHERE gone = 0)",
};

const char *store_db_problem(int error)
{
	switch (-error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return "no space left on the disk";
	case EROFS:
		return "it can only be read";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EBUSY:
		return "another program keeps it locked";
	case EBADMSG:
		return "it is damaged";
	case EEXIST:
		return "it contradicts itself";
	case EMEDIUMTYPE:
		return "it is no headquarters' store; give another file name";
	case EPROTO:
		return "a newer hqd wrote it; use that one";
	case EIO:
		return "the disk fails (I/O error)";
	default:
		return strerror(-error);
	}
}

/* --- statements --- */

sqlite3_stmt *store_db_use(struct store_db *db, enum store_db_query query)
{
	sqlite3_stmt **s = &db->stmt[query];

	if (*s)
		sqlite3_reset(*s);
	else if (sqlite3_prepare_v3(db->sql, queries[query], -1, SQLITE_PREPARE_PERSISTENT, s,
				    NULL) != SQLITE_OK)
		return NULL;
	return *s;
}

int store_db_begin(struct store_db *db)
{
	return sqlite_run(db->sql, store_db_use(db, STORE_DB_BEGIN));
}

int store_db_commit(struct store_db *db)
{
	return sqlite_run(db->sql, store_db_use(db, STORE_DB_COMMIT));
}

void store_db_rollback(struct store_db *db)
{
	for (unsigned i = 0; i < STORE_DB_QUERIES; i++)
		sqlite3_reset(db->stmt[i]);
	if (!sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
}

void store_db_bind(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

void store_db_text(sqlite3_stmt *s, int column, char *dst, size_t cap)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	if (!text || !text_copy(dst, cap, text))
		dst[0] = '\0';
}

int store_db_get(struct store_db *db, const char *key, int64_t *value)
{
	sqlite3_stmt *s = store_db_use(db, STORE_DB_META_GET);
	int rc;

	*value = 0;
	store_db_bind(s, 1, key);
	rc = sqlite_row(db->sql, s);
	if (rc == 1) {
		*value = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return rc;
}

int store_db_set(struct store_db *db, const char *key, int64_t value)
{
	sqlite3_stmt *s = store_db_use(db, STORE_DB_META_SET);

	store_db_bind(s, 1, key);
	sqlite3_bind_int64(s, 2, value);
	return sqlite_run(db->sql, s);
}

/* --- opening --- */

/* *fresh: an empty file. */
static int marks_check(struct store_db *db, bool *fresh)
{
	int64_t application = 0, version = 0, tables = 0;
	int rc = sqlite_number(db->sql, "PRAGMA application_id", &application);

	if (!rc)
		rc = sqlite_number(db->sql, "PRAGMA user_version", &version);
	if (!rc)
		rc = sqlite_number(db->sql, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc)
		return sqlite3_errcode(db->sql) == SQLITE_NOTADB ? -EMEDIUMTYPE : rc;
	*fresh = application == 0 && version == 0 && tables == 0;
	if (*fresh)
		return 0;
	if (application != STORE_DB_APPLICATION_ID)
		return -EMEDIUMTYPE;
	return version > STORE_DB_SCHEMA ? -EPROTO : 0;
}

static int schema_make(struct store_db *db)
{
	char marks[96];
	struct text t = text_over(marks, sizeof(marks));
	bool fresh = false;
	int rc = store_db_begin(db);

	text_put(&t, "PRAGMA application_id=");
	text_u64(&t, STORE_DB_APPLICATION_ID);
	text_put(&t, "; PRAGMA user_version=");
	text_u64(&t, STORE_DB_SCHEMA);
	if (!rc)
		rc = marks_check(db, &fresh); /* another process may have been faster */
	if (!rc && fresh)
		rc = sqlite_exec(db->sql, store_schema);
	if (!rc && fresh)
		rc = sqlite_exec(db->sql, marks);
	if (!rc)
		rc = store_db_commit(db);
	if (rc)
		store_db_rollback(db);
	return rc;
}

/* Older ones lack the table, and may have events that belong into it. */
static int photos_make(struct store_db *db)
{
	int64_t there = 0;
	int rc = sqlite_number(db->sql, "SELECT count(*) FROM sqlite_schema WHERE name = 'photo'",
			       &there);

	if (rc || there)
		return rc;
	rc = store_db_begin(db);
	if (!rc)
		rc = sqlite_exec(db->sql, store_schema_photo);
	if (!rc)
		rc = store_db_commit(db);
	if (rc)
		store_db_rollback(db);
	return rc;
}

static int connect_file(struct store_db *db)
{
	bool fresh = false;
	int rc = sqlite_open(&db->sql, db->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
			     BUSY_MS);

	if (rc)
		return rc;
	rc = marks_check(db, &fresh);
	if (!rc && sqlite3_db_readonly(db->sql, "main") != 0)
		rc = -EROFS;
	if (!rc)
		rc = sqlite_exec(db->sql, "PRAGMA page_size=" PAGE_SIZE ";"
					  "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
					  "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;"
					  "PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=1000;"
					  "PRAGMA journal_size_limit=33554432");
	if (!rc && fresh)
		rc = schema_make(db);
	if (!rc)
		rc = sqlite_exec(db->sql, store_schema_shelf); /* older ones lack it */
	return rc ? rc : photos_make(db);
}

int store_db_open(struct store_db *db, const char *path, char *why, size_t cap)
{
	struct text t = text_over(why, cap);
	int rc;

	memset(db->stmt, 0, sizeof(db->stmt));
	if (path != db->path && !text_copy(db->path, sizeof(db->path), path))
		rc = -ENAMETOOLONG;
	else
		rc = connect_file(db);
	if (rc) {
		store_db_close(db);
		text_bytes(&t, path, strnlen(path, cap > 80 ? cap - 80 : 0));
		text_put(&t, ": ");
		text_put(&t, store_db_problem(rc));
	}
	return rc;
}

void store_db_close(struct store_db *db)
{
	for (unsigned i = 0; i < STORE_DB_QUERIES; i++) {
		sqlite3_finalize(db->stmt[i]);
		db->stmt[i] = NULL;
	}
	sqlite3_close(db->sql);
	db->sql = NULL;
}
