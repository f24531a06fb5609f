/* test_expiry.c - how long a certificate is good for, and when a person has to know (F14). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/expiry.h"

#define NOW 1795507200000 /* 2026-11-24 */

static struct expiry span(int64_t before_days, int64_t left_ms)
{
	return (struct expiry){.from_ms = NOW - before_days * EXPIRY_DAY_MS,
			       .until_ms = NOW + left_ms};
}

static void expect(struct expiry e, enum expiry_state state, int64_t days)
{
	assert_int_equal(expiry_state(&e, NOW), state);
	assert_int_equal(expiry_days(&e, NOW), days);
}

static void test_F14_thirty_and_seven_days(void **state)
{
	const int64_t day = EXPIRY_DAY_MS;

	(void)state;
	expect(span(300, 31 * day), EXPIRY_GOOD, 31);
	expect(span(300, 30 * day + 1), EXPIRY_GOOD, 30);
	expect(span(300, 30 * day), EXPIRY_SOON, 30);
	expect(span(300, 7 * day + 1), EXPIRY_SOON, 7);
	expect(span(300, 7 * day), EXPIRY_URGENT, 7);
	expect(span(300, 1), EXPIRY_URGENT, 0);
	expect(span(300, 0), EXPIRY_OVER, 0);
	expect(span(300, -1), EXPIRY_OVER, -1);
	expect(span(300, -day), EXPIRY_OVER, -1);
	expect(span(300, -day - 1), EXPIRY_OVER, -2);
}

static void test_F14_a_short_life_is_told_of_in_its_last_third(void **state)
{
	const int64_t day = EXPIRY_DAY_MS;

	(void)state;
	expect(span(0, 30 * day), EXPIRY_GOOD, 30);
	expect(span(19, 11 * day), EXPIRY_GOOD, 11);
	expect(span(20, 10 * day), EXPIRY_SOON, 10);
	expect(span(23, 7 * day), EXPIRY_URGENT, 7);
	expect(span(4, 3 * day), EXPIRY_GOOD, 3);
	expect(span(5, 2 * day), EXPIRY_URGENT, 2);
	expect(span(0, day), EXPIRY_GOOD, 1);
}

static void test_nothing_known(void **state)
{
	struct expiry none = {0}, no_begin = {.until_ms = NOW + 10 * (int64_t)EXPIRY_DAY_MS};

	(void)state;
	assert_int_equal(expiry_state(&none, NOW), EXPIRY_UNKNOWN);
	assert_int_equal(expiry_state(&no_begin, NOW), EXPIRY_SOON);
	for (int i = EXPIRY_UNKNOWN; i <= EXPIRY_OVER; i++)
		assert_true(expiry_name((enum expiry_state)i)[0]);
}

static void test_dates_as_curl_tells_them(void **state)
{
	static const char *const bad[] = {"",
					  "2026-11-24 08:00:00",
					  "2026-11-24 08:00:00 UTC",
					  "2026-11-24T08:00:00 GMT",
					  "2026-11-31 08:00:00 GMT",
					  "2026-11-24 08:00:00 GMT ",
					  "Nov 24 08:00:00 2026 GMT",
					  "2026-11-24 08:00:00+0100",
					  "20x6-11-24 08:00:00 GMT"};
	static const char good[] = "2026-11-24 08:00:00 GMT";

	(void)state;
	assert_true(expiry_read(good, strlen(good)) == NOW);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(expiry_read(bad[i], strlen(bad[i])), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F14_thirty_and_seven_days),
		cmocka_unit_test(test_F14_a_short_life_is_told_of_in_its_last_third),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_dates_as_curl_tells_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
