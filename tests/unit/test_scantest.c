/* test_scantest.c - what a scanner makes of the doctor's sheet (F7), a row a scanner. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/scantest.h"

#define PLAIN  "DOC1-YZ-MAQW/0289+.:"
#define SMALL  "DOC2-abcXYZ"
#define FIRST  "010400638133393110DOC3"
#define SECOND "21YZ7"
#define QR     "DOC4-YZ-abc-0289"
#define US     SCANTEST_LAYOUT_US
#define KEPT   SCANTEST_CASE_KEPT

struct row {
	const char *raw;
	struct scantest is;
	unsigned advice, bad; /* how many findings, with gap_ms 200 */
};

static const struct row rows[] = {
	/* suffixes */
	{PLAIN "\r", {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR}, 0, 0},
	{PLAIN "\n", {.code = SCANTEST_PLAIN, .end = SCANTEST_END_LF}, 0, 0},
	{PLAIN "\r\n", {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CRLF}, 0, 0},
	{PLAIN "\t", {.code = SCANTEST_PLAIN, .end = SCANTEST_END_TAB}, 1, 0},
	{PLAIN, {.code = SCANTEST_PLAIN}, 1, 0},
	{"\x02" PLAIN "\x03", {.code = SCANTEST_PLAIN, .end = SCANTEST_END_ETX, .stx = true}, 0, 0},
	{PLAIN "##\r",
	 {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR, .suffix = "##", .suffix_len = 2},
	 0,
	 1},
	{PLAIN "\r" PLAIN "\r", {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR}, 0, 0},
	/* prefixes and AIM ids */
	{"]C0" PLAIN "\r",
	 {.code = SCANTEST_PLAIN,
	  .end = SCANTEST_END_CR,
	  .aim = "C0",
	  .aim_is = SCANTEST_AIM_RIGHT},
	 0,
	 0},
	{"]Q1" QR "\r",
	 {.code = SCANTEST_QR, .end = SCANTEST_END_CR, .aim = "Q1", .aim_is = SCANTEST_AIM_RIGHT},
	 0,
	 0},
	{"]C0" QR "\r",
	 {.code = SCANTEST_QR, .end = SCANTEST_END_CR, .aim = "C0", .aim_is = SCANTEST_AIM_WRONG},
	 0,
	 1},
	{"A1" PLAIN "\r",
	 {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR, .prefix = "A1", .prefix_len = 2},
	 0,
	 1},
	{"#]C0" PLAIN "\r",
	 {.code = SCANTEST_PLAIN,
	  .end = SCANTEST_END_CR,
	  .prefix = "#",
	  .prefix_len = 1,
	  .aim = "C0",
	  .aim_is = SCANTEST_AIM_RIGHT},
	 0,
	 1},
	/* FNC1 */
	{"]C1" FIRST "\x1d" SECOND "\r",
	 {.code = SCANTEST_GS1,
	  .end = SCANTEST_END_CR,
	  .aim = "C1",
	  .aim_is = SCANTEST_AIM_RIGHT,
	  .fnc1 = SCANTEST_FNC1_GS},
	 0,
	 0},
	{"\x1d" FIRST "\x1d" SECOND "\r",
	 {.code = SCANTEST_GS1, .end = SCANTEST_END_CR, .fnc1 = SCANTEST_FNC1_GS},
	 0,
	 0},
	{FIRST SECOND "\r",
	 {.code = SCANTEST_GS1, .end = SCANTEST_END_CR, .fnc1 = SCANTEST_FNC1_LOST},
	 1,
	 0},
	{FIRST "|" SECOND "\r",
	 {.code = SCANTEST_GS1,
	  .end = SCANTEST_END_CR,
	  .fnc1 = SCANTEST_FNC1_SUBSTITUTE,
	  .substitute = "|",
	  .substitute_len = 1},
	 1,
	 0},
	{FIRST "<GS>" SECOND "\r",
	 {.code = SCANTEST_GS1,
	  .end = SCANTEST_END_CR,
	  .fnc1 = SCANTEST_FNC1_SUBSTITUTE,
	  .substitute = "<GS>",
	  .substitute_len = 4},
	 1,
	 0},
	/* letters */
	{"DOC2-ABCXYZ\r",
	 {.code = SCANTEST_CASE, .end = SCANTEST_END_CR, .letters = SCANTEST_CASE_UPPER},
	 0,
	 1},
	{"doc2-abcxyz\r",
	 {.code = SCANTEST_CASE, .end = SCANTEST_END_CR, .letters = SCANTEST_CASE_LOWER},
	 0,
	 1},
	{"doc2-ABCxyz\r",
	 {.code = SCANTEST_CASE, .end = SCANTEST_END_CR, .letters = SCANTEST_CASE_SWAPPED},
	 0,
	 1},
	/* keyboards: what a US keyboard makes of a German's and of a French one's keys */
	{"DOC1/ZY/MAQW&0289].>\r",
	 {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR, .layout = SCANTEST_LAYOUT_QWERTZ},
	 0,
	 1},
	{"DOC!6YW6:QAZ>)@*(+<.\r",
	 {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR, .layout = SCANTEST_LAYOUT_AZERTY},
	 0,
	 1},
	{"DOC1-YZ-MAQW_0289?;:\r",
	 {.code = SCANTEST_PLAIN, .end = SCANTEST_END_CR, .layout = SCANTEST_LAYOUT_OTHER},
	 0,
	 1},
	/* others */
	{"RAMS0000001Q\r", {.code = SCANTEST_CODES}, 0, 1},
	{"", {.code = SCANTEST_CODES}, 0, 1},
	{"DOC", {.code = SCANTEST_CODES}, 0, 1},
};

static void test_F7_every_scanner_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct scantest_finding finding[SCANTEST_FINDINGS];
		unsigned count[SCANTEST_BAD + 1] = {0};
		struct scantest got;

		scantest_read((const uint8_t *)r->raw, strlen(r->raw), &got);
		assert_int_equal(got.code, r->is.code);
		assert_int_equal(got.end, r->is.end);
		assert_int_equal(got.aim_is, r->is.aim_is);
		assert_int_equal(got.fnc1, r->is.fnc1);
		assert_int_equal(got.letters, r->is.letters);
		assert_int_equal(got.layout, r->is.layout);
		assert_int_equal(got.stx, r->is.stx);
		assert_int_equal(got.parity, r->is.parity);
		assert_string_equal(got.aim, r->is.aim);
		assert_int_equal(got.prefix_len, r->is.prefix_len);
		assert_memory_equal(got.prefix, r->is.prefix, SCANTEST_MORE);
		assert_int_equal(got.suffix_len, r->is.suffix_len);
		assert_memory_equal(got.suffix, r->is.suffix, SCANTEST_MORE);
		assert_int_equal(got.substitute_len, r->is.substitute_len);
		assert_memory_equal(got.substitute, r->is.substitute, SCANTEST_MORE);
		for (size_t k = scantest_say(&got, 200, finding); k-- > 0;)
			count[finding[k].grade]++;
		assert_int_equal(count[SCANTEST_ADVICE], r->advice);
		assert_int_equal(count[SCANTEST_BAD], r->bad);
		assert_int_equal(count[SCANTEST_GOOD], 0);
	}
}

/* Each code is told from the others however it is changed, and says so by the right name. */
static void test_each_code_is_found(void **state)
{
	static const char *const names[SCANTEST_CODES] = {"plain", "case", "gs1", "qr"};

	(void)state;
	for (unsigned c = 0; c < SCANTEST_CODES; c++) {
		const char *text = scantest_text((enum scantest_code)c);
		struct scantest got;

		scantest_read((const uint8_t *)text, strlen(text), &got);
		assert_int_equal(got.code, c);
		assert_string_equal(scantest_code_name(got.code), names[c]);
	}
}

/* 7E1 read as 8N1: the eighth bit makes the number of ones even. */
static void test_parity_bits_are_seen(void **state)
{
	uint8_t raw[] = PLAIN "\r";
	struct scantest_finding finding[SCANTEST_FINDINGS];
	struct scantest got;

	(void)state;
	for (size_t i = 0; i < sizeof(raw) - 1; i++)
		if (__builtin_parity(raw[i]))
			raw[i] |= 0x80;
	scantest_read(raw, sizeof(raw) - 1, &got);
	assert_int_equal(got.code, SCANTEST_PLAIN);
	assert_true(got.parity);
	assert_int_equal(got.end, SCANTEST_END_CR);
	assert_int_equal(scantest_say(&got, 200, finding), 1);
	assert_non_null(strstr(finding[0].text, "7E1"));
}

static void test_no_end_and_no_gap_is_bad(void **state)
{
	struct scantest_finding finding[SCANTEST_FINDINGS];
	struct scantest got;

	(void)state;
	scantest_read((const uint8_t *)PLAIN, strlen(PLAIN), &got);
	assert_int_equal(scantest_say(&got, 0, finding), 1);
	assert_int_equal(finding[0].grade, SCANTEST_BAD);
}

/* All that can be wrong at once still fits. */
static void test_findings_fit(void **state)
{
	struct scantest_finding finding[SCANTEST_FINDINGS];
	const struct scantest worst = {.code = SCANTEST_GS1,
				       .aim_is = SCANTEST_AIM_WRONG,
				       .fnc1 = SCANTEST_FNC1_LOST,
				       .letters = SCANTEST_CASE_LOWER,
				       .layout = SCANTEST_LAYOUT_OTHER,
				       .parity = true,
				       .prefix_len = 1,
				       .suffix_len = 1};

	(void)state;
	assert_int_equal(scantest_say(&worst, 200, finding), 8);
}

static void test_long_rubbish(void **state)
{
	static uint8_t raw[5000];
	struct scantest got;

	(void)state;
	memset(raw, 'D', sizeof(raw));
	scantest_read(raw, sizeof(raw), &got);
	assert_int_equal(got.code, SCANTEST_CODES);
	memcpy(raw + 100, PLAIN, strlen(PLAIN));
	scantest_read(raw, sizeof(raw), &got);
	assert_int_equal(got.code, SCANTEST_PLAIN);
	assert_int_equal(got.prefix_len, SCANTEST_MORE);
	assert_int_equal(got.suffix_len, SCANTEST_MORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F7_every_scanner_of_the_table),
		cmocka_unit_test(test_each_code_is_found),
		cmocka_unit_test(test_parity_bits_are_seen),
		cmocka_unit_test(test_no_end_and_no_gap_is_bad),
		cmocka_unit_test(test_findings_fit),
		cmocka_unit_test(test_long_rubbish),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
