/* test_journal_seal.c - two histories under one journal: the file is sealed, a child goes on.
 * Nothing is lost, nothing is there twice under two names, and a crash at any moment leaves one of
 * the two. */
#include "journal_fixture.h"
#include <sched.h>

#define SEALED "journal-sealed-20251123T080000Z.db"

static unsigned want;

static bool sealed_enough(struct fixture *f)
{
	return f->sealed >= want;
}

static uint64_t want_acked;

static bool acked_is(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return s.acked == want_acked;
}

static struct journal_state state_of(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return s;
}

/* Seals and waits; whether there is a child. */
static bool seal(struct fixture *f)
{
	unsigned ok = f->sealed_ok;

	want = f->sealed + 1;
	assert_int_equal(journal_seal(f->j), 0);
	fixture_wait(f, sealed_enough);
	return f->sealed_ok > ok;
}

static void acked(struct fixture *f, uint64_t seq)
{
	want_acked = seq;
	assert_int_equal(journal_acked(f->j, seq), 0);
	fixture_wait(f, acked_is);
}

static void others(struct fixture *f, unsigned count)
{
	while (count--) {
		struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{\"why\":\"shape\"}");

		assert_true(fixture_append(f, &e));
	}
}

static void badge(struct fixture *f, const char *data)
{
	struct event e = fixture_event(f, EVENT_BADGE_IN, data);

	assert_true(fixture_append(f, &e));
}

/* --- the files from outside --- */

/* One text each row, in order, joined by spaces; freed by the caller. */
static char *column(const struct fixture *f, const char *name, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	char path[512], *all = calloc(1, 1);
	size_t len = 0;

	fixture_path(f, name, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(s, 0);
		size_t more = text ? strlen(text) : 0;

		all = realloc(all, len + more + 2);
		assert_non_null(all);
		memcpy(all + len, text ? text : "", more);
		len += more;
		all[len++] = ' ';
		all[len] = 0;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return all;
}

#define OF(path) "json_extract(CAST(line AS TEXT), '$." path "')"
#define ORIGINS	 "SELECT coalesce(" OF("data.origin") ", " OF("id") ") FROM event"

/* The child holds again exactly the parent's events that `which` selects, in order, each with all
 * it said but for the chain's own members. */
static void holds_again(const struct fixture *f, const char *parent, const char *which)
{
	static const char *const same[] = {
		"coalesce(" OF("data.origin") ", " OF("id") ")",
		OF("station"),
		OF("at"),
		OF("clock"),
		OF("boot"),
		OF("mono_ms"),
		OF("kind"),
		OF("by"),
		OF("inspection"),
		OF("item"),
		OF("label"),
		"json_remove(" OF("data") ", '$.origin')",
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		char sql[512], *old, *new;

		snprintf(sql, sizeof(sql), "SELECT %s FROM event WHERE %s ORDER BY seq", same[i],
			 which);
		old = column(f, parent, sql);
		snprintf(sql, sizeof(sql),
			 "SELECT %s FROM event WHERE " OF("data.origin") " IS NOT NULL"
									 " ORDER BY seq",
			 same[i]);
		new = column(f, JOURNAL_FILE, sql);
		assert_string_equal(new, old);
		free(old);
		free(new);
	}
	/* Ids are the child's own, and origin stands first. */
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT count(*) - count(DISTINCT " OF("id") ") FROM event"),
			 0);
	assert_int_equal(
		fixture_i64(
			f, JOURNAL_FILE,
			"SELECT count(*) FROM event WHERE " OF("data.origin") " IS NOT NULL AND (" OF(
				"data.origin") " = " OF("id") " OR CAST(line AS TEXT) NOT LIKE '%\"data\":{\"origin\":\"%')"),
		0);
}

/* The child's first event names the parent's head. */
static void names_parent(const struct fixture *f, const char *parent, uint64_t seq)
{
	char sql[256], *hash, *want_hash;

	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT " OF("data.why") " = 'fork' FROM event WHERE seq=1"),
			 1);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT " OF("data.parent.seq") " FROM event WHERE seq=1"),
			 seq);
	snprintf(sql, sizeof(sql), "SELECT lower(hex(hash)) FROM event WHERE seq=%llu",
		 (unsigned long long)seq);
	want_hash = column(f, parent, sql);
	hash = column(f, JOURNAL_FILE, "SELECT " OF("data.parent.hash") " FROM event WHERE seq=1");
	assert_string_equal(hash, want_hash);
	free(hash);
	free(want_hash);
	hash = column(f, JOURNAL_FILE,
		      "SELECT " OF("data.parent.journal") " FROM event WHERE seq=1");
	want_hash = column(f, parent, "SELECT value FROM meta WHERE key='journal'");
	assert_string_equal(hash, want_hash);
	free(hash);
	free(want_hash);
}

static uint64_t resumed[64];
static char resumed_badge[40], resumed_inspection[EVENT_UUID + 1];
static unsigned resumed_count;

static void on_resume(void *user, const struct event_view *e)
{
	struct event_span s;

	(void)user;
	if (resumed_count < 64)
		resumed[resumed_count++] = e->seq;
	if (e->kind == EVENT_BADGE_IN && event_data(&e->data, "badge", &s))
		event_span_copy(&s, resumed_badge, sizeof(resumed_badge));
	if (e->kind == EVENT_INSPECTION_OPENED)
		event_span_copy(&e->inspection, resumed_inspection, sizeof(resumed_inspection));
}

static void resume(struct fixture *f)
{
	resumed_count = 0;
	resumed_badge[0] = resumed_inspection[0] = 0;
	assert_int_equal(journal_resume(f->j, on_resume, NULL), 0);
}

static void child_goes_on_where_the_parent_was(void **state)
{
	struct fixture *f = *state;
	char done[EVENT_UUID + 1], open[EVENT_UUID + 1], journal[EVENT_UUID + 1];
	struct journal_state s;

	fixture_begin(f);
	badge(f, "{\"badge\":\"B7\"}");						 /* 2 */
	fixture_inspect(f, "R1", 0, 0, "pass", done);				 /* 3, 4 */
	fixture_then(f, done, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}"); /* 5 */
	others(f, 20);								 /* 6 to 25 */
	fixture_inspect(f, "R2", 1, 2, NULL, open);				 /* 26 */
	fixture_then(f, open, EVENT_STEP_ANSWERED,
		     "{\"step\":\"appearance\",\"answer\":\"fail\"}"); /* 27 */
	others(f, 12);						       /* to 39 */
	acked(f, 30);
	s = state_of(f);
	memcpy(journal, s.journal, sizeof(journal));
	assert_true(seal(f));
	s = state_of(f);
	assert_string_not_equal(s.journal, journal);
	assert_int_equal(s.acked, 0);
	assert_int_equal(s.anchor, 0);
	assert_int_equal(s.seq, 1 + 1 + (39 - 26 + 1));
	fixture_then(f, open, EVENT_REASON_GIVEN, "{\"step\":\"appearance\",\"code\":\"DENT\"}");
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_PASS);
	assert_string_equal(f->parcel.unit[0].last.inspection, done);
	fixture_close(f);

	assert_int_equal(fixture_chain(f), 17);
	assert_int_equal(fixture_chain_of(f, SEALED), 39);
	assert_false(fixture_has(f, "journal-new.db"));
	assert_false(fixture_has(f, SEALED "-wal"));
	names_parent(f, SEALED, 39);
	holds_again(f, SEALED, "seq = 2 OR seq >= 26");

	fixture_sql(f, JOURNAL_FILE, "UPDATE meta SET value=0 WHERE key='clean'");
	assert_int_equal(fixture_open(f), 0);
	resume(f);
	assert_string_equal(resumed_badge, "B7");
	assert_string_equal(resumed_inspection, open); /* its origin's id */
	assert_int_equal(resumed[0], 2);
	assert_int_equal(resumed[1], 3);
	assert_int_equal(resumed_count, 1 + 15);
	fixture_start(f);
	fixture_wait(f, fixture_is_checked); /* the whole file */
	assert_true(f->works);
}

/* A child that is cloned again: the first id stays the origin, and old verdicts stay in order. */
static void grandchild_keeps_the_first_origin(void **state)
{
	struct fixture *f = *state;
	char first[EVENT_UUID + 1], second[EVENT_UUID + 1], *parent, *child;

	fixture_begin(f);
	fixture_inspect(f, "R1", 0, 0, "pass", first);
	fixture_then(f, first, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	others(f, 30); /* to 34 */
	acked(f, 34);
	assert_true(seal(f)); /* only the last few come along: guard rows know the rest */
	fixture_inspect(f, "R1", 0, 0, "fail", second);
	fixture_then(f, second, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_FAIL);
	parent = column(f, JOURNAL_FILE, ORIGINS " WHERE seq > 1 ORDER BY seq");
	assert_true(seal(f));
	child = column(f, JOURNAL_FILE, ORIGINS " WHERE seq > 1 ORDER BY seq");
	assert_string_equal(child, parent);
	free(parent);
	free(child);
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_FAIL);
	assert_string_equal(f->parcel.unit[0].last.inspection, second);
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT count(*) FROM event WHERE line LIKE "
				     "'%origin%origin%'"),
			 0);
	/* Made again, the projection keeps what only journals before this one told. */
	fixture_sql(f, JOURNAL_FILE, "DELETE FROM meta WHERE key='projected_seq'");
	fixture_begin(f);
	assert_string_equal(fixture_find(f, "R1", false)->unit[0].last.inspection, second);
	fixture_close(f);
	assert_int_equal(
		fixture_i64(f, JOURNAL_FILE, "SELECT count(*) FROM inspection WHERE label='R1'"),
		2);
}

static void list_and_arrivals_go_along(void **state)
{
	struct fixture *f = *state;
	struct parcel_row now = {.rma = "R1", .line = 1, .quantity = 2, .approved = true},
			  next = {.rma = "R2", .line = 1, .quantity = 1, .approved = true};
	struct journal_returns page = {.row = &now, .rows = 1, .reset = true, .cursor = "one"};
	struct event e;
	struct parcel p;

	fixture_begin(f);
	e = fixture_event(f, EVENT_PARCEL_ARRIVED, "{}");
	text_copy(e.label, sizeof(e.label), "R1");
	assert_true(fixture_append(f, &e));
	others(f, 30);
	assert_int_equal(journal_returns(f->j, &page), 0);
	page = (struct journal_returns){
		.row = &next, .rows = 1, .reset = true, .more = true, .cursor = "two"};
	assert_int_equal(journal_returns(f->j, &page), 0); /* half of a new list */
	acked(f, 32);
	assert_true(seal(f));
	assert_int_equal(f->returned_ok, 2);
	assert_string_equal(state_of(f).cursor, "two");
	assert_int_equal(state_of(f).expected, 1);
	p = *fixture_find(f, "R1", false);
	assert_int_equal(p.units, 2);
	assert_true(p.arrived);
	page = (struct journal_returns){.cursor = "three"};
	assert_int_equal(journal_returns(f->j, &page), 0);
	fixture_idle(f);
	assert_int_equal(fixture_find(f, "R1", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "R2", false)->list, PARCEL_KNOWN);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1 + 9);
}

/* What is acknowledged of the parent says nothing of the child. */
static void late_acknowledgement_of_the_parent_is_forgotten(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	others(f, 10);
	want = 1;
	assert_int_equal(journal_seal(f->j), 0);
	while (!sealed_enough(f) && fixture_i64(f, JOURNAL_FILE, "SELECT 1") &&
	       journal_seal(f->j) == -EBUSY && state_of(f).seq == 11)
		assert_int_equal(journal_acked(f->j, 9), 0); /* the loop does not run */
	fixture_wait(f, sealed_enough);
	fixture_close(f);
	assert_true(fixture_has(f, SEALED));
}

static void seal_of_a_journal_that_does_not_work_is_refused(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	others(f, 3);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	f->config.retry_ms = 20;
	disk_errno = EIO;
	assert_false(fixture_append(f, &e));
	assert_false(seal(f));
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	assert_int_equal(journal_seal(f->j), 0);
	assert_int_equal(journal_seal(f->j), -EBUSY);
	want = 2;
	fixture_wait(f, sealed_enough);
	assert_int_equal(f->sealed_ok, 1);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1 + 3);
}

/* --- size --- */

/* Data as long as we write, and a line of a newer version as long as one can be. */
static void origin_always_fits(void **state)
{
	struct fixture *f = *state;
	char data[EVENT_DATA_MAX], sql[400];
	struct event e;
	int at;

	fixture_begin(f);
	at = snprintf(data, sizeof(data), "{\"raw\":\"");
	memset(data + at, 'A', sizeof(data) - (size_t)at);
	memcpy(data + sizeof(data) - 3, "\"}", 3);
	e = fixture_event(f, EVENT_LABEL_REJECTED, data);
	memset(e.label, '\x01', LABEL_MAX); /* six bytes each in a line */
	assert_true(fixture_append(f, &e)); /* 2 */
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	assert_true(fixture_append(f, &e)); /* 3 */
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{\"why\":\"shape\"}");
	assert_true(fixture_append(f, &e)); /* 4: to become another's */
	fixture_close(f);
	/* A kind we do not know, of a version with more members, as long as a line may be. The last
	 * event: nothing hangs on its hash. */
	snprintf(sql, sizeof(sql),
		 "UPDATE event SET line = CAST(replace(replace(replace(line, '\"v\":1', '\"v\":2'),"
		 "'label.rejected', 'wand.waved'), '\"why\":\"shape\"', "
		 "'\"x\":\"' || printf('%%.*c', %d - length(line), 'x') || '\"') AS BLOB)"
		 " WHERE seq = 4",
		 EVENT_LINE_MAX + 7 + 4);
	fixture_sql(f, JOURNAL_FILE, sql);
	assert_int_equal(
		fixture_i64(f, JOURNAL_FILE, "SELECT length(line) FROM event WHERE seq = 4"),
		EVENT_LINE_MAX);
	{
		char *line, hex[65], hash_sql[200];
		uint8_t hash[32];
		struct text t = text_over(hex, sizeof(hex));

		line = column(f, JOURNAL_FILE, "SELECT CAST(line AS TEXT) FROM event WHERE seq=4");
		fixture_sha256(line, EVENT_LINE_MAX, hash);
		text_hex(&t, hash, 32);
		snprintf(hash_sql, sizeof(hash_sql), "UPDATE event SET hash = x'%s' WHERE seq = 4",
			 hex);
		fixture_sql(f, JOURNAL_FILE, hash_sql);
		free(line);
	}
	fixture_begin(f);
	assert_true(seal(f));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 4);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT length(" OF("data.raw") ") FROM event WHERE seq=2"),
			 (int64_t)sizeof(data) - 1 - 10);
	/* What does not fit stays in the sealed file; the event goes on under its name. */
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT CAST(line AS TEXT) LIKE '%\"kind\":\"wand.waved\"%"
				     "\"data\":{\"origin\":\"%\"},\"prev\"%' FROM event"
				     " WHERE seq=4"),
			 1);
}

/* A long backlog: appends go on, and none is lost or doubled. */
static void appends_go_on_while_the_child_is_made(void **state)
{
	struct fixture *f = *state;
	char *old, *new;
	unsigned in_parent = 0;

	fixture_long(f, 20000);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	assert_int_equal(journal_seal(f->j), 0);
	want = 1;
	while (f->sealed == 0) {
		others(f, 1);
		in_parent += state_of(f).seq > 20000 && f->sealed == 0;
	}
	others(f, 5);
	assert_int_equal(f->sealed_ok, 1);
	assert_true(in_parent > 1);
	fixture_close(f);
	fixture_chain(f);
	fixture_chain_of(f, SEALED);
	old = column(f, SEALED, "SELECT " OF("id") " FROM event WHERE seq > 1 ORDER BY seq");
	new = column(f, JOURNAL_FILE, ORIGINS " WHERE seq > 1 ORDER BY seq");
	assert_memory_equal(new, old, strlen(old));
	/* Every id that was handed in and stored is there once, behind those of the parent. */
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT count(*) FROM event"),
			 20000 + f->stored_ok);
	free(old);
	free(new);
}

static void badge_behind_the_anchor_goes_along(void **state)
{
	struct fixture *f = *state;
	struct event e;

	f->config.retain_ms = 1;
	fixture_begin(f);
	badge(f, "{\"badge\":\"B9\"}");
	others(f, 30); /* to 32 */
	acked(f, 32);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	e.at.wall_ms = FIXTURE_WALL + 1000000000;
	assert_true(fixture_append(f, &e));
	fixture_idle(f);
	assert_true(state_of(f).anchor > 20);
	assert_true(seal(f));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1 + 1 + 9);
	assert_int_equal(fixture_open(f), 0);
	resume(f);
	assert_string_equal(resumed_badge, "B9");
}

/* --- failures --- */

static void journal_make(struct fixture *f, char open[EVENT_UUID + 1])
{
	char done[EVENT_UUID + 1];

	nftw(f->dir, fixture_unlink, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(mkdir(f->dir, 0755), 0);
	f->ids = 0;
	fixture_begin(f);
	fixture_inspect(f, "R1", 0, 0, "pass", done);
	fixture_then(f, done, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}"); /* 4 */
	fixture_inspect(f, "R2", 0, 0, NULL, open);				 /* 5 */
	others(f, 30);								 /* to 35 */
	fixture_close(f);
}

/* Parent or child: whole, nothing lost; the other name holds what it has to. */
static void one_of_the_two(struct fixture *f, const char *open)
{
	bool child;

	assert_int_equal(fixture_open(f), 0);
	assert_string_equal(f->report.aside, "");
	resume(f);
	assert_string_equal(resumed_inspection, open);
	fixture_start(f);
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_PASS);
	fixture_wait(f, fixture_is_checked);
	assert_true(f->works);
	fixture_close(f);
	child = fixture_i64(f, JOURNAL_FILE,
			    "SELECT " OF("data.why") " = 'fork' FROM event WHERE seq=1") == 1;
	assert_int_equal(child, fixture_has(f, SEALED));
	assert_false(fixture_has(f, "journal-new.db"));
	assert_false(fixture_has(f, "journal-new.db-journal"));
	assert_int_equal(fixture_chain(f), 35);
	if (!child)
		return;
	assert_int_equal(fixture_chain_of(f, SEALED), 35);
	names_parent(f, SEALED, 35);
	holds_again(f, SEALED, "seq >= 2");
}

static int seal_in_a_process(struct fixture *f, int write_at, int rename_at)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		fixture_begin(f);
		fixture_idle(f);
		write_dies_at = write_at;
		rename_dies_at = rename_at;
		_exit(seal(f) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void killed_before_any_write_leaves_one_of_the_two(void **state)
{
	struct fixture *f = *state;
	char open[EVENT_UUID + 1];
	int n, code = 77;

	for (n = 1; code == 77 && n < 2000; n++) {
		journal_make(f, open);
		code = seal_in_a_process(f, n, 0);
		one_of_the_two(f, open);
	}
	assert_int_equal(code, 0);
	assert_true(n > 10);
}

static void killed_before_any_rename_leaves_one_of_the_two(void **state)
{
	struct fixture *f = *state;
	char open[EVENT_UUID + 1];
	int n, code = 77;

	for (n = 1; code == 77 && n < 20; n++) {
		journal_make(f, open);
		code = seal_in_a_process(f, 0, n);
		one_of_the_two(f, open);
	}
	assert_int_equal(code, 0);
	assert_true(n > 3);
}

/* The disk is full at any write of the seal, for a while: the answer tells the truth, and the
 * journal goes on. */
static void full_disk_at_any_write(void **state)
{
	struct fixture *f = *state;
	char open[EVENT_UUID + 1];
	int n, refused = 0;

	for (n = 1; n < 2000; n++) {
		bool ok, through;

		journal_make(f, open);
		fixture_begin(f);
		fixture_idle(f);
		write_fails = 3;
		write_fails_at = n;
		ok = seal(f);
		through = write_fails == 3; /* there was no n-th write */
		write_fails_at = 0;
		fixture_wait(f, fixture_is_working);
		assert_int_equal(ok,
				 strcmp(state_of(f).problem, "") == 0 && fixture_has(f, SEALED));
		refused += !ok;
		others(f, 1);
		fixture_close(f);
		assert_int_equal(fixture_chain(f), 36);
		assert_false(fixture_has(f, "journal-new.db"));
		if (through)
			break;
	}
	assert_true(refused > 3);
	assert_true(n < 2000);
}

static void failing_renames(void **state)
{
	struct fixture *f = *state;
	char open[EVENT_UUID + 1];
	bool last = false;

	for (int n = 1; !last && n < 20; n++) {
		bool ok;

		journal_make(f, open);
		fixture_begin(f);
		rename_fails_at = n;
		ok = seal(f); /* waits for the retry that finishes it */
		last = rename_fails_at > 0;
		rename_fails_at = 0;
		fixture_wait(f, fixture_is_working);
		assert_int_equal(ok, fixture_has(f, SEALED));
		assert_true(ok || n == 1);
		fixture_close(f);
		one_of_the_two(f, open);
	}
	assert_true(last);
}

static void close_in_the_middle_leaves_the_parent(void **state)
{
	struct fixture *f = *state;

	fixture_long(f, 20000);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	assert_int_equal(journal_seal(f->j), 0);
	while (!fixture_has(f, "journal-new.db"))
		sched_yield();
	fixture_close(f);
	assert_false(fixture_has(f, "journal-new.db"));
	assert_int_equal(fixture_chain(f), 20000);
	fixture_begin(f);
	assert_true(seal(f));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 20000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(child_goes_on_where_the_parent_was),
		TEST(grandchild_keeps_the_first_origin),
		TEST(list_and_arrivals_go_along),
		TEST(late_acknowledgement_of_the_parent_is_forgotten),
		TEST(seal_of_a_journal_that_does_not_work_is_refused),
		TEST(origin_always_fits),
		TEST(appends_go_on_while_the_child_is_made),
		TEST(badge_behind_the_anchor_goes_along),
		TEST(killed_before_any_write_leaves_one_of_the_two),
		TEST(killed_before_any_rename_leaves_one_of_the_two),
		TEST(full_disk_at_any_write),
		TEST(failing_renames),
		TEST(close_in_the_middle_leaves_the_parent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
