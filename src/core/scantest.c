/* scantest.c - what a scanner makes of the codes of the doctor's sheet (scantest.h): the code is
 * looked for in the bytes, as it is printed and in each way that scanners are known to change it.
 */
#include "station/scantest.h"
#include <string.h>

#define GS	      0x1d
#define STX	      0x02
#define ETX	      0x03
#define RAW_MAX	      600 /* bytes that are looked at */
#define GAP_MAX	      6	  /* bytes of a substitute for FNC1 */
#define CASES	      (SCANTEST_CASE_SWAPPED + 1)
#define LAYOUTS_KNOWN (SCANTEST_LAYOUT_AZERTY + 1)

static const struct {
	const char *name, *text;
	const char *aim; /* letters that its AIM id may have; the digit tells of options */
} codes[SCANTEST_CODES] = {
	[SCANTEST_PLAIN] = {"plain", "DOC1-YZ-MAQW/0289+.:", "C"},
	[SCANTEST_CASE] = {"case", "DOC2-abcXYZ", "C"},
	[SCANTEST_GS1] = {"gs1",
			  "010400638133393110DOC3\x1d"
			  "21YZ7",
			  "C"},
	[SCANTEST_QR] = {"qr", "DOC4-YZ-abc-0289", "Q"},
};

/* Which key of a US keyboard a scanner presses that believes in another one. */
static const char *const keys[LAYOUTS_KNOWN][2] = {
	[SCANTEST_LAYOUT_US] = {"", ""},
	[SCANTEST_LAYOUT_QWERTZ] = {"YZyz-/:+()=", "ZYzy/&>]*()"},
	[SCANTEST_LAYOUT_AZERTY] = {"AQZWMaqzwm0123456789-/:.()", "QAWZ:qawz;)!@#$%^&*(6>.<5-"},
};

static uint8_t change(uint8_t c, enum scantest_case letters, enum scantest_layout layout)
{
	bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
	const char *key;

	if ((upper && (letters == SCANTEST_CASE_LOWER || letters == SCANTEST_CASE_SWAPPED)) ||
	    (lower && (letters == SCANTEST_CASE_UPPER || letters == SCANTEST_CASE_SWAPPED)))
		c ^= 0x20;
	key = c < 0x80 && c > 0 ? strchr(keys[layout][0], c) : NULL;
	return key ? (uint8_t)keys[layout][1][key - keys[layout][0]] : c;
}

struct search {
	const uint8_t *raw;
	size_t len;
	enum scantest_case letters;
	enum scantest_layout layout;
};

/* Whether the text stands at `at`. */
static bool stands(const struct search *s, size_t at, const char *text, size_t len)
{
	if (len > s->len - at)
		return false;
	for (size_t i = 0; i < len; i++)
		if (s->raw[at + i] != change((uint8_t)text[i], s->letters, s->layout))
			return false;
	return true;
}

/* The code at `at`; *gap: bytes that stand for its FNC1. Its length, 0 = it is not there. */
static size_t code_at(const struct search *s, size_t at, const char *text, size_t *gap)
{
	const char *gs = strchr(text, GS);
	size_t first = gs ? (size_t)(gs - text) : strlen(text), second;

	*gap = 0;
	if (!stands(s, at, text, first))
		return 0;
	if (!gs)
		return first;
	second = strlen(gs + 1);
	for (; *gap <= GAP_MAX && at + first + *gap <= s->len; ++*gap)
		if (stands(s, at + first + *gap, gs + 1, second))
			return first + *gap + second;
	return 0;
}

static uint8_t keep(uint8_t *to, const uint8_t *from, size_t len)
{
	size_t n = len < SCANTEST_MORE ? len : SCANTEST_MORE;

	memcpy(to, from, n);
	return (uint8_t)n;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* What stands before the code. A GS there is FNC1's own place. */
static void read_head(const struct search *s, size_t len, struct scantest *out)
{
	size_t from = 0;

	if (len > 0 && s->raw[0] == STX) {
		out->stx = true;
		from = 1;
	}
	if (len > from && s->raw[len - 1] == GS && out->code == SCANTEST_GS1)
		len--;
	if (len >= from + 3 && s->raw[len - 3] == ']') {
		const char *letters = codes[out->code].aim;
		uint8_t letter = s->raw[len - 2], digit = s->raw[len - 1];

		if (letter >= 'a' && letter <= 'z')
			letter ^= 0x20;
		if (letter >= 'A' && letter <= 'Z' && is_digit(digit)) {
			out->aim[0] = (char)s->raw[len - 2];
			out->aim[1] = (char)digit;
			out->aim_is =
				strchr(letters, letter) ? SCANTEST_AIM_RIGHT : SCANTEST_AIM_WRONG;
			len -= 3;
		}
	}
	out->prefix_len = keep(out->prefix, s->raw + from, len - from);
}

static bool is_end(uint8_t c)
{
	return c == '\r' || c == '\n' || c == '\t' || c == ETX;
}

/* What stands behind it, up to the first end. */
static void read_tail(const struct search *s, size_t at, struct scantest *out)
{
	size_t from = at;

	while (at < s->len && !is_end(s->raw[at]))
		at++;
	out->suffix_len = keep(out->suffix, s->raw + from, at - from);
	out->end = SCANTEST_END_NONE;
	if (at == s->len)
		return;
	switch (s->raw[at]) {
	case '\r':
		out->end = at + 1 < s->len && s->raw[at + 1] == '\n' ? SCANTEST_END_CRLF
								     : SCANTEST_END_CR;
		break;
	case '\n':
		out->end = SCANTEST_END_LF;
		break;
	case '\t':
		out->end = SCANTEST_END_TAB;
		break;
	default:
		out->end = SCANTEST_END_ETX;
		break;
	}
}

static void read_gap(const struct search *s, size_t at, size_t gap, struct scantest *out)
{
	const char *text = codes[out->code].text, *gs = strchr(text, GS);

	if (!gs)
		return;
	at += (size_t)(gs - text);
	if (gap == 0) {
		out->fnc1 = SCANTEST_FNC1_LOST;
	} else if (gap == 1 && s->raw[at] == GS) {
		out->fnc1 = SCANTEST_FNC1_GS;
	} else {
		out->fnc1 = SCANTEST_FNC1_SUBSTITUTE;
		out->substitute_len = keep(out->substitute, s->raw + at, gap);
	}
}

/* Looks for each code in one way of changing it. */
static bool find(const struct search *s, struct scantest *out)
{
	for (unsigned c = 0; c < SCANTEST_CODES; c++) {
		for (size_t at = 0; at < s->len; at++) {
			size_t gap, len = code_at(s, at, codes[c].text, &gap);

			if (len == 0)
				continue;
			out->code = (enum scantest_code)c;
			out->letters = s->letters;
			out->layout = s->layout;
			read_gap(s, at, gap, out);
			read_head(s, at, out);
			read_tail(s, at + len, out);
			return true;
		}
	}
	return false;
}

static bool find_any(struct search *s, struct scantest *out)
{
	for (unsigned layout = 0; layout < LAYOUTS_KNOWN; layout++) {
		for (unsigned letters = 0; letters < CASES; letters++) {
			s->layout = (enum scantest_layout)layout;
			s->letters = (enum scantest_case)letters;
			if (find(s, out))
				return true;
		}
	}
	return false;
}

/* A layout that we don't know: of as many characters as a code has, two of three are right. */
static bool find_alike(const struct search *s, struct scantest *out)
{
	for (unsigned c = 0; c < SCANTEST_CODES; c++) {
		const char *text = codes[c].text;
		size_t len = strlen(text), same = 0, end = s->len;

		while (end > 0 && is_end(s->raw[end - 1]))
			end--;
		if (end < len)
			continue;
		for (size_t i = 0; i < len; i++)
			same += s->raw[end - len + i] == (uint8_t)text[i];
		if (same * 3 < len * 2)
			continue;
		out->code = (enum scantest_code)c;
		out->layout = SCANTEST_LAYOUT_OTHER;
		read_head(s, end - len, out);
		read_tail(s, end, out);
		return true;
	}
	return false;
}

void scantest_read(const uint8_t *raw, size_t len, struct scantest *out)
{
	uint8_t stripped[RAW_MAX];
	struct search s = {.raw = raw, .len = len < RAW_MAX ? len : RAW_MAX};

	*out = (struct scantest){.code = SCANTEST_CODES};
	if (find_any(&s, out))
		return;
	for (size_t i = 0; i < s.len; i++) {
		stripped[i] = raw[i] & 0x7f;
		out->parity = out->parity || stripped[i] != raw[i];
	}
	if (out->parity) {
		s.raw = stripped;
		if (find_any(&s, out))
			return;
		s.raw = raw;
		out->parity = false;
	}
	s.layout = SCANTEST_LAYOUT_US;
	s.letters = SCANTEST_CASE_KEPT;
	(void)find_alike(&s, out);
}

const char *scantest_text(enum scantest_code code)
{
	return codes[code].text;
}

const char *scantest_code_name(enum scantest_code code)
{
	return codes[code].name;
}
