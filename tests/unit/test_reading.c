/* test_reading.c - which votes make a label, and which do not (F9); how a text is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/reading.h"
#include <string.h>

static struct reading r;

static void vote(enum reading_symbology s, const char *text, unsigned view, unsigned times)
{
	while (times--)
		reading_vote(&r, s, (const uint8_t *)text, strlen(text), view);
}

static unsigned believed(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r.labels; i++)
		n += reading_accepts(&r, i);
	return n;
}

static void test_what_has_no_check_digit_wants_two_views_F9(void **state)
{
	static const enum reading_symbology weak[] = {READING_CODE39, READING_CODABAR, READING_ITF};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		reading_init(&r, READING_ALL, READING_ITF_8);
		vote(weak[i], "12345678", 3, 3);
		assert_int_equal(believed(), 0);
		assert_true(reading_doubts(&r));
		vote(weak[i], "12345678", 4, 5);
		assert_int_equal(believed(), 1);
		assert_false(reading_doubts(&r));
	}
}

static void test_one_line_is_enough_for_qr_alone(void **state)
{
	(void)state;
	for (unsigned s = 0; s < READING_SYMBOLOGIES; s++) {
		reading_init(&r, READING_ALL, READING_ITF_8);
		vote((enum reading_symbology)s,
		     s == READING_EAN13 ? "4006381333931" : "123456789012", 0, 1);
		assert_int_equal(believed(), s == READING_QR);
	}
}

static void test_short_itf_is_nothing_F9(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(READING_ITF, "1234", 0, 20);
	vote(READING_ITF, "1234", 1, 20);
	assert_int_equal(believed(), 0);
}

static void test_contradiction_is_doubt_F9(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(READING_EAN13, "4006381333931", 0, 3);
	assert_int_equal(believed(), 1);
	vote(READING_EAN13, "4006381333937", 1, 3);
	assert_int_equal(believed(), 0);
	/* two labels in one picture, both clear */
	vote(READING_EAN13, "4006381333931", 1, 9);
	vote(READING_EAN13, "4006381333937", 2, 9);
	assert_int_equal(believed(), 2);
}

static void test_upce_inside_a_code128_F9(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(READING_UPCE, "01234565", 0, 4);
	vote(READING_CODE128, "RAMS0000001Q", 0, 4);
	assert_int_equal(believed(), 1);
	assert_true(reading_accepts(&r, 1));
}

/* What of a cut-off label is a UPC-E by chance is told by few lines. */
static void test_short_retail_codes_want_four_lines_F9(void **state)
{
	static const enum reading_symbology all[] = {READING_UPCE, READING_EAN8};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		reading_init(&r, READING_ALL, READING_ITF_8);
		vote(all[i], "02114600", 25, 2);
		vote(all[i], "02114600", 26, 1);
		assert_int_equal(believed(), 0);
		vote(all[i], "02114600", 26, 1);
		assert_int_equal(believed(), 1);
	}
}

/* Whether so many lines of one view and so many of another make a label. */
static bool is_made(enum reading_symbology s, const char *text, unsigned one, unsigned other)
{
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(s, text, 5, one);
	vote(s, text, 6, other);
	return believed() == 1;
}

static void test_so_much_and_no_less_makes_a_label_F9(void **state)
{
	static const struct {
		enum reading_symbology symbology;
		const char *text;
		unsigned one, two; /* lines: of one view, or of two together */
		const char *shorter;
	} all[] = {
		{READING_CODE128, "R", 2, 2, NULL},
		{READING_CODE93, "R", 2, 2, NULL},
		{READING_CODE39, "RA", 6, 4, "R"},
		{READING_CODABAR, "A1234B", 10, 6, "A123B"},
		{READING_ITF, "12345678", 10, 8, NULL},
		{READING_ITF, "10614141000415", 6, 4, NULL},
		{READING_ITF, "10614141000414", 10, 8, NULL}, /* not its check digit */
		{READING_ITF, "1006141410041500", 10, 8, NULL},
		{READING_EAN13, "4006381333931", 3, 2, "400638133393"},
		{READING_EAN8, "55123457", 4, 4, "5512345"},
		{READING_UPCA, "012345678905", 3, 2, "01234567890"},
		{READING_UPCE, "01234565", 4, 4, "0123456"},
		{READING_QR, "R", 1, 1, NULL},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		enum reading_symbology s = all[i].symbology;
		unsigned one = all[i].one, two = all[i].two;

		if (!is_made(s, all[i].text, one, 0) || is_made(s, all[i].text, one - 1, 0) ||
		    !is_made(s, all[i].text, two - 1, 1) ||
		    (two > 2 && is_made(s, all[i].text, two - 2, 1)) ||
		    (all[i].shorter && is_made(s, all[i].shorter, 99, 99)))
			fail_msg("%s '%s'", reading_name(s), all[i].text);
	}
}

/* The same lines may lie in several places: they are not more for that. */
static void test_places_of_a_view_are_not_added_up_F9(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	for (unsigned i = 0; i < 9; i++) {
		reading_elsewhere(&r);
		vote(READING_EAN13, "4006381333931", 0, 2);
	}
	assert_int_equal(r.label[0].lines, 2);
	assert_int_equal(r.label[0].most, 2);
	assert_int_equal(believed(), 0);
	reading_elsewhere(&r);
	vote(READING_EAN13, "4006381333931", 0, 3);
	assert_int_equal(r.label[0].lines, 3);
	assert_int_equal(believed(), 1);
	vote(READING_EAN13, "4006381333931", 1, 2);
	assert_int_equal(r.label[0].lines, 5);
	assert_int_equal(r.label[0].most, 3);
}

/* Whether one text is believed beside another: each with lines of one view. */
static bool stands(enum reading_symbology s, const char *text, unsigned lines,
		   enum reading_symbology beside, const char *other, unsigned others)
{
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(s, text, 0, lines);
	vote(beside, other, 0, others);
	return reading_accepts(&r, 0);
}

static void test_what_speaks_against_what_F9(void **state)
{
	static const struct {
		enum reading_symbology symbology;
		const char *text;
		unsigned lines;
		enum reading_symbology beside;
		const char *other;
		unsigned most; /* lines of the other that it stands */
	} all[] = {
		/* of its kind: a quarter of few, eight times many */
		{READING_CODE128, "ONE", 4, READING_CODE128, "TWO", 1},
		{READING_CODE128, "ONE", 5, READING_CODE128, "TWO", 1},
		{READING_CODE128, "ONE", 6, READING_CODE128, "TWO", 48},
		{READING_EAN13, "4006381333931", 3, READING_UPCA, "012345678905", 0},
		{READING_UPCA, "012345678905", 5, READING_UPCE, "01234565", 1},
		{READING_UPCE, "01234565", 6, READING_EAN8, "55123457", 48},
		/* one code seen in another: the weaker, with fewer than twelve lines */
		{READING_UPCE, "01234565", 4, READING_CODE128, "ONE", 3},
		{READING_CODE39, "ONE", 11, READING_EAN13, "4006381333931", 10},
		{READING_CODE39, "ONE", 12, READING_EAN13, "4006381333931", 999},
		{READING_CODE39, "ONE", 6, READING_ITF, "12345678", 999},
		{READING_CODE39, "ONE", 6, READING_QR, "TWO", 999},
		{READING_EAN13, "4006381333931", 3, READING_CODE128, "ONE", 999},
		{READING_CODE128, "ONE", 2, READING_CODE93, "ONE", 999},
		{READING_QR, "ONE", 1, READING_QR, "TWO", 999},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!stands(all[i].symbology, all[i].text, all[i].lines, all[i].beside,
			    all[i].other, all[i].most) ||
		    (all[i].most < 999 && stands(all[i].symbology, all[i].text, all[i].lines,
						 all[i].beside, all[i].other, all[i].most + 1)))
			fail_msg("row %u: %s beside %s", i, reading_name(all[i].symbology),
				 reading_name(all[i].beside));
}

static void test_a_text_has_its_bound(void **state)
{
	static uint8_t text[READING_TEXT + 1];

	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	memset(text, 'x', sizeof(text));
	reading_vote(&r, READING_QR, text, READING_TEXT + 1, 0);
	assert_int_equal(r.labels, 0);
	reading_vote(&r, READING_QR, text, READING_TEXT, 0);
	assert_int_equal(r.labels, 1);
	assert_int_equal(believed(), 1);
}

static void test_only_what_is_allowed(void **state)
{
	(void)state;
	reading_init(&r, 1U << READING_QR, READING_ITF_8);
	vote(READING_CODE128, "RAMS0000001Q", 0, 9);
	reading_vote(&r, READING_QR, (const uint8_t *)"", 0, 0);
	assert_int_equal(r.labels, 0);
	vote(READING_QR, "x", READING_VIEWS, 1);
	assert_int_equal(r.labels, 0);
}

/* Guesses, each another one. */
static void crowd(unsigned texts, unsigned lines)
{
	for (unsigned i = 0; i < texts; i++) {
		char text[16];
		struct text t = text_over(text, sizeof(text));

		text_digits(&t, i, 8);
		vote(READING_ITF, text, 1, lines);
	}
}

static void test_a_crowd_does_not_push_out_what_is_believed(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(READING_QR, "RAMS0000001Q", 0, 1);
	crowd(500, 9);
	assert_int_equal(r.labels, READING_LABELS);
	assert_int_equal(believed(), 1);
	assert_true(reading_accepts(&r, 0));
}

/* What had to go may have spoken against what is left. */
static void test_in_a_crowd_few_lines_are_not_believed_F9(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	vote(READING_EAN13, "4006381333931", 0, 5);
	vote(READING_EAN13, "4006381333937", 0, 2);
	vote(READING_CODE128, "RAMS0000001Q", 0, 6);
	vote(READING_QR, "RAMS0000002P", 0, 1);
	crowd(READING_LABELS, 3);
	assert_false(reading_accepts(&r, 0));
	assert_int_equal(r.label[2].symbology, READING_CODE128);
	assert_true(reading_accepts(&r, 2));
	assert_int_equal(believed(), 2);
	reading_begin(&r);
	vote(READING_EAN13, "4006381333931", 0, 5);
	assert_true(reading_accepts(&r, 0));
}

/* Of as many lines the last that came; of what is all believed, too. */
static void test_where_there_is_no_room_the_least_said_goes(void **state)
{
	(void)state;
	reading_init(&r, READING_ALL, READING_ITF_8);
	crowd(READING_LABELS, 1);
	crowd(1, 1);
	vote(READING_CODE128, "RAMS0000001Q", 0, 1);
	assert_int_equal(r.label[READING_LABELS - 1].symbology, READING_CODE128);
	assert_int_equal(r.label[READING_LABELS - 2].symbology, READING_ITF);
	reading_init(&r, READING_ALL, READING_ITF_8);
	for (unsigned i = 0; i <= READING_LABELS; i++) {
		char text[2] = {(char)('0' + i), '\0'};

		vote(READING_QR, text, 0, i == 7 ? 1 : 2);
	}
	assert_int_equal(r.labels, READING_LABELS);
	assert_int_equal(believed(), READING_LABELS);
	assert_int_equal(r.label[7].text[0], '0' + READING_LABELS);
}

static void printed(const char *text, size_t len, const char *expected)
{
	static struct reading_label label;
	char line[128];
	struct text t = text_over(line, sizeof(line));

	label.len = (uint16_t)len;
	memcpy(label.text, text, len);
	reading_print(&label, &t);
	assert_string_equal(line, expected);
}

static void test_print(void **state)
{
	(void)state;
	printed("a\tb\n\x1d\\\x7f", 7, "a\\x09b\\x0a\\x1d\\\\\\x7f");
	printed("\xc3\xa9", 2, "\xc3\xa9");
	printed("\xc3\xa9\xe9", 3, "\\xc3\\xa9\\xe9"); /* no UTF-8: all of it */
}

static void test_aim_identifiers(void **state)
{
	static const char *const aim[READING_SYMBOLOGIES] = {"]C0", "]G0", "]A0", "]F0", "]I0",
							     "]E0", "]E4", "]E0", "]E0", "]Q1"};

	(void)state;
	for (unsigned s = 0; s < READING_SYMBOLOGIES; s++) {
		reading_init(&r, READING_ALL, READING_ITF_8);
		vote((enum reading_symbology)s, "0109506000134352", 0, 1);
		assert_string_equal(reading_aim(&r.label[0]), aim[s]);
		reading_gs1(&r, (enum reading_symbology)s, (const uint8_t *)"another", 7);
		assert_string_equal(reading_aim(&r.label[0]), aim[s]);
		reading_gs1(&r, (enum reading_symbology)s, r.label[0].text, r.label[0].len);
		assert_string_equal(reading_aim(&r.label[0]), s == READING_CODE128 ? "]C1"
							      : s == READING_QR	   ? "]Q3"
										   : aim[s]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_has_no_check_digit_wants_two_views_F9),
		cmocka_unit_test(test_one_line_is_enough_for_qr_alone),
		cmocka_unit_test(test_short_itf_is_nothing_F9),
		cmocka_unit_test(test_contradiction_is_doubt_F9),
		cmocka_unit_test(test_upce_inside_a_code128_F9),
		cmocka_unit_test(test_short_retail_codes_want_four_lines_F9),
		cmocka_unit_test(test_so_much_and_no_less_makes_a_label_F9),
		cmocka_unit_test(test_places_of_a_view_are_not_added_up_F9),
		cmocka_unit_test(test_what_speaks_against_what_F9),
		cmocka_unit_test(test_a_text_has_its_bound),
		cmocka_unit_test(test_only_what_is_allowed),
		cmocka_unit_test(test_a_crowd_does_not_push_out_what_is_believed),
		cmocka_unit_test(test_in_a_crowd_few_lines_are_not_believed_F9),
		cmocka_unit_test(test_where_there_is_no_room_the_least_said_goes),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_aim_identifiers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
