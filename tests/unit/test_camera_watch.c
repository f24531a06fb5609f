/* test_camera_watch.c - from frames to labels: what is told, once, and after which frames; when the
 * camera's sight is judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "camera/watch.h"
#include "label_fixture.h"
#include "station/seen.h"

#define FRAME_MS 66

static struct watch *watch;
static uint64_t now;
static unsigned told;
static char last[READING_TEXT + 1];
static unsigned views; /* of whole looks, and places with bars or codes */

static void on_label(void *user, const struct reading_label *label)
{
	(void)user;
	told++;
	memcpy(last, label->text, label->len);
	last[label->len] = '\0';
}

static void on_view(void *user, bool crowd)
{
	(void)user;
	(void)crowd;
	views++;
}

static int setup(void **state)
{
	static const struct watch_is is = {READING_ALL, READING_ITF_14, on_label, on_view, NULL};

	(void)state;
	now = 1000;
	told = views = 0;
	blank();
	return watch_open(&watch, &is);
}

static int teardown(void **state)
{
	(void)state;
	watch_close(watch);
	return 0;
}

/* The picture as the next frame: an enum still_verdict. */
static int show(void)
{
	now += FRAME_MS;
	return watch_frame(watch, &image, now);
}

static void test_a_label_is_told_once_until_it_has_left(void **state)
{
	(void)state;
	assert_int_equal(show(), STILL_DIFFERS);
	draw(BARCODE_CODE128, "RAMS0000001Q", 60, 60);
	for (unsigned i = 0; i < 20; i++)
		assert_true(show() >= 0);
	assert_int_equal(told, 1);
	assert_string_equal(last, "RAMS0000001Q");
	blank();
	for (unsigned i = 0; i < 2 * SEEN_LEAVES / FRAME_MS; i++)
		assert_true(show() >= 0);
	draw(BARCODE_CODE128, "RAMS0000001Q", 60, 60);
	assert_int_equal(show(), STILL_DIFFERS);
	assert_int_equal(told, 2);
	watch_begin(watch); /* a station that has just been found */
	assert_int_equal(show(), STILL_DIFFERS);
	assert_int_equal(told, 3);
}

/* The second look is that at the next frame, which has come to rest. */
static void test_F9_a_weak_label_is_told_at_the_next_frame(void **state)
{
	(void)state;
	assert_int_equal(show(), STILL_DIFFERS);
	draw(BARCODE_CODE39, "CODE39", 60, 60);
	assert_int_equal(show(), STILL_DIFFERS);
	assert_int_equal(told, 0);
	assert_int_equal(show(), STILL_AGAIN);
	assert_int_equal(told, 1);
	assert_string_equal(last, "CODE39");
}

static void test_an_itf_has_its_digits_or_is_none(void **state)
{
	(void)state;
	draw(BARCODE_C25INTER, "12345678", 60, 60);
	for (unsigned i = 0; i < 10; i++)
		assert_true(show() >= 0);
	assert_int_equal(told, 0);
	draw(BARCODE_C25INTER, "15400141288763", 60, 300);
	for (unsigned i = 0; i < 10; i++)
		assert_true(show() >= 0);
	assert_int_equal(told, 1);
	assert_string_equal(last, "15400141288763");
}

/* Focus and light of a camera still change while a hand is in the picture, and a moment longer. */
static void test_sight_is_judged_at_rest(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) { /* each is another scene for a frame or two */
		blank();
		draw(BARCODE_CODE128, "RAMS0000001Q", 60, (int)(i / 2 * 37 % 500));
		assert_true(show() != STILL_SAME);
	}
	assert_int_equal(watch_sight(watch)->focus, SIGHT_FOCUS_UNKNOWN);
	assert_int_equal(watch_sight(watch)->dirt, SIGHT_DIRT_UNKNOWN);
	for (unsigned i = 0; i < 60; i++)
		assert_true(show() >= 0);
	assert_int_equal(watch_sight(watch)->focus, SIGHT_SHARP);
	assert_int_equal(watch_sight(watch)->dirt, SIGHT_DIRT_UNKNOWN); /* of one scene */
}

/* A moving scene is looked at quickly; one that never rests as a whole, now and then. */
static void test_what_never_rests_is_looked_at_as_a_whole(void **state)
{
	(void)state;
	for (int n = 0; n < 8; n++) { /* 8 * 66 ms */
		views = 0;
		blank();
		if (n % 2)
			draw(BARCODE_QRCODE, "moves", 60, 60);
		assert_int_equal(show(), STILL_DIFFERS);
		assert_true(n % 2 || views == 0);
	}
	views = 0;
	blank();
	assert_int_equal(show(), STILL_RESTLESS);
	assert_true(views > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_label_is_told_once_until_it_has_left),
		TEST(test_F9_a_weak_label_is_told_at_the_next_frame),
		TEST(test_an_itf_has_its_digits_or_is_none),
		TEST(test_sight_is_judged_at_rest),
		TEST(test_what_never_rests_is_looked_at_as_a_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
