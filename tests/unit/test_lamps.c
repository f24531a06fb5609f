/* test_lamps.c - the lamps in time: they follow panel_lit, and no change is missed or made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/lamps.h"
#include "station/moment.h"

#define START 123456789u

/* Every lamp another pattern, set at another time. */
static struct lamps motley(unsigned first)
{
	struct lamps l = {0};

	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		lamps_set(&l, (enum panel_lamp)i,
			  (enum panel_pattern)((first + i) % PANEL_PATTERNS), START + 37 * i);
	return l;
}

static void test_waking_only_when_due_sees_every_change(void **state)
{
	(void)state;
	for (unsigned first = 0; first < PANEL_PATTERNS; first++) {
		struct lamps l = motley(first);
		uint64_t now = START + 1000, due = lamps_due(&l, now), wakes = 0, changes = 0;
		uint8_t shown = lamps_lit(&l, now);

		for (; now < START + 21000; now++) {
			uint8_t before = shown;

			if (now == due) {
				shown = lamps_lit(&l, now);
				due = lamps_due(&l, now);
				assert_true(due > now);
				wakes++;
				changes += shown != before;
			}
			assert_int_equal(shown, lamps_lit(&l, now));
		}
		assert_int_equal(wakes, changes); /* no wake-up for nothing */
	}
}

static void test_steady_lamps_wake_nobody(void **state)
{
	struct lamps l = {0};

	(void)state;
	assert_int_equal(lamps_lit(&l, START), 0);
	assert_true(lamps_due(&l, START) == MOMENT_NEVER);
	lamps_set(&l, PANEL_LAMP_LINK, PANEL_ON, START);
	lamps_set(&l, PANEL_LAMP_USAGE, PANEL_ON, START + 5);
	assert_int_equal(lamps_lit(&l, START + 99), 1u << PANEL_LAMP_LINK | 1u << PANEL_LAMP_USAGE);
	assert_true(lamps_due(&l, START + 99) == MOMENT_NEVER);
}

static void test_lamps_set_together_blink_together(void **state)
{
	struct lamps l = {0};

	(void)state;
	lamps_set(&l, PANEL_LAMP_FAIL, PANEL_FAST, START);
	lamps_set(&l, PANEL_LAMP_USAGE, PANEL_FAST, START);
	for (uint64_t now = START; now < START + 5000; now++) {
		uint8_t lit = lamps_lit(&l, now);

		assert_int_equal(lit >> PANEL_LAMP_FAIL & 1, lit >> PANEL_LAMP_USAGE & 1);
	}
}

static void test_a_time_before_the_pattern_is_its_beginning(void **state)
{
	struct lamps l = {0};

	(void)state;
	lamps_set(&l, PANEL_LAMP_PASS, PANEL_FAST, START);
	assert_int_equal(lamps_lit(&l, START - 7), 1u << PANEL_LAMP_PASS);
	assert_int_equal(lamps_due(&l, START - 7), START + 250);
}

static void test_what_is_no_lamp_changes_nothing(void **state)
{
	struct lamps l = {0};

	(void)state;
	lamps_set(&l, PANEL_LAMPS, PANEL_ON, START);
	lamps_set(&l, PANEL_LAMP_PASS, PANEL_PATTERNS, START);
	assert_int_equal(lamps_lit(&l, START), 0);
}

/* A pattern begins when it was set, whatever the others do. */
static void test_each_lamp_keeps_its_own_time(void **state)
{
	(void)state;
	for (unsigned first = 0; first < PANEL_PATTERNS; first++) {
		struct lamps l = motley(first);

		for (uint64_t now = START + 1000; now < START + 9000; now++)
			for (unsigned i = 0; i < PANEL_LAMPS; i++)
				assert_int_equal(lamps_lit(&l, now) >> i & 1,
						 panel_lit(l.pattern[i], now - START - 37 * i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waking_only_when_due_sees_every_change),
		cmocka_unit_test(test_steady_lamps_wake_nobody),
		cmocka_unit_test(test_lamps_set_together_blink_together),
		cmocka_unit_test(test_a_time_before_the_pattern_is_its_beginning),
		cmocka_unit_test(test_what_is_no_lamp_changes_nothing),
		cmocka_unit_test(test_each_lamp_keeps_its_own_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
