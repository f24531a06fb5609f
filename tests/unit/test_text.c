/* test_text.c - writers never run over and leave a prefix; readers take what is right and nothing
 * else. Vectors come from the RFCs that the codings are from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/text.h"
#include <string.h>

#define S(literal) literal, sizeof(literal) - 1

/* Writes one of everything; the same text for every cap, as far as it fits. */
static void write_all(struct text *t)
{
	text_put(t, "a\xc3\xa4");
	text_char(t, ':');
	text_u64(t, UINT64_MAX);
	text_i64(t, INT64_MIN);
	text_i64(t, 7);
	text_digits(t, 42, 5);
	text_digits(t, 12345, 2);
	text_hex(t, "\x00\xff\x1d", 3);
	text_base64(t, "foob", 4);
	text_json(t, S("\"\\\n\r\t\x01\x7f/\xe2\x82\xac"));
	text_time(t, 0);
}

static void test_writers_leave_a_prefix_whatever_fits(void **state)
{
	static const char whole[] = "a\xc3\xa4:18446744073709551615-9223372036854775808700042"
				    "1234500ff1dZm9vYg==\"\\\"\\\\\\n\\r\\t\\u0001\\u007f/"
				    "\xe2\x82\xac\"1970-01-01T00:00:00.000Z";
	char buf[256];

	(void)state;
	for (size_t cap = 0; cap < sizeof(buf); cap++) {
		memset(buf, 0x55, sizeof(buf));
		struct text t = text_over(buf, cap);

		write_all(&t);
		assert_int_equal(t.full, cap < sizeof(whole));
		for (size_t i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0x55);
		if (cap == 0)
			continue;
		assert_true(t.len < cap);
		assert_int_equal(buf[t.len], '\0');
		assert_memory_equal(buf, whole, t.len);
		assert_true(text_is_utf8(buf, t.len)); /* no character is cut in two */
		assert_true(t.len + 4 > (t.full ? cap : sizeof(whole)) - 1);
	}
}

static void test_nothing_follows_what_is_missing(void **state)
{
	char buf[4];
	struct text t = text_over(buf, sizeof(buf));

	(void)state;
	text_put(&t, "ab\xe2\x82\xac");
	text_put(&t, "c");
	assert_true(t.full);
	assert_string_equal(buf, "ab");
}

static void test_copy(void **state)
{
	char buf[4];

	(void)state;
	assert_true(text_copy(buf, sizeof(buf), "abc"));
	assert_string_equal(buf, "abc");
	assert_false(text_copy(buf, sizeof(buf), "abcd"));
	assert_string_equal(buf, "abc");
	assert_true(text_copy(buf, sizeof(buf), ""));
	assert_string_equal(buf, "");
}

static void test_hex(void **state)
{
	uint8_t b[3] = {9, 9, 9};

	(void)state;
	assert_true(text_read_hex(S("00fFA1"), b, 3));
	assert_memory_equal(b, "\x00\xff\xa1", 3);
	assert_true(text_read_hex("", 0, b, 0));
	assert_false(text_read_hex(S("00ff"), b, 3));
	assert_false(text_read_hex(S("00ff0"), b, 3));
	assert_false(text_read_hex(S("00ff0g"), b, 3));
	assert_false(text_read_hex(S("00ff 1"), b, 3));
	assert_false(text_read_hex(S("00ff0011"), b, 3));
}

/* RFC 4648, section 10. */
static void test_base64_rfc4648(void **state)
{
	static const struct {
		const char *plain, *coded;
	} vector[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++) {
		size_t len = strlen(vector[i].plain), got = 99;
		char buf[16], back[8];
		struct text t = text_over(buf, sizeof(buf));

		text_base64(&t, vector[i].plain, len);
		assert_string_equal(buf, vector[i].coded);
		assert_true(text_read_base64(buf, t.len, back, len, &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, vector[i].plain, len);
		if (len > 0)
			assert_false(text_read_base64(buf, t.len, back, len - 1, &got));
	}
}

static void test_base64_every_length_comes_back(void **state)
{
	uint8_t bytes[600], back[600];
	char coded[900];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct text t = text_over(coded, sizeof(coded));
		size_t got;

		text_base64(&t, bytes, len);
		assert_int_equal(t.len, (len + 2) / 3 * 4);
		assert_true(text_read_base64(coded, t.len, back, sizeof(back), &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, bytes, len);
	}
}

static void test_base64_refuses(void **state)
{
	static const char *const bad[] = {"Z",	      "Zg",	      "Zg=",
					  "Zg===",    "====",	      "Zh==",
					  "Zm9=",     "=Zg=",	      "Z=g=",
					  "Zg==Zg==", "Zm9v\n\n\n\n", "Zm 9v===",
					  "Zm-_",     "A===",	      "Zm9v\xff\xff\xff\xff",
					  "Zm9 "};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t got;

		if (text_read_base64(bad[i], strlen(bad[i]), out, sizeof(out), &got))
			fail_msg("took %s", bad[i]);
	}
}

static void test_numbers(void **state)
{
	static const char *const bad[] = {"",	 "-1",	"+1",  " 1", "1 ",
					  "1.0", "1e3", "0x1", "a",  "\xd9\xa1"};
	uint64_t n;

	(void)state;
	assert_true(text_read_u64(S("0"), 0, &n));
	assert_int_equal(n, 0);
	assert_true(text_read_u64(S("007"), 7, &n));
	assert_int_equal(n, 7);
	assert_true(text_read_u64(S("18446744073709551615"), UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_false(text_read_u64(S("18446744073709551616"), UINT64_MAX, &n));
	assert_false(text_read_u64(S("99999999999999999999999"), UINT64_MAX, &n));
	assert_true(text_read_u64(S("32"), 32, &n));
	assert_false(text_read_u64(S("33"), 32, &n));
	assert_false(text_read_u64(S("1"), 0, &n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_read_u64(bad[i], strlen(bad[i]), UINT64_MAX, &n));
}

static void time_is(int64_t ms, const char *text)
{
	char buf[25];
	struct text t = text_over(buf, sizeof(buf));
	int64_t back = -1;

	text_time(&t, ms);
	assert_string_equal(buf, text);
	assert_true(text_read_time(buf, t.len, &back));
	assert_true(back == ms);
}

/* Seconds as `date -u -d ... +%s` says them. */
static void test_time_known_days(void **state)
{
	(void)state;
	time_is(0, "1970-01-01T00:00:00.000Z");
	time_is(1, "1970-01-01T00:00:00.001Z");
	time_is(INT64_C(86399999), "1970-01-01T23:59:59.999Z");
	time_is(INT64_C(68169600000), "1972-02-29T00:00:00.000Z");
	time_is(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
	time_is(INT64_C(951868800000), "2000-03-01T00:00:00.000Z");
	time_is(INT64_C(1709251199999), "2024-02-29T23:59:59.999Z");
	time_is(INT64_C(1735603200000), "2024-12-31T00:00:00.000Z");
	time_is(INT64_C(1735689600000), "2025-01-01T00:00:00.000Z");
	time_is(INT64_C(1795420800123), "2026-11-23T08:00:00.123Z");
	time_is(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z");
	time_is(INT64_C(4107456000000), "2100-02-28T00:00:00.000Z");
	time_is(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
}

static void test_time_every_day_follows_the_one_before(void **state)
{
	char last[25] = "", buf[25];

	(void)state;
	for (int64_t day = 0; day <= 2932896; day++) { /* to 9999-12-31 */
		struct text t = text_over(buf, sizeof(buf));
		int64_t back = -1;

		text_time(&t, day * 86400000);
		assert_true(strcmp(last, buf) < 0);
		assert_true(text_read_time(buf, t.len, &back));
		assert_true(back == day * 86400000);
		memcpy(last, buf, sizeof(last));
	}
	assert_string_equal(last, "9999-12-31T00:00:00.000Z");
}

static void test_time_outside_its_years_stays_at_the_edge(void **state)
{
	char buf[25];
	struct text t = text_over(buf, sizeof(buf));

	(void)state;
	text_time(&t, -1);
	assert_string_equal(buf, "1970-01-01T00:00:00.000Z");
	t = text_over(buf, sizeof(buf));
	text_time(&t, INT64_MAX);
	assert_string_equal(buf, "9999-12-31T23:59:59.999Z");
}

static void test_time_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-23T08:00:00.123",
		"2026-11-23T08:00:00.123z",
		"2026-11-23 08:00:00.123Z",
		"2026-11-23t08:00:00.123Z",
		"2026-11-23T08:00:00,123Z",
		"2026-11-23T08:00:00.12Z",
		"2026-11-23T08:00:00.1234Z",
		"2026-11-23T08:00:00.12 Z",
		"2026-02-29T00:00:00.000Z",
		"2100-02-29T00:00:00.000Z",
		"2024-02-30T00:00:00.000Z",
		"2026-04-31T00:00:00.000Z",
		"2026-00-10T00:00:00.000Z",
		"2026-13-10T00:00:00.000Z",
		"2026-01-00T00:00:00.000Z",
		"2026-01-32T00:00:00.000Z",
		"2026-01-01T24:00:00.000Z",
		"2026-01-01T00:60:00.000Z",
		"2026-01-01T00:00:60.000Z",
		"1969-12-31T23:59:59.999Z",
		"0000-01-01T00:00:00.000Z",
		"+026-01-01T00:00:00.000Z",
		"2026-01-01T00:00:00.000Z ",
		"2026-1--01T00:00:00.000Z",
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (text_read_time(bad[i], strlen(bad[i]), &ms))
			fail_msg("took %s", bad[i]);
}

/* No character of a time is optional or something else. */
static void test_time_refuses_another_character_anywhere(void **state)
{
	static const char good[] = "2026-11-24T08:09:10.123Z", other[] = "x -/:;.9\x80";
	char bad[sizeof(good)];
	int64_t ms;

	(void)state;
	assert_true(text_read_time(good, strlen(good), &ms));
	for (size_t i = 0; i < strlen(good); i++)
		for (const char *c = other; *c; c++) {
			memcpy(bad, good, sizeof(bad));
			bad[i] = *c;
			if (*c == good[i] || (good[i] >= '0' && good[i] <= '9' && *c == '9'))
				continue; /* another time */
			if (text_read_time(bad, strlen(bad), &ms))
				fail_msg("%s is no time", bad);
		}
}

/* What needs no escape stands as it is, before, between and behind what does. */
static void test_json_keeps_what_is_between_escapes(void **state)
{
	char buf[64];
	struct text t = text_over(buf, sizeof(buf));

	(void)state;
	text_json(&t, "ab\"cd\x01\\e f", 10);
	assert_string_equal(buf, "\"ab\\\"cd\\u0001\\\\e f\"");
}

static void test_unescape(void **state)
{
	uint8_t out[16];
	size_t n;

	(void)state;
	assert_true(text_unescape(S("a\\\\\\\"\\n\\r\\t\\0\\x1d\\x1Dz\\35\\377"), out, sizeof(out),
				  &n));
	assert_int_equal(n, 12);
	assert_memory_equal(out, "a\\\"\n\r\t\0\x1d\x1dz\x1d\xff", 12);
	assert_true(text_unescape(S("\\0018"), out, sizeof(out), &n));
	assert_int_equal(n, 2);
	assert_memory_equal(out,
			    "\x01"
			    "8",
			    2);
	assert_true(text_unescape("", 0, out, 0, &n));
	assert_int_equal(n, 0);
	assert_true(text_unescape(S("abc"), out, 3, &n));
	assert_false(text_unescape(S("abcd"), out, 3, &n));
}

static void test_unescape_refuses(void **state)
{
	static const char *const bad[] = {"\\",	   "a\\", "\\x", "\\x1",  "\\xg1",
					  "\\x1g", "\\q", "\\8", "\\400", "\\777"};
	uint8_t out[16];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (text_unescape(bad[i], strlen(bad[i]), out, sizeof(out), &n))
			fail_msg("took %s", bad[i]);
	assert_false(text_unescape("\\\0", 2, out, sizeof(out), &n));
}

static void test_escape_every_byte_comes_back(void **state)
{
	uint8_t bytes[256], back[256];
	char buf[1025];
	struct text t = text_over(buf, sizeof(buf));
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	text_escape(&t, bytes, sizeof(bytes));
	assert_false(t.full);
	for (size_t i = 0; i < t.len; i++)
		assert_in_range(buf[i], 0x20, 0x7e);
	assert_true(text_unescape(buf, t.len, back, sizeof(back), &n));
	assert_int_equal(n, sizeof(bytes));
	assert_memory_equal(back, bytes, sizeof(bytes));
}

/* Unicode 15, table 3-7: the ends of every row. */
static void test_utf8_edges(void **state)
{
	static const char *const good[] = {
		"",
		"\x01",
		"\x7f",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xe0\xbf\xbf",
		"\xe1\x80\x80",
		"\xec\xbf\xbf",
		"\xed\x80\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf0\xbf\xbf\xbf",
		"\xf1\x80\x80\x80",
		"\xf3\xbf\xbf\xbf",
		"\xf4\x80\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"\xe9\x80\x80\xe8\xb4\xa7",
	};
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80", /* NUL, overlong */
		"\xc1\xbf",
		"\xc2",
		"\xc2\x7f",
		"\xc2\xc0",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xe1\x80",
		"\xe1\x80\x7f",
		"\xed\xa0\x80", /* U+D800 */
		"\xed\xbf\xbf", /* U+DFFF */
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf1\x80\x80",
		"\xf1\x80\x80\xc0",
		"\xf4\x90\x80\x80", /* U+110000 */
		"\xf5\x80\x80\x80",
		"\xfe",
		"\xff",
		"abc\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!text_is_utf8(good[i], strlen(good[i])))
			fail_msg("refused good[%zu]", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (text_is_utf8(bad[i], strlen(bad[i])))
			fail_msg("took bad[%zu]", i);
	assert_false(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xe2\x82\xac", 2)); /* cut by the length alone */
}

static void test_uuid(void **state)
{
	(void)state;
	assert_true(text_is_uuid(S("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")));
	assert_false(text_is_uuid(S("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")));
	assert_false(text_is_uuid(S("017f22e2-79b0-7cc3-98c4-dc0c0c07398")));
	assert_false(text_is_uuid(S("017f22e2-79b0-7cc3-98c4-dc0c0c07398f0")));
	assert_false(text_is_uuid(S("017f22e279b0-7cc3-98c4-dc0c0c0739-8f")));
	assert_false(text_is_uuid(S("017f22e2-79b0-7cc3-98c4-dc0c0c07398g")));
	assert_false(text_is_uuid("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writers_leave_a_prefix_whatever_fits),
		cmocka_unit_test(test_nothing_follows_what_is_missing),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_base64_rfc4648),
		cmocka_unit_test(test_base64_every_length_comes_back),
		cmocka_unit_test(test_base64_refuses),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_time_known_days),
		cmocka_unit_test(test_time_every_day_follows_the_one_before),
		cmocka_unit_test(test_time_outside_its_years_stays_at_the_edge),
		cmocka_unit_test(test_time_refuses),
		cmocka_unit_test(test_time_refuses_another_character_anywhere),
		cmocka_unit_test(test_json_keeps_what_is_between_escapes),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_unescape_refuses),
		cmocka_unit_test(test_escape_every_byte_comes_back),
		cmocka_unit_test(test_utf8_edges),
		cmocka_unit_test(test_uuid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
