/* test_hqd_intake.c - a request's body is a run of events, or words say what it is not. */
#include "hqd_fixture.h"
#include "hqd/intake.h"

static struct chain chain;

static int begin(void **state)
{
	(void)state;
	chain_begin(&chain, HQ_STATION, "aaaaaaaa");
	return 0;
}

/* Reads a body to its end; how many lines were good. */
static unsigned read_all(const char *body, size_t len, enum intake_found *end, char *why)
{
	/* In memory of its own size, so that a sanitizer sees a step over its end. */
	char *copy = malloc(len ? len : 1);
	struct intake in;
	struct intake_line line;
	unsigned lines = 0;

	assert_non_null(copy);
	memcpy(copy, body, len);
	intake_begin(&in, chain.e.journal, copy, len);
	while ((*end = intake_next(&in, &line, why)) == INTAKE_LINE) {
		uint8_t hash[EVENT_HASH];

		event_hash(line.at, line.len, hash);
		assert_memory_equal(line.hash, hash, EVENT_HASH);
		lines++;
	}
	free(copy);
	return lines;
}

static void assert_bad(const char *body, size_t len, const char *want)
{
	char why[INTAKE_WHY] = "";
	enum intake_found end;

	read_all(body, len, &end, why);
	assert_int_equal(end, INTAKE_BAD);
	assert_string_equal(why, want);
}

static void run_is_read_with_and_without_the_last_line_feed(void **state)
{
	char why[INTAKE_WHY];
	enum intake_found end;

	(void)state;
	chain_start(&chain);
	chain_inspect(&chain, "pass", NULL);
	assert_int_equal(read_all(chain.body, chain.len, &end, why), 7);
	assert_int_equal(end, INTAKE_END);
	assert_int_equal(read_all(chain.body, chain.len - 1, &end, why), 7);
	assert_int_equal(end, INTAKE_END);
}

static void run_may_begin_anywhere(void **state)
{
	char why[INTAKE_WHY];
	enum intake_found end;

	(void)state;
	chain_start(&chain);
	chain.len = 0;
	chain_inspect(&chain, "pass", NULL);
	assert_int_equal(read_all(chain.body, chain.len, &end, why), 6);
	assert_int_equal(end, INTAKE_END);
}

static void what_is_no_event_is_named_by_its_line(void **state)
{
	size_t good;

	(void)state;
	assert_bad("", 0, "line 1: there is none");
	assert_bad("\n", 1, "line 1: not a line of JSON as events are written");
	chain_start(&chain);
	good = chain.len;
	chain.body[chain.len++] = '\n';
	assert_bad(chain.body, chain.len, "line 2: not a line of JSON as events are written");
	chain.body[good] = '\0';
	assert_bad(chain.body, chain.len, "line 2: not a line of JSON as events are written");
	memset(chain.body + good, 'x', EVENT_LINE_MAX + 1);
	assert_bad(chain.body, good + EVENT_LINE_MAX + 1, "line 2: longer than 8192 bytes");
}

static void broken_links_are_found(void **state)
{
	size_t one, two;

	(void)state;
	chain_start(&chain);
	one = chain.len;
	chain_open(&chain, NULL);
	two = chain.len;
	chain_answer(&chain, "usage", "pass");
	/* the second is missing */
	memmove(chain.body + one, chain.body + two, chain.len - two);
	assert_bad(chain.body, chain.len - (two - one),
		   "line 2: an event is missing, repeated or out of order");
	/* another before the second */
	begin(NULL);
	chain_start(&chain);
	chain.e.prev[0] ^= 1;
	chain_open(&chain, NULL);
	assert_bad(chain.body, chain.len, "line 2: this event or the one before was changed");
	/* a first event that has one before it */
	begin(NULL);
	chain.e.prev[0] = 1;
	chain_start(&chain);
	assert_bad(chain.body, chain.len,
		   "line 1: the first event of a journal has something before it");
}

static void other_journals_and_numbers_out_of_range_are_refused(void **state)
{
	char why[INTAKE_WHY];
	enum intake_found end;

	(void)state;
	chain_start(&chain);
	chain.e.journal[0] = 'f';
	assert_bad(chain.body, chain.len, "line 1: an event of another journal");
	begin(NULL);
	chain.e.seq = INTAKE_SEQ_MAX - 1;
	chain_start(&chain);
	assert_int_equal(read_all(chain.body, chain.len, &end, why), 1);
	chain_start(&chain);
	assert_bad(chain.body, chain.len, "line 2: its number is out of range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(run_is_read_with_and_without_the_last_line_feed, begin),
		cmocka_unit_test_setup(run_may_begin_anywhere, begin),
		cmocka_unit_test_setup(what_is_no_event_is_named_by_its_line, begin),
		cmocka_unit_test_setup(broken_links_are_found, begin),
		cmocka_unit_test_setup(other_journals_and_numbers_out_of_range_are_refused, begin),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
