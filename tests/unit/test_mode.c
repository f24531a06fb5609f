/* test_mode.c - which of a camera's modes is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/mode.h"

#define MODES 6

/* Of each row the first mode is the best, in whatever order they are told. */
static const struct {
	const char *why;
	uint32_t width, height; /* wanted */
	struct mode modes[MODES];
} rows[] = {
	{"grey costs least",
	 640,
	 480,
	 {{MODE_GREY, 640, 480, 15000},
	  {MODE_NV12, 640, 480, 15000},
	  {MODE_YUYV, 640, 480, 15000},
	  {MODE_MJPEG, 640, 480, 15000}}},
	{"no larger than labels need",
	 1280,
	 720,
	 {{MODE_YUYV, 1280, 720, 10000},
	  {MODE_YUYV, 1920, 1080, 10000},
	  {MODE_MJPEG, 1280, 720, 30000},
	  {MODE_MJPEG, 1920, 1080, 30000},
	  {MODE_GREY, 640, 480, 15000}}},
	{"YUYV that USB 2 makes too slow gives way to JPEG",
	 1280,
	 720,
	 {{MODE_MJPEG, 1280, 720, 30000},
	  {MODE_YUYV, 1280, 720, 9000},
	  {MODE_YUYV, 1280, 960, 7500},
	  {MODE_YUYV, 640, 480, 30000}}},
	{"of one size the frames that are wanted, not twice as many",
	 640,
	 480,
	 {{MODE_YUYV, 640, 480, 15000},
	  {MODE_YUYV, 640, 480, 30000},
	  {MODE_GREY, 640, 480, 30000}}},
	{"nor fewer",
	 640,
	 480,
	 {{MODE_YUYV, 640, 480, 15000},
	  {MODE_YUYV, 640, 480, 10000},
	  {MODE_YUYV, 640, 480, 12000}}},
	{"a small camera: its largest",
	 1280,
	 720,
	 {{MODE_YUYV, 800, 600, 20000},
	  {MODE_GREY, 640, 480, 20000},
	  {MODE_GREY, 320, 240, 60000}}},
	{"all slow: the fastest of those that are large enough",
	 1280,
	 720,
	 {{MODE_MJPEG, 1280, 720, 5000},
	  {MODE_GREY, 1280, 720, 2000},
	  {MODE_YUYV, 640, 480, 30000}}},
	{"a rate that is not told is believed to be fine",
	 640,
	 480,
	 {{MODE_GREY, 640, 480, 0}, {MODE_GREY, 640, 480, 9000}, {MODE_YUYV, 640, 480, 15000}}},
	{"wide enough and not high enough is not enough",
	 640,
	 480,
	 {{MODE_YUYV, 640, 480, 15000}, {MODE_GREY, 1280, 400, 15000}}},
};

static void test_the_best_is_the_same_in_any_order(void **state)
{
	(void)state;
	for (unsigned r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		const struct mode *m = rows[r].modes;
		unsigned n = 0;

		while (n < MODES && m[n].width)
			n++;
		for (unsigned i = 1; i < n; i++) {
			if (!mode_is_better(&m[0], &m[i], rows[r].width, rows[r].height) ||
			    mode_is_better(&m[i], &m[0], rows[r].width, rows[r].height))
				fail_msg("%s: mode %u", rows[r].why, i);
		}
	}
}

static void test_nonsense_is_never_chosen(void **state)
{
	static const struct mode bad[] = {
		{MODE_GREY, 0, 480, 0},	    {MODE_GREY, 640, 0, 0},
		{MODE_GREY, 15, 480, 0},    {MODE_GREY, 640, 4097, 0},
		{MODE_GREY, 4096, 4096, 0}, {MODE_GREY, UINT32_MAX, 2, 0},
		{MODE_PIXELS, 640, 480, 0}, {MODE_GREY, 65536, 65536, 0},
	};
	static const struct mode good = {MODE_MJPEG, 2560, 1440, 0};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mode_is_sound(&bad[i]));
	assert_true(mode_is_sound(&good));
}

static void test_ranges(void **state)
{
	static const struct {
		struct mode_range range;
		uint32_t wanted, is;
	} all[] = {
		{{48, 1920, 16}, 640, 640},
		{{48, 1920, 16}, 641, 656},
		{{48, 1920, 16}, 4000, 1920},
		{{48, 1920, 16}, 1, 48},
		{{48, 1919, 16}, 1919, 1904},
		{{1, 8192, 0}, 1280, 1280},
		{{0, 1920, 16}, 640, 0},
		{{640, 320, 16}, 640, 0},
		{{UINT32_MAX - 1, UINT32_MAX, UINT32_MAX}, UINT32_MAX, UINT32_MAX - 1},
		{{1, UINT32_MAX, UINT32_MAX}, 2, 1},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(mode_within(&all[i].range, all[i].wanted), all[i].is);
}

static void test_rates(void **state)
{
	(void)state;
	assert_int_equal(mode_rate(1, 15), 15000);
	assert_int_equal(mode_rate(333333, 10000000), 30000);
	assert_int_equal(mode_rate(1001, 30000), 29970);
	assert_int_equal(mode_rate(0, 30), 0);
	assert_int_equal(mode_rate(30, 0), 0);
	assert_int_equal(mode_rate(1, UINT32_MAX), UINT32_MAX);
	assert_string_equal(mode_name(MODE_MJPEG), "MJPEG");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_best_is_the_same_in_any_order),
		cmocka_unit_test(test_nonsense_is_never_chosen),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_rates),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
