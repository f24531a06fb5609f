/* journal_seal.c - two histories under one journal (a cloned card): this file is sealed, and a
 * child begins that holds again what headquarters does not have. The child is made beside the
 * journal in pieces, while appends still go to the parent; they are written again too. A crash
 * before the renames leaves the parent as it was, one in between leaves what the next start
 * finishes. */
#include "journal_again.h"
#include "journal_chain.h"
#include "journal_files.h"
#include "journal_guard.h"
#include "journal_resume.h"
#include "journal_writer.h"
#include "log.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define ROWS   200 /* copied in one piece */
#define EVENTS 64  /* written again in one */

static void seal_tell(struct journal *j, bool ok)
{
	pthread_mutex_lock(&j->lock);
	j->wants_seal = false;
	j->sealed = true;
	j->sealed_ok = ok;
	if (ok) { /* it was about the parent */
		j->wants_acked = false;
		j->proved = j->proved_to = 0;
	}
	if (j->db.sql)
		journal_writer_state(j);
	pthread_mutex_unlock(&j->lock);
	journal_writer_wake(j);
}

void journal_seal_drop(struct journal *j)
{
	struct journal_seal *x = &j->seal;

	if (x->child) {
		journal_db_close(x->child, false);
		free(x->child);
		x->child = NULL;
		if (journal_files_remove(j->setup.dir))
			log_warning("%s/%s: can't be removed", j->setup.dir, JOURNAL_FILES_NEW);
	}
	x->phase = JOURNAL_SEAL_IDLE;
}

void journal_seal_broke(struct journal *j)
{
	if (j->seal.phase == JOURNAL_SEAL_IDLE || j->seal.phase == JOURNAL_SEAL_PLACED)
		return;
	journal_seal_drop(j);
	seal_tell(j, false);
}

/* An error of the child is none of the journal's. */
static int childs(struct journal_seal *x, int rc)
{
	x->childs |= rc != 0;
	return rc;
}

/* --- guard, arrivals, list --- */

static int row_put(struct journal_seal *x, enum journal_db_query put, sqlite3_stmt *row)
{
	sqlite3_stmt *s = journal_db_use(x->child, put);

	for (int i = 0; s && i < sqlite3_column_count(row); i++)
		sqlite3_bind_value(s, i + 1, sqlite3_column_value(row, i));
	return childs(x, sqlite_run(x->child->sql, s));
}

/* Copies up to ROWS rows behind the last one; the key is the first column. */
static int rows_copy(struct journal_seal *x, struct journal_db *db, enum journal_db_query copy,
		     enum journal_db_query put, uint64_t parameter)
{
	bool by_number = copy == JOURNAL_DB_COPY_LIST;
	sqlite3_stmt *s = journal_db_use(db, copy);
	int n = 0, rc = 0, step;

	if (!s)
		return sqlite_fail(db->sql);
	if (by_number)
		sqlite3_bind_int64(s, 1, x->row);
	else
		sqlite3_bind_text(s, 1, x->after, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(s, 2, ROWS);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)parameter);
	while (!rc && (step = sqlite3_step(s)) != SQLITE_DONE) {
		const char *key;

		if (step != SQLITE_ROW) {
			rc = sqlite_fail(db->sql);
			break;
		}
		n++;
		rc = row_put(x, put, s);
		x->row = by_number ? sqlite3_column_int64(s, 0) : 0;
		key = (const char *)sqlite3_column_text(s, 0);
		if (!by_number && (!key || !text_copy(x->after, sizeof(x->after), key)))
			rc = -EBADMSG;
	}
	sqlite3_reset(s);
	if (!rc && n < ROWS) {
		x->phase++;
		x->after[0] = 0;
		x->row = 0;
	}
	return rc;
}

/* --- events --- */

static int event_again(struct journal_seal *x, const char *line, size_t len)
{
	char id[EVENT_UUID + 1], *out = x->child->line[0];
	struct event_view e;
	uint8_t random[10];
	int rc;

	if (!line || event_read(line, len, &e) != EVENT_OK)
		return -EBADMSG;
	if (e.kind == EVENT_JOURNAL_OPENED) /* the child has its own, which names this journal */
		return 0;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return childs(x, -EIO);
	event_uuid7(id, e.at.wall_ms, random);
	len = journal_again_line(x->child, line, len, id, out);
	if (!len || event_read(out, len, &e) != EVENT_OK)
		return -EBADMSG;
	rc = journal_chain_line(x->child, out, len);
	return childs(x, rc ? rc : journal_guard_event(x->child, &e));
}

static int events_again(struct journal_seal *x, struct journal_db *db)
{
	sqlite3_stmt *s = journal_db_use(db, JOURNAL_DB_EVENTS);
	int step, rc = 0;

	if (!s)
		return sqlite_fail(db->sql);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)x->next);
	sqlite3_bind_int(s, 2, EVENTS);
	while (!rc && (step = sqlite3_step(s)) != SQLITE_DONE) {
		if (step != SQLITE_ROW) {
			rc = sqlite_fail(db->sql);
			break;
		}
		rc = event_again(x, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
		x->next = (uint64_t)sqlite3_column_int64(s, 0) + 1;
	}
	sqlite3_reset(s);
	return rc;
}

/* journal.opened, and the last badge if it would be left behind. */
static int events_begin(struct journal_seal *x, struct journal *j)
{
	struct journal_parent parent = journal_begin_parent(&j->db);
	uint64_t badge;
	int rc = journal_resume_badge(&j->db, j->db.line[0], &badge);

	if (rc)
		return rc;
	rc = childs(x, journal_begin_event(x->child, &j->setup, &parent, "fork"));
	if (!rc && badge && badge < x->next)
		rc = event_again(x, j->db.line[0], strlen(j->db.line[0]));
	x->begun = true;
	return rc;
}

/* --- the end --- */

static int child_keep(struct journal_seal *x, const struct journal *j)
{
	struct journal_db *child = x->child;
	int rc = journal_db_set_u64(child, "projected_seq", child->seq);

	if (!rc)
		rc = journal_db_set_u64(child, "checked_seq", child->seq);
	if (!rc)
		rc = journal_db_set_u64(child, "list", j->db.list);
	if (!rc)
		rc = journal_db_set_u64(child, "list_returns", j->db.expected);
	if (!rc)
		rc = journal_db_set_u64(child, "list_next", j->db.next);
	if (!rc)
		rc = journal_db_set_u64(child, "list_next_returns", j->db.next_expected);
	if (!rc)
		rc = journal_db_set(child, "cursor", j->db.cursor);
	return childs(x, rc ? rc : journal_begin_keep(child, &j->setup));
}

void journal_seal_settle(struct journal *j)
{
	struct journal_seal *x = &j->seal;
	bool ok = strcmp(j->db.journal, x->parent) != 0;

	if (x->phase != JOURNAL_SEAL_PLACED)
		return;
	x->phase = JOURNAL_SEAL_IDLE;
	if (ok)
		log_write(LOG_LEVEL_WARNING, LOG_JOURNAL_ASIDE,
			  "%s: headquarters has another history of this journal (a cloned card?); "
			  "it was sealed as %s, and a new one goes on. Keep that file",
			  j->setup.dir, x->aside);
	seal_tell(j, ok);
}

/* From here on the folder tells which journal it is, and opening finishes what is half done. */
static void child_place(struct journal_seal *x, struct journal *j)
{
	struct journal_report report;
	int rc;

	free(x->child);
	x->child = NULL;
	x->phase = JOURNAL_SEAL_PLACED;
	memcpy(x->parent, j->db.journal, sizeof(x->parent));
	(void)journal_db_settle(&j->db); /* a reader beside may keep the WAL: it goes along */
	journal_retain_drop(&j->retain);
	journal_db_close(&j->db, true);
	j->opened = false;
	rc = journal_files_place(j->setup.dir, x->aside);
	if (rc)
		log_error("%s: can't be renamed: %s", j->setup.dir, strerror(-rc));
	rc = journal_begin_open(&j->setup, &j->db, &report);
	if (rc) {
		journal_writer_break(j, report.text);
		journal_writer_wake(j);
		return;
	}
	j->opened = true;
	journal_seal_settle(j);
}

static int seal_begin(struct journal_seal *x, struct journal *j)
{
	struct journal_db *db = &j->db;
	uint64_t from;
	int rc = db->projected < db->seq ? journal_guard_project(db) : 0;

	if (!rc)
		rc = journal_resume_from(db, &from);
	if (rc)
		return rc;
	*x = (struct journal_seal){.phase = JOURNAL_SEAL_INSPECTIONS, .start = db->seq};
	/* What a resume wants of the last few, too, though it is acknowledged. */
	x->next = db->acked + 1 < from ? db->acked + 1 : from;
	if (db->seq > JOURNAL_RESUME_EXTRA && x->next > db->seq - JOURNAL_RESUME_EXTRA)
		x->next = db->seq - JOURNAL_RESUME_EXTRA;
	if (x->next <= db->anchor)
		x->next = db->anchor + 1;
	x->child = calloc(1, sizeof(*x->child));
	if (!x->child)
		return childs(x, -ENOMEM);
	rc = journal_files_aside(j->setup.dir, j->setup.now.wall_ms, "sealed", x->aside);
	return childs(x, rc ? rc : journal_begin_new(x->child, &j->setup, x->aside));
}

static int seal_piece(struct journal_seal *x, struct journal *j)
{
	int rc = 0;

	switch (x->phase) {
	case JOURNAL_SEAL_IDLE:
		return seal_begin(x, j);
	case JOURNAL_SEAL_INSPECTIONS:
		return rows_copy(x, &j->db, JOURNAL_DB_COPY_INSPECTIONS, JOURNAL_DB_PUT_INSPECTION,
				 x->start);
	case JOURNAL_SEAL_ARRIVALS:
		return rows_copy(x, &j->db, JOURNAL_DB_COPY_ARRIVALS, JOURNAL_DB_PUT_ARRIVAL,
				 x->start);
	case JOURNAL_SEAL_LIST:
		return rows_copy(x, &j->db, JOURNAL_DB_COPY_LIST, JOURNAL_DB_PUT_LIST, j->db.list);
	case JOURNAL_SEAL_EVENTS:
		if (!x->begun)
			rc = events_begin(x, j);
		if (!rc)
			rc = events_again(x, &j->db);
		if (!rc && x->next > j->db.seq)
			rc = child_keep(x, j);
		else
			return rc;
		if (!rc)
			child_place(x, j);
		return rc;
	case JOURNAL_SEAL_PLACED:
		break;
	}
	return 0;
}

int journal_seal_step(struct journal *j)
{
	struct journal_seal *x = &j->seal;
	char problem[256];
	int rc = j->db.sql ? seal_piece(x, j) : -EIO;

	if (!rc || (j->db.sql && !x->childs))
		return rc;
	if (x->child) {
		journal_db_problem(x->child, rc, problem, sizeof(problem));
		log_error("this journal can't be sealed now: %s", problem);
	}
	journal_seal_drop(j);
	seal_tell(j, false);
	return 0;
}
