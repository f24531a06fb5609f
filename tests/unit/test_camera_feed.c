/* test_camera_feed.c - frames on a command's output: the newest is taken, and what ends, hangs or
 * floods is handled. The commands are real, the time is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "camera/feed.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SIDE	    16
#define FRAME	    (SIDE * SIDE)
#define DEADLINE_MS 10000

static struct feed *feed;
static struct image frame;
static uint64_t now;

static void begin(const char *command, enum feed_pixels pixels)
{
	const struct feed_is is = {
		.command = command, .width = SIDE, .height = SIDE, .pixels = pixels};

	now = 1000;
	assert_int_equal(feed_open(&feed, &is), 0);
	assert_int_equal(feed_fd(feed), -1);
	feed_turn(feed, now);
	assert_true(feed_fd(feed) >= 0);
}

/* Until so many bytes wait. */
static void wait_bytes(int want)
{
	int have = 0;

	for (unsigned ms = 0; ms < DEADLINE_MS && have < want; ms++) {
		assert_int_equal(ioctl(feed_fd(feed), FIONREAD, &have), 0);
		(void)poll(NULL, 0, 1);
	}
	assert_true(have >= want);
}

/* Until the command's end is met. */
static void wait_end(void)
{
	struct pollfd fd = {.events = POLLIN};

	while ((fd.fd = feed_fd(feed)) >= 0) {
		assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
		(void)feed_read(feed, now, &frame);
	}
}

static int teardown(void **state)
{
	(void)state;
	feed_close(feed);
	feed = NULL;
	return 0;
}

static void test_of_queued_frames_the_newest_is_taken(void **state)
{
	(void)state;
	begin("for c in a b c; do head -c 256 /dev/zero | tr '\\0' $c; done; printf de; exec sleep 99",
	      FEED_GREY);
	wait_bytes(3 * FRAME + 2);
	assert_true(feed_read(feed, now, &frame));
	assert_int_equal(frame.width, SIDE);
	assert_int_equal(frame.height, SIDE);
	assert_int_equal(frame.pixels[0], 'c');
	assert_int_equal(frame.pixels[FRAME - 1], 'c');
	assert_true(feed_lives(feed));
	assert_false(feed_read(feed, now, &frame)); /* two bytes are no frame */
}

static void test_the_grey_of_each_format(void **state)
{
	static const struct {
		enum feed_pixels pixels;
		int size;
		const char *command;
	} all[] = {
		{FEED_YUV420, FRAME * 3 / 2,
		 "head -c 256 /dev/zero | tr '\\0' y; head -c 128 /dev/zero; exec sleep 99"},
		{FEED_YUYV, FRAME * 2,
		 "yes yu | head -c 768 | tr -d '\\n' | head -c 512; exec sleep 99"},
	};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin(all[i].command, all[i].pixels);
		wait_bytes(all[i].size);
		assert_true(feed_read(feed, now, &frame));
		for (unsigned k = 0; k < FRAME; k++)
			assert_int_equal(frame.pixels[k], 'y');
		feed_close(feed);
	}
	feed = NULL;
}

static void test_one_that_ends_is_started_again_later_and_later(void **state)
{
	static const uint64_t waits[] = {250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};

	(void)state;
	begin("head -c 100 /dev/zero; exit 3", FEED_GREY);
	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		wait_end();
		assert_false(feed_lives(feed));
		assert_int_equal(feed_due(feed), now + waits[i]);
		feed_turn(feed, feed_due(feed) - 1);
		assert_int_equal(feed_fd(feed), -1);
		now = feed_due(feed);
		feed_turn(feed, now);
		assert_true(feed_fd(feed) >= 0);
	}
}

static void test_one_that_was_fine_for_long_is_started_soon(void **state)
{
	(void)state;
	begin("exec cat /dev/zero", FEED_GREY);
	for (unsigned i = 0; i < 3; i++) {
		wait_bytes(FRAME);
		assert_true(feed_read(feed, now, &frame));
		now += FEED_SILENT_MS; /* hangs, as far as the clock goes */
		feed_turn(feed, now);
		assert_int_equal(feed_due(feed), now + ((uint64_t)FEED_AGAIN_MS << i));
		now = feed_due(feed);
		feed_turn(feed, now);
	}
	for (unsigned i = 0; i <= FEED_FINE_MS / 1000; i++) {
		wait_bytes(FRAME);
		assert_true(feed_read(feed, now, &frame));
		now += 1000;
	}
	now += FEED_SILENT_MS;
	feed_turn(feed, now);
	assert_int_equal(feed_due(feed), now + FEED_AGAIN_MS);
}

static void test_one_that_hangs_is_ended_with_all_that_it_started(void **state)
{
	char path[] = "/tmp/feed-XXXXXX", command[128];
	int fd = mkstemp(path), pid = 0;
	FILE *file;

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(command, sizeof(command),
		       "sleep 99 & echo $! >%s; head -c 300 /dev/zero; wait", path);
	begin(command, FEED_GREY);
	wait_bytes(300);
	assert_true(feed_read(feed, now, &frame));
	feed_turn(feed, now + FEED_SILENT_MS - 1);
	assert_true(feed_fd(feed) >= 0);
	now += FEED_SILENT_MS;
	feed_turn(feed, now);
	assert_int_equal(feed_fd(feed), -1);
	assert_false(feed_lives(feed));
	assert_int_equal(feed_due(feed), now + FEED_AGAIN_MS);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	(void)fclose(file);
	(void)unlink(path);
	for (unsigned ms = 0; ms < DEADLINE_MS; ms++) {
		char what[64], state_of = 0;

		(void)snprintf(what, sizeof(what), "/proc/%d/stat", pid);
		file = fopen(what, "r"); /* gone, or a zombie that nobody has fetched yet */
		if (!file)
			return;
		if (fscanf(file, "%*d %*s %c", &state_of) != 1)
			state_of = 'Z';
		(void)fclose(file);
		if (state_of == 'Z')
			return;
		(void)poll(NULL, 0, 1);
	}
	fail_msg("it lives");
}

static void test_a_flood_does_not_keep_us(void **state)
{
	(void)state;
	begin("exec cat /dev/zero", FEED_GREY);
	for (unsigned i = 0; i < 1000; i++) {
		wait_bytes(FRAME);
		assert_true(feed_read(feed, now, &frame));
	}
}

static void test_what_is_no_feed(void **state)
{
	struct feed_is is = {
		.command = "true", .width = SIDE, .height = SIDE, .pixels = FEED_FORMATS};

	(void)state;
	assert_int_equal(feed_open(&feed, &is), -EINVAL);
	is = (struct feed_is){.command = "true", .height = SIDE, .pixels = FEED_GREY};
	assert_int_equal(feed_open(&feed, &is), -EINVAL);
	feed = NULL;
	assert_int_equal(feed_pixels_of("yuyv"), FEED_YUYV);
	assert_int_equal(feed_pixels_of("rgb"), FEED_FORMATS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_of_queued_frames_the_newest_is_taken, teardown),
		cmocka_unit_test_teardown(test_the_grey_of_each_format, teardown),
		cmocka_unit_test_teardown(test_one_that_ends_is_started_again_later_and_later,
					  teardown),
		cmocka_unit_test_teardown(test_one_that_was_fine_for_long_is_started_soon,
					  teardown),
		cmocka_unit_test_teardown(test_one_that_hangs_is_ended_with_all_that_it_started,
					  teardown),
		cmocka_unit_test_teardown(test_a_flood_does_not_keep_us, teardown),
		cmocka_unit_test(test_what_is_no_feed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
