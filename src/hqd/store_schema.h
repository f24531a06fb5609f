/* store_schema.h - the tables of headquarters' store. Private to store_db.c.
 *
 * `event` holds what was received, to the byte; its key is journal.no << 40 | seq. The rest is told
 * from it, save the list of expected returns. Times are ms since 1970, UTC; 0 = none. */
#ifndef HQD_STORE_SCHEMA_H
#define HQD_STORE_SCHEMA_H

static const char store_schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	/* kin: has a parent or a child, so that an event may come under a second id; known: the
	 * latest sure time in the chain */
	"CREATE TABLE journal(no INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,"
	" station TEXT NOT NULL, head INTEGER NOT NULL, hash BLOB NOT NULL, known INTEGER NOT NULL,"
	" holed INTEGER NOT NULL, kin INTEGER NOT NULL,"
	" received INTEGER NOT NULL, parent TEXT, parent_seq INTEGER, parent_hash TEXT, why TEXT);"
	"CREATE INDEX journal_station ON journal(station);"
	"CREATE INDEX journal_parent ON journal(parent) WHERE parent IS NOT NULL;"
	"CREATE TABLE event(key INTEGER PRIMARY KEY, line BLOB NOT NULL);"
	/* The events from this key on, up to the next row's, came in one request. */
	"CREATE TABLE received(key INTEGER PRIMARY KEY, at INTEGER NOT NULL);"
	"CREATE TABLE hole(journal INTEGER NOT NULL, last INTEGER NOT NULL, first INTEGER NOT NULL,"
	" hash BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(journal, last)) WITHOUT ROWID;"
	"CREATE TABLE fork(journal INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,"
	" at INTEGER NOT NULL, PRIMARY KEY(journal, seq, hash)) WITHOUT ROWID;"
	/* First ids of the events of journals that have kin. */
	"CREATE TABLE seen(id TEXT NOT NULL, station TEXT NOT NULL, PRIMARY KEY(id, station))"
	" WITHOUT ROWID;"
	"CREATE TABLE boot(no INTEGER PRIMARY KEY, station TEXT NOT NULL, id TEXT NOT NULL,"
	" anchored INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" pending INTEGER NOT NULL, UNIQUE(station, id));"
	"CREATE INDEX boot_pending ON boot(station) WHERE pending = 1;"
	/* untimed: boot of its latest moment that is only an interval */
	"CREATE TABLE inspection(id TEXT PRIMARY KEY, journal INTEGER NOT NULL,"
	" station TEXT NOT NULL, label TEXT NOT NULL, line INTEGER NOT NULL, unit INTEGER NOT NULL,"
	" state TEXT NOT NULL, verdict TEXT NOT NULL, provisional INTEGER NOT NULL,"
	" supersedes TEXT NOT NULL, reasons TEXT NOT NULL, by TEXT NOT NULL, untimed INTEGER,"
	" opened_clock TEXT NOT NULL, opened_at INTEGER NOT NULL, opened_after INTEGER NOT NULL,"
	" opened_before INTEGER NOT NULL, opened_boot INTEGER NOT NULL,"
	" opened_mono INTEGER NOT NULL,"
	" closed_clock TEXT NOT NULL, closed_at INTEGER NOT NULL, closed_after INTEGER NOT NULL,"
	" closed_before INTEGER NOT NULL, closed_boot INTEGER NOT NULL,"
	" closed_mono INTEGER NOT NULL,"
	" final_clock TEXT NOT NULL, final_at INTEGER NOT NULL, final_after INTEGER NOT NULL,"
	" final_before INTEGER NOT NULL, final_boot INTEGER NOT NULL,"
	" final_mono INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX inspection_untimed ON inspection(untimed) WHERE untimed IS NOT NULL;"
	"CREATE INDEX inspection_final ON inspection(verdict) WHERE state = 'final';"
	/* The unit's effective verdict: line 0 = a label without a list. */
	"CREATE TABLE outcome(label TEXT NOT NULL, line INTEGER NOT NULL, unit INTEGER NOT NULL,"
	" inspection TEXT NOT NULL, verdict TEXT NOT NULL, PRIMARY KEY(label, line, unit))"
	" WITHOUT ROWID;"
	"CREATE TABLE conflict(key INTEGER PRIMARY KEY, why TEXT NOT NULL, label TEXT NOT NULL,"
	" line INTEGER NOT NULL, unit INTEGER NOT NULL, inspection TEXT NOT NULL,"
	" against TEXT NOT NULL, at INTEGER NOT NULL);"
	"CREATE TABLE set_aside(key INTEGER PRIMARY KEY, why TEXT NOT NULL, at INTEGER NOT NULL);"
	/* change: place in the order of changes. A row of `change` closes a transaction's changes;
	 * its tag tells them from those of another history (a restored copy). */
	"CREATE TABLE change(n INTEGER PRIMARY KEY, tag INTEGER NOT NULL);"
	"CREATE TABLE returns(rma TEXT PRIMARY KEY, change INTEGER NOT NULL UNIQUE,"
	" gone INTEGER NOT NULL, state TEXT NOT NULL, order_number TEXT NOT NULL,"
	" wish TEXT NOT NULL, carrier TEXT NOT NULL, tracking TEXT NOT NULL, due TEXT NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE return_line(rma TEXT NOT NULL, line INTEGER NOT NULL,"
	" quantity INTEGER NOT NULL, product TEXT NOT NULL, title TEXT NOT NULL,"
	" accessories TEXT NOT NULL, reason TEXT NOT NULL, last_verdict TEXT NOT NULL,"
	" last_inspection TEXT NOT NULL, last_station TEXT NOT NULL, last_at TEXT NOT NULL,"
	" last_by TEXT NOT NULL, PRIMARY KEY(rma, line)) WITHOUT ROWID;";

/* Events that came on a stick before those that stand before them. */
static const char store_schema_shelf[] =
	"CREATE TABLE IF NOT EXISTS shelf(journal TEXT NOT NULL, seq INTEGER NOT NULL,"
	" station TEXT NOT NULL, line BLOB NOT NULL, PRIMARY KEY(journal, seq)) WITHOUT ROWID;";

/* Photos that events told of; kept: when it was all here, 0 = it is not. With it come those of
 * events that an older version stored. */
static const char store_schema_photo[] =
	"CREATE TABLE IF NOT EXISTS photo(sha256 TEXT NOT NULL, station TEXT NOT NULL,"
	" bytes INTEGER NOT NULL, inspection TEXT NOT NULL, kept INTEGER NOT NULL,"
	" PRIMARY KEY(sha256, station, bytes)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS photo_missing ON photo(sha256) WHERE kept = 0;"
	"INSERT OR IGNORE INTO photo(sha256, station, bytes, inspection, kept)"
	" SELECT sha256, station, bytes, coalesce(inspection, ''), 0 FROM"
	" (SELECT json_extract(line, '$.data.sha256') AS sha256, station,"
	" json_extract(line, '$.data.bytes') AS bytes,"
	" json_extract(line, '$.inspection') AS inspection FROM"
	" (SELECT j.station AS station, CAST(e.line AS TEXT) AS line FROM event e"
	" JOIN journal j ON j.no = e.key >> 40"
	" WHERE instr(e.line, CAST('\"kind\":\"photo.taken\"' AS BLOB)) > 0)"
	" WHERE json_extract(line, '$.kind') = 'photo.taken')"
	" WHERE typeof(sha256) = 'text' AND length(sha256) = 64"
	" AND sha256 NOT GLOB '*[^0-9a-f]*' AND typeof(bytes) = 'integer' AND bytes > 0;";
#endif
