/* store_read.c - what the store tells: the received lines, its journals, its numbers, its health.
 */
#include "store.h"
#include "store_batch.h"
#include <errno.h>
#include <string.h>

#define PIECE 256 /* lines of one reading: a long one would keep the WAL from being reused */

/* Number of a journal: 1 = found, 0 = none, or -errno. */
static int journal_find(struct store *s, const char *journal, int64_t *no)
{
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_JOURNAL_GET);
	int rc;

	store_db_bind(st, 1, journal);
	rc = sqlite_row(s->db.sql, st);
	if (rc == 1) {
		*no = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return rc;
}

/* Hands out up to PIECE lines from *key on. 1 = there may be more, 0 = no, or -errno. */
static int lines_piece(struct store *s, int64_t *key, int64_t last,
		       bool (*fn)(void *user, const char *line, size_t len), void *user)
{
	char line[EVENT_LINE_MAX + 1];
	sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_EVENTS);
	int rc, lines = 0;

	sqlite3_bind_int64(st, 1, *key);
	sqlite3_bind_int64(st, 2, last);
	sqlite3_bind_int(st, 3, PIECE);
	while ((rc = sqlite_row(s->db.sql, st)) == 1) {
		const void *blob = sqlite3_column_blob(st, 1);
		size_t len = (size_t)sqlite3_column_bytes(st, 1);

		if (!blob || len > EVENT_LINE_MAX) {
			rc = -EBADMSG;
			break;
		}
		memcpy(line, blob, len);
		line[len] = '\n';
		*key = sqlite3_column_int64(st, 0) + 1;
		lines++;
		if (!fn(user, line, len + 1)) {
			lines = 0;
			rc = 0;
			break;
		}
	}
	sqlite3_reset(st);
	return rc ? rc : lines == PIECE;
}

int store_lines(struct store *s, const char *journal, uint64_t from,
		bool (*fn)(void *user, const char *line, size_t len), void *user)
{
	const int64_t seqs = INT64_C(1) << STORE_DB_SEQ_BITS;
	int64_t no = 0, key, last;
	int rc = store_ready(s);

	if (!rc)
		rc = journal_find(s, journal, &no);
	if (rc == 0)
		return -ENOENT;
	if (rc < 0 || from >= (uint64_t)seqs)
		return rc < 0 ? rc : 0;
	key = no * seqs + (int64_t)from;
	last = no * seqs + (seqs - 1);
	do
		rc = lines_piece(s, &key, last, fn, user);
	while (rc == 1);
	return rc;
}

int store_journals(struct store *s, bool (*fn)(void *user, const struct store_journal *journal),
		   void *user)
{
	int64_t no = 0;
	int rc = store_ready(s);

	while (!rc) {
		struct store_journal j = {.head = 0};
		sqlite3_stmt *st = store_db_use(&s->db, STORE_DB_JOURNALS);
		const void *hash;

		sqlite3_bind_int64(st, 1, no);
		rc = sqlite_row(s->db.sql, st);
		if (rc <= 0)
			return rc;
		store_db_text(st, 0, j.uuid, sizeof(j.uuid));
		store_db_text(st, 1, j.station, sizeof(j.station));
		j.head = (uint64_t)sqlite3_column_int64(st, 2);
		hash = sqlite3_column_blob(st, 3);
		if (hash && sqlite3_column_bytes(st, 3) == EVENT_HASH)
			memcpy(j.hash, hash, EVENT_HASH);
		store_db_text(st, 4, j.parent, sizeof(j.parent));
		j.parent_seq = (uint64_t)sqlite3_column_int64(st, 5);
		j.holes = (uint64_t)sqlite3_column_int64(st, 6);
		j.forks = (uint64_t)sqlite3_column_int64(st, 7);
		no = sqlite3_column_int64(st, 8);
		sqlite3_reset(st);
		rc = fn(user, &j) ? 0 : -ECANCELED;
	}
	return rc == -ECANCELED ? 0 : rc;
}

int store_numbers(struct store *s, struct store_numbers *out)
{
	uint64_t *const into[] = {
		&out->journals, &out->events, &out->inspections, &out->passed,	  &out->failed,
		&out->holes,	&out->forks,  &out->set_aside,	 &out->conflicts, &out->expected};
	sqlite3_stmt *st;
	int rc = store_ready(s);

	*out = (struct store_numbers){.journals = 0};
	if (rc)
		return rc;
	st = store_db_use(&s->db, STORE_DB_NUMBERS);
	rc = sqlite_row(s->db.sql, st);
	if (rc < 0)
		return rc;
	for (int i = 0; i < (int)(sizeof(into) / sizeof(into[0])); i++)
		*into[i] = (uint64_t)sqlite3_column_int64(st, i);
	sqlite3_reset(st);
	return 0;
}

int store_health(struct store *s, int64_t now_ms)
{
	int rc;

	if (!s->failed)
		return 0;
	rc = store_ready(s);
	if (!rc)
		rc = store_db_begin(&s->db);
	if (!rc)
		rc = store_db_set(&s->db, "tried", now_ms);
	if (!rc)
		rc = store_db_commit(&s->db);
	store_settle(s, rc);
	return rc;
}

int store_import(struct store *s, const char *csv_path,
		 void (*refused)(void *user, const char *why), void *user, uint64_t *returns)
{
	int rc = store_ready(s);

	return rc ? rc : returns_import(&s->db, csv_path, refused, user, returns);
}

char *store_expected(struct store *s, const char *cursor, size_t *len)
{
	char *json = NULL;

	*len = 0;
	if (store_ready(s) || returns_expected(&s->db, cursor, &json, len))
		return NULL;
	return json;
}
