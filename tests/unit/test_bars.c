/* test_bars.c - widths are read and judged as their codes' standards say: characters, FNC4, GS,
 * checks, quiet zones, ink, tilt; and what blur makes of a digit is refused (F9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/bars.h"
#include "station/edges.h"
#include <string.h>

#define MODULE 100

struct line {
	uint32_t w[512];
	size_t n;
};

/* Digits are widths in modules. */
static void put(struct line *l, const char *widths)
{
	for (; *widths; widths++)
		l->w[l->n++] = (uint32_t)(*widths - '0') * MODULE;
}

/* "Aé": start B, A, FNC4, i (0xe9 - 0x80), check. */
static const char *const latin[] = {"211214", "111323", "114131", "142112", NULL};

static void start(struct line *l)
{
	l->n = 0;
	l->w[l->n++] = 20 * MODULE;
}

static void mirror(struct line *l)
{
	for (size_t i = 0; i < l->n / 2; i++) {
		uint32_t w = l->w[i];

		l->w[i] = l->w[l->n - 1 - i];
		l->w[l->n - 1 - i] = w;
	}
}

/* Start, values, check and stop: all patterns come from the caller. */
static void code128(struct line *l, const char *const *patterns, const char *check)
{
	start(l);
	for (; *patterns; patterns++)
		put(l, *patterns);
	put(l, check);
	put(l, "2331112");
}

static const char *const ab[] = {"211214", "111323", "131123", NULL}; /* start B, A, B */
#define AB_CHECK "411131" /* (104 + 33 + 2 * 34) % 103 */

static void test_code128_is_read_both_ways(void **state)
{
	struct bars_code128 out;
	struct line l;

	(void)state;
	code128(&l, ab, AB_CHECK);
	assert_true(bars_code128_read(l.w, l.n, &out));
	assert_int_equal(out.len, 2);
	assert_memory_equal(out.text, "AB", 2);
	assert_int_equal(out.off, 0);
	l.w[l.n++] = 20 * MODULE;
	assert_true(bars_code128_read(l.w, l.n, &out)); /* one more width has come since */
	mirror(&l);
	assert_true(bars_code128_read(l.w, l.n - 1, &out));
	assert_memory_equal(out.text, "AB", 2);
}

static void test_code128_check_and_quiet(void **state)
{
	struct bars_code128 out;
	struct line l;

	(void)state;
	code128(&l, ab, "111323");
	assert_false(bars_code128_read(l.w, l.n, &out));
	code128(&l, ab, AB_CHECK);
	memmove(l.w + 2, l.w, l.n * sizeof(l.w[0])); /* something else stands right before it */
	l.n += 2;
	l.w[0] = 30 * MODULE;
	l.w[1] = MODULE;
	l.w[2] = 4 * MODULE;
	assert_false(bars_code128_read(l.w, l.n, &out));
	l.w[2] = 6 * MODULE;
	assert_true(bars_code128_read(l.w, l.n, &out));
}

static void test_code128_FNC4_makes_latin(void **state)
{
	struct bars_code128 out;
	struct line l;

	(void)state;
	/* 104 + 33 + 2 * 100 + 3 * 73 = 556, % 103 = 41 */
	code128(&l, latin, "231311");
	assert_true(bars_code128_read(l.w, l.n, &out));
	assert_int_equal(out.len, 3);
	assert_memory_equal(out.text, "A\xc3\xa9", 3);
}

static void test_code128_keeps_the_separator_F7(void **state)
{
	/* start C, FNC1, 42, FNC1, 17: 105 + 102 + 2*42 + 3*102 + 4*17 = 665, % 103 = 47 */
	static const char *const gs1[] = {"211232", "411131", "112133", "411131", "123221", NULL};
	struct bars_code128 out;
	struct line l;

	(void)state;
	code128(&l, gs1, "133121");
	assert_true(bars_code128_read(l.w, l.n, &out));
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.text,
			    "42\x1d"
			    "17",
			    5);
}

/* 4006381333931: the 4 before it makes the parities of the left half LGLLGG. */
static void test_retail_fits_itself(void **state)
{
	struct line l;

	(void)state;
	start(&l);
	put(&l, "111"
		"3211"
		"1123"
		"1114"
		"1411"
		"3121"
		"1222"
		"11111"
		"1411"
		"1411"
		"1411"
		"3112"
		"1411"
		"2221"
		"111");
	assert_int_equal(bars_retail(l.w, l.n, "4006381333931", 13, false), 0);
	mirror(&l);
	l.n--; /* the quiet zone behind has not come yet */
	assert_int_equal(bars_retail(l.w, l.n, "4006381333931", 13, false), 0);
	assert_true(bars_retail(l.w, l.n, "4006381333930", 13, false) > 40);
	assert_int_equal(bars_retail(l.w, 20, "4006381333931", 13, false), BARS_NO);
	assert_int_equal(bars_retail(l.w, l.n, "40063813339x1", 13, false), BARS_NO);
	assert_int_equal(bars_retail(l.w, l.n, "", 0, false), BARS_NO);
}

static void test_ink_and_tilt_are_no_misfit(void **state)
{
	struct line l;

	(void)state;
	start(&l);
	put(&l, "111"
		"3211"
		"1123"
		"1114"
		"1411"
		"3121"
		"1222"
		"11111"
		"1411"
		"1411"
		"1411"
		"3112"
		"1411"
		"2221"
		"111");
	for (size_t i = 1; i < l.n; i++) {
		l.w[i] += i % 2 ? 30 : (uint32_t)-30;	     /* the ink has spread */
		l.w[i] = l.w[i] * (uint32_t)(400 + i) / 400; /* and it lies aslant */
	}
	assert_true(bars_retail(l.w, l.n, "4006381333931", 13, false) < 20);
}

static void test_a_1_is_no_7_F9(void **state)
{
	struct line l;

	(void)state;
	start(&l); /* ...1 at the end of the left half is 2221, 7 is 1312 */
	put(&l, "111"
		"3211"
		"1123"
		"1114"
		"1411"
		"3121"
		"1222"
		"11111"
		"1411"
		"1411"
		"1411"
		"3112"
		"1411"
		"1312"
		"111");
	assert_true(bars_retail(l.w, l.n, "4006381333931", 13, false) >= 64 * 3 / 4);
	assert_int_equal(bars_retail(l.w, l.n, "4006381333937", 13, false), 0);
}

/* "12": start 1111, then 1 = wnnnw in bars, 2 = nwnnw in spaces; wide is 3; stop 311. */
static void test_itf_wants_quiet_on_both_sides_F9(void **state)
{
	struct line l;

	(void)state;
	start(&l);
	put(&l, "1111"
		"3113111133"
		"311");
	l.w[l.n++] = 20 * MODULE;
	assert_int_equal(bars_itf(l.w, l.n, "12", 2), 0);
	assert_true(bars_itf(l.w, l.n, "13", 2) > 64);
	assert_int_equal(bars_itf(l.w, l.n, "1", 1), BARS_NO);
	l.w[l.n - 1] = 3 * MODULE; /* a part of a longer one */
	assert_int_equal(bars_itf(l.w, l.n, "12", 2), BARS_NO);
	l.w[l.n - 1] = 20 * MODULE;
	l.w[0] = 3 * MODULE;
	assert_int_equal(bars_itf(l.w, l.n, "12", 2), BARS_NO);
}

/* --- edges --- */

static void test_edges_between_pixels(void **state)
{
	/* dark from 3.5 to 6.25: the pixel between is a quarter dark */
	static const uint8_t line[] = {200, 200, 200, 110, 20, 20, 155, 200, 200, 200};
	uint32_t width[8];

	(void)state;
	assert_int_equal(edges_find(line, sizeof(line), 5, width, 8), 3);
	assert_in_range(width[0], 2 * EDGES_ONE + 48, 3 * EDGES_ONE + 16);
	assert_in_range(width[0] + width[1], 5 * EDGES_ONE + 16, 6 * EDGES_ONE);
	assert_int_equal(width[0] + width[1] + width[2], sizeof(line) * EDGES_ONE);
}

static void test_edges_begin_light_and_leave_noise_out(void **state)
{
	static const uint8_t dark_first[] = {10, 10, 200, 200, 203, 199, 201, 10, 12, 9, 200, 200};
	static const uint8_t flat[] = {100, 101, 99, 100, 102, 100};
	uint32_t width[2];

	(void)state;
	assert_int_equal(edges_find(dark_first, sizeof(dark_first), 5, width, 2), 2);
	assert_in_range(width[0], 6 * EDGES_ONE, 7 * EDGES_ONE); /* to the first dark after light */
	assert_in_range(width[1], 2 * EDGES_ONE, 4 * EDGES_ONE);
	assert_int_equal(edges_find(flat, sizeof(flat), 5, width, 2), 1);
	assert_int_equal(edges_find(flat, 0, 5, width, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code128_is_read_both_ways),
		cmocka_unit_test(test_code128_check_and_quiet),
		cmocka_unit_test(test_code128_FNC4_makes_latin),
		cmocka_unit_test(test_code128_keeps_the_separator_F7),
		cmocka_unit_test(test_retail_fits_itself),
		cmocka_unit_test(test_ink_and_tilt_are_no_misfit),
		cmocka_unit_test(test_a_1_is_no_7_F9),
		cmocka_unit_test(test_itf_wants_quiet_on_both_sides_F9),
		cmocka_unit_test(test_edges_between_pixels),
		cmocka_unit_test(test_edges_begin_light_and_leave_noise_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
