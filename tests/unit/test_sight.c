/* test_sight.c - how well the camera sees, on pictures made here: labels of bars on tables, at
 * places that change, sharp and out of focus, dark and blown out, behind a spot and without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/sight.h"
#include <string.h>

#define W     640
#define H     480
#define TIMES 3

static uint8_t pixels[W * H];
static float from[W * H], to[W * H];
static const struct image frame = {pixels, W, H, W};
static struct sight sight;
static uint64_t seed;

static unsigned dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void fill(int x0, int y0, int w, int h, float level)
{
	for (int y = y0 < 0 ? 0 : y0; y < y0 + h && y < H; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x0 + w && x < W; x++)
			from[y * W + x] = level;
}

/* A parcel with a label on a table of its own level. */
static void scene(unsigned n)
{
	int w, h, x, y;

	seed = n * 77u + 5;
	(void)dice(2);
	fill(0, 0, W, H, 90);
	w = 200 + (int)dice(250);
	h = 150 + (int)dice(250);
	x = (int)dice((unsigned)(W - w));
	y = (int)dice((unsigned)(H - h));
	fill(x, y, w, h, (float)(60 + dice(150)));
	x += (int)dice((unsigned)w - 180);
	y += (int)dice((unsigned)h - 100);
	fill(x, y, 180, 100, 225);
	for (int b = 15; b < 160;) {
		int bar = 2 + (int)dice(5);

		fill(x + b, y + 10, bar, 80, 25);
		b += bar + 2 + (int)dice(5);
	}
}

/* exp(-t), nearly, without libm. */
static double bell(double t)
{
	double v = t < 16 ? 1 - t / 16 : 0;

	v *= v;
	v *= v;
	v *= v;
	return v * v;
}

static void blur(double sigma)
{
	int reach = (int)(3 * sigma) + 1;

	for (int pass = 0; sigma > 0 && pass < 2; pass++) {
		for (int i = 0; i < W * H; i++) {
			int x = i % W, y = i / W;
			double sum = 0, all = 0;

			for (int k = -reach; k <= reach; k++) {
				int at = pass ? y + k : x + k, end = pass ? H : W;
				double weight = bell(k * k / (2 * sigma * sigma));

				if (at < 0 || at >= end)
					continue;
				sum += weight * (double)from[pass ? at * W + x : y * W + at];
				all += weight;
			}
			to[i] = (float)(sum / all);
		}
		memcpy(from, to, sizeof(from));
	}
}

/* Light in percent; the camera's noise is of some levels. */
static void take(unsigned light)
{
	for (int i = 0; i < W * H; i++) {
		float v = from[i] * (float)light / 100 + (float)dice(9) - 4;

		pixels[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

/* In front of the lens: it takes so much light away, in percent, in the middle. */
static void spot(int x0, int y0, double radius, unsigned percent)
{
	for (int i = 0; i < W * H; i++) {
		int x = i % W - x0, y = i / W - y0;
		double part = bell((x * x + y * y) / (2 * radius * radius));

		from[i] *= (float)(1 - percent * part / 100);
	}
}

static const struct sight_report *look(unsigned n, double sigma, unsigned light)
{
	sight_init(&sight);
	scene(n);
	blur(sigma);
	take(light);
	for (unsigned i = 0; i < TIMES; i++)
		sight_look(&sight, &frame, i == 0);
	return &sight.report;
}

static void test_sharp_and_blurred(void **state)
{
	static const struct {
		double sigma;
		enum sight_focus focus;
	} all[] = {{0, SIGHT_SHARP},	 {0.8, SIGHT_SHARP},   {1.4, SIGHT_SHARP},
		   {3.2, SIGHT_BLURRED}, {4.5, SIGHT_BLURRED}, {6, SIGHT_BLURRED}};

	(void)state;
	for (unsigned n = 0; n < 4; n++) {
		uint32_t edge = 0;

		for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			const struct sight_report *r = look(n, all[i].sigma, 100);

			if (r->focus != all[i].focus)
				fail_msg("scene %u, %.1f: %u, edge %u", n, all[i].sigma, r->focus,
					 r->edge);
			assert_true(r->edge > edge); /* the worse, the wider */
			edge = r->edge;
			assert_int_equal(r->light, SIGHT_FINE);
		}
	}
}

static void test_an_empty_table_is_not_judged(void **state)
{
	(void)state;
	sight_init(&sight);
	fill(0, 0, W, H, 120);
	take(100);
	for (unsigned i = 0; i < 10; i++)
		sight_look(&sight, &frame, i == 0);
	assert_int_equal(sight.report.focus, SIGHT_FOCUS_UNKNOWN);
	assert_int_equal(sight.report.edge, 0);
	assert_int_equal(sight.report.light, SIGHT_FINE);
}

static void test_an_empty_table_takes_no_verdict_back(void **state)
{
	(void)state;
	(void)look(1, 4, 100);
	fill(0, 0, W, H, 120);
	take(100);
	for (unsigned i = 0; i < 10; i++)
		sight_look(&sight, &frame, i == 0);
	assert_int_equal(sight.report.focus, SIGHT_BLURRED);
}

static void test_dark_and_blown_out(void **state)
{
	(void)state;
	assert_int_equal(look(1, 0.8, 15)->light, SIGHT_TOO_DARK);
	assert_in_range(sight.report.bright, 1, SIGHT_DARK - 1);
	assert_int_equal(look(1, 0.8, 60)->light, SIGHT_FINE);
	assert_int_equal(look(1, 0.8, 100)->light, SIGHT_FINE);
	assert_int_equal(look(1, 0.8, 320)->light, SIGHT_TOO_BRIGHT);
	assert_in_range(sight.report.blown, SIGHT_BLOWN + 1, 100);
}

static void test_one_judgement_is_none(void **state)
{
	(void)state;
	(void)look(1, 0, 100);
	scene(1);
	take(10);
	sight_look(&sight, &frame, false);
	sight_look(&sight, &frame, false);
	assert_int_equal(sight.report.light, SIGHT_FINE);
	scene(1);
	take(100);
	sight_look(&sight, &frame, false);
	scene(1);
	take(10);
	sight_look(&sight, &frame, false);
	sight_look(&sight, &frame, false);
	assert_int_equal(sight.report.light, SIGHT_FINE);
	sight_look(&sight, &frame, false);
	assert_int_equal(sight.report.light, SIGHT_TOO_DARK);
}

/* So many scenes behind a spot; percent 0: none. */
static enum sight_dirt scenes(unsigned n, int x, int y, double radius, unsigned percent)
{
	sight_init(&sight);
	for (unsigned i = 0; i < n; i++) {
		scene(i);
		spot(x, y, radius, percent);
		blur(0.8);
		take(100);
		sight_look(&sight, &frame, true);
	}
	return sight.report.dirt;
}

static void test_a_spot_that_stays_over_scenes(void **state)
{
	static const int places[][2] = {{320, 240}, {200, 300}, {420, 150}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(scenes(30, places[i][0], places[i][1], 25, 45), SIGHT_SPOT);
		assert_in_range(sight.report.spot_x, (unsigned)places[i][0] * 100 / W - 6,
				(unsigned)places[i][0] * 100 / W + 6);
		assert_in_range(sight.report.spot_y, (unsigned)places[i][1] * 100 / H - 6,
				(unsigned)places[i][1] * 100 / H + 6);
	}
	for (unsigned i = 0; i < 40; i++) { /* wiped */
		scene(i + 50);
		take(100);
		sight_look(&sight, &frame, true);
	}
	assert_int_equal(sight.report.dirt, SIGHT_CLEAN);
}

static void test_scenes_without_a_spot(void **state)
{
	(void)state;
	assert_int_equal(scenes(60, 0, 0, 10, 0), SIGHT_CLEAN);
	assert_int_equal(scenes(SIGHT_SCENES - 1, 0, 0, 10, 0), SIGHT_DIRT_UNKNOWN);
}

/* What lies or is printed on the table: sharp, seen for as long as nothing covers it, whatever the
 * lamps do. And the same scene for ever is one scene. */
static void test_marks_on_the_table_are_no_dirt(void **state)
{
	(void)state;
	sight_init(&sight);
	for (unsigned i = 0; i < 60; i++) {
		seed = i + 1;
		fill(0, 0, W, H, 150);
		fill(400, 140, 50, 40, 60);
		fill(200, 300, 30, 30, 40);
		if (i % 3)
			fill((int)dice(300), (int)dice(200), 240, 180, (float)(60 + dice(180)));
		blur(0.8);
		take(60 + dice(60));
		sight_look(&sight, &frame, true);
	}
	assert_int_equal(sight.report.dirt, SIGHT_CLEAN);
	(void)scenes(1, 320, 240, 25, 45);
	for (unsigned i = 0; i < 100; i++)
		sight_look(&sight, &frame, false);
	assert_int_equal(sight.report.dirt, SIGHT_DIRT_UNKNOWN);
}

/* So many scenes behind a film that scatters so much of the light, in percent. */
static enum sight_dirt veiled(unsigned n, double sigma, unsigned percent)
{
	sight_init(&sight);
	for (unsigned i = 0; i < n; i++) {
		scene(i);
		blur(sigma);
		for (int k = 0; k < W * H; k++)
			from[k] += (200 - from[k]) * (float)percent / 100;
		take(100);
		sight_look(&sight, &frame, true);
	}
	return sight.report.dirt;
}

static void test_a_film_over_all_of_the_lens(void **state)
{
	(void)state;
	assert_int_equal(veiled(10, 0.8, 60), SIGHT_FILM);
	assert_int_equal(veiled(SIGHT_SCENES, 0.8, 70), SIGHT_FILM);
	assert_int_equal(veiled(SIGHT_SCENES - 1, 0.8, 70), SIGHT_DIRT_UNKNOWN);
	assert_int_equal(veiled(12, 0.8, 15), SIGHT_CLEAN);
	(void)veiled(SIGHT_SCENES, 0.8, 70);
	for (unsigned i = 0; i < 10; i++) { /* an empty table says nothing */
		fill(0, 0, W, H, 120);
		take(100);
		sight_look(&sight, &frame, true);
	}
	assert_int_equal(sight.report.dirt, SIGHT_FILM);
	scene(3); /* wiped */
	take(100);
	sight_look(&sight, &frame, true);
	assert_int_equal(sight.report.dirt, SIGHT_CLEAN);
}

/* Out of focus, thin ink is grey, too: that is told as what it is. */
static void test_blurred_scenes_tell_of_no_film(void **state)
{
	(void)state;
	assert_int_equal(veiled(SIGHT_SCENES, 4.5, 0), SIGHT_CLEAN);
	assert_int_equal(veiled(SIGHT_SCENES, 4.5, 40), SIGHT_CLEAN);
}

static void test_small_and_odd_frames(void **state)
{
	static const uint32_t sides[][2] = {{1, 1},    {31, 31},   {32, 32},   {127, 24}, {128, 23},
					    {128, 24}, {4096, 16}, {16, 4096}, {641, 479}};
	static uint8_t large[4096 * 480];

	(void)state;
	for (unsigned i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct image small = {large, sides[i][0], sides[i][1], sides[i][0]};

		for (size_t k = 0; k < (size_t)small.width * small.height; k++)
			large[k] = (uint8_t)dice(256);
		for (unsigned k = 0; k < 12; k++)
			sight_look(&sight, &small, true);
		assert_int_not_equal(sight.report.light, SIGHT_LIGHT_UNKNOWN);
	}
}

static const char fine[] = "!640x480 GREY 15/s\tsharp 21\tfine 200 3\tspot 62 31";

static void test_the_line(void **state)
{
	struct sight_line l, other = {{0}, {0}};
	char words[SIGHT_LINE + 1];
	struct text t = text_over(words, sizeof(words));

	(void)state;
	assert_true(sight_line_read(fine, strlen(fine), &l));
	assert_string_equal(l.mode, "640x480 GREY 15/s");
	assert_int_equal(l.report.focus, SIGHT_SHARP);
	assert_int_equal(l.report.edge, 21);
	assert_int_equal(l.report.light, SIGHT_FINE);
	assert_int_equal(l.report.bright, 200);
	assert_int_equal(l.report.blown, 3);
	assert_int_equal(l.report.dirt, SIGHT_SPOT);
	assert_int_equal(l.report.spot_x, 62);
	assert_int_equal(l.report.spot_y, 31);
	sight_line_put(&l, &t);
	assert_string_equal(words, fine);
	other = l;
	other.report.edge = 22;
	assert_true(sight_line_same(&l, &other));
	other.report.focus = SIGHT_BLURRED;
	assert_false(sight_line_same(&l, &other));
}

static void test_what_is_no_line(void **state)
{
	static const char *const bad[] = {
		"",
		"!",
		"!!",
		"640x480\tsharp 21\tfine 200 3\tnone 0 0",
		"!640x480\tsharp 21\tfine 200 3\tnone 0",
		"!640x480\tsharp 21\tfine 200 3\tnone 0 0\t",
		"!640x480\tsharp 21\tfine 200 3\tnone 0 0 ",
		"!640x480\tsharp 21\tfine 200 3\tnone 0 0\n",
		"!640x480\tsharp 321\tfine 200 3\tnone 0 0",
		"!640x480\tsharp 21\tfine 256 3\tnone 0 0",
		"!640x480\tsharp 21\tfine 200 101\tnone 0 0",
		"!640x480\tsharp 21\tfine 200 3\tnone 101 0",
		"!640x480\tsharp -1\tfine 200 3\tnone 0 0",
		"!640x480\tSharp 21\tfine 200 3\tnone 0 0",
		"!640x480\t 21\tfine 200 3\tnone 0 0",
		"!6\x7f\tsharp 21\tfine 200 3\tnone 0 0",
		"!12345678901234567890123456789012\tsharp 21\tfine 200 3\tnone 0 0",
	};
	struct sight_line l = {.mode = "kept"};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (sight_line_read(bad[i], strlen(bad[i]), &l))
			fail_msg("%u: %s", i, bad[i]);
	for (size_t len = 0; len < strlen(fine) - 1; len++) /* "3" is a part of "31" */
		assert_false(sight_line_read(fine, len, &l));
	assert_string_equal(l.mode, "kept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sharp_and_blurred),
		cmocka_unit_test(test_an_empty_table_is_not_judged),
		cmocka_unit_test(test_an_empty_table_takes_no_verdict_back),
		cmocka_unit_test(test_dark_and_blown_out),
		cmocka_unit_test(test_one_judgement_is_none),
		cmocka_unit_test(test_a_spot_that_stays_over_scenes),
		cmocka_unit_test(test_scenes_without_a_spot),
		cmocka_unit_test(test_marks_on_the_table_are_no_dirt),
		cmocka_unit_test(test_a_film_over_all_of_the_lens),
		cmocka_unit_test(test_blurred_scenes_tell_of_no_film),
		cmocka_unit_test(test_small_and_odd_frames),
		cmocka_unit_test(test_the_line),
		cmocka_unit_test(test_what_is_no_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
