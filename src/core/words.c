/* words.c - pieces of a settings line, and how messages speak of them (words.h): quoted, listed, or
 * compared with the words that are known. */
#include "words.h"
#include "station/settings.h"
#include <string.h>

#define WORD_MAX  32  /* longest word that is compared with the known ones */
#define QUOTE_MAX 60  /* bytes of a person's text repeated in a message */
#define FILE_MAX  256 /* bytes of a file's name in a message, the end of it */

struct words words_trim(struct words s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

bool words_is(struct words s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.at, word, s.len) == 0;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool words_of(struct words s, size_t max, const char *further)
{
	if (s.len < 1 || s.len > max)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!is_letter(c) && !is_digit(c) && (c == '\0' || !strchr(further, c)))
			return false;
	}
	return true;
}

bool words_is_name(struct words s)
{
	return words_of(s, 32, "._-");
}

bool words_is_plain(struct words s)
{
	if (!text_is_utf8(s.at, s.len))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
		if (c == 0xc2 && (unsigned char)s.at[i + 1] < 0xa0)
			return false;
	}
	return true;
}

const char *words_line(const char *line, size_t len, unsigned number, struct words *said)
{
	struct words s = {line, len};

	*said = (struct words){line, 0};
	if (s.len > 0 && s.at[s.len - 1] == '\r')
		s.len--;
	if (s.len > SETTINGS_LINE_MAX)
		return "the line is longer than 1023 bytes";
	if (!words_is_plain(s))
		return "the line holds control characters or is not UTF-8; this is a text file";
	/* Some editors put a byte order mark in front. */
	if (number == 1 && s.len >= 3 && memcmp(s.at, "\xef\xbb\xbf", 3) == 0)
		s = (struct words){s.at + 3, s.len - 3};
	s = words_trim(s);
	if (s.len > 0 && s.at[0] != '#' && s.at[0] != ';')
		*said = s;
	return NULL;
}

/* --- messages --- */

struct text words_where(char *buf, size_t cap, const char *file)
{
	struct text t = text_over(buf, cap);
	struct words name = {file, strlen(file)};
	size_t cut = name.len > FILE_MAX ? name.len - FILE_MAX : 0;

	if (cut == 0 && words_is_plain(name)) {
		text_put(&t, file);
		return t;
	}
	if (cut > 0)
		text_put(&t, "...");
	text_escape(&t, (const uint8_t *)file + cut, strlen(file + cut));
	return t;
}

void words_quote(struct text *t, struct words s)
{
	size_t len = s.len;

	if (len > QUOTE_MAX) {
		len = QUOTE_MAX;
		while (((unsigned char)s.at[len] & 0xc0) == 0x80)
			len--;
	}
	text_char(t, '\'');
	text_bytes(t, s.at, len);
	text_put(t, len < s.len ? "...'" : "'");
}

void words_list(struct text *t, const char *word, size_t len, bool first, bool last)
{
	if (!first)
		text_put(t, last ? " or " : ", ");
	text_bytes(t, word, len);
}

void words_choices(struct text *t, const char *choices)
{
	const char *at = choices;

	for (;;) {
		const char *bar = strchr(at, '|');

		words_list(t, at, bar ? (size_t)(bar - at) : strlen(at), at == choices, !bar);
		if (!bar)
			return;
		at = bar + 1;
	}
}

bool words_choice(const char *choices, struct words value, unsigned *index)
{
	for (*index = 0;; (*index)++) {
		const char *bar = strchr(choices, '|');
		size_t len = bar ? (size_t)(bar - choices) : strlen(choices);

		if (value.len == len && memcmp(value.at, choices, len) == 0)
			return true;
		if (!bar)
			return false;
		choices = bar + 1;
	}
}

/* --- the nearest known word --- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Edits (insert, delete, replace) between two words, case aside; WORD_MAX when one is longer. */
static unsigned word_distance(struct words a, const char *word)
{
	size_t len = strlen(word);
	unsigned row[WORD_MAX + 1];

	if (a.len > WORD_MAX || len > WORD_MAX)
		return WORD_MAX;
	for (unsigned j = 0; j <= len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= len; j++) {
			unsigned best = diagonal + (lower(a.at[i - 1]) != lower(word[j - 1]));

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[len];
}

bool words_near(struct words a, const char *known, unsigned *best)
{
	unsigned distance = word_distance(a, known);

	if (distance >= *best || distance * 2 > strlen(known) + 1)
		return false;
	*best = distance;
	return true;
}
