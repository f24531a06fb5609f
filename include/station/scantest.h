/* scantest.h - what a scanner makes of the codes of the doctor's sheet: from the raw bytes of one
 * scan it tells what the scanner adds, loses and changes (F7), and what to set. Works on the bytes
 * alone, so that it serves a serial line, a keyboard or a recording. */
#ifndef STATION_SCANTEST_H
#define STATION_SCANTEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCANTEST_MORE	  15 /* bytes kept of what a scanner adds */
#define SCANTEST_FINDINGS 10

enum scantest_code {		     /* in the order of the sheet */
		     SCANTEST_PLAIN, /* Code 128: capitals, digits, signs */
		     SCANTEST_CASE,  /* Code 128: small and capital letters */
		     SCANTEST_GS1,   /* GS1-128: FNC1 at the front and between two fields */
		     SCANTEST_QR,
		     SCANTEST_CODES
};

enum scantest_end {
	SCANTEST_END_NONE, /* silence only */
	SCANTEST_END_CR,
	SCANTEST_END_LF,
	SCANTEST_END_CRLF,
	SCANTEST_END_TAB,
	SCANTEST_END_ETX,
};

enum scantest_aim {
	SCANTEST_AIM_NONE,
	SCANTEST_AIM_RIGHT,
	SCANTEST_AIM_WRONG, /* of another symbology than what is printed */
};

enum scantest_fnc1 {
	SCANTEST_FNC1_NONE, /* the code has none */
	SCANTEST_FNC1_GS,
	SCANTEST_FNC1_SUBSTITUTE, /* other bytes, see substitute */
	SCANTEST_FNC1_LOST,
};

enum scantest_case {
	SCANTEST_CASE_KEPT,
	SCANTEST_CASE_UPPER,
	SCANTEST_CASE_LOWER,
	SCANTEST_CASE_SWAPPED, /* caps lock */
};

enum scantest_layout { /* of keyboard scanners: whose keys it pressed */
		       SCANTEST_LAYOUT_US,
		       SCANTEST_LAYOUT_QWERTZ,
		       SCANTEST_LAYOUT_AZERTY,
		       SCANTEST_LAYOUT_OTHER, /* most characters are right, some are not */
};

struct scantest {
	enum scantest_code code; /* SCANTEST_CODES: none of the sheet's; the rest says nothing then
				  */
	enum scantest_end end;
	enum scantest_aim aim_is;
	enum scantest_fnc1 fnc1;
	enum scantest_case letters;
	enum scantest_layout layout;
	bool stx;    /* in front */
	bool parity; /* the eighth bit of bytes is a parity bit */
	char aim[4]; /* "]C1" without the bracket, or "" */
	/* What stands before and behind the code and is none of the above, and for FNC1. */
	uint8_t prefix[SCANTEST_MORE], suffix[SCANTEST_MORE], substitute[SCANTEST_MORE];
	uint8_t prefix_len, suffix_len, substitute_len;
};

enum scantest_grade { SCANTEST_GOOD, SCANTEST_ADVICE, SCANTEST_BAD };

struct scantest_finding {
	enum scantest_grade grade;
	const char *text; /* what it is and what to set; static */
};

/* The bytes that a code holds: FNC1 between fields as GS, the one at the front not at all. Static.
 */
const char *scantest_text(enum scantest_code code);
/* "plain" "case" "gs1" "qr" */
const char *scantest_code_name(enum scantest_code code);
const char *scantest_say_end(enum scantest_end end);	 /* "none" "cr" "lf" "crlf" "tab" "etx" */
const char *scantest_say_fnc1(enum scantest_fnc1 f);	 /* "none" "gs" "substitute" "lost" */
const char *scantest_say_case(enum scantest_case c);	 /* "kept" "upper" "lower" "swapped" */
const char *scantest_say_layout(enum scantest_layout l); /* "us" "qwertz" "azerty" "other" */
/* One scan as it came, with whatever ended it. Of two in a row the first is looked at. */
void scantest_read(const uint8_t *raw, size_t len, struct scantest *out);
/* What a person should know; gap_ms: the setting of this scanner. The number of findings; 0: all is
 * as it should be. */
size_t scantest_say(const struct scantest *t, uint32_t gap_ms,
		    struct scantest_finding out[SCANTEST_FINDINGS]);
#endif
