/* test_journal_reader.c - the journal read by others than its writer: beside it, in a folder that
 * is not theirs, and what they say of one that is damaged. */
#include "journal_fixture.h"

static struct {
	unsigned lines, stop_at;
	uint64_t last;
	bool good;
} seen;

static bool on_line(void *user, uint64_t seq, const char *line, size_t len,
		    const uint8_t hash[EVENT_HASH])
{
	uint8_t own[EVENT_HASH];

	(void)user;
	fixture_sha256(line, len, own);
	seen.good = (seen.lines == 0 || seen.good) && memcmp(own, hash, EVENT_HASH) == 0;
	seen.last = seq;
	return ++seen.lines != seen.stop_at;
}

static int read_all(struct fixture *f)
{
	struct journal_report report;
	struct journal_reader *r;
	char path[512];
	int n;

	memset(&seen, 0, sizeof(seen));
	fixture_path(f, JOURNAL_FILE, path);
	if (journal_reader_open(&r, path, &report) < 0)
		return 200;
	n = journal_reader_lines(r, 0, 1000, on_line, NULL);
	journal_reader_close(r);
	return seen.good && n == (int)seen.lines ? n : 201;
}

static void reader_works_beside_the_writer(void **state)
{
	struct fixture *f = *state;
	struct journal_report report;
	struct journal_reader *r;
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");
	char path[512];

	fixture_begin(f);
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(journal_reader_open(&r, path, &report), 0);
	assert_int_equal(report.trouble, JOURNAL_FINE);
	for (int i = 0; i < 5; i++)
		assert_true(fixture_append(f, &e));
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(journal_reader_lines(r, 0, 4, on_line, NULL), 4);
	assert_int_equal(journal_reader_lines(r, 4, 100, on_line, NULL), 2);
	assert_int_equal(seen.last, 6);
	assert_true(seen.good);
	assert_int_equal(journal_reader_lines(r, 6, 100, on_line, NULL), 0);
	assert_true(fixture_append(f, &e));
	seen.stop_at = seen.lines + 1;
	assert_int_equal(journal_reader_lines(r, 0, 100, on_line, NULL), 1);
	assert_int_equal(journal_reader_lines(r, UINT64_MAX, 100, on_line, NULL), 0);
	journal_reader_close(r);
	fixture_close(f);
}

static void reader_takes_a_copy_in_a_read_only_folder(void **state)
{
	struct fixture *f = *state;
	char path[512];

	fixture_make(f, 5);
	assert_int_equal(chmod(f->dir, 0555), 0);
	assert_int_equal(fixture_as_nobody(f, read_all), 5);
	assert_int_equal(chmod(f->dir, 0755), 0);
	/* Names that mean something in a URI. */
	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(read_all(f), 5);
}

static void reader_says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct journal_report report;
	struct journal_reader *r;
	char path[512];

	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(journal_reader_open(&r, path, &report), -ENOENT);
	assert_int_equal(report.trouble, JOURNAL_NO_FOLDER);
	assert_true(journal_reader_open(&r, f->dir, &report) < 0);
	assert_int_equal(report.trouble, JOURNAL_NOT_OURS);
	fixture_write(f, JOURNAL_FILE, "Dear diary, not a database at all", 33);
	assert_true(journal_reader_open(&r, path, &report) < 0);
	assert_int_equal(report.trouble, JOURNAL_NOT_OURS);
	assert_int_equal(unlink(path), 0);
	fixture_sql(f, JOURNAL_FILE, "CREATE TABLE recipe(name)");
	assert_true(journal_reader_open(&r, path, &report) < 0);
	assert_int_equal(report.trouble, JOURNAL_NOT_OURS);
	assert_int_equal(unlink(path), 0);
	fixture_make(f, 2);
	fixture_sql(f, JOURNAL_FILE, "PRAGMA user_version=9");
	assert_true(journal_reader_open(&r, path, &report) < 0);
	assert_int_equal(report.trouble, JOURNAL_NEWER);
	fixture_sql(f, JOURNAL_FILE, "PRAGMA user_version=1; UPDATE event SET hash=x'00'");
	assert_int_equal(read_all(f), 201); /* handed out, and not matching */
	journal_reader_close(NULL);
}

/* damage: words of it; NULL = none. */
static void expect_look(struct fixture *f, uint64_t seq, const char *damage)
{
	struct journal_report report;
	struct journal_reader *r;
	struct journal_look look;
	char path[512];

	fixture_path(f, JOURNAL_FILE, path);
	assert_int_equal(journal_reader_open(&r, path, &report), 0);
	assert_int_equal(journal_reader_look(r, 10000, &look), 0);
	if (damage)
		assert_non_null(strstr(look.damage, damage));
	else
		assert_string_equal(look.damage, "");
	assert_int_equal(look.seq, seq);
	assert_int_equal(strlen(look.journal), EVENT_UUID);
	assert_true(damage || (look.whole && look.newest_ms > 0));
	journal_reader_close(r);
}

static void reader_looks_at_the_whole_F5(void **state)
{
	struct fixture *f = *state;
	struct event e = fixture_event(f, EVENT_LABEL_REJECTED, "{}");

	fixture_begin(f);
	for (int i = 0; i < 5; i++)
		assert_true(fixture_append(f, &e));
	expect_look(f, 6, NULL); /* beside the writer */
	fixture_close(f);
	expect_look(f, 6, NULL);
	fixture_sql(f, JOURNAL_FILE,
		    "UPDATE event SET line=replace(line,'mono','nomo') WHERE seq=6");
	expect_look(f, 5, "end of its chain");
	fixture_sql(f, JOURNAL_FILE,
		    "UPDATE event SET line=replace(line,'nomo','mono') WHERE seq=6");
	expect_look(f, 6, NULL);
	fixture_sql(f, JOURNAL_FILE, "DELETE FROM event WHERE seq=4");
	expect_look(f, 3, "end of its chain");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reader_works_beside_the_writer),
		TEST(reader_takes_a_copy_in_a_read_only_folder),
		TEST(reader_says_what_is_wrong),
		TEST(reader_looks_at_the_whole_F5),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	disk_take_over();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
