/* csvline.h - the fields of one line of CSV (RFC 4180; a field ends with its line). Private to the
 * readers of such files. */
#ifndef CORE_CSVLINE_H
#define CORE_CSVLINE_H
#include <stdbool.h>
#include <stddef.h>

/* A field as it stands in the line: what is between the quotes, or between the separators. */
struct csvline_field {
	const char *at;
	size_t len;
	bool quoted; /* "" in it stands for one quote */
};

/* Steps through the fields of a line. */
struct csvline {
	const char *at, *end;
	char separator;
	bool done;
};

/* The first of comma and semicolon: no name of a column holds either. */
char csvline_separator(const char *header, size_t len);
/* The next field of a line that has one more (!line->done). Null, or what is wrong with it. */
const char *csvline_next(struct csvline *line, struct csvline_field *out);
/* The value of a field, of max bytes at most: checked, unquoted, without spaces around; value has
 * room for max + 1. Null, or what is wrong. */
const char *csvline_value(const struct csvline_field *f, size_t max, char *value);
#endif
