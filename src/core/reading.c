/* reading.c - votes of lines and views about one picture, and the rules by which a text is
 * believed. The rules answer F9: what a symbology's own checks let through is made up by agreement.
 */
#include "station/reading.h"
#include <string.h>

static const char *const names[READING_SYMBOLOGIES] = {
	[READING_CODE128] = "CODE-128", [READING_CODE93] = "CODE-93", [READING_CODE39] = "CODE-39",
	[READING_CODABAR] = "Codabar",	[READING_ITF] = "I2/5",	      [READING_EAN13] = "EAN-13",
	[READING_EAN8] = "EAN-8",	[READING_UPCA] = "UPC-A",     [READING_UPCE] = "UPC-E",
	[READING_QR] = "QR-Code",
};

/* What must agree, by symbology. Either so many lines in all from so many views, or so many lines
 * of one view. */
struct rule {
	uint32_t lines, views; /* both */
	uint32_t most;	       /* or this; 0 = never */
	uint16_t least;	       /* bytes of text */
};

static const struct rule rules[READING_SYMBOLOGIES] = {
	/* held against its widths (bars.h), and a check character of 103 values */
	[READING_CODE128] = {2, 1, 2, 1},
	[READING_CODE93] = {2, 1, 2, 1}, /* two check characters of 47 */
	[READING_CODE39] = {4, 2, 6, 2}, /* none */
	[READING_CODABAR] = {6, 2, 10, 6},
	/* none, but held against its widths; a line aslant that leaves it early may tell a part of
	 * it, but the next line leaves it elsewhere */
	[READING_ITF] = {8, 2, 10, 2},
	/* held against their widths; one check digit of ten */
	[READING_EAN13] = {2, 2, 3, 13},
	[READING_EAN8] = {4, 1, 4, 8},
	[READING_UPCA] = {2, 2, 3, 12},
	[READING_UPCE] = {4, 1, 4, 8},
	[READING_QR] = {1, 1, 1, 1}, /* Reed-Solomon */
};

void reading_init(struct reading *r, uint32_t allowed, uint32_t itf)
{
	r->allowed = allowed;
	r->itf = itf;
	r->place = 0;
	reading_begin(r);
}

void reading_begin(struct reading *r)
{
	r->labels = 0;
	r->crowded = false;
}

static struct reading_label *find(struct reading *r, enum reading_symbology symbology,
				  const uint8_t *text, size_t len)
{
	for (unsigned i = 0; i < r->labels; i++) {
		struct reading_label *l = &r->label[i];

		if (l->symbology == symbology && l->len == len && memcmp(l->text, text, len) == 0)
			return l;
	}
	return NULL;
}

void reading_gs1(struct reading *r, enum reading_symbology symbology, const uint8_t *text,
		 size_t len)
{
	struct reading_label *l = find(r, symbology, text, len);

	if (l)
		l->gs1 = true;
}

static unsigned count(uint64_t bits)
{
	unsigned n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

#define CLEAR 6 /* lines that make a code of its own beside another of its kind */

static bool is_retail(enum reading_symbology s)
{
	return s == READING_EAN13 || s == READING_EAN8 || s == READING_UPCA || s == READING_UPCE;
}

bool reading_is_weak(enum reading_symbology s)
{
	return s == READING_UPCE || s == READING_EAN8 || s == READING_ITF || s == READING_CODABAR ||
	       s == READING_CODE39;
}

/* Whether b, said of the same picture, speaks against a. */
static bool contradicts(const struct reading_label *a, const struct reading_label *b)
{
	if (a->symbology == READING_QR)
		return false;
	if (a->symbology == b->symbology || (is_retail(a->symbology) && is_retail(b->symbology)))
		return a->lines < CLEAR ? 4 * b->lines > a->lines : b->lines > 8 * a->lines;
	/* one code seen in another: the weaker is the guess */
	return reading_is_weak(a->symbology) && !reading_is_weak(b->symbology) &&
	       b->symbology != READING_QR && a->lines < 2 * CLEAR && b->lines >= a->lines;
}

/* Digits that end with GS1's check digit. */
static bool check_holds(const uint8_t *digits, unsigned len)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < len; i++)
		sum += (len - 1 - i) % 2 ? 3U * (digits[i] - '0') : digits[i] - (unsigned)'0';
	return sum % 10 == 0;
}

static const struct rule *rule_of(const struct reading_label *l)
{
	static const struct rule itf14 = {4, 2, 6, 14};

	if (l->symbology == READING_ITF && l->len == 14 && check_holds(l->text, 14))
		return &itf14;
	return &rules[l->symbology];
}

bool reading_accepts(const struct reading *r, unsigned n)
{
	const struct reading_label *l = &r->label[n];
	const struct rule *rule = rule_of(l);

	if (l->len < rule->least)
		return false;
	if (r->crowded && l->symbology != READING_QR && l->lines < CLEAR)
		return false;
	if (l->symbology == READING_ITF && !(l->len < 64 && r->itf & 1U << l->len / 2))
		return false;
	if (!(l->lines >= rule->lines && count(l->views) >= rule->views) &&
	    !(rule->most && l->most >= rule->most))
		return false;
	for (unsigned i = 0; i < r->labels; i++)
		if (i != n && contradicts(l, &r->label[i]))
			return false;
	return true;
}

/* Room for one more: behind the others, or instead of one of them. */
static struct reading_label *place(struct reading *r)
{
	struct reading_label *least = NULL;
	bool spared = true;

	if (r->labels < READING_LABELS)
		return &r->label[r->labels++];
	r->crowded = true;
	for (unsigned i = 0; i < READING_LABELS; i++) {
		bool believed = reading_accepts(r, i);

		if (least &&
		    (believed > spared || (believed == spared && r->label[i].lines > least->lines)))
			continue;
		least = &r->label[i];
		spared = believed;
	}
	return least;
}

void reading_elsewhere(struct reading *r)
{
	r->place++;
}

void reading_vote(struct reading *r, enum reading_symbology symbology, const uint8_t *text,
		  size_t len, unsigned view)
{
	struct reading_label *l;

	if (len == 0 || len > READING_TEXT || view >= READING_VIEWS ||
	    !(r->allowed & 1U << symbology))
		return;
	l = find(r, symbology, text, len);
	if (!l) {
		l = place(r);
		*l = (struct reading_label){.symbology = symbology, .len = (uint16_t)len};
		memcpy(l->text, text, len);
	}
	if (l->last != view)
		l->within = 0;
	if (l->last != view || l->place != r->place)
		l->here = 0;
	l->last = (uint8_t)view;
	l->place = r->place;
	l->here++;
	if (l->here > l->within) {
		l->within = l->here;
		l->lines++;
	}
	if (l->here > l->most)
		l->most = l->here;
	l->views |= UINT64_C(1) << view;
}

bool reading_doubts(const struct reading *r)
{
	for (unsigned i = 0; i < r->labels; i++)
		if (!reading_accepts(r, i))
			return true;
	return false;
}

const char *reading_name(enum reading_symbology symbology)
{
	return names[symbology];
}

const char *reading_aim(const struct reading_label *label)
{
	static const char aim[READING_SYMBOLOGIES][READING_AIM + 1] = {
		[READING_CODE128] = "]C0", [READING_CODE93] = "]G0", [READING_CODE39] = "]A0",
		[READING_CODABAR] = "]F0", [READING_ITF] = "]I0",    [READING_EAN13] = "]E0",
		[READING_EAN8] = "]E4",	   [READING_UPCA] = "]E0",   [READING_UPCE] = "]E0",
		[READING_QR] = "]Q1",
	};

	if (label->gs1 && label->symbology == READING_CODE128)
		return "]C1";
	if (label->gs1 && label->symbology == READING_QR)
		return "]Q3";
	return aim[label->symbology];
}

void reading_print(const struct reading_label *label, struct text *t)
{
	bool utf8 = text_is_utf8((const char *)label->text, label->len);

	for (unsigned i = 0; i < label->len; i++) {
		uint8_t c = label->text[i];

		if (c == '\\') {
			text_put(t, "\\\\");
		} else if (c < 0x20 || c == 0x7f || (c > 0x7f && !utf8)) {
			text_put(t, "\\x");
			text_hex(t, &c, 1);
		} else {
			text_char(t, (char)c);
		}
	}
}
