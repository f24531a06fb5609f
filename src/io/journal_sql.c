/* journal_sql.c - the journal's schema and every statement, so that they are read together. */
#include "journal_sql.h"

/* Only `event` is written on the way to a lamp; the rest can be derived again from it. */
const char journal_sql_schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE event(seq INTEGER PRIMARY KEY, line BLOB NOT NULL, hash BLOB NOT NULL);"
	"CREATE TABLE inspection(id TEXT PRIMARY KEY, label TEXT NOT NULL, line INTEGER NOT NULL,"
	" unit INTEGER NOT NULL, verdict TEXT NOT NULL, state TEXT NOT NULL,"
	" first_seq INTEGER NOT NULL, station TEXT NOT NULL, at TEXT NOT NULL, badge TEXT NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE INDEX inspection_label ON inspection(label, first_seq);"
	"CREATE INDEX inspection_open ON inspection(first_seq) WHERE state IN ('open','closed');"
	"CREATE TABLE arrival(label TEXT PRIMARY KEY, at INTEGER NOT NULL, boot TEXT NOT NULL,"
	" mono INTEGER NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE expected(id INTEGER PRIMARY KEY, generation INTEGER NOT NULL,"
	" rma TEXT NOT NULL, line INTEGER NOT NULL, quantity INTEGER NOT NULL,"
	" approved INTEGER NOT NULL, wish TEXT NOT NULL, product TEXT NOT NULL,"
	" title TEXT NOT NULL, accessories TEXT NOT NULL, reason TEXT NOT NULL,"
	" last_verdict INTEGER NOT NULL, last_inspection TEXT NOT NULL,"
	" last_station TEXT NOT NULL, last_at TEXT NOT NULL, last_by TEXT NOT NULL,"
	" tracking TEXT NOT NULL DEFAULT '', UNIQUE(generation, rma, line));"
	"CREATE INDEX expected_tracking ON expected(generation, tracking) WHERE tracking <> '';";

const char journal_sql_upgrade[] =
	"ALTER TABLE expected ADD COLUMN tracking TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX expected_tracking ON expected(generation, tracking) WHERE tracking <> '';";

const char *const journal_sql_query[JOURNAL_DB_QUERIES] = {
	[JOURNAL_DB_BEGIN] = "BEGIN IMMEDIATE",
	[JOURNAL_DB_COMMIT] = "COMMIT",
	[JOURNAL_DB_INSERT] = "INSERT INTO event(seq, line, hash) VALUES(?1, ?2, ?3)",
	[JOURNAL_DB_EVENTS] = "SELECT seq, line, hash FROM event WHERE seq >= ?1 ORDER BY seq"
			      " LIMIT ?2",
	[JOURNAL_DB_HASH] = "SELECT hash FROM event WHERE seq = ?1",
	[JOURNAL_DB_REMOVE] = "DELETE FROM event WHERE seq <= ?1",
	[JOURNAL_DB_TAIL_EVENTS] = "SELECT seq, line, hash FROM event WHERE seq > (SELECT max(seq)"
				   " FROM event) - ?1 ORDER BY seq",
	[JOURNAL_DB_META_GET] = "SELECT value FROM meta WHERE key = ?1",
	[JOURNAL_DB_META_SET] = "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)",
	[JOURNAL_DB_OPENED] = "INSERT OR REPLACE INTO inspection(id, label, line, unit, verdict,"
			      " state, first_seq, station, at, badge)"
			      " VALUES(?1, ?2, ?3, ?4, '', 'open', ?5, ?6, '', '')",
	[JOURNAL_DB_CLOSED] = "UPDATE inspection SET state = 'closed', verdict = ?2, at = ?3,"
			      " badge = ?4 WHERE id = ?1",
	[JOURNAL_DB_FINAL] = "UPDATE inspection SET state = 'final', verdict = ?2,"
			     " badge = CASE at WHEN '' THEN ?4 ELSE badge END,"
			     " at = CASE at WHEN '' THEN ?3 ELSE at END WHERE id = ?1",
	[JOURNAL_DB_UNDONE] = "UPDATE inspection SET state = ?2, verdict = '', at = '', badge = ''"
			      " WHERE id = ?1",
	[JOURNAL_DB_ARRIVED] = "INSERT OR IGNORE INTO arrival(label, at, boot, mono, seq)"
			       " VALUES(?1, ?2, ?3, ?4, ?5)",
	[JOURNAL_DB_VERDICTS] = "SELECT line, unit, verdict, id, station, at, badge FROM inspection"
				" WHERE label = ?1 AND state IN ('closed', 'final')"
				" ORDER BY first_seq DESC",
	[JOURNAL_DB_OPEN_ONE] = "SELECT first_seq FROM inspection WHERE state IN ('open','closed')"
				" AND first_seq > ?1 ORDER BY first_seq DESC LIMIT 1",
	[JOURNAL_DB_OPEN_OLDEST] = "SELECT first_seq FROM inspection WHERE state IN"
				   " ('open','closed') AND first_seq > ?1 ORDER BY first_seq"
				   " LIMIT 1",
	[JOURNAL_DB_FORGET_INSPECTIONS] = "DELETE FROM inspection WHERE first_seq > ?1",
	[JOURNAL_DB_FORGET_ARRIVALS] = "DELETE FROM arrival WHERE seq > ?1",
	[JOURNAL_DB_FORGET_BADGE] = "DELETE FROM meta WHERE key IN"
				    " ('badge_seq','export_seq') AND"
				    " CAST(value AS INTEGER) > ?1",
	[JOURNAL_DB_ARRIVAL] = "SELECT at, boot, mono FROM arrival WHERE label = ?1",
	[JOURNAL_DB_RETURN] = "SELECT line, quantity, wish, product, title, accessories, reason,"
			      " last_verdict, last_inspection, last_station, last_at, last_by"
			      " FROM expected WHERE generation = ?1 AND rma = ?2 AND approved = 1"
			      " ORDER BY line",
	/* An RMA may be a plate's or an asset's number itself. */
	[JOURNAL_DB_TRACKED] = "SELECT rma FROM expected WHERE generation = ?1 AND tracking = ?2"
			       " AND tracking <> '' UNION SELECT rma FROM expected"
			       " WHERE generation = ?1 AND rma = ?2 LIMIT 2",
	[JOURNAL_DB_LIST_TOP] = "SELECT coalesce(max(generation), 0) FROM expected",
	[JOURNAL_DB_LIST_UNITS] = "SELECT coalesce(sum(quantity), 0), coalesce(max(approved), 0)"
				  " FROM expected WHERE generation = ?1 AND rma = ?2",
	[JOURNAL_DB_LIST_ADD] = "INSERT INTO expected(generation, rma, line, quantity, approved,"
				" wish, product, title, accessories, reason, last_verdict,"
				" last_inspection, last_station, last_at, last_by, tracking)"
				" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
				" ?14, ?15, ?16)",
	[JOURNAL_DB_LIST_GONE] = "DELETE FROM expected WHERE generation = ?1 AND rma = ?2",
	[JOURNAL_DB_LIST_SWEEP] = "DELETE FROM expected WHERE id IN (SELECT id FROM expected"
				  " WHERE generation < ?1 LIMIT ?2)",
	/* Into a child journal: what events up to ?3 told gets numbers below 1. */
	[JOURNAL_DB_COPY_INSPECTIONS] = "SELECT id, label, line, unit, verdict, state,"
					" first_seq - ?3 - 1, station, at, badge FROM inspection"
					" WHERE id > ?1 AND first_seq <= ?3 ORDER BY id LIMIT ?2",
	[JOURNAL_DB_COPY_ARRIVALS] = "SELECT label, at, boot, mono, seq - ?3 - 1 FROM arrival"
				     " WHERE label > ?1 AND seq <= ?3 ORDER BY label LIMIT ?2",
	[JOURNAL_DB_COPY_LIST] =
		"SELECT id, generation, rma, line, quantity, approved, wish,"
		" product, title, accessories, reason, last_verdict,"
		" last_inspection, last_station, last_at, last_by, tracking FROM expected"
		" WHERE id > ?1 AND generation >= ?3 ORDER BY id LIMIT ?2",
	[JOURNAL_DB_PUT_INSPECTION] = "INSERT INTO inspection VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7,"
				      " ?8, ?9, ?10)",
	[JOURNAL_DB_PUT_ARRIVAL] = "INSERT INTO arrival VALUES(?1, ?2, ?3, ?4, ?5)",
	[JOURNAL_DB_PUT_LIST] = "INSERT INTO expected VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
				" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
};
