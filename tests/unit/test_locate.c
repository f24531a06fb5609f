/* test_locate.c - bars are found where they are and as they lie, in noise too; what changes in
 * every direction, or in none, is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/locate.h"
#include <math.h>
#include <string.h>

#define WIDTH  640
#define HEIGHT 480

static uint8_t pixels[WIDTH * HEIGHT];
static const struct image image = {pixels, WIDTH, HEIGHT, WIDTH};
static struct locate found;

static void noise(int levels)
{
	srand(3);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)(120 + (levels ? rand() % (2 * levels) - levels : 0));
}

/* Bars of 2 to 6 pixels, `contrast` levels darker and lighter than what was there. */
static void bars(double x, double y, double angle, double length, double height, int contrast)
{
	for (int v = 0; v < HEIGHT; v++)
		for (int u = 0; u < WIDTH; u++) {
			double along = (u - x) * cos(angle) + (v - y) * sin(angle);
			double across = (v - y) * cos(angle) - (u - x) * sin(angle);
			int bar = (int)((along + 1000) / 2);

			if (fabs(along) <= length / 2 && fabs(across) <= height / 2)
				pixels[v * WIDTH + u] =
					(uint8_t)(pixels[v * WIDTH + u] +
						  (bar % 5 < 2 || bar % 7 == 3 ? -contrast
									       : contrast));
		}
}

/* Whether a part covers bars there, and little more than their quiet zones. */
static bool covers(const struct comb_part *p, double x, double y, unsigned angle, double length,
		   double height)
{
	double turn = p->angle * acos(-1) / COMB_ANGLES;
	double along = (x - (WIDTH - 1) / 2) * cos(turn) + (y - (HEIGHT - 1) / 2) * sin(turn);
	double across = (y - (HEIGHT - 1) / 2) * cos(turn) - (x - (WIDTH - 1) / 2) * sin(turn);
	unsigned off = (p->angle + COMB_ANGLES - angle) % COMB_ANGLES;

	return (off <= 1 || off == COMB_ANGLES - 1) && p->from <= along - length / 2 - length / 5 &&
	       p->to >= along + length / 2 + length / 5 && p->upper <= across - height / 2 + 6 &&
	       p->lower >= across + height / 2 - 6 && p->to - p->from < 2 * length + 100 &&
	       p->lower - p->upper < height + 56;
}

static void found_at(double x, double y, unsigned angle)
{
	noise(10);
	bars(x, y, angle * acos(-1) / COMB_ANGLES, 170, 60, 40);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 1);
	if (!covers(&found.part[0], x, y, angle, 170, 60))
		fail_msg("at angle %u: angle %u, %d..%d, %d..%d", angle, found.part[0].angle,
			 found.part[0].from, found.part[0].to, found.part[0].upper,
			 found.part[0].lower);
}

/* Far from the middle, too, where a small turn is a long way. */
static void test_bars_are_found_however_they_lie(void **state)
{
	(void)state;
	for (unsigned angle = 0; angle < COMB_ANGLES; angle++) {
		found_at(300, 200, angle);
		found_at(110, 110, angle);
		found_at(540, 380, angle);
	}
}

static void test_bars_in_noise(void **state)
{
	(void)state;
	noise(30);
	bars(320, 240, 0.4, 220, 70, 25);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 1);
	assert_true(covers(&found.part[0], 320, 240, 8, 220, 70));
}

static void test_the_strongest_come_first(void **state)
{
	(void)state;
	noise(4);
	bars(150, 100, 0, 160, 50, 30);
	bars(450, 350, acos(0), 160, 50, 80);
	bars(150, 350, acos(0) / 2, 120, 50, 50);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 3);
	assert_true(covers(&found.part[0], 450, 350, 32, 160, 50));
	assert_true(covers(&found.part[1], 150, 350, 16, 120, 50));
	assert_true(covers(&found.part[2], 150, 100, 0, 160, 50));
}

static void test_no_more_than_are_kept(void **state)
{
	(void)state;
	noise(0);
	for (int i = 0; i < LOCATE_PARTS + 4; i++)
		bars(60 + i % 5 * 125, 60 + i / 5 * 110, i % 2 * acos(0), 70, 40, 60);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, LOCATE_PARTS);
}

static void test_nothing_where_there_are_no_bars(void **state)
{
	(void)state;
	noise(0);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 0);
	noise(100);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 0);
	for (int v = 0; v < HEIGHT; v += 4) /* as in a QR code */
		for (int u = 0; u < WIDTH; u += 4)
			for (int k = 0, light = rand() / 64 % 2 ? 200 : 30; k < 16; k++)
				pixels[(v + k / 4) * WIDTH + u + k % 4] = (uint8_t)light;
	locate_bars(&found, &image);
	for (uint32_t i = 0; i < found.parts; i++) /* by chance a few cells */
		assert_in_range(found.part[i].lower - found.part[i].upper, 0, 80);
	assert_true(found.parts < 5);
}

/* Of every size, to the last pixel of memory that is the image's. */
static void test_sizes(void **state)
{
	static const uint32_t sizes[][2] = {
		{1, 1},	   {1, 9},    {9, 1},	  {2, 2},	    {8, 8},	      {9, 9},
		{17, 300}, {300, 17}, {3001, 11}, {IMAGE_SIDE, 40}, {40, IMAGE_SIDE}, {2500, 2400}};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = (size_t)sizes[i][0] * sizes[i][1];
		uint8_t *own = malloc(size);
		struct image im = {own, sizes[i][0], sizes[i][1], sizes[i][0]};

		assert_non_null(own);
		for (size_t k = 0; k < size; k++)
			own[k] = k % im.width / 3 % 2 ? 255 : 0;
		locate_bars(&found, &im);
		assert_int_equal(found.parts, (im.width - 1) / 8 * ((im.height - 1) / 8) >= 8);
		assert_true(found.columns * found.rows <= LOCATE_CELLS);
		free(own);
	}
}

/* A part has one direction, although cells of another one touch it. */
static void test_bars_that_touch_others_aslant_are_two_parts(void **state)
{
	const unsigned aslant = COMB_ANGLES / 6; /* 30 degrees */

	(void)state;
	noise(0);
	bars(200, 240, 0, 160, 60, 40);
	bars(350, 240, aslant * acos(-1) / COMB_ANGLES, 160, 60, 40);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 2);
	assert_true(found.part[0].angle != found.part[1].angle);
}

/* What a sensor's own noise may be is no bar. */
static void test_what_is_too_faint_is_no_bar(void **state)
{
	(void)state;
	noise(0);
	bars(300, 200, 0, 170, 60, 1);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 0);
	bars(300, 200, 0, 170, 60, 5);
	locate_bars(&found, &image);
	assert_int_equal(found.parts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bars_are_found_however_they_lie),
		cmocka_unit_test(test_bars_in_noise),
		cmocka_unit_test(test_the_strongest_come_first),
		cmocka_unit_test(test_no_more_than_are_kept),
		cmocka_unit_test(test_nothing_where_there_are_no_bars),
		cmocka_unit_test(test_bars_that_touch_others_aslant_are_two_parts),
		cmocka_unit_test(test_what_is_too_faint_is_no_bar),
		cmocka_unit_test(test_sizes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
