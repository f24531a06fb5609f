/* returns_csv.c - the columns of the list that only headquarters keeps; see returns_csv.h. What
 * makes a good line is parcel.c's business and settled before a field is looked at here. */
#include "returns_csv.h"
#include "station/text.h"
#include <string.h>

static const struct {
	char name[12];
	size_t most; /* bytes */
} columns[RETURNS_CSV_COLUMNS] = {
	[RETURNS_CSV_STATE] = {"state", 32},	 [RETURNS_CSV_ORDER] = {"order", 64},
	[RETURNS_CSV_CARRIER] = {"carrier", 32}, [RETURNS_CSV_TRACKING] = {"tracking", 64},
	[RETURNS_CSV_DUE] = {"due", 24},
};

static bool refuse(const struct returns_csv *csv, enum returns_csv_column column, const char *words,
		   struct parcel_csv_error *error)
{
	struct text t = text_over(error->text, sizeof(error->text));

	text_put(&t, "line ");
	text_u64(&t, csv->parcel.row);
	text_put(&t, ": column ");
	text_put(&t, columns[column].name);
	text_put(&t, ": ");
	text_put(&t, words);
	return false;
}

/* Steps to the end of the field that begins at `at`. */
static const char *field_end(const char *at, const char *end, char separator)
{
	bool quoted = false;

	while (at < end && (quoted || *at != separator)) {
		if (*at == '"')
			quoted = !quoted;
		at++;
	}
	return at;
}

/* The value of a good field, unquoted and without spaces around; false: too long. It may hold NUL.
 */
static bool field_value(const char *at, const char *end, size_t most, char *out, size_t *len)
{
	bool quoted = at < end && *at == '"';
	size_t n = 0;

	if (quoted) {
		at++;
		end--;
	}
	while (at < end && *at == ' ')
		at++;
	while (at < end && end[-1] == ' ')
		end--;
	for (; at < end; at++) {
		if (n == most)
			return false;
		out[n++] = *at;
		if (quoted && *at == '"')
			at++; /* the second of a pair */
	}
	out[n] = '\0';
	*len = n;
	return true;
}

static bool has_control(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	for (; *u != '\0'; u++)
		if (*u < 0x20 || *u == 0x7f || (*u == 0xc2 && u[1] < 0xa0))
			return true;
	return false;
}

static void lower(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

/* RFC 3339 in UTC, with milliseconds or without; kept with them. */
static bool due_read(char *value)
{
	size_t len = strlen(value);
	int64_t ms;

	if (len == 20 && value[19] == 'Z')
		memcpy(value + 19, ".000Z", sizeof(".000Z"));
	return len == 0 || text_read_time(value, strlen(value), &ms);
}

static bool value_read(const struct returns_csv *csv, enum returns_csv_column column,
		       const char *at, const char *end, char *out, struct parcel_csv_error *error)
{
	size_t len;

	if (!field_value(at, end, columns[column].most, out, &len))
		return refuse(csv, column, "is too long", error);
	if (!text_is_utf8(out, len))
		return refuse(csv, column, "is not UTF-8", error);
	if (has_control(out))
		return refuse(csv, column, "has a control character", error);
	if (column == RETURNS_CSV_DUE && !due_read(out))
		return refuse(csv, column, "is no UTC time like 2026-11-23T08:00:00Z", error);
	return true;
}

/* Without the line's end, and without a byte order mark. */
static const char *trim(const char *line, const char **end)
{
	if (*end > line && (*end)[-1] == '\n')
		--*end;
	if (*end > line && (*end)[-1] == '\r')
		--*end;
	return *end - line >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
}

bool returns_csv_header(struct returns_csv *csv, const char *line, size_t len,
			struct parcel_csv_error *error)
{
	const char *end = line + len, *at, *stop;
	char name[12];
	size_t n;

	for (int c = 0; c < RETURNS_CSV_COLUMNS; c++)
		csv->column[c] = -1;
	if (!parcel_csv_header(&csv->parcel, line, len, error))
		return false;
	at = trim(line, &end);
	for (int field = 0; field < csv->parcel.fields; field++, at = stop + 1) {
		stop = field_end(at, end, csv->parcel.separator);
		if (!field_value(at, stop, sizeof(name) - 1, name, &n))
			continue;
		lower(name);
		for (int c = 0; c < RETURNS_CSV_COLUMNS; c++) {
			if (strcmp(name, columns[c].name) != 0)
				continue;
			if (csv->column[c] >= 0)
				return refuse(csv, (enum returns_csv_column)c, "is there twice",
					      error);
			csv->column[c] = field;
		}
	}
	return true;
}

bool returns_csv_row(struct returns_csv *csv, const char *line, size_t len,
		     struct returns_csv_row *out, bool *empty, struct parcel_csv_error *error)
{
	const char *end = line + len, *at, *stop;

	memset(out->value, 0, sizeof(out->value));
	if (!parcel_csv_row(&csv->parcel, line, len, &out->parcel, empty, error))
		return false;
	if (*empty)
		return true;
	if (end > line && end[-1] == '\n')
		end--;
	if (end > line && end[-1] == '\r')
		end--;
	at = line;
	for (int field = 0; field < csv->parcel.fields; field++, at = stop + 1) {
		stop = field_end(at, end, csv->parcel.separator);
		for (int c = 0; c < RETURNS_CSV_COLUMNS; c++)
			if (csv->column[c] == field && !value_read(csv, (enum returns_csv_column)c,
								   at, stop, out->value[c], error))
				return false;
	}
	lower(out->value[RETURNS_CSV_STATE]);
	if (out->value[RETURNS_CSV_STATE][0] == '\0')
		text_copy(out->value[RETURNS_CSV_STATE], RETURNS_CSV_VALUE,
			  csv->column[RETURNS_CSV_STATE] < 0 ? "approved" : "unknown");
	return true;
}
