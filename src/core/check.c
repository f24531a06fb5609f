/* check.c - the check rules of labels (check.h). Each says where its description comes from; the
 * code is written from that. */
#include "station/check.h"
#include <string.h>

const char check_names[] = "none|mod37-36|gs1-mod10|upc-e|ups|fedex-12|fedex-34|fedex-ground|"
			   "usps-impb|usps-impb-26|upu-s10|dhl-mod7|dhl-4-9|dpd";

static const char *const names[CHECK_RULES] = {
	[CHECK_NONE] = "none",
	[CHECK_MOD37_36] = "mod37-36",
	[CHECK_GS1_MOD10] = "gs1-mod10",
	[CHECK_UPC_E] = "upc-e",
	[CHECK_UPS] = "ups",
	[CHECK_FEDEX_12] = "fedex-12",
	[CHECK_FEDEX_34] = "fedex-34",
	[CHECK_FEDEX_GROUND] = "fedex-ground",
	[CHECK_USPS_IMPB] = "usps-impb",
	[CHECK_USPS_IMPB_26] = "usps-impb-26",
	[CHECK_UPU_S10] = "upu-s10",
	[CHECK_DHL_MOD7] = "dhl-mod7",
	[CHECK_DHL_4_9] = "dhl-4-9",
	[CHECK_DPD] = "dpd",
};

const char *check_name(enum check_rule rule)
{
	return names[rule];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_digit(s[i]))
			return false;
	return len > 0;
}

/* --- ISO/IEC 7064, hybrid system MOD 37,36 --- */

static const char alphabet36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static int value36(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return -1;
}

/* The recursion over s; the check character c must make (result + c) mod 36 = 1. */
static int hybrid36(const char *s, size_t len)
{
	int p = 36;

	for (size_t i = 0; i < len; i++) {
		int a = value36(s[i]);

		if (a < 0)
			continue;
		p = (p + a) % 36;
		p = (p == 0 ? 36 : p) * 2 % 37;
	}
	return p;
}

char check_mod37_36(const char *s, size_t len)
{
	return alphabet36[(37 - hybrid36(s, len)) % 36];
}

bool check_mod37_36_ok(const char *s, size_t len)
{
	while (len > 0 && value36(s[len - 1]) < 0)
		len--;
	return len > 1 && check_mod37_36(s, len - 1) == s[len - 1];
}

/* DPD "Parcel Label Specification": the same over the 27 characters of the barcode, or the 14 of
 * the parcel number; a % that marks the barcode is no part of it. */
static bool dpd_ok(const char *s, size_t len)
{
	if (len > 0 && s[0] == '%') {
		s++;
		len--;
	}
	return (len == 28 || len == 15) && check_mod37_36_ok(s, len);
}

/* --- sums --- */

/* GS1 General Specifications, 7.9.1: from the right the digits before the check digit count 3, 1,
 * 3, 1...; the check digit fills up to a multiple of ten. */
bool check_gs1_mod10_ok(const char *s, size_t len)
{
	unsigned sum = 0, weight = 1;

	if (len < 2 || !all_digits(s, len))
		return false;
	for (size_t i = len; i > 0; i--) {
		sum += weight * (unsigned)(s[i - 1] - '0');
		weight = 4 - weight;
	}
	return sum % 10 == 0;
}

/* GS1 General Specifications, 7.10 (UPC-E and UPC-A): what stands at the end tells which zeros were
 * left out. */
bool check_upc_e(const char e[8], char a[12])
{
	if (!all_digits(e, 8) || e[0] > '1')
		return false;
	memset(a, '0', 12);
	a[0] = e[0];
	a[1] = e[1];
	a[2] = e[2];
	if (e[6] <= '2') {
		a[3] = e[6];
		memcpy(a + 8, e + 3, 3);
	} else if (e[6] == '3') {
		a[3] = e[3];
		memcpy(a + 9, e + 4, 2);
	} else if (e[6] == '4') {
		memcpy(a + 3, e + 3, 2);
		a[10] = e[5];
	} else {
		memcpy(a + 3, e + 3, 3);
		a[10] = e[6];
	}
	a[11] = e[7];
	return true;
}

static bool upc_e_ok(const char *s, size_t len)
{
	char a[12];

	return len == 8 && check_upc_e(s, a) && check_gs1_mod10_ok(a, 12);
}

/* UPS "Guide to Labeling", 1Z tracking number: of the 15 behind 1Z a letter is worth (ASCII - 3)
 * mod 10; every second one counts twice (no digit sum); the check digit fills up to ten. */
static bool ups_ok(const char *s, size_t len)
{
	unsigned sum = 0;

	if (len != 18 || s[0] != '1' || s[1] != 'Z' || !is_digit(s[17]))
		return false;
	for (unsigned i = 0; i < 15; i++) {
		char c = s[2 + i];

		if (value36(c) < 0)
			return false;
		sum += (is_digit(c) ? (unsigned)(c - '0') : ((unsigned)c - 3u) % 10u) * (i % 2 + 1);
	}
	return (10 - sum % 10) % 10 == (unsigned)(s[17] - '0');
}

/* FedEx "Barcode and label" guides: weights 1, 3, 7 from the right (3, 1, 7 from the left of 11
 * digits, 1, 7, 3 from the left of 13), mod 11, mod 10. */
static bool fedex_ok(const char *s, size_t len, size_t over)
{
	static const unsigned weights[] = {1, 3, 7};
	unsigned sum = 0;

	if (len < over || !all_digits(s, len))
		return false;
	s += len - over;
	for (size_t i = 0; i + 1 < over; i++)
		sum += weights[i % 3] * (unsigned)(s[over - 2 - i] - '0');
	return sum % 11 % 10 == (unsigned)(s[over - 1] - '0');
}

/* USPS Publication 199 and specification USPS2000508 (IMpb): 22 or 26 digits with MOD 10 as GS1's;
 * a postal code of 5 or 9 digits that 420 introduces is no part of it. 34 digits may be 9 of a
 * postal code and 22, or 5 and 26: the rule says which. */
static bool impb_ok(const char *s, size_t len, size_t digits)
{
	size_t skip = len - digits;

	if (len < digits || (skip != 0 && skip != 3 + 5 && skip != 3 + 9))
		return false;
	if ((skip && memcmp(s, "420", 3) != 0) || s[skip] != '9')
		return false;
	return check_gs1_mod10_ok(s + skip, digits);
}

/* UPU standard S10: weights 8 6 4 2 3 5 9 7; 11 - sum mod 11, where 10 is 0 and 11 is 5. */
static bool s10_ok(const char *s, size_t len)
{
	static const unsigned weights[] = {8, 6, 4, 2, 3, 5, 9, 7};
	unsigned sum = 0;

	if (len != 13 || !all_digits(s + 2, 9))
		return false;
	for (size_t i = 0; i < 8; i++)
		sum += weights[i] * (unsigned)(s[2 + i] - '0');
	sum = 11 - sum % 11;
	sum = sum == 10 ? 0 : sum == 11 ? 5 : sum;
	return sum == (unsigned)(s[10] - '0');
}

/* DHL Express waybill: the number before the last digit, mod 7. */
static bool dhl_mod7_ok(const char *s, size_t len)
{
	unsigned rest = 0;

	if (len < 2 || !all_digits(s, len))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		rest = (rest * 10 + (unsigned)(s[i] - '0')) % 7;
	return rest == (unsigned)(s[len - 1] - '0');
}

/* Deutsche Post DHL, Identcode and Leitcode: weights 4, 9, 4, 9... from the left; the check digit
 * fills up to ten. */
static bool dhl_4_9_ok(const char *s, size_t len)
{
	unsigned sum = 0;

	if (len < 2 || !all_digits(s, len))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += (i % 2 ? 9u : 4u) * (unsigned)(s[i] - '0');
	return (10 - sum % 10) % 10 == (unsigned)(s[len - 1] - '0');
}

/* --- by name --- */

bool check_ok(enum check_rule rule, const char *text, size_t len)
{
	switch (rule) {
	case CHECK_NONE:
		return true;
	case CHECK_MOD37_36:
		return check_mod37_36_ok(text, len);
	case CHECK_GS1_MOD10:
		return check_gs1_mod10_ok(text, len);
	case CHECK_UPC_E:
		return upc_e_ok(text, len);
	case CHECK_UPS:
		return ups_ok(text, len);
	case CHECK_FEDEX_12:
		return len == 12 && fedex_ok(text, len, 12);
	case CHECK_FEDEX_34:
		return fedex_ok(text, len, 14);
	case CHECK_FEDEX_GROUND:
		return len >= 15 && all_digits(text, len) &&
		       check_gs1_mod10_ok(text + len - 15, 15);
	case CHECK_USPS_IMPB:
		return impb_ok(text, len, 22);
	case CHECK_USPS_IMPB_26:
		return impb_ok(text, len, 26);
	case CHECK_UPU_S10:
		return s10_ok(text, len);
	case CHECK_DHL_MOD7:
		return dhl_mod7_ok(text, len);
	case CHECK_DHL_4_9:
		return dhl_4_9_ok(text, len);
	case CHECK_DPD:
		return dpd_ok(text, len);
	case CHECK_RULES:
		break;
	}
	return false;
}

char check_make(enum check_rule rule, const char *text, size_t len)
{
	char whole[129];

	if (rule == CHECK_NONE || len + 1 > sizeof(whole))
		return '\0';
	memcpy(whole, text, len);
	for (const char *c = alphabet36; *c; c++) {
		whole[len] = *c;
		if (check_ok(rule, whole, len + 1))
			return *c;
	}
	return '\0';
}
