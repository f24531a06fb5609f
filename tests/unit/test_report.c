/* test_report.c - a journal told in figures: hand-made days whose figures are known beforehand. */
#include "report_fixture.h"

static void outcomes_are_finals_only(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	assert_int_equal(r->final.pass, 0);
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	tell_opened(r, "R2", NULL);
	tell(r, EVENT_INSPECTION_ABANDONED, "{}");
	tell_opened(r, "R3", NULL);
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	report_end(r);
	assert_int_equal(r->opened, 3);
	assert_int_equal(r->final.pass, 1);
	assert_int_equal(r->final.fail, 0);
	assert_int_equal(r->abandoned, 1);
	assert_int_equal(r->provisional, 1);
	assert_int_equal(r->odd, 0);
}

static void reopened_verdict_is_none_until_it_is_given_again(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_REOPENED, "{\"step\":\"usage\"}");
	tell_step(r, EVENT_STEP_ANSWERED, "usage", "fail");
	tell(r, EVENT_REASON_GIVEN, "{\"step\":\"usage\",\"code\":\"LOUD\"}");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	report_end(r);
	assert_int_equal(r->final.pass, 0);
	assert_int_equal(r->final.fail, 1);
	assert_int_equal(r->reopened, 1);
	assert_string_equal(r->reasons.row[0].name, "LOUD");
	assert_int_equal(r->reasons.row[0].n[2], 1);
	assert_int_equal(r->odd, 0);
}

static void withdrawn_reason_does_not_count(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	tell_step(r, EVENT_STEP_ANSWERED, "appearance", "fail");
	tell(r, EVENT_REASON_GIVEN, "{\"step\":\"appearance\",\"code\":\"DENT\"}");
	tell_step(r, EVENT_STEP_WITHDRAWN, "appearance", "fail");
	tell_answers(r, "ppf");
	tell(r, EVENT_REASON_GIVEN, "{\"step\":\"usage\",\"code\":\"DEAD\"}");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	report_end(r);
	assert_int_equal(r->reasons.used, 1);
	assert_string_equal(r->reasons.row[0].name, "DEAD");
	assert_int_equal(r->withdrawn, 1);
	assert_int_equal(r->odd, 0);
}

static void superseding_verdict_takes_the_place_of_the_first_F2(void **state)
{
	struct report *r = *state;
	char first[EVENT_UUID + 1], other[] = "eeeeeeee-0000-7000-8000-000000000001";

	tell_inspection(r, "R1", "ppf", NULL);
	memcpy(first, told.inspection, sizeof(first));
	tell_inspection(r, "R1", "ppp", first);
	tell_inspection(r, "R1", "ppp", first); /* it is replaced already */
	tell_inspection(r, "R2", "ppp", other); /* another bench's */
	report_end(r);
	assert_int_equal(r->final.pass, 3);
	assert_int_equal(r->final.fail, 1);
	assert_int_equal(r->replaced, 3);
	assert_int_equal(r->superseded.fail, 1);
	assert_int_equal(r->superseded.pass, 0);
}

static void second_final_of_one_inspection_is_odd(void **state)
{
	struct report *r = *state;

	tell_inspection(r, "R1", "ppp", NULL);
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	report_end(r);
	assert_int_equal(r->final.pass, 1);
	assert_int_equal(r->odd, 1);
}

static void events_that_do_not_follow_are_told_and_change_nothing(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_REASON_GIVEN, "{\"step\":\"usage\",\"code\":\"X\"}");
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	report_end(r);
	assert_int_equal(r->odd, 4);
	assert_int_equal(r->final.pass + r->final.fail, 0);
}

/* An export begins behind what headquarters has: perhaps in the middle of an inspection. */
static void export_that_begins_in_mid_inspection_counts_its_final(void **state)
{
	struct report *r = *state;

	told.seq = 100;
	memcpy(told.inspection, "eeeeeeee-0000-7000-8000-000000000001", EVENT_UUID);
	tell_step(r, EVENT_STEP_ANSWERED, "usage", "pass");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	report_end(r);
	assert_int_equal(r->final.pass, 1);
	assert_int_equal(r->partial, 1);
	assert_int_equal(r->odd, 0);
	assert_int_equal(r->inspection.count, 0);
}

static void missing_and_repeated_events_are_told_F11(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	told.seq += 3; /* three answers are missing */
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	told.seq -= 2; /* the same lines again */
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	report_end(r);
	assert_int_equal(r->missing, 3);
	assert_int_equal(r->again, 2);
	assert_int_equal(r->final.pass, 1);
	assert_int_equal(r->untimed, 1);
	assert_int_equal(r->odd, 0);
}

static void child_journal_does_not_count_twice(void **state)
{
	struct report *r = *state;
	char data[256];

	tell(r, EVENT_JOURNAL_OPENED, "{\"parent\":null,\"why\":\"new\"}");
	tell_inspection(r, "R1", "ppp", NULL);
	snprintf(data, sizeof(data),
		 "{\"parent\":{\"journal\":\"%s\",\"seq\":7,\"hash\":\"%064d\"},\"why\":\"fork\"}",
		 told.journal, 0);
	told.journal[0] = 'f';
	told.seq = 0;
	tell(r, EVENT_JOURNAL_OPENED, data);
	told.line = 0;
	tell(r, EVENT_INSPECTION_FINAL,
	     "{\"verdict\":\"pass\",\"origin\":\"0190b8a0-0000-7000-8000-000000000001\"}");
	tell_inspection(r, "R2", "ppp", NULL);
	report_end(r);
	assert_int_equal(r->final.pass, 2);
	assert_int_equal(r->again, 1);
	assert_int_equal(r->journals, 2);
	assert_int_equal(r->odd, 0);
}

static void newer_events_are_counted_apart(void **state)
{
	struct report *r = *state;
	struct event_view e = {.v = 2, .kind = EVENT_INSPECTION_FINAL};

	tell_inspection(r, "R1", "ppp", NULL);
	told_view(&e, EVENT_UNKNOWN, "{}");
	report_event(r, &e, NULL);
	told_view(&e, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	e.v = 2;
	report_event(r, &e, NULL);
	report_end(r);
	assert_int_equal(r->newer, 2);
	assert_int_equal(r->final.pass, 1);
}

/* --- steps --- */

static void steps_are_timed_by_the_monotonic_clock(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	told.at.mono_ms += 3000 - STEP_MS;
	tell_step(r, EVENT_STEP_ANSWERED, "appearance", "fail");
	told.at.mono_ms += 2000 - STEP_MS; /* the reason belongs to the step */
	told.at.wall_ms -= 86400000;	   /* and a clock that was set back is no matter */
	tell(r, EVENT_REASON_GIVEN, "{\"step\":\"appearance\",\"code\":\"DENT\"}");
	told.at.mono_ms += 4500 - STEP_MS;
	tell_step(r, EVENT_STEP_ANSWERED, "accessories", "pass");
	told.at.mono_ms += 60000 - STEP_MS;
	tell_step(r, EVENT_STEP_ANSWERED, "usage", "pass");
	told.at.mono_ms -= STEP_MS; /* one group: the same moment */
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}");
	told.at.mono_ms += 10000; /* the hold window belongs to none */
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	report_end(r);
	assert_int_equal(report_times_quantile(&r->step[0], 50), 50);
	assert_int_equal(report_times_quantile(&r->step[1], 50), 45);
	assert_int_equal(report_times_quantile(&r->step[2], 50), 600);
	assert_int_equal(report_times_quantile(&r->inspection, 50), 695);
	assert_int_equal(r->inspection.count, 1);
}

static void power_cut_leaves_an_inspection_untimed(void **state)
{
	struct report *r = *state;

	tell_opened(r, "R1", NULL);
	tell_answers(r, "p");
	boot(2, 700, true);
	tell(r, EVENT_STATION_STARTED, STARTED);
	tell_step(r, EVENT_STEP_ANSWERED, "accessories", "pass");
	tell_step(r, EVENT_STEP_ANSWERED, "usage", "pass");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}");
	report_end(r);
	assert_int_equal(r->final.pass, 1);
	assert_int_equal(r->untimed, 1);
	assert_int_equal(r->inspection.count, 0);
	assert_int_equal(r->crashes, 1);
}

static void quantiles_are_exact_and_long_pauses_have_a_place(void **state)
{
	static struct report_times t;

	(void)state;
	assert_int_equal(report_times_quantile(&t, 50), 0);
	for (unsigned i = 1; i <= 10; i++) {
		t.n[i * 10]++;
		t.count++;
	}
	assert_int_equal(report_times_quantile(&t, 50), 50);
	assert_int_equal(report_times_quantile(&t, 51), 60);
	assert_int_equal(report_times_quantile(&t, 90), 90);
	assert_int_equal(report_times_quantile(&t, 100), 100);
	t.n[REPORT_TENTHS] += 90;
	t.count += 90;
	assert_int_equal(report_times_quantile(&t, 50), REPORT_TENTHS);
}

/* --- names that come from outside --- */

static void reasons_beyond_the_rows_are_other(void **state)
{
	struct report *r = *state;
	char data[96];

	for (unsigned i = 0; i < REPORT_ROWS + 6; i++) {
		tell_opened(r, "R1", NULL);
		tell_answers(r, "f");
		snprintf(data, sizeof(data), "{\"step\":\"appearance\",\"code\":\"C%u\"}", i);
		tell(r, EVENT_REASON_GIVEN, data);
		tell_step(r, EVENT_STEP_ANSWERED, "accessories", "pass");
		tell_step(r, EVENT_STEP_ANSWERED, "usage", "pass");
		tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}");
		tell(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	}
	report_end(r);
	assert_int_equal(r->reasons.used, REPORT_ROWS);
	assert_int_equal(r->reasons.other[REPORT_A], 6);
	assert_int_equal(r->final.fail, REPORT_ROWS + 6);
}

static void product_comes_from_the_list_else_from_the_scan(void **state)
{
	struct report *r = *state;
	const struct report_product kettle = {"4006381333931", "Kettle"}, none = {"", ""};

	tell_opened(r, "R1", NULL);
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell_of(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}", &kettle);
	text_copy(told.label, sizeof(told.label), "R2");
	/* ]E04006381333931 */
	tell_open(r, "{\"raw\":\"XUUwNDAwNjM4MTMzMzkzMQ==\",\"scanner\":\"gun\",\"list\":\"known\","
		     "\"supersedes\":null}");
	tell_answers(r, "ppp");
	tell(r, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	tell_of(r, EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}", &none);
	tell_inspection(r, "R3", "ppp", NULL);
	report_end(r);
	assert_int_equal(r->products.used, 1);
	assert_string_equal(r->made[r->products.oldest].code, "4006381333931");
	assert_string_equal(r->made[r->products.oldest].title, "Kettle");
	assert_int_equal(r->made[r->products.oldest].n.pass, 2);
	assert_int_equal(r->made_unknown.pass, 1);
}

static void badges_are_counted_only_where_the_setting_allows_it(void **state)
{
	struct report *r = *state;
	struct report_config config = r->config;

	text_copy(told.by, sizeof(told.by), "B7");
	tell_inspection(r, "R1", "ppp", NULL);
	assert_int_equal(r->inspectors.used, 0);
	config.inspectors = true;
	report_init(r, &config);
	tell_inspection(r, "R2", "ppf", NULL);
	report_end(r);
	assert_int_equal(r->inspectors.used, 1);
	assert_string_equal(r->inspectors.row[0].name, "B7");
	assert_int_equal(r->inspectors.row[0].n[REPORT_B], 1);
}

/* --- the machine, and headquarters --- */

static void faults_last_until_cleared_or_the_next_start(void **state)
{
	struct report *r = *state;

	tell(r, EVENT_STATION_STARTED, STARTED);
	tell(r, EVENT_FAULT_RAISED, "{\"what\":\"scanner:gun\"}");
	told.at.mono_ms += 5000 - STEP_MS;
	tell(r, EVENT_FAULT_CLEARED, "{\"what\":\"scanner:gun\"}");
	tell(r, EVENT_FAULT_RAISED, "{\"what\":\"panel\"}");
	told.at.wall_ms += 60000;
	boot(2, 100, true);
	tell(r, EVENT_STATION_STARTED, STARTED);
	tell(r, EVENT_FAULT_RAISED, "{\"what\":\"scanner:gun\"}");
	report_end(r);
	assert_int_equal(r->faults.used, 2);
	assert_int_equal(r->fault[0].raised, 2);
	assert_int_equal(r->fault[0].lasted_ms, 5000);
	assert_true(r->fault[0].open);
	assert_int_equal(r->fault[1].lasted_ms, 60000 + STEP_MS);
	assert_false(r->fault[1].open);
	assert_int_equal(r->starts, 2);
	assert_int_equal(r->crashes, 1);
}

static void what_headquarters_does_not_have_is_counted(void **state)
{
	struct report *r = *state;
	struct report_config config = r->config;

	config.acked_known = true;
	config.acked = 6;
	report_init(r, &config);
	tell_inspection(r, "R1", "ppp", NULL); /* seq 1 to 6 */
	tell_inspection(r, "R2", "ppf", NULL);
	report_end(r);
	assert_int_equal(r->unacked, 7); /* with the reason */
	assert_int_equal(r->waiting.pass, 0);
	assert_int_equal(r->waiting.fail, 1);
	assert_int_equal(r->unacked_since.at, NOON + 7 * STEP_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		report_test(outcomes_are_finals_only),
		report_test(reopened_verdict_is_none_until_it_is_given_again),
		report_test(withdrawn_reason_does_not_count),
		report_test(superseding_verdict_takes_the_place_of_the_first_F2),
		report_test(second_final_of_one_inspection_is_odd),
		report_test(events_that_do_not_follow_are_told_and_change_nothing),
		report_test(export_that_begins_in_mid_inspection_counts_its_final),
		report_test(missing_and_repeated_events_are_told_F11),
		report_test(child_journal_does_not_count_twice),
		report_test(newer_events_are_counted_apart),
		report_test(steps_are_timed_by_the_monotonic_clock),
		report_test(power_cut_leaves_an_inspection_untimed),
		report_test(quantiles_are_exact_and_long_pauses_have_a_place),
		report_test(reasons_beyond_the_rows_are_other),
		report_test(product_comes_from_the_list_else_from_the_scan),
		report_test(badges_are_counted_only_where_the_setting_allows_it),
		report_test(faults_last_until_cleared_or_the_next_start),
		report_test(what_headquarters_does_not_have_is_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
