/* test_journal.c - the journal's promise: what was reported as stored is on disk, in order, in one
 * chain; what failed left no trace and is said so. */
#include "io/journal_db.h"
#include "journal_fixture.h"
#include <sched.h>
#include <time.h>

static bool stall_reached(struct fixture *f)
{
	(void)f;
	return sync_stalled == 2;
}

static void new_journal_begins_with_journal_opened(void **state)
{
	struct fixture *f = *state;
	struct journal_state s;
	unsigned before = folder_syncs;

	fixture_begin(f);
	assert_true(folder_syncs - before >= 2); /* it is there, and has its name */
	journal_state(f->j, &s);
	assert_int_equal(s.seq, 1);
	assert_true(s.works);
	assert_false(s.has_list);
	assert_int_equal(strlen(s.journal), EVENT_UUID);
	assert_string_equal(s.problem, "");
	assert_string_equal(f->report.aside, "");
	fixture_wait(f, fixture_is_checked);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT count(*) FROM event WHERE CAST(line AS TEXT) LIKE "
				     "'%\"kind\":\"journal.opened\"%"
				     "\"data\":{\"parent\":null,\"why\":\"new\"}%'"),
			 1);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "PRAGMA application_id"),
			 JOURNAL_APPLICATION_ID);
	assert_false(fixture_has(f, "journal-new.db"));
	assert_false(fixture_has(f, "journal.db-wal"));
}

static void stored_is_reported_after_a_sync(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	for (int i = 0; i < 20; i++) {
		unsigned before = syncs;

		e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
		assert_true(fixture_append(f, &e));
		assert_true(syncs > before);
		/* A second reader sees it at once. */
		assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT max(seq) FROM event"), i + 2);
	}
	fixture_close(f);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	fixture_close(f);
	fixture_begin(f); /* nothing to project, nothing to check: nothing of its own is written */
	fixture_wait(f, fixture_is_checked);
	for (int i = 0; i < 3; i++) {
		unsigned before = syncs;

		assert_true(fixture_append(f, &e));
		assert_true(syncs > before);
	}
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 24);
}

/* While the disk stalls, everything that queues becomes one group with one sync. */
static void what_queues_during_a_sync_shares_the_next(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	unsigned before;

	fixture_begin(f);
	fixture_wait(f, fixture_is_checked); /* whose own writing would count */
	assert_true(fixture_append(f, &e));
	before = syncs;
	disk_stall();
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	fixture_wait(f, stall_reached);
	for (int i = 0; i < 40; i++) {
		char data[32];

		snprintf(data, sizeof(data), "{\"n\":%d}", i);
		e = fixture_event(f, EVENT_STEP_ANSWERED, data);
		assert_int_equal(journal_append(f->j, &e, 1), 0);
	}
	assert_int_equal(f->stored, 1);
	disk_release();
	fixture_want = 42;
	fixture_wait(f, fixture_stored_enough);
	assert_int_equal(f->stored_ok, 42);
	assert_int_equal(syncs - before, 2);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 43);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE,
				     "SELECT count(*) FROM event WHERE CAST(line AS TEXT) LIKE "
				     "'%\"data\":{\"n\":' || (seq - 4) || '},%'"),
			 40);
}

static void full_queue_is_refused_and_nothing_is_lost(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	unsigned queued = 1;
	int rc;

	fixture_begin(f);
	disk_stall();
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	fixture_wait(f, stall_reached);
	while ((rc = journal_append(f->j, &e, 1)) == 0 && queued < 1000)
		queued++;
	assert_int_equal(rc, -EAGAIN);
	assert_true(queued >= 64); /* as many scans as the bench keeps */
	disk_release();
	fixture_want = queued;
	fixture_wait(f, fixture_stored_enough);
	assert_int_equal(f->stored_ok, queued);
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), queued + 2);
}

static void events_of_one_append_stand_or_fall_together(void **state)
{
	struct fixture *f = *state;
	struct event e[JOURNAL_GROUP];

	fixture_begin(f);
	for (int i = 0; i < JOURNAL_GROUP; i++)
		e[i] = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	assert_int_equal(journal_append(f->j, e, 0), -EINVAL);
	assert_int_equal(journal_append(f->j, e, JOURNAL_GROUP + 1), -EINVAL);
	assert_int_equal(journal_append(f->j, e, JOURNAL_GROUP), 0);
	/* One that no reader would take back: refused with its companions, and nothing else is. */
	text_copy(e[2].data, sizeof(e[2].data), "{\"broken\"");
	assert_int_equal(journal_append(f->j, e, JOURNAL_GROUP), 0);
	assert_int_equal(journal_append(f->j, e, 1), 0);
	fixture_want = 3;
	fixture_wait(f, fixture_stored_enough);
	assert_true(f->ok[0]);
	assert_false(f->ok[1]);
	assert_true(f->ok[2]);
	assert_int_equal(f->works_calls, 0);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1 + JOURNAL_GROUP + 1);
}

static void close_stores_what_is_queued(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	for (int i = 0; i < 30; i++) {
		e = fixture_event(f, EVENT_STATION_STOPPED, "{}");
		assert_int_equal(journal_append(f->j, &e, 1), 0);
	}
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 31);
	fixture_begin(f);
	e = fixture_event(f, EVENT_STATION_STARTED, "{}");
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 32);
}

/* F4, F5: a killed process loses nothing that was reported as stored. */
static void F5_kill_loses_nothing_that_was_stored(void **state)
{
	struct fixture *f = *state;
	int pipes[2];
	unsigned stored = 0;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct event e;

		close(pipes[0]);
		fixture_begin(f);
		for (;;) {
			e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
			if (!fixture_append(f, &e) || write(pipes[1], "s", 1) != 1)
				_exit(1);
		}
	}
	close(pipes[1]);
	for (char c; stored < 25 && read(pipes[0], &c, 1) == 1;)
		stored++;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (char c; read(pipes[0], &c, 1) == 1;)
		stored++;
	close(pipes[0]);
	assert_true(stored >= 25);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked); /* the whole file, because the stop was not in order */
	fixture_close(f);
	assert_true(fixture_chain(f) >= stored + 1);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='clean'"),
			 1);
}

static void failing_disk_refuses_and_comes_back(void **state)
{
	static const int errors[] = {ENOSPC, EIO, EROFS};
	static const char *const words[] = {"no space", "I/O error", "read-only"};
	struct fixture *f = *state;
	struct journal_state s;
	struct event e;
	uint64_t seq;

	fixture_begin(f);
	e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	assert_true(fixture_append(f, &e));
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		journal_state(f->j, &s);
		seq = s.seq;
		disk_errno = errors[i];
		assert_false(fixture_append(f, &e));
		fixture_wait(f, fixture_is_broken);
		journal_state(f->j, &s);
		assert_int_equal(s.seq, seq);
		assert_false(s.works);
		assert_non_null(strstr(s.problem, words[i]));
		assert_false(fixture_append(f, &e)); /* refused at once */
		fixture_find(f, "RMA1", false);
		assert_int_equal(f->found_null, i + 1);
		disk_errno = 0;
		fixture_wait(f, fixture_is_working);
		journal_state(f->j, &s);
		assert_true(s.works);
		assert_string_equal(s.problem, "");
		assert_int_equal(s.seq, seq);
		assert_true(fixture_append(f, &e));
		assert_int_equal(f->works_calls, 2 * (i + 1));
	}
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 2 + sizeof(errors) / sizeof(errors[0]));
}

/* A group of several appends fails whole, one refusal each, in order with works(false) behind. */
static void failed_group_refuses_all_of_its_appends(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");

	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	disk_stall();
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	fixture_wait(f, stall_reached);
	for (int i = 0; i < 10; i++)
		assert_int_equal(journal_append(f->j, &e, 1), 0);
	disk_errno = ENOSPC;
	disk_release();
	fixture_want = 11;
	fixture_wait(f, fixture_stored_enough);
	assert_true(f->ok[0]);
	assert_int_equal(f->stored_ok, 1);
	fixture_wait(f, fixture_is_broken);
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 3);
}

/* Without the loop, which is not to run: until the state says so. */
static void state_await(struct fixture *f, bool work, uint64_t seq)
{
	struct journal_state s;
	struct timespec now, begun;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
		assert_true((now.tv_sec - begun.tv_sec) * 1000 < FIXTURE_DEADLINE);
		journal_state(f->j, &s);
	} while (s.works != work || s.seq != seq);
}

/* The loop was busy while it failed and came back: it hears of everything, in order. */
static void late_loop_hears_everything_in_order(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");

	fixture_begin(f);
	fixture_wait(f, fixture_is_checked); /* which writes too */
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	state_await(f, true, 2);
	disk_errno = ENOSPC;
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	state_await(f, false, 2);
	disk_errno = 0;
	state_await(f, true, 2);
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	state_await(f, true, 3);
	fixture_want = 3;
	fixture_wait(f, fixture_stored_enough);
	assert_string_equal(f->trace, "sx-+s");
}

static off_t wal_size(const struct fixture *f)
{
	struct stat st;
	char path[512];

	fixture_path(f, "journal.db-wal", path);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Where the WAL's last byte that is not zero lies: behind it is only what was reserved. */
static long wal_used(const struct fixture *f)
{
	char path[512], bytes[4096];
	long at = 0, used = 0;
	size_t n;
	FILE *wal;

	fixture_path(f, "journal.db-wal", path);
	wal = fopen(path, "rb");
	assert_non_null(wal);
	while ((n = fread(bytes, 1, sizeof(bytes), wal)) > 0) {
		for (size_t i = 0; i < n; i++)
			if (bytes[i])
				used = at + (long)i + 1;
		at += (long)n;
	}
	(void)fclose(wal);
	return used;
}

/* The frame is written, the sync fails: nobody knows what is on disk. The chain has no fork, and
 * what the WAL held is in the database before anything is promised again: a page that the kernel
 * has given up may be read back, but would never be written. */
static void failed_sync_leaves_one_chain(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	for (int i = 0; i < 3; i++) {
		e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
		for (int k = 0; k < 20; k++)
			assert_true(fixture_append(f, &e));
		assert_true(wal_used(f) > 20 * 4096);
		sync_errno = EIO;
		assert_false(fixture_append(f, &e));
		fixture_wait(f, fixture_is_broken);
		fixture_wait(f, fixture_is_working);
		assert_true(wal_used(f) < 8 * 4096);
	}
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	fixture_begin(f); /* its own look at the tail */
	fixture_close(f);
	assert_true(fixture_chain(f) >= 62);
}

static bool wal_begun_anew(struct fixture *f)
{
	(void)f;
	return wal_headers != 0;
}

/* The first to write after a checkpoint pays for the WAL's new header with a sync of its own: that
 * is not the next press. */
static void checkpoint_leaves_no_second_sync(void **state)
{
	struct fixture *f = *state;
	struct event e;
	unsigned before;

	fixture_begin(f);
	e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	assert_true(fixture_append(f, &e));
	fixture_wait(f, fixture_is_checked);
	wal_headers = 0;
	/* the writer may have begun it anew before its frames are counted here */
	while (!wal_headers && wal_frames < JOURNAL_DB_WAL_PAGES)
		assert_true(fixture_append(f, &e));
	fixture_wait(f, wal_begun_anew);
	fixture_idle(f);
	before = syncs;
	assert_true(fixture_append(f, &e));
	assert_int_equal(syncs, before + 1);
}

/* Nor where all is projected before the checkpoint. */
static void checkpoint_of_what_is_projected_leaves_none(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	wal_headers = 0;
	e = fixture_event(f, EVENT_BADGE_IN, "{\"badge\":\"B7\"}");
	for (int i = 0; i < 200; i++) {
		assert_true(fixture_append(f, &e));
		fixture_idle(f);
		assert_true(wal_frames < JOURNAL_DB_WAL_PAGES);
	}
	assert_true(wal_headers > 0);
}

/* Another process, begun before there are threads, that runs sql when it is told to. */
static pid_t sql_later(const struct fixture *f, const char *sql, int *tell)
{
	int pipes[2];
	pid_t child;
	char c;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(pipes[1]);
		if (read(pipes[0], &c, 1) == 1)
			fixture_sql(f, JOURNAL_FILE, sql);
		_exit(0);
	}
	close(pipes[0]);
	*tell = pipes[1];
	return child;
}

static bool damage_told(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return strstr(s.problem, "damaged") != NULL;
}

static unsigned want_refused;

static bool refused_enough(struct fixture *f)
{
	return disk_refused >= want_refused || damage_told(f);
}

/* The disk comes back without an event that a lamp has promised; it can be read before it can be
 * written, and the mark for the next start waits for that. */
static void promised_event_that_is_gone_is_damage(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	pid_t child;
	int tell;

	child = sql_later(f, "DELETE FROM event WHERE seq = 4", &tell);
	fixture_begin(f);
	for (int i = 0; i < 3; i++)
		assert_true(fixture_append(f, &e));
	disk_errno = EIO;
	assert_false(fixture_append(f, &e));
	fixture_wait(f, fixture_is_broken);
	assert_int_equal(write(tell, "x", 1), 1);
	close(tell);
	assert_int_equal(waitpid(child, NULL, 0), child);
	frame_errno = EIO;
	disk_errno = 0;
	want_refused = disk_refused + 3; /* one may be of a retry that looked before */
	fixture_wait(f, refused_enough);
	assert_false(damage_told(f));
	frame_errno = 0;
	fixture_wait(f, damage_told);
	assert_false(fixture_append(f, &e));
	assert_false(f->works);
	fixture_close(f);
	fixture_begin(f); /* and the next start knows */
	assert_non_null(strstr(f->report.aside, "damaged"));
}

static void second_opener_is_refused_and_the_first_goes_on(void **state)
{
	struct fixture *f = *state;
	struct journal_report report;
	struct journal *second;
	struct event e;

	fixture_begin(f);
	assert_int_equal(journal_open(&second, &f->config, &report), -EBUSY);
	assert_int_equal(report.trouble, JOURNAL_IN_USE);
	assert_non_null(strstr(report.text, f->dir));
	assert_null(second);
	e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 2);
}

/* The WAL is emptied into the database behind the completions, and stays bounded. */
static void wal_stays_bounded(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	for (int i = 0; i < 2500; i++) {
		e = fixture_event(f, EVENT_BADGE_IN, "{\"badge\":\"B7\"}");
		assert_true(fixture_append(f, &e));
	}
	assert_true(wal_size(f) < 8 * 1024 * 1024);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 2501);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_journal_begins_with_journal_opened),
		TEST(stored_is_reported_after_a_sync),
		TEST(what_queues_during_a_sync_shares_the_next),
		TEST(full_queue_is_refused_and_nothing_is_lost),
		TEST(events_of_one_append_stand_or_fall_together),
		TEST(close_stores_what_is_queued),
		TEST(F5_kill_loses_nothing_that_was_stored),
		TEST(failing_disk_refuses_and_comes_back),
		TEST(failed_group_refuses_all_of_its_appends),
		TEST(late_loop_hears_everything_in_order),
		TEST(failed_sync_leaves_one_chain),
		TEST(checkpoint_leaves_no_second_sync),
		TEST(checkpoint_of_what_is_projected_leaves_none),
		TEST(promised_event_that_is_gone_is_damage),
		TEST(second_opener_is_refused_and_the_first_goes_on),
		TEST(wal_stays_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
