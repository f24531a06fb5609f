/* csvline.c - the fields of one line of CSV (csvline.h): separators, quotes, and no byte in them
 * that a screen would obey. */
#include "csvline.h"
#include "station/text.h"
#include <string.h>

char csvline_separator(const char *header, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (header[i] == ',' || header[i] == ';')
			return header[i];
	return ',';
}

const char *csvline_next(struct csvline *w, struct csvline_field *out)
{
	*out = (struct csvline_field){.at = w->at, .quoted = w->at < w->end && *w->at == '"'};
	if (out->quoted) {
		out->at = ++w->at;
		while (w->at < w->end && (*w->at != '"' || (w->end - w->at > 1 && w->at[1] == '"')))
			w->at += *w->at == '"' ? 2 : 1;
		if (w->at == w->end)
			return "a quote is not closed (a field can't go on in the next line)";
		out->len = (size_t)(w->at++ - out->at);
		if (w->at < w->end && *w->at != w->separator)
			return "something stands between a closing quote and the separator";
	} else {
		while (w->at < w->end && *w->at != w->separator && *w->at != '"')
			w->at++;
		out->len = (size_t)(w->at - out->at);
		if (w->at < w->end && *w->at == '"')
			return "a quote inside a field: quote the whole field and double it";
	}
	w->done = w->at == w->end;
	if (!w->done)
		w->at++;
	return NULL;
}

/* Bytes that a screen or a log may take for an order: C0, DEL, and C1 as UTF-8 writes it. */
static bool has_control(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	for (size_t i = 0; i < len; i++)
		if (u[i] < 0x20 || u[i] == 0x7f || (u[i] == 0xc2 && i + 1 < len && u[i + 1] < 0xa0))
			return true;
	return false;
}

const char *csvline_value(const struct csvline_field *f, size_t max, char *value)
{
	const char *at = f->at, *end = f->at + f->len;
	size_t n = 0;

	if (!text_is_utf8(f->at, f->len))
		return "is not UTF-8";
	if (has_control(f->at, f->len))
		return "has a control character";
	while (at < end && *at == ' ')
		at++;
	while (at < end && end[-1] == ' ')
		end--;
	for (; at < end; at++) {
		if (n == max)
			return "is too long";
		value[n++] = *at;
		if (f->quoted && *at == '"')
			at++; /* the second of a pair */
	}
	value[n] = '\0';
	return NULL;
}
