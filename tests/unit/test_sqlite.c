/* test_sqlite.c - what every SQLite connection of ours has: failures as -errno, a schema that runs
 * nothing. */
#include "io/sqlite.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RW (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)

struct file {
	char dir[32];
	char path[64];
	sqlite3 *sql;
};

static int setup(void **state)
{
	struct file *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/test_sqlite.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/x.db", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
	struct file *f = *state;
	char path[80];

	sqlite3_close(f->sql);
	for (size_t i = 0; i < sizeof(suffix) / sizeof(*suffix); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, suffix[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

static void test_opening_says_why_not(void **state)
{
	struct file *f = *state;

	assert_int_equal(sqlite_open(&f->sql, f->path, SQLITE_OPEN_READWRITE, 0), -ENOENT);
	assert_null(f->sql);
	assert_int_equal(sqlite_open(&f->sql, f->dir, RW, 0), -EISDIR);
	assert_null(f->sql);
	assert_int_equal(sqlite_open(&f->sql, f->path, RW, 0), 0);
	assert_non_null(f->sql);
}

static void test_no_database_is_damaged(void **state)
{
	struct file *f = *state;
	int fd = open(f->path, O_WRONLY | O_CREAT, 0600);
	int64_t n = 0;

	assert_int_equal(write(fd, "this is no database, and long enough", 36), 36);
	close(fd);
	assert_int_equal(sqlite_open(&f->sql, f->path, RW, 0), 0);
	assert_int_equal(sqlite_number(f->sql, "SELECT count(*) FROM sqlite_schema", &n), -EBADMSG);
}

static void test_failures_have_their_errno(void **state)
{
	struct file *f = *state;
	sqlite3 *other;
	sqlite3_stmt *s = NULL;

	assert_int_equal(sqlite_open(&f->sql, f->path, RW, 0), 0);
	assert_int_equal(sqlite_exec(f->sql, "CREATE TABLE t(x UNIQUE, y BLOB)"), 0);
	assert_int_equal(sqlite_exec(f->sql, "INSERT INTO t VALUES(1, 0)"), 0);
	assert_int_equal(sqlite_exec(f->sql, "INSERT INTO t VALUES(1, 0)"), -EEXIST);
	assert_int_equal(sqlite_exec(f->sql, "INSERT INTO gone VALUES(1)"), -EBADMSG);
	assert_int_equal(sqlite3_prepare_v2(f->sql, "SELECT z FROM t", -1, &s, NULL), SQLITE_ERROR);
	assert_int_equal(sqlite_run(f->sql, s), -EBADMSG); /* a statement that is none */

	assert_int_equal(sqlite_open(&other, f->path, RW, 1), 0);
	assert_int_equal(sqlite_exec(other, "BEGIN IMMEDIATE"), 0);
	assert_int_equal(sqlite_exec(f->sql, "INSERT INTO t VALUES(2, 0)"), -EBUSY);
	sqlite3_close(other);

	assert_int_equal(sqlite_open(&other, f->path, SQLITE_OPEN_READONLY, 0), 0);
	assert_int_equal(sqlite_exec(other, "INSERT INTO t VALUES(2, 0)"), -EROFS);
	sqlite3_close(other);

	assert_int_equal(sqlite_exec(f->sql, "PRAGMA max_page_count = 4"), 0);
	assert_int_equal(sqlite_exec(f->sql, "INSERT INTO t VALUES(3, zeroblob(65536))"), -ENOSPC);
}

static void test_rows_then_none(void **state)
{
	struct file *f = *state;
	sqlite3_stmt *s = NULL;
	int64_t n = 0;

	assert_int_equal(sqlite_open(&f->sql, f->path, RW, 0), 0);
	assert_int_equal(sqlite_exec(f->sql, "CREATE TABLE t(x); INSERT INTO t VALUES(5), (7)"), 0);
	assert_int_equal(sqlite3_prepare_v2(f->sql, "SELECT x FROM t ORDER BY x", -1, &s, NULL), 0);
	for (int round = 0; round < 2; round++) { /* the end resets it */
		assert_int_equal(sqlite_row(f->sql, s), 1);
		assert_int_equal(sqlite3_column_int(s, 0), 5);
		assert_int_equal(sqlite_row(f->sql, s), 1);
		assert_int_equal(sqlite_row(f->sql, s), 0);
	}
	assert_int_equal(sqlite_run(f->sql, s), 0);
	sqlite3_finalize(s);
	assert_int_equal(sqlite_number(f->sql, "SELECT sum(x) FROM t", &n), 0);
	assert_int_equal(n, 12);
	assert_true(sqlite_number(f->sql, "SELECT x FROM t WHERE x = 6", &n) < 0);
	assert_int_equal(n, 12);
}

/* A file that somebody prepared: its trigger would delete what is written. */
static void test_schema_of_the_file_runs_nothing(void **state)
{
	struct file *f = *state;
	int64_t n = 0;

	assert_int_equal(sqlite3_open(f->path, &f->sql), SQLITE_OK);
	assert_int_equal(sqlite_exec(f->sql, "CREATE TABLE t(x);"
					     "CREATE TRIGGER evil AFTER INSERT ON t"
					     " BEGIN DELETE FROM t; END;"
					     "CREATE VIEW v AS SELECT 1"),
			 0);
	sqlite3_close(f->sql);
	assert_int_equal(sqlite_open(&f->sql, f->path, RW, 0), 0);
	assert_int_equal(sqlite_exec(f->sql, "INSERT INTO t VALUES(1)"), 0);
	assert_int_equal(sqlite_number(f->sql, "SELECT count(*) FROM t", &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(sqlite_number(f->sql, "SELECT * FROM v", &n), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_opening_says_why_not, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_database_is_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures_have_their_errno, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows_then_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_schema_of_the_file_runs_nothing, setup,
						teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
