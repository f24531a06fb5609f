/* test_record.c - events told as inspections, and inspections as rows that a spreadsheet opens
 * (F15) and can't be ordered about by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/csv.h"
#include "station/record.h"
#include <stdio.h>
#include <string.h>

#define JOURNAL "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d"
#define BOOT	"f1e2d3c4-b5a6-4978-8695-a4b3c2d1e0f9"
#define ONE	"019ab0c1-d2e3-7f40-8a5b-6c7d8e9f0a01"
#define TWO	"019ab0c1-d2e3-7f40-8a5b-6c7d8e9f0a02"
#define OPENED	"{\"raw\":\"\",\"scanner\":\"door\",\"list\":\"known\",\"supersedes\":null}"

static struct {
	struct record_fold fold;
	struct record out;
	uint64_t seq;
	const char *inspection, *boot;
	bool untrusted;
} w;

static bool feed(enum event_kind kind, const char *data)
{
	char line[EVENT_LINE_MAX + 1];
	struct event_view view;
	size_t len;
	struct event e = {.kind = kind,
			  .station = "bench-1",
			  .journal = JOURNAL,
			  .seq = ++w.seq,
			  .id = ONE,
			  .at = {.mono_ms = 1000 * w.seq,
				 .wall_ms = INT64_C(1795420800000) + (int64_t)(1000 * w.seq),
				 .trusted = !w.untrusted},
			  .by = "B17",
			  .line = 1,
			  .unit = 2,
			  .label = "RAB10000001K"};

	text_copy(e.boot, sizeof(e.boot), w.boot);
	text_copy(e.inspection, sizeof(e.inspection), w.inspection);
	text_copy(e.data, sizeof(e.data), data);
	e.prev[0] = 1;
	if (e.seq == 1)
		e.prev[0] = 0;
	len = event_encode(&e, line, sizeof(line));
	assert_true(len > 0);
	assert_int_equal(event_read(line, len, &view), EVENT_OK);
	return record_feed(&w.fold, &view, &w.out);
}

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	record_init(&w.fold);
	w.inspection = ONE;
	w.boot = BOOT;
	return 0;
}

static void answer(const char *step, const char *with)
{
	char data[96];

	(void)snprintf(data, sizeof(data), "{\"step\":\"%s\",\"answer\":\"%s\"}", step, with);
	assert_false(feed(EVENT_STEP_ANSWERED, data));
}

static void reason(const char *step, const char *code)
{
	char data[96];

	(void)snprintf(data, sizeof(data), "{\"step\":\"%s\",\"code\":\"%s\"}", step, code);
	assert_false(feed(EVENT_REASON_GIVEN, data));
}

static void test_fail_with_a_reason(void **state)
{
	(void)state;
	assert_false(feed(EVENT_INSPECTION_OPENED, OPENED));
	answer("appearance", "fail");
	reason("appearance", "SCRATCH");
	answer("accessories", "pass");
	answer("usage", "pass");
	assert_false(feed(EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}"));
	assert_true(feed(EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}"));
	assert_int_equal(w.out.state, RECORD_FINAL);
	assert_int_equal(w.out.now.verdict, PARCEL_FAIL);
	assert_int_equal(w.out.now.answer[0], PARCEL_FAIL);
	assert_int_equal(w.out.now.answer[2], PARCEL_PASS);
	assert_string_equal(w.out.reason[0], "SCRATCH");
	assert_string_equal(w.out.reason[1], "");
	assert_int_equal(w.out.first, 1);
	assert_int_equal(w.out.last, 7);
	assert_int_equal(w.out.took_ms, 5000);
	assert_string_equal(w.out.list, "known");
	assert_false(w.out.untrusted);
	assert_false(record_end(&w.fold, &w.out));
}

static void test_back_takes_reasons_along(void **state)
{
	(void)state;
	feed(EVENT_INSPECTION_OPENED, OPENED);
	answer("appearance", "fail");
	reason("appearance", "SCRATCH");
	assert_false(feed(EVENT_STEP_WITHDRAWN, "{\"step\":\"appearance\",\"answer\":\"fail\"}"));
	answer("appearance", "pass");
	answer("accessories", "pass");
	answer("usage", "fail");
	reason("usage", "DEAD");
	feed(EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}");
	assert_false(feed(EVENT_INSPECTION_REOPENED, "{\"step\":\"usage\"}"));
	assert_true(record_end(&w.fold, &w.out));
	assert_int_equal(w.out.state, RECORD_OPEN);
	assert_string_equal(w.out.reason[0], "");
	assert_string_equal(w.out.reason[2], "");
	assert_int_equal(w.out.now.answer[2], PARCEL_NONE);
	assert_int_equal(w.out.now.verdict, PARCEL_NONE);
	assert_int_equal(w.out.closed_ms, 0);
}

static void test_a_chain_that_begins_in_the_middle(void **state)
{
	(void)state;
	w.seq = 40;
	answer("usage", "pass");
	feed(EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	assert_true(feed(EVENT_INSPECTION_FINAL, "{\"verdict\":\"pass\"}"));
	assert_int_equal(w.out.opened_ms, 0);
	assert_int_equal(w.out.took_ms, 0);
	assert_string_equal(w.out.list, "");
	assert_string_equal(w.out.label, "RAB10000001K");
	assert_int_equal(w.out.now.verdict, PARCEL_PASS);
}

static void test_one_whose_end_was_never_told(void **state)
{
	(void)state;
	feed(EVENT_INSPECTION_OPENED, OPENED);
	w.inspection = TWO;
	assert_true(feed(EVENT_INSPECTION_OPENED, OPENED));
	assert_string_equal(w.out.inspection, ONE);
	assert_int_equal(w.out.state, RECORD_OPEN);
	assert_true(feed(EVENT_INSPECTION_ABANDONED, "{}"));
	assert_string_equal(w.out.inspection, TWO);
	assert_int_equal(w.out.state, RECORD_ABANDONED);
}

static void test_a_restart_and_a_wrong_clock_F1(void **state)
{
	(void)state;
	w.untrusted = true;
	feed(EVENT_INSPECTION_OPENED, OPENED);
	w.untrusted = false;
	w.boot = "a1e2d3c4-b5a6-4978-8695-a4b3c2d1e0f9";
	answer("appearance", "pass");
	answer("accessories", "pass");
	answer("usage", "pass");
	feed(EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	assert_true(record_end(&w.fold, &w.out));
	assert_int_equal(w.out.state, RECORD_CLOSED);
	assert_true(w.out.untrusted);
	assert_int_equal(w.out.took_ms, 0); /* two boots' counters say nothing of it */
}

/* --- cells --- */

static const char *cell(const char *text, size_t len)
{
	static char buf[256];
	struct text t = text_over(buf, sizeof(buf));
	struct csv c = csv_over(&t);

	csv_cell(&c, text, len);
	assert_false(t.full);
	return buf;
}

#define CELL(text) cell(text, sizeof(text) - 1)

static void test_formulas_are_defused(void **state)
{
	(void)state;
	assert_string_equal(CELL("=1+1"), "'=1+1");
	assert_string_equal(CELL("+1"), "'+1");
	assert_string_equal(CELL("-1"), "'-1");
	assert_string_equal(CELL("@SUM(A1)"), "'@SUM(A1)");
	assert_string_equal(CELL("\t=1"), "\"'\t=1\"");
	assert_string_equal(CELL("\r=1"), "\"'\r=1\"");
	assert_string_equal(CELL("\n=1"), "\"'\n=1\"");
	assert_string_equal(CELL("\xef\xbc\x9d"
				 "1"),
			    "'\xef\xbc\x9d"
			    "1");
	assert_string_equal(CELL("=cmd|' /C calc'!\"A1\",x"), "\"'=cmd|' /C calc'!\"\"A1\"\",x\"");
	assert_string_equal(CELL("a=1"), "a=1");
}

static void test_quotes_and_bytes(void **state)
{
	(void)state;
	assert_string_equal(CELL("plain"), "plain");
	assert_string_equal(CELL(""), "");
	assert_string_equal(CELL("a,b"), "\"a,b\"");
	assert_string_equal(CELL("a;=b"), "\"a;=b\""); /* no cell of its own where ; separates */
	assert_string_equal(CELL("a\"b"), "\"a\"\"b\"");
	assert_string_equal(CELL(" a"), "\" a\"");
	assert_string_equal(CELL("\xe7\x94\xb5\xe6\xb0\xb4\xe5\xa3\xb6"),
			    "\xe7\x94\xb5\xe6\xb0\xb4\xe5\xa3\xb6");
	assert_string_equal(CELL("a\xff\xe7\x94"
				 "b\0c"),
			    "a???b?c");
}

static unsigned commas(const char *row)
{
	unsigned n = 0;

	for (; *row; row++)
		n += *row == ',';
	return n;
}

static void test_row_F15(void **state)
{
	char row[RECORD_ROW], header[RECORD_ROW];
	struct text t = text_over(row, sizeof(row)), h = text_over(header, sizeof(header));
	struct parcel_unit goods = {.product = "4006381333931",
				    .title = "\xe7\x94\xb5\xe6\xb0\xb4\xe5\xa3\xb6"};

	test_fail_with_a_reason(state);
	record_csv_header(&h);
	assert_memory_equal(header, "\xef\xbb\xbfstation,seq,", 15);
	record_csv_row(&t, &w.out, &goods);
	assert_string_equal(row, "bench-1,1," ONE ",RAB10000001K,1,2,4006381333931,"
				 "\xe7\x94\xb5\xe6\xb0\xb4\xe5\xa3\xb6,known,2026-11-23 08:00:01,"
				 "2026-11-23 08:00:06,2026-11-23 08:00:07,trusted,5,B17,final,fail,"
				 "fail,pass,pass,SCRATCH,,,\r\n");
	assert_int_equal(commas(row), commas(header));
}

/* The longest cells that a record can hold, all of them quotes. */
static void test_the_longest_row_fits(void **state)
{
	char row[RECORD_ROW];
	struct text t = text_over(row, sizeof(row));
	struct parcel_unit goods;

	test_fail_with_a_reason(state);
	memset(w.out.station, '"', sizeof(w.out.station) - 1);
	memset(w.out.inspection, '"', sizeof(w.out.inspection) - 1);
	memset(w.out.supersedes, '"', sizeof(w.out.supersedes) - 1);
	memset(w.out.label, '"', sizeof(w.out.label) - 1);
	memset(w.out.list, '"', sizeof(w.out.list) - 1);
	memset(w.out.by, '"', sizeof(w.out.by) - 1);
	for (int i = 0; i < CHECKLIST_STEPS; i++)
		memset(w.out.reason[i], '"', sizeof(w.out.reason[i]) - 1);
	memset(&goods, 0, sizeof(goods));
	memset(goods.product, '"', sizeof(goods.product) - 1);
	memset(goods.title, '"', sizeof(goods.title) - 1);
	record_csv_row(&t, &w.out, &goods);
	assert_false(t.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fail_with_a_reason, setup),
		cmocka_unit_test_setup(test_back_takes_reasons_along, setup),
		cmocka_unit_test_setup(test_a_chain_that_begins_in_the_middle, setup),
		cmocka_unit_test_setup(test_one_whose_end_was_never_told, setup),
		cmocka_unit_test_setup(test_a_restart_and_a_wrong_clock_F1, setup),
		cmocka_unit_test_setup(test_formulas_are_defused, setup),
		cmocka_unit_test_setup(test_quotes_and_bytes, setup),
		cmocka_unit_test_setup(test_row_F15, setup),
		cmocka_unit_test_setup(test_the_longest_row_fits, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
