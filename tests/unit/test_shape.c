/* test_shape.c - the pattern language of return numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "station/shape.h"

static void fits(const char *pattern, const char *text, size_t check_at)
{
	struct shape s;
	size_t at = 0;

	assert_null(shape_read(&s, pattern));
	assert_true(shape_fits(&s, text, strlen(text), &at));
	assert_int_equal(at, check_at);
}

static void misses(const char *pattern, const char *text)
{
	struct shape s;
	size_t at = 0;

	assert_null(shape_read(&s, pattern));
	assert_false(shape_fits(&s, text, strlen(text), &at));
	assert_int_equal(at, SIZE_MAX);
}

static void test_default(void **state)
{
	(void)state;
	fits("R%w{3}%d{7}%c", "RAB10000001X", 11);
	fits("R%w{3}%d{7}%c", "R0010000001X", 11);
	misses("R%w{3}%d{7}%c", "RAB10000001");
	misses("R%w{3}%d{7}%c", "RAB10000001XY");
	misses("R%w{3}%d{7}%c", "XAB10000001X");
	misses("R%w{3}%d{7}%c", "RAB1000O001X");
	misses("R%w{3}%d{7}%c", "RAB10000001-");
	misses("R%w{3}%d{7}%c", "rab10000001x");
	misses("R%w{3}%d{7}%c", "");
}

static void test_classes(void **state)
{
	(void)state;
	fits("%a", "Z", SIZE_MAX);
	misses("%a", "0");
	misses("%a", "a");
	fits("%d", "9", SIZE_MAX);
	misses("%d", "A");
	misses("%d", "/");
	misses("%d", ":");
	fits("%w", "0", SIZE_MAX);
	fits("%w", "A", SIZE_MAX);
	misses("%w", "@");
	misses("%w", "[");
	fits("RMA-%d %% #", "RMA-1 % #", SIZE_MAX);
	misses("RMA-%d", "RMA_1");
}

static void test_repeats(void **state)
{
	(void)state;
	fits("%d{2,4}", "12", SIZE_MAX);
	fits("%d{2,4}", "1234", SIZE_MAX);
	misses("%d{2,4}", "1");
	misses("%d{2,4}", "12345");
	fits("%d{64}%d{64}",
	     "0123456789012345678901234567890123456789012345678901234567890123"
	     "0123456789012345678901234567890123456789012345678901234567890123",
	     SIZE_MAX);
	/* What the first part takes, the second lacks: found without backtracking. */
	fits("%w{1,8}%d{3}", "ABC123", SIZE_MAX);
	fits("%w{1,8}%d{3}", "1234", SIZE_MAX);
	misses("%w{1,8}%d{3}", "123");
	fits("%d{1,3}%a{1,3}%d{1,3}%c", "1A2B", 3);
	fits("%d{1,3}%a{1,3}%d{1,3}%c", "1A23", 3);
	misses("%d{1,3}%a{1,3}%d{1,3}%c", "1A2");
}

static void test_sets(void **state)
{
	(void)state;
	fits("7[3-68]%d{2}", "7399", SIZE_MAX);
	fits("7[3-68]%d{2}", "7899", SIZE_MAX);
	misses("7[3-68]%d{2}", "7799");
	misses("7[3-68]%d{2}", "72991");
	fits("TB[ACM]%d{2}", "TBM12", SIZE_MAX);
	misses("TB[ACM]%d{2}", "TBB12");
	fits("[A-C0]{2,3}X", "A0CX", SIZE_MAX);
	misses("[A-C0]{2,3}X", "ADX");
	fits("%(%d%)%[%]%{%}", "(1)[]{}", SIZE_MAX);
}

static void test_group(void **state)
{
	struct shape s;
	(void)state;

	fits("420%d{5}(9[2-5]%d{2})", "420123459400", SIZE_MAX);
	assert_null(shape_read(&s, "420%d{5}(9[2-5]%d{2,5})%w{2}"));
	assert_int_equal(s.before, 8);
	assert_int_equal(s.behind, 2);
	assert_int_equal(s.shortest, 14);
	assert_int_equal(s.longest, 17);
	assert_null(shape_read(&s, "%d{2}"));
	assert_int_equal(s.before + s.behind, 0);
}

static void test_may_have(void **state)
{
	struct shape s;
	(void)state;

	assert_null(shape_read(&s, "1%d{1,2}%a"));
	assert_true(shape_may_have(&s, 0, '1'));
	assert_false(shape_may_have(&s, 0, '2'));
	assert_true(shape_may_have(&s, 1, '2'));
	assert_false(shape_may_have(&s, 1, 'A'));
	assert_true(shape_may_have(&s, 2, 'A'));
	assert_true(shape_may_have(&s, 2, '7'));
	assert_true(shape_may_have(&s, 3, 'A'));
	assert_false(shape_may_have(&s, 3, '7'));
	assert_false(shape_may_have(&s, 4, 'A'));
}

static void test_check_anywhere(void **state)
{
	(void)state;
	fits("%c%d{3}", "X123", 0);
	fits("%a%c-%d", "AX-1", 1);
	fits("%d{1,4}%c%a", "12345A", 4);
	fits("%d{1,4}%c%a", "123BA", 3);
}

static void test_faulty_shapes_say_why(void **state)
{
	static const struct {
		const char *pattern, *word;
	} bad[] = {
		{"", "empty"},
		{"%", "after %"},
		{"R%", "after %"},
		{"%x", "after %"},
		{"%D", "after %"},
		{"%c%c", "at most one"},
		{"%c{2}", "repeated"},
		{"R{2}", "only stand after"},
		{"[", "capital letters"},
		{"[]", "capital letters"},
		{"[6-3]", "capital letters"},
		{"[0-A]", "capital letters"},
		{"[a]", "capital letters"},
		{"[12", "capital letters"},
		{"A]", "that [ begins"},
		{"(%d", "has no )"},
		{"%d)", "what ( begins"},
		{"(%d)(%d)", "once"},
		{"%d{1,2}(%d)", "one length"},
		{"(%d)%d{1,2}", "one length"},
		{"%d()%d", "empty"},
		{"}", "only stand after"},
		{"%d{}", "from 1 to 64"},
		{"%d{0}", "from 1 to 64"},
		{"%d{65}", "from 1 to 64"},
		{"%d{99999999999999999999}", "from 1 to 64"},
		{"%d{1,}", "from 1 to 64"},
		{"%d{1,65}", "from 1 to 64"},
		{"%d{-1}", "from 1 to 64"},
		{"%d{1", "ends with"},
		{"%d{1,2", "ends with"},
		{"%d{1 }", "ends with"},
		{"%d{4,2}", "larger"},
		{"r%d", "upper case"},
		{"R\t%d", "printable"},
		{"R\xc3\xa4", "printable"},
		{"%d{64}%d{64}%d", "128"},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "48"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct shape s;
		const char *wrong = shape_read(&s, bad[i].pattern);

		assert_non_null(wrong);
		if (!strstr(wrong, bad[i].word))
			fail_msg("'%s' gave: %s", bad[i].pattern, wrong);
	}
}

/* A slow way to say the same: try every repeat count of every part. */
static bool slow_fits(const struct shape_part *p, unsigned parts, const char *text, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits[] = "0123456789";

	if (parts == 0)
		return len == 0;
	for (size_t n = 0; n <= len && n <= p->max; n++) {
		if (n >= p->min && slow_fits(p + 1, parts - 1, text + n, len - n))
			return true;
		if (n == len)
			return false;
		char c = text[n];
		bool digit = strchr(digits, c) != NULL, letter = strchr(letters, c) != NULL;
		bool takes = p->class == 'l'   ? c == p->literal
			     : p->class == 'd' ? digit
			     : p->class == 'a' ? letter
					       : digit || letter;
		if (!takes)
			return false;
	}
	return false;
}

static void test_agrees_with_trying_everything(void **state)
{
	static const char *const pieces[] = {"%d",	"%a{1,2}", "%w{1,3}", "A",
					     "%d{2,4}", "1",	   "%c",      "%w{2}"};
	unsigned fitting = 0;
	(void)state;

	srand(1);
	for (int round = 0; round < 20000; round++) {
		char pattern[64] = "", text[9];
		struct shape s;
		size_t len = (size_t)(rand() % 8), at;

		for (int i = rand() % 5; i >= 0; i--)
			strcat(pattern, pieces[rand() % 8]);
		if (shape_read(&s, pattern) != NULL)
			continue; /* two %c */
		for (size_t i = 0; i < len; i++)
			text[i] = "AB12"[rand() % 4];
		text[len] = '\0';
		bool expected = slow_fits(s.part, s.parts, text, len);
		if (shape_fits(&s, text, len, &at) != expected)
			fail_msg("%s on %s", pattern, text);
		fitting += expected;
		if (expected && strstr(pattern, "%c"))
			assert_true(at < len);
	}
	assert_in_range(fitting, 1000, 19000);
}

static void test_hostile_shape_is_bounded(void **state)
{
	char pattern[48 * 8] = "", text[200];
	struct shape s;
	size_t at;
	(void)state;

	for (int i = 0; i < 47; i++)
		strcat(pattern, "%w{1,64}");
	memset(text, 'A', sizeof(text));
	assert_null(shape_read(&s, pattern));
	for (int i = 0; i < 1000; i++) {
		assert_true(shape_fits(&s, text, 128, &at));
		text[127] = '-';
		assert_false(shape_fits(&s, text, 128, &at));
		text[127] = 'A';
	}
	assert_false(shape_fits(&s, text, 129, &at));
	assert_false(shape_fits(&s, text, 200, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_may_have),
		cmocka_unit_test(test_check_anywhere),
		cmocka_unit_test(test_faulty_shapes_say_why),
		cmocka_unit_test(test_agrees_with_trying_everything),
		cmocka_unit_test(test_hostile_shape_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
