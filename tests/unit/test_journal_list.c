/* test_journal_list.c - what headquarters says: how far it has the events, and its list of expected
 * returns, page by page. */
#include "journal_fixture.h"

static unsigned want;

static bool returned_enough(struct fixture *f)
{
	return f->returned >= want;
}

static uint64_t want_acked;

static bool acked_is(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return s.acked == want_acked;
}

static struct parcel_row row(const char *rma, unsigned line, unsigned quantity, const char *title)
{
	struct parcel_row r = {
		.line = (uint16_t)line, .quantity = (uint16_t)quantity, .approved = true};

	text_copy(r.rma, sizeof(r.rma), rma);
	text_copy(r.unit.title, sizeof(r.unit.title), title);
	text_copy(r.wish, sizeof(r.wish), "refund");
	return r;
}

/* Hands a page over and waits; whether it was stored. */
static bool give(struct fixture *f, const struct journal_returns *page)
{
	unsigned ok = f->returned_ok;

	want = f->returned + 1;
	assert_int_equal(journal_returns(f->j, page), 0);
	fixture_wait(f, returned_enough);
	return f->returned_ok > ok;
}

static struct journal_state state_of(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return s;
}

static const char *title_of(struct fixture *f, const char *rma)
{
	const struct parcel *p = fixture_find(f, rma, false);

	return p->list == PARCEL_KNOWN ? p->unit[0].title : "";
}

static void acked_is_kept_and_merged(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	for (int i = 0; i < 9; i++)
		assert_true(fixture_append(f, &e));
	for (uint64_t n = 1; n <= 7; n++)
		assert_int_equal(journal_acked(f->j, n), 0);
	want_acked = 7;
	fixture_wait(f, acked_is);
	assert_true(f->changed > 0);
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT value FROM meta WHERE key='acked'"),
			 7);
	fixture_begin(f);
	assert_int_equal(state_of(f).acked, 7);
	assert_int_equal(journal_acked(f->j, 10), 0); /* told just before the end */
	fixture_close(f);
	fixture_begin(f);
	assert_int_equal(state_of(f).acked, 10);
	assert_int_equal(journal_acked(f->j, 99), 0); /* nobody has what is not here */
	assert_true(fixture_append(f, &e));
	want_acked = 11; /* or 10, if it came before the event */
	assert_true(state_of(f).acked <= 11);
	assert_int_equal(journal_acked(f->j, 4), 0); /* headquarters lost some */
	want_acked = 4;
	fixture_wait(f, acked_is);
}

static int64_t elapsed_ms(const struct timespec *since)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (t.tv_sec - since->tv_sec) * 1000 + (t.tv_nsec - since->tv_nsec) / 1000000;
}

/* Each one kept would fill the WAL, and a press would wait for its checkpoint. */
static void acked_of_a_backlog_is_kept_once_a_second(void **state)
{
	struct fixture *f = *state;
	struct timespec begun;
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	for (int i = 0; i < 9; i++)
		assert_true(fixture_append(f, &e));
	clock_gettime(CLOCK_MONOTONIC, &begun);
	assert_int_equal(journal_acked(f->j, 1), 0);
	want_acked = 1;
	fixture_wait(f, acked_is);
	assert_int_equal(journal_acked(f->j, 2), 0);
	want_acked = 2;
	fixture_wait(f, acked_is);
	assert_true(elapsed_ms(&begun) >= 1000);
	/* What is no step of a long way does not wait: all, and less than was known. */
	for (int i = 0; i < 40; i++) {
		assert_int_equal(journal_acked(f->j, i % 2 ? 9 : 3), 0);
		want_acked = i % 2 ? 9 : 3;
		fixture_wait(f, acked_is);
	}
	assert_true(elapsed_ms(&begun) < 40 * 1000);
}

/* Headquarters' word on paper: the chain's own hash says that it is about this history. */
static void proved_by_its_hash_only_F4(void **state)
{
	struct fixture *f = *state;
	struct journal_reader *reader;
	struct journal_report report;
	uint8_t five[EVENT_HASH], eight[EVENT_HASH];
	char path[256];
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	for (int i = 0; i < 9; i++)
		assert_true(fixture_append(f, &e));
	(void)snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, f->dir);
	assert_int_equal(journal_reader_open(&reader, path, &report), 0);
	assert_int_equal(journal_reader_hash(reader, 5, five), 0);
	assert_int_equal(journal_reader_hash(reader, 8, eight), 0);
	journal_reader_close(reader);
	journal_proved(f->j, 8, five); /* another's */
	fixture_idle(f);
	journal_proved(f->j, 99, five); /* not there */
	fixture_idle(f);
	assert_int_equal(state_of(f).acked, 0);
	assert_int_equal(f->proved, 0);
	assert_int_equal(journal_acked(f->j, 1), 0);
	want_acked = 1;
	fixture_wait(f, acked_is);
	assert_int_equal(journal_acked(f->j, 2), 0); /* waits for its second */
	journal_proved(f->j, 8, eight);
	want_acked = 8;
	fixture_wait(f, acked_is);
	fixture_idle(f);
	assert_int_equal(state_of(f).acked, 8);
	journal_proved(f->j, 5, five); /* an old one */
	fixture_idle(f);
	assert_int_equal(state_of(f).acked, 8);
	assert_int_equal(f->proved, 8);
	fixture_close(f);
	fixture_begin(f);
	assert_int_equal(state_of(f).acked, 8);
}

static int64_t want_unsent;

static bool unsent_is(struct fixture *f)
{
	return state_of(f).unsent_ms == want_unsent;
}

static void append_at(struct fixture *f, int64_t after_ms)
{
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");

	e.at.wall_ms = FIXTURE_WALL + after_ms;
	assert_true(fixture_append(f, &e));
}

static void waits_since(struct fixture *f, int64_t ms)
{
	want_unsent = ms;
	fixture_wait(f, unsent_is);
}

/* The time of the first event that headquarters does not have, whatever becomes of it (F4). */
static void it_is_known_since_when_events_wait_F4(void **state)
{
	struct fixture *f = *state;
	struct journal_state s;

	fixture_begin(f);
	waits_since(f, FIXTURE_WALL); /* journal.opened */
	append_at(f, 10);
	append_at(f, 20);
	waits_since(f, FIXTURE_WALL);
	assert_int_equal(journal_acked(f->j, 1), 0);
	waits_since(f, FIXTURE_WALL + 10);
	assert_int_equal(journal_acked(f->j, 3), 0);
	waits_since(f, 0);
	append_at(f, 30);
	assert_true(state_of(f).unsent_ms == FIXTURE_WALL + 30); /* told with the event itself */
	append_at(f, 40);
	assert_true(state_of(f).unsent_ms == FIXTURE_WALL + 30);
	fixture_close(f);
	fixture_begin(f);
	waits_since(f, FIXTURE_WALL + 30);
	assert_int_equal(journal_acked(f->j, 2), 0); /* headquarters lost some */
	waits_since(f, FIXTURE_WALL + 20);
	journal_state(f->j, &s);
	assert_true(s.disk_size > 0 && s.disk_free <= s.disk_size);
}

/* A file restored from an older copy, or an acknowledgement that outlived its events. */
static void acked_beyond_the_head_is_cut(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	assert_true(fixture_append(f, &e));
	fixture_close(f);
	fixture_sql(f, JOURNAL_FILE, "INSERT OR REPLACE INTO meta VALUES('acked', 500)");
	fixture_begin(f);
	assert_int_equal(state_of(f).acked, 2);
}

static void acked_waits_for_a_disk_that_works(void **state)
{
	struct fixture *f = *state;
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	assert_true(fixture_append(f, &e));
	disk_errno = ENOSPC;
	assert_false(fixture_append(f, &e));
	assert_int_equal(journal_acked(f->j, 2), 0);
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	want_acked = 2;
	fixture_wait(f, acked_is);
}

static void pages_become_the_list(void **state)
{
	struct fixture *f = *state;
	struct parcel_row rows[] = {row("R1", 1, 2, "kettle"), row("R1", 2, 1, "lid"),
				    row("R2", 1, 1, "lamp")};
	struct parcel_row more = row("R3", 1, 1, "mug");
	static const char gone[][LABEL_MAX + 1] = {"R2", "R9"};
	struct journal_returns page = {
		.row = rows, .rows = 3, .reset = true, .more = true, .cursor = "c-1"};
	const struct parcel *p;

	fixture_begin(f);
	assert_true(give(f, &page));
	assert_string_equal(state_of(f).cursor, "c-1");
	assert_false(state_of(f).has_list); /* it counts with its last page */
	assert_int_equal(fixture_find(f, "R1", false)->list, PARCEL_NO_LIST);
	page = (struct journal_returns){.row = &more, .rows = 1, .cursor = "c-2"};
	assert_true(give(f, &page));
	assert_true(state_of(f).has_list);
	assert_int_equal(state_of(f).expected, 3);
	p = fixture_find(f, "R1", false);
	assert_int_equal(p->units, 3);
	assert_string_equal(p->unit[2].title, "lid");
	/* A return is told whole: its second line is gone. */
	rows[0] = row("R1", 1, 1, "blue kettle");
	page = (struct journal_returns){
		.row = rows, .rows = 1, .gone = gone, .gones = 2, .cursor = "c-3"};
	assert_true(give(f, &page));
	p = fixture_find(f, "R1", false);
	assert_int_equal(p->units, 1);
	assert_string_equal(p->unit[0].title, "blue kettle");
	assert_int_equal(fixture_find(f, "R2", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(state_of(f).expected, 2);
	fixture_close(f);
	fixture_begin(f);
	assert_string_equal(state_of(f).cursor, "c-3");
	assert_int_equal(state_of(f).expected, 2);
	assert_string_equal(title_of(f, "R3"), "mug");
}

static void a_tracking_number_finds_its_return_F7(void **state)
{
	struct fixture *f = *state;
	struct parcel_row rows[] = {row("R1", 1, 2, "kettle"), row("R1", 2, 1, "lid"),
				    row("R2", 1, 1, "lamp"), row("R3", 1, 1, "mug"),
				    row("8003X", 1, 1, "crate")};
	struct journal_returns page = {.row = rows, .rows = 5, .reset = true, .cursor = "c-1"};
	const struct parcel *p;

	fixture_begin(f);
	assert_string_equal(fixture_find(f, "1Z1", PARCEL_BY_TRACKING)->label, ""); /* no list */
	text_copy(rows[0].tracking, sizeof(rows[0].tracking), "1Z1");
	text_copy(rows[1].tracking, sizeof(rows[1].tracking), "1Z1");
	text_copy(rows[2].tracking, sizeof(rows[2].tracking), "SF2");
	text_copy(rows[3].tracking, sizeof(rows[3].tracking), "SF2");
	rows[2].approved = false;
	assert_true(give(f, &page));
	p = fixture_find(f, "1Z1", PARCEL_BY_TRACKING);
	assert_string_equal(p->label, "R1");
	assert_int_equal(p->list, PARCEL_KNOWN);
	assert_int_equal(p->units, 3);
	assert_string_equal(fixture_find(f, "8003X", PARCEL_BY_TRACKING)->label, "8003X");
	assert_string_equal(fixture_find(f, "SF2", PARCEL_BY_TRACKING)->label, ""); /* of two */
	assert_string_equal(fixture_find(f, "1Z9", PARCEL_BY_TRACKING)->label, "");
	assert_string_equal(fixture_find(f, "", PARCEL_BY_TRACKING)->label, "");
	fixture_close(f);
	fixture_begin(f);
	assert_string_equal(fixture_find(f, "1Z1", PARCEL_BY_TRACKING)->label, "R1");
}

/* A journal made before lists had tracking numbers gets them with its next list. */
static void an_older_journal_learns_tracking_numbers(void **state)
{
	struct fixture *f = *state;
	struct parcel_row r = row("R1", 1, 1, "kettle"), s = row("R2", 1, 1, "lamp");
	struct journal_returns page = {.row = &r, .rows = 1, .reset = true, .cursor = "a"};

	fixture_begin(f);
	assert_true(give(f, &page));
	fixture_close(f);
	fixture_sql(f, JOURNAL_FILE,
		    "DROP INDEX expected_tracking; ALTER TABLE expected DROP COLUMN tracking");
	fixture_begin(f);
	assert_string_equal(title_of(f, "R1"), "kettle");
	assert_string_equal(fixture_find(f, "1Z1", PARCEL_BY_TRACKING)->label, "");
	text_copy(s.tracking, sizeof(s.tracking), "1Z1");
	page = (struct journal_returns){.row = &s, .rows = 1, .cursor = "b"};
	assert_true(give(f, &page));
	assert_string_equal(fixture_find(f, "1Z1", PARCEL_BY_TRACKING)->label, "R2");
}

/* The old list counts until the new one is whole, over a restart in between. */
static void a_reset_takes_effect_as_a_whole(void **state)
{
	struct fixture *f = *state;
	struct parcel_row old = row("R1", 1, 1, "old"), new = row("R2", 1, 1, "new"),
			  last = row("R3", 1, 1, "last");
	struct journal_returns page = {.row = &old, .rows = 1, .reset = true, .cursor = "a"};

	fixture_begin(f);
	assert_true(give(f, &page));
	assert_string_equal(title_of(f, "R1"), "old");
	page = (struct journal_returns){
		.row = &last, .rows = 1, .reset = true, .more = true, .cursor = "given-up"};
	assert_true(give(f, &page));
	page = (struct journal_returns){
		.row = &new, .rows = 1, .reset = true, .more = true, .cursor = "b"};
	assert_true(give(f, &page));
	assert_string_equal(title_of(f, "R1"), "old");
	fixture_close(f);
	fixture_begin(f);
	assert_string_equal(state_of(f).cursor, "b");
	assert_string_equal(title_of(f, "R1"), "old");
	assert_string_equal(title_of(f, "R2"), "");
	page = (struct journal_returns){.cursor = "c"};
	assert_true(give(f, &page));
	assert_string_equal(title_of(f, "R1"), "");
	assert_string_equal(title_of(f, "R2"), "new");
	assert_string_equal(title_of(f, "R3"), ""); /* of the one that was given up */
	assert_int_equal(state_of(f).expected, 1);
	fixture_idle(f); /* what no list has is removed in pieces */
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT count(*) FROM expected"), 1);
}

static void unapproved_and_foolish_rows(void **state)
{
	struct fixture *f = *state;
	struct parcel_row rows[] = {row("R1", 1, 20, "twenty"),	   row("R1", 2, 20, "too many"),
				    row("R1", 1, 1, "line again"), row("R1", 0, 1, "no line"),
				    row("R1", 3, 0, "none"),	   row("R2", 1, 1, "not yet")};
	struct journal_returns page = {.row = rows, .rows = 6, .reset = true, .cursor = "a"};

	rows[5].approved = false;
	fixture_begin(f);
	assert_true(give(f, &page));
	assert_int_equal(fixture_find(f, "R1", false)->units, 20);
	assert_int_equal(fixture_find(f, "R2", false)->list, PARCEL_UNKNOWN);
	assert_int_equal(state_of(f).expected, 1);
	page.cursor = "12345678901234567890123456789012345678901234567890123456789012345";
	assert_int_equal(journal_returns(f->j, &page), -EINVAL);
}

static void changed_and_gone_returns_are_counted_once(void **state)
{
	struct fixture *f = *state;
	struct parcel_row r = row("R1", 1, 1, "x");
	static const char gone[][LABEL_MAX + 1] = {"R1", "R1"};
	struct journal_returns page = {.row = &r, .rows = 1, .reset = true, .cursor = "a"};

	fixture_begin(f);
	for (int i = 0; i < 3; i++) {
		assert_true(give(f, &page));
		page.reset = false;
		assert_int_equal(state_of(f).expected, 1);
	}
	r.approved = false;
	assert_true(give(f, &page));
	assert_int_equal(state_of(f).expected, 0);
	r.approved = true;
	assert_true(give(f, &page));
	page = (struct journal_returns){.gone = gone, .gones = 2, .cursor = "b"};
	assert_true(give(f, &page));
	assert_int_equal(state_of(f).expected, 0);
	assert_true(state_of(f).has_list);
}

static void many_rows(struct parcel_row *rows, unsigned from, unsigned count, const char *title)
{
	for (unsigned i = 0; i < count; i++) {
		char rma[24];

		snprintf(rma, sizeof(rma), "RMA%06u", (from + i) / 2);
		rows[i] = row(rma, 1 + i % 2, 1, title);
	}
}

/* Ten thousand returns of two lines; appends go on in between. */
static void a_long_list_delays_no_append(void **state)
{
	struct fixture *f = *state;
	struct parcel_row *rows = calloc(2000, sizeof(*rows));
	struct journal_returns page = {.row = rows, .rows = 2000};
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	unsigned before = 0;

	assert_non_null(rows);
	fixture_begin(f);
	for (unsigned i = 0; i < 10; i++) {
		many_rows(rows, i * 2000, 2000, "first");
		page.reset = i == 0;
		page.more = i < 9;
		page.cursor = i < 9 ? "more" : "end";
		want = f->returned + 1;
		assert_int_equal(journal_returns(f->j, &page), 0);
		memset(rows, 0, 2000 * sizeof(*rows)); /* it was copied */
		assert_true(fixture_append(f, &e));
		before += f->returned < want; /* it did not wait for the page */
		fixture_wait(f, returned_enough);
	}
	assert_int_equal(f->returned_ok, 10);
	assert_true(before > 0);
	assert_int_equal(state_of(f).expected, 10000);
	assert_int_equal(fixture_find(f, "RMA009999", false)->units, 2);
	many_rows(rows, 5000, 2000, "second");
	page = (struct journal_returns){.row = rows, .rows = 2000, .cursor = "next"};
	assert_true(give(f, &page));
	assert_string_equal(title_of(f, "RMA002500"), "second");
	assert_string_equal(title_of(f, "RMA002499"), "first");
	assert_int_equal(state_of(f).expected, 10000);
	free(rows);
}

/* The cursor moves with the whole page only; said again it does no harm. */
static void page_on_a_full_disk_is_refused(void **state)
{
	struct fixture *f = *state;
	struct parcel_row *rows = calloc(2000, sizeof(*rows));
	struct journal_returns page = {.row = rows, .rows = 2000, .reset = true, .cursor = "a"};
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");

	assert_non_null(rows);
	many_rows(rows, 0, 2000, "x");
	fixture_begin(f);
	disk_errno = ENOSPC;
	assert_false(give(f, &page));
	assert_false(give(f, &page)); /* at once, while it does not work */
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	assert_string_equal(state_of(f).cursor, "");
	assert_false(state_of(f).has_list);
	/* In the middle of a page. */
	disk_stall();
	assert_int_equal(journal_append(f->j, &e, 1), 0);
	want = f->returned + 1;
	assert_int_equal(journal_returns(f->j, &page), 0);
	disk_release();
	fixture_wait(f, returned_enough);
	assert_string_equal(state_of(f).cursor, "a");
	assert_int_equal(state_of(f).expected, 1000);
	free(rows);
}

static void page_cut_by_a_crash_is_asked_for_again(void **state)
{
	struct fixture *f = *state;
	struct parcel_row *rows = calloc(2000, sizeof(*rows));
	struct journal_returns page = {.row = rows, .rows = 2000, .cursor = "b"};
	struct parcel_row first = row("RMA000000", 1, 1, "first");
	struct journal_returns list = {.row = &first, .rows = 1, .reset = true, .cursor = "a"};
	int status, deaths = 0;

	assert_non_null(rows);
	many_rows(rows, 0, 2000, "x");
	fixture_begin(f);
	assert_true(give(f, &list));
	fixture_close(f);
	for (int n = 40; n < 2000; n += 97, deaths++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			fixture_begin(f);
			write_dies_at = n;
			_exit(give(f, &page) ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) != 77)
			break;
		fixture_begin(f);
		assert_string_equal(state_of(f).cursor, "a");
		fixture_close(f);
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(deaths > 0);
	fixture_begin(f);
	assert_true(give(f, &page));
	assert_string_equal(state_of(f).cursor, "b");
	assert_int_equal(state_of(f).expected, 1000);
	free(rows);
}

static void too_many_pages_are_refused(void **state)
{
	struct fixture *f = *state;
	struct parcel_row r = row("R1", 1, 1, "x");
	struct journal_returns page = {.row = &r, .rows = 1, .cursor = "a"};
	int rc = 0, given = 0;

	fixture_begin(f);
	while (given < 100 && (rc = journal_returns(f->j, &page)) == 0)
		given++; /* the loop does not run, so none is told */
	assert_int_equal(rc, -EAGAIN);
	want = (unsigned)given;
	fixture_wait(f, returned_enough);
	assert_true(give(f, &page));
	assert_int_equal(journal_returns(f->j, &page), 0);
	fixture_close(f); /* with one under way */
}

static void a_file_list_forgets_the_cursor(void **state)
{
	struct fixture *f = *state;
	static const char csv[] = "rma,title\nR7,mug\n";
	struct parcel_row r = row("R1", 1, 1, "x");
	struct journal_returns page = {.row = &r, .rows = 1, .reset = true, .cursor = "a"};
	char path[512];

	fixture_begin(f);
	assert_true(give(f, &page));
	fixture_write(f, "list.csv", csv, sizeof(csv) - 1);
	fixture_path(f, "list.csv", path);
	assert_int_equal(journal_expect(f->j, path), 0);
	for (int i = 0; i < 1000 && strcmp(title_of(f, "R7"), "mug") != 0; i++)
		;
	assert_string_equal(title_of(f, "R7"), "mug");
	assert_string_equal(title_of(f, "R1"), "");
	assert_string_equal(state_of(f).cursor, "");
}

/* --- the reader's part --- */

static void reader_tells_hashes(void **state)
{
	struct fixture *f = *state;
	struct journal_reader *r;
	struct journal_report report;
	struct journal_state s;
	char path[512];
	uint8_t hash[EVENT_HASH];
	uint64_t anchor = 7;
	struct event e;

	fixture_begin(f);
	e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	for (int i = 0; i < 5; i++)
		assert_true(fixture_append(f, &e));
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(journal_reader_open(&r, path, &report), 0);
	journal_state(f->j, &s);
	assert_int_equal(journal_reader_hash(r, 6, hash), 0);
	assert_memory_equal(hash, s.head, EVENT_HASH);
	assert_int_equal(journal_reader_hash(r, 7, hash), -ENOENT);
	assert_int_equal(journal_reader_hash(r, 0, hash), -ENOENT);
	assert_int_equal(journal_reader_hash(r, UINT64_MAX, hash), -ENOENT);
	assert_int_equal(journal_reader_anchor(r, &anchor, hash), 0);
	assert_int_equal(anchor, 0);
	assert_true(fixture_append(f, &e)); /* and what comes later */
	assert_int_equal(journal_reader_hash(r, 7, hash), 0);
	journal_reader_close(r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(acked_is_kept_and_merged),
		TEST(acked_of_a_backlog_is_kept_once_a_second),
		TEST(proved_by_its_hash_only_F4),
		TEST(it_is_known_since_when_events_wait_F4),
		TEST(acked_beyond_the_head_is_cut),
		TEST(acked_waits_for_a_disk_that_works),
		TEST(pages_become_the_list),
		TEST(a_tracking_number_finds_its_return_F7),
		TEST(an_older_journal_learns_tracking_numbers),
		TEST(a_reset_takes_effect_as_a_whole),
		TEST(unapproved_and_foolish_rows),
		TEST(changed_and_gone_returns_are_counted_once),
		TEST(a_long_list_delays_no_append),
		TEST(page_on_a_full_disk_is_refused),
		TEST(page_cut_by_a_crash_is_asked_for_again),
		TEST(too_many_pages_are_refused),
		TEST(a_file_list_forgets_the_cursor),
		TEST(reader_tells_hashes),
	};

	disk_take_over();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
