/* test_panel.c - every name of the panel comes back, and every lamp blinks in the rhythm that
 * panel.h tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/panel.h"
#include <string.h>

/* A rhythm as panel.h writes it, drawn: one character for 50 ms, # lit. */
static const char *const drawn[PANEL_PATTERNS] = {
	[PANEL_OFF] = "-",
	[PANEL_ON] = "#",
	[PANEL_SLOW] = "####################--------------------",
	[PANEL_FAST] = "#####-----",
	[PANEL_DOUBLE] = "###---###-------------------------------",
	[PANEL_TRIPLE] = "###---###---###-------------------------",
	[PANEL_ALTERNATE] = "##########----------",
	[PANEL_ALTERNATE2] = "----------##########",
	[PANEL_RUN1] = "######------------",
	[PANEL_RUN2] = "------######------",
	[PANEL_RUN3] = "------------######",
	[PANEL_FLICKER] = "#-",
};

static bool drawn_lit(enum panel_pattern p, uint64_t ms)
{
	return drawn[p][ms / 50 % strlen(drawn[p])] == '#';
}

static void test_lamps_are_lit_as_drawn_F12(void **state)
{
	(void)state;
	for (unsigned p = 0; p < PANEL_PATTERNS; p++)
		for (uint64_t ms = 0; ms < 6100; ms++)
			if (panel_lit((enum panel_pattern)p, ms) !=
			    drawn_lit((enum panel_pattern)p, ms))
				fail_msg("%s at %u ms", panel_pattern_name((enum panel_pattern)p),
					 (unsigned)ms);
}

static void test_next_change_is_the_next_change(void **state)
{
	(void)state;
	for (unsigned i = PANEL_SLOW; i < PANEL_PATTERNS; i++) {
		enum panel_pattern p = (enum panel_pattern)i;

		for (uint64_t ms = 0; ms < 4100; ms++) {
			uint32_t next = panel_next_change(p, ms);
			uint32_t want = 1;

			while (drawn_lit(p, ms + want) == drawn_lit(p, ms))
				want++;
			assert_int_equal(next, want);
		}
	}
}

static void test_steady_lamps_never_change(void **state)
{
	(void)state;
	assert_int_equal(panel_next_change(PANEL_OFF, 12345), 0);
	assert_int_equal(panel_next_change(PANEL_ON, 12345), 0);
	assert_false(panel_lit(PANEL_OFF, UINT64_MAX));
	assert_true(panel_lit(PANEL_ON, UINT64_MAX));
}

static void test_a_lamp_on_for_years_keeps_its_rhythm(void **state)
{
	(void)state;
	for (unsigned p = 0; p < PANEL_PATTERNS; p++) {
		size_t round = strlen(drawn[p]) * 50;
		uint64_t late = UINT64_MAX - UINT64_MAX % round - round;

		for (uint64_t ms = 0; ms < round; ms++)
			assert_int_equal(panel_lit((enum panel_pattern)p, late + ms),
					 drawn_lit((enum panel_pattern)p, ms));
	}
}

static void test_run_moves_left_to_right_one_at_a_time(void **state)
{
	(void)state;
	for (uint64_t ms = 0; ms < 1800; ms++)
		assert_int_equal(panel_lit(PANEL_RUN1, ms) + panel_lit(PANEL_RUN2, ms) +
					 panel_lit(PANEL_RUN3, ms),
				 1);
	for (uint64_t ms = 0; ms < 2000; ms++)
		assert_true(panel_lit(PANEL_ALTERNATE, ms) != panel_lit(PANEL_ALTERNATE2, ms));
}

/* What people can tell apart must look different: no two rhythms are one. */
static void test_rhythms_differ_F12(void **state)
{
	(void)state;
	for (unsigned a = 0; a < PANEL_PATTERNS; a++) {
		for (unsigned b = a + 1; b < PANEL_PATTERNS; b++) {
			unsigned differ = 0;

			for (uint64_t ms = 0; ms < 18000; ms++)
				differ += panel_lit((enum panel_pattern)a, ms) !=
					  panel_lit((enum panel_pattern)b, ms);
			assert_true(differ > 0);
		}
	}
}

static void test_names_come_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PANEL_BUTTONS; i++)
		assert_int_equal(panel_button_find(panel_button_name((enum panel_button)i)), i);
	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		assert_int_equal(panel_lamp_find(panel_lamp_name((enum panel_lamp)i)), i);
	for (unsigned i = 0; i < PANEL_PATTERNS; i++)
		assert_int_equal(panel_pattern_find(panel_pattern_name((enum panel_pattern)i)), i);
	for (unsigned i = 0; i < PANEL_TONES; i++)
		assert_int_equal(panel_tone_find(panel_tone_name((enum panel_tone)i)), i);
	assert_string_equal(panel_button_name(PANEL_BACK), "back");
	assert_string_equal(panel_lamp_name(PANEL_LAMP_ACCESSORIES), "accessories");
	assert_string_equal(panel_pattern_name(PANEL_ALTERNATE2), "alternate2");
	assert_string_equal(panel_tone_name(PANEL_TONE_WRONG_LABEL), "wrong-label");
}

static void test_other_names_are_not_found(void **state)
{
	static const char *const bad[] = {"",	   "PASS",  "pas",
					  "passs", "pass ", "a-name-longer-than-any-of-ours"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(panel_button_find(bad[i]), PANEL_BUTTONS);
		assert_int_equal(panel_lamp_find(bad[i]), PANEL_LAMPS);
		assert_int_equal(panel_pattern_find(bad[i]), PANEL_PATTERNS);
		assert_int_equal(panel_tone_find(bad[i]), PANEL_TONES);
	}
	assert_string_equal(panel_button_name(PANEL_BUTTONS), "");
	assert_string_equal(panel_lamp_name(PANEL_LAMPS), "");
	assert_string_equal(panel_pattern_name(PANEL_PATTERNS), "");
	assert_string_equal(panel_tone_name(PANEL_TONES), "");
	assert_false(panel_lit(PANEL_PATTERNS, 0));
	assert_int_equal(panel_next_change(PANEL_PATTERNS, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lamps_are_lit_as_drawn_F12),
		cmocka_unit_test(test_next_change_is_the_next_change),
		cmocka_unit_test(test_steady_lamps_never_change),
		cmocka_unit_test(test_a_lamp_on_for_years_keeps_its_rhythm),
		cmocka_unit_test(test_run_moves_left_to_right_one_at_a_time),
		cmocka_unit_test(test_rhythms_differ_F12),
		cmocka_unit_test(test_names_come_back),
		cmocka_unit_test(test_other_names_are_not_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
