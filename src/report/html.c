/* html.c - pieces of the page (html.h). */
#include "html.h"
#include <stdbool.h>
#include <string.h>

/* Bytes of the character at s that must not reach a browser as it is; 0 = it may. Controls, those
 * of C1, and what turns the direction of the text around it. */
static size_t unfit(const unsigned char *s)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return 1;
	if (s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f)
		return 2;
	if (s[0] == 0xd8 && s[1] == 0x9c) /* U+061C */
		return 2;
	if (s[0] != 0xe2)
		return 0;
	if (s[1] == 0x80 && ((s[2] >= 0x8b && s[2] <= 0x8f) || (s[2] >= 0xa8 && s[2] <= 0xae)))
		return 3; /* U+200B to U+200F, U+2028 to U+202E */
	if (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9)
		return 3; /* U+2066 to U+2069 */
	return 0;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_value(FILE *f, const char *s)
{
	while (*s) {
		size_t bad = unfit((const unsigned char *)s);
		const char *word = entity(*s);

		if (bad)
			(void)fputs("\xef\xbf\xbd", f); /* U+FFFD */
		else if (word)
			(void)fputs(word, f);
		else
			(void)fputc(*s, f);
		s += bad ? bad : 1;
	}
}

void html_text(FILE *f, const char *s)
{
	(void)fputs("<bdi>", f);
	html_value(f, s);
	(void)fputs("</bdi>", f);
}

void html_say(FILE *f, const char *en, const char *zh)
{
	(void)fprintf(f, "<span lang=\"en\">%s</span><span lang=\"zh\">%s</span>", en, zh);
}

void html_say_text(FILE *f, const char *en, const char *zh)
{
	(void)fputs("<span lang=\"en\">", f);
	html_text(f, en);
	(void)fputs("</span><span lang=\"zh\">", f);
	html_text(f, zh);
	(void)fputs("</span>", f);
}

void html_number(FILE *f, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			(void)fputc(',', f);
		(void)fputc(digits[i], f);
	}
}

void html_figure(FILE *f, const char *name, uint64_t n)
{
	(void)fprintf(f, "<b data-figure=\"%s\" data-value=\"%llu\">", name, (unsigned long long)n);
	html_number(f, n);
	(void)fputs("</b>", f);
}

unsigned html_per_mille(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned)((part * 1000 + whole / 2) / whole) : 0;
}

void html_share(FILE *f, const char *name, uint64_t part, uint64_t whole)
{
	unsigned n = html_per_mille(part, whole);

	if (name && whole)
		(void)fprintf(f, "<b data-figure=\"%s\" data-value=\"%u\">", name, n);
	if (whole)
		(void)fprintf(f, "%u.%u&nbsp;%%", n / 10, n % 10);
	else
		(void)fputs("–", f);
	if (name && whole)
		(void)fputs("</b>", f);
}

void html_age(FILE *f, int64_t ms)
{
	int64_t minutes = ms / 60000, hours = minutes / 60;
	char en[64], zh[64];

	if (hours >= 96) {
		(void)snprintf(en, sizeof(en), "%lld&nbsp;d&nbsp;%lld&nbsp;h",
			       (long long)(hours / 24), (long long)(hours % 24));
		(void)snprintf(zh, sizeof(zh), "%lld天%lld小时", (long long)(hours / 24),
			       (long long)(hours % 24));
	} else if (hours > 0) {
		(void)snprintf(en, sizeof(en), "%lld&nbsp;h", (long long)hours);
		(void)snprintf(zh, sizeof(zh), "%lld小时", (long long)hours);
	} else {
		(void)snprintf(en, sizeof(en), "%lld&nbsp;min", (long long)minutes);
		(void)snprintf(zh, sizeof(zh), "%lld分钟", (long long)minutes);
	}
	html_say(f, en, zh);
}

void html_tenths(FILE *f, uint32_t tenths)
{
	if (tenths < 600)
		(void)fprintf(f, "%u.%u&nbsp;s", tenths / 10, tenths % 10);
	else
		(void)fprintf(f, "%u&nbsp;min&nbsp;%02u&nbsp;s", tenths / 600, tenths % 600 / 10);
}
