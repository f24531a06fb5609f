/* gs1_value.c - whether a value is one that its application identifier may have (gs1_value.h): how
 * long, of which characters, and the rule of each of its parts. */
#include "gs1_value.h"
#include "station/check.h"
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

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

/* --- dates and times --- */

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
	return two(s) < 24 && two(s + 2) < 60;
}

/* --- check digits --- */

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

/* Highly individualised devices have models that are never digits alone. */
static bool pair_letter_ok(const char *s, size_t len)
{
	bool letter = false;

	for (size_t i = 0; i < len; i++)
		letter = letter || !is_digit(s[i]);
	return letter && pair_ok(s, len);
}

static bool is_sum(enum gs1_ai_rule rule)
{
	return rule == GS1_AI_SUM || rule == GS1_AI_PAIR || rule == GS1_AI_PAIR_LETTER;
}

/* --- numbers and codes --- */

static bool is_zero(const char *s, size_t len)
{
	while (len > 0 && *s == '0') {
		s++;
		len--;
	}
	return len == 0;
}

/* Width in 4 digits, length in 5, core in 3, winding, splices. */
static bool roll_ok(const char *s)
{
	return !is_zero(s, 4) && !is_zero(s + 4, 5) && !is_zero(s + 9, 3) &&
	       (s[12] <= '1' || s[12] == '9');
}

static bool at_most(const char *s, const char *most)
{
	return memcmp(s, most, strlen(most)) <= 0;
}

static enum gs1_fault rule_look(enum gs1_ai_rule rule, const char *s, size_t len)
{
	enum gs1_fault date = GS1_DATE, code = GS1_CHARS, check = GS1_CHECK;

	switch (rule) {
	case GS1_AI_ANY:
		break;
	case GS1_AI_SUM:
		return check_gs1_mod10_ok(s, len) ? GS1_FINE : check;
	case GS1_AI_PAIR:
		return pair_ok(s, len) ? GS1_FINE : check;
	case GS1_AI_PAIR_LETTER:
		return pair_letter_ok(s, len) ? GS1_FINE : check;
	case GS1_AI_DAY:
		return len == 6 && day_ok(s, false) ? GS1_FINE : date;
	case GS1_AI_DAY_0:
		return day_ok(s, true) ? GS1_FINE : date;
	case GS1_AI_DAY_8:
		return day_ok(s + 2, false) ? GS1_FINE : date;
	case GS1_AI_HOUR:
		return two(s) < 24 ? GS1_FINE : date;
	case GS1_AI_HHMM:
		return len == 4 && hhmm_ok(s) ? GS1_FINE : date;
	case GS1_AI_HHMM_9:
		return hhmm_ok(s) || memcmp(s, "9999", 4) == 0 ? GS1_FINE : date;
	case GS1_AI_MINUTES:
		return len % 2 == 0 && two(s) < 60 && (len == 2 || two(s + 2) < 60) ? GS1_FINE
										    : date;
	case GS1_AI_ZERO:
		return s[0] == '0' ? GS1_FINE : code;
	case GS1_AI_NO_ZERO:
		return s[0] != '0' ? GS1_FINE : code;
	case GS1_AI_FLAG:
		return s[0] <= '1' ? GS1_FINE : code;
	case GS1_AI_HYPHEN:
		return s[0] == '-' ? GS1_FINE : code;
	case GS1_AI_THREES:
		return len % 3 == 0 ? GS1_FINE : GS1_LENGTH;
	case GS1_AI_LATITUDE:
		return at_most(s, "1800000000") ? GS1_FINE : code;
	case GS1_AI_LONGITUDE:
		return at_most(s, "3600000000") ? GS1_FINE : code;
	case GS1_AI_ROLL:
		return roll_ok(s) ? GS1_FINE : code;
	case GS1_AI_PIECE:
		return !is_zero(s, 2) && memcmp(s, s + 2, 2) <= 0 ? GS1_FINE : code;
	case GS1_AI_BIRTH:
		return s[0] >= '1' && s[0] <= s[2] && s[1] == '/' && s[2] <= '9' ? GS1_FINE : code;
	case GS1_AI_SEX:
		return s[0] <= '2' || s[0] == '9' ? GS1_FINE : code;
	case GS1_AI_MEDIA:
		return (two(s) >= 1 && two(s) <= 10) || two(s) >= 80 ? GS1_FINE : code;
	case GS1_AI_INDEX:
		return is_alnum(s[0]) || s[0] == '-' || s[0] == '_' ? GS1_FINE : code;
	}
	return GS1_FINE;
}

/* --- the whole --- */

enum gs1_fault gs1_value_look(const struct gs1_ai *ai, const char *s, size_t len,
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
			fault = rule_look((enum gs1_ai_rule)part->rule, s, take);
		e->checked = e->checked || is_sum((enum gs1_ai_rule)part->rule);
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
