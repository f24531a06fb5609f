/* test_journal_guard.c - what the journal answers when a label is scanned: the list of expected
 * returns, what was inspected here, what arrived; and how the list is read. */
#include "journal_fixture.h"

static const char list_a[] =
	"rma,line,quantity,product,title,accessories,reason,wish,state,last_inspection,"
	"last_verdict,last_station,last_at,last_by\n"
	"RMA1,1,1,4006381333931,Kettle,\"lid, base\",too loud,refund,approved,,,,,\n"
	"RMA2,2,1,P2,Cup,,,exchange,approved,,,,,\n"
	"RMA2,1,2,P1,Pot,,,exchange,approved,,,,,\n"
	"RMA3,1,1,P3,Lamp,,,refund,requested,,,,,\n"
	"RMA4,1,1,P4,Fan,,,refund,approved,01890000-0000-7000-8000-000000000001,pass,bench-9,"
	"2025-11-20T10:00:00.000Z,B9\n";

static uint64_t want_expected;

static bool list_is(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return s.has_list && s.expected == want_expected;
}

static void list_load(struct fixture *f, const char *csv, size_t len, uint64_t returns)
{
	char path[512];

	fixture_write(f, "expected.csv", csv, len);
	fixture_path(f, "expected.csv", path);
	assert_int_equal(journal_expect(f->j, path), 0);
	want_expected = returns;
	fixture_wait(f, list_is);
}

static void before_a_list_nothing_is_known(void **state)
{
	struct fixture *f = *state;
	const struct parcel *p;

	fixture_begin(f);
	p = fixture_find(f, "RMA1", false);
	assert_int_equal(p->list, PARCEL_NO_LIST);
	assert_int_equal(p->units, 1);
	assert_int_equal(p->unit[0].line, 0);
	assert_int_equal(p->unit[0].last.verdict, PARCEL_NONE);
	assert_string_equal(p->label, "RMA1");
	assert_false(p->arrived);
}

static void list_names_the_units_in_order(void **state)
{
	struct fixture *f = *state;
	const struct parcel *p;

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	p = fixture_find(f, "RMA1", false);
	assert_int_equal(p->list, PARCEL_KNOWN);
	assert_int_equal(p->units, 1);
	assert_int_equal(p->unit[0].line, 1);
	assert_int_equal(p->unit[0].unit, 1);
	assert_string_equal(p->unit[0].product, "4006381333931");
	assert_string_equal(p->unit[0].title, "Kettle");
	assert_string_equal(p->unit[0].accessories, "lid, base");
	assert_string_equal(p->unit[0].reason, "too loud");
	assert_string_equal(p->wish, "refund");
	p = fixture_find(f, "RMA2", false);
	assert_int_equal(p->units, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(p->unit[i].line, i < 2 ? 1 : 2);
		assert_int_equal(p->unit[i].unit, i < 2 ? i + 1 : 1);
		assert_string_equal(p->unit[i].title, i < 2 ? "Pot" : "Cup");
	}
	assert_int_equal(fixture_find(f, "RMA3", false)->list, PARCEL_UNKNOWN); /* not approved */
	p = fixture_find(f, "RMA9", false);
	assert_int_equal(p->list, PARCEL_UNKNOWN);
	assert_int_equal(p->units, 1);
	assert_int_equal(p->unit[0].line, 0);
	p = fixture_find(f, "RMA1", true); /* a house label that reads like one asks no list */
	assert_true(p->house);
	assert_int_equal(p->unit[0].line, 0);
}

static void F2_headquarters_verdict_counts_until_there_is_one_here(void **state)
{
	struct fixture *f = *state;
	const struct parcel_last *last;
	char id[EVENT_UUID + 1];

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	last = &fixture_find(f, "RMA4", false)->unit[0].last;
	assert_int_equal(last->verdict, PARCEL_PASS);
	assert_string_equal(last->inspection, "01890000-0000-7000-8000-000000000001");
	assert_string_equal(last->station, "bench-9");
	assert_string_equal(last->at, "2025-11-20T10:00:00.000Z");
	assert_string_equal(last->by, "B9");
	fixture_inspect(f, "RMA4", 1, 1, "fail", id);
	last = &fixture_find(f, "RMA4", false)->unit[0].last;
	assert_int_equal(last->verdict, PARCEL_FAIL);
	assert_string_equal(last->inspection, id);
	assert_string_equal(last->station, "bench-1");
	assert_string_equal(last->by, "B7");
	assert_string_equal(last->at, "2025-11-23T08:00:00.001Z");
}

static enum parcel_verdict verdict_of(struct fixture *f, const char *label, unsigned unit)
{
	const struct parcel *p = fixture_find(f, label, false);

	assert_true(unit < p->units);
	return p->unit[unit].last.verdict;
}

static void F2_last_verdict_here_is_the_effective_one(void **state)
{
	struct fixture *f = *state;
	char a[EVENT_UUID + 1], b[EVENT_UUID + 1], c[EVENT_UUID + 1];

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	fixture_inspect(f, "RMA1", 1, 1, NULL, a);
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_NONE); /* open: nothing yet */
	fixture_then(f, a, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_PASS);
	fixture_then(f, a, EVENT_INSPECTION_REOPENED, "{\"step\":\"usage\"}");
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_NONE);
	fixture_then(f, a, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"fail\"}");
	fixture_then(f, a, EVENT_INSPECTION_FINAL, "{\"verdict\":\"fail\"}");
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_FAIL);
	/* An abandoned or open repeat takes nothing away; a finished one supersedes. */
	fixture_inspect(f, "RMA1", 1, 1, NULL, b);
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_FAIL);
	fixture_then(f, b, EVENT_INSPECTION_ABANDONED, "{}");
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_FAIL);
	assert_string_equal(f->parcel.unit[0].last.inspection, a);
	fixture_inspect(f, "RMA1", 1, 1, "pass", c);
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_PASS);
	assert_string_equal(f->parcel.unit[0].last.inspection, c);
}

static void F2_verdicts_are_kept_by_unit(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	fixture_inspect(f, "RMA2", 1, 2, "fail", id);
	fixture_inspect(f, "RMA2", 2, 1, "pass", id);
	assert_int_equal(verdict_of(f, "RMA2", 0), PARCEL_NONE);
	assert_int_equal(verdict_of(f, "RMA2", 1), PARCEL_FAIL);
	assert_int_equal(verdict_of(f, "RMA2", 2), PARCEL_PASS);
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_NONE);
}

/* Inspected before the list came (no item), or after the return left the list. */
static void F2_coming_and_going_lists_forget_no_verdict(void **state)
{
	static const char without[] = "rma\nRMA9\n";
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];

	fixture_begin(f);
	fixture_inspect(f, "RMA1", 0, 0, "pass", id);
	fixture_inspect(f, "RMA2", 0, 0, "pass", id);
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_PASS);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	assert_int_equal(verdict_of(f, "RMA1", 0), PARCEL_PASS); /* its only unit */
	assert_int_equal(verdict_of(f, "RMA2", 0), PARCEL_NONE); /* which of the three? */
	fixture_inspect(f, "RMA4", 1, 1, "fail", id);
	list_load(f, without, sizeof(without) - 1, 1);
	assert_int_equal(fixture_find(f, "RMA4", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(verdict_of(f, "RMA4", 0), PARCEL_FAIL);
}

static void house_labels_have_a_guard_too(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	assert_int_equal(fixture_find(f, "H00000001", true)->unit[0].last.verdict, PARCEL_NONE);
	fixture_inspect(f, "H00000001", 0, 0, "pass", id);
	assert_int_equal(fixture_find(f, "H00000001", true)->unit[0].last.verdict, PARCEL_PASS);
}

static void projection_is_made_again_when_it_is_gone(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];
	struct event e;
	struct moment now = f->config.now;
	struct parcel p;

	fixture_begin(f);
	fixture_inspect(f, "RMA1", 0, 0, "fail", id);
	e = fixture_event(f, EVENT_PARCEL_ARRIVED, "{}");
	text_copy(e.label, sizeof(e.label), "RMA7");
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	fixture_sql(f, JOURNAL_FILE,
		    "DELETE FROM inspection; DELETE FROM arrival;"
		    "INSERT INTO arrival VALUES('RMA8', 1, '', 1, 3);"
		    "DELETE FROM meta WHERE key='projected_seq'");
	assert_int_equal(fixture_open(f), 0);
	assert_int_equal(journal_find(f->j, "RMA1", false, &now, &p), 0);
	assert_int_equal(p.unit[0].last.verdict, PARCEL_FAIL);
	assert_string_equal(p.unit[0].last.inspection, id);
	assert_int_equal(journal_find(f->j, "RMA7", false, &now, &p), 0);
	assert_true(p.arrived);
	assert_int_equal(journal_find(f->j, "RMA8", false, &now, &p), 0);
	assert_false(p.arrived); /* and what no event says is gone */
	fixture_close(f);
}

/* F1: the wall clock may be wrong; within one boot the monotonic one decides. */
static void F1_deadline_counts_on_the_monotonic_clock_within_a_boot(void **state)
{
	struct fixture *f = *state;
	struct moment now = {.trusted = true};
	struct event e;
	struct parcel p;

	fixture_begin(f);
	e = fixture_event(f, EVENT_PARCEL_ARRIVED, "{}"); /* at wall + 1, mono 5000 */
	text_copy(e.label, sizeof(e.label), "RMA1");
	assert_true(fixture_append(f, &e));
	e.at.mono_ms += 1000000; /* scanned in again: the first time counts */
	assert_true(fixture_append(f, &e));
	fixture_close(f);

	assert_int_equal(fixture_open(f), 0);
	now.mono_ms = 5000 + FIXTURE_HOURS48;
	now.wall_ms = FIXTURE_WALL + 10LL * 365 * 86400 * 1000; /* stepped by ten years */
	assert_int_equal(journal_find(f->j, "RMA1", false, &now, &p), 0);
	assert_true(p.arrived);
	assert_false(p.overdue);
	now.mono_ms++;
	now.wall_ms = 0;
	assert_int_equal(journal_find(f->j, "RMA1", false, &now, &p), 0);
	assert_true(p.overdue);
	fixture_close(f);

	f->config.boot = "1f0e0d0c-0b0a-4908-8706-050403020100"; /* another boot */
	assert_int_equal(fixture_open(f), 0);
	now.mono_ms = 5;
	now.wall_ms = FIXTURE_WALL + 1 + (int64_t)FIXTURE_HOURS48;
	assert_int_equal(journal_find(f->j, "RMA1", false, &now, &p), 0);
	assert_false(p.overdue);
	now.wall_ms++;
	assert_int_equal(journal_find(f->j, "RMA1", false, &now, &p), 0);
	assert_true(p.overdue);
	now.wall_ms = 0; /* a clock that was never set */
	assert_int_equal(journal_find(f->j, "RMA1", false, &now, &p), 0);
	assert_true(p.arrived);
	assert_false(p.overdue);
	fixture_close(f);
}

static void appends_and_lookups_keep_their_order(void **state)
{
	struct fixture *f = *state;
	struct moment now = f->config.now;
	struct event e[2];

	fixture_begin(f);
	for (int i = 0; i < 20; i++) {
		char label[16];

		snprintf(label, sizeof(label), "RMA%d", i);
		e[0] = fixture_event(f, EVENT_INSPECTION_OPENED, "{}");
		e[1] = fixture_event(f, EVENT_INSPECTION_CLOSED, "{\"verdict\":\"pass\"}");
		memcpy(e[0].inspection, e[0].id, sizeof(e[0].id));
		memcpy(e[1].inspection, e[0].id, sizeof(e[0].id));
		text_copy(e[0].label, sizeof(e[0].label), label);
		text_copy(e[1].label, sizeof(e[1].label), label);
		assert_int_equal(journal_append(f->j, e, 2), 0);
		assert_int_equal(journal_lookup(f->j, label, false, &now), 0);
	}
	fixture_want = 20;
	fixture_wait(f, fixture_found_enough);
	assert_int_equal(f->stored_ok, 20);
	assert_int_equal(f->found_null, 0);
	assert_string_equal(f->parcel.label, "RMA19");
	assert_int_equal(f->parcel.unit[0].last.verdict, PARCEL_PASS);
}

static void label_too_long_is_refused(void **state)
{
	struct fixture *f = *state;
	struct moment now = f->config.now;
	char label[LABEL_MAX + 2];

	memset(label, 'X', sizeof(label) - 1);
	label[sizeof(label) - 1] = 0;
	fixture_begin(f);
	for (int i = 0; i < 300; i++) /* and costs no place in the queue */
		assert_int_equal(journal_lookup(f->j, label, false, &now), -EINVAL);
	label[LABEL_MAX] = 0;
	assert_string_equal(fixture_find(f, label, false)->label, label);
}

/* --- the list as a file --- */

static void refused_rows_leave_the_others(void **state)
{
	static const char csv[] = "\xef\xbb\xbfrma;line;quantity;product\r\n"
				  "GOOD1;1;1;P1\r\n"
				  "BAD1;0;1;P1\r\n"	  /* line */
				  "BAD2;1;33;P1\r\n"	  /* quantity */
				  "BAD3;1;1;\xff\xfe\r\n" /* no UTF-8 */
				  "GOOD2;1;32;P1\r\n"	  /* as many as a return may have */
				  "GOOD2;2;1;P1\r\n"	  /* one more */
				  "GOOD1;1;1;P9\r\n"	  /* the same line again */
				  "\r\n"
				  "GOOD3;1;1;P3"; /* no line end */
	struct fixture *f = *state;

	fixture_begin(f);
	list_load(f, csv, sizeof(csv) - 1, 3);
	assert_int_equal(fixture_find(f, "BAD1", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "BAD2", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "BAD3", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "GOOD2", false)->units, 32);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT count(*) FROM expected"), 3);
	assert_string_equal(fixture_find(f, "GOOD1", false)->unit[0].product, "P1");
	assert_int_equal(fixture_find(f, "GOOD3", false)->list, PARCEL_KNOWN);
}

static void overlong_lines_are_refused_whole(void **state)
{
	static char csv[300000];
	struct fixture *f = *state;
	size_t n = 0;

	/* Longer than the buffer, than a line, and just as long as a line may be. */
	n += (size_t)sprintf(csv + n, "rma,note\nONE,x\nBAD1,");
	memset(csv + n, 'n', 100000);
	n += 100000;
	n += (size_t)sprintf(csv + n, "\nTWO,x\nBAD2,");
	memset(csv + n, 'n', PARCEL_CSV_LINE - 4);
	n += PARCEL_CSV_LINE - 4;
	n += (size_t)sprintf(csv + n, "\nFULL,");
	memset(csv + n, 'n', PARCEL_CSV_LINE - 5);
	n += PARCEL_CSV_LINE - 5;
	n += (size_t)sprintf(csv + n, "\r\nTHREE,x\nBAD3,");
	memset(csv + n, 'n', 50000);
	n += 50000;
	fixture_begin(f);
	list_load(f, csv, n, 4);
	assert_int_equal(fixture_find(f, "ONE", false)->list, PARCEL_KNOWN);
	assert_int_equal(fixture_find(f, "TWO", false)->list, PARCEL_KNOWN);
	assert_int_equal(fixture_find(f, "THREE", false)->list, PARCEL_KNOWN);
	assert_int_equal(fixture_find(f, "FULL", false)->list, PARCEL_KNOWN);
	assert_int_equal(fixture_find(f, "BAD1", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "BAD2", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "BAD3", false)->list, PARCEL_UNKNOWN);
}

/* Diagnostics go to standard error; here to a file, so that a test can wait for a line. */
static unsigned want_refusals;

static bool refusals_told(struct fixture *f)
{
	static const char words[] = "the list of expected returns stays as it was";
	unsigned count = 0;
	size_t len;
	char *log = fixture_read(f, "log", &len);

	for (const char *at = log; (at = strstr(at, words)) != NULL; at++)
		count++;
	free(log);
	return count == want_refusals;
}

static int log_take(struct fixture *f)
{
	char path[512];
	int kept = dup(STDERR_FILENO), fd;

	fixture_path(f, "log", path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	assert_true(kept >= 0 && fd >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
	return kept;
}

static void log_give_back(int kept)
{
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
}

/* A file that can't be used leaves the list as it is; the next good one replaces it. */
static void useless_file_leaves_the_list(void **state)
{
	static const char *const useless[] = {"", "order,customer\n1,2\n", "\xff\xfe\x01"};
	static char endless[100000];
	struct fixture *f = *state;
	char path[512];
	int kept;

	memset(endless, 'x', sizeof(endless));
	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	fixture_path(f, "expected.csv", path);
	kept = log_take(f);
	for (size_t i = 0; i < 6; i++) {
		if (i < 3)
			fixture_write(f, "expected.csv", useless[i], strlen(useless[i]));
		else if (i == 3)
			fixture_write(f, "expected.csv", endless, sizeof(endless));
		else
			assert_int_equal(i == 4 ? unlink(path) : mkdir(path, 0755), 0);
		assert_int_equal(journal_expect(f->j, path), 0);
		want_refusals = (unsigned)i + 1;
		fixture_wait(f, refusals_told);
		assert_int_equal(fixture_find(f, "RMA1", false)->list, PARCEL_KNOWN);
	}
	log_give_back(kept);
	assert_int_equal(rmdir(path), 0);
	list_load(f, "rma\nNEW1\nNEW2\n", 14, 2);
	assert_int_equal(fixture_find(f, "RMA1", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(fixture_find(f, "NEW2", false)->list, PARCEL_KNOWN);
	assert_int_equal(journal_expect(f->j, ""), -EINVAL);
}

/* A list without rows says that nothing is expected; the one behind it is a new list all the same.
 */
static void empty_list_is_a_list(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	list_load(f, "rma\n", 4, 0);
	assert_int_equal(fixture_find(f, "RMA1", false)->list, PARCEL_UNKNOWN);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	assert_int_equal(fixture_find(f, "RMA1", false)->list, PARCEL_KNOWN);
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='list'"),
			 3);
}

static bool old_rows_gone(struct fixture *f)
{
	return fixture_i64(f, JOURNAL_FILE, "SELECT count(DISTINCT generation) FROM expected") == 1;
}

/* Thousands of rows, in pieces between appends: every append is answered meanwhile, lookups see the
 * old list or the new one, whole. */
static void long_list_takes_effect_as_a_whole(void **state)
{
	static char csv[400000];
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_STEP_ANSWERED, "{}");
	size_t n = (size_t)sprintf(csv, "rma,title\n");
	char path[512];
	bool whole = false;

	for (int i = 0; i < 5000; i++)
		n += (size_t)sprintf(csv + n, "L%05d,A title of some length %d\n", i, i);
	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	fixture_write(f, "expected.csv", csv, n);
	fixture_path(f, "expected.csv", path);
	assert_int_equal(journal_expect(f->j, path), 0);
	for (int i = 0; i < 200 && !whole; i++) {
		bool old, first, last;

		assert_true(fixture_append(f, &e));
		old = fixture_find(f, "RMA1", false)->list == PARCEL_KNOWN;
		first = fixture_find(f, "L00000", false)->list == PARCEL_KNOWN;
		last = fixture_find(f, "L04999", false)->list == PARCEL_KNOWN;
		/* One may switch between two lookups, but never back. */
		assert_true(old || first);
		assert_true(last || !first);
		whole = first;
	}
	want_expected = 5000;
	fixture_wait(f, list_is);
	fixture_wait(f, old_rows_gone);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	fixture_wait(f, old_rows_gone);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT count(*) FROM expected"), 5);
}

/* The disk fills while the list is read: the old one stays, and it is read again afterwards. */
static void list_survives_a_full_disk(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_begin(f);
	list_load(f, "rma\nOLD\n", 8, 1);
	fixture_write(f, "expected.csv", list_a, sizeof(list_a) - 1);
	fixture_path(f, "expected.csv", path);
	disk_errno = ENOSPC;
	assert_int_equal(journal_expect(f->j, path), 0);
	fixture_wait(f, fixture_is_broken);
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	want_expected = 3;
	fixture_wait(f, list_is);
	assert_int_equal(fixture_find(f, "OLD", false)->list, PARCEL_UNKNOWN);
}

static void list_is_still_there_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct journal_state s;

	fixture_begin(f);
	list_load(f, list_a, sizeof(list_a) - 1, 3);
	fixture_close(f);
	fixture_begin(f);
	journal_state(f->j, &s);
	assert_true(s.has_list);
	assert_int_equal(s.expected, 3);
	assert_int_equal(fixture_find(f, "RMA2", false)->units, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(before_a_list_nothing_is_known),
		TEST(list_names_the_units_in_order),
		TEST(F2_headquarters_verdict_counts_until_there_is_one_here),
		TEST(F2_last_verdict_here_is_the_effective_one),
		TEST(F2_verdicts_are_kept_by_unit),
		TEST(F2_coming_and_going_lists_forget_no_verdict),
		TEST(house_labels_have_a_guard_too),
		TEST(projection_is_made_again_when_it_is_gone),
		TEST(F1_deadline_counts_on_the_monotonic_clock_within_a_boot),
		TEST(appends_and_lookups_keep_their_order),
		TEST(label_too_long_is_refused),
		TEST(refused_rows_leave_the_others),
		TEST(overlong_lines_are_refused_whole),
		TEST(useless_file_leaves_the_list),
		TEST(empty_list_is_a_list),
		TEST(long_list_takes_effect_as_a_whole),
		TEST(list_survives_a_full_disk),
		TEST(list_is_still_there_after_a_restart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
