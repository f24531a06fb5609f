/* check.h - the check rules of labels: named algorithms over the whole text of a label, in upper
 * case and without spaces. Written from the carriers' and standards' descriptions; check.c names
 * each one's source. */
#ifndef STATION_CHECK_H
#define STATION_CHECK_H
#include <stdbool.h>
#include <stddef.h>

enum check_rule { /* the order of check_names */
		  CHECK_NONE,
		  CHECK_MOD37_36,     /* ISO/IEC 7064 MOD 37,36 over letters and digits */
		  CHECK_GS1_MOD10,    /* all but the last digit, times 3 and 1 from the right */
		  CHECK_UPC_E,	      /* 8 digits: GS1 mod 10 of the UPC-A they stand for */
		  CHECK_UPS,	      /* the 16 behind 1Z */
		  CHECK_FEDEX_12,     /* 12 digits */
		  CHECK_FEDEX_34,     /* the last 14 digits */
		  CHECK_FEDEX_GROUND, /* the last 15 digits */
		  CHECK_USPS_IMPB,    /* GS1 mod 10 of 22, without 420 and ZIP 5 or 9 in front */
		  CHECK_USPS_IMPB_26, /* the same of 26 */
		  CHECK_UPU_S10,      /* AA 8 digits, check digit, AA */
		  CHECK_DHL_MOD7,     /* all but the last digit, mod 7 */
		  CHECK_DHL_4_9,      /* Identcode and Leitcode */
		  CHECK_DPD,	      /* ISO/IEC 7064 MOD 37,36, a leading % aside */
		  CHECK_RULES
};

/* "none" "mod37-36" "gs1-mod10" "upc-e" "ups" "fedex-12" "fedex-34" "fedex-ground" "usps-impb"
 * "usps-impb-26" "upu-s10" "dhl-mod7" "dhl-4-9" "dpd" */
const char *check_name(enum check_rule rule);
/* All names as "a|b|c", in the enum's order. */
extern const char check_names[];
/* Whether the text keeps the rule; false too where the rule cannot be asked (wrong length or
 * characters). CHECK_NONE: true. */
bool check_ok(enum check_rule rule, const char *text, size_t len);
/* The character to put behind the text so that it keeps the rule, or '\0': there is none. */
char check_make(enum check_rule rule, const char *text, size_t len);
/* The 12 digits of UPC-A that 8 digits of UPC-E stand for; false: they stand for none. */
bool check_upc_e(const char e[8], char a[12]);

/* ISO/IEC 7064 MOD 37,36 (hybrid system): check character of s over [0-9A-Z]; other bytes are
 * skipped. */
char check_mod37_36(const char *s, size_t len);
bool check_mod37_36_ok(const char *s,
		       size_t len); /* the last letter or digit is the check character */
/* GS1 mod 10: whether the last of len digits is the check digit of those before it. */
bool check_gs1_mod10_ok(const char *s, size_t len);
#endif
