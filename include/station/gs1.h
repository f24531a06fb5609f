/* gs1.h - GS1 element strings: what the carriers of GS1 data (GS1-128, DataMatrix, QR, DataBar)
 * say, as pairs of application identifier (AI) and value. FNC1 comes as GS (0x1d). The same pairs
 * come out of a GS1 Digital Link (dlink.h). */
#ifndef STATION_GS1_H
#define STATION_GS1_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GS1_ELEMENTS 24	 /* most of one string */
#define GS1_BYTES    512 /* most of all values together */
#define GS1_FNC1     0x1d

enum gs1_fault {
	GS1_FINE,
	GS1_EMPTY,
	GS1_AI,	    /* no such application identifier */
	GS1_LENGTH, /* a value is too short or too long */
	GS1_CHARS,  /* a value has characters that its AI does not allow */
	GS1_DATE,   /* no such day or time */
	GS1_CHECK,  /* a check digit is wrong; all elements are there nevertheless */
	GS1_TWICE,  /* an AI comes twice with different values */
	GS1_MANY,   /* more than GS1_ELEMENTS or GS1_BYTES */
};

struct gs1_element {
	uint16_t ai;	/* as a number */
	uint8_t digits; /* of the AI: 00 has two */
	bool checked;	/* the value has a check digit (or characters) ... */
	bool bad;	/* ... and it is wrong */
	uint16_t at, len;
};

struct gs1 {
	struct gs1_element element[GS1_ELEMENTS];
	uint8_t count;
	uint16_t used;
	char value[GS1_BYTES]; /* of all elements, behind each other */
};

/* Reads an element string; a leading FNC1 may be there. What is wrong first is returned. */
enum gs1_fault gs1_read(const uint8_t *bytes, size_t len, struct gs1 *out);
/* Quick look: whether the string begins with an AI that has a check digit, and is long enough for
 * it.
 */
bool gs1_probe(const uint8_t *bytes, size_t len);
/* Reads the form printed beside a symbol: (01)04006381333931(21)7. */
enum gs1_fault gs1_read_printed(const uint8_t *bytes, size_t len, struct gs1 *out);
/* Adds one element and looks at it. */
enum gs1_fault gs1_add(struct gs1 *out, uint16_t ai, unsigned digits, const char *value,
		       size_t len);
/* Null: it isn't there. Valid as long as g. */
const struct gs1_element *gs1_find(const struct gs1 *g, uint16_t ai, unsigned digits);
/* Whether there is such an AI. */
bool gs1_is_ai(uint16_t ai, unsigned digits);
const char *gs1_fault_name(enum gs1_fault fault); /* "" "empty" "ai" "length" "chars" "date" "check"
						     "twice" "many" */
#endif
