/* test_journal_start.c - what a start of the journal reads: what it gives back at once, what is
 * looked at behind it, and that neither depends on the journal's length. */
#include "journal_fixture.h"

static struct {
	unsigned count;
	uint64_t seq[64];
} resumed;

static void on_resume(void *user, const struct event_view *e)
{
	(void)user;
	if (resumed.count < 64)
		resumed.seq[resumed.count] = e->seq;
	resumed.count++;
}

static void resume_expect(struct fixture *f, unsigned count, uint64_t first, uint64_t second,
			  uint64_t last)
{
	resumed.count = 0;
	assert_int_equal(fixture_open(f), 0);
	assert_int_equal(journal_resume(f->j, on_resume, NULL), 0);
	assert_int_equal(resumed.count, count);
	assert_int_equal(resumed.seq[0], first);
	assert_int_equal(resumed.seq[1], second);
	assert_int_equal(resumed.seq[count - 1], last);
	fixture_close(f);
}

static void resume_gives_the_open_inspection_and_the_badge(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_BADGE_IN, "{\"badge\":\"B7\"}"); /* 2 */
	assert_true(fixture_append(f, &e));
	for (int i = 0; i < 10; i++) { /* 3 to 12 */
		e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
		assert_true(fixture_append(f, &e));
	}
	fixture_close(f);
	resume_expect(f, 10, 2, 4, 12); /* nothing open: the badge, and a few before the end */

	fixture_begin(f);
	fixture_inspect(f, "RMA1", 0, 0, NULL, id); /* 13 */
	for (int i = 0; i < 20; i++)		    /* 14 to 33 */
		fixture_then(f, id, EVENT_STEP_ANSWERED, "{}");
	fixture_close(f);
	resume_expect(f, 22, 2, 13, 33);

	fixture_begin(f);
	fixture_then(f, id, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}"); /* 34 */
	fixture_close(f);
	resume_expect(f, 23, 2, 13, 34); /* provisional: still open */

	fixture_begin(f);
	fixture_then(f, id, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}"); /* 35 */
	fixture_close(f);
	resume_expect(f, 10, 2, 27, 35);

	fixture_begin(f);
	e = fixture_event(f, EVENT_BADGE_OUT, "{\"badge\":\"B7\"}"); /* 36 */
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	resume_expect(f, 9, 28, 29, 36); /* the badge is among the last few: once */
}

/* --- the check behind the start --- */

static void many_append(struct fixture *f, unsigned count)
{
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");

	for (unsigned done = 0; done < count; done += 100) {
		unsigned before = f->stored;

		for (int i = 0; i < 100; i++)
			assert_int_equal(journal_append(f->j, &e, 1), 0);
		fixture_want = before + 100;
		fixture_wait(f, fixture_stored_enough);
	}
}

/* Damage far before the end: found behind the start, and the next start sets the file aside. */
static void damage(struct fixture *f, const char *sql)
{
	char head[EVENT_HASH * 2 + 1], want[256], *names = NULL;
	struct text t = text_over(head, sizeof(head));
	struct journal_state s;
	struct event e;
	size_t len;

	fixture_begin(f);
	many_append(f, 300);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 301);
	fixture_sql(f, JOURNAL_FILE, sql);
	fixture_sql(f, JOURNAL_FILE, "UPDATE meta SET value=0 WHERE key='clean'");
	fixture_begin(f);
	journal_state(f->j, &s);
	assert_int_equal(s.seq, 301);
	text_hex(&t, s.head, EVENT_HASH);
	fixture_wait(f, fixture_is_broken);
	e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	assert_false(fixture_append(f, &e));
	journal_state(f->j, &s);
	assert_non_null(strstr(s.problem, "damaged"));
	assert_int_equal(s.seq, 301);
	fixture_close(f);

	fixture_begin(f); /* set aside */
	assert_string_not_equal(f->report.aside, "");
	assert_true(fixture_has(f, f->report.aside));
	names = fixture_read(f, f->report.aside, &len);
	assert_true(len > 0);
	free(names);
	snprintf(want, sizeof(want),
		 "SELECT count(*) FROM event WHERE seq=1 AND CAST(line AS TEXT) LIKE "
		 "'%%\"seq\":301,\"hash\":\"%s\"},\"why\":\"damaged\"}%%'",
		 head);
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, want), 1);
	assert_int_equal(fixture_chain(f), 2);
}

static void F5_changed_event_is_found_behind_the_start(void **state)
{
	damage(*state, "UPDATE event SET line = CAST(replace(line, '\"by\":null', '\"by\":\"X\"') "
		       "AS BLOB) WHERE seq = 17");
}

static void F5_missing_event_is_found_behind_the_start(void **state)
{
	damage(*state, "DELETE FROM event WHERE seq = 100");
}

static void F5_missing_first_event_is_found_behind_the_start(void **state)
{
	damage(*state, "DELETE FROM event WHERE seq = 1");
}

static void F5_changed_hash_is_found_behind_the_start(void **state)
{
	damage(*state, "UPDATE event SET hash = zeroblob(32) WHERE seq = 5");
}

/* A page of a table that no start reads. */
static void F5_damaged_guard_is_found_after_an_unclean_stop(void **state)
{
	struct fixture *f = *state;
	char junk[4096], path[512], id[EVENT_UUID + 1];
	struct journal_state s;
	int64_t page;
	int fd;

	fixture_begin(f);
	fixture_inspect(f, "RMA1", 0, 0, "pass", id);
	fixture_close(f);
	fixture_sql(f, JOURNAL_FILE, "UPDATE meta SET value=0 WHERE key='clean'");
	page = fixture_i64(f, JOURNAL_FILE,
			   "SELECT rootpage FROM sqlite_master WHERE name='arrival'");
	memset(junk, 0xa5, sizeof(junk));
	fixture_path(f, JOURNAL_FILE, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), (page - 1) * 4096), sizeof(junk));
	close(fd);
	fixture_begin(f);
	fixture_wait(f, fixture_is_broken);
	journal_state(f->j, &s);
	assert_non_null(strstr(s.problem, "damaged (arrival"));
	fixture_close(f);
	fixture_begin(f);
	assert_non_null(strstr(f->report.aside, "damaged"));
}

/* After a stop in order only what came since the last check is read again. */
static void check_goes_on_where_it_was(void **state)
{
	struct fixture *f = *state;
	int64_t through;

	fixture_begin(f);
	many_append(f, 200);
	fixture_close(f);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	fixture_close(f);
	through = fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='checked_seq'");
	assert_int_equal(through, 201);
	/* Not looked at again: a change there stays until an unclean stop asks for the whole. */
	fixture_sql(f, JOURNAL_FILE, "UPDATE event SET hash = zeroblob(32) WHERE seq = 5");
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	assert_true(f->works);
	fixture_close(f);
}

/* --- a long journal --- */

/* A start reads the tail, not the journal: counted in reads, not in time. */
static void start_does_not_depend_on_the_length(void **state)
{
	struct fixture *f = *state;
	sqlite3_int64 memory;
	unsigned before;

	fixture_long(f, 100000);
	before = reads;
	assert_int_equal(fixture_open(f), 0);
	assert_int_equal(journal_resume(f->j, on_resume, NULL), 0);
	assert_true(reads - before < 200);
	fixture_start(f);
	fixture_wait(f, fixture_is_checked);
	memory = sqlite3_memory_highwater(0);
	assert_true(memory < 4 * 1024 * 1024);
	fixture_close(f);
	assert_int_equal(
		fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='checked_seq'"),
		100000);
}

/* A check of the whole that a stop cuts short is made at the next start. */
static void check_cut_short_is_not_forgotten(void **state)
{
	struct fixture *f = *state;

	fixture_long(f, 20000);
	fixture_sql(f, JOURNAL_FILE, "UPDATE meta SET value=0 WHERE key='clean'");
	fixture_begin(f);
	fixture_close(f);
	/* In order, or not through: as fast as this machine may be. */
	assert_int_equal(
		fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='clean'"),
		fixture_i64(f, JOURNAL_FILE,
			    "SELECT count(*) FROM meta WHERE key='checked_seq' AND value=20000"));
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='clean'"),
			 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resume_gives_the_open_inspection_and_the_badge),
		TEST(F5_changed_event_is_found_behind_the_start),
		TEST(F5_missing_event_is_found_behind_the_start),
		TEST(F5_missing_first_event_is_found_behind_the_start),
		TEST(F5_changed_hash_is_found_behind_the_start),
		TEST(F5_damaged_guard_is_found_after_an_unclean_stop),
		TEST(check_goes_on_where_it_was),
		TEST(start_does_not_depend_on_the_length),
		TEST(check_cut_short_is_not_forgotten),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
