/* parcel.c - the names of what is known of a return, and the reader of the list of expected returns
 * (CSV after RFC 4180, a line at a time); see station/parcel.h. */
#include "station/parcel.h"
#include "csvline.h"
#include "station/check.h"
#include "station/text.h"
#include <string.h>

#define LINE_MAX_NUMBER 9999
#define VALUE_MAX	129 /* bytes of the longest value, NUL included */
#define FIELDS_MAX	64
#define SSCC		18
#define TIME_SHORT	20 /* 2026-11-23T08:00:00Z */

enum column {
	COLUMN_RMA,
	COLUMN_LINE,
	COLUMN_QUANTITY,
	COLUMN_PRODUCT,
	COLUMN_TITLE,
	COLUMN_ACCESSORIES,
	COLUMN_REASON,
	COLUMN_WISH,
	COLUMN_TRACKING,
	COLUMN_STATE,
	COLUMN_LAST_INSPECTION,
	COLUMN_LAST_VERDICT,
	COLUMN_LAST_STATION,
	COLUMN_LAST_AT,
	COLUMN_LAST_BY,
	COLUMNS
};

_Static_assert(COLUMNS == PARCEL_CSV_COLUMNS, "the header and this table differ");

static const struct {
	char name[16];
	uint8_t max; /* bytes of a value */
} columns[COLUMNS] = {
	[COLUMN_RMA] = {"rma", LABEL_MAX},
	[COLUMN_LINE] = {"line", 20},
	[COLUMN_QUANTITY] = {"quantity", 20},
	[COLUMN_PRODUCT] = {"product", 64},
	[COLUMN_TITLE] = {"title", 64},
	[COLUMN_ACCESSORIES] = {"accessories", 128},
	[COLUMN_REASON] = {"reason", 96},
	[COLUMN_WISH] = {"wish", 64},
	[COLUMN_TRACKING] = {"tracking", 128},
	[COLUMN_STATE] = {"state", 64},
	[COLUMN_LAST_INSPECTION] = {"last_inspection", EVENT_UUID},
	[COLUMN_LAST_VERDICT] = {"last_verdict", 64},
	[COLUMN_LAST_STATION] = {"last_station", 32},
	[COLUMN_LAST_AT] = {"last_at", 32},
	[COLUMN_LAST_BY] = {"last_by", LABEL_CODE_MAX},
};

const char *parcel_list_name(enum parcel_list list)
{
	switch (list) {
	case PARCEL_NO_LIST:
		return "no-list";
	case PARCEL_UNKNOWN:
		return "unknown";
	case PARCEL_KNOWN:
		return "known";
	}
	return "";
}

const char *parcel_verdict_name(enum parcel_verdict v)
{
	switch (v) {
	case PARCEL_NONE:
		return "";
	case PARCEL_PASS:
		return "pass";
	case PARCEL_FAIL:
		return "fail";
	}
	return "";
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool parcel_tracking(const char *number, char out[PARCEL_TRACKING + 1])
{
	size_t n = 0;

	for (; *number; number++) {
		char c = *number;

		if (c == ' ' || c == '(' || c == ')')
			continue;
		if (c < ' ' || c > '~' || n == PARCEL_TRACKING) {
			out[0] = '\0';
			return false;
		}
		out[n++] = upper(c);
	}
	out[n] = '\0';
	if (n == SSCC && check_gs1_mod10_ok(out, n)) {
		memmove(out + 2, out, SSCC + 1);
		memcpy(out, "00", 2);
	}
	return n > 0;
}

/* --- messages --- */

/* Fills error with "line N: column x: words"; name may be NULL. Always false, for a return. */
static bool refuse(const struct parcel_csv *csv, const char *name, const char *words,
		   struct parcel_csv_error *error)
{
	struct text t = text_over(error->text, sizeof(error->text));

	text_put(&t, "line ");
	text_u64(&t, csv->row);
	if (name) {
		text_put(&t, ": column ");
		text_put(&t, name);
	}
	text_put(&t, ": ");
	text_put(&t, words);
	return false;
}

/* The same for the field with this index, which may be a column that is not ours. */
static bool refuse_field(const struct parcel_csv *csv, size_t index, const char *words,
			 struct parcel_csv_error *error)
{
	char number[24];
	struct text t = text_over(number, sizeof(number));

	text_u64(&t, index + 1);
	bool ours = index < csv->fields && csv->column[index] >= 0;

	return refuse(csv, ours ? columns[csv->column[index]].name : number, words, error);
}

/* --- fields --- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_word(const char *s, const char *word)
{
	while (*s != '\0' && lower(*s) == *word) {
		s++;
		word++;
	}
	return *s == '\0' && *word == '\0';
}

/* Without its LF and CR; false when it is too long to be one of ours. */
static bool line_trim(const char *line, size_t *len)
{
	if (*len > 0 && line[*len - 1] == '\n')
		--*len;
	if (*len > 0 && line[*len - 1] == '\r')
		--*len;
	return *len <= PARCEL_CSV_LINE;
}

/* --- the header --- */

static int8_t column_find(const struct csvline_field *f)
{
	char name[VALUE_MAX];
	int8_t i = 0;

	if (csvline_value(f, VALUE_MAX - 1, name) != NULL)
		return -1; /* whatever it is, it isn't ours */
	while (i < COLUMNS && !is_word(name, columns[i].name))
		i++;
	return i < COLUMNS ? i : -1;
}

static bool header_fields(struct parcel_csv *csv, struct csvline *w, uint32_t *seen,
			  struct parcel_csv_error *error)
{
	while (!w->done) {
		struct csvline_field f;
		const char *wrong = csvline_next(w, &f);

		if (wrong)
			return refuse_field(csv, csv->fields, wrong, error);
		if (csv->fields == FIELDS_MAX)
			return refuse(csv, NULL, "more than 64 columns", error);
		int8_t column = column_find(&f);

		if (column >= 0 && *seen & 1u << column)
			return refuse(csv, columns[column].name, "is there twice", error);
		if (column >= 0)
			*seen |= 1u << column;
		csv->column[csv->fields++] = column;
	}
	return true;
}

bool parcel_csv_header(struct parcel_csv *csv, const char *line, size_t len,
		       struct parcel_csv_error *error)
{
	static const char bom[] = {'\xef', '\xbb', '\xbf'};
	uint32_t seen = 0;

	*csv = (struct parcel_csv){.separator = ',', .row = 1};
	if (!line_trim(line, &len))
		return refuse(csv, NULL, "longer than 4096 bytes", error);
	if (len >= sizeof(bom) && memcmp(line, bom, sizeof(bom)) == 0) {
		line += sizeof(bom);
		len -= sizeof(bom);
	}
	csv->separator = csvline_separator(line, len);
	struct csvline w = {line, line + len, csv->separator, false};

	if (!header_fields(csv, &w, &seen, error))
		return false;
	if (!(seen & 1u << COLUMN_RMA))
		return refuse(csv, "rma",
			      "is missing; the first line names the columns, parted by , or ;",
			      error);
	return true;
}

/* --- rows --- */

/* As a scanner reads it, in upper case. */
static const char *rma_read(const char *value, char rma[LABEL_MAX + 1])
{
	size_t i = 0;

	if (value[0] == '\0')
		return "is empty";
	for (; value[i] != '\0'; i++) {
		if ((unsigned char)value[i] > 0x7e)
			return "has a character that no label of ours can hold";
		rma[i] = upper(value[i]);
	}
	rma[i] = '\0';
	return NULL;
}

static bool number_read(const char *value, uint64_t max, uint16_t *out)
{
	uint64_t n = 1;

	if (value[0] != '\0' && (!text_read_u64(value, strlen(value), max, &n) || n == 0))
		return false;
	*out = (uint16_t)n;
	return true;
}

static bool wish_read(const char *value, char wish[9])
{
	size_t i = 0;

	if (value[0] != '\0' && !is_word(value, "refund") && !is_word(value, "exchange"))
		return false;
	for (; value[i] != '\0'; i++)
		wish[i] = lower(value[i]);
	wish[i] = '\0';
	return true;
}

static bool verdict_read(const char *value, enum parcel_verdict *out)
{
	if (value[0] == '\0')
		*out = PARCEL_NONE;
	else if (is_word(value, "pass"))
		*out = PARCEL_PASS;
	else if (is_word(value, "fail"))
		*out = PARCEL_FAIL;
	else
		return false;
	return true;
}

static bool uuid_read(const char *value, char out[EVENT_UUID + 1])
{
	size_t i = 0;

	for (; value[i] != '\0'; i++) /* the column's bound is EVENT_UUID */
		out[i] = lower(value[i]);
	out[i] = '\0';
	return i == 0 || text_is_uuid(out, i);
}

/* RFC 3339 in UTC, with milliseconds or without; kept with them. */
static bool time_read(const char *value, char out[25])
{
	size_t len = strlen(value);
	struct text t = text_over(out, 25);
	int64_t ms;

	if (len == TIME_SHORT) {
		text_bytes(&t, value, len - 1);
		text_put(&t, ".000");
		text_put(&t, value + len - 1);
	} else {
		text_put(&t, value);
	}
	return len == 0 || (!t.full && text_read_time(out, t.len, &ms));
}

/* Puts one value where it belongs. Null, or what is wrong with it. */
static const char *value_take(enum column column, const char *value, struct parcel_row *out)
{
	struct parcel_unit *unit = &out->unit;
	struct parcel_last *last = &unit->last;
	bool good = true;

	switch (column) {
	case COLUMN_RMA:
		return rma_read(value, out->rma);
	case COLUMN_LINE:
		return number_read(value, LINE_MAX_NUMBER, &out->line) ? NULL
								       : "is no number 1..9999";
	case COLUMN_QUANTITY:
		return number_read(value, PARCEL_UNITS, &out->quantity) ? NULL
									: "is no number 1..32";
	case COLUMN_PRODUCT:
		good = text_copy(unit->product, sizeof(unit->product), value);
		break;
	case COLUMN_TITLE:
		good = text_copy(unit->title, sizeof(unit->title), value);
		break;
	case COLUMN_ACCESSORIES:
		good = text_copy(unit->accessories, sizeof(unit->accessories), value);
		break;
	case COLUMN_REASON:
		good = text_copy(unit->reason, sizeof(unit->reason), value);
		break;
	case COLUMN_WISH:
		return wish_read(value, out->wish) ? NULL : "is neither refund nor exchange";
	case COLUMN_TRACKING: /* what is no number of a label matches none */
		(void)parcel_tracking(value, out->tracking);
		break;
	case COLUMN_STATE:
		out->approved = is_word(value, "approved");
		break;
	case COLUMN_LAST_INSPECTION:
		return uuid_read(value, last->inspection) ? NULL : "is no UUID";
	case COLUMN_LAST_VERDICT:
		return verdict_read(value, &last->verdict) ? NULL : "is neither pass nor fail";
	case COLUMN_LAST_STATION:
		good = text_copy(last->station, sizeof(last->station), value);
		break;
	case COLUMN_LAST_AT:
		return time_read(value, last->at) ? NULL
						  : "is no UTC time like "
						    "2026-11-23T08:00:00Z";
	case COLUMN_LAST_BY:
		good = text_copy(last->by, sizeof(last->by), value);
		break;
	case COLUMNS:
		break;
	}
	return good ? NULL : "is too long";
}

static bool row_fields(struct parcel_csv *csv, struct csvline *w, struct parcel_row *out,
		       struct parcel_csv_error *error)
{
	size_t i = 0;

	while (!w->done) {
		struct csvline_field f;
		char value[VALUE_MAX];
		const char *wrong = csvline_next(w, &f);

		if (!wrong && i == csv->fields)
			return refuse(csv, NULL, "has more fields than the first line", error);
		if (!wrong && csv->column[i] >= 0) {
			enum column column = (enum column)csv->column[i];

			wrong = csvline_value(&f, columns[column].max, value);
			if (!wrong)
				wrong = value_take(column, value, out);
		}
		if (wrong)
			return refuse_field(csv, i, wrong, error);
		i++;
	}
	return i == csv->fields || refuse(csv, NULL, "has fewer fields than the first line", error);
}

bool parcel_csv_row(struct parcel_csv *csv, const char *line, size_t len, struct parcel_row *out,
		    bool *empty, struct parcel_csv_error *error)
{
	size_t blank = 0;

	*out = (struct parcel_row){.line = 1, .quantity = 1, .approved = true};
	*empty = false;
	csv->row++;
	if (!line_trim(line, &len))
		return refuse(csv, NULL, "longer than 4096 bytes", error);
	/* A spreadsheet writes an empty row as bare separators. */
	while (blank < len && (line[blank] == ' ' || line[blank] == csv->separator))
		blank++;
	*empty = blank == len;
	if (*empty)
		return true;
	struct csvline w = {line, line + len, csv->separator, false};

	if (!row_fields(csv, &w, out, error))
		return false;
	out->unit.line = out->line;
	out->unit.unit = 1;
	if (out->unit.last.verdict == PARCEL_NONE)
		out->unit.last = (struct parcel_last){.verdict = PARCEL_NONE};
	return true;
}
