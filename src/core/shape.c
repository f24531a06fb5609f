/* shape.c - the pattern language of return numbers (shape.h): read once, matched without
 * backtracking, so that no shape and no label can make the match slow. */
#include "station/shape.h"
#include <string.h>

#define REPEAT_MAX 64
#define FITS_MAX   128 /* longest text that can fit; LABEL_MAX */
#define NO_CHECK   255

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool part_takes(const struct shape_part *p, char c)
{
	switch (p->class) {
	case 'd':
		return is_digit(c);
	case 'a':
		return is_letter(c);
	case 'w':
	case 'c':
		return is_digit(c) || is_letter(c);
	case 'l':
		return c == p->literal;
	}
	return false;
}

/* One number of a repeat; 0 when there is none or it is out of range. */
static uint8_t read_count(const char **at)
{
	unsigned n = 0;

	for (; is_digit(**at); (*at)++) {
		n = n * 10 + (unsigned)(**at - '0');
		if (n > REPEAT_MAX)
			return 0;
	}
	return (uint8_t)n;
}

/* Reads {n} or {n,m} at *at, if there is one. */
static const char *read_repeat(const char **at, struct shape_part *p)
{
	if (**at != '{')
		return NULL;
	if (p->class == 'c')
		return "%c is one character, it can't be repeated";
	(*at)++;
	p->min = p->max = read_count(at);
	if (p->min > 0 && **at == ',') {
		(*at)++;
		p->max = read_count(at);
	}
	if (p->min == 0 || p->max == 0)
		return "a repeat is {n} or {n,m} with numbers from 1 to 64";
	if (**at != '}')
		return "a repeat ends with }";
	if (p->max < p->min)
		return "in {n,m} the second number is the larger one";
	(*at)++;
	return NULL;
}

/* One part from *at on: a class with its repeat, or a literal. */
static const char *read_part(const char **at, struct shape_part *p)
{
	char c = *(*at)++;

	*p = (struct shape_part){.class = 'l', .literal = c, .min = 1, .max = 1};
	if (c == '%') {
		c = *(*at)++;
		if (c == '%')
			return NULL;
		if (c == '\0' || !strchr("dawc", c))
			return "after % comes d, a, w, c or another %";
		p->class = c;
		p->literal = '\0';
		return read_repeat(at, p);
	}
	if (c == '{' || c == '}')
		return "{ and } only stand after %d, %a or %w";
	if (c < ' ' || c > '~')
		return "a shape is written in printable ASCII";
	if (c >= 'a' && c <= 'z')
		return "letters of a shape are upper case (a scan in lower case fits them too)";
	return NULL;
}

const char *shape_read(struct shape *s, const char *text)
{
	const char *at = text;
	unsigned shortest = 0;
	bool has_check = false;

	s->parts = 0;
	while (*at) {
		struct shape_part part;
		const char *wrong = read_part(&at, &part);

		if (wrong)
			return wrong;
		if (part.class == 'c' && has_check)
			return "a shape holds at most one %c";
		has_check = has_check || part.class == 'c';
		shortest += part.min;
		if (shortest > FITS_MAX)
			return "a number of this shape would be longer than 128 characters";
		if (s->parts == SHAPE_PARTS)
			return "a shape has at most 48 parts";
		s->part[s->parts++] = part;
	}
	return s->parts > 0 ? NULL : "the shape is empty";
}

/* How far into the text the parts so far may reach: one flag a position, and the place of the check
 * character on the way there. */
struct reach {
	bool at[FITS_MAX + 1];
	uint8_t check[FITS_MAX + 1];
};

/* From everywhere in `from`, takes min..max characters of p's class. The nearest start is tried
 * first and, being nearest, is the one whose run of fitting characters is the shortest needed. */
static void reach_part(const struct shape_part *p, const char *text, size_t len,
		       const struct reach *from, struct reach *to)
{
	size_t run = 0;		 /* fitting characters right before `end` */
	size_t start = SIZE_MAX; /* nearest start that is at least min before `end` */

	for (size_t end = 0; end <= len; end++) {
		if (end > 0)
			run = part_takes(p, text[end - 1]) ? run + 1 : 0;
		if (end >= p->min && from->at[end - p->min])
			start = end - p->min;
		to->at[end] = start != SIZE_MAX && end - start <= run && end - start <= p->max;
		to->check[end] = NO_CHECK;
		if (to->at[end])
			to->check[end] = p->class == 'c' ? (uint8_t)start : from->check[start];
	}
}

bool shape_fits(const struct shape *s, const char *text, size_t len, size_t *check_at)
{
	struct reach a = {.at = {true}, .check = {NO_CHECK}}, b;

	*check_at = SIZE_MAX;
	if (len > FITS_MAX || s->parts == 0)
		return false;
	for (unsigned i = 0; i < s->parts; i++) {
		reach_part(&s->part[i], text, len, &a, &b);
		a = b;
	}
	if (!a.at[len])
		return false;
	if (a.check[len] != NO_CHECK)
		*check_at = a.check[len];
	return true;
}
