/* shape.h - the small pattern language in which a company writes down how its numbers look.
 * Literals stand for themselves; %d a digit, %a a letter A-Z, %w a letter or digit, %c the check
 * character (a letter or digit), %% a percent sign; {n} or {n,m} after one of %d %a %w repeats it.
 * Example: "R%w{3}%d{7}%c". */
#ifndef STATION_SHAPE_H
#define STATION_SHAPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHAPE_PARTS 48

struct shape_part {
	char class; /* 'd' 'a' 'w' 'c', or 'l' for a literal */
	char literal;
	uint8_t min, max; /* repeats, 1..64 */
};

struct shape {
	struct shape_part part[SHAPE_PARTS];
	uint8_t parts;
};

/* Null on success, else what is wrong in words (static text). A shape holds at most one %c. */
const char *shape_read(struct shape *s, const char *text);
/* Whether all of text fits (upper case only). *check_at gets the index of the check character, or
 * SIZE_MAX. Time is bounded: at most SHAPE_PARTS * len steps. */
bool shape_fits(const struct shape *s, const char *text, size_t len, size_t *check_at);
#endif
