/* test_label_storm.c - a million random and a million damaged labels against all packaged formats:
 * no crash, nothing is `ok` whose rule it breaks (by a second, naive implementation), and no memory
 * is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "io/confdir.h"
#include "station/label.h"

#define STORM 1000000

/* --- every allocation of this program is counted --- */

static unsigned long allocations;

#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	allocations++;
	return __libc_realloc(p, size);
}
#endif

/* --- the rules once more, as they are told --- */

static int value(char c)
{
	return c >= 'A' ? c - 'A' + 10 : c - '0';
}

static bool naive_gs1(const char *s, size_t len)
{
	int sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (s[i] - '0') * ((len - i) % 2 ? 1 : 3);
	return sum % 10 == 0;
}

static bool naive_mod37(const char *s, size_t len)
{
	int m = 36;

	for (size_t i = 0; i + 1 < len; i++) {
		int sum = m + value(s[i]);

		sum = sum > 36 ? sum - 36 : sum;
		m = sum * 2 % 37;
	}
	return (m + value(s[len - 1])) % 36 == 1;
}

static bool naive_ups(const char *s)
{
	int sum = 0;

	for (int i = 2; i < 17; i++) {
		int v = s[i] >= 'A' ? (s[i] - 3) % 10 : s[i] - '0';

		sum += i % 2 ? 2 * v : v;
	}
	return (sum + s[17] - '0') % 10 == 0;
}

static bool naive_weights(const char *s, size_t len, const char *weights, int add)
{
	int sum = 0;

	for (size_t i = 0; i + 1 < len; i++)
		sum += (s[i] - '0') * (weights[i % strlen(weights)] - '0');
	if (add)
		return (sum + s[len - 1] - '0') % 10 == 0;
	return sum % 11 % 10 == s[len - 1] - '0';
}

static bool naive_s10(const char *s)
{
	static const char weights[] = "86423597";
	int sum = 0, c;

	for (int i = 0; i < 8; i++)
		sum += (s[2 + i] - '0') * (weights[i] - '0');
	c = 11 - sum % 11;
	return (c == 10 ? 0 : c == 11 ? 5 : c) == s[10] - '0';
}

static bool naive_upc_e(const char *s)
{
	static const char *const places[] = {"0126....345.", "0126....345.", "0126....345.",
					     "0123.....45.", "01234.....5.", "012345....6."};
	const char *place = places[s[6] <= '4' ? s[6] - '0' : 5];
	char a[12];

	for (int i = 0; i < 11; i++)
		a[i] = place[i] == '.' ? '0' : s[place[i] - '0'];
	a[11] = s[7];
	return naive_gs1(a, 12);
}

static bool naive_ok(enum check_rule rule, const char *s, size_t len)
{
	switch (rule) {
	case CHECK_MOD37_36:
		return naive_mod37(s, len);
	case CHECK_GS1_MOD10:
		return naive_gs1(s, len);
	case CHECK_UPC_E:
		return naive_upc_e(s);
	case CHECK_UPS:
		return naive_ups(s);
	case CHECK_FEDEX_12:
		return naive_weights(s, 12, "317", 0);
	case CHECK_FEDEX_34:
		return naive_weights(s + 20, 14, "173", 0);
	case CHECK_FEDEX_GROUND:
		return naive_gs1(s + len - 15, 15);
	case CHECK_USPS_IMPB:
		return naive_gs1(s + len - 22, 22);
	case CHECK_USPS_IMPB_26:
		return naive_gs1(s + len - 26, 26);
	case CHECK_UPU_S10:
		return naive_s10(s);
	case CHECK_DHL_MOD7:
		return strtoull(s, NULL, 10) / 10 % 7 == (unsigned long long)(s[len - 1] - '0');
	case CHECK_DHL_4_9:
		return naive_weights(s, len, "49", 1);
	case CHECK_DPD:
		return s[0] == '%' ? naive_mod37(s + 1, len - 1) : naive_mod37(s, len);
	case CHECK_NONE:
	case CHECK_RULES:
		break;
	}
	return false;
}

/* --- the storm --- */

static struct formats formats;
static struct label_rules rules = {.site = "AMS", .rma_rule = CHECK_MOD37_36, .formats = &formats};
static unsigned long said_ok, said_bad, ties;

static int setup(void **state)
{
	struct settings_error error = {{0}};
	(void)state;

	if (!confdir_labels(NULL, "src/labels.d", false, &formats, &error))
		print_error("%s\n", error.text);
	return formats.count > 30 && shape_read(&rules.rma, "R%w{3}%d{7}%c") == NULL ? 0 : -1;
}

static size_t dense(const char *text, char out[LABEL_MAX + 1])
{
	size_t n = 0;

	for (; *text; text++)
		if (*text != ' ')
			out[n++] = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;
	out[n] = '\0';
	return n;
}

static void look(const struct label *l)
{
	char text[LABEL_MAX + 1];
	size_t len = dense(l->text, text);
	bool product = l->format->kind == LABEL_PRODUCT;

	said_ok += l->check == LABEL_CHECK_OK;
	said_bad += l->check == LABEL_CHECK_BAD;
	if (l->check != LABEL_CHECK_OK)
		return;
	if (l->format->ai_digits == 0)
		assert_true(naive_ok(l->format->rule, text, len));
	else if (product)
		assert_true(naive_gs1(l->id, strlen(l->id)));
	else if (l->format->ai == 0)
		assert_true(strlen(l->id) == 20 && naive_gs1(l->id + 2, 18));
	else if (l->format->ai == 8003)
		assert_true(naive_gs1(l->id + 4, 14));
}

static void scan_look(const char *bytes, size_t len)
{
	static struct label all[LABEL_CANDIDATES];
	struct scan scan = {.len = (uint16_t)len, .total = (uint32_t)len};
	struct label first;

	memcpy(scan.bytes, bytes, len);
	size_t n = label_candidates(&rules, &scan, all);
	label_parse(&rules, &scan, &first);
	assert_int_equal(first.kind, all[0].kind);
	assert_string_equal(first.id, all[0].id);
	ties += first.tie;
	for (size_t i = 0; i < n; i++)
		if (all[i].format && all[i].kind != LABEL_UNKNOWN)
			look(&all[i]);
}

static uint64_t random_state = 20261125;

static unsigned dice(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % n;
}

static void test_a_million_random_strings(void **state)
{
	static const char digits[] = "0123456789",
			  letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned long before = allocations;
	(void)state;

	for (int n = 0; n < STORM; n++) {
		size_t len = 1 + dice(40);
		unsigned sort = dice(8);
		char s[64];

		for (size_t i = 0; i < len; i++)
			s[i] = sort < 4	  ? digits[dice(10)]
			       : sort < 7 ? letters[dice(36)]
					  : (char)dice(256);
		scan_look(s, len);
	}
	assert_int_equal(allocations, before);
	assert_true(said_ok > STORM / 100);
}

static const char *const seeds[] = {
	"4006381333931",
	"96385074",
	"036000291452",
	"04252614",
	"1Z999AA10123456784",
	"986578788855",
	"1001921334250001000300779017972697",
	"041441760228964",
	"9611020987654312345672",
	"9400111202555842332669",
	"420123459400111202555842332669",
	"RA473124829US",
	"3318810025",
	"563102430313",
	"21348075016401",
	"%008182709980000020033350276C",
	"SF1234567890123",
	"JDVA12345678901",
	"YT1234567890123",
	"JT1234567890123",
	"73123456789012",
	"771234567890123",
	"TBA123456789012",
	"LPNHK0123456789",
	"]C100340123450000000017",
	("]d20104006381333931"
	 "10LOT\x1d"
	 "21SER"),
	"(01)04006381333931(21)A",
	"800304012345123456ABC",
	"https://id.gs1.org/01/04006381333931/10/L%2F1?17=261231",
	"RAMS0000001Q",
};
#define SEEDS (sizeof(seeds) / sizeof(seeds[0]))

static size_t damage(char *s, size_t len)
{
	size_t at = dice((unsigned)len);
	char c = s[at];

	switch (dice(5)) {
	case 0:
		s[at] = (char)('0' + dice(10));
		break;
	case 1:
		s[at] = (char)dice(256);
		break;
	case 2:
		if (at + 1 < len) {
			s[at] = s[at + 1];
			s[at + 1] = c;
		}
		break;
	case 3:
		memmove(s + at + 1, s + at, len - at);
		return len + 1;
	default:
		memmove(s + at, s + at + 1, len - at - 1);
		return len > 1 ? len - 1 : len;
	}
	return len;
}

static void test_a_million_damaged_labels(void **state)
{
	unsigned long before = allocations;
	(void)state;

	said_ok = said_bad = ties = 0;
	for (int n = 0; n < STORM; n++) {
		const char *seed = seeds[dice(SEEDS)];
		char s[128];
		size_t len = strlen(seed);

		memcpy(s, seed, len);
		for (unsigned k = 1 + dice(3); k > 0; k--)
			len = damage(s, len);
		scan_look(s, len);
	}
	assert_int_equal(allocations, before);
	assert_true(said_ok > STORM / 20 && said_bad > STORM / 10 && ties > 100);
}

/* The counter counts: else the two above would prove nothing. */
static void test_an_allocation_is_counted(void **state)
{
	unsigned long before = allocations;
	void *volatile p = malloc(1);
	(void)state;

	free(p);
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(allocations, before + 1);
#else
	assert_int_equal(allocations, before);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_million_random_strings),
		cmocka_unit_test(test_a_million_damaged_labels),
		cmocka_unit_test(test_an_allocation_is_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
