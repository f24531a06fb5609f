/* test_journal_files.c - whatever lies where the journal should be: an answer a person understands,
 * nothing overwritten, a station that begins anew only where that is right. */
#include "journal_fixture.h"
#include <sys/resource.h>

static bool told_broken(struct fixture *f)
{
	return f->works_calls > 0 && !f->works;
}

/* Refused with this trouble, and the file is byte for byte what it was. */
static void refused_untouched(struct fixture *f, enum journal_trouble trouble)
{
	size_t len, after_len;
	char *before = fixture_read(f, JOURNAL_FILE, &len), *after;

	assert_true(fixture_open(f) < 0);
	assert_int_equal(f->report.trouble, trouble);
	assert_non_null(strstr(f->report.text, JOURNAL_FILE));
	assert_null(f->j);
	after = fixture_read(f, JOURNAL_FILE, &after_len);
	assert_int_equal(after_len, len);
	assert_memory_equal(before, after, len);
	free(before);
	free(after);
}

/* Opens, with the former file set aside, its events counted in the new one's parent; appends. */
static void set_aside(struct fixture *f, const char *why, uint64_t parent_seq)
{
	char parent[64] = "null", sql[256], wal[256];
	struct event e;

	fixture_begin(f);
	assert_non_null(strstr(f->report.aside, why));
	snprintf(wal, sizeof(wal), "%.250s-wal", f->report.aside);
	assert_true(fixture_has(f, f->report.aside) || fixture_has(f, wal));
	assert_false(fixture_has(f, "journal-new.db"));
	e = fixture_event(f, EVENT_STATION_STARTED, "{}");
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 2);
	if (parent_seq)
		snprintf(parent, sizeof(parent),
			 "{\"journal\":\"%%\",\"seq\":%llu,\"hash\":\"%%\"}",
			 (unsigned long long)parent_seq);
	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM event WHERE seq=1 AND CAST(line AS TEXT) LIKE "
		 "'%%\"data\":{\"parent\":%s,\"why\":\"%s\"}%%'",
		 parent, why);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, sql), 1);
}

static void missing_folder(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_path(f, "nowhere", path);
	f->config.dir = path;
	assert_int_equal(fixture_open(f), -ENOENT);
	assert_int_equal(f->report.trouble, JOURNAL_NO_FOLDER);
	assert_non_null(strstr(f->report.text, "nowhere"));
	assert_null(f->j);
}

static void folder_that_is_a_file(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_write(f, "file", "x", 1);
	fixture_path(f, "file", path);
	f->config.dir = path;
	assert_int_equal(fixture_open(f), -ENOTDIR);
	assert_int_equal(f->report.trouble, JOURNAL_NO_FOLDER);
}

static void folder_name_too_long(void **state)
{
	struct fixture *f = *state;
	char path[600];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	f->config.dir = path;
	assert_true(fixture_open(f) < 0);
	assert_int_equal(f->report.trouble, JOURNAL_NO_FOLDER);
	assert_null(f->j);
}

static void text_file_is_not_ours(void **state)
{
	struct fixture *f = *state;
	static const char text[] = "Dear diary,\n";

	fixture_write(f, JOURNAL_FILE, text, sizeof(text) - 1);
	refused_untouched(f, JOURNAL_NOT_OURS);
}

static void database_of_another_program_is_not_ours(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f, JOURNAL_FILE, "CREATE TABLE recipe(name); PRAGMA application_id=7");
	refused_untouched(f, JOURNAL_NOT_OURS);
	fixture_sql(f, JOURNAL_FILE, "PRAGMA application_id=0");
	refused_untouched(f, JOURNAL_NOT_OURS);
}

static void folder_or_fifo_in_its_place_is_not_ours(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_true(fixture_open(f) < 0);
	assert_int_equal(f->report.trouble, JOURNAL_NOT_OURS);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_true(fixture_open(f) < 0);
	assert_int_equal(f->report.trouble, JOURNAL_NOT_OURS);
}

static void newer_version_is_refused(void **state)
{
	struct fixture *f = *state;

	fixture_make(f, 3);
	fixture_sql(f, JOURNAL_FILE, "PRAGMA user_version=2");
	assert_true(fixture_open(f) < 0);
	assert_int_equal(f->report.trouble, JOURNAL_NEWER);
	assert_non_null(strstr(f->report.text, "newer"));
	assert_null(f->j);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT count(*) FROM event"), 3);
}

static void empty_file_is_a_new_journal(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, JOURNAL_FILE, "", 0);
	fixture_begin(f);
	assert_string_equal(f->report.aside, "");
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1);
}

static void other_board_begins_anew(void **state)
{
	struct fixture *f = *state;
	char aside[256];

	fixture_make(f, 4);
	f->config.board = "board-2";
	set_aside(f, "board", 4);
	snprintf(aside, sizeof(aside), "%s", f->report.aside);
	/* Nothing of it is lost, and it needs no WAL beside it. */
	assert_int_equal(fixture_i64(f, aside, "SELECT count(*) FROM event"), 4);
	fixture_begin(f); /* and from then on it is this board's */
	assert_string_equal(f->report.aside, "");
	fixture_close(f);
}

/* Overwrites part of a file. */
static void file_scribble(const struct fixture *f, const char *name, off_t at, size_t len)
{
	char path[512], junk[4096];
	int fd;

	memset(junk, 0xa5, sizeof(junk));
	fixture_path(f, name, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, len, at), (ssize_t)len);
	close(fd);
}

static void F5_destroyed_first_page_is_set_aside(void **state)
{
	struct fixture *f = *state;
	size_t len;
	char *kept;

	fixture_make(f, 4);
	file_scribble(f, JOURNAL_FILE, 0, 4096);
	set_aside(f, "damaged", 0);
	kept = fixture_read(f, f->report.aside, &len);
	assert_true(len > 4096);
	assert_int_equal((uint8_t)kept[0], 0xa5); /* the very file */
	free(kept);
}

static void F5_damaged_header_with_our_mark_is_set_aside(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_make(f, 4);
	file_scribble(f, JOURNAL_FILE, 0, 16);
	fixture_path(f, "journal.lock", path);
	assert_int_equal(unlink(path), 0);
	set_aside(f, "damaged", 0);
}

static void F5_destroyed_tables_are_set_aside(void **state)
{
	struct fixture *f = *state;

	fixture_make(f, 4);
	file_scribble(f, JOURNAL_FILE, 100, 3000); /* the schema behind a sound header */
	set_aside(f, "damaged", 0);
}

static void F5_file_cut_to_nothing_is_set_aside(void **state)
{
	struct fixture *f = *state;

	fixture_make(f, 4);
	fixture_write(f, JOURNAL_FILE, "", 0);
	set_aside(f, "damaged", 0);
}

static void F5_damaged_tail_is_set_aside(void **state)
{
	static const char *const damages[] = {
		"UPDATE event SET line = CAST(replace(line, 'null', '\"X\"') AS BLOB) WHERE seq = 8",
		"UPDATE event SET hash = zeroblob(32) WHERE seq = 8",
		"UPDATE event SET hash = x'00' WHERE seq = 8",
		"UPDATE event SET line = zeroblob(200) WHERE seq = 8",
		"DELETE FROM event WHERE seq = 8",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		fixture_make(f, 10);
		fixture_sql(f, JOURNAL_FILE, damages[i]);
		set_aside(f, "damaged", 7); /* the last good event is the parent */
		nftw(f->dir, fixture_unlink, 8, FTW_DEPTH | FTW_PHYS);
		assert_int_equal(mkdir(f->dir, 0755), 0);
	}
}

static void F5_lost_end_is_set_aside(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];

	fixture_begin(f);
	fixture_inspect(f, "RMA1", 0, 0, "pass", id);
	fixture_close(f);
	fixture_sql(f, JOURNAL_FILE, "DELETE FROM event WHERE seq = 3"); /* projected already */
	set_aside(f, "damaged", 2);
}

/* Sound pages, but not what we left in them. */
static void F5_missing_content_is_set_aside(void **state)
{
	static const char *const damages[] = {
		"DROP TABLE meta",
		"DROP TABLE event",
		"DELETE FROM event",
		"DELETE FROM meta",
		"UPDATE meta SET value='0f0e0d0c-0b0a-4908-8706-050403020100' WHERE key='journal'",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		fixture_make(f, 3);
		fixture_sql(f, JOURNAL_FILE, damages[i]);
		set_aside(f, "damaged", 0);
		nftw(f->dir, fixture_unlink, 8, FTW_DEPTH | FTW_PHYS);
		assert_int_equal(mkdir(f->dir, 0755), 0);
	}
}

/* A WAL without its database must not be taken for the new database's. */
static void orphaned_wal_is_set_aside(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	char path[512], aside[300];
	char *wal;
	size_t len;

	fixture_begin(f);
	assert_true(fixture_append(f, &e));
	wal = fixture_read(f, "journal.db-wal", &len);
	fixture_close(f);
	assert_true(len > 0);
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(unlink(path), 0);
	fixture_write(f, "journal.db-wal", wal, len);
	free(wal);
	set_aside(f, "damaged", 0);
	snprintf(aside, sizeof(aside), "%s-wal", f->report.aside);
	assert_true(fixture_has(f, aside));
}

/* The process dies before each of the renames that set a journal aside; the next start finishes
 * or begins again, and nothing is lost or mixed. */
static void crash_while_setting_aside_is_safe(void **state)
{
	struct fixture *f = *state;
	int status, n;

	for (n = 1; n < 10; n++) {
		pid_t child;

		nftw(f->dir, fixture_unlink, 8, FTW_DEPTH | FTW_PHYS);
		assert_int_equal(mkdir(f->dir, 0755), 0);
		f->config.board = "board-1";
		fixture_make(f, 5);
		fixture_sql(f, JOURNAL_FILE, "UPDATE event SET hash=zeroblob(32) WHERE seq=5");
		fixture_write(f, "journal.db-shm", "x", 1);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			rename_dies_at = n;
			_exit(fixture_open(f) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) != 77)
			break;
		fixture_begin(f);
		fixture_close(f);
		assert_int_equal(fixture_chain(f), 1);
		assert_int_equal(fixture_i64(f, JOURNAL_FILE,
					     "SELECT count(*) FROM event WHERE seq=1 AND "
					     "CAST(line AS TEXT) LIKE "
					     "'%\"seq\":4,\"hash\":\"%\"},\"why\":\"damaged\"}%'"),
				 1);
		assert_false(fixture_has(f, "journal-new.db"));
		assert_int_equal(fixture_i64(f, "journal-damaged-20251123T080000Z.db",
					     "SELECT count(*) FROM event"),
				 5);
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(n > 3); /* it did die in between */
}

static void half_made_new_journal_is_made_again(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "journal-new.db", "", 0);
	fixture_begin(f);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1);
	fixture_write(f, "journal-new.db", "rubbish", 7); /* beside a sound journal: just rubbish */
	fixture_begin(f);
	assert_string_equal(f->report.aside, "");
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 1);
	assert_false(fixture_has(f, "journal-new.db"));
}

/* --- a disk that can't be written now --- */

static int open_read_only(struct fixture *f)
{
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");

	if (fixture_open(f) >= 0)
		return 1;
	if (f->report.trouble != JOURNAL_CANT || !f->j)
		return 2;
	if (!strstr(f->report.text, "permission") && !strstr(f->report.text, "read-only"))
		return 3;
	fixture_start(f);
	fixture_wait(f, told_broken);
	if (fixture_append(f, &e))
		return 4;
	fixture_close(f);
	return 0;
}

static void read_only_folder_can_not_record(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chmod(f->dir, 0555), 0);
	assert_int_equal(fixture_as_nobody(f, open_read_only), 0);
	assert_int_equal(chmod(f->dir, 0755), 0);
	fixture_make(f, 3);
	assert_int_equal(chmod(f->dir, 0555), 0);
	assert_int_equal(fixture_as_nobody(f, open_read_only), 0);
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(fixture_chain(f), 3);
}

static void read_only_file_can_not_record(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_make(f, 3);
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(chmod(path, 0444), 0);
	fixture_path(f, "journal.lock", path);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(chmod(f->dir, 0777), 0);
	assert_int_equal(fixture_as_nobody(f, open_read_only), 0);
	assert_int_equal(fixture_chain(f), 3);
}

static unsigned resumed;

static void on_resume(void *user, const struct event_view *e)
{
	(void)user;
	(void)e;
	resumed++;
}

/* A full disk at start: the station comes up without a journal, and gets it when there is space,
 * its open inspection included. */
static void full_disk_at_start_may_pass(void **state)
{
	struct fixture *f = *state;
	struct journal_state s;
	char id[EVENT_UUID + 1];
	struct event e;

	fixture_begin(f);
	fixture_inspect(f, "RMA1", 0, 0, NULL, id);
	fixture_close(f);
	disk_errno = ENOSPC;
	assert_true(fixture_open(f) < 0);
	assert_int_equal(f->report.trouble, JOURNAL_CANT);
	assert_non_null(strstr(f->report.text, "no space"));
	assert_non_null(f->j);
	assert_true(journal_resume(f->j, on_resume, NULL) < 0);
	fixture_start(f);
	fixture_wait(f, told_broken);
	journal_state(f->j, &s);
	assert_false(s.works);
	assert_non_null(strstr(s.problem, "no space"));
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	assert_int_equal(f->works_calls, 2);
	assert_int_equal(journal_resume(f->j, on_resume, NULL), 0);
	assert_int_equal(resumed, 1);
	e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 3);
}

/* The kernel's own limit on the size of a file, in place of a full disk. */
static int open_with_little_space(struct fixture *f)
{
	struct rlimit limit = {16384, RLIM_INFINITY};
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	int stored = 0;

	signal(SIGXFSZ, SIG_IGN);
	fixture_begin(f);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 1;
	while (stored < 1000 && fixture_append(f, &e))
		stored++;
	if (stored == 1000)
		return 2;
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 3;
	fixture_wait(f, fixture_is_working);
	if (!fixture_append(f, &e))
		return 4;
	fixture_close(f);
	return fixture_chain(f) == (uint64_t)stored + 2 ? 0 : 5;
}

static void file_that_can_not_grow_is_a_full_disk(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chmod(f->dir, 0777), 0);
	assert_int_equal(fixture_as_nobody(f, open_with_little_space), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_folder),
		TEST(folder_that_is_a_file),
		TEST(folder_name_too_long),
		TEST(text_file_is_not_ours),
		TEST(database_of_another_program_is_not_ours),
		TEST(folder_or_fifo_in_its_place_is_not_ours),
		TEST(newer_version_is_refused),
		TEST(empty_file_is_a_new_journal),
		TEST(other_board_begins_anew),
		TEST(F5_destroyed_first_page_is_set_aside),
		TEST(F5_damaged_header_with_our_mark_is_set_aside),
		TEST(F5_destroyed_tables_are_set_aside),
		TEST(F5_file_cut_to_nothing_is_set_aside),
		TEST(F5_damaged_tail_is_set_aside),
		TEST(F5_lost_end_is_set_aside),
		TEST(F5_missing_content_is_set_aside),
		TEST(orphaned_wal_is_set_aside),
		TEST(crash_while_setting_aside_is_safe),
		TEST(half_made_new_journal_is_made_again),
		TEST(read_only_folder_can_not_record),
		TEST(read_only_file_can_not_record),
		TEST(full_disk_at_start_may_pass),
		TEST(file_that_can_not_grow_is_a_full_disk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
