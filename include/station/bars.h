/* bars.h - the widths of bars and spaces on one line, held against what a code of some text must
 * look like. A decoder that only compares neighbouring edges takes a 1 for a 7 where ink has
 * spread; against the whole code, with the spreading measured, it cannot. */
#ifndef STATION_BARS_H
#define STATION_BARS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BARS_MAX  4096 /* widths of a line that are kept */
#define BARS_TEXT 256  /* bytes of a Code 128, at most */
#define BARS_NO	  UINT32_MAX

/* Widths in any unit, up to 1 << 20 each, in the order in which they lie on the line. */

/* How far the widths that end with w[n - 1] or a few before it are from an EAN-13, EAN-8, UPC-A or
 * UPC-E of these digits, read forwards or backwards: the worst one's, in 1/64 of a module. BARS_NO
 * when they are too few, or the digits are no such code. digits: 13, 12, 8; upce: 8 are a UPC-E. */
uint32_t bars_retail(const uint32_t *w, size_t n, const char *digits, size_t len, bool upce);

/* The same of an interleaved 2 of 5 with these digits (2..30, an even number), quiet on both sides.
 */
uint32_t bars_itf(const uint32_t *w, size_t n, const char *digits, size_t len);

struct bars_code128 {
	uint32_t off; /* the worst width, in 1/64 of a module */
	uint16_t len; /* bytes of text */
	uint8_t characters;
	bool gs1;		 /* it begins with FNC1: GS1-128 */
	uint8_t text[BARS_TEXT]; /* UTF-8: what FNC4 makes of ISO 8859-1 is two bytes; FNC1 but the
				    first is GS */
};

/* Reads a Code 128 that ends with w[n - 1] or a few before it, forwards or backwards; with FNC4,
 * which zbar drops, and quiet zones of five modules. False: there is none. */
bool bars_code128_read(const uint32_t *w, size_t n, struct bars_code128 *out);
#endif
