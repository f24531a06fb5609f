/* words.h - pieces of a settings line, and how messages speak of them. Private to the settings. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H
#include "station/text.h"
#include <stdbool.h>
#include <stddef.h>

/* A piece of a line, not NUL-terminated. */
struct words {
	const char *at;
	size_t len;
};

struct words words_trim(struct words s); /* without the spaces and tabs around it */
bool words_is(struct words s, const char *word);
/* Whether s is 1..max bytes of letters, digits and the further characters given. */
bool words_of(struct words s, size_t max, const char *further);
bool words_is_name(struct words s); /* [A-Za-z0-9._-]{1,32} */
/* UTF-8 without control characters, those of C1 (U+0080..U+009F) included: messages repeat what was
 * written, and a terminal obeys control characters. A tab is let through as a space. */
bool words_is_plain(struct words s);
/* What a line of a file says: without CR, byte order mark (of the first line) and the space around
 * it; empty when it is a comment. Not null: it is refused, in words (static). */
const char *words_line(const char *line, size_t len, unsigned number, struct words *said);
/* Which of the choices "a|b|c" the value is. */
bool words_choice(const char *choices, struct words value, unsigned *index);
/* Near enough to be a slip of the pen, and nearer than *best (which begins high and is lowered). */
bool words_near(struct words a, const char *known, unsigned *best);

/* Begins a message with the name of the file it is about. */
struct text words_where(char *buf, size_t cap, const char *file);
/* Repeats what a person wrote, in quotes, cut where it gets long. */
void words_quote(struct text *t, struct words s);
/* One word of "a, b or c". */
void words_list(struct text *t, const char *word, size_t len, bool first, bool last);
void words_choices(struct text *t, const char *choices); /* "a|b|c" as "a, b or c" */
#endif
