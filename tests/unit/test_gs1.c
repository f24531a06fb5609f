/* test_gs1.c - GS1 element strings, the printed form, Digital Links, and GTINs in all lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/dlink.h"
#include "station/gs1.h"
#include "station/gtin.h"

static struct gs1 g;

static enum gs1_fault read_string(const char *s)
{
	return gs1_read((const uint8_t *)s, strlen(s), &g);
}

static void has(uint16_t ai, unsigned digits, const char *value)
{
	const struct gs1_element *e = gs1_find(&g, ai, digits);

	assert_non_null(e);
	assert_int_equal(e->len, strlen(value));
	assert_memory_equal(g.value + e->at, value, e->len);
}

static void test_fixed_and_variable_F7(void **state)
{
	(void)state;
	assert_int_equal(read_string("0104006381333931"
				     "10LOT7\x1d"
				     "21SER/8"),
			 GS1_FINE);
	assert_int_equal(g.count, 3);
	has(1, 2, "04006381333931");
	has(10, 2, "LOT7");
	has(21, 2, "SER/8");
	/* A predefined length needs no FNC1, and may have one. */
	assert_int_equal(read_string("\x1d"
				     "0104006381333931\x1d"
				     "17261231"
				     "3103001750"
				     "3925199\x1d"),
			 GS1_FINE);
	has(17, 2, "261231");
	has(3103, 4, "001750");
	has(3925, 4, "199");
	/* All that a variable one is told to hold, and more. */
	assert_int_equal(read_string("1012345678901234567890"), GS1_FINE);
	assert_int_equal(read_string("10123456789012345678901"), GS1_LENGTH);
	assert_int_equal(read_string("10"), GS1_LENGTH);
	assert_int_equal(read_string("10\x1d"
				     "21A"),
			 GS1_LENGTH);
	assert_int_equal(read_string("010400638133393"), GS1_LENGTH);
	assert_int_equal(read_string(""), GS1_EMPTY);
	assert_int_equal(read_string("\x1d"), GS1_EMPTY);
	assert_int_equal(read_string("05123"), GS1_AI);
	assert_int_equal(read_string("3106001750"), GS1_AI); /* six decimals of six digits */
	assert_int_equal(read_string("0X1"), GS1_AI);
	assert_int_equal(read_string("30ABC"), GS1_CHARS);
	assert_int_equal(read_string("10A~B"), GS1_CHARS);
	assert_int_equal(read_string("10A\x1d"
				     "10A"),
			 GS1_FINE);
	assert_int_equal(read_string("10A\x1d"
				     "10B"),
			 GS1_TWICE);
}

static void test_check_digits(void **state)
{
	(void)state;
	assert_int_equal(read_string("00340123450000000017"), GS1_FINE);
	assert_true(gs1_find(&g, 0, 2)->checked);
	assert_int_equal(read_string("00340123450000000018"), GS1_CHECK);
	assert_true(gs1_find(&g, 0, 2)->bad);
	assert_int_equal(read_string("0104006381333932"
				     "10A"),
			 GS1_CHECK);
	assert_int_equal(g.count, 2);
	assert_int_equal(read_string("800304012345123456"
				     "SER"),
			 GS1_FINE); /* GRAI */
	assert_int_equal(read_string("800304012345123456"), GS1_FINE);
	assert_int_equal(read_string("800304012345123457"
				     "SER"),
			 GS1_CHECK);
	assert_int_equal(read_string("800314012345123456"), GS1_CHARS); /* its first digit is 0 */
	assert_int_equal(read_string("8004401234ABC"), GS1_FINE);
	assert_false(gs1_find(&g, 8004, 4)->checked);
	assert_int_equal(read_string("4144012345000009"), GS1_FINE);
	assert_int_equal(read_string("4144012345000008"), GS1_CHECK);
	assert_int_equal(read_string("2534012345000009ABC"), GS1_FINE);
	assert_int_equal(read_string("40212345678901234561"), GS1_CHECK);
	assert_int_equal(read_string("80131987654Ad4X4bL5ttr2310c2K"),
			 GS1_FINE); /* GS1's example */
	assert_int_equal(read_string("80131987654Ad4X4bL5ttr2310c2L"), GS1_CHECK);
	assert_int_equal(read_string("80131987654Ad4X4bL5ttr2310d2K"), GS1_CHECK);
}

static void test_dates(void **state)
{
	static const char *const good[] = {"11260228",
					   "11260200",
					   "11240229",
					   "17000229",
					   "7003261231"
					   "2359",
					   "4324261231"
					   "9999",
					   "7007260101"
					   "261231",
					   "7007260101",
					   "800826123123"
					   "5959",
					   "800826123123",
					   "725020240101",
					   "4324260100"
					   "2300"};
	static const char *const bad[] = {"11261301",
					  "11260001",
					  "11260230",
					  "11250229",
					  "11260431",
					  "7006260200",
					  "7003261231"
					  "2400",
					  "7003261231"
					  "2360",
					  "7003261231"
					  "9999",
					  "7007260101"
					  "26",
					  "800826123124",
					  "725020241301"};
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(read_string(good[i]), GS1_FINE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_string(bad[i]), GS1_DATE);
}

/* Every AI that there is reads with the first digits telling its length; all others are none. */
static void test_every_ai(void **state)
{
	unsigned known = 0;
	(void)state;

	for (unsigned digits = 2; digits <= 4; digits++) {
		unsigned end = digits == 2 ? 100 : digits == 3 ? 1000 : 10000;

		for (unsigned ai = 0; ai < end; ai++) {
			char s[5] = "";
			unsigned n = ai;

			for (unsigned i = digits; i > 0; i--, n /= 10)
				s[i - 1] = (char)('0' + n % 10);
			known += gs1_is_ai((uint16_t)ai, digits);
			/* Without a value it is too short, not unknown. */
			if (gs1_is_ai((uint16_t)ai, digits))
				assert_int_equal(read_string(s), GS1_LENGTH);
		}
	}
	assert_in_range(known, 500, 560);
	assert_false(gs1_is_ai(1, 3));
	assert_false(gs1_is_ai(4, 2));
}

static void test_printed(void **state)
{
	static const char good[] = "(01)04006381333931(21)A(1)B(", lost[] = "01)04006381333931";
	(void)state;

	assert_int_equal(gs1_read_printed((const uint8_t *)good, strlen(good), &g), GS1_FINE);
	has(1, 2, "04006381333931");
	has(21, 2, "A(1)B(");
	assert_int_equal(gs1_read_printed((const uint8_t *)lost, strlen(lost), &g), GS1_AI);
	assert_int_equal(gs1_read_printed((const uint8_t *)"", 0, &g), GS1_EMPTY);
}

/* --- Digital Link --- */

static enum dlink_verdict read_link(const char *s)
{
	enum gs1_fault fault;

	return dlink_read((const uint8_t *)s, strlen(s), &g, &fault);
}

static void test_links(void **state)
{
	(void)state;
	assert_int_equal(read_link("https://id.gs1.org/01/04006381333931"), DLINK_OK);
	has(1, 2, "04006381333931");
	assert_int_equal(read_link("HTTP://h:80/a/b/01/4006381333931/22/V/10/L%2f1/21/S"),
			 DLINK_OK);
	has(1, 2, "04006381333931");
	has(10, 2, "L/1");
	assert_int_equal(g.count, 4);
	assert_int_equal(read_link("https://h/01/96385074/"), DLINK_OK);
	has(1, 2, "00000096385074");
	assert_int_equal(read_link("https://h/00/340123450000000017#more"), DLINK_OK);
	assert_int_equal(read_link("https://h/8003/04012345123456S?17=261231&x=9&linkType=all"),
			 DLINK_OK);
	has(17, 2, "261231");
	assert_int_equal(g.count, 2);
	assert_int_equal(read_link("https://h/8004/401234A/7040/1ABC"), DLINK_OK);
	assert_int_equal(read_link("https://h/415/4012345000009/8020/SLIP"), DLINK_OK);
	has(8020, 4, "SLIP");
	/* A value that looks like a key. */
	assert_int_equal(read_link("https://h/01/04006381333931/10/01"), DLINK_OK);
	has(10, 2, "01");
}

static void test_links_that_are_none(void **state)
{
	(void)state;
	assert_int_equal(read_link("ftp://h/01/04006381333931"), DLINK_NONE);
	assert_int_equal(read_link("https:///01/04006381333931"), DLINK_NONE);
	assert_int_equal(read_link("https://"), DLINK_NONE);
	assert_int_equal(read_link("https://h"), DLINK_PLAIN);
	assert_int_equal(read_link("https://h?01=04006381333931"), DLINK_PLAIN);
	assert_int_equal(read_link("https://h/returns/17"), DLINK_PLAIN);
	assert_int_equal(read_link("https://h/01"), DLINK_PLAIN);
	/* Qualifiers out of their order, or of another key. */
	assert_int_equal(read_link("https://h/01/04006381333931/21/A/10/B"), DLINK_PLAIN);
	assert_int_equal(read_link("https://h/00/340123450000000017/21/A"), DLINK_PLAIN);
	assert_int_equal(read_link("https://h/01/04006381333932"), DLINK_WRONG);
	assert_int_equal(read_link("https://h/01/0400638133393%1"), DLINK_WRONG);
	assert_int_equal(read_link("https://h/01/%"), DLINK_WRONG);
	assert_int_equal(read_link("https://h/01/04006381333931/10/%00"), DLINK_WRONG);
	assert_int_equal(read_link("https://h/01/04006381333931?17=261331"), DLINK_WRONG);
	assert_int_equal(read_link("https://h/8003/1"), DLINK_WRONG);
}

static void test_gtins(void **state)
{
	(void)state;
	assert_true(gtin_same("4006381333931", "04006381333931"));
	assert_true(gtin_same("036000291452", "0036000291452"));
	assert_true(gtin_same("96385074", "00000096385074"));
	assert_false(gtin_same("96385074", "96385081"));
	assert_false(gtin_same("ABCDEFGH", "ABCDEFGH"));
	assert_false(gtin_same("", ""));
	assert_false(gtin_same("400638133393", "4006381333931"));
	assert_true(gtin_is("00000000", 8));
	assert_true(gtin_same("00000000", "000000000000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_and_variable_F7),
		cmocka_unit_test(test_check_digits),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_every_ai),
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_links_that_are_none),
		cmocka_unit_test(test_gtins),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
