/* test_report_days.c - verdicts on their days, whatever zone and clock: summer time, clocks that
 * nobody set (F1), more days than there is room for; and the 48-hour clock. */
#include "report_fixture.h"

static int32_t utc(void *user, int64_t utc_s)
{
	(void)user;
	(void)utc_s;
	return 0;
}

/* Amsterdam in 2026: summer time from 29 March to 25 October, 01:00 UTC each. */
static int32_t amsterdam(void *user, int64_t utc_s)
{
	(void)user;
	return utc_s >= 1774746000 && utc_s < 1792890000 ? 7200 : 3600;
}

static int32_t kathmandu(void *user, int64_t utc_s) /* +05:45 */
{
	(void)user;
	(void)utc_s;
	return 20700;
}

static struct report_calendar calendar;

static void inspect_at(struct report *r, int64_t wall_ms, const char *answers)
{
	told.at.wall_ms =
		wall_ms - 5 * STEP_MS - (answers[2] == 'f') * STEP_MS; /* it is closed then */
	tell_inspection(r, "R1", answers, NULL);
}

static const struct report_count *of_day(int32_t day)
{
	static const struct report_count none;

	for (uint16_t i = 0; i < calendar.days; i++)
		if (calendar.day[i].day == day)
			return &calendar.day[i].n;
	return &none;
}

static void day_is_the_day_of_the_zone(void **state)
{
	struct report *r = *state;
	const int32_t monday = (int32_t)(NOON / 86400000);

	inspect_at(r, NOON, "ppp");
	inspect_at(r, NOON + 10 * HOUR + HOUR / 2, "ppf"); /* 22:30 UTC, 23:30 there */
	inspect_at(r, NOON + 11 * HOUR + HOUR / 2, "ppp"); /* 23:30 UTC, 00:30 there */
	report_end(r);
	report_days_calendar(r, utc, NULL, &calendar);
	assert_int_equal(calendar.days, 1);
	assert_int_equal(of_day(monday)->pass, 2);
	report_days_calendar(r, amsterdam, NULL, &calendar);
	assert_int_equal(calendar.days, 2);
	assert_int_equal(of_day(monday)->pass, 1);
	assert_int_equal(of_day(monday)->fail, 1);
	assert_int_equal(of_day(monday + 1)->pass, 1);
	assert_int_equal(calendar.hour[13].pass, 1);
	assert_int_equal(calendar.hour[23].fail, 1);
	assert_int_equal(calendar.hour[0].pass, 1);
	report_days_calendar(r, kathmandu, NULL, &calendar);
	assert_int_equal(calendar.hour[17].pass, 1); /* 12:00 is 17:45 there */
	assert_int_equal(calendar.hour[4].fail, 1);
}

static void summer_time_ends_within_a_day(void **state)
{
	struct report *r = *state;
	const int64_t midnight = INT64_C(1792879200000); /* 2026-10-24T22:00Z = 25 October there */

	for (int i = 0; i < 25; i++)
		inspect_at(r, midnight + i * HOUR, "ppp");
	inspect_at(r, midnight + 25 * HOUR, "ppf"); /* the next day */
	report_end(r);
	report_days_calendar(r, amsterdam, NULL, &calendar);
	assert_int_equal(calendar.days, 2);
	assert_int_equal(calendar.day[0].n.pass, 25);
	assert_int_equal(calendar.day[1].n.fail, 1);
	assert_int_equal(calendar.hour[2].pass, 2); /* two o'clock came twice */
}

static void summer_time_begins_within_a_day(void **state)
{
	struct report *r = *state;
	const int64_t midnight = INT64_C(1774738800000); /* 2026-03-28T23:00Z = 29 March there */

	for (int i = 0; i < 23; i++)
		inspect_at(r, midnight + i * HOUR, "ppp");
	inspect_at(r, midnight + 23 * HOUR, "ppf");
	report_end(r);
	report_days_calendar(r, amsterdam, NULL, &calendar);
	assert_int_equal(calendar.days, 2);
	assert_int_equal(calendar.day[0].n.pass, 23);
	assert_int_equal(calendar.hour[2].pass, 0); /* there was no two o'clock */
}

static void clock_that_is_set_later_puts_the_day_right_F1(void **state)
{
	struct report *r = *state;

	boot(2, 5000, false);
	inspect_at(r, 0 + 6 * STEP_MS, "ppp"); /* 1970 */
	assert_int_equal(r->days.used, 0);
	told.at.trusted = true;
	told.at.wall_ms = NOON;
	told.at.mono_ms += HOUR - STEP_MS;
	tell(r, EVENT_CLOCK_STEPPED, "{\"by_ms\":1795435200000}");
	report_end(r);
	report_days_calendar(r, utc, NULL, &calendar);
	assert_int_equal(calendar.days, 1);
	assert_int_equal(of_day((int32_t)(NOON / 86400000))->pass, 1);
	assert_int_equal(calendar.hour[11].pass, 1); /* an hour before it was set */
	assert_int_equal(r->days.undated.pass, 0);
	assert_int_equal(r->clock_steps, 1);
}

static void clock_that_nobody_set_makes_no_days_F1(void **state)
{
	struct report *r = *state;

	boot(2, 5000, false);
	inspect_at(r, HOUR, "ppp");
	boot(3, 5000, false);
	inspect_at(r, NOON, "ppf");
	report_end(r);
	report_days_calendar(r, utc, NULL, &calendar);
	assert_int_equal(calendar.days, 0);
	assert_int_equal(r->days.undated.pass, 1);
	assert_int_equal(r->days.undated.fail, 1);
	assert_int_equal(r->final.pass + r->final.fail, 2);
	assert_int_equal(r->inspection.count, 2); /* how long it took is known all the same */
}

static void time_source_that_lied_makes_no_day_in_the_future_F1(void **state)
{
	struct report *r = *state;

	inspect_at(r, NOON, "ppp");
	inspect_at(r, NOON + 20000 * 24 * HOUR, "ppp");
	inspect_at(r, NOON + HOUR, "ppp");
	report_end(r);
	report_days_calendar(r, utc, NULL, &calendar);
	assert_int_equal(calendar.days, 1);
	assert_int_equal(calendar.day[0].n.pass, 2);
	assert_int_equal(r->days.undated.pass, 1);
}

static void days_beyond_the_room_are_told_as_earlier(void **state)
{
	struct report *r = *state;

	for (int i = 0; i < REPORT_DAYS + 5; i++)
		inspect_at(r, NOON + (i * 3 % (REPORT_DAYS + 5)) * 24 * HOUR,
			   i % 2 ? "ppp" : "ppf");
	told.at.wall_ms = NOON + 2 * REPORT_DAYS * 24 * HOUR;
	tell(r, EVENT_STATION_STARTED, STARTED);
	report_end(r);
	report_days_calendar(r, utc, NULL, &calendar);
	assert_int_equal(calendar.days, REPORT_DAYS);
	assert_int_equal(r->days.early.pass + r->days.early.fail, 5);
	for (uint16_t i = 1; i < calendar.days; i++)
		assert_true(calendar.day[i - 1].day < calendar.day[i].day);
}

static void verdicts_beyond_the_waiting_room_have_no_day(void **state)
{
	struct report *r = *state;

	boot(2, 5000, false);
	for (int i = 0; i < REPORT_PENDING + 3; i++)
		tell_inspection(r, "R1", "ppp", NULL);
	told.at.trusted = true;
	told.at.wall_ms = NOON;
	tell(r, EVENT_CLOCK_STEPPED, "{\"by_ms\":1}");
	report_end(r);
	assert_int_equal(r->days.undated.pass, 3);
	assert_int_equal(r->final.pass, REPORT_PENDING + 3);
}

/* --- the 48-hour clock --- */

static void wait_then_inspect(struct report *r, const char *label, int64_t after)
{
	told.at.mono_ms += (uint64_t)after;
	told.at.wall_ms += after;
	tell_inspection(r, label, "ppp", NULL);
}

static void on_time_near_and_late(void **state)
{
	struct report *r = *state;

	tell_arrived(r, "A");
	tell_arrived(r, "B");
	tell_arrived(r, "C");
	tell_arrived(r, "A"); /* the first arrival counts */
	wait_then_inspect(r, "A", 35 * HOUR);
	wait_then_inspect(r, "B", 10 * HOUR);
	wait_then_inspect(r, "C", 4 * HOUR);
	tell_inspection(r, "D", "ppp", NULL);
	report_end(r);
	assert_int_equal(r->done.on_time, 1);
	assert_int_equal(r->done.near, 1);
	assert_int_equal(r->done.late, 1);
	assert_int_equal(r->unarrived, 1);
	assert_int_equal(r->arrived, 4);
	assert_int_equal(report_parcel_next(r, REPORT_NONE), REPORT_NONE);
}

static void deadline_itself_is_not_late(void **state)
{
	struct report *r = *state;

	tell_arrived(r, "A");
	tell_arrived(r, "B");
	/* Six events to a final one. */
	wait_then_inspect(r, "A", 48 * HOUR - 7 * STEP_MS);
	told.at.mono_ms = 5000 + 2 * STEP_MS + 48 * (uint64_t)HOUR + 1 - 6 * STEP_MS;
	wait_then_inspect(r, "B", 0);
	report_end(r);
	assert_int_equal(r->done.near, 1);
	assert_int_equal(r->done.late, 1);
}

static void open_parcels_wait_oldest_first(void **state)
{
	struct report *r = *state;
	int64_t age;
	uint32_t at;

	tell_arrived(r, "A");
	told.at.wall_ms += 20 * HOUR;
	tell_arrived(r, "B");
	told.at.wall_ms += 30 * HOUR;
	tell_arrived(r, "C");
	report_end(r);
	assert_int_equal(r->due.late, 1);
	assert_int_equal(r->due.on_time, 2);
	at = report_parcel_next(r, REPORT_NONE);
	assert_string_equal(r->parcel[at].label, "A");
	assert_true(report_parcel_age(r, at, &age));
	assert_int_equal(age, 50 * HOUR + 2 * STEP_MS);
	at = report_parcel_next(r, at);
	assert_string_equal(r->parcel[at].label, "B");
}

static void open_parcels_age_until_the_report_is_made(void **state)
{
	struct report *r = *state;
	struct report_config config = {.deadline_h = 48, .now_ms = NOON + 49 * HOUR};

	report_init(r, &config);
	tell_arrived(r, "A");
	report_end(r);
	assert_int_equal(r->due.late, 1);
}

static void parcel_of_several_units_is_done_with_its_last(void **state)
{
	struct report *r = *state;

	tell_arrived(r, "A");
	tell_opened(r, "A", NULL);
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL,
	     "{\"verdict\":\"pass\",\"left\":[{\"line\":1,\"unit\":2}]}");
	assert_int_equal(r->done.on_time, 0);
	tell_opened(r, "A", NULL);
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\",\"left\":[]}");
	tell_arrived(r, "B");
	tell(r, EVENT_PARCEL_CLOSED, "{\"missing\":[{\"line\":1,\"unit\":1}]}");
	report_end(r);
	assert_int_equal(r->done.on_time, 2);
	assert_int_equal(report_parcel_next(r, REPORT_NONE), REPORT_NONE);
}

static void wrong_wall_clock_is_no_matter_within_a_boot_F1(void **state)
{
	struct report *r = *state;

	boot(2, 5000, false);
	tell_arrived(r, "A");
	told.at.wall_ms += 400 * 24 * HOUR;
	wait_then_inspect(r, "A", 2 * HOUR);
	tell_arrived(r, "B");
	boot(3, 5000, false); /* how long it was off nobody knows */
	wait_then_inspect(r, "B", HOUR);
	tell_arrived(r, "C");
	boot(4, 5000, true);
	tell(r, EVENT_STATION_STARTED, STARTED);
	report_end(r);
	assert_int_equal(r->done.on_time + r->done.late, 1);
	assert_int_equal(r->done.unsure, 1);
	assert_int_equal(r->due.unsure, 1);
}

static void arrival_is_put_right_when_its_clock_is_set_F1(void **state)
{
	struct report *r = *state;

	boot(2, 5000, false);
	tell_arrived(r, "A");
	told.at.trusted = true;
	tell(r, EVENT_CLOCK_STEPPED, "{\"by_ms\":1}");
	boot(3, 5000, true);
	told.at.wall_ms += 47 * HOUR;
	tell_inspection(r, "A", "ppp", NULL);
	report_end(r);
	assert_int_equal(r->done.near, 1);
	assert_int_equal(r->done.unsure, 0);
}

static void end_is_put_right_when_its_clock_is_set_F1(void **state)
{
	struct report *r = *state;

	tell_arrived(r, "A");
	tell_arrived(r, "B");
	boot(2, 5000, false);
	told.at.wall_ms = HOUR; /* 1970 */
	tell_inspection(r, "A", "ppp", NULL);
	assert_int_equal(r->done.unsure + r->done.late, 0);
	told.at.trusted = true;
	told.at.wall_ms = NOON + 60 * HOUR;
	tell(r, EVENT_CLOCK_STEPPED, "{\"by_ms\":1}");
	boot(3, 5000, false);
	tell_inspection(r, "B", "ppp", NULL);
	report_end(r);
	assert_int_equal(r->done.late, 1);
	assert_int_equal(r->done.unsure, 1);
}

static void arrivals_beyond_the_room_are_forgotten_and_told_F4(void **state)
{
	struct report *r = *state;
	char label[16];

	for (int i = 0; i < REPORT_PARCELS + 2; i++) {
		snprintf(label, sizeof(label), "R%d", i);
		tell_arrived(r, label);
	}
	tell_inspection(r, "R0", "ppp", NULL);
	tell_inspection(r, "R2", "ppp", NULL);
	report_end(r);
	assert_int_equal(r->forgotten, 2);
	assert_int_equal(r->unarrived, 1);
	assert_int_equal(r->done.on_time, 1);
	assert_int_equal(r->due.on_time, REPORT_PARCELS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		report_test(day_is_the_day_of_the_zone),
		report_test(summer_time_ends_within_a_day),
		report_test(summer_time_begins_within_a_day),
		report_test(clock_that_is_set_later_puts_the_day_right_F1),
		report_test(clock_that_nobody_set_makes_no_days_F1),
		report_test(time_source_that_lied_makes_no_day_in_the_future_F1),
		report_test(days_beyond_the_room_are_told_as_earlier),
		report_test(verdicts_beyond_the_waiting_room_have_no_day),
		report_test(on_time_near_and_late),
		report_test(deadline_itself_is_not_late),
		report_test(open_parcels_wait_oldest_first),
		report_test(open_parcels_age_until_the_report_is_made),
		report_test(parcel_of_several_units_is_done_with_its_last),
		report_test(wrong_wall_clock_is_no_matter_within_a_boot_F1),
		report_test(arrival_is_put_right_when_its_clock_is_set_F1),
		report_test(end_is_put_right_when_its_clock_is_set_F1),
		report_test(arrivals_beyond_the_room_are_forgotten_and_told_F4),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
