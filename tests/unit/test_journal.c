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

static bool broken(struct fixture *f)
{
	return !f->works;
}

static bool works(struct fixture *f)
{
	return f->works;
}

static bool checked(struct fixture *f)
{
	struct journal_state state;

	journal_state(f->j, &state);
	return state.checked;
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
	fixture_wait(f, checked);
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
	fixture_wait(f, checked);
	fixture_close(f);
	fixture_begin(f); /* nothing to project, nothing to check: nothing of its own is written */
	fixture_wait(f, checked);
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
	fixture_wait(f, checked); /* whose own writing would count */
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
	fixture_wait(f, checked); /* the whole file, because the stop was not in order */
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
		fixture_wait(f, broken);
		journal_state(f->j, &s);
		assert_int_equal(s.seq, seq);
		assert_false(s.works);
		assert_non_null(strstr(s.problem, words[i]));
		assert_false(fixture_append(f, &e)); /* refused at once */
		fixture_find(f, "RMA1", false);
		assert_int_equal(f->found_null, i + 1);
		disk_errno = 0;
		fixture_wait(f, works);
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
	fixture_wait(f, checked);
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
	fixture_wait(f, broken);
	disk_errno = 0;
	fixture_wait(f, works);
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
	fixture_wait(f, checked); /* which writes too */
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
		fixture_wait(f, broken);
		fixture_wait(f, works);
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
	fixture_wait(f, checked);
	wal_headers = 0;
	while (wal_frames < JOURNAL_DB_WAL_PAGES)
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
	fixture_wait(f, checked);
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
	fixture_wait(f, broken);
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

/* --- resume --- */

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
	fixture_wait(f, broken);
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
	fixture_wait(f, broken);
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
	fixture_wait(f, checked);
	fixture_close(f);
	through = fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='checked_seq'");
	assert_int_equal(through, 201);
	/* Not looked at again: a change there stays until an unclean stop asks for the whole. */
	fixture_sql(f, JOURNAL_FILE, "UPDATE event SET hash = zeroblob(32) WHERE seq = 5");
	fixture_begin(f);
	fixture_wait(f, checked);
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
	fixture_wait(f, checked);
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
	fixture_wait(f, checked);
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='clean'"),
			 1);
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
		TEST(resume_gives_the_open_inspection_and_the_badge),
		TEST(F5_changed_event_is_found_behind_the_start),
		TEST(F5_missing_event_is_found_behind_the_start),
		TEST(F5_missing_first_event_is_found_behind_the_start),
		TEST(F5_changed_hash_is_found_behind_the_start),
		TEST(F5_damaged_guard_is_found_after_an_unclean_stop),
		TEST(check_goes_on_where_it_was),
		TEST(start_does_not_depend_on_the_length),
		TEST(check_cut_short_is_not_forgotten),
		TEST(wal_stays_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
