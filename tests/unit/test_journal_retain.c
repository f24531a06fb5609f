/* test_journal_retain.c - retention: what is old, over and at headquarters goes, from the front;
 * the chain still holds, and the station still knows what it has to. */
#include "io/journal_chain.h"
#include "io/journal_retain.h"
#include "journal_fixture.h"
#include <stdatomic.h>

#define DAY_MS	    86400000LL
#define RETAIN_DAYS 90
#define LAST_EVENTS 8 /* that stay in any case */

static uint64_t want_anchor;
static int64_t clock_ms; /* of the events that are made */
static bool clock_trusted;

static int setup(void **state)
{
	int rc = fixture_setup(state);

	clock_ms = FIXTURE_WALL;
	clock_trusted = true;
	if (rc == 0)
		((struct fixture *)*state)->config.retain_ms = RETAIN_DAYS * DAY_MS;
	return rc;
}

static struct journal_state state_of(struct fixture *f)
{
	struct journal_state s;

	journal_state(f->j, &s);
	return s;
}

static bool anchored(struct fixture *f)
{
	return state_of(f).anchor >= want_anchor;
}

static void add(struct fixture *f, enum event_kind kind, const char *id, const char *label,
		const char *data)
{
	struct event e = fixture_event(f, kind, data);

	e.at.wall_ms = clock_ms;
	e.at.trusted = clock_trusted;
	text_copy(e.label, sizeof(e.label), label);
	text_copy(e.inspection, sizeof(e.inspection), id);
	assert_true(fixture_append(f, &e));
}

/* Three events: opened, closed, final. */
static void inspect(struct fixture *f, const char *label, const char *verdict)
{
	struct event e = fixture_event(f, EVENT_INSPECTION_OPENED, "{}");
	char data[40];

	snprintf(data, sizeof(data), "{\"verdict\":\"%s\"}", verdict);
	memcpy(e.inspection, e.id, sizeof(e.inspection));
	text_copy(e.label, sizeof(e.label), label);
	e.at.wall_ms = clock_ms;
	e.at.trusted = clock_trusted;
	assert_true(fixture_append(f, &e));
	add(f, EVENT_INSPECTION_CLOSED, e.id, label, data);
	add(f, EVENT_INSPECTION_FINAL, e.id, label, data);
}

static void others(struct fixture *f, unsigned count)
{
	while (count--)
		add(f, EVENT_LABEL_REJECTED, "", "", "{}");
}

/* Time goes by; enough events that the last few are young. */
static void later(struct fixture *f, int days)
{
	clock_ms += days * DAY_MS;
	others(f, LAST_EVENTS + 1);
}

static void acked(struct fixture *f, uint64_t seq)
{
	assert_int_equal(journal_acked(f->j, seq), 0);
}

static void await(struct fixture *f, uint64_t anchor)
{
	want_anchor = anchor;
	fixture_wait(f, anchored);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, anchor);
}

/* The whole chain is checked, as after an unclean stop, and holds. */
static void check_whole(struct fixture *f, uint64_t last)
{
	fixture_close(f);
	assert_int_equal(fixture_chain(f), last);
	fixture_sql(f, JOURNAL_FILE, "UPDATE meta SET value=0 WHERE key='clean'");
	fixture_begin(f);
	assert_string_equal(f->report.aside, "");
	fixture_wait(f, fixture_is_checked);
	assert_true(f->works);
}

static void old_whole_and_acknowledged_inspections_go(void **state)
{
	struct fixture *f = *state;
	uint8_t hash[EVENT_HASH];
	struct journal_reader *r;
	struct journal_report report;
	char path[512];

	fixture_begin(f);
	inspect(f, "R1", "pass"); /* 2 to 4 */
	inspect(f, "R2", "fail"); /* 5 to 7 */
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(journal_reader_open(&r, path, &report), 0);
	assert_int_equal(journal_reader_hash(r, 4, hash), 0);
	later(f, 91); /* 8 to 16 */
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 0); /* headquarters has nothing */
	acked(f, 6);				 /* in the middle of the second */
	await(f, 4);
	assert_true(f->changed > 0);
	/* The reader that was open all the time. */
	uint8_t again[EVENT_HASH];

	assert_int_equal(journal_reader_hash(r, 4, again), 0);
	assert_memory_equal(again, hash, EVENT_HASH);
	assert_int_equal(journal_reader_hash(r, 3, again), -ENOENT);
	journal_reader_close(r);
	acked(f, 16);
	await(f, 7); /* the others are young */
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_PASS);
	assert_int_equal(fixture_find(f, "R2", false)->unit[0].last.verdict, PARCEL_FAIL);
	check_whole(f, 16);
	assert_int_equal(state_of(f).anchor, 7);
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_PASS);
	fixture_close(f);
	assert_int_equal(fixture_i64(f, JOURNAL_FILE, "SELECT min(seq) FROM event"), 8);
}

static void nothing_goes_without_a_setting_or_before_its_time(void **state)
{
	struct fixture *f = *state;

	f->config.retain_ms = 0;
	fixture_begin(f);
	inspect(f, "R1", "pass");
	later(f, 1000);
	acked(f, 13);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 0);
	fixture_close(f);
	f->config.retain_ms = 1001 * DAY_MS;
	f->config.now.wall_ms = clock_ms;
	fixture_begin(f);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 0);
	fixture_close(f);
	f->config.retain_ms = 999 * DAY_MS; /* the setting was made shorter */
	fixture_begin(f);
	await(f, 4);
}

static void an_open_inspection_and_the_last_events_stay(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_UUID + 1];
	struct event e;

	fixture_begin(f);
	inspect(f, "R1", "pass"); /* 2 to 4 */
	e = fixture_event(f, EVENT_INSPECTION_OPENED, "{}");
	text_copy(e.label, sizeof(e.label), "R2");
	memcpy(e.inspection, e.id, sizeof(e.inspection));
	memcpy(id, e.id, sizeof(id));
	assert_true(fixture_append(f, &e)); /* 5 */
	others(f, 20);			    /* 6 to 25 */
	later(f, 91);			    /* 26 to 34 */
	acked(f, 34);
	await(f, 4);
	later(f, 91); /* 35 to 43 */
	acked(f, 43);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 4);
	add(f, EVENT_INSPECTION_ABANDONED, id, "R2", "{}"); /* 44 */
	others(f, 6);
	clock_ms += 91 * DAY_MS;
	others(f, 2); /* 52 */
	acked(f, 52);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 4); /* its end is among the last few */
	clock_ms += DAY_MS;
	others(f, 1); /* 53 */
	await(f, 44);
	check_whole(f, 53);
	assert_int_equal(fixture_find(f, "R2", false)->unit[0].last.verdict, PARCEL_NONE);
}

/* F1: a board that starts at 1970 must not think that all is young, or all is old. */
static void F1_only_a_trusted_clock_decides(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	clock_trusted = false;
	clock_ms = 1000;
	others(f, 10); /* 2 to 11: of 1970, as far as they know */
	clock_trusted = true;
	clock_ms = FIXTURE_WALL + 80 * DAY_MS;
	others(f, 10); /* 12 to 21: so those are at most 80 days older than ... */
	clock_trusted = false;
	clock_ms = FIXTURE_WALL + 300 * DAY_MS;
	others(f, 10); /* 22 to 31 */
	acked(f, 31);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 0); /* nobody knows what day it is */
	clock_trusted = true;
	clock_ms = FIXTURE_WALL + 100 * DAY_MS;
	others(f, 1); /* 32 */
	acked(f, 32);
	await(f, 1); /* the first one's time is known; of the ten behind it only that they are not
			younger than 80 days */
	clock_ms = FIXTURE_WALL + 171 * DAY_MS;
	others(f, 12); /* 33 to 44 */
	acked(f, 44);
	await(f, 21); /* those of 22 to 31 may be as young as 100 days */
	check_whole(f, 44);
}

static unsigned resumed;
static char resumed_badge[40];

static void on_resume(void *user, const struct event_view *e)
{
	struct event_span badge;

	(void)user;
	resumed++;
	if (e->kind == EVENT_BADGE_IN && event_data(&e->data, "badge", &badge))
		event_span_copy(&badge, resumed_badge, sizeof(resumed_badge));
}

/* Who is badged in is known though the event is gone: nobody has to badge out within 90 days. */
static void the_badge_outlives_its_event(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	add(f, EVENT_BADGE_IN, "", "", "{\"badge\":\"B6\"}");
	add(f, EVENT_BADGE_IN, "", "", "{\"badge\":\"B7\"}"); /* 3 */
	others(f, 10);
	later(f, 91); /* 14 to 22 */
	acked(f, 22);
	await(f, 13);
	for (int i = 0; i < 2; i++) {
		fixture_close(f);
		resumed = 0;
		resumed_badge[0] = 0;
		assert_int_equal(fixture_open(f), 0);
		assert_int_equal(journal_resume(f->j, on_resume, NULL), 0);
		assert_string_equal(resumed_badge, "B7");
		assert_int_equal(resumed, 1 + LAST_EVENTS + 1);
		fixture_start(f);
		/* Also when the projection has to be made again. */
		fixture_close(f);
		fixture_sql(f, JOURNAL_FILE, "DELETE FROM meta WHERE key='projected_seq'");
		fixture_begin(f);
	}
	add(f, EVENT_BADGE_OUT, "", "", "{\"badge\":\"B7\"}");
	fixture_close(f);
	resumed_badge[0] = 0;
	assert_int_equal(fixture_open(f), 0);
	assert_int_equal(journal_resume(f->j, on_resume, NULL), 0);
	assert_string_equal(resumed_badge, "");
}

/* What only removed events told is not forgotten when the rest is told again. */
static void projection_made_again_keeps_what_is_gone(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	inspect(f, "R1", "fail");
	add(f, EVENT_PARCEL_ARRIVED, "", "R2", "{}"); /* 5 */
	later(f, 91);
	inspect(f, "R3", "pass");
	acked(f, 17);
	await(f, 5);
	fixture_close(f);
	fixture_sql(f, JOURNAL_FILE,
		    "DELETE FROM meta WHERE key='projected_seq';"
		    "DELETE FROM inspection WHERE label='R3';"
		    "INSERT INTO arrival VALUES('R4', 1, '', 1, 9)");
	fixture_begin(f);
	assert_int_equal(fixture_find(f, "R1", false)->unit[0].last.verdict, PARCEL_FAIL);
	assert_int_equal(fixture_find(f, "R3", false)->unit[0].last.verdict, PARCEL_PASS);
	assert_true(fixture_find(f, "R2", false)->arrived);
	assert_false(fixture_find(f, "R4", false)->arrived);
}

/* A front that is missing is found with an anchor too; the check looks at it at every start. */
static void F5_missing_front_behind_the_anchor_is_found(void **state)
{
	static const char *const harm[] = {
		"DELETE FROM event WHERE seq = 8",
		"UPDATE meta SET value = '6 ' || substr(value, 3) WHERE key = 'anchor'",
		/* another hash: its last byte may be 00 */
		"UPDATE meta SET value = substr(value, 1, 64) || iif(substr(value, 65) = '00', '01', '00') WHERE key = 'anchor'",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		f->config.now.wall_ms = clock_ms;
		fixture_begin(f);
		inspect(f, "R1", "pass");
		inspect(f, "R2", "pass"); /* 5 to 7 */
		later(f, 91);
		others(f, 60);
		acked(f, 76);
		await(f, 7);
		fixture_close(f);
		fixture_begin(f); /* everything is verified, and the stop is one in order */
		fixture_wait(f, fixture_is_checked);
		fixture_close(f);
		fixture_sql(f, JOURNAL_FILE, harm[i]);
		fixture_begin(f);
		fixture_wait(f, fixture_is_broken);
		fixture_close(f);
		fixture_begin(f);
		assert_non_null(strstr(f->report.aside, "damaged"));
		fixture_close(f);
		for (char path[512]; fixture_has(f, JOURNAL_FILE);) {
			fixture_path(f, JOURNAL_FILE, path);
			assert_int_equal(unlink(path), 0);
		}
	}
}

static void full_disk_stops_retention_for_a_while(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	for (int i = 0; i < 100; i++)
		inspect(f, "R1", "pass"); /* to 301 */
	later(f, 91);
	disk_errno = ENOSPC;
	acked(f, 310);
	fixture_wait(f, fixture_is_broken);
	disk_errno = 0;
	fixture_wait(f, fixture_is_working);
	await(f, 301);
	check_whole(f, 310);
}

/* Killed at any write, the chain hangs on its anchor, and retention goes on. */
static void killed_at_any_write_the_chain_holds(void **state)
{
	struct fixture *f = *state;
	int status, deaths = 0;

	fixture_begin(f);
	for (int i = 0; i < 150; i++)
		inspect(f, "R1", "pass"); /* to 451 */
	later(f, 91);
	fixture_close(f);
	f->config.now.wall_ms = clock_ms;
	for (int n = 3; n < 4000; n += 7) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			fixture_begin(f);
			write_dies_at = n;
			acked(f, 460);
			want_anchor = 451;
			fixture_wait(f, anchored);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(fixture_chain(f), 460);
		if (WEXITSTATUS(status) != 77)
			break;
		deaths++;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(deaths > 0);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	await(f, 451);
}

/* Headquarters was restored from an old copy and asks again: what it lost stays. */
static void what_headquarters_lost_stays(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	for (int i = 0; i < 10; i++)
		inspect(f, "R1", "pass"); /* to 31 */
	acked(f, 31);
	fixture_idle(f);
	acked(f, 4);
	fixture_idle(f);
	later(f, 91);
	fixture_idle(f);
	assert_int_equal(state_of(f).anchor, 4);
	acked(f, 2); /* not below the anchor */
	fixture_idle(f);
	assert_int_equal(state_of(f).acked, 4);
}

/* --- much of it --- */

static uint64_t page_last;
static unsigned page_lines;

static bool on_line(void *user, uint64_t seq, const char *line, size_t len,
		    const uint8_t hash[EVENT_HASH])
{
	(void)user;
	(void)line;
	(void)len;
	(void)hash;
	assert_true(page_lines == 0 || seq == page_last + 1); /* a page has no hole */
	page_lines++;
	page_last = seq;
	return true;
}

/* A reader walks while the front is removed: what it gets has no hole but at the anchor. */
static void walk_beside(struct fixture *f, struct journal_reader *r)
{
	uint64_t after = 0;
	int n;

	do {
		uint8_t hash[EVENT_HASH];
		uint64_t anchor, asked = after;

		page_lines = 0;
		n = journal_reader_lines(r, after, 500, on_line, NULL);
		assert_true(n >= 0);
		if (n > 0) {
			assert_int_equal(journal_reader_anchor(r, &anchor, hash), 0);
			if (page_last - page_lines != asked)
				assert_true(anchor >= page_last - page_lines);
			after = page_last;
		}
	} while (n > 0);
	assert_int_equal(after, state_of(f).seq);
}

static bool hundred_thousand_gone(struct fixture *f)
{
	static int turns;
	struct journal_reader **r = (struct journal_reader **)(void *)&f->ids;

	if (turns++ % 20 == 0)
		walk_beside(f, *r);
	return anchored(f);
}

/* Headquarters' word comes while a pass that waits for it is under way: the next one does not wait
 * for an hour. */
static void word_that_comes_during_a_pass_counts(void **state)
{
	struct fixture *f = *state;
	struct journal_retain r = {.seeking = false};
	struct journal_report report;
	struct journal_setup setup;
	struct journal_db db = {0};
	bool moved;

	fixture_begin(f);
	others(f, 100);
	later(f, 91); /* to 110 */
	fixture_close(f);
	f->config.now.wall_ms = clock_ms;
	assert_true(journal_begin_setup(&setup, &f->config));
	assert_int_equal(journal_begin_open(&setup, &db, &report), 0);
	assert_int_equal(journal_chain_acked(&db, 50), 0);
	assert_true(journal_retain_due(&r, &db, &setup));
	assert_int_equal(journal_retain_step(&r, &db, &setup, &moved), 0);
	assert_true(r.seeking);
	assert_int_equal(journal_chain_acked(&db, 110), 0);
	while (r.seeking || r.removing)
		assert_int_equal(journal_retain_step(&r, &db, &setup, &moved), 0);
	assert_int_equal(db.anchor, 50);
	assert_true(journal_retain_due(&r, &db, &setup));
	journal_db_close(&db, true);
	journal_begin_release(&setup);
}

/* A hundred thousand old events go in bounded memory, appends go on, and the file grows no more. */
static void a_hundred_thousand_go_in_bounded_memory(void **state)
{
	struct fixture *f = *state;
	struct journal_report report;
	struct journal_reader *r;
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	char path[512];
	struct stat before, after;

	fixture_long(f, 100000);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	later(f, 91); /* to 100009 */
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(journal_reader_open(&r, path, &report), 0);
	walk_beside(f, r);
	acked(f, 100009);
	want_anchor = 100000;
	memcpy(&f->ids, &r, sizeof(r));
	fixture_wait(f, hundred_thousand_gone);
	journal_reader_close(r);
	assert_true(sqlite3_memory_highwater(0) < 4 * 1024 * 1024); /* nothing else is allocated */
	fixture_close(f);					    /* with a checkpoint */
	assert_int_equal(stat(path, &before), 0);
	fixture_begin(f);
	f->ids = 1;
	e.at.wall_ms = clock_ms;
	for (int n = 0; n < 3000; n += 100) {
		for (int i = 0; i < 100; i++)
			assert_int_equal(journal_append(f->j, &e, 1), 0);
		fixture_want = (unsigned)n + 100;
		fixture_wait(f, fixture_stored_enough);
	}
	fixture_close(f);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, before.st_size); /* freed pages are used again */
	assert_int_equal(fixture_chain(f), 103009);
}

/* While pieces go, an append waits for one at most. */
static void appends_go_between_the_pieces(void **state)
{
	struct fixture *f = *state;
	unsigned between = 0;

	fixture_long(f, 20000);
	fixture_begin(f);
	fixture_wait(f, fixture_is_checked);
	later(f, 91);
	acked(f, 20009);
	for (int i = 0; i < 50; i++) {
		uint64_t before = state_of(f).anchor;

		others(f, 1);
		between += state_of(f).anchor < 20000 && state_of(f).anchor >= before;
	}
	assert_true(between > 0);
	want_anchor = 20000;
	fixture_wait(f, anchored);
	fixture_close(f);
	assert_int_equal(fixture_chain(f), 20059);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(old_whole_and_acknowledged_inspections_go),
		TEST(nothing_goes_without_a_setting_or_before_its_time),
		TEST(an_open_inspection_and_the_last_events_stay),
		TEST(F1_only_a_trusted_clock_decides),
		TEST(the_badge_outlives_its_event),
		TEST(projection_made_again_keeps_what_is_gone),
		TEST(F5_missing_front_behind_the_anchor_is_found),
		TEST(full_disk_stops_retention_for_a_while),
		TEST(killed_at_any_write_the_chain_holds),
		TEST(what_headquarters_lost_stays),
		TEST(word_that_comes_during_a_pass_counts),
		TEST(a_hundred_thousand_go_in_bounded_memory),
		TEST(appends_go_between_the_pieces),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
