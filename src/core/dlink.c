/* dlink.c - reads GS1 Digital Link URIs (dlink.h): .../KEY/VALUE[/QUALIFIER/VALUE]...[?AI=VALUE]. A
 * path may begin with segments of the host's own; the key is the last pair that is one. */
#include "station/dlink.h"
#include <string.h>

#define SEGMENTS  32
#define VALUE_MAX 90 /* characters of the longest value */

struct piece {
	const char *at, *end;
};

struct path {
	struct piece segment[SEGMENTS];
	unsigned count;
};

/* The keys, and what may qualify each, in this order. */
static const struct {
	uint16_t ai;
	uint8_t digits;
	struct {
		uint16_t ai;
		uint8_t digits;
	} by[4];
} keys[] = {
	{0, 2, {{0, 0}}},
	{1, 2, {{22, 2}, {10, 2}, {21, 2}, {235, 3}}},
	{253, 3, {{0, 0}}},
	{255, 3, {{0, 0}}},
	{401, 3, {{0, 0}}},
	{402, 3, {{0, 0}}},
	{414, 3, {{254, 3}, {7040, 4}}},
	{415, 3, {{8020, 4}}},
	{417, 3, {{7040, 4}}},
	{8003, 4, {{0, 0}}},
	{8004, 4, {{7040, 4}}},
	{8006, 4, {{22, 2}, {10, 2}, {21, 2}}},
	{8010, 4, {{8011, 4}}},
	{8013, 4, {{0, 0}}},
	{8017, 4, {{8019, 4}}},
	{8018, 4, {{8019, 4}}},
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Takes the word off the front, case aside. */
static bool skip_word(struct piece *p, const char *word)
{
	const char *at = p->at;

	for (; *word; word++, at++)
		if (at == p->end || lower(*at) != *word)
			return false;
	p->at = at;
	return true;
}

static const char *find_any(struct piece p, const char *chars)
{
	for (; p.at < p.end; p.at++)
		if (*p.at != '\0' && strchr(chars, *p.at))
			return p.at;
	return p.end;
}

static int hex(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Without percent escapes; false: a broken one, or too long. */
static bool decode(struct piece p, char out[VALUE_MAX], size_t *len)
{
	size_t n = 0;

	for (; p.at < p.end; p.at++) {
		char c = *p.at;

		if (c == '%') {
			if (p.end - p.at < 3 || hex(p.at[1]) < 0 || hex(p.at[2]) < 0)
				return false;
			c = (char)(hex(p.at[1]) * 16 + hex(p.at[2]));
			p.at += 2;
		}
		if (n == VALUE_MAX)
			return false;
		out[n++] = c;
	}
	*len = n;
	return true;
}

/* 2 to 4 digits and nothing else; 0 = none. */
static unsigned ai_of(struct piece p, uint16_t *ai)
{
	size_t len = (size_t)(p.end - p.at);
	unsigned n = 0;

	if (len < 2 || len > 4)
		return 0;
	for (; p.at < p.end; p.at++) {
		if (*p.at < '0' || *p.at > '9')
			return 0;
		n = n * 10 + (unsigned)(*p.at - '0');
	}
	*ai = (uint16_t)n;
	return (unsigned)len;
}

static size_t key_of(struct piece p)
{
	uint16_t ai;
	unsigned digits = ai_of(p, &ai);

	for (size_t i = 0; i < KEYS && digits; i++)
		if (keys[i].ai == ai && keys[i].digits == digits)
			return i;
	return KEYS;
}

/* A GTIN may stand with 8, 12 or 13 digits in a link; as an element it has 14. */
static void gtin_fill(uint16_t ai, unsigned digits, char value[VALUE_MAX], size_t *len)
{
	if (ai != 1 || digits != 2 || (*len != 8 && *len != 12 && *len != 13))
		return;
	memmove(value + 14 - *len, value, *len);
	memset(value, '0', 14 - *len);
	*len = 14;
}

/* False: it is wrong for good. */
static bool add(struct gs1 *out, uint16_t ai, unsigned digits, struct piece value,
		enum gs1_fault *fault)
{
	char text[VALUE_MAX];
	enum gs1_fault one = GS1_CHARS;
	size_t len;

	if (decode(value, text, &len)) {
		gtin_fill(ai, digits, text, &len);
		one = gs1_add(out, ai, digits, text, len);
	}
	if (one != GS1_FINE && *fault == GS1_FINE)
		*fault = one;
	return one == GS1_FINE || one == GS1_CHECK;
}

static void path_split(struct piece p, struct path *out)
{
	out->count = 0;
	while (p.at < p.end && out->count < SEGMENTS) {
		struct piece s = {p.at + 1, p.end}; /* behind the slash */

		s.end = find_any(s, "/");
		out->segment[out->count++] = s;
		p.at = s.end;
	}
	if (out->count > 0 && out->segment[out->count - 1].at == out->segment[out->count - 1].end)
		out->count--; /* a slash at the end */
}

/* Behind the key the rest of the path is pairs of its qualifiers, in order. */
static bool path_fits(const struct path *p, unsigned from, size_t key)
{
	unsigned next = 0;

	if ((p->count - from) % 2 != 0)
		return false;
	for (unsigned i = from + 2; i < p->count; i += 2) {
		uint16_t ai;
		unsigned digits = ai_of(p->segment[i], &ai);

		while (next < 4 && !(digits && keys[key].by[next].ai == ai &&
				     keys[key].by[next].digits == digits))
			next++;
		if (next++ == 4)
			return false;
	}
	return true;
}

/* What the query says with AIs as names; the rest is the host's business. */
static bool query_read(struct piece p, struct gs1 *out, enum gs1_fault *fault)
{
	while (p.at < p.end) {
		struct piece one = {p.at, find_any(p, "&;")};
		struct piece name = {one.at, find_any(one, "=")};
		uint16_t ai;
		unsigned digits = ai_of(name, &ai);

		if (digits && name.end < one.end && gs1_is_ai(ai, digits) &&
		    !add(out, ai, digits, (struct piece){name.end + 1, one.end}, fault))
			return false;
		p.at = one.end < p.end ? one.end + 1 : p.end;
	}
	return true;
}

enum dlink_verdict dlink_read(const uint8_t *bytes, size_t len, struct gs1 *out,
			      enum gs1_fault *fault)
{
	struct piece all = {(const char *)bytes, (const char *)bytes + len}, rest, query;
	struct path path;
	size_t key = KEYS;
	unsigned at;

	out->count = 0;
	out->used = 0;
	*fault = GS1_FINE;
	if (!skip_word(&all, "https://") && !skip_word(&all, "http://"))
		return DLINK_NONE;
	all.end = find_any(all, "#");
	rest = (struct piece){find_any(all, "/?"), all.end};
	if (rest.at == all.at)
		return DLINK_NONE; /* no host */
	query = (struct piece){find_any(rest, "?"), all.end};
	rest.end = query.at;
	path_split(rest, &path);
	for (at = path.count; at > 0 && key == KEYS; at--) {
		key = key_of(path.segment[at - 1]);
		if (key < KEYS && !path_fits(&path, at - 1, key))
			key = KEYS;
	}
	if (key == KEYS)
		return DLINK_PLAIN;
	for (; at + 1 < path.count; at += 2) {
		uint16_t ai = 0;
		unsigned digits = ai_of(path.segment[at], &ai);

		if (!add(out, ai, digits, path.segment[at + 1], fault))
			return DLINK_WRONG;
	}
	if (query.at < query.end)
		query.at++;
	if (!query_read(query, out, fault))
		return DLINK_WRONG;
	return *fault == GS1_FINE ? DLINK_OK : DLINK_WRONG;
}
