/* test_check.c - the check rules of labels, by numbers that others have published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/check.h"

static const struct {
	enum check_rule rule;
	const char *text;
} published[] = {
	{CHECK_MOD37_36, "A12425GABC1234002M"}, /* GRid standard */
	{CHECK_GS1_MOD10, "4006381333931"},	/* EAN-13 of many textbooks */
	{CHECK_GS1_MOD10, "5901234123457"},
	{CHECK_GS1_MOD10, "73513537"},
	{CHECK_GS1_MOD10, "036000291452"},
	{CHECK_GS1_MOD10, "340123450000000017"},
	{CHECK_UPC_E, "01234565"},
	{CHECK_UPC_E, "04252614"},
	{CHECK_UPS, "1Z12345E6605272234"}, /* UPS sample number */
	{CHECK_UPS, "1Z999AA10123456784"},
	{CHECK_FEDEX_12, "986578788855"},
	{CHECK_FEDEX_12, "477179081230"},
	{CHECK_FEDEX_12, "799531274483"},
	{CHECK_FEDEX_34, "1001921334250001000300779017972697"},
	{CHECK_FEDEX_34, "1001921380360001000300639585804382"},
	{CHECK_FEDEX_GROUND, "041441760228964"},
	{CHECK_FEDEX_GROUND, "568283610012000"},
	{CHECK_FEDEX_GROUND, "9611020987654312345672"},
	{CHECK_USPS_IMPB, "9400111202555842332669"},
	{CHECK_USPS_IMPB, "420221539101026837331000039521"},
	{CHECK_USPS_IMPB, "9361289878700317633795"},
	{CHECK_USPS_IMPB, "4201028212169270490119521303389129"}, /* with ZIP+4 */
	{CHECK_USPS_IMPB_26, "92748931507708513018050063"},
	{CHECK_USPS_IMPB_26, "92023999991043543415313958"},
	{CHECK_UPU_S10, "RA473124829US"}, /* as in articles about S10 */
	{CHECK_UPU_S10, "RB123456785GB"},
	{CHECK_DHL_MOD7, "3318810025"},
	{CHECK_DHL_MOD7, "8487135506"},
	{CHECK_DHL_4_9, "563102430313"},   /* Identcode */
	{CHECK_DHL_4_9, "21348075016401"}, /* Leitcode */
	{CHECK_DPD, "008182709980000020033350276C"},
	{CHECK_DPD, "%008182709980000020033350276C"},
};

static void test_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++)
		if (!check_ok(published[i].rule, published[i].text, strlen(published[i].text)))
			print_error("%s: %s\n", check_name(published[i].rule), published[i].text);
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++)
		assert_true(
			check_ok(published[i].rule, published[i].text, strlen(published[i].text)));
}

/* Another last digit, a character less, one more: none of them keeps the rule. */
static void test_neighbours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		enum check_rule rule = published[i].rule;
		size_t len = strlen(published[i].text);
		size_t check = rule == CHECK_UPU_S10 ? len - 3 : len - 1;
		char text[64];

		memcpy(text, published[i].text, len + 1);
		for (char c = '0'; c <= '9'; c++) {
			text[check] = c;
			assert_int_equal(check_ok(rule, text, len), c == published[i].text[check]);
		}
		memcpy(text, published[i].text, len + 1);
		text[check] = '!';
		assert_false(check_ok(rule, text, len));
		assert_false(check_ok(rule, text, 0));
		assert_false(check_ok(rule, text, 1));
	}
}

static void test_upc_e(void **state)
{
	static const char *const pairs[][2] = {
		{"01234505", "012000003455"}, {"01234515", "012100003455"},
		{"01234525", "012200003455"}, {"01234531", "012300000451"},
		{"01234543", "012340000053"}, {"01234565", "012345000065"},
		{"01234596", "012345000096"},
	};
	char a[12];
	(void)state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_true(check_upc_e(pairs[i][0], a));
		assert_memory_equal(a, pairs[i][1], 11);
	}
	assert_false(check_upc_e("21234505", a));
	assert_false(check_upc_e("0123450X", a));
}

static void test_made(void **state)
{
	(void)state;
	assert_int_equal(check_make(CHECK_GS1_MOD10, "400638133393", 12), '1');
	assert_int_equal(check_make(CHECK_UPS, "1Z999AA1012345678", 17), '4');
	assert_int_equal(check_make(CHECK_DPD, "008182709980000020033350276", 27), 'C');
	assert_int_equal(check_make(CHECK_UPS, "1Z", 2), '\0');
	assert_int_equal(check_make(CHECK_NONE, "1Z", 2), '\0');
}

static void test_names(void **state)
{
	const char *at = check_names;
	(void)state;

	for (int i = 0; i < CHECK_RULES; i++) {
		const char *name = check_name((enum check_rule)i);

		assert_memory_equal(at, name, strlen(name));
		at += strlen(name) + 1;
		assert_int_equal(at[-1], i + 1 < CHECK_RULES ? '|' : '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published), cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_upc_e),	  cmocka_unit_test(test_made),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
