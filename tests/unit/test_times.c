/* test_times.c - when an event really was (F1): counted from a trusted event of the same boot,
 * or between bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/times.h"

static struct times_moment see(struct times_boot *boot, bool trusted, int64_t wall, uint64_t mono,
			       int64_t *known, int64_t received, bool *first)
{
	struct moment at = {.mono_ms = mono, .wall_ms = wall, .trusted = trusted};
	struct times_moment out;

	*first = times_see(boot, &at, known, received, &out);
	return out;
}

static void trusted_time_is_taken_and_anchors_once_F1(void **state)
{
	struct times_boot boot = {.number = 3};
	struct times_moment m;
	int64_t known = 100;
	bool first;

	(void)state;
	m = see(&boot, true, 90000, 4000, &known, 95000, &first);
	assert_true(first);
	assert_int_equal(m.clock, TIMES_TRUSTED);
	assert_int_equal(m.at, 90000);
	assert_int_equal(m.boot, 0);
	assert_int_equal(known, 90000);
	m = see(&boot, true, 91500, 5000, &known, 95000, &first);
	assert_false(first);
	assert_int_equal(boot.first, 86000);
	assert_int_equal(boot.last, 86500);
}

static void untrusted_time_is_between_what_was_before_and_its_receipt_F1(void **state)
{
	struct times_boot boot = {.number = 3};
	struct times_moment m;
	int64_t known = 50000;
	bool first;

	(void)state;
	m = see(&boot, false, 7, 4000, &known, 95000, &first); /* 1970 */
	assert_false(first);
	assert_int_equal(m.clock, TIMES_INTERVAL);
	assert_int_equal(m.after, 50000);
	assert_int_equal(m.before, 95000);
	assert_int_equal(m.at, 50000);
	assert_int_equal(m.boot, 3);
	assert_int_equal(m.mono, 4000);
	assert_int_equal(known, 50000); /* it proves nothing */
	m = see(&boot, false, 60000, 4000, &known, 95000, &first);
	assert_int_equal(m.at, 60000);
	m = see(&boot, false, 99999999, 4000, &known, 95000, &first);
	assert_int_equal(m.at, 95000);
	known = 200000; /* a trusted clock of before was ahead of ours */
	m = see(&boot, false, 60000, 4000, &known, 95000, &first);
	assert_int_equal(m.after, 95000);
	assert_int_equal(m.before, 95000);
}

static void untrusted_time_is_corrected_both_ways_F1(void **state)
{
	struct times_boot boot = {.number = 3}, other = {.number = 4};
	struct times_moment before, after;
	int64_t known = 0;
	bool first;

	(void)state;
	before = see(&boot, false, 7, 1000, &known, 95000, &first);
	assert_false(times_correct(&boot, &before)); /* not yet */
	see(&boot, true, 90000, 4000, &known, 95000, &first);
	see(&boot, true, 92000, 5000, &known, 95000, &first); /* drifted: a second more */
	after = see(&boot, false, 0, 6000, &known, 95000, &first);
	assert_int_equal(after.clock, TIMES_CORRECTED);
	assert_int_equal(after.at, 93000); /* by the nearest, which is the last */
	assert_int_equal(known, 93000);
	other.anchored = true;
	assert_false(times_correct(&other, &before));
	assert_true(times_correct(&boot, &before));
	assert_int_equal(before.clock, TIMES_CORRECTED);
	assert_int_equal(before.at, 87000); /* by the nearest, which is the first */
	assert_int_equal(before.boot, 0);
	assert_false(times_correct(&boot, &before)); /* once */
}

/* mono_ms and at are the station's word. */
static void absurd_clocks_stay_within_what_can_be_written(void **state)
{
	const int64_t most = INT64_C(253402300799999);
	struct times_boot boot = {.number = 3};
	struct times_moment m;
	int64_t known = 0;
	bool first;

	(void)state;
	see(&boot, true, most, 0, &known, 95000, &first);
	m = see(&boot, false, 0, INT64_MAX, &known, 95000, &first);
	assert_int_equal(m.at, most);
	m = see(&boot, false, 0, UINT64_MAX, &known, 95000, &first);
	assert_int_equal(m.at, most);
	see(&boot, true, 0, INT64_MAX, &known, 95000, &first);
	m = see(&boot, false, 0, 1, &known, 95000, &first);
	assert_int_equal(m.at, 0);
}

static void names_come_back(void **state)
{
	(void)state;
	for (unsigned i = TIMES_NONE; i <= TIMES_INTERVAL; i++)
		assert_int_equal(times_clock_read(times_clock_name((enum times_clock)i)), i);
	assert_int_equal(times_clock_read("certain"), TIMES_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusted_time_is_taken_and_anchors_once_F1),
		cmocka_unit_test(untrusted_time_is_between_what_was_before_and_its_receipt_F1),
		cmocka_unit_test(untrusted_time_is_corrected_both_ways_F1),
		cmocka_unit_test(absurd_clocks_stay_within_what_can_be_written),
		cmocka_unit_test(names_come_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
