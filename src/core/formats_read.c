/* formats_read.c - reads the lines of labels.d (formats.h), one [label NAME] section a format;
 * errors name file, line, what is wrong and what was meant. */
#include "station/formats.h"
#include "station/gs1.h"
#include "station/text.h"
#include "words.h"
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum key {
	KEY_SHAPE,
	KEY_AI,
	KEY_CHECK,
	KEY_KIND,
	KEY_PRIORITY,
	KEY_CARRIER,
	KEY_CARRIER_ZH,
	KEY_SYMBOLOGY,
	KEYS
};

static const char *const keys[KEYS] = {
	[KEY_SHAPE] = "shape",		 [KEY_AI] = "ai",
	[KEY_CHECK] = "check",		 [KEY_KIND] = "kind",
	[KEY_PRIORITY] = "priority",	 [KEY_CARRIER] = "carrier",
	[KEY_CARRIER_ZH] = "carrier_zh", [KEY_SYMBOLOGY] = "symbology",
};

static const char key_names[] = "shape|ai|check|kind|priority|carrier|carrier_zh|symbology";

static const char kind_names[] = "return|carrier|product|plate|asset";
static const enum label_kind kinds[] = {LABEL_RETURN, LABEL_CARRIER, LABEL_PRODUCT, LABEL_PLATE,
					LABEL_ASSET};

/* --- messages --- */

static struct text error_at(const struct formats_reader *r, unsigned line,
			    struct settings_error *error)
{
	struct text t = words_where(error->text, sizeof(error->text), r->file);

	text_char(&t, ':');
	text_u64(&t, line);
	text_put(&t, ": ");
	return t;
}

static bool refuse(const struct formats_reader *r, const char *words, struct settings_error *error)
{
	struct text t = error_at(r, r->line, error);

	text_put(&t, words);
	return false;
}

static bool refuse_value(const struct formats_reader *r, enum key key, struct words value,
			 const char *words, struct settings_error *error)
{
	struct text t = error_at(r, r->line, error);

	text_put(&t, keys[key]);
	text_put(&t, " = ");
	words_quote(&t, value);
	text_put(&t, ": ");
	text_put(&t, words);
	return false;
}

/* The nearest of the choices "a|b|c", if one is near; *len = 0: none is. */
static struct words nearest(const char *choices, struct words value)
{
	struct words best = {choices, 0};
	unsigned distance = ~0u;

	for (;;) {
		const char *bar = strchr(choices, '|');
		size_t len = bar ? (size_t)(bar - choices) : strlen(choices);
		char word[32];
		struct text t = text_over(word, sizeof(word));

		text_bytes(&t, choices, len);
		if (!t.full && words_near(value, word, &distance))
			best = (struct words){choices, len};
		if (!bar)
			return best;
		choices = bar + 1;
	}
}

/* unknown WHAT 'x'; did you mean 'y'? Or: there are ... */
static bool refuse_word(const struct formats_reader *r, const char *what, struct words value,
			const char *choices, struct settings_error *error)
{
	struct text t = error_at(r, r->line, error);
	struct words near = nearest(choices, value);

	text_put(&t, "unknown ");
	text_put(&t, what);
	text_char(&t, ' ');
	words_quote(&t, value);
	if (near.len > 0) {
		text_put(&t, "; did you mean '");
		text_bytes(&t, near.at, near.len);
		text_put(&t, "'?");
	} else {
		text_put(&t, "; there are ");
		words_choices(&t, choices);
	}
	return false;
}

static bool refuse_section(const struct formats_reader *r, const char *words,
			   struct settings_error *error)
{
	struct text t = error_at(r, r->began, error);

	text_put(&t, "[label ");
	text_put(&t, r->formats->format[r->formats->count - 1].name);
	text_put(&t, "] ");
	text_put(&t, words);
	return false;
}

/* --- values --- */

static bool value_text(char *out, size_t cap, struct words value)
{
	if (value.len == 0 || value.len >= cap)
		return false;
	memcpy(out, value.at, value.len);
	out[value.len] = '\0';
	return true;
}

static const char *read_shape(struct format *f, struct words value)
{
	char text[192];

	if (!value_text(text, sizeof(text), value))
		return "a shape has 1 to 191 characters";
	return shape_read(&f->shape, text);
}

static const char *read_ai(struct format *f, struct words value)
{
	uint64_t n;

	if (value.len < 2 || value.len > 4 || !text_read_u64(value.at, value.len, 9999, &n) ||
	    !gs1_is_ai((uint16_t)n, (unsigned)value.len))
		return "this is no application identifier of GS1, such as 00 or 8003";
	f->ai = (uint16_t)n;
	f->ai_digits = (uint8_t)value.len;
	return NULL;
}

/* AIM ids without ']', between spaces: C1, or C for all of Code 128. */
static const char *read_symbology(struct format *f, struct words value)
{
	static const char wrong[] =
		"this is AIM ids between spaces, such as C0 C1 E0, or C for any "
		"C; at most 8";

	while (value.len > 0) {
		const char *space = memchr(value.at, ' ', value.len);
		size_t len = space ? (size_t)(space - value.at) : value.len;
		struct words word = {value.at, len};

		if (len > 0) {
			if (len > 2 || !words_of(word, 2, "") || f->symbologies == FORMATS_SYMBOLS)
				return wrong;
			memcpy(f->symbology[f->symbologies++], word.at, len);
		}
		len += space ? 1 : 0;
		value = (struct words){value.at + len, value.len - len};
	}
	return f->symbologies ? NULL : wrong;
}

static bool read_value(const struct formats_reader *r, enum key key, struct words value,
		       struct settings_error *error)
{
	struct format *f = &r->formats->format[r->formats->count - 1];
	const char *wrong = NULL;
	unsigned index;
	uint64_t n;

	switch (key) {
	case KEY_SHAPE:
		wrong = read_shape(f, value);
		break;
	case KEY_AI:
		wrong = read_ai(f, value);
		break;
	case KEY_CHECK:
		if (!words_choice(check_names, value, &index))
			return refuse_word(r, "check rule", value, check_names, error);
		f->rule = (enum check_rule)index;
		break;
	case KEY_KIND:
		if (!words_choice(kind_names, value, &index))
			return refuse_word(r, "kind", value, kind_names, error);
		f->kind = kinds[index];
		break;
	case KEY_PRIORITY:
		if (!text_read_u64(value.at, value.len, 99, &n) || n == 0)
			wrong = "this is a number from 1 to 99";
		else
			f->priority = (uint8_t)n;
		break;
	case KEY_CARRIER:
	case KEY_CARRIER_ZH:
		if (!value_text(key == KEY_CARRIER ? f->carrier : f->carrier_zh, sizeof(f->carrier),
				value))
			wrong = "this is a name of 1 to 64 bytes";
		break;
	case KEY_SYMBOLOGY:
		wrong = read_symbology(f, value);
		break;
	case KEYS:
		break;
	}
	return wrong ? refuse_value(r, key, value, wrong, error) : true;
}

/* --- lines --- */

static bool has(const struct formats_reader *r, enum key key)
{
	return r->seen >> key & 1;
}

/* Whether the section tells all that it has to. */
static bool section_end(struct formats_reader *r, struct settings_error *error)
{
	struct format *f;

	if (r->began == 0)
		return true;
	f = &r->formats->format[r->formats->count - 1];
	if (has(r, KEY_SHAPE) == has(r, KEY_AI))
		return refuse_section(
			r,
			"needs either shape = ... or ai = ...: how the label looks, or "
			"which GS1 application identifier it is",
			error);
	if (!has(r, KEY_KIND))
		return refuse_section(r, "needs kind = return, carrier, product, plate or asset",
				      error);
	if (has(r, KEY_AI) && has(r, KEY_CHECK))
		return refuse_section(r, "has an ai, whose check is GS1's: leave check out", error);
	if (!has(r, KEY_PRIORITY))
		f->priority = 50;
	if (!has(r, KEY_CARRIER))
		memcpy(f->carrier, f->name, sizeof(f->name));
	if (!has(r, KEY_CARRIER_ZH))
		memcpy(f->carrier_zh, f->carrier, sizeof(f->carrier_zh));
	return true;
}

static bool read_section(struct formats_reader *r, struct words line, struct settings_error *error)
{
	static const char meant[] = "a section is [label NAME], NAME of 1 to 32 letters, digits, "
				    "'.', '_' or '-'";
	struct formats *f = r->formats;
	struct words name;

	if (!section_end(r, error))
		return false;
	if (line.len < 8 || line.at[line.len - 1] != ']' || memcmp(line.at, "[label ", 7) != 0)
		return refuse(r, meant, error);
	name = words_trim((struct words){line.at + 7, line.len - 8});
	if (!words_is_name(name))
		return refuse(r, meant, error);
	for (unsigned i = 0; i < f->count; i++)
		if (words_is(name, f->format[i].name))
			return refuse(r,
				      "a label of this name is there already; to replace a file "
				      "of labels, give yours the same file name",
				      error);
	if (f->count == FORMATS_MAX)
		return refuse(r, "more than 128 labels", error);
	memset(&f->format[f->count], 0, sizeof(f->format[0]));
	memcpy(f->format[f->count++].name, name.at, name.len);
	r->began = r->line;
	r->seen = 0;
	return true;
}

static bool read_key(struct formats_reader *r, struct words line, struct settings_error *error)
{
	const char *equals = memchr(line.at, '=', line.len);
	unsigned index;

	if (!equals || equals == line.at)
		return refuse(r, "this is neither [label NAME], key = value, nor a # comment",
			      error);
	if (r->began == 0)
		return refuse(r, "a key before any section; begin with [label NAME]", error);
	size_t at = (size_t)(equals - line.at);
	struct words name = words_trim((struct words){line.at, at});
	struct words value = words_trim((struct words){equals + 1, line.len - at - 1});
	if (!words_choice(key_names, name, &index))
		return refuse_word(r, "key", name, key_names, error);
	if (has(r, (enum key)index))
		return refuse(r, "this key is in this section already", error);
	r->seen = (uint16_t)(r->seen | 1u << index);
	return read_value(r, (enum key)index, value, error);
}

static void hash_line(struct formats *f, struct words s)
{
	for (size_t i = 0; i < s.len; i++)
		f->hash = (f->hash ^ (uint8_t)s.at[i]) * 1099511628211u;
	f->hash = (f->hash ^ '\n') * 1099511628211u;
}

void formats_read_init(struct formats_reader *r, struct formats *f, const char *file)
{
	*r = (struct formats_reader){.formats = f, .file = file};
}

bool formats_read_line(struct formats_reader *r, const char *line, size_t len,
		       struct settings_error *error)
{
	struct words s;
	const char *wrong = words_line(line, len, ++r->line, &s);

	if (wrong)
		return refuse(r, wrong, error);
	if (s.len == 0)
		return true;
	hash_line(r->formats, s);
	return s.at[0] == '[' ? read_section(r, s, error) : read_key(r, s, error);
}

bool formats_read_end(struct formats_reader *r, struct settings_error *error)
{
	return section_end(r, error);
}
