/* test_clock.c - the wall clock made fit for events (F1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/clock.h"

#define DAY 86400000
#define NOV 1795507200000 /* 2026-11-24 */

static bool reading(struct clock *c, uint64_t mono, int64_t wall, bool trusted, int64_t *corrected,
		    int64_t *by)
{
	struct moment now = {.mono_ms = mono, .wall_ms = wall, .trusted = trusted};
	bool stepped = clock_read(c, &now, by);

	*corrected = now.wall_ms;
	assert_int_equal(now.mono_ms, mono);
	assert_int_equal(now.trusted, trusted);
	return stepped;
}

static void test_a_good_clock_is_left_alone(void **state)
{
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, NOV);
	for (int i = 0; i < 1000; i++) {
		assert_false(
			reading(&c, 5000 + (unsigned)i * 997, NOV + DAY + i * 997, true, &at, &by));
		assert_int_equal(at, NOV + DAY + i * 997);
		assert_int_equal(by, 0);
	}
}

static void test_F1_without_a_battery_the_clock_counts_on_from_the_floor(void **state)
{
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, NOV);
	assert_false(reading(&c, 9000, 9000, false, &at, &by));
	assert_int_equal(at, NOV);
	assert_false(reading(&c, 69000, 69000, false, &at, &by));
	assert_int_equal(at, NOV + 60000);
}

static void test_F1_no_journal_yet_there_is_no_floor(void **state)
{
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, 0);
	assert_false(reading(&c, 9000, 1234, false, &at, &by));
	assert_int_equal(at, 1234);
}

static void test_F1_a_time_source_speaks_and_the_step_is_told_once(void **state)
{
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, NOV);
	(void)reading(&c, 9000, 9000, false, &at, &by);
	assert_true(reading(&c, 19000, NOV + DAY, true, &at, &by));
	assert_int_equal(at, NOV + DAY);
	assert_int_equal(by, DAY - 10000);
	assert_false(reading(&c, 20000, NOV + DAY + 1000, true, &at, &by));
}

static void test_F1_a_source_may_set_it_back_below_the_floor(void **state)
{
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, NOV + DAY); /* recorded by a clock that was ahead */
	(void)reading(&c, 1000, 1000, false, &at, &by);
	assert_true(reading(&c, 2000, NOV, true, &at, &by));
	assert_int_equal(by, -DAY - 1000);
	assert_int_equal(at, NOV);
	assert_false(reading(&c, 3000, NOV + 1000, true, &at, &by));
}

static void test_steps_are_more_than_a_second_either_way(void **state)
{
	static const struct {
		int64_t by;
		bool step;
	} rows[] = {{1000, false}, {1001, true}, {-1000, false}, {-1001, true}, {DAY, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct clock c;
		int64_t at, by;

		clock_init(&c, 0);
		(void)reading(&c, 1000, NOV, true, &at, &by);
		assert_int_equal(reading(&c, 2000, NOV + 1000 + rows[i].by, true, &at, &by),
				 rows[i].step);
		assert_int_equal(by, rows[i].step ? rows[i].by : 0);
		assert_int_equal(at, NOV + 1000 + rows[i].by);
	}
}

/* What is told adds up: small differences are not lost for ever. */
static void test_small_steps_add_up_to_one(void **state)
{
	struct clock c;
	int64_t at, by, told = 0;

	(void)state;
	clock_init(&c, 0);
	(void)reading(&c, 1000, NOV, true, &at, &by);
	for (int i = 1; i <= 100; i++)
		if (reading(&c, 1000 + (unsigned)i * 1000, NOV + i * 1000 + i * 300, true, &at,
			    &by))
			told += by;
	assert_in_range(30000 - told, 0, CLOCK_STEP_MS);
}

/* From then on the times before can be put right, so it is told, whatever the difference; once. */
static void test_F1_becoming_trusted_is_told_without_a_difference_too(void **state)
{
	static const int64_t differences[] = {0, 500, -500};

	(void)state;
	for (size_t i = 0; i < sizeof(differences) / sizeof(*differences); i++) {
		struct clock c;
		int64_t at, by;

		clock_init(&c, NOV);
		assert_false(reading(&c, 1000, NOV + DAY, false, &at, &by));
		assert_true(reading(&c, 2000, NOV + DAY + 1000 + differences[i], true, &at, &by));
		assert_int_equal(by, differences[i]);
		assert_false(reading(&c, 3000, NOV + DAY + 2000 + differences[i], true, &at, &by));
	}
}

/* A clock that was trusted from the start, or when the journal was read, has nothing to tell. */
static void test_F1_a_restart_with_a_trusted_clock_tells_nothing(void **state)
{
	struct moment before = {.mono_ms = 50000, .wall_ms = NOV};
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, 0);
	clock_known(&c, &before, true);
	assert_false(reading(&c, 60000, NOV + 10000, true, &at, &by));
}

static void test_F1_once_trusted_time_is_the_floor(void **state)
{
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, 0);
	(void)reading(&c, 1000, NOV, true, &at, &by);
	assert_false(reading(&c, 61000, 0, false, &at, &by)); /* set by hand: nobody vouches */
	assert_int_equal(at, NOV + 60000);
}

static void test_F1_a_step_while_nobody_looked_is_told_at_the_first_reading(void **state)
{
	struct moment before = {.mono_ms = 50000, .wall_ms = NOV};
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, 0);
	clock_known(&c, &before, true);
	assert_true(reading(&c, 60000, NOV + DAY, true, &at, &by));
	assert_int_equal(by, DAY - 10000);
}

static void test_F1_a_restart_in_the_same_boot_loses_no_time(void **state)
{
	struct moment before = {.mono_ms = 50000, .wall_ms = NOV};
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, NOV);
	clock_known(&c, &before, true);
	assert_false(reading(&c, 110000, 110000, false, &at, &by));
	assert_int_equal(at, NOV + 60000);
}

static void test_F1_the_journal_is_read_late(void **state)
{
	struct moment before = {.mono_ms = 7777777, .wall_ms = NOV};
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, 0);
	assert_false(reading(&c, 1000, 1000, false, &at, &by));
	clock_known(&c, &before, false);
	assert_true(reading(&c, 3000, 3000, false, &at, &by));
	assert_int_equal(at, NOV + 2000);
	assert_int_equal(by, NOV - 1000);
	(void)reading(&c, 4000, NOV + DAY, true, &at, &by);
	clock_known(&c, &before, false); /* comes too late */
	assert_false(reading(&c, 5000, NOV + DAY + 1000, true, &at, &by));
}

static void test_F1_a_time_source_knows_better_than_the_journal(void **state)
{
	struct moment ahead = {.mono_ms = 1500, .wall_ms = NOV + 10 * (int64_t)DAY};
	struct clock c;
	int64_t at, by;

	(void)state;
	clock_init(&c, 0);
	(void)reading(&c, 1000, NOV, true, &at, &by);
	clock_known(&c, &ahead, true);
	(void)reading(&c, 2000, 2000, false, &at, &by);
	assert_int_equal(at, NOV + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_clock_is_left_alone),
		cmocka_unit_test(test_F1_without_a_battery_the_clock_counts_on_from_the_floor),
		cmocka_unit_test(test_F1_no_journal_yet_there_is_no_floor),
		cmocka_unit_test(test_F1_a_time_source_speaks_and_the_step_is_told_once),
		cmocka_unit_test(test_F1_a_source_may_set_it_back_below_the_floor),
		cmocka_unit_test(test_steps_are_more_than_a_second_either_way),
		cmocka_unit_test(test_small_steps_add_up_to_one),
		cmocka_unit_test(test_F1_becoming_trusted_is_told_without_a_difference_too),
		cmocka_unit_test(test_F1_a_restart_with_a_trusted_clock_tells_nothing),
		cmocka_unit_test(test_F1_once_trusted_time_is_the_floor),
		cmocka_unit_test(test_F1_a_step_while_nobody_looked_is_told_at_the_first_reading),
		cmocka_unit_test(test_F1_a_restart_in_the_same_boot_loses_no_time),
		cmocka_unit_test(test_F1_the_journal_is_read_late),
		cmocka_unit_test(test_F1_a_time_source_knows_better_than_the_journal),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
