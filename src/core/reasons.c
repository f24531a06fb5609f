/* reasons.c - reads the site's reasons (reasons.h): a header that names the columns, then a reason
 * a line; errors name file, line, what is wrong and what was meant. */
#include "station/reasons.h"
#include "csvline.h"
#include "station/text.h"
#include "words.h"
#include <string.h>

enum column { COLUMN_CODE, COLUMN_EN, COLUMN_ZH };

static const char *const columns[REASONS_COLUMNS] = {
	[COLUMN_CODE] = "code",
	[COLUMN_EN] = "en",
	[COLUMN_ZH] = "zh",
};

static const char header_meant[] = "; the first line of the file names its columns: code,en,zh";

void reasons_init(struct reasons *r)
{
	memset(r, 0, sizeof(*r));
	r->hash = 14695981039346656037u;
}

const struct reason *reasons_find(const struct reasons *r, const char *code)
{
	for (unsigned i = 0; r && i < r->count; i++)
		if (strcmp(r->reason[i].code, code) == 0)
			return &r->reason[i];
	return NULL;
}

/* --- messages --- */

static struct text error_at(const struct reasons_reader *r, struct settings_error *error)
{
	struct text t = words_where(error->text, sizeof(error->text), r->file);

	text_char(&t, ':');
	text_u64(&t, r->line);
	text_put(&t, ": ");
	return t;
}

static bool refuse(const struct reasons_reader *r, const char *what, const char *meant,
		   struct settings_error *error)
{
	struct text t = error_at(r, error);

	text_put(&t, what);
	text_put(&t, meant);
	return false;
}

/* column NAME 'value': what is wrong */
static bool refuse_value(const struct reasons_reader *r, int column, const char *value,
			 const char *wrong, struct settings_error *error)
{
	struct text t = error_at(r, error);

	text_put(&t, "column ");
	text_put(&t, columns[column]);
	text_char(&t, ' ');
	if (value)
		words_quote(&t, (struct words){value, strlen(value)});
	text_put(&t, value ? ": " : "");
	text_put(&t, wrong);
	return false;
}

static bool refuse_twice(const struct reasons_reader *r, const char *code, unsigned line,
			 struct settings_error *error)
{
	struct text t = error_at(r, error);

	text_put(&t, "code ");
	text_put(&t, code);
	text_put(&t, " is in line ");
	text_u64(&t, line);
	text_put(&t, " already; a code has one meaning");
	return false;
}

static bool refuse_column(const struct reasons_reader *r, struct words name,
			  struct settings_error *error)
{
	struct text t = error_at(r, error);
	const char *near = NULL;
	unsigned best = ~0u;

	for (unsigned i = 0; i < REASONS_COLUMNS; i++)
		if (words_near(name, columns[i], &best))
			near = columns[i];
	text_put(&t, "unknown column ");
	words_quote(&t, name);
	if (near) {
		text_put(&t, "; did you mean '");
		text_put(&t, near);
		text_put(&t, "'?");
	} else {
		text_put(&t, header_meant);
	}
	return false;
}

/* --- the header --- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool header_column(struct reasons_reader *r, const struct csvline_field *f,
			  struct settings_error *error)
{
	char name[REASONS_TEXT + 1];
	const char *wrong = csvline_value(f, REASONS_TEXT, name);
	int column = 0;

	if (wrong)
		return refuse(r, "a column's name ", wrong, error);
	for (char *c = name; *c; c++)
		*c = lower(*c);
	while (column < REASONS_COLUMNS && strcmp(name, columns[column]) != 0)
		column++;
	if (column == REASONS_COLUMNS)
		return refuse_column(r, (struct words){name, strlen(name)}, error);
	for (uint8_t i = 0; i < r->columns; i++)
		if (r->column[i] == column)
			return refuse_value(r, column, NULL, "is there twice", error);
	r->column[r->columns++] = (int8_t)column;
	return true;
}

static bool read_header(struct reasons_reader *r, struct words s, struct settings_error *error)
{
	struct csvline line = {s.at, s.at + s.len, csvline_separator(s.at, s.len), false};
	bool code = false;

	while (!line.done) {
		struct csvline_field f;
		const char *wrong = csvline_next(&line, &f);

		if (wrong)
			return refuse(r, wrong, header_meant, error);
		if (!header_column(r, &f, error))
			return false;
		code = code || r->column[r->columns - 1] == COLUMN_CODE;
	}
	if (!code || r->columns < 2)
		return refuse(r, code ? "a column en or zh is missing" : "column code is missing",
			      header_meant, error);
	r->separator = line.separator;
	return true;
}

/* --- a reason --- */

static bool read_code(const struct reasons_reader *r, struct reason *reason,
		      struct settings_error *error)
{
	char *code = reason->code;

	if (!words_of((struct words){code, strlen(code)}, LABEL_CODE_MAX, ""))
		return refuse_value(r, COLUMN_CODE, code,
				    "a code is 1 to 16 letters A-Z and digits, as it stands in "
				    "the barcode",
				    error);
	for (; *code; code++)
		if (*code >= 'a' && *code <= 'z')
			*code = (char)(*code - 'a' + 'A');
	for (uint8_t i = 0; i < r->reasons->count; i++)
		if (strcmp(r->reasons->reason[i].code, reason->code) == 0)
			return refuse_twice(r, reason->code, r->at[i], error);
	return true;
}

static bool read_field(const struct reasons_reader *r, int column, const struct csvline_field *f,
		       struct reason *reason, struct settings_error *error)
{
	char *const values[] = {reason->code, reason->en, reason->zh};
	const char *wrong = csvline_value(f, column == COLUMN_CODE ? LABEL_CODE_MAX : REASONS_TEXT,
					  values[column]);

	if (wrong && column == COLUMN_CODE)
		return refuse_value(r, column, NULL, "is no code of 1 to 16 letters A-Z and digits",
				    error);
	if (wrong && strcmp(wrong, "is too long") == 0)
		wrong = "is too long; at most 96 bytes, which are 96 letters or 32 Chinese signs";
	return wrong ? refuse_value(r, column, NULL, wrong, error) : true;
}

static bool read_fields(const struct reasons_reader *r, struct words s, struct reason *reason,
			struct settings_error *error)
{
	struct csvline line = {s.at, s.at + s.len, r->separator, false};
	uint8_t n = 0;

	for (; !line.done; n++) {
		struct csvline_field f;
		const char *wrong = csvline_next(&line, &f);

		if (wrong)
			return refuse(r, wrong, "", error);
		if (n == r->columns)
			return refuse(r,
				      "there are more fields than columns; a text that holds the "
				      "separator stands in \"quotes\"",
				      "", error);
		if (!read_field(r, r->column[n], &f, reason, error))
			return false;
	}
	if (n < r->columns)
		return refuse(r, "there are fewer fields than columns", header_meant, error);
	return true;
}

static bool read_reason(struct reasons_reader *r, struct words s, struct settings_error *error)
{
	struct reason reason = {0};

	if (!read_fields(r, s, &reason, error) || !read_code(r, &reason, error))
		return false;
	if (!reason.en[0] && !reason.zh[0])
		return refuse_value(r, COLUMN_CODE, reason.code,
				    "has neither an English nor a Chinese text", error);
	if (r->reasons->count == REASONS_MAX)
		return refuse(r, "more than 128 reasons", "", error);
	if (!reason.en[0])
		memcpy(reason.en, reason.zh, sizeof(reason.en));
	if (!reason.zh[0])
		memcpy(reason.zh, reason.en, sizeof(reason.zh));
	r->at[r->reasons->count] = (uint16_t)r->line;
	r->reasons->reason[r->reasons->count++] = reason;
	return true;
}

/* --- lines --- */

/* A spreadsheet writes an empty row as bare separators. */
static bool is_blank(const struct reasons_reader *r, struct words s)
{
	size_t i = 0;

	while (i < s.len && (s.at[i] == ' ' || s.at[i] == r->separator))
		i++;
	return i == s.len;
}

static void hash_line(struct reasons *r, struct words s)
{
	for (size_t i = 0; i < s.len; i++)
		r->hash = (r->hash ^ (uint8_t)s.at[i]) * 1099511628211u;
	r->hash = (r->hash ^ '\n') * 1099511628211u;
}

void reasons_read_init(struct reasons_reader *r, struct reasons *reasons, const char *file)
{
	reasons_init(reasons);
	*r = (struct reasons_reader){.reasons = reasons, .file = file};
}

bool reasons_read_line(struct reasons_reader *r, const char *line, size_t len,
		       struct settings_error *error)
{
	struct words s;
	const char *wrong = words_line(line, len, ++r->line, &s);

	if (wrong)
		return refuse(r, wrong, "; from a spreadsheet it is saved as CSV UTF-8", error);
	if (s.len == 0 || is_blank(r, s))
		return true;
	hash_line(r->reasons, s);
	return r->separator ? read_reason(r, s, error) : read_header(r, s, error);
}

bool reasons_read_end(struct reasons_reader *r, struct settings_error *error)
{
	struct text t = text_over(r->reasons->version, sizeof(r->reasons->version));
	uint8_t hash[8];

	if (!r->separator) {
		r->line = r->line ? r->line : 1;
		return refuse(r, "there are no reasons", header_meant, error);
	}
	for (unsigned i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(r->reasons->hash >> (56 - 8 * i));
	text_u64(&t, r->reasons->count);
	text_char(&t, '-');
	text_hex(&t, hash, sizeof(hash));
	return true;
}
