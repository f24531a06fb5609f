/* fuzz_parcel.c - reads any bytes as a list of expected returns. An accepted row stays within its
 * bounds and comes back from CSV that is written from it; a refused one has words for a person. */
#include "station/parcel.h"
#include "station/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER                                                                                     \
	"last_by;last_at;last_station;last_verdict;last_inspection;state;wish;reason;accessories;" \
	"title;product;quantity;line;rma"

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void words_check(const struct parcel_csv_error *error, unsigned row)
{
	char start[32];
	struct text t = text_over(start, sizeof(start));

	text_put(&t, "line ");
	text_u64(&t, row);
	text_put(&t, ": ");
	must(strncmp(error->text, start, t.len) == 0);
	must(strlen(error->text) > t.len && strlen(error->text) < sizeof(error->text) - 1);
	must(text_is_utf8(error->text, strlen(error->text)));
}

static void text_check(const char *s, size_t cap)
{
	size_t len = strlen(s);

	must(len < cap && text_is_utf8(s, len));
	must(len == 0 || (s[0] != ' ' && s[len - 1] != ' '));
	for (size_t i = 0; i < len; i++)
		must((unsigned char)s[i] >= 0x20 && s[i] != 0x7f);
}

static void row_check(const struct parcel_row *r)
{
	const struct parcel_last *last = &r->unit.last;
	int64_t ms;

	must(r->rma[0] != '\0' && r->line >= 1 && r->line <= 9999);
	must(r->quantity >= 1 && r->quantity <= PARCEL_UNITS);
	must(r->unit.line == r->line && r->unit.unit == 1);
	text_check(r->rma, sizeof(r->rma));
	text_check(r->unit.product, sizeof(r->unit.product));
	text_check(r->unit.title, sizeof(r->unit.title));
	text_check(r->unit.accessories, sizeof(r->unit.accessories));
	text_check(r->unit.reason, sizeof(r->unit.reason));
	text_check(last->station, sizeof(last->station));
	text_check(last->by, sizeof(last->by));
	must(r->wish[0] == '\0' || strcmp(r->wish, "refund") == 0 ||
	     strcmp(r->wish, "exchange") == 0);
	must(last->inspection[0] == '\0' ||
	     text_is_uuid(last->inspection, strlen(last->inspection)));
	must(last->at[0] == '\0' || text_read_time(last->at, strlen(last->at), &ms));
}

static void field_put(struct text *t, const char *value)
{
	text_put(t, t->len > 0 ? ";\"" : "\"");
	for (; *value != '\0'; value++) {
		text_bytes(t, value, 1);
		if (*value == '"')
			text_char(t, '"');
	}
	text_char(t, '"');
}

static void number_put(struct text *t, uint16_t n)
{
	char digits[8];
	struct text d = text_over(digits, sizeof(digits));

	text_u64(&d, n);
	field_put(t, digits);
}

static void round_trip(const struct parcel_row *r)
{
	char line[PARCEL_CSV_LINE + 1];
	struct text t = text_over(line, sizeof(line));
	struct parcel_csv csv;
	struct parcel_csv_error error;
	struct parcel_row back;
	bool empty;

	field_put(&t, r->unit.last.by);
	field_put(&t, r->unit.last.at);
	field_put(&t, r->unit.last.station);
	field_put(&t, parcel_verdict_name(r->unit.last.verdict));
	field_put(&t, r->unit.last.inspection);
	field_put(&t, r->approved ? "approved" : "requested");
	field_put(&t, r->wish);
	field_put(&t, r->unit.reason);
	field_put(&t, r->unit.accessories);
	field_put(&t, r->unit.title);
	field_put(&t, r->unit.product);
	number_put(&t, r->quantity);
	number_put(&t, r->line);
	field_put(&t, r->rma);
	must(!t.full);
	must(parcel_csv_header(&csv, HEADER, strlen(HEADER), &error));
	must(parcel_csv_row(&csv, line, t.len, &back, &empty, &error) && !empty);
	must(strcmp(back.rma, r->rma) == 0 && back.line == r->line);
	must(back.quantity == r->quantity && back.approved == r->approved);
	must(strcmp(back.wish, r->wish) == 0);
	must(strcmp(back.unit.product, r->unit.product) == 0);
	must(strcmp(back.unit.title, r->unit.title) == 0);
	must(strcmp(back.unit.accessories, r->unit.accessories) == 0);
	must(strcmp(back.unit.reason, r->unit.reason) == 0);
	must(back.unit.last.verdict == r->unit.last.verdict);
	must(strcmp(back.unit.last.inspection, r->unit.last.inspection) == 0);
	must(strcmp(back.unit.last.station, r->unit.last.station) == 0);
	must(strcmp(back.unit.last.at, r->unit.last.at) == 0);
	must(strcmp(back.unit.last.by, r->unit.last.by) == 0);
}

/* The length of the line at data, without its LF; *step is with it. */
static size_t line_length(const uint8_t *data, size_t size, size_t *step)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;

	*step = end ? len + 1 : len;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parcel_csv csv;
	struct parcel_csv_error error;
	size_t step, len = line_length(data, size, &step);
	bool empty;

	if (!parcel_csv_header(&csv, (const char *)data, len, &error)) {
		words_check(&error, 1);
		return 0;
	}
	must(csv.fields >= 1 && csv.fields <= 64 && csv.row == 1);
	must(csv.separator == ',' || csv.separator == ';');
	for (unsigned number = 2; size > step; number++) {
		struct parcel_row r;

		data += step;
		size -= step;
		len = line_length(data, size, &step);
		if (!parcel_csv_row(&csv, (const char *)data, len, &r, &empty, &error)) {
			words_check(&error, number);
		} else if (!empty) {
			row_check(&r);
			round_trip(&r);
		}
		must(csv.row == number);
	}
	return 0;
}
