/* gs1_ai.h - the table of application identifiers. Private to gs1*.c. */
#ifndef CORE_GS1_AI_H
#define CORE_GS1_AI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gs1_ai_rule {
	GS1_AI_ANY,
	GS1_AI_SUM,	    /* ends in a GS1 mod 10 check digit */
	GS1_AI_PAIR,	    /* ends in the check character pair of a GMN */
	GS1_AI_PAIR_LETTER, /* the same, and not of digits alone */
	GS1_AI_DAY,	    /* YYMMDD, the day there is */
	GS1_AI_DAY_0,	    /* YYMMDD, day 00 = the end of the month */
	GS1_AI_DAY_8,	    /* YYYYMMDD */
	GS1_AI_HOUR,	    /* HH */
	GS1_AI_HHMM,
	GS1_AI_HHMM_9,	/* HHMM; 9999 is none */
	GS1_AI_MINUTES, /* MM or MMSS */
	GS1_AI_ZERO,	/* 0 */
	GS1_AI_NO_ZERO, /* does not begin with 0 */
	GS1_AI_FLAG,	/* 0 or 1 */
	GS1_AI_HYPHEN,	/* - */
	GS1_AI_THREES,	/* numbers of three digits, one behind the other */
	GS1_AI_LATITUDE,
	GS1_AI_LONGITUDE,
	GS1_AI_ROLL,  /* width, length, core, winding, splices */
	GS1_AI_PIECE, /* piece and total, two digits each */
	GS1_AI_BIRTH, /* 2/3: the second of three */
	GS1_AI_SEX,   /* ISO/IEC 5218 */
	GS1_AI_MEDIA, /* AIDC media type */
	GS1_AI_INDEX, /* importer index */
};

struct gs1_ai_part {
	char set; /* 'N' digits, 'X' and 'Y' the character sets 82 and 39, 'Z' base64url; 0 = no
		     part */
	uint8_t min, max;
	uint8_t rule; /* enum gs1_ai_rule */
};

#define GS1_AI_PARTS 3

struct gs1_ai {
	uint16_t from, to;
	uint8_t digits;
	struct gs1_ai_part part[GS1_AI_PARTS]; /* only the last may vary in length */
};

/* Null: there is none. */
const struct gs1_ai *gs1_ai_find(uint16_t ai, unsigned digits);
/* How many digits the AI has that begins with these two; 0 = there is none. */
unsigned gs1_ai_digits(const char two[2]);
/* The length of a value that needs no FNC1 behind it, by the AI's first two digits; 0 = it does. */
unsigned gs1_ai_fixed(unsigned ai, unsigned digits);
#endif
