/* gs1.c - reads GS1 element strings (gs1.h) after the GS1 General Specifications, section 7.8: AIs
 * of predefined length follow each other, the others end at FNC1. */
#include "station/gs1.h"
#include "gs1_ai.h"
#include "gs1_value.h"
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
	enum gs1_fault fault = gs1_value_look(known, value, len, &e);
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
