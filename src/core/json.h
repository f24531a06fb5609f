/* json.h - private to the core: checks and walks JSON text (RFC 8259) in place, without memory of
 * its own. Only what events allow: integers, no doubled keys, no NUL, bounded depth. */
#ifndef CORE_JSON_H
#define CORE_JSON_H
#include "station/event.h"
#include <stdbool.h>
#include <stddef.h>

enum json_fault {
	JSON_OK,
	JSON_SYNTAX,  /* not JSON, not UTF-8, NUL, too deep or too long, a number that is no integer
		       */
	JSON_DOUBLED, /* an object has one key twice */
};

/* The first `most` members of the outermost object: key is the text between its quotes, value the
 * raw token. members counts them all. */
struct json_top {
	struct event_span *key, *value;
	size_t most, members;
};

/* Whether text is one object or array nested at most depth deep (itself counted), with nothing but
 * white space around it. At most EVENT_LINE_MAX bytes. Its members are told in *top on the way. */
enum json_fault json_check(const char *text, size_t len, unsigned depth, struct json_top *top);

/* Steps through the members of an object that json_check has accepted. */
struct json_walk {
	const char *at, *end;
	bool good; /* false: this is no object of the checked kind */
};

struct json_walk json_members(const struct event_span *object);
/* The next member: key is the text between its quotes, value the raw token. False at the end. */
bool json_next(struct json_walk *w, struct event_span *key, struct event_span *value);

/* The text between the quotes, if value is a string. */
bool json_unquote(const struct event_span *value, struct event_span *inside);
/* Decodes one character of the text between the quotes at s[*at]: UTF-8 into out[4]; returns its
 * bytes, or 0 on a broken escape, U+0000 or half a surrogate pair. */
size_t json_char(const char *s, size_t len, size_t *at, char out[4]);
/* Whether two texts between quotes mean the same. */
bool json_same(const struct event_span *a, const struct event_span *b);
#endif
