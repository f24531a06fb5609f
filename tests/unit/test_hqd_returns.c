/* test_hqd_returns.c - the list of expected returns: read from CSV, handed out in the order of its
 * changes, so that a station that asks with its cursor misses nothing. */
#include "hqd_fixture.h"
#include <jansson.h>

#define HEADER                                                                                     \
	"rma,line,quantity,product,title,accessories,reason,wish,state,order,carrier,tracking,due\n"
#define ROW(rma) rma ",1,1,4006381333931,Kettle,\"lid, base\",does not boil,refund,approved,,,,\n"

struct refusals {
	unsigned count;
	char first[256];
};

static void refused(void *user, const char *why)
{
	struct refusals *r = user;

	if (r->count++ == 0)
		text_copy(r->first, sizeof(r->first), why);
}

static int import_bytes(struct hq *hq, const char *csv, size_t len, struct refusals *r,
			uint64_t *returns)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/list.csv", hq->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(csv, 1, len, f), len);
	fclose(f);
	*r = (struct refusals){.count = 0};
	return store_import(hq->s, path, refused, r, returns);
}

static uint64_t import(struct hq *hq, const char *csv)
{
	struct refusals r;
	uint64_t returns = 0;

	assert_int_equal(import_bytes(hq, csv, strlen(csv), &r, &returns), 0);
	assert_string_equal(r.first, "");
	return returns;
}

static json_t *expected(struct hq *hq, const char *cursor)
{
	size_t len = 0;
	char *text = store_expected(hq->s, cursor, &len);
	json_t *page;

	assert_non_null(text);
	assert_int_equal(strlen(text), len);
	assert_true(len <= 512 * 1024);
	page = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(page);
	free(text);
	return page;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

/* What a page says in short: "reset RMA1 -RMA2 more" */
static const char *brief(const json_t *page)
{
	static char out[512];
	struct text t = text_over(out, sizeof(out));
	json_t *r;
	size_t i;

	if (json_is_true(json_object_get(page, "reset")))
		text_put(&t, "reset ");
	json_array_foreach(json_object_get(page, "returns"), i, r)
	{
		text_put(&t, json_is_true(json_object_get(r, "gone")) ? "-" : "");
		text_put(&t, text_of(r, "rma"));
		text_char(&t, ' ');
	}
	text_put(&t, json_is_true(json_object_get(page, "more")) ? "more" : ".");
	return out;
}

/* Asks with the cursor, checks what comes, and moves the cursor on. */
static void assert_page(struct hq *hq, char cursor[65], const char *want)
{
	json_t *page = expected(hq, cursor);

	assert_string_equal(brief(page), want);
	assert_true(text_copy(cursor, 65, text_of(page, "cursor")));
	for (const char *c = cursor; *c; c++)
		assert_true((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'f') || *c == '.');
	json_decref(page);
}

static void return_is_handed_out_as_listed(void **state)
{
	struct hq *hq = *state;
	json_t *page, *r, *line;

	assert_int_equal(
		import(hq,
		       "\xef\xbb\xbfstate;tracking;RMA;Line;quantity;due;order;carrier;title;note\r\n"
		       "approved;\"1Z \"\"9\"\"; x\";rab1;2;3;2026-11-25T08:00:00Z;O-77;ACME"
		       ";Wasserkocher \xc3\xa4;n\r\n"
		       "approved;;rab1;1;1;;;;;\r\n"),
		1);
	page = expected(hq, NULL);
	assert_string_equal(brief(page), "reset RAB1 .");
	r = json_array_get(json_object_get(page, "returns"), 0);
	assert_string_equal(text_of(r, "state"), "approved");
	assert_string_equal(text_of(r, "order"), "O-77");
	assert_string_equal(text_of(r, "carrier"), "ACME");
	assert_string_equal(text_of(r, "tracking"), "1Z \"9\"; x");
	assert_string_equal(text_of(r, "due"), "2026-11-25T08:00:00.000Z");
	assert_string_equal(text_of(r, "wish"), "");
	assert_int_equal(json_array_size(json_object_get(r, "lines")), 2);
	line = json_array_get(json_object_get(r, "lines"), 1);
	assert_int_equal(json_integer_value(json_object_get(line, "line")), 2);
	assert_int_equal(json_integer_value(json_object_get(line, "quantity")), 3);
	assert_string_equal(text_of(line, "title"), "Wasserkocher \xc3\xa4");
	assert_string_equal(text_of(line, "product"), "");
	assert_true(json_is_null(json_object_get(line, "last")));
	json_decref(page);
}

static void without_a_list_there_is_no_cursor(void **state)
{
	struct hq *hq = *state;
	char cursor[65] = "";

	assert_page(hq, cursor, ".");
	assert_string_equal(cursor, "");
	assert_int_equal(import(hq, "rma\n"), 0); /* an empty list is a list */
	assert_page(hq, cursor, "reset .");
	assert_string_not_equal(cursor, "");
	assert_page(hq, cursor, ".");
}

static void changes_come_once_in_their_order(void **state)
{
	struct hq *hq = *state;
	char cursor[65] = "", before[65];

	assert_int_equal(import(hq, HEADER ROW("R1") ROW("R2") ROW("R3")), 3);
	assert_page(hq, cursor, "reset R1 R2 R3 .");
	assert_page(hq, cursor, ".");
	memcpy(before, cursor, sizeof(before));
	import(hq, HEADER ROW("R1") ROW("R2") ROW("R3")); /* the same: no news */
	assert_page(hq, cursor, ".");
	assert_string_equal(cursor, before);
	assert_int_equal(import(hq, HEADER ROW("R4") "R1,2,1,,,,,,approved,,,,\n" ROW("R1")), 2);
	assert_page(hq, cursor, "R1 -R2 -R3 R4 .");
	assert_page(hq, cursor, ".");
	assert_page(hq, before, "R1 -R2 -R3 R4 .");
	assert_int_equal(import(hq, HEADER ROW("R2") ROW("R4") "R1,1,1,,,,,,requested,,,,\n"), 3);
	assert_page(hq, cursor, "R1 R2 ."); /* back again */
	cursor[0] = '\0';
	assert_page(hq, cursor, "reset R4 R1 R2 ."); /* a new list has no tombstones */
}

static void cursor_of_another_history_begins_anew(void **state)
{
	static const char *const bad[] = {"0.0000000000000000",
					  "99.0123456789abcdef",
					  "1",
					  ".",
					  "1.xyz",
					  "-1.0123456789abcdef",
					  "99999999999999999999.0123456789abcdef",
					  "' OR 1=1 --"};
	struct hq *hq = *state;
	char cursor[65] = "", name[160], copy[160];
	sqlite3 *db;

	import(hq, HEADER ROW("R1"));
	snprintf(copy, sizeof(copy), "VACUUM INTO '%s/copy.db'", hq->dir);
	assert_int_equal(sqlite3_open(hq->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, copy, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	import(hq, HEADER ROW("R1") ROW("R2") ROW("R3"));
	assert_page(hq, cursor, "reset R1 R2 R3 .");
	store_close(hq->s); /* the copy is brought back, and goes on differently */
	snprintf(name, sizeof(name), "%s/copy.db", hq->dir);
	assert_int_equal(rename(name, hq->path), 0);
	hq_open(hq);
	import(hq, HEADER ROW("R1") ROW("R4") ROW("R5") ROW("R6"));
	assert_page(hq, cursor, "reset R1 R4 R5 R6 .");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text_copy(cursor, sizeof(cursor), bad[i]);
		assert_page(hq, cursor, "reset R1 R4 R5 R6 .");
	}
	hq_reopen(hq); /* a restart is no other history */
	assert_page(hq, cursor, ".");
}

/* Each page below its bound, every return once, whatever changes between two pages. */
static void long_list_comes_in_pages(void **state)
{
	struct hq *hq = *state;
	static char csv[4 << 20];
	struct text t = text_over(csv, sizeof(csv));
	bool told[4000] = {false};
	char cursor[65] = "", wide[129];
	unsigned pages = 0, returns = 0;
	bool more = true;

	memset(wide, 'x', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	text_put(&t, "rma,title,accessories\n");
	for (unsigned i = 0; i < 4000; i++) {
		text_put(&t, "RX");
		text_u64(&t, i);
		text_put(&t, ",Kettle,");
		text_put(&t, wide);
		text_char(&t, '\n');
	}
	assert_int_equal(import(hq, csv), 4000);
	while (more) {
		json_t *page = expected(hq, cursor), *r;
		size_t i;

		assert_true(json_is_boolean(json_object_get(page, "reset")));
		assert_int_equal(json_is_true(json_object_get(page, "reset")), pages == 0);
		json_array_foreach(json_object_get(page, "returns"), i, r)
		{
			unsigned n = (unsigned)strtoul(text_of(r, "rma") + 2, NULL, 10);

			assert_false(told[n]);
			told[n] = true;
			returns++;
		}
		text_copy(cursor, sizeof(cursor), text_of(page, "cursor"));
		more = json_is_true(json_object_get(page, "more"));
		json_decref(page);
		pages++;
	}
	assert_int_equal(returns, 4000);
	assert_true(pages >= 3);
	assert_page(hq, cursor, ".");
}

/* The other benches hear of it. */
static void final_moves_its_return_and_tells_its_last_F2(void **state)
{
	struct hq *hq = *state;
	char cursor[65] = "";
	json_t *page, *r, *last;

	import(hq, HEADER ROW(HQ_LABEL) ROW("R2"));
	assert_page(hq, cursor, "reset R2 " HQ_LABEL " .");
	chain_start(&hq->a);
	chain_inspect(&hq->a, "fail", NULL);
	hq_take(hq, &hq->a);
	page = expected(hq, cursor);
	assert_string_equal(brief(page), HQ_LABEL " .");
	r = json_array_get(json_object_get(page, "returns"), 0);
	last = json_object_get(json_array_get(json_object_get(r, "lines"), 0), "last");
	assert_string_equal(text_of(last, "verdict"), "fail");
	assert_string_equal(text_of(last, "inspection"), hq->a.e.inspection);
	assert_string_equal(text_of(last, "station"), HQ_STATION);
	assert_string_equal(text_of(last, "at"), "2026-11-23T07:59:07.000Z");
	assert_string_equal(text_of(last, "by"), "B7");
	json_decref(page);
	text_copy(hq->a.e.label, sizeof(hq->a.e.label),
		  "HAB00000001X"); /* a house label: no news */
	page = expected(hq, cursor);
	text_copy(cursor, sizeof(cursor), text_of(page, "cursor"));
	json_decref(page);
	chain_inspect(&hq->a, "pass", NULL);
	hq_take(hq, &hq->a);
	assert_page(hq, cursor, ".");
}

static const json_t *last_of(const json_t *page, size_t line)
{
	const json_t *r = json_array_get(json_object_get(page, "returns"), 0);

	return json_object_get(json_array_get(json_object_get(r, "lines"), line), "last");
}

/* One of two kettles says nothing of the other; what the list told stands until both are known. */
static void last_of_several_units_waits_for_all_F2(void **state)
{
	struct hq *hq = *state;
	json_t *page;

	import(hq, "rma,line,quantity,last_verdict,last_station,last_at,last_inspection\n" HQ_LABEL
		   ",1,2,pass,erp,2026-11-01T08:00:00Z,\n" HQ_LABEL ",2,1,,,,\n");
	chain_start(&hq->a);
	chain_inspect(&hq->a, "fail", NULL);
	hq_take(hq, &hq->a);
	page = expected(hq, "");
	assert_string_equal(text_of(last_of(page, 0), "station"), "erp");
	assert_string_equal(text_of(last_of(page, 0), "at"), "2026-11-01T08:00:00.000Z");
	assert_true(json_is_null(last_of(page, 1)));
	json_decref(page);
	hq->a.e.unit = 2;
	chain_inspect(&hq->a, "fail", NULL);
	hq_take(hq, &hq->a);
	page = expected(hq, "");
	assert_string_equal(text_of(last_of(page, 0), "station"), HQ_STATION);
	assert_string_equal(text_of(last_of(page, 0), "inspection"), hq->a.e.inspection);
	assert_true(json_is_null(last_of(page, 1)));
	json_decref(page);
}

/* Made before the list came. */
static void last_of_the_only_unit_needs_no_item_F2(void **state)
{
	struct hq *hq = *state;
	json_t *page;

	hq->a.e.line = hq->a.e.unit = 0;
	chain_start(&hq->a);
	chain_inspect(&hq->a, "pass", NULL);
	hq_take(hq, &hq->a);
	import(hq, HEADER ROW(HQ_LABEL));
	page = expected(hq, "");
	assert_string_equal(text_of(last_of(page, 0), "verdict"), "pass");
	json_decref(page);
}

/* A time that was put right is news, too. */
static void corrected_time_is_told_F1(void **state)
{
	struct hq *hq = *state;
	char cursor[65] = "";
	json_t *page;

	import(hq, HEADER ROW(HQ_LABEL));
	hq->a.e.at = (struct moment){.mono_ms = 0, .wall_ms = 0, .trusted = false};
	chain_start(&hq->a);
	chain_inspect(&hq->a, "pass", NULL); /* final at mono 7000 */
	hq_take(hq, &hq->a);
	assert_page(hq, cursor, "reset " HQ_LABEL " .");
	hq->a.e.at.trusted = true;
	hq->a.e.at.wall_ms = HQ_NOW - 1000;
	chain_add(&hq->a, EVENT_CLOCK_STEPPED, "{\"by_ms\":1}"); /* mono 8000 is NOW */
	hq_take(hq, &hq->a);
	page = expected(hq, cursor);
	assert_string_equal(text_of(last_of(page, 0), "at"), "2026-11-23T07:59:59.000Z");
	json_decref(page);
}

/* --- files that are none --- */

static void assert_row_refused(struct hq *hq, const char *csv, const char *why, uint64_t rest)
{
	struct refusals r;
	uint64_t returns = 99;

	assert_int_equal(import_bytes(hq, csv, strlen(csv), &r, &returns), 0);
	assert_int_equal(r.count, 1);
	assert_string_equal(r.first, why);
	assert_int_equal(returns, rest);
}

static void bad_rows_are_refused_and_named(void **state)
{
	struct hq *hq = *state;
	char csv[512], wide[66];

	memset(wide, 'x', 65);
	wide[65] = '\0';
	assert_row_refused(hq, "rma,line\nR1,1\nR1,1\n",
			   "line 3: column line: this line of the return was given already", 1);
	assert_row_refused(hq, "rma,line,quantity\nR1,1,30\nR1,2,3\n",
			   "line 3: column quantity: a return has at most 32 units", 1);
	assert_row_refused(hq, "rma,line,state\nR1,1,approved\nR1,2,requested\n",
			   "line 3: column state: another than in the return's first row", 1);
	assert_row_refused(hq, "rma,due\nR1,tomorrow\nR2,\n",
			   "line 2: column due: is no UTC time like 2026-11-23T08:00:00Z", 1);
	assert_row_refused(hq, "rma,carrier\nR1,\"a\tb\"\nR2,x\n",
			   "line 2: column carrier: has a control character", 1);
	assert_row_refused(hq, "rma,carrier\nR1,\xff\nR2,x\n",
			   "line 2: column carrier: is not UTF-8", 1);
	snprintf(csv, sizeof(csv), "rma,order\nR1,%s\nR2,%.64s\n", wide, wide);
	assert_row_refused(hq, csv, "line 2: column order: is too long", 1);
	assert_row_refused(hq, "rma,order\nR1\nR2,x\n",
			   "line 2: has fewer fields than the first line", 1);
}

static void assert_file_refused(struct hq *hq, const char *csv, size_t len, const char *why)
{
	struct refusals r;
	uint64_t returns = 99;

	assert_true(import_bytes(hq, csv, len, &r, &returns) < 0);
	assert_string_equal(r.first, why);
}

static void file_that_is_no_list_changes_nothing(void **state)
{
	struct hq *hq = *state;
	struct refusals r = {.count = 0};
	uint64_t returns;
	char cursor[65] = "";

	import(hq, HEADER ROW("R1"));
	assert_page(hq, cursor, "reset R1 .");
	assert_file_refused(hq, "", 0, "the file is empty");
	assert_file_refused(
		hq, "order,line\n", 11,
		"line 1: column rma: is missing; the first line names the columns, parted"
		" by , or ;");
	assert_file_refused(hq, "rma,due,due\n", 12, "line 1: column due: is there twice");
	assert_true(store_import(hq->s, "/nonexistent.csv", refused, &r, &returns) == -ENOENT);
	assert_true(store_import(hq->s, hq->dir, refused, &r, &returns) < 0);
	assert_page(hq, cursor, ".");
}

/* NUL, quotes, SQL and HTML go through as text or are refused; nothing is cut silently. */
static void hostile_fields_stay_text(void **state)
{
	static const char csv[] = "rma,order,title\n"
				  "R1,'; DROP TABLE returns; --,<script>alert(1)</script>\n"
				  "R2,a\0b,x\n";
	struct hq *hq = *state;
	struct refusals r;
	uint64_t returns = 0;
	json_t *page;

	assert_int_equal(import_bytes(hq, csv, sizeof(csv) - 1, &r, &returns), 0);
	assert_int_equal(returns, 1);
	assert_string_equal(r.first, "line 3: column order: is not UTF-8");
	page = expected(hq, "");
	assert_string_equal(text_of(json_array_get(json_object_get(page, "returns"), 0), "order"),
			    "'; DROP TABLE returns; --");
	json_decref(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		hq_test(return_is_handed_out_as_listed),
		hq_test(without_a_list_there_is_no_cursor),
		hq_test(changes_come_once_in_their_order),
		hq_test(cursor_of_another_history_begins_anew),
		hq_test(long_list_comes_in_pages),
		hq_test(final_moves_its_return_and_tells_its_last_F2),
		hq_test(last_of_several_units_waits_for_all_F2),
		hq_test(last_of_the_only_unit_needs_no_item_F2),
		hq_test(corrected_time_is_told_F1),
		hq_test(bad_rows_are_refused_and_named),
		hq_test(file_that_is_no_list_changes_nothing),
		hq_test(hostile_fields_stay_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
