/* test_gs1_ai.c - every application identifier against what GS1 says of it: which there are, how
 * long a value is, of which characters, its dates and check digits, and whether FNC1 has to stand
 * behind it. The facts are those of the GS1 Barcode Syntax Dictionary (gs1/gs1-syntax-dictionary,
 * release 2024-06-10 and what came until January 2026), in its notation; not our table's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "station/gs1.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PARTS	     5
#define VALUE_MAX    128

/* N digits, X character set 82, Y 39, Z base64url; 6 = so many, ..6 = up to so many; [] = may be
 * left out. Behind a comma: the test of the content. */
static const struct fact {
	uint16_t from, to;
	uint8_t digits;
	bool predefined; /* needs no FNC1 behind it */
	const char *spec;
} facts[] = {
	{0, 0, 2, true, "N18,csum"},
	{1, 3, 2, true, "N14,csum"},
	{10, 10, 2, false, "X..20"},
	{11, 13, 2, true, "N6,yymmd0"},
	{15, 17, 2, true, "N6,yymmd0"},
	{20, 20, 2, true, "N2"},
	{21, 22, 2, false, "X..20"},
	{235, 235, 3, false, "X..28"},
	{240, 241, 3, false, "X..30"},
	{242, 242, 3, false, "N..6"},
	{243, 243, 3, false, "X..20"},
	{250, 251, 3, false, "X..30"},
	{253, 253, 3, false, "N13,csum [X..17]"},
	{254, 254, 3, false, "X..20"},
	{255, 255, 3, false, "N13,csum [N..12]"},
	{30, 30, 2, false, "N..8"},
	/* 310n to 369n: measures() */
	{37, 37, 2, false, "N..8"},
	{3900, 3909, 4, false, "N..15"},
	{3910, 3919, 4, false, "N3 N..15"},
	{3920, 3929, 4, false, "N..15"},
	{3930, 3939, 4, false, "N3 N..15"},
	{3940, 3943, 4, false, "N4"},
	{3950, 3955, 4, false, "N6"},
	{400, 401, 3, false, "X..30"},
	{402, 402, 3, false, "N17,csum"},
	{403, 403, 3, false, "X..30"},
	{410, 417, 3, true, "N13,csum"},
	{420, 420, 3, false, "X..20"},
	{421, 421, 3, false, "N3 X..9"},
	{422, 422, 3, false, "N3"},
	{423, 423, 3, false, "N3 [N3] [N3] [N3] [N3]"},
	{424, 424, 3, false, "N3"},
	{425, 425, 3, false, "N3 [N3] [N3] [N3] [N3]"},
	{426, 426, 3, false, "N3"},
	{427, 427, 3, false, "X..3"},
	{4300, 4301, 4, false, "X..35"},
	{4302, 4306, 4, false, "X..70"},
	{4307, 4307, 4, false, "X2"},
	{4308, 4308, 4, false, "X..30"},
	{4309, 4309, 4, false, "N10,latitude N10,longitude"},
	{4310, 4311, 4, false, "X..35"},
	{4312, 4316, 4, false, "X..70"},
	{4317, 4317, 4, false, "X2"},
	{4318, 4318, 4, false, "X..20"},
	{4319, 4319, 4, false, "X..30"},
	{4320, 4320, 4, false, "X..35"},
	{4321, 4323, 4, false, "N1,yesno"},
	{4324, 4325, 4, false, "N6,yymmd0 N4,hhmi"},
	{4326, 4326, 4, false, "N6,yymmdd"},
	{4330, 4333, 4, false, "N6 [X1],hyphen"},
	{7001, 7001, 4, false, "N13"},
	{7002, 7002, 4, false, "X..30"},
	{7003, 7003, 4, false, "N6,yymmdd N4,hhmi"},
	{7004, 7004, 4, false, "N..4"},
	{7005, 7005, 4, false, "X..12"},
	{7006, 7006, 4, false, "N6,yymmdd"},
	{7007, 7007, 4, false, "N6,yymmdd [N6],yymmdd"},
	{7008, 7008, 4, false, "X..3"},
	{7009, 7009, 4, false, "X..10"},
	{7010, 7010, 4, false, "X..2"},
	{7011, 7011, 4, false, "N6,yymmdd [N4],hhmi"},
	{7020, 7022, 4, false, "X..20"},
	{7023, 7023, 4, false, "X..30"},
	{7030, 7039, 4, false, "N3 X..27"},
	{7040, 7040, 4, false, "N1 X1 X1 X1,importeridx"},
	{7041, 7041, 4, false, "X..4"},
	{710, 717, 3, false, "X..20"},
	{7230, 7239, 4, false, "X2 X..28"},
	{7240, 7240, 4, false, "X..20"},
	{7241, 7241, 4, false, "N2,mediatype"},
	{7242, 7242, 4, false, "X..25"},
	{7250, 7250, 4, false, "N8,yyyymmdd"},
	{7251, 7251, 4, false, "N8,yyyymmdd N4,hhmi"},
	{7252, 7252, 4, false, "N1,iso5218"},
	{7253, 7254, 4, false, "X..40"},
	{7255, 7255, 4, false, "X..10"},
	{7256, 7256, 4, false, "X..90"},
	{7257, 7257, 4, false, "X..70"},
	{7258, 7258, 4, false, "X3,posinseqslash"},
	{7259, 7259, 4, false, "X..40"},
	{8001, 8001, 4, false, "N4,nonzero4 N5,nonzero5 N3,nonzero3 N1,winding N1"},
	{8002, 8002, 4, false, "X..20"},
	{8003, 8003, 4, false, "N1,zero N13,csum [X..16]"},
	{8004, 8004, 4, false, "X..30"},
	{8005, 8005, 4, false, "N6"},
	{8006, 8006, 4, false, "N14,csum N4,pieceoftotal"},
	{8007, 8007, 4, false, "X..34"},
	{8008, 8008, 4, false, "N6,yymmdd N2,hh [N2],mi [N2],ss"},
	{8009, 8009, 4, false, "X..50"},
	{8010, 8010, 4, false, "Y..30"},
	{8011, 8011, 4, false, "N..12,nozeroprefix"},
	{8012, 8012, 4, false, "X..20"},
	/* 8013, 8014: test_models */
	{8017, 8018, 4, false, "N18,csum"},
	{8019, 8019, 4, false, "N..10"},
	{8020, 8020, 4, false, "X..25"},
	{8026, 8026, 4, false, "N14,csum N4,pieceoftotal"},
	{8030, 8030, 4, false, "Z..90"},
	{8040, 8041, 4, false, "N15"},
	{8042, 8042, 4, false, "N32"},
	{8043, 8043, 4, false, "N18 [N..2]"},
	{8110, 8110, 4, false, "X..70"},
	{8111, 8111, 4, false, "N4"},
	{8112, 8112, 4, false, "X..70"},
	{8200, 8200, 4, false, "X..70"},
	{90, 90, 2, false, "X..30"},
	{91, 99, 2, false, "X..90"},
};

/* A content that passes each test, and some that don't. */
static const struct content {
	const char *test, *good, *bad[4];
	enum gs1_fault fault;
} contents[] = {
	{"yymmd0", "260200", {"261301", "260001", "260230", "250229"}, GS1_DATE},
	{"yymmdd", "240229", {"261301", "260200", "260431", "250229"}, GS1_DATE},
	{"yyyymmdd", "20240229", {"20241301", "20240230", "20250229", "20240200"}, GS1_DATE},
	{"hhmi", "2359", {"2400", "2360", "9900", "0099"}, GS1_DATE},
	{"hh", "23", {"24", "99"}, GS1_DATE},
	{"mi", "59", {"60", "99"}, GS1_DATE},
	{"ss", "59", {"60", "99"}, GS1_DATE},
	{"zero", "0", {"1", "9"}, GS1_CHARS},
	{"nozeroprefix", "1", {"0"}, GS1_CHARS},
	{"yesno", "1", {"2", "9"}, GS1_CHARS},
	{"hyphen", "-", {"+", "0", "A"}, GS1_CHARS},
	{"latitude", "1800000000", {"1800000001", "9999999999"}, GS1_CHARS},
	{"longitude", "3600000000", {"3600000001", "9999999999"}, GS1_CHARS},
	{"importeridx", "_", {"/", "+", "."}, GS1_CHARS},
	{"mediatype", "10", {"00", "11", "79"}, GS1_CHARS},
	{"iso5218", "9", {"3", "8"}, GS1_CHARS},
	{"posinseqslash", "3/3", {"3/2", "0/2", "1-2", "1/A"}, GS1_CHARS},
	{"nonzero4", "0001", {"0000"}, GS1_CHARS},
	{"nonzero5", "00001", {"00000"}, GS1_CHARS},
	{"nonzero3", "001", {"000"}, GS1_CHARS},
	{"winding", "9", {"2", "8"}, GS1_CHARS},
	{"pieceoftotal", "0202", {"0302", "0002", "0100", "0000"}, GS1_CHARS},
};

struct part {
	char set;
	unsigned least, most;
	bool optional;
	char test[16];
};

struct spec {
	struct part part[PARTS];
	unsigned parts;
};

static struct spec spec_of(const char *text)
{
	struct spec s = {.parts = 0};

	while (*text) {
		struct part *p = &s.part[s.parts++];
		char *end;

		assert_in_range(s.parts, 1, PARTS);
		p->optional = *text == '[';
		text += p->optional;
		p->set = *text++;
		bool up_to = *text == '.';
		p->most = (unsigned)strtoul(text + (up_to ? 2 : 0), &end, 10);
		p->least = up_to ? 1 : p->most;
		text = end + p->optional;
		if (*text == ',') {
			size_t len = strcspn(text + 1, " ");

			assert_in_range(len, 1, sizeof(p->test) - 1);
			memcpy(p->test, text + 1, len);
			text += 1 + len;
		}
		text += *text == ' ';
	}
	return s;
}

static const struct content *content_of(const struct part *p)
{
	for (size_t i = 0; i < COUNT(contents); i++)
		if (strcmp(contents[i].test, p->test) == 0)
			return &contents[i];
	return NULL;
}

/* By the General Specifications' words: the last digit counts once, the one before it three times,
 * and so on. */
static void sum_fill(char *s, unsigned len)
{
	unsigned sum = 0;

	for (unsigned i = 0; i + 1 < len; i++)
		sum += (unsigned)(s[i] - '0') * ((len - 1 - i) % 2 ? 3 : 1);
	s[len - 1] = (char)('0' + (10 - sum % 10) % 10);
}

static void part_fill(const struct part *p, char *s, unsigned len)
{
	static const char n[] = "7310", x[] = "a!Z%_9", y[] = "Z#9-/A", z[] = "a-Z_09";
	const char *from = p->set == 'N' ? n : p->set == 'X' ? x : p->set == 'Y' ? y : z;
	const struct content *c = content_of(p);

	for (unsigned i = 0; i < len; i++)
		s[i] = from[i % strlen(from)];
	if (c)
		memcpy(s, c->good, strlen(c->good));
	else if (strcmp(p->test, "csum") == 0)
		sum_fill(s, len);
	else
		assert_string_equal(p->test, "");
}

/* Where each part begins in a value of this length; whether there can be one. */
static bool split(const struct spec *s, unsigned len, unsigned at[PARTS + 1])
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->parts; i++) {
		const struct part *p = &s->part[i];
		unsigned left = len - n, take = left < p->most ? left : p->most;

		at[i] = n;
		if (take < p->least && !(left == 0 && p->optional))
			return false;
		n += take;
	}
	at[s->parts] = n;
	return n == len;
}

/* The longest that there can be and is not longer than len. */
static unsigned fill(const struct spec *s, unsigned len, char value[VALUE_MAX],
		     unsigned at[PARTS + 1])
{
	while (len > 0 && !split(s, len, at))
		len--;
	for (unsigned i = 0; i < s->parts && len > 0; i++)
		part_fill(&s->part[i], value + at[i], at[i + 1] - at[i]);
	value[len] = '\0';
	return len;
}

static enum gs1_fault add(const struct fact *f, uint16_t ai, const char *value)
{
	struct gs1 g = {.count = 0};

	return gs1_add(&g, ai, f->digits, value, strlen(value));
}

/* Calls for every fact, the measures' included: 310n to 316n, 320n to 337n, 340n to 357n, 360n to
 * 369n, where n is 0 to 5. */
static void each(void (*check)(const struct fact *f))
{
	for (size_t i = 0; i < COUNT(facts); i++)
		check(&facts[i]);
	for (uint16_t ai = 310; ai <= 369; ai++) {
		struct fact f = {(uint16_t)(ai * 10), (uint16_t)(ai * 10 + 5), 4, true, "N6"};

		if ((ai < 317 || ai > 319) && ai != 338 && ai != 339 && ai != 358 && ai != 359)
			check(&f);
	}
}

static uint8_t told[5][10000];

static void mark(const struct fact *f)
{
	for (uint16_t ai = f->from; ai <= f->to; ai++) {
		assert_int_equal(told[f->digits][ai], 0);
		told[f->digits][ai] = 1;
	}
}

static void test_which_there_are(void **state)
{
	unsigned ends[] = {0, 0, 100, 1000, 10000};
	(void)state;

	memset(told, 0, sizeof(told));
	each(mark);
	told[4][8013] = told[4][8014] = 1;
	for (unsigned digits = 2; digits <= 4; digits++)
		for (unsigned ai = 0; ai < ends[digits]; ai++)
			assert_int_equal(gs1_is_ai((uint16_t)ai, digits), told[digits][ai]);
}

/* Every length from 1 on: what can be split is fine, all else is refused. */
static void lengths(const struct fact *f)
{
	struct spec s = spec_of(f->spec);
	char value[VALUE_MAX];
	unsigned at[PARTS + 1];

	for (unsigned len = 1; len < 100; len++) {
		unsigned whole = fill(&s, len, value, at);

		memset(value + whole, '1', len - whole);
		value[len] = '\0';
		for (uint16_t ai = f->from; ai <= f->to; ai++) {
			if (whole == len)
				assert_int_equal(add(f, ai, value), GS1_FINE);
			else
				assert_int_not_equal(add(f, ai, value), GS1_FINE);
		}
	}
}

static void test_lengths(void **state)
{
	(void)state;
	each(lengths);
}

/* In each place of each part a character of no set it has; of its test what doesn't pass. */
static void content(const struct fact *f)
{
	struct spec s = spec_of(f->spec);
	char value[VALUE_MAX];
	unsigned at[PARTS + 1], len = fill(&s, VALUE_MAX - 1, value, at);

	for (unsigned i = 0; i < s.parts; i++) {
		const struct part *p = &s.part[i];
		const struct content *c = content_of(p);
		char out = p->set == 'N' ? 'A' : p->set == 'X' ? '~' : p->set == 'Y' ? 'a' : '+';

		for (unsigned k = at[i]; k < at[i + 1]; k++) {
			char was = value[k];

			value[k] = out;
			assert_int_equal(add(f, f->from, value), GS1_CHARS);
			value[k] = was;
		}
		for (unsigned k = 0; c && k < COUNT(c->bad) && c->bad[k]; k++) {
			memcpy(value + at[i], c->bad[k], strlen(c->bad[k]));
			assert_int_equal(add(f, f->from, value), c->fault);
			part_fill(p, value + at[i], at[i + 1] - at[i]);
		}
		if (strcmp(p->test, "csum") == 0) {
			char *digit = &value[at[i + 1] - 1];

			*digit = *digit == '9' ? '0' : (char)(*digit + 1);
			assert_int_equal(add(f, f->from, value), GS1_CHECK);
			part_fill(p, value + at[i], at[i + 1] - at[i]);
		}
	}
	assert_int_equal(strlen(value), len);
	assert_int_equal(add(f, f->to, value), GS1_FINE);
}

static void test_content(void **state)
{
	(void)state;
	each(content);
}

/* (99)W behind a value: with FNC1 between always, without it only where the length is told
 * beforehand. */
static void separator(const struct fact *f)
{
	struct spec s = spec_of(f->spec);
	char value[VALUE_MAX], bytes[2 * VALUE_MAX];
	unsigned at[PARTS + 1];
	struct gs1 g;
	int n;

	if (f->from == 91)
		return;
	if (fill(&s, 18, value, at) == 0) /* shorter than the longest, where there is such */
		fill(&s, VALUE_MAX - 1, value, at);
	n = snprintf(bytes, sizeof(bytes),
		     "%0*u%s\x1d"
		     "99W",
		     f->digits, (unsigned)f->from, value);
	assert_int_equal(gs1_read((const uint8_t *)bytes, (size_t)n, &g), GS1_FINE);
	assert_int_equal(g.count, 2);
	n = snprintf(bytes, sizeof(bytes), "%0*u%s99W", f->digits, (unsigned)f->from, value);
	enum gs1_fault fault = gs1_read((const uint8_t *)bytes, (size_t)n, &g);
	assert_int_equal(fault == GS1_FINE && g.count == 2, f->predefined);
}

static void test_separator_F7(void **state)
{
	(void)state;
	each(separator);
}

/* Model numbers: up to 23 characters and a pair that checks them; GS1's example. A device that is
 * registered one by one has a letter in it. */
static void test_models(void **state)
{
	static const struct fact gmn = {8013, 8013, 4, false, ""},
				 mudi = {8014, 8014, 4, false, ""};
	static const char good[] = "1987654Ad4X4bL5ttr2310c2K";
	char bad[sizeof(good)];
	(void)state;

	assert_int_equal(add(&gmn, 8013, good), GS1_FINE);
	assert_int_equal(add(&mudi, 8014, good), GS1_FINE);
	for (size_t i = 0; i < strlen(good); i++) {
		memcpy(bad, good, sizeof(good));
		bad[i] = bad[i] == '3' ? '4' : '3';
		assert_int_equal(add(&gmn, 8013, bad), GS1_CHECK);
		bad[i] = '~';
		assert_int_equal(add(&gmn, 8013, bad), GS1_CHARS);
	}
	assert_int_equal(add(&gmn, 8013, "1987654Ad4X4bL5ttr2310c2K1"), GS1_LENGTH);
	assert_int_equal(add(&gmn, 8013, "2K"), GS1_LENGTH);
	assert_int_equal(add(&gmn, 8013, "198801174296"), GS1_FINE);
	assert_int_equal(add(&mudi, 8014, "198801174296"), GS1_CHECK);
}

/* Beyond GS1's syntax tests: 9999 as "no time" of a delivery. */
static void test_no_time(void **state)
{
	static const struct fact delivery = {4324, 4325, 4, false, ""};
	static const struct fact expiry = {7003, 7003, 4, false, ""};
	(void)state;

	assert_int_equal(add(&delivery, 4324, "2601019999"), GS1_FINE);
	assert_int_equal(add(&delivery, 4325, "2601009999"), GS1_FINE);
	assert_int_equal(add(&expiry, 7003, "2601019999"), GS1_DATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_there_are), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_content),		cmocka_unit_test(test_separator_F7),
		cmocka_unit_test(test_models),		cmocka_unit_test(test_no_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
