/* test_still.c - which frames are worth a look: changes are, noise, gain and flicker are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/still.h"
#include <string.h>

#define WIDTH  320
#define HEIGHT 240

static uint8_t pixels[HEIGHT][WIDTH];
static struct still gate;
static uint64_t now;
static uint32_t dice;

static struct image frame(void)
{
	return (struct image){pixels[0], WIDTH, HEIGHT, WIDTH};
}

static enum still_verdict show(void)
{
	struct image f = frame();

	now += 66;
	return still_frame(&gate, &f, now);
}

static int noise(int most)
{
	dice = dice * 1664525u + 1013904223u;
	return (int)(dice >> 16) % (2 * most + 1) - most;
}

/* A table with something on it; each row in a light of its own, in parts of 256. */
static void paint(unsigned light, unsigned swing, unsigned phase, int noisy)
{
	for (unsigned y = 0; y < HEIGHT; y++) {
		unsigned at = (y + phase) % 60;
		unsigned here = light + swing * (at < 30 ? at : 60 - at) / 30;

		for (unsigned x = 0; x < WIDTH; x++) {
			unsigned level = (x / 40 + y / 40) % 2 ? 150 : 90;
			int v = (int)(level * here / 256) + noise(noisy);

			pixels[y][x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
		}
	}
}

/* A label: stripes. */
static void put_label(unsigned left, unsigned top)
{
	for (unsigned y = top; y < top + 24; y++)
		for (unsigned x = left; x < left + 48; x++)
			pixels[y][x] = x / 2 % 3 ? 250 : 10;
}

static int setup(void **state)
{
	(void)state;
	now = 1000;
	dice = 7;
	still_init(&gate);
	paint(256, 0, 0, 0);
	assert_int_equal(show(), STILL_DIFFERS);
	return 0;
}

static void test_the_first_frame_and_another_size_are_looked_at(void **state)
{
	struct image half = {pixels[0], WIDTH / 2, HEIGHT, WIDTH};

	(void)state;
	assert_int_equal(show(), STILL_AGAIN); /* it is at rest */
	assert_int_equal(show(), STILL_SAME);
	assert_int_equal(still_frame(&gate, &half, now), STILL_DIFFERS);
	assert_int_equal(still_frame(&gate, &half, now), STILL_AGAIN);
	assert_int_equal(still_frame(&gate, &half, now), STILL_SAME);
}

/* So many blocks of 8 x 8, each in a row of its own, are lighter by so much. */
static enum still_verdict lighter(unsigned blocks, unsigned levels)
{
	still_init(&gate);
	paint(256, 0, 0, 0);
	(void)show();
	gate.again_ms = UINT64_MAX;
	for (unsigned b = 0; b < blocks; b++)
		for (unsigned y = 0; y < 8; y++)
			for (unsigned x = 0; x < 8; x++)
				pixels[8 * b + y][16 + x] =
					(uint8_t)(pixels[8 * b + y][16 + x] + levels);
	return show();
}

static void test_four_blocks_by_more_than_eight_levels_are_a_change(void **state)
{
	(void)state;
	assert_int_equal(lighter(4, 9), STILL_DIFFERS);
	assert_int_equal(lighter(3, 60), STILL_SAME);
	assert_int_equal(lighter(30, 8), STILL_SAME);
}

/* In so many rows blocks differ by so much, one lighter and the next darker, and four by so much.
 */
static enum still_verdict noisy(unsigned rows, int all, int four)
{
	still_init(&gate);
	paint(256, 0, 0, 0);
	(void)show();
	gate.again_ms = UINT64_MAX;
	for (unsigned y = 0; y < rows; y++)
		for (unsigned x = 0; x < WIDTH; x++) {
			int more = x / 8 % 2 ? all : -all;

			if (y < 16 && x / 8 >= 2 && x / 8 < 4)
				more = x / 8 % 2 ? four : -four;
			pixels[y][x] = (uint8_t)(pixels[y][x] + more);
		}
	return show();
}

static void test_what_changes_is_more_than_what_half_of_the_picture_differs_by(void **state)
{
	(void)state;
	assert_int_equal(noisy(HEIGHT, 1, 8), STILL_SAME);
	assert_int_equal(noisy(HEIGHT, 1, 9), STILL_DIFFERS);
	assert_int_equal(noisy(HEIGHT, 2, 12), STILL_SAME);
	assert_int_equal(noisy(HEIGHT, 2, 13), STILL_DIFFERS);
	assert_int_equal(noisy(HEIGHT * 6 / 10, 2, 12), STILL_SAME);
	assert_int_equal(noisy(HEIGHT * 4 / 10, 2, 12), STILL_DIFFERS);
	assert_int_equal(noisy(HEIGHT, 4, 16), STILL_SAME);
	assert_int_equal(noisy(HEIGHT, 4, 17), STILL_DIFFERS); /* so noisy no sensor is */
}

/* Four blocks of one level come to be of another, and the light on all of it, in parts of 256. */
static enum still_verdict becomes(int from, int to, unsigned light)
{
	still_init(&gate);
	paint(256, 0, 0, 0);
	for (unsigned y = 0; y < 32; y++)
		memset(&pixels[y][16], from, 8);
	(void)show();
	gate.again_ms = UINT64_MAX;
	paint(light, 0, 0, 0);
	for (unsigned y = 0; y < 32; y++)
		memset(&pixels[y][16], to, 8);
	return show();
}

static void test_how_white_what_is_blown_out_is_makes_no_change(void **state)
{
	(void)state;
	assert_int_equal(becomes(235, 255, 256), STILL_SAME);
	assert_int_equal(becomes(255, 235, 256), STILL_SAME);
	assert_int_equal(becomes(229, 240, 256), STILL_DIFFERS);
	assert_int_equal(becomes(255, 229, 256), STILL_DIFFERS);
}

/* In 200/256 of its light the block is 117; a quarter of the 56 parts that are gone is 8 of its
 * levels. */
static void test_light_that_changes_unevenly_by_a_quarter_is_no_change(void **state)
{
	(void)state;
	assert_int_equal(becomes(150, 117, 200), STILL_SAME);
	assert_int_equal(becomes(150, 129, 200), STILL_SAME);
	assert_int_equal(becomes(150, 134, 200), STILL_DIFFERS);
	assert_int_equal(becomes(150, 106, 200), STILL_SAME);
	assert_int_equal(becomes(150, 102, 200), STILL_DIFFERS);
}

static void test_noise_gain_and_flicker_are_no_change(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		gate.again_ms = UINT64_MAX;
		paint(200 + n % 80, n % 3 * 30, n * 17, 6);
		assert_int_equal(show(), STILL_SAME);
	}
}

/* A cheap sensor in poor light, and a lamp that flickers. */
static void test_a_noisy_sensor_is_no_change(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		gate.again_ms = UINT64_MAX;
		paint(200 + n % 80, n % 3 * 30, n * 17, 14); /* a deviation of 8 levels */
		assert_int_equal(show(), STILL_SAME);
	}
}

/* In such poor light that one block in a hundred differs by more than eight levels. */
static void test_a_very_noisy_sensor_is_no_change_and_a_label_is(void **state)
{
	(void)state;
	paint(256, 0, 0, 22);
	(void)show();
	for (unsigned n = 0; n < 200; n++) {
		gate.again_ms = UINT64_MAX;
		paint(200 + n % 80, n % 3 * 30, n * 17, 22); /* a deviation of 13 levels */
		assert_int_equal(show(), STILL_SAME);
	}
	put_label(150, 100);
	assert_int_equal(show(), STILL_DIFFERS);
}

/* A window's light, which does not flicker, on one end of a table whose lamp does; what it makes
 * white: `white`. */
static void windowed(unsigned n, unsigned white)
{
	paint(220, 45, n * 17, 3);
	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned x = WIDTH / 2; x < WIDTH; x++) {
			unsigned level = pixels[y][x] + (x - WIDTH / 2) * white / (WIDTH / 2);

			pixels[y][x] = (uint8_t)(level > 255 ? 255 : level);
		}
}

static void test_two_lights_of_which_one_flickers_are_no_change_and_a_label_is(void **state)
{
	(void)state;
	for (unsigned white = 50; white <= 150; white += 50) {
		windowed(0, white);
		assert_true(show() >= STILL_DIFFERS);
		for (unsigned n = 0; n < 200; n++) {
			gate.again_ms = UINT64_MAX;
			windowed(n, white);
			assert_int_equal(show(), STILL_SAME);
		}
		for (unsigned left = 8; left < WIDTH - 50; left += 40) {
			windowed(0, white);
			(void)show();
			windowed(left, white);
			put_label(left, 100);
			assert_true(show() >= STILL_DIFFERS);
		}
		paint(256, 0, 0, 3);
		(void)show();
	}
}

static void test_a_label_wherever_it_is_put_is_a_change(void **state)
{
	(void)state;
	for (unsigned top = 0; top + 24 <= HEIGHT; top += 19)
		for (unsigned left = 0; left + 48 <= WIDTH; left += 31) {
			paint(256, 0, 0, 3);
			(void)show(); /* the table is empty again */
			gate.again_ms = UINT64_MAX;
			paint(240, 20, top + left, 3);
			assert_int_equal(show(), STILL_SAME);
			put_label(left, top);
			assert_int_equal(show(), STILL_DIFFERS);
			assert_int_equal(show(), STILL_AGAIN);
			assert_int_equal(show(), STILL_SAME);
		}
}

static void test_an_unchanged_scene_is_looked_at_more_and_more_seldom(void **state)
{
	static const uint64_t waits[] = {0, 250, 500, 1000, 2000, 4000, 4000, 4000};
	uint64_t last = now;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		enum still_verdict v;

		do
			v = show();
		while (v == STILL_SAME);
		assert_int_equal(v, STILL_AGAIN);
		assert_in_range(now - last, waits[i], waits[i] + 66);
		last = now;
	}
	put_label(100, 100);
	assert_int_equal(show(), STILL_DIFFERS);
	assert_int_equal(show(), STILL_AGAIN);
	assert_int_equal(show(), STILL_SAME);
	now += 250;
	assert_int_equal(show(), STILL_AGAIN);
}

static void test_a_doubt_is_another_look_but_not_for_ever(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		for (unsigned i = 0; i < 1 + STILL_DOUBTS; i++) {
			assert_int_equal(show(), STILL_AGAIN);
			still_doubt(&gate);
		}
		assert_int_equal(show(), STILL_SAME);
		put_label(100 + 60 * n, 100);
		assert_int_equal(show(), STILL_DIFFERS);
	}
}

/* A blinking lamp, a screen: no frame is like the one before. */
static void test_what_never_rests_is_looked_at_as_a_whole_now_and_then(void **state)
{
	unsigned whole = 0;

	(void)state;
	now += STILL_MOVES + 1;		    /* it was at rest */
	for (unsigned n = 0; n < 41; n++) { /* 2.7 s */
		enum still_verdict v;

		put_label(60 + n % 2 * 80, 100);
		v = show();
		paint(256, 0, 0, 0);
		assert_true(v == STILL_DIFFERS || v == STILL_RESTLESS);
		assert_false(still_settled(&gate, now));
		assert_true(n > 0 || v == STILL_DIFFERS);
		whole += v == STILL_RESTLESS;
	}
	assert_int_equal(whole, 5);
	assert_int_equal(show(), STILL_DIFFERS); /* empty */
	assert_int_equal(show(), STILL_AGAIN);
	assert_false(still_settled(&gate, now));
	now += STILL_FIRST;
	assert_true(still_settled(&gate, now));
}

static void test_what_creeps_is_a_change_at_last(void **state)
{
	bool differed = false;

	(void)state;
	for (unsigned n = 1; n <= 60 && !differed; n++) {
		paint(256, 0, 0, 0);
		for (unsigned y = 80; y < 120; y++)
			memset(&pixels[y][80], (int)(90 + n), 40);
		differed = show() == STILL_DIFFERS;
	}
	assert_true(differed);
}

static void test_darkness_and_small_and_large_frames(void **state)
{
	static uint8_t large[4100 * 4000];
	struct image small = {pixels[0], 5, 3, WIDTH}, big = {large, 4100, 4000, 4100};

	(void)state;
	memset(pixels, 0, sizeof(pixels));
	assert_int_equal(show(), STILL_DIFFERS); /* the light went out */
	memset(pixels, 2, sizeof(pixels));
	assert_int_equal(show(), STILL_AGAIN);
	assert_int_equal(show(), STILL_SAME);
	assert_int_equal(still_frame(&gate, &small, now), STILL_DIFFERS);
	assert_int_equal(still_frame(&gate, &small, now), STILL_AGAIN);
	assert_int_equal(still_frame(&gate, &small, now), STILL_SAME);
	assert_int_equal(still_frame(&gate, &big, now), STILL_DIFFERS);
	for (size_t i = 0; i < sizeof(large) / 2; i++)
		large[i] = i / 64 % 2 ? 255 : 0;
	assert_int_equal(still_frame(&gate, &big, now), STILL_DIFFERS);
	assert_int_equal(still_frame(&gate, &big, now), STILL_AGAIN);
	assert_int_equal(still_frame(&gate, &big, now), STILL_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_the_first_frame_and_another_size_are_looked_at, setup),
		cmocka_unit_test_setup(test_four_blocks_by_more_than_eight_levels_are_a_change,
				       setup),
		cmocka_unit_test_setup(
			test_what_changes_is_more_than_what_half_of_the_picture_differs_by, setup),
		cmocka_unit_test_setup(test_how_white_what_is_blown_out_is_makes_no_change, setup),
		cmocka_unit_test_setup(test_light_that_changes_unevenly_by_a_quarter_is_no_change,
				       setup),
		cmocka_unit_test_setup(test_noise_gain_and_flicker_are_no_change, setup),
		cmocka_unit_test_setup(test_a_very_noisy_sensor_is_no_change_and_a_label_is, setup),
		cmocka_unit_test_setup(
			test_two_lights_of_which_one_flickers_are_no_change_and_a_label_is, setup),
		cmocka_unit_test_setup(test_a_noisy_sensor_is_no_change, setup),
		cmocka_unit_test_setup(test_a_label_wherever_it_is_put_is_a_change, setup),
		cmocka_unit_test_setup(test_an_unchanged_scene_is_looked_at_more_and_more_seldom,
				       setup),
		cmocka_unit_test_setup(test_a_doubt_is_another_look_but_not_for_ever, setup),
		cmocka_unit_test_setup(test_what_never_rests_is_looked_at_as_a_whole_now_and_then,
				       setup),
		cmocka_unit_test_setup(test_what_creeps_is_a_change_at_last, setup),
		cmocka_unit_test_setup(test_darkness_and_small_and_large_frames, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
