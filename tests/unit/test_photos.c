/* test_photos.c - evidence photos beside the journal: what is kept, under which name, what makes
 * room, and that nothing is left of what is not. */
#include "io/photos.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static char dir[64];

static uint64_t disk_size = 1ULL << 40, disk_free = 1ULL << 40;
static const struct photos_room some = {.space = 1000}, much = {.space = UINT64_MAX};
#define NOW 1795000000 /* seconds; a station's time */

/* In place of libc's. */
int statvfs(const char *path, struct statvfs *out)
{
	(void)path;
	*out = (struct statvfs){
		.f_frsize = 512, .f_blocks = disk_size / 512, .f_bavail = disk_free / 512};
	return 0;
}

static int setup(void **state)
{
	(void)state;
	(void)strcpy(dir, "/tmp/photos-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(photos_open(dir), 0);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* A file of so many bytes between a JPEG's ends; `fill` makes it another one. */
static int picture(size_t len, uint8_t fill)
{
	int fd = memfd_create("photo", MFD_CLOEXEC);
	uint8_t *p = malloc(len);

	memset(p, fill, len);
	memcpy(p, "\xff\xd8\xff", 3);
	memcpy(p + len - 2, "\xff\xd9", 2);
	assert_int_equal(write(fd, p, len), (ssize_t)len);
	free(p);
	return fd;
}

static bool is_there(const char *folder, const char *name)
{
	char path[256];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", dir, folder, name);
	return stat(path, &st) == 0;
}

static bool has(const char *folder, const char *sha256)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "%s.jpg", sha256);
	return is_there(folder, name);
}

static int store_at(size_t len, uint8_t fill, const struct photos_room *room,
		    char sha256[PHOTOS_HASH + 1])
{
	int fd = picture(len, fill), e = photos_store(dir, fd, len, room, sha256);

	(void)close(fd);
	return e < 0 ? e : photos_show(dir, sha256);
}

static int store(size_t len, uint8_t fill, uint64_t space, char sha256[PHOTOS_HASH + 1])
{
	return store_at(len, fill, &(struct photos_room){.space = space}, sha256);
}

/* mtime orders them, and a test is quicker than a clock's tick. */
static void age(const char *sha256, long second)
{
	char path[256];
	const struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};

	(void)snprintf(path, sizeof(path), "%s/photos/outbox/%s.jpg", dir, sha256);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* As the uplink does. */
static void deliver(const char *sha256, long second)
{
	char from[256], to[256];

	age(sha256, second);
	(void)snprintf(from, sizeof(from), "%s/photos/outbox/%s.jpg", dir, sha256);
	(void)snprintf(to, sizeof(to), "%s/photos/%s.jpg", dir, sha256);
	assert_int_equal(rename(from, to), 0);
}

static void test_a_photo_is_kept_under_its_hash(void **state)
{
	char sha256[PHOTOS_HASH + 1];
	struct photos_usage u;
	int fd = memfd_create("photo", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, "\xff\xd8\xff\xff\xd9", 5), 5);
	assert_int_equal(photos_store(dir, fd, 5, &some, sha256), 0);
	(void)close(fd);
	assert_string_equal(sha256,
			    "7effd0cb9d1b578c75a7724ccbbe3d39357e15a95dca344d3dde7366a65b49c3");
	assert_false(has("photos/outbox", sha256)); /* nothing tells of it yet */
	assert_false(is_there("photos/outbox", ".tmp-photo"));
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.waiting, 1);
	assert_int_equal(photos_show(dir, sha256), 0);
	assert_int_equal(photos_show(dir, sha256), 0);
	assert_true(has("photos/outbox", sha256));
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.waiting, 1);
	assert_int_equal(u.bytes, 5);
}

static bool is_first(void *user, const char *sha256, int64_t written_ms)
{
	assert_int_equal(written_ms, NOW * 1000LL + 250);
	return strcmp(sha256, user) == 0;
}

static void test_a_start_shows_what_is_told_and_removes_the_rest(void **state)
{
	const struct photos_room room = {.space = 1000, .now_ms = NOW * 1000LL + 250};
	char hidden[3][PHOTOS_HASH + 1], path[256];
	struct photos_usage u;

	(void)state;
	for (uint8_t n = 0; n < 3; n++) {
		int fd = memfd_create("photo", MFD_CLOEXEC);

		assert_int_equal(write(fd, (uint8_t[]){0xff, 0xd8, 0xff, n, 0xff, 0xd9}, 6), 6);
		assert_int_equal(photos_store(dir, fd, 6, &room, hidden[n]), 0);
		(void)close(fd);
	}
	assert_int_equal(photos_show(dir, hidden[2]), 0);
	/* what is none of ours stays */
	(void)snprintf(path, sizeof(path), "%s/photos/outbox/.keep", dir);
	assert_int_equal(close(open(path, O_WRONLY | O_CREAT, 0600)), 0);
	assert_int_equal(photos_settle(dir, is_first, hidden[0]), 0);
	assert_true(has("photos/outbox", hidden[0]) && has("photos/outbox", hidden[2]));
	assert_true(is_there("photos/outbox", ".keep"));
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.waiting, 2);
}

static void test_what_is_no_whole_jpeg_leaves_nothing(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {{"\xff\xd8\xff\xff", 4},
		   {"\xff\xd8\xff\xff\xd8", 5},
		   {"\xff\xd8\x00\xff\xd9", 5},
		   {"GIF89a\xff\xd9", 8},
		   {"\xff\xd8\xff\xff\xd9\n", 6}};
	char sha256[PHOTOS_HASH + 1];
	struct photos_usage u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int fd = memfd_create("photo", MFD_CLOEXEC);

		assert_int_equal(write(fd, bad[i].bytes, bad[i].len), (ssize_t)bad[i].len);
		assert_int_equal(photos_store(dir, fd, bad[i].len, &some, sha256), -EBADMSG);
		/* shorter than it is said to be */
		assert_int_equal(photos_store(dir, fd, bad[i].len + 9, &some, sha256), -EBADMSG);
		(void)close(fd);
	}
	assert_int_equal(store(100, 1, 1000, sha256), 0);
	assert_false(is_there("photos/outbox", ".tmp-photo"));
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.waiting, 1);
}

static void test_a_size_out_of_bounds_is_refused(void **state)
{
	char sha256[PHOTOS_HASH + 1];
	int fd = picture(100, 0);

	(void)state;
	assert_int_equal(photos_store(dir, fd, 0, &some, sha256), -EMSGSIZE);
	assert_int_equal(photos_store(dir, fd, PHOTOS_MAX + 1, &much, sha256), -EMSGSIZE);
	(void)close(fd);
}

static void test_the_oldest_delivered_make_room(void **state)
{
	char a[PHOTOS_HASH + 1], b[PHOTOS_HASH + 1], c[PHOTOS_HASH + 1], d[PHOTOS_HASH + 1];
	struct photos_usage u;

	(void)state;
	assert_int_equal(store(100, 1, 300, a), 0);
	assert_int_equal(store(100, 2, 300, b), 0);
	assert_int_equal(store(100, 3, 300, c), 0);
	deliver(b, 1000);
	deliver(a, 2000);
	assert_int_equal(store(100, 4, 300, d), 0);
	assert_false(has("photos", b));
	assert_true(has("photos", a) && has("photos/outbox", c) && has("photos/outbox", d));
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.waiting, 2);
	assert_int_equal(u.waiting_bytes, 200);
	assert_int_equal(u.bytes, 300);
}

/* The journal is on the same disk. */
static void test_a_disk_that_is_nearly_full_is_left_alone(void **state)
{
	char sha256[PHOTOS_HASH + 1];
	struct photos_usage u;

	(void)state;
	disk_free = PHOTOS_FREE + 512;
	assert_int_equal(store(1000, 1, 10000, sha256), -ENOSPC);
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.bytes, 0);
	disk_free = PHOTOS_FREE + 1024;
	assert_int_equal(store(1000, 1, 10000, sha256), 0);
	disk_size = 64 << 20; /* a small one: a quarter stays */
	disk_free = (16 << 20) + 512;
	assert_int_equal(store(1000, 2, 10000, sha256), -ENOSPC);
	disk_free = (16 << 20) + 1024;
	assert_int_equal(store(1000, 2, 10000, sha256), 0);
	disk_size = disk_free = 1ULL << 40;
}

static void test_what_waits_is_never_removed(void **state)
{
	char a[PHOTOS_HASH + 1], b[PHOTOS_HASH + 1], c[PHOTOS_HASH + 1];

	(void)state;
	assert_int_equal(store(100, 1, 250, a), 0);
	assert_int_equal(store(100, 2, 250, b), 0);
	assert_int_equal(store(100, 3, 250, c), -EDQUOT);
	assert_true(has("photos/outbox", a) && has("photos/outbox", b));
	deliver(a, 1000);
	/* a delivered one does not go in vain */
	assert_int_equal(store(200, 4, 250, c), -EDQUOT);
	assert_true(has("photos", a));
	assert_int_equal(store(100, 3, 250, c), 0);
	assert_false(has("photos", a));
}

/* Of who is never asked for one, the newest are worth most; what no event tells of yet stays. */
static void test_without_a_line_the_oldest_of_all_make_room(void **state)
{
	const struct photos_room room = {.space = 350, .no_line = true};
	char a[PHOTOS_HASH + 1], b[PHOTOS_HASH + 1], c[PHOTOS_HASH + 1], d[PHOTOS_HASH + 1];
	char hidden[PHOTOS_HASH + 1];
	int fd = picture(50, 9);

	(void)state;
	assert_int_equal(photos_store(dir, fd, 50, &room, hidden), 0);
	(void)close(fd);
	assert_int_equal(store_at(100, 1, &room, a), 0);
	age(a, 2000);
	assert_int_equal(store_at(100, 2, &room, b), 0);
	age(b, 1000);
	assert_int_equal(store_at(100, 3, &room, c), 0);
	deliver(c, 3000);
	assert_int_equal(store_at(200, 4, &room, d), 0);
	assert_false(has("photos", c)); /* headquarters has it, once there was one */
	assert_false(has("photos/outbox", b));
	assert_true(has("photos/outbox", a) && has("photos/outbox", d));
	assert_int_equal(photos_show(dir, hidden), 0);
	assert_true(has("photos/outbox", hidden));
	assert_int_equal(store_at(351, 5, &room, d), -EDQUOT);
	assert_true(has("photos/outbox", a));
}

/* F1: a machine that began at 1970 does not make the newest the oldest. */
static void test_f1_they_age_by_the_stations_time(void **state)
{
	struct photos_room room = {.space = 300, .no_line = true};
	char sha256[4][PHOTOS_HASH + 1];

	(void)state;
	for (uint8_t n = 0; n < 4; n++) {
		room.now_ms = (NOW + (n < 3 ? 3 - n : 9)) * 1000LL;
		assert_int_equal(store_at(100, n, &room, sha256[n]), 0);
	}
	assert_false(has("photos/outbox", sha256[2]));
	assert_true(has("photos/outbox", sha256[0]) && has("photos/outbox", sha256[1]) &&
		    has("photos/outbox", sha256[3]));
}

/* An export takes them wherever they lie, and nothing else. */
static void test_one_is_found(void **state)
{
	char a[PHOTOS_HASH + 1], path[256], bytes[8];
	uint64_t len = 0;
	int fd;

	(void)state;
	assert_int_equal(store(100, 1, 300, a), 0);
	for (int n = 0; n < 2; n++) {
		fd = photos_find(dir, a, &len);
		assert_true(fd >= 0);
		assert_int_equal(len, 100);
		assert_int_equal(read(fd, bytes, 3), 3);
		assert_memory_equal(bytes, "\xff\xd8\xff", 3);
		(void)close(fd);
		if (n == 0)
			deliver(a, 1000);
	}
	(void)snprintf(path, sizeof(path), "%s/photos/%s.jpg", dir, a);
	assert_int_equal(truncate(path, PHOTOS_MAX + 1), 0);
	assert_int_equal(photos_find(dir, a, &len), -ENOENT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(photos_find(dir, a, &len), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(photos_find(dir, a, &len), -ENOENT);
	assert_int_equal(photos_find("/nowhere", a, &len), -ENOENT);
}

static void test_what_else_lies_there_is_left_alone(void **state)
{
	char path[256], sha256[PHOTOS_HASH + 1];
	struct photos_usage u;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/photos/notes.txt", dir);
	(void)close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(truncate(path, 4096), 0);
	assert_int_equal(store(100, 1, 100, sha256), 0);
	assert_true(is_there("photos", "notes.txt"));
	assert_int_equal(photos_look(dir, &u), 0);
	assert_int_equal(u.bytes, 100);
}

static void test_what_the_power_cut_goes_at_the_start(void **state)
{
	char path[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/photos/outbox/.tmp-photo", dir);
	(void)close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(photos_open(dir), 0);
	assert_false(is_there("photos/outbox", ".tmp-photo"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_photo_is_kept_under_its_hash, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_a_start_shows_what_is_told_and_removes_the_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_no_whole_jpeg_leaves_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_size_out_of_bounds_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_the_oldest_delivered_make_room, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_disk_that_is_nearly_full_is_left_alone,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_waits_is_never_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_a_line_the_oldest_of_all_make_room,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_f1_they_age_by_the_stations_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_one_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_else_lies_there_is_left_alone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_what_the_power_cut_goes_at_the_start, setup,
						teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
