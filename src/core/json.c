/* json.c - checks and walks the JSON of an event in place; see json.h. A line is bounded, so a
 * table of the keys of the objects that are open fits on the stack. */
#include "json.h"
#include "station/text.h"
#include <string.h>

#define SHORTEST_MEMBER 5 /* "":0, */
#define KEYS		(EVENT_LINE_MAX / SHORTEST_MEMBER + 1)

struct key {
	uint16_t at, len; /* in the text, without the quotes */
	bool escaped;	  /* a backslash is in it */
};

struct checker {
	const char *text;
	size_t len, at;
	unsigned depth; /* containers that may still be opened */
	unsigned outer; /* the same inside the outermost */
	struct json_top *top;
	size_t keys; /* of the objects that are open now */
	struct key key[KEYS];
};

_Static_assert(EVENT_LINE_MAX <= UINT16_MAX, "struct key can't point into a line");

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char peek(struct checker *c)
{
	while (c->at < c->len && is_space(c->text[c->at]))
		c->at++;
	return c->at < c->len ? c->text[c->at] : '\0'; /* the text holds no NUL */
}

static bool take(struct checker *c, char want)
{
	if (peek(c) != want)
		return false;
	c->at++;
	return true;
}

/* Reads \uXXXX at s[*at]. */
static bool unit_read(const char *s, size_t len, size_t *at, unsigned *unit)
{
	uint8_t b[2];

	if (len - *at < 6 || s[*at] != '\\' || s[*at + 1] != 'u' ||
	    !text_read_hex(s + *at + 2, 4, b, 2))
		return false;
	*unit = (unsigned)b[0] << 8 | b[1];
	*at += 6;
	return true;
}

/* Reads \uXXXX or a surrogate pair of them. */
static size_t unicode_read(const char *s, size_t len, size_t *at, char out[4])
{
	unsigned point, low;

	if (!unit_read(s, len, at, &point) || point == 0 || (point >= 0xdc00 && point <= 0xdfff))
		return 0;
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0xd800 || point > 0xdbff) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 63));
		out[2] = (char)(0x80 | (point & 63));
		return 3;
	}
	if (!unit_read(s, len, at, &low) || low < 0xdc00 || low > 0xdfff)
		return 0;
	point = 0x10000 + ((point - 0xd800) << 10 | (low - 0xdc00));
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 63));
	out[2] = (char)(0x80 | (point >> 6 & 63));
	out[3] = (char)(0x80 | (point & 63));
	return 4;
}

size_t json_char(const char *s, size_t len, size_t *at, char out[4])
{
	static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";

	out[0] = s[*at];
	if (s[*at] != '\\') {
		++*at;
		return 1; /* bytes of a longer character come one by one */
	}
	if (len - *at < 2)
		return 0;
	if (s[*at + 1] == 'u')
		return unicode_read(s, len, at, out);
	const char *hit = s[*at + 1] != '\0' ? strchr(letters, s[*at + 1]) : NULL;

	if (!hit)
		return 0;
	out[0] = bytes[hit - letters];
	*at += 2;
	return 1;
}

bool json_same(const struct event_span *a, const struct event_span *b)
{
	size_t i = 0, j = 0;

	if (a->len == b->len && memcmp(a->at, b->at, a->len) == 0)
		return true;
	if (!memchr(a->at, '\\', a->len) && !memchr(b->at, '\\', b->len))
		return false;
	/* Whole characters on one side may be single bytes on the other: compare byte by byte. */
	char x[4], y[4];
	size_t xs = 0, ys = 0, xn = 0, yn = 0;

	for (;;) {
		if (xs == xn) {
			xs = 0;
			xn = i < a->len ? json_char(a->at, a->len, &i, x) : 0;
		}
		if (ys == yn) {
			ys = 0;
			yn = j < b->len ? json_char(b->at, b->len, &j, y) : 0;
		}
		if (xn == 0 || yn == 0)
			return xn == yn;
		if (x[xs++] != y[ys++])
			return false;
	}
}

static bool string_check(struct checker *c, struct key *out)
{
	const char *text = c->text;
	size_t at = c->at, len = c->len;
	char ignored[4];

	if (at == len || text[at] != '"')
		return false;
	out->at = (uint16_t)++at;
	out->escaped = false;
	while (at < len && text[at] != '"') {
		if ((unsigned char)text[at] < 0x20)
			return false;
		if (text[at] != '\\') {
			at++;
			continue;
		}
		out->escaped = true;
		if (json_char(text, len, &at, ignored) == 0)
			return false;
	}
	out->len = (uint16_t)(at - out->at);
	c->at = at + 1;
	return at < len;
}

/* Most keys are written plainly, and then their bytes tell. */
static bool key_same(const struct checker *c, const struct key *a, const struct key *b)
{
	struct event_span x = {c->text + a->at, a->len}, y = {c->text + b->at, b->len};

	if (!a->escaped && !b->escaped)
		return x.len == y.len && memcmp(x.at, y.at, x.len) == 0;
	return json_same(&x, &y);
}

static bool number_check(struct checker *c)
{
	if (c->text[c->at] == '-')
		c->at++;
	size_t start = c->at;

	while (c->at < c->len && is_digit(c->text[c->at]))
		c->at++;
	size_t digits = c->at - start;

	/* A fraction or an exponent is left standing, and nothing accepts what comes next. */
	return digits == 1 || (digits > 1 && c->text[start] != '0');
}

static bool word_check(struct checker *c, const char *word)
{
	size_t len = strlen(word);

	if (c->len - c->at < len || memcmp(c->text + c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

static enum json_fault value_check(struct checker *c);

static enum json_fault top_value_check(struct checker *c, const struct key *key)
{
	size_t n = c->top->members++;

	(void)peek(c);
	size_t from = c->at;
	enum json_fault fault = value_check(c);

	if (n < c->top->most) {
		c->top->key[n] = (struct event_span){c->text + key->at, key->len};
		c->top->value[n] = (struct event_span){c->text + from, c->at - from};
	}
	return fault;
}

/* One "key":value; first is where the keys of its object begin in the table. */
static enum json_fault member_check(struct checker *c, size_t first)
{
	struct key key;

	(void)peek(c);
	if (!string_check(c, &key) || c->keys == KEYS)
		return JSON_SYNTAX;
	for (size_t i = first; i < c->keys; i++)
		if (key_same(c, &key, &c->key[i]))
			return JSON_DOUBLED;
	c->key[c->keys++] = key;
	if (!take(c, ':'))
		return JSON_SYNTAX;
	return c->depth == c->outer ? top_value_check(c, &key) : value_check(c);
}

/* What follows { or [, up to and with its end. */
static enum json_fault items_check(struct checker *c, bool object)
{
	char end = object ? '}' : ']';
	size_t first = c->keys;

	if (c->depth == 0)
		return JSON_SYNTAX;
	if (take(c, end))
		return JSON_OK;
	c->depth--;
	do {
		enum json_fault fault = object ? member_check(c, first) : value_check(c);

		if (fault != JSON_OK)
			return fault;
	} while (take(c, ','));
	c->depth++;
	c->keys = first;
	return take(c, end) ? JSON_OK : JSON_SYNTAX;
}

static enum json_fault value_check(struct checker *c)
{
	struct key ignored;
	char next = peek(c);
	bool good = false;

	if (next == '{' || next == '[') {
		c->at++;
		return items_check(c, next == '{');
	}
	if (next == '"')
		good = string_check(c, &ignored);
	else if (next == '-' || is_digit(next))
		good = number_check(c);
	else if (next != '\0')
		good = word_check(c, "null") || word_check(c, "true") || word_check(c, "false");
	return good ? JSON_OK : JSON_SYNTAX;
}

enum json_fault json_check(const char *text, size_t len, unsigned depth, struct json_top *top)
{
	struct checker c; /* the table of keys is left as it is: only what was written is read */

	top->members = 0;
	if (len > EVENT_LINE_MAX || !text_is_utf8(text, len))
		return JSON_SYNTAX;
	c.text = text;
	c.len = len;
	c.at = 0;
	c.depth = depth;
	c.outer = depth - 1;
	c.top = top;
	c.keys = 0;
	char next = peek(&c);

	if (next != '{' && next != '[')
		return JSON_SYNTAX;
	enum json_fault fault = value_check(&c);

	if (fault == JSON_OK && (peek(&c) != '\0' || c.at != len))
		fault = JSON_SYNTAX;
	return fault;
}

/* --- the walk: the text is known to be good, yet every step stays inside it --- */

static void space_skip(struct json_walk *w)
{
	while (w->at < w->end && is_space(*w->at))
		w->at++;
}

static bool walk_take(struct json_walk *w, char want)
{
	space_skip(w);
	if (w->at == w->end || *w->at != want)
		return false;
	w->at++;
	return true;
}

/* Moves behind one string; w->at stands on its first quote. */
static void string_skip(struct json_walk *w)
{
	const char *at = w->at + 1, *end = w->end;

	for (; at < end && *at != '"'; at++)
		if (*at == '\\' && end - at > 1)
			at++;
	w->at = at < end ? at + 1 : at;
}

static void value_skip(struct json_walk *w)
{
	size_t open = 0;

	while (w->at < w->end) {
		char c = *w->at;

		if (c == '"') {
			string_skip(w);
			if (open == 0)
				return;
			continue;
		}
		if (open == 0 && (c == ',' || c == '}' || c == ']' || is_space(c)))
			return;
		if (c == '{' || c == '[')
			open++;
		w->at++;
		if ((c == '}' || c == ']') && --open == 0)
			return;
	}
}

struct json_walk json_members(const struct event_span *object)
{
	struct json_walk w = {object->at, object->at + object->len, false};

	w.good = walk_take(&w, '{');
	return w;
}

bool json_next(struct json_walk *w, struct event_span *key, struct event_span *value)
{
	space_skip(w);
	if (!w->good || w->at == w->end || *w->at != '"')
		return false;
	key->at = w->at + 1;
	string_skip(w);
	key->len = (size_t)(w->at - key->at) - 1;
	if (!walk_take(w, ':'))
		return false;
	space_skip(w);
	value->at = w->at;
	value_skip(w);
	value->len = (size_t)(w->at - value->at);
	(void)walk_take(w, ',');
	return value->len > 0;
}

bool json_unquote(const struct event_span *value, struct event_span *inside)
{
	if (value->len < 2 || value->at[0] != '"')
		return false;
	inside->at = value->at + 1;
	inside->len = value->len - 2;
	return true;
}
