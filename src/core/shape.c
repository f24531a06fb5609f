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
	case 's':
		return (is_digit(c) && p->set >> (c - '0') & 1) ||
		       (is_letter(c) && p->set >> (c - 'A' + 10) & 1);
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

static int set_index(char c)
{
	if (is_digit(c))
		return c - '0';
	return is_letter(c) ? c - 'A' + 10 : -1;
}

/* Reads what stands between [ and ]; *at is behind the [. */
static const char *read_set(const char **at, struct shape_part *p)
{
	static const char wrong[] = "a set is [..] of capital letters and digits, 3-6 for a range";

	p->class = 's';
	p->literal = '\0';
	while (**at != ']') {
		int from = set_index(**at), to = from;

		if (from < 0)
			return wrong;
		(*at)++;
		if (**at == '-') {
			(*at)++;
			to = set_index(**at);
			if (to < from || (from < 10) != (to < 10))
				return wrong;
			(*at)++;
		}
		for (int i = from; i <= to; i++)
			p->set |= 1ull << i;
	}
	(*at)++;
	return p->set ? read_repeat(at, p) : wrong;
}

/* One part from *at on: a class or set with its repeat, or a literal. */
static const char *read_part(const char **at, struct shape_part *p)
{
	char c = *(*at)++;

	*p = (struct shape_part){.class = 'l', .literal = c, .min = 1, .max = 1};
	if (c == '%') {
		c = *(*at)++;
		if (c != '\0' && strchr("%()[]{}", c)) {
			p->literal = c;
			return NULL;
		}
		if (c == '\0' || !strchr("dawc", c))
			return "after % comes d, a, w, c, another % or a bracket";
		p->class = c;
		p->literal = '\0';
		return read_repeat(at, p);
	}
	if (c == '[')
		return read_set(at, p);
	if (c == '{' || c == '}')
		return "{ and } only stand after %d, %a, %w or a set";
	if (c == ']')
		return "] only ends a set that [ begins";
	if (c < ' ' || c > '~')
		return "a shape is written in printable ASCII";
	if (c >= 'a' && c <= 'z')
		return "letters of a shape are upper case (a scan in lower case fits them too)";
	return NULL;
}

/* Where ( and ) stand, in characters from the beginning. */
struct group {
	bool open, closed, vague; /* vague: what is outside has no one length */
	unsigned behind;
};

static const char *read_group(struct group *g, char c, struct shape *s)
{
	if (c == '(') {
		if (g->open)
			return "( stands once in a shape";
		g->open = true;
		g->vague = s->shortest != s->longest;
		s->before = (uint8_t)s->shortest;
		return NULL;
	}
	if (!g->open || g->closed)
		return ") only ends what ( begins";
	g->closed = true;
	g->behind = s->shortest;
	return NULL;
}

static const char *group_wrong(const struct group *g)
{
	if (g->open && !g->closed)
		return "( has no )";
	return g->vague ? "what stands before ( and behind ) has to have one length" : NULL;
}

static const char *shape_add(struct shape *s, const struct shape_part *part, struct group *g)
{
	if (g->closed && part->min != part->max)
		g->vague = true;
	s->shortest = (uint16_t)(s->shortest + part->min);
	s->longest = (uint16_t)(s->longest + part->max);
	if (s->shortest > FITS_MAX)
		return "a number of this shape would be longer than 128 characters";
	if (s->parts == SHAPE_PARTS)
		return "a shape has at most 48 parts";
	s->part[s->parts++] = *part;
	return NULL;
}

const char *shape_read(struct shape *s, const char *text)
{
	const char *at = text;
	struct group g = {.open = false};
	bool has_check = false;

	s->parts = s->before = s->behind = 0;
	s->shortest = s->longest = 0;
	while (*at) {
		struct shape_part part;
		bool bracket = *at == '(' || *at == ')';
		const char *wrong = bracket ? read_group(&g, *at++, s) : read_part(&at, &part);

		if (wrong)
			return wrong;
		if (bracket)
			continue;
		if (part.class == 'c' && has_check)
			return "a shape holds at most one %c";
		has_check = has_check || part.class == 'c';
		wrong = shape_add(s, &part, &g);
		if (wrong)
			return wrong;
	}
	if (g.closed)
		s->behind = (uint8_t)(s->shortest - g.behind);
	if (group_wrong(&g))
		return group_wrong(&g);
	return s->shortest > s->before + s->behind ? NULL : "the shape is empty";
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

/* Where every part has one length, a single pass tells. */
static bool fits_fixed(const struct shape *s, const char *text, size_t len, size_t *check_at)
{
	size_t at = 0;

	if (len != s->shortest)
		return false;
	for (unsigned i = 0; i < s->parts; i++) {
		const struct shape_part *p = &s->part[i];

		if (p->class == 'c')
			*check_at = at;
		for (unsigned n = 0; n < p->min; n++)
			if (!part_takes(p, text[at++])) {
				*check_at = SIZE_MAX;
				return false;
			}
	}
	return true;
}

bool shape_fits(const struct shape *s, const char *text, size_t len, size_t *check_at)
{
	struct reach a, b, *from = &a, *to = &b;

	*check_at = SIZE_MAX;
	if (len > FITS_MAX || s->parts == 0 || len < s->shortest || len > s->longest)
		return false;
	if (s->shortest == s->longest)
		return fits_fixed(s, text, len, check_at);
	memset(a.at, 0, len + 1);
	a.at[0] = true;
	a.check[0] = NO_CHECK;
	for (unsigned i = 0; i < s->parts; i++) {
		struct reach *other = from;

		reach_part(&s->part[i], text, len, from, to);
		from = to;
		to = other;
	}
	if (!from->at[len])
		return false;
	if (from->check[len] != NO_CHECK)
		*check_at = from->check[len];
	return true;
}

bool shape_may_have(const struct shape *s, size_t at, char c)
{
	size_t from = 0, to = 0; /* where a part may begin */

	for (unsigned i = 0; i < s->parts && from <= at; i++) {
		const struct shape_part *p = &s->part[i];

		if (at < to + p->max && part_takes(p, c))
			return true;
		from += p->min;
		to += p->max;
	}
	return false;
}
