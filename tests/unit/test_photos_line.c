/* test_photos.c - the folder of photos as the line sees it: the oldest first, what is none is
 * left alone, what was delivered is put away and may wait again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "io/photos.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char dir[64];

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *bytes, time_t at)
{
	struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static bool is_there(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test-photos-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(mkdir(path_of("photos"), 0700), 0);
	return mkdir(path_of("photos/outbox"), 0700);
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static bool skip_one(void *user, const char *sha256)
{
	return strcmp(user, sha256) == 0;
}

static void test_oldest_first(void **state)
{
	char name[PHOTOS_HASH + 1], a[] = A;
	uint64_t bytes = 0;

	(void)state;
	assert_int_equal(photos_line_next(dir, NULL, NULL, name, &bytes), -ENOENT);
	put("photos/outbox/" B ".jpg", "later", 2000);
	put("photos/outbox/" A ".jpg", "first!", 1000);
	assert_int_equal(photos_line_next(dir, NULL, NULL, name, &bytes), 0);
	assert_string_equal(name, A);
	assert_int_equal(bytes, 6);
	assert_int_equal(photos_line_next(dir, skip_one, a, name, &bytes), 0);
	assert_string_equal(name, B);
	assert_int_equal(bytes, 5);
}

static void test_what_is_no_photo(void **state)
{
	char name[PHOTOS_HASH + 1];
	uint64_t bytes = 0;

	(void)state;
	put("photos/outbox/." A ".jpg", "x", 1);
	put("photos/outbox/" A ".jpg.tmp", "x", 1);
	put("photos/outbox/" A, "x", 1);
	put("photos/outbox/a" A ".jpg", "x", 1);
	put("photos/outbox/AA.jpg", "x", 1);
	put("photos/outbox/" B ".jpg", "", 1);
	put("photos/" A ".jpg", "x", 1);
	assert_int_equal(unlink(path_of("photos/outbox/" B ".jpg")), 0);
	assert_int_equal(symlink("/etc/passwd", path_of("photos/outbox/" B ".jpg")), 0);
	assert_int_equal(photos_line_next(dir, NULL, NULL, name, &bytes), -ENOENT);
	assert_int_equal(photos_line_read(dir, B, 0, name, 1), -ELOOP);
	assert_int_equal(photos_line_next("/nowhere", NULL, NULL, name, &bytes), -ENOENT);
}

static void test_reading(void **state)
{
	char buf[8] = "";

	(void)state;
	put("photos/outbox/" A ".jpg", "0123456789", 1);
	assert_int_equal(photos_line_read(dir, A, 3, buf, 4), 0);
	assert_memory_equal(buf, "3456", 4);
	assert_int_equal(photos_line_read(dir, A, 8, buf, 2), 0);
	assert_int_equal(photos_line_read(dir, A, 8, buf, 3), -ENODATA);
	assert_int_equal(photos_line_read(dir, B, 0, buf, 1), -ENOENT);
}

static void test_delivered_and_again(void **state)
{
	char name[PHOTOS_HASH + 1];
	uint64_t bytes = 0;

	(void)state;
	put("photos/outbox/" A ".jpg", "x", 1);
	assert_int_equal(photos_line_delivered(dir, A), 0);
	assert_true(is_there("photos/" A ".jpg"));
	assert_false(is_there("photos/outbox/" A ".jpg"));
	assert_int_equal(photos_line_delivered(dir, A), 0);
	put("photos/README", "x", 1);
	assert_int_equal(photos_line_again(dir), 0);
	assert_int_equal(photos_line_next(dir, NULL, NULL, name, &bytes), 0);
	assert_string_equal(name, A);
	assert_true(is_there("photos/README"));
	assert_int_equal(photos_line_again("/nowhere"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_oldest_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_no_photo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reading, setup, teardown),
		cmocka_unit_test_setup_teardown(test_delivered_and_again, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
