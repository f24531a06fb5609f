/* test_parcel.c - the list of expected returns is read as spreadsheets write it; a bad row is
 * refused in words that name its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/parcel.h"
#include <string.h>

#define ID "019ab0c1-d2e3-7f40-8a5b-6c7d8e9f0a1b"

static struct parcel_csv header(const char *line)
{
	struct parcel_csv csv;
	struct parcel_csv_error error = {""};

	if (!parcel_csv_header(&csv, line, strlen(line), &error))
		fail_msg("%s", error.text);
	return csv;
}

/* The line in memory of its own size, so that a sanitizer sees a step over its end. */
static bool row_read(struct parcel_csv *csv, const char *line, size_t len, struct parcel_row *out,
		     bool *empty, struct parcel_csv_error *error)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, line, len);
	bool good = parcel_csv_row(csv, copy, len, out, empty, error);

	free(copy);
	return good;
}

static struct parcel_row row(const char *head, const char *line)
{
	struct parcel_csv csv = header(head);
	struct parcel_csv_error error = {""};
	struct parcel_row out;
	bool empty;

	if (!row_read(&csv, line, strlen(line), &out, &empty, &error))
		fail_msg("%s", error.text);
	assert_false(empty);
	return out;
}

static void refused_bytes(const char *head, const char *line, size_t len, const char *words)
{
	struct parcel_csv csv = header(head);
	struct parcel_csv_error error = {""};
	struct parcel_row out;
	bool empty;

	if (row_read(&csv, line, len, &out, &empty, &error))
		fail_msg("took: %s", line);
	if (!strstr(error.text, words) || strncmp(error.text, "line 2: ", 8) != 0)
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void refused(const char *head, const char *line, const char *words)
{
	refused_bytes(head, line, strlen(line), words);
}

static void header_refused(const char *line, const char *words)
{
	struct parcel_csv csv;
	struct parcel_csv_error error = {""};

	assert_false(parcel_csv_header(&csv, line, strlen(line), &error));
	if (!strstr(error.text, words) || strncmp(error.text, "line 1: ", 8) != 0)
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(parcel_list_name(PARCEL_NO_LIST), "no-list");
	assert_string_equal(parcel_list_name(PARCEL_UNKNOWN), "unknown");
	assert_string_equal(parcel_list_name(PARCEL_KNOWN), "known");
	assert_string_equal(parcel_verdict_name(PARCEL_NONE), "");
	assert_string_equal(parcel_verdict_name(PARCEL_PASS), "pass");
	assert_string_equal(parcel_verdict_name(PARCEL_FAIL), "fail");
}

static void test_all_columns(void **state)
{
	struct parcel_row r = row(
		"rma,line,quantity,product,title,accessories,reason,wish,state,last_inspection,"
		"last_verdict,last_station,last_at,last_by",
		"rab10000001k,3,2,4006381333931,\"Kettle, 1.5 l\",\"base, \"\"EU\"\" cord\","
		"\xe5\x9d\x8f\xe4\xba\x86,Refund,APPROVED,019AB0C1-D2E3-7f40-8a5b-6c7d8e9f0a1b,fail,"
		"bench-2,2026-11-20T09:30:00Z,B7\r\n");

	(void)state;
	assert_string_equal(r.rma, "RAB10000001K");
	assert_int_equal(r.line, 3);
	assert_int_equal(r.quantity, 2);
	assert_true(r.approved);
	assert_string_equal(r.wish, "refund");
	assert_int_equal(r.unit.line, 3);
	assert_int_equal(r.unit.unit, 1);
	assert_string_equal(r.unit.product, "4006381333931");
	assert_string_equal(r.unit.title, "Kettle, 1.5 l");
	assert_string_equal(r.unit.accessories, "base, \"EU\" cord");
	assert_string_equal(r.unit.reason, "\xe5\x9d\x8f\xe4\xba\x86");
	assert_int_equal(r.unit.last.verdict, PARCEL_FAIL);
	assert_string_equal(r.unit.last.inspection, ID);
	assert_string_equal(r.unit.last.station, "bench-2");
	assert_string_equal(r.unit.last.at, "2026-11-20T09:30:00.000Z");
	assert_string_equal(r.unit.last.by, "B7");
}

static void test_tracking_numbers_are_compared_alike_F7(void **state)
{
	struct parcel_row r = row("rma,tracking", "R1,1z 999 aa1 01 2345 6784");
	char key[PARCEL_TRACKING + 1];

	(void)state;
	assert_string_equal(r.tracking, "1Z999AA10123456784");
	r = row("rma,tracking", "R1,\xe5\x9d\x8f");
	assert_string_equal(r.tracking, "");
	r = row("rma,tracking", "R1,");
	assert_string_equal(r.tracking, "");
	assert_true(parcel_tracking("(00) 3 4012345 000000001 7", key));
	assert_string_equal(key, "00340123450000000017");
	assert_true(parcel_tracking("340123450000000017", key));
	assert_string_equal(key, "00340123450000000017");
	assert_true(parcel_tracking("340123450000000018", key)); /* 18 digits of something else */
	assert_string_equal(key, "340123450000000018");
	assert_true(parcel_tracking(
		"1234567890123456789012345678901234567890123456789012345678901234", key));
	assert_false(parcel_tracking(
		"12345678901234567890123456789012345678901234567890123456789012345", key));
	assert_string_equal(key, "");
	assert_false(parcel_tracking("", key));
	assert_false(parcel_tracking(" ( ) ", key));
	assert_false(parcel_tracking("1Z\xc3\xa4", key));
}

static void test_rma_alone_means_one_approved_unit(void **state)
{
	struct parcel_row r = row("rma", "R1");

	(void)state;
	assert_string_equal(r.rma, "R1");
	assert_int_equal(r.line, 1);
	assert_int_equal(r.quantity, 1);
	assert_true(r.approved);
	assert_string_equal(r.wish, "");
	assert_int_equal(r.unit.last.verdict, PARCEL_NONE);
	r = row("rma,line,quantity,wish", "R1,,,");
	assert_int_equal(r.line, 1);
	assert_int_equal(r.quantity, 1);
}

static void test_only_approved_is_approved(void **state)
{
	(void)state;
	assert_true(row("rma,state", "R1,approved").approved);
	assert_false(row("rma,state", "R1,requested").approved);
	assert_false(row("rma,state", "R1,approvedx").approved);
	assert_false(row("rma,state", "R1,approve").approved);
	assert_false(row("rma,state", "R1,").approved);
}

static void test_header_any_order_bom_case_and_foreign_columns_F15(void **state)
{
	struct parcel_row r = row("\xef\xbb\xbf Title ;customer\xff;\"RMA\";;line\r\n",
				  "Kettle;\"any;thing\";R1;;7");

	(void)state;
	assert_string_equal(r.rma, "R1");
	assert_string_equal(r.unit.title, "Kettle");
	assert_int_equal(r.line, 7);
	/* what is not ours is not looked at, so its encoding can't hurt */
	r = row("rma,note", "R1,\xd6\xd0\xce\xc4\t");
	assert_string_equal(r.rma, "R1");
}

static void test_separator_is_the_headers(void **state)
{
	struct parcel_row r = row("rma;title", "R1;a, b");

	(void)state;
	assert_string_equal(r.unit.title, "a, b");
	r = row("rma,title", "R1,a; b");
	assert_string_equal(r.unit.title, "a; b");
	refused("rma;title", "R1,a", "has fewer fields");
}

static void test_header_refused(void **state)
{
	char wide[256];

	(void)state;
	header_refused("", "column rma: is missing");
	header_refused("\xef\xbb\xbf", "column rma: is missing");
	header_refused("order,line", "column rma: is missing");
	header_refused("rma\tline", "column rma: is missing");
	header_refused("rma,line,RMA", "column rma: is there twice");
	header_refused("rma,title,\"title\"", "column title: is there twice");
	header_refused("rma,\"line", "column 2: a quote is not closed");
	header_refused("rma,\"line\"x", "column 2: something stands between");
	header_refused("rma,li\"ne", "column 2: a quote inside");
	memset(wide, ',', sizeof(wide));
	memcpy(wide, "rma", 3);
	wide[3 + 64] = '\0'; /* 64 separators: 65 columns */
	header_refused(wide, "more than 64 columns");
	wide[3 + 63] = '\0';
	assert_int_equal(header(wide).fields, 64);
}

static void test_empty_lines(void **state)
{
	static const char *const lines[] = {"", "\r\n", "\n", "   ", ",,", " , ,\r\n"};
	struct parcel_csv csv = header("rma,line,title");
	struct parcel_csv_error error;
	struct parcel_row r;
	bool empty = false;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(row_read(&csv, lines[i], strlen(lines[i]), &r, &empty, &error));
		assert_true(empty);
	}
	assert_true(row_read(&csv, "R1,1,x", 6, &r, &empty, &error));
	assert_false(empty);
	assert_int_equal(csv.row, 8); /* lines count whether empty or not */
}

static void test_quotes(void **state)
{
	(void)state;
	assert_string_equal(row("rma,title", "R1,\"\"").unit.title, "");
	assert_string_equal(row("rma,title", "R1,\"\"\"\"").unit.title, "\"");
	assert_string_equal(row("rma,title", "R1,\"\"\"a\"\",\"\"\"").unit.title, "\"a\",\"");
	assert_string_equal(row("rma,title", "\"R1\",\" a \"").unit.title, "a");
	assert_string_equal(row("rma,title", "R1,  a b ").unit.title, "a b");
	refused("rma,title", "R1,\"", "column title: a quote is not closed");
	refused("rma,title", "R1,\"a", "column title: a quote is not closed");
	refused("rma,title", "R1,\"a\"\"", "column title: a quote is not closed");
	refused("rma,title", "R1,\"\"\"", "column title: a quote is not closed");
	refused("rma,title", "R1,\"a\" ", "column title: something stands between");
	refused("rma,title", "R1,\"a\"b\"", "column title: something stands between");
	refused("rma,title", "R1,27\" screen", "column title: a quote inside");
	refused("rma,title", "R1, \"a\"", "column title: a quote inside");
}

static void test_number_of_fields(void **state)
{
	(void)state;
	refused("rma,line,title", "R1,1", "has fewer fields");
	refused("rma,line,title", "R1,1,a,b", "has more fields");
	refused("rma", "R1,", "has more fields");
	/* a field too many is told as such, not as what it holds */
	refused("rma", "R1,\xff", "has more fields");
}

static void test_numbers_refused(void **state)
{
	static const char *const bad[] = {"0", "10000", "-1", "1.5", "x", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64] = "R1,";

		strcat(line, bad[i]);
		refused("rma,line", line, "column line: is no number 1..9999");
		refused("rma,quantity", line, "column quantity: is no number 1..32");
	}
	refused("rma,quantity", "R1,33", "column quantity: is no number 1..32");
	refused("rma,quantity", "R1,000000000000000000001", "column quantity: is too long");
	assert_int_equal(row("rma,quantity", "R1,32").quantity, PARCEL_UNITS);
	assert_int_equal(row("rma,line", "R1, 9999 ").line, 9999);
}

static void test_values_refused(void **state)
{
	(void)state;
	refused("rma,title", ",x", "column rma: is empty");
	refused("rma,title", "\"  \",x", "column rma: is empty");
	refused("rma", "R\xc3\xa4", "column rma: has a character");
	refused("rma,wish", "R1,money", "column wish: is neither refund nor exchange");
	refused("rma,last_verdict", "R1,passed", "column last_verdict: is neither pass nor fail");
	refused("rma,last_inspection", "R1,17", "column last_inspection: is no UUID");
	refused("rma,last_at", "R1,yesterday", "column last_at: is no UTC time");
	refused("rma,last_at", "R1,2026-02-30T00:00:00Z", "column last_at: is no UTC time");
	refused("rma,last_at", "R1,2026-11-20T09:30:00+", "column last_at: is no UTC time");
	refused("rma,last_at", "R1,2026-11-20T09:30:00.123456Z", "column last_at: is no UTC time");
	assert_string_equal(row("rma,wish", "R1,EXCHANGE").wish, "exchange");
}

static void test_bytes_refused(void **state)
{
	(void)state;
	refused("rma,title", "R1,\xff", "column title: is not UTF-8");
	refused("rma,title", "R1,\xd6\xd0", "column title: is not UTF-8");
	refused("rma,title", "R1,\xed\xa0\x80", "column title: is not UTF-8");
	refused("rma,title", "R1,\xe2\x82", "column title: is not UTF-8");
	refused("rma,title", "R1,a\tb", "column title: has a control character");
	refused("rma,title", "R1,\x1b[2J", "column title: has a control character");
	refused("rma,title", "R1,\xc2\x9b", "column title: has a control character");
	refused("rma,title", "R1,\x7f", "column title: has a control character");
	refused("rma,title", "R1,\"a\nb\"", "column title: has a control character");
	refused("rma", "R1\x1d", "column rma: has a control character");
	refused_bytes("rma,title", "R1,a\0b", 6, "column title: is not UTF-8");
	assert_string_equal(row("rma,title", "R1,\xc2\xa0").unit.title, "\xc2\xa0");
}

/* Each column takes its longest value and refuses one byte more. */
static void test_longest_values(void **state)
{
	static const struct {
		const char *name;
		size_t max;
	} bound[] = {{"product", 64}, {"title", 64}, {"accessories", 128}, {"reason", 96}};

	(void)state;
	for (size_t i = 0; i < sizeof(bound) / sizeof(bound[0]); i++) {
		char head[32] = "rma,", line[256] = "R1,", words[64] = "column ";

		strcat(head, bound[i].name);
		memset(line + 3, 'x', bound[i].max);
		(void)row(head, line);
		line[3 + bound[i].max] = 'x';
		strcat(strcat(words, bound[i].name), ": is too long");
		refused(head, line, words);
	}
	char line[LABEL_MAX + 2] = "";

	memset(line, 'r', LABEL_MAX);
	assert_int_equal(strlen(row("rma", line).rma), LABEL_MAX);
	line[LABEL_MAX] = 'r';
	refused_bytes("rma", line, LABEL_MAX + 1, "column rma: is too long");
	refused("rma,last_station", "R1,123456789012345678901234567890123", "is too long");
	refused("rma,last_by", "R1,12345678901234567", "column last_by: is too long");
}

static void test_line_length_is_bounded(void **state)
{
	static char line[PARCEL_CSV_LINE + 8];
	struct parcel_csv csv = header("rma,note");
	struct parcel_csv_error error;
	struct parcel_row r;
	bool empty;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "R1,", 3);
	assert_true(row_read(&csv, line, PARCEL_CSV_LINE, &r, &empty, &error));
	refused_bytes("rma,note", line, PARCEL_CSV_LINE + 1, "longer than 4096 bytes");
	memcpy(line, "rma", 3);
	assert_false(parcel_csv_header(&csv, line, PARCEL_CSV_LINE + 1, &error));
	assert_string_equal(error.text, "line 1: longer than 4096 bytes");
}

static void test_a_refused_row_does_not_stop_the_next(void **state)
{
	struct parcel_csv csv = header("rma,quantity");
	struct parcel_csv_error error;
	struct parcel_row r;
	bool empty;

	(void)state;
	assert_false(row_read(&csv, "R1,many", 7, &r, &empty, &error));
	assert_string_equal(error.text, "line 2: column quantity: is no number 1..32");
	assert_true(row_read(&csv, "R2,2", 4, &r, &empty, &error));
	assert_string_equal(r.rma, "R2");
	assert_int_equal(r.quantity, 2);
	assert_false(row_read(&csv, "R3", 2, &r, &empty, &error));
	assert_string_equal(error.text, "line 4: has fewer fields than the first line");
}

/* Nothing of one row is left in the next. */
static void test_rows_are_apart(void **state)
{
	struct parcel_csv csv = header("rma,title,last_verdict,last_by");
	struct parcel_csv_error error;
	struct parcel_row r;
	bool empty;

	(void)state;
	assert_true(row_read(&csv, "R1,a,pass,B7", 12, &r, &empty, &error));
	assert_int_equal(r.unit.last.verdict, PARCEL_PASS);
	assert_true(row_read(&csv, "R2,,,B7", 7, &r, &empty, &error));
	assert_string_equal(r.unit.title, "");
	assert_int_equal(r.unit.last.verdict, PARCEL_NONE);
	assert_string_equal(r.unit.last.by, ""); /* no verdict: there is no last one to tell of */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_all_columns),
		cmocka_unit_test(test_tracking_numbers_are_compared_alike_F7),
		cmocka_unit_test(test_rma_alone_means_one_approved_unit),
		cmocka_unit_test(test_only_approved_is_approved),
		cmocka_unit_test(test_header_any_order_bom_case_and_foreign_columns_F15),
		cmocka_unit_test(test_separator_is_the_headers),
		cmocka_unit_test(test_header_refused),
		cmocka_unit_test(test_empty_lines),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_number_of_fields),
		cmocka_unit_test(test_numbers_refused),
		cmocka_unit_test(test_values_refused),
		cmocka_unit_test(test_bytes_refused),
		cmocka_unit_test(test_longest_values),
		cmocka_unit_test(test_line_length_is_bounded),
		cmocka_unit_test(test_a_refused_row_does_not_stop_the_next),
		cmocka_unit_test(test_rows_are_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
