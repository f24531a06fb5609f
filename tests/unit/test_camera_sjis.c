/* test_camera_sjis.c - what is plainly Shift-JIS is told in UTF-8, and nothing else is guessed at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "camera/sjis.h"
#include <iconv.h>
#include <string.h>

static struct reading_label in, out;

static bool told(const char *bytes)
{
	in.symbology = READING_QR;
	in.len = (uint16_t)strlen(bytes);
	memcpy(in.text, bytes, in.len);
	return sjis_to_utf8(&in, &out);
}

/* A C library may come without the character sets of others. */
static void need_iconv(void)
{
	iconv_t how = iconv_open("UTF-8", "CP932");

	if ((intptr_t)how == -1)
		skip();
	(void)iconv_close(how);
}

static void test_japanese(void **state)
{
	static const struct {
		const char *bytes, *text;
	} all[] = {
		{"\x93\x8c\x8b\x9e", "\u6771\u4eac"},				  /* kanji */
		{"No. 5: \x83\x65\x83\x58\x83\x67", "No. 5: \u30c6\u30b9\u30c8"}, /* katakana */
		{"\x82\xa0\x5c\x7e", "\u3042\\~"}, /* hiragana, a backslash, a tilde */
	};

	(void)state;
	need_iconv();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_true(told(all[i].bytes));
		assert_int_equal(out.symbology, READING_QR);
		assert_int_equal(out.len, strlen(all[i].text));
		assert_memory_equal(out.text, all[i].text, out.len);
	}
}

static void test_others_are_not_guessed_at(void **state)
{
	static const char *const all[] = {
		"plain",
		"\xe9l\xe9ments", /* ISO 8859-1 */
		"M\xfcnchen",	  /* ISO 8859-1 */
		("\x93\xc9"
		 "cole\x94"),	    /* Windows-1252, quotes */
		"\xb1\xb1\xbe\xa9", /* GB 2312 */
		"\xa4\xa2\xa4\xa4", /* EUC-JP */
		"\xa5\x78\xa5\x5f", /* Big5 */
		"\xb1\xb2",	    /* half-width katakana */
		"\x93\x8c\x8b",	    /* cut off */
		"\x93\x8c\x8b\x20", /* no pair */
		"\x81\xad\x82\xff", /* no trail */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_false(told(all[i]));
	assert_true(sjis_is_plain((const uint8_t *)"\x85\x9e", 2)); /* a pair without a character */
	assert_false(told("\x85\x9e"));
}

static void test_the_longest(void **state)
{
	(void)state;
	need_iconv();
	for (size_t i = 0; i < READING_TEXT; i++)
		in.text[i] = i % 2 ? 0xa0 : 0x82;
	in.len = READING_TEXT;
	assert_false(sjis_to_utf8(&in, &out)); /* three bytes for two: no room */
	in.len = 2952;			       /* what a QR code holds at most */
	assert_true(sjis_to_utf8(&in, &out));
	assert_int_equal(out.len, 2952 / 2 * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_japanese),
		cmocka_unit_test(test_others_are_not_guessed_at),
		cmocka_unit_test(test_the_longest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
