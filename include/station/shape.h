/* shape.h - the small pattern language in which a company writes down how its numbers look.
 * Literals stand for themselves; %d a digit, %a a letter A-Z, %w a letter or digit, %c the check
 * character (a letter or digit), %% a percent sign (%( %[ %{ and so on the bracket); [3-68AF] one
 * of a set of letters and digits; {n} or {n,m} after one of %d %a %w or a set repeats it. ( ) stand
 * around the part that is the number, if not all of it is; what is before and behind has one
 * length. Examples: "R%w{3}%d{7}%c", "420%d{5}(9[2-5]%d{20})". */
#ifndef STATION_SHAPE_H
#define STATION_SHAPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHAPE_PARTS 48

struct shape_part {
	char class; /* 'd' 'a' 'w' 'c', 's' for a set, or 'l' for a literal */
	char literal;
	uint8_t min, max; /* repeats, 1..64 */
	uint64_t set;	  /* of a set: bit 0..9 = digit, 10..35 = letter */
};

struct shape {
	struct shape_part part[SHAPE_PARTS];
	uint8_t parts;
	uint8_t before, behind; /* characters outside of ( ) */
	uint16_t shortest, longest;
};

/* Whether a text of this shape may have the character c at index `at` (0..3); for an index of
 * formats.
 */
bool shape_may_have(const struct shape *s, size_t at, char c);
/* Null on success, else what is wrong in words (static text). A shape holds at most one %c. */
const char *shape_read(struct shape *s, const char *text);
/* Whether all of text fits (upper case only). *check_at gets the index of the check character, or
 * SIZE_MAX. Time is bounded: at most SHAPE_PARTS * len steps. */
bool shape_fits(const struct shape *s, const char *text, size_t len, size_t *check_at);
#endif
