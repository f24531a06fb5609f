/* test_button.c - contact edges to presses: bounces, chords, early presses, stuck buttons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/button.h"
#include "station/moment.h"

static const struct button_rules rules = {.bounce_ms = 30, .stuck_ms = 10000};

static struct button_news edge(struct button_set *set, enum panel_button b, bool down, uint64_t now)
{
	return button_edge(set, &rules, b, down, false, now);
}

static void expect(struct button_news n, enum button_news_kind kind, enum panel_button b)
{
	assert_int_equal(n.kind, kind);
	if (kind != BUTTON_NOTHING)
		assert_int_equal(n.button, b);
}

static void quiet(struct button_news n)
{
	assert_int_equal(n.kind, BUTTON_NOTHING);
}

static uint64_t deadline(const struct button_set *set)
{
	return button_deadline(set, &rules);
}

static void test_counts_on_release_with_its_length(void **state)
{
	struct button_set set = {0};
	struct button_news n;

	(void)state;
	assert_true(deadline(&set) == MOMENT_NEVER);
	quiet(edge(&set, PANEL_FAIL, true, 1000));
	assert_int_equal(deadline(&set), 11000);
	quiet(button_tick(&set, &rules, 1500));
	n = edge(&set, PANEL_FAIL, false, 3000);
	expect(n, BUTTON_PRESSED, PANEL_FAIL);
	assert_int_equal(n.held_ms, 2000);
	quiet(button_tick(&set, &rules, 3001));
	assert_true(deadline(&set) == MOMENT_NEVER);
}

static void test_same_edge_twice_is_nothing(void **state)
{
	struct button_set set = {0};
	struct button_news n;

	(void)state;
	quiet(edge(&set, PANEL_PASS, false, 900));
	quiet(edge(&set, PANEL_PASS, true, 1000));
	quiet(edge(&set, PANEL_PASS, true, 1500));
	n = edge(&set, PANEL_PASS, false, 2000);
	expect(n, BUTTON_PRESSED, PANEL_PASS);
	assert_int_equal(n.held_ms, 1000);
	quiet(edge(&set, PANEL_PASS, false, 2100));
}

static void test_contact_under_30_ms_is_a_bounce(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	quiet(edge(&set, PANEL_PASS, false, 1029));
	assert_int_equal(deadline(&set), 1030);
	quiet(button_tick(&set, &rules, 1029));
	expect(button_tick(&set, &rules, 1030), BUTTON_IGNORED, PANEL_PASS);
	quiet(button_tick(&set, &rules, 1030));
	assert_true(deadline(&set) == MOMENT_NEVER);
	quiet(edge(&set, PANEL_PASS, true, 2000));
	expect(edge(&set, PANEL_PASS, false, 2030), BUTTON_PRESSED, PANEL_PASS);
}

static void test_chatter_at_the_press_is_one_press(void **state)
{
	struct button_set set = {0};
	struct button_news n;

	(void)state;
	for (uint64_t t = 1000; t < 1024; t += 4) {
		quiet(edge(&set, PANEL_PASS, true, t));
		quiet(edge(&set, PANEL_PASS, false, t + 2));
	}
	quiet(edge(&set, PANEL_PASS, true, 1024));
	quiet(button_tick(&set, &rules, 1030));
	n = edge(&set, PANEL_PASS, false, 1100);
	expect(n, BUTTON_PRESSED, PANEL_PASS);
	assert_int_equal(n.held_ms, 100);
}

static void test_chatter_at_the_release_is_nothing(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_PASS, false, 1100), BUTTON_PRESSED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 1105));
	assert_int_equal(deadline(&set), 1130);
	quiet(edge(&set, PANEL_PASS, false, 1110));
	assert_true(deadline(&set) == MOMENT_NEVER);
	quiet(button_tick(&set, &rules, 1130));
	quiet(edge(&set, PANEL_PASS, true, 1130)); /* no bounce any more */
	expect(edge(&set, PANEL_PASS, false, 1200), BUTTON_PRESSED, PANEL_PASS);
}

/* A fast second press closes inside the lock and stays: it counts, from when it closed. */
static void test_press_inside_the_lock_that_stays(void **state)
{
	struct button_set set = {0};
	struct button_news n;

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_PASS, false, 1100), BUTTON_PRESSED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 1110));
	quiet(button_tick(&set, &rules, 1130));
	assert_int_equal(deadline(&set), 11110);
	n = edge(&set, PANEL_PASS, false, 1210);
	expect(n, BUTTON_PRESSED, PANEL_PASS);
	assert_int_equal(n.held_ms, 100);
}

/* What makes a press early is the moment when its contact closed, not when the lock ended. */
static void test_early_press_inside_the_lock_stays_early(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_PASS, false, 1100), BUTTON_PRESSED, PANEL_PASS);
	quiet(button_edge(&set, &rules, PANEL_PASS, true, true, 1110));
	quiet(button_tick(&set, &rules, 1130));
	expect(edge(&set, PANEL_PASS, false, 1210), BUTTON_IGNORED, PANEL_PASS);
}

static void test_early_press_is_told_on_release(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(button_edge(&set, &rules, PANEL_BACK, true, true, 1000));
	expect(edge(&set, PANEL_BACK, false, 1500), BUTTON_IGNORED, PANEL_BACK);
	quiet(edge(&set, PANEL_BACK, true, 2000));
	expect(edge(&set, PANEL_BACK, false, 2500), BUTTON_PRESSED, PANEL_BACK);
}

static void test_lamps_spoil_what_is_down(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	button_spoil(&set);
	expect(edge(&set, PANEL_PASS, false, 1500), BUTTON_IGNORED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 2000));
	expect(edge(&set, PANEL_PASS, false, 2100), BUTTON_PRESSED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 2110)); /* inside the lock */
	button_spoil(&set);
	quiet(button_tick(&set, &rules, 2130));
	expect(edge(&set, PANEL_PASS, false, 2300), BUTTON_IGNORED, PANEL_PASS);
}

/* Every pair, either order of release: one tick, and nothing counts. */
static void test_chord_counts_nothing(void **state)
{
	(void)state;
	for (int a = 0; a < PANEL_BUTTONS; a++) {
		for (int b = 0; b < PANEL_BUTTONS; b++) {
			struct button_set set = {0};
			enum panel_button first = (enum panel_button)a,
					  second = (enum panel_button)b;

			if (a == b)
				continue;
			quiet(edge(&set, first, true, 1000));
			expect(edge(&set, second, true, 1100), BUTTON_IGNORED, second);
			quiet(edge(&set, first, false, 1200));
			quiet(edge(&set, second, false, 1300));
			quiet(edge(&set, first, true, 2000));
			expect(edge(&set, second, true, 2100), BUTTON_IGNORED, second);
			quiet(edge(&set, second, false, 2200));
			quiet(edge(&set, first, false, 2300));
			quiet(edge(&set, first, true, 3000));
			expect(edge(&set, first, false, 3100), BUTTON_PRESSED, first);
		}
	}
}

static void test_third_button_of_a_chord(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_FAIL, true, 1100), BUTTON_IGNORED, PANEL_FAIL);
	quiet(edge(&set, PANEL_FAIL, false, 1200));
	expect(edge(&set, PANEL_BACK, true, 1300), BUTTON_IGNORED, PANEL_BACK);
	quiet(edge(&set, PANEL_PASS, false, 1400));
	quiet(edge(&set, PANEL_BACK, false, 1500));
}

/* A contact that closes inside its lock is a contact all the same: with another it is a chord. */
static void test_chord_with_a_contact_inside_its_lock(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_PASS, false, 1100), BUTTON_PRESSED, PANEL_PASS);
	quiet(edge(&set, PANEL_FAIL, true, 1105));
	expect(edge(&set, PANEL_PASS, true, 1110), BUTTON_IGNORED, PANEL_PASS);
	quiet(edge(&set, PANEL_FAIL, false, 1200));
	(void)button_tick(&set, &rules, 1200);
	assert_int_not_equal(edge(&set, PANEL_PASS, false, 1300).kind, BUTTON_PRESSED);
}

static void test_other_closes_while_one_is_down_inside_its_lock(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_PASS, false, 1100), BUTTON_PRESSED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 1110));
	expect(edge(&set, PANEL_BACK, true, 1120), BUTTON_IGNORED, PANEL_BACK);
	(void)button_tick(&set, &rules, 1130);
	assert_int_not_equal(edge(&set, PANEL_BACK, false, 1200).kind, BUTTON_PRESSED);
	assert_int_not_equal(edge(&set, PANEL_PASS, false, 1300).kind, BUTTON_PRESSED);
}

static void test_stuck_is_told_once_and_freed(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_BACK, true, 1000));
	quiet(button_tick(&set, &rules, 10999));
	expect(button_tick(&set, &rules, 11000), BUTTON_JAMMED, PANEL_BACK);
	quiet(button_tick(&set, &rules, 11000));
	assert_true(deadline(&set) == MOMENT_NEVER);
	expect(edge(&set, PANEL_BACK, false, 90000), BUTTON_FREED, PANEL_BACK);
	quiet(edge(&set, PANEL_BACK, true, 91000));
	expect(edge(&set, PANEL_BACK, false, 91100), BUTTON_PRESSED, PANEL_BACK);
}

static void test_others_work_beside_a_stuck_one(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_BACK, true, 1000));
	expect(button_tick(&set, &rules, 11000), BUTTON_JAMMED, PANEL_BACK);
	quiet(edge(&set, PANEL_PASS, true, 12000));
	expect(edge(&set, PANEL_PASS, false, 12100), BUTTON_PRESSED, PANEL_PASS);
	button_spoil(&set);
	expect(edge(&set, PANEL_BACK, false, 13000), BUTTON_FREED, PANEL_BACK);
}

/* A button that hangs from before the start: the others count from the first press on. */
static void test_found_down_it_is_left_out_at_once(void **state)
{
	struct button_set set = {0};

	(void)state;
	button_found(&set, PANEL_BACK, 1000);
	assert_int_equal(deadline(&set), 11000);
	quiet(edge(&set, PANEL_PASS, true, 1500));
	expect(edge(&set, PANEL_PASS, false, 1600), BUTTON_PRESSED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 2000)); /* two of the others are a chord still */
	expect(edge(&set, PANEL_FAIL, true, 2050), BUTTON_IGNORED, PANEL_FAIL);
	quiet(edge(&set, PANEL_FAIL, false, 2200));
	quiet(edge(&set, PANEL_PASS, false, 2200));
	expect(button_tick(&set, &rules, 11000), BUTTON_JAMMED, PANEL_BACK);
	button_found(&set, PANEL_BACK, 11500); /* known already */
	expect(edge(&set, PANEL_BACK, false, 12000), BUTTON_FREED, PANEL_BACK);
	quiet(edge(&set, PANEL_BACK, true, 13000));
	expect(edge(&set, PANEL_PASS, true, 13050), BUTTON_IGNORED, PANEL_PASS); /* a chord */
}

static void test_found_down_and_let_go_is_no_press(void **state)
{
	struct button_set set = {0};

	(void)state;
	button_found(&set, PANEL_PASS, 1000);
	expect(edge(&set, PANEL_PASS, false, 3000), BUTTON_IGNORED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 4000));
	expect(edge(&set, PANEL_FAIL, true, 4050), BUTTON_IGNORED, PANEL_FAIL);
	set = (struct button_set){0};
	button_found(&set, PANEL_PASS, 1000);
	quiet(edge(&set, PANEL_PASS, false, 1010)); /* perhaps a bounce */
	expect(button_tick(&set, &rules, 1030), BUTTON_IGNORED, PANEL_PASS);
	quiet(edge(&set, PANEL_PASS, true, 4000));
	expect(edge(&set, PANEL_FAIL, true, 4050), BUTTON_IGNORED, PANEL_FAIL);
}

/* Both of a chord held for ever: each is stuck in its turn. */
static void test_chord_held_gets_stuck(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_PASS, true, 1000));
	expect(edge(&set, PANEL_FAIL, true, 1500), BUTTON_IGNORED, PANEL_FAIL);
	assert_int_equal(deadline(&set), 11000);
	expect(button_tick(&set, &rules, 11000), BUTTON_JAMMED, PANEL_PASS);
	assert_int_equal(deadline(&set), 11500);
	expect(button_tick(&set, &rules, 11500), BUTTON_JAMMED, PANEL_FAIL);
	expect(edge(&set, PANEL_FAIL, false, 12000), BUTTON_FREED, PANEL_FAIL);
	expect(edge(&set, PANEL_PASS, false, 12000), BUTTON_FREED, PANEL_PASS);
}

/* Of two that closed together one lets go at once; the other was inside its lock and stays. The
 * loop comes late. */
static void test_chord_spoils_the_one_that_waits_for_its_lock(void **state)
{
	struct button_set set = {0};

	(void)state;
	quiet(edge(&set, PANEL_BACK, true, 1000));
	expect(edge(&set, PANEL_BACK, false, 1100), BUTTON_PRESSED, PANEL_BACK);
	quiet(edge(&set, PANEL_BACK, true, 1110));
	expect(edge(&set, PANEL_FAIL, true, 1112), BUTTON_IGNORED, PANEL_FAIL);
	quiet(edge(&set, PANEL_FAIL, false, 1128));
	quiet(button_tick(&set, &rules, 1200));
	expect(edge(&set, PANEL_BACK, false, 1300), BUTTON_IGNORED, PANEL_BACK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_on_release_with_its_length),
		cmocka_unit_test(test_same_edge_twice_is_nothing),
		cmocka_unit_test(test_contact_under_30_ms_is_a_bounce),
		cmocka_unit_test(test_chatter_at_the_press_is_one_press),
		cmocka_unit_test(test_chatter_at_the_release_is_nothing),
		cmocka_unit_test(test_press_inside_the_lock_that_stays),
		cmocka_unit_test(test_early_press_inside_the_lock_stays_early),
		cmocka_unit_test(test_early_press_is_told_on_release),
		cmocka_unit_test(test_lamps_spoil_what_is_down),
		cmocka_unit_test(test_chord_counts_nothing),
		cmocka_unit_test(test_third_button_of_a_chord),
		cmocka_unit_test(test_chord_with_a_contact_inside_its_lock),
		cmocka_unit_test(test_other_closes_while_one_is_down_inside_its_lock),
		cmocka_unit_test(test_stuck_is_told_once_and_freed),
		cmocka_unit_test(test_others_work_beside_a_stuck_one),
		cmocka_unit_test(test_chord_held_gets_stuck),
		cmocka_unit_test(test_chord_spoils_the_one_that_waits_for_its_lock),
		cmocka_unit_test(test_found_down_it_is_left_out_at_once),
		cmocka_unit_test(test_found_down_and_let_go_is_no_press),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
