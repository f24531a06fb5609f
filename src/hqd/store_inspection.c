/* store_inspection.c - one inspection between its row and the batch: a run of events is mostly
 * about one, so it is read once and written once. */
#include "station/text.h"
#include "store_batch.h"
#include <errno.h>
#include <string.h>

#define MOMENT_COLUMNS 6
#define OPENED_COLUMN  13 /* the first behind `untimed`, as queries of store_db.c list them */
#define REASONS	       96

static const char states[][10] = {
	[STORE_OPEN] = "open",
	[STORE_CLOSED] = "closed",
	[STORE_FINAL] = "final",
	[STORE_ABANDONED] = "abandoned",
};
static const char steps[STORE_STEPS][12] = {"appearance", "accessories", "usage"};

int store_inspection_step(const struct event_span *step)
{
	for (int i = 0; i < STORE_STEPS; i++)
		if (event_span_is(step, steps[i]))
			return i;
	return -1;
}

/* "appearance:SCRATCH usage:UNSPECIFIED" */
static void reasons_write(const struct store_inspection *i, char out[REASONS])
{
	struct text t = text_over(out, REASONS);

	for (int n = 0; n < STORE_STEPS; n++) {
		if (i->reason[n][0] == '\0')
			continue;
		text_put(&t, t.len ? " " : "");
		text_put(&t, steps[n]);
		text_char(&t, ':');
		text_put(&t, i->reason[n]);
	}
}

static void reasons_read(struct store_inspection *i, const char *text)
{
	while (*text != '\0') {
		size_t word = strcspn(text, " "), name = strcspn(text, ":");
		struct event_span step = {text, name};
		int n = store_inspection_step(&step);

		if (n >= 0 && name < word && word - name - 1 <= LABEL_CODE_MAX) {
			memcpy(i->reason[n], text + name + 1, word - name - 1);
			i->reason[n][word - name - 1] = '\0';
		}
		text += word + (text[word] == ' ');
	}
}

static void moment_read(sqlite3_stmt *s, int at, struct times_moment *m)
{
	char clock[16];

	store_db_text(s, at, clock, sizeof(clock));
	m->clock = times_clock_read(clock);
	m->at = sqlite3_column_int64(s, at + 1);
	m->after = sqlite3_column_int64(s, at + 2);
	m->before = sqlite3_column_int64(s, at + 3);
	m->boot = sqlite3_column_int64(s, at + 4);
	m->mono = sqlite3_column_int64(s, at + 5);
}

static void moment_bind(sqlite3_stmt *s, int at, const struct times_moment *m)
{
	store_db_bind(s, at, times_clock_name(m->clock));
	sqlite3_bind_int64(s, at + 1, m->at);
	sqlite3_bind_int64(s, at + 2, m->after);
	sqlite3_bind_int64(s, at + 3, m->before);
	sqlite3_bind_int64(s, at + 4, m->boot);
	sqlite3_bind_int64(s, at + 5, m->mono);
}

static int row_read(sqlite3_stmt *s, struct store_inspection *i)
{
	char text[REASONS];
	unsigned state = STORE_OPEN;

	memset(i, 0, sizeof(*i));
	store_db_text(s, 0, i->id, sizeof(i->id));
	i->journal = sqlite3_column_int64(s, 1);
	store_db_text(s, 2, i->station, sizeof(i->station));
	store_db_text(s, 3, i->label, sizeof(i->label));
	i->line = (uint16_t)sqlite3_column_int(s, 4);
	i->unit = (uint16_t)sqlite3_column_int(s, 5);
	store_db_text(s, 6, text, sizeof(text));
	while (state < STORE_ABANDONED && strcmp(text, states[state]) != 0)
		state++;
	if (strcmp(text, states[state]) != 0)
		return -EBADMSG;
	i->state = (enum store_state)state;
	store_db_text(s, 7, i->verdict, sizeof(i->verdict));
	store_db_text(s, 9, i->supersedes, sizeof(i->supersedes));
	store_db_text(s, 10, text, sizeof(text));
	reasons_read(i, text);
	store_db_text(s, 11, i->by, sizeof(i->by));
	moment_read(s, OPENED_COLUMN, &i->opened);
	moment_read(s, OPENED_COLUMN + MOMENT_COLUMNS, &i->closed);
	moment_read(s, OPENED_COLUMN + 2 * MOMENT_COLUMNS, &i->final);
	return 0;
}

static void row_bind(sqlite3_stmt *s, const struct store_inspection *i, const char *reasons)
{
	int64_t untimed = i->final.boot	   ? i->final.boot
			  : i->closed.boot ? i->closed.boot
					   : i->opened.boot;

	store_db_bind(s, 1, i->id);
	sqlite3_bind_int64(s, 2, i->journal);
	store_db_bind(s, 3, i->station);
	store_db_bind(s, 4, i->label);
	sqlite3_bind_int(s, 5, i->line);
	sqlite3_bind_int(s, 6, i->unit);
	store_db_bind(s, 7, states[i->state]);
	store_db_bind(s, 8, i->verdict);
	sqlite3_bind_int(s, 9, i->state == STORE_CLOSED);
	store_db_bind(s, 10, i->supersedes);
	store_db_bind(s, 11, reasons);
	store_db_bind(s, 12, i->by);
	if (untimed)
		sqlite3_bind_int64(s, 13, untimed);
	else
		sqlite3_bind_null(s, 13);
	moment_bind(s, OPENED_COLUMN + 1, &i->opened);
	moment_bind(s, OPENED_COLUMN + 1 + MOMENT_COLUMNS, &i->closed);
	moment_bind(s, OPENED_COLUMN + 1 + 2 * MOMENT_COLUMNS, &i->final);
}

int store_inspection_save(struct store_batch *b)
{
	char reasons[REASONS];
	sqlite3_stmt *s;

	if (!b->inspection_there || !b->inspection_changed)
		return 0;
	reasons_write(&b->inspection, reasons);
	s = store_db_use(b->db, STORE_DB_INSPECTION_PUT);
	row_bind(s, &b->inspection, reasons);
	b->inspection_changed = false;
	return sqlite_run(b->db->sql, s);
}

/* The row of a bound statement becomes the one in hand. */
static int take(struct store_batch *b, sqlite3_stmt *s)
{
	int rc = sqlite_row(b->db->sql, s);

	if (rc <= 0)
		return rc;
	rc = row_read(s, &b->inspection);
	sqlite3_reset(s);
	b->inspection_there = rc == 0;
	return rc ? rc : 1;
}

int store_inspection_load(struct store_batch *b, const char *id)
{
	sqlite3_stmt *s;
	int rc;

	if (b->inspection_there && strcmp(b->inspection.id, id) == 0)
		return 1;
	rc = store_inspection_save(b);
	b->inspection_there = false;
	if (rc)
		return rc;
	s = store_db_use(b->db, STORE_DB_INSPECTION_GET);
	store_db_bind(s, 1, id);
	return take(b, s);
}

int store_inspection_untimed(struct store_batch *b, int64_t boot)
{
	sqlite3_stmt *s;
	int rc = store_inspection_save(b);

	b->inspection_there = false;
	if (rc)
		return rc;
	s = store_db_use(b->db, STORE_DB_INSPECTION_UNTIMED);
	sqlite3_bind_int64(s, 1, boot);
	return take(b, s);
}
