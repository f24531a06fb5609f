/* csv.c - cells of a table for people (csv.h). */
#include "station/csv.h"
#include <string.h>

struct csv csv_over(struct text *out)
{
	return (struct csv){.out = out};
}

/* Length of the character that these bytes begin; 0: they are none. */
static size_t character(const char *s, size_t len)
{
	size_t most = len < 4 ? len : 4;

	for (size_t n = 1; n <= most; n++)
		if (text_is_utf8(s, n))
			return n;
	return 0;
}

/* Spreadsheets evaluate such a cell, quoted or not; the full-width forms in East Asian versions. */
static bool is_formula(const char *s, size_t len)
{
	static const char begins[] = {'=', '+', '-', '@', '\t', '\r', '\n'};
	static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
					   "\xef\xbc\xa0"};

	if (len > 0 && memchr(begins, s[0], sizeof(begins)))
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (len >= 3 && memcmp(s, wide[i], 3) == 0)
			return true;
	return false;
}

/* A semicolon and a tab separate cells too, by the locale of the reader: what stands behind them
 * must not become a cell of its own. */
static bool wants_quotes(const char *s, size_t len)
{
	static const char parts[] = {'"', ',', ';', '\t', '\r', '\n'};

	for (size_t i = 0; i < len; i++)
		if (memchr(parts, s[i], sizeof(parts)))
			return true;
	return len > 0 && (s[0] == ' ' || s[len - 1] == ' ');
}

void csv_cell(struct csv *c, const char *text, size_t len)
{
	bool quotes = wants_quotes(text, len);

	if (c->begun)
		text_char(c->out, ',');
	c->begun = true;
	if (quotes)
		text_char(c->out, '"');
	if (is_formula(text, len))
		text_char(c->out, '\'');
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = character(text + i, len - i);
		if (n == 1 && text[i] == '"')
			text_char(c->out, '"');
		if (n)
			text_bytes(c->out, text + i, n);
		else
			text_char(c->out, '?');
	}
	if (quotes)
		text_char(c->out, '"');
}

void csv_text(struct csv *c, const char *text)
{
	csv_cell(c, text, strlen(text));
}

void csv_number(struct csv *c, uint64_t n)
{
	char digits[21];
	struct text t = text_over(digits, sizeof(digits));

	text_u64(&t, n);
	csv_cell(c, digits, t.len);
}

void csv_end(struct csv *c)
{
	text_put(c->out, "\r\n");
	c->begun = false;
}
