/* gs1.c - reads GS1 element strings (gs1.h) after the GS1 General Specifications, section 7.8: AIs
 * of predefined length follow each other, the others end at FNC1. */
#include "station/gs1.h"
#include "gs1_ai.h"
#include "station/check.h"
#include <string.h>

static const char *const fault_names[] = {
	[GS1_FINE] = "",	 [GS1_EMPTY] = "empty", [GS1_AI] = "ai",
	[GS1_LENGTH] = "length", [GS1_CHARS] = "chars", [GS1_DATE] = "date",
	[GS1_CHECK] = "check",	 [GS1_TWICE] = "twice", [GS1_MANY] = "many",
};

const char *gs1_fault_name(enum gs1_fault fault)
{
	return fault_names[fault];
}

bool gs1_is_ai(uint16_t ai, unsigned digits)
{
	return gs1_ai_find(ai, digits) != NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* --- one value --- */

/* The character sets of the General Specifications, section 7.11. */
static bool set_has(char set, char c)
{
	switch (set) {
	case 'N':
		return is_digit(c);
	case 'X':
		return is_alnum(c) || (c != '\0' && strchr("!\"%&'()*+,-./:;<=>?_", c));
	case 'Y':
		return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '#' || c == '-' || c == '/';
	case 'Z':
		return is_alnum(c) || c == '-' || c == '_' || c == '=';
	}
	return false;
}

static unsigned two(const char *s)
{
	return (unsigned)(s[0] - '0') * 10 + (unsigned)(s[1] - '0');
}

static bool day_ok(const char *s, bool zero)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year = two(s), month = two(s + 2), day = two(s + 4);

	if (month < 1 || month > 12)
		return false;
	if (day == 0)
		return zero;
	/* Of the years that two digits mean, those divisible by four are leap years (2000 too). */
	return day <= days[month - 1] && (month != 2 || day < 29 || year % 4 == 0);
}

static bool hhmm_ok(const char *s)
{
	return memcmp(s, "9999", 4) == 0 || (two(s) < 24 && two(s + 2) < 60);
}

/* General Specifications, section 7.9.5: the pair behind a global model number, over 82 characters
 * with the primes as weights from the right. */
static bool pair_ok(const char *s, size_t len)
{
	static const char set82[] = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				    "abcdefghijklmnopqrstuvwxyz";
	static const char set32[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	static const uint8_t primes[] = {2,  3,	 5,  7,	 11, 13, 17, 19, 23, 29, 31, 37,
					 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83};
	unsigned sum = 0;

	if (len < 3 || len - 2 > sizeof(primes))
		return false;
	for (size_t i = 0; i < len - 2; i++)
		sum += primes[i] * (unsigned)(strchr(set82, s[len - 3 - i]) - set82);
	sum %= 1021;
	return s[len - 2] == set32[sum >> 5] && s[len - 1] == set32[sum & 31];
}

static enum gs1_fault part_look(enum gs1_ai_rule rule, const char *s, size_t len)
{
	bool ok = true;

	switch (rule) {
	case GS1_AI_ANY:
		return GS1_FINE;
	case GS1_AI_SUM:
		return check_gs1_mod10_ok(s, len) ? GS1_FINE : GS1_CHECK;
	case GS1_AI_PAIR:
		return pair_ok(s, len) ? GS1_FINE : GS1_CHECK;
	case GS1_AI_DAY:
		ok = len == 6 && day_ok(s, false);
		break;
	case GS1_AI_DAY_0:
		ok = day_ok(s, true);
		break;
	case GS1_AI_DAY_8:
		ok = day_ok(s + 2, false);
		break;
	case GS1_AI_HOUR:
		ok = two(s) < 24;
		break;
	case GS1_AI_HHMM:
		ok = len == 4 && hhmm_ok(s);
		break;
	case GS1_AI_MINUTES:
		ok = len % 2 == 0 && two(s) < 60 && (len == 2 || two(s + 2) < 60);
		break;
	case GS1_AI_ZERO:
		return s[0] == '0' ? GS1_FINE : GS1_CHARS;
	case GS1_AI_FLAG:
		return s[0] <= '1' ? GS1_FINE : GS1_CHARS;
	}
	return ok ? GS1_FINE : GS1_DATE;
}

static enum gs1_fault value_look(const struct gs1_ai *ai, const char *s, size_t len,
				 struct gs1_element *e)
{
	for (unsigned p = 0; p < GS1_AI_PARTS && ai->part[p].set; p++) {
		const struct gs1_ai_part *part = &ai->part[p];
		size_t take = len < part->max ? len : part->max;

		if (take < part->min)
			return GS1_LENGTH;
		for (size_t i = 0; i < take; i++)
			if (!set_has(part->set, s[i]))
				return GS1_CHARS;
		enum gs1_fault fault = GS1_FINE;
		if (take > 0)
			fault = part_look((enum gs1_ai_rule)part->rule, s, take);
		e->checked = e->checked || part->rule == GS1_AI_SUM || part->rule == GS1_AI_PAIR;
		e->bad = e->bad || fault == GS1_CHECK;
		if (fault != GS1_FINE && fault != GS1_CHECK)
			return fault;
		s += take;
		len -= take;
	}
	if (len > 0)
		return GS1_LENGTH;
	return e->bad ? GS1_CHECK : GS1_FINE;
}

enum gs1_fault gs1_add(struct gs1 *out, uint16_t ai, unsigned digits, const char *value, size_t len)
{
	const struct gs1_ai *known = gs1_ai_find(ai, digits);
	const struct gs1_element *same = gs1_find(out, ai, digits);
	struct gs1_element e = {.ai = ai, .digits = (uint8_t)digits};

	if (!known)
		return GS1_AI;
	if (len == 0)
		return GS1_LENGTH;
	if (same && (same->len != len || memcmp(out->value + same->at, value, len) != 0))
		return GS1_TWICE;
	if (out->count == GS1_ELEMENTS || len > sizeof(out->value) - out->used)
		return GS1_MANY;
	enum gs1_fault fault = value_look(known, value, len, &e);
	if (fault != GS1_FINE && fault != GS1_CHECK)
		return fault;
	e.at = out->used;
	e.len = (uint16_t)len;
	memcpy(out->value + out->used, value, len);
	out->used = (uint16_t)(out->used + len);
	out->element[out->count++] = e;
	return fault;
}

const struct gs1_element *gs1_find(const struct gs1 *g, uint16_t ai, unsigned digits)
{
	for (unsigned i = 0; i < g->count; i++)
		if (g->element[i].ai == ai && g->element[i].digits == digits)
			return &g->element[i];
	return NULL;
}

/* --- the whole --- */

/* The AI at s; *digits = 0: there is none. */
static uint16_t ai_read(const char *s, size_t len, unsigned *digits)
{
	unsigned ai = 0, n = len >= 2 ? gs1_ai_digits(s) : 0;

	*digits = 0;
	if (n == 0 || n > len)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return 0;
		ai = ai * 10 + (unsigned)(s[i] - '0');
	}
	*digits = n;
	return (uint16_t)ai;
}

bool gs1_probe(const uint8_t *bytes, size_t len)
{
	static const struct {
		char ai[5];
		uint8_t shortest;
	} checked[] = {{"00", 20}, {"01", 16}, {"02", 16}, {"402", 20}, {"8003", 18}, {"8006", 22}};

	for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++)
		if (len >= checked[i].shortest &&
		    memcmp(bytes, checked[i].ai, strlen(checked[i].ai)) == 0)
			return true;
	return false;
}

enum gs1_fault gs1_read(const uint8_t *bytes, size_t len, struct gs1 *out)
{
	const char *s = (const char *)bytes, *end = s + len;
	enum gs1_fault worst = GS1_FINE;

	out->count = 0;
	out->used = 0;
	while (s < end) {
		unsigned digits;

		if (*s == GS1_FNC1) { /* in front, or behind a value that needs none */
			s++;
			continue;
		}
		uint16_t ai = ai_read(s, (size_t)(end - s), &digits);
		if (digits == 0)
			return GS1_AI;
		s += digits;
		const char *stop = memchr(s, GS1_FNC1, (size_t)(end - s));
		unsigned fixed = gs1_ai_fixed(ai, digits);
		if (!stop)
			stop = end;
		if (fixed && (size_t)(stop - s) > fixed)
			stop = s + fixed;
		enum gs1_fault fault = gs1_add(out, ai, digits, s, (size_t)(stop - s));
		if (fault == GS1_CHECK)
			worst = fault;
		else if (fault != GS1_FINE)
			return fault;
		s = stop;
	}
	return out->count ? worst : GS1_EMPTY;
}

/* Where the next (AI) begins; a value may hold brackets too. */
static const char *printed_next(const char *s, const char *end)
{
	for (; s < end; s++) {
		unsigned digits;

		if (*s != '(')
			continue;
		ai_read(s + 1, (size_t)(end - s - 1), &digits);
		if (digits && s + 1 + digits < end && s[1 + digits] == ')')
			return s;
	}
	return end;
}

enum gs1_fault gs1_read_printed(const uint8_t *bytes, size_t len, struct gs1 *out)
{
	const char *s = (const char *)bytes, *end = s + len;
	enum gs1_fault worst = GS1_FINE;

	out->count = 0;
	out->used = 0;
	if (printed_next(s, end) != s)
		return len ? GS1_AI : GS1_EMPTY;
	while (s < end) {
		unsigned digits;
		uint16_t ai = ai_read(s + 1, (size_t)(end - s - 1), &digits);
		const char *value = s + 1 + digits + 1;

		s = printed_next(value, end);
		enum gs1_fault fault = gs1_add(out, ai, digits, value, (size_t)(s - value));
		if (fault == GS1_CHECK)
			worst = fault;
		else if (fault != GS1_FINE)
			return fault;
	}
	return out->count ? worst : GS1_EMPTY;
}
