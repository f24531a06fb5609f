/* test_event_chain.c - hashes of events, and that whatever is done to a chain of them is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "event_fixture.h"
#include "station/text.h"
#include <string.h>

#define OTHER "1b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d"

static void hash_is(const char *text, const char *hex)
{
	uint8_t hash[EVENT_HASH], want[EVENT_HASH];

	event_hash(text, strlen(text), hash);
	assert_true(text_read_hex(hex, strlen(hex), want, sizeof(want)));
	assert_memory_equal(hash, want, sizeof(want));
}

/* FIPS 180-2, appendix B, and the empty message. */
static void test_sha256_vectors(void **state)
{
	(void)state;
	hash_is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

#define CHAIN 5

struct fixture {
	char line[CHAIN][1024];
	size_t len[CHAIN];
};

static void chain_make(struct fixture *f)
{
	struct event e = sample();

	for (unsigned i = 0; i < CHAIN; i++) {
		e.seq = i + 1;
		f->len[i] = event_encode(&e, f->line[i], sizeof(f->line[i]));
		assert_int_not_equal(f->len[i], 0);
		event_hash(f->line[i], f->len[i], e.prev);
	}
}

static enum event_link feed(struct event_chain *c, const struct fixture *f, unsigned i)
{
	enum event_fault fault;

	return event_chain_feed(c, f->line[i], f->len[i], &fault);
}

static void test_chain_holds(void **state)
{
	struct fixture f;
	struct event_chain c;
	uint8_t hash[EVENT_HASH];

	(void)state;
	chain_make(&f);
	event_chain_init(&c);
	for (unsigned i = 0; i < CHAIN; i++) {
		assert_int_equal(feed(&c, &f, i), EVENT_LINK_OK);
		assert_int_equal(c.seq, i + 1);
		event_hash(f.line[i], f.len[i], hash);
		assert_memory_equal(c.head, hash, sizeof(hash));
	}
	assert_string_equal(c.journal, JOURNAL);
}

static void test_chain_may_begin_in_the_middle(void **state)
{
	struct fixture f;
	struct event_chain c;

	(void)state;
	chain_make(&f);
	event_chain_init(&c);
	for (unsigned i = 2; i < CHAIN; i++)
		assert_int_equal(feed(&c, &f, i), EVENT_LINK_OK);
}

static void test_chain_finds_each_changed_byte(void **state)
{
	struct fixture f;
	unsigned by_reading = 0, by_hash = 0;

	(void)state;
	chain_make(&f);
	for (size_t at = 0; at < f.len[1]; at++) {
		struct event_chain c;

		event_chain_init(&c);
		f.line[1][at] ^= 1;
		assert_int_equal(feed(&c, &f, 0), EVENT_LINK_OK);
		if (feed(&c, &f, 1) != EVENT_LINK_OK) {
			assert_int_equal(c.seq, 1);
			by_reading++;
		} else {
			assert_int_equal(feed(&c, &f, 2), EVENT_LINK_PREV);
			assert_int_equal(c.seq, 2);
			by_hash++;
		}
		f.line[1][at] ^= 1;
	}
	assert_true(by_reading > 0 && by_hash > 0);
}

static void test_chain_finds_missing_repeated_swapped(void **state)
{
	struct fixture f;
	struct event_chain c;

	(void)state;
	chain_make(&f);
	event_chain_init(&c);
	assert_int_equal(feed(&c, &f, 0), EVENT_LINK_OK);
	assert_int_equal(feed(&c, &f, 2), EVENT_LINK_SEQ); /* missing, or swapped */
	assert_int_equal(feed(&c, &f, 0), EVENT_LINK_SEQ); /* repeated */
	assert_int_equal(c.seq, 1);
	assert_int_equal(feed(&c, &f, 1), EVENT_LINK_OK); /* it stayed at the last good line */
	assert_int_equal(feed(&c, &f, 0), EVENT_LINK_SEQ);
	assert_int_equal(feed(&c, &f, 2), EVENT_LINK_OK);
}

/* A line taken out and the numbers closed up: only the hash tells. */
static void test_chain_finds_a_renumbered_line(void **state)
{
	struct fixture f;
	struct event_chain c;
	char *at;

	(void)state;
	chain_make(&f);
	event_chain_init(&c);
	assert_int_equal(feed(&c, &f, 0), EVENT_LINK_OK);
	at = strstr(f.line[2], "\"seq\":3");
	assert_non_null(at);
	at[6] = '2';
	assert_int_equal(feed(&c, &f, 2), EVENT_LINK_PREV);
}

static void test_chain_finds_another_journal(void **state)
{
	struct fixture f;
	struct event_chain c;

	(void)state;
	chain_make(&f);
	event_chain_init(&c);
	assert_int_equal(feed(&c, &f, 0), EVENT_LINK_OK);
	memcpy(strstr(f.line[1], JOURNAL), OTHER, EVENT_UUID);
	assert_int_equal(feed(&c, &f, 1), EVENT_LINK_JOURNAL);
	assert_string_equal(c.journal, JOURNAL);
}

static void test_first_event_has_no_prev(void **state)
{
	struct event e = sample();
	struct event_chain c;
	enum event_fault fault;
	char line[1024];

	(void)state;
	e.prev[31] = 1;
	event_chain_init(&c);
	assert_int_equal(event_chain_feed(&c, line, event_encode(&e, line, sizeof(line)), &fault),
			 EVENT_LINK_PREV);
	assert_false(c.begun);
	e.seq = 2;
	assert_int_equal(event_chain_feed(&c, line, event_encode(&e, line, sizeof(line)), &fault),
			 EVENT_LINK_OK);
}

static void test_chain_says_why_a_line_is_no_event(void **state)
{
	struct event_chain c;
	enum event_fault fault;

	(void)state;
	event_chain_init(&c);
	assert_int_equal(event_chain_feed(&c, "x", 1, &fault), EVENT_LINK_LINE);
	assert_int_equal(fault, EVENT_NOT_JSON);
	assert_int_equal(event_chain_feed(&c, "{}", 2, &fault), EVENT_LINK_LINE);
	assert_int_equal(fault, EVENT_KEYS);
	assert_int_equal(event_chain_feed(&c, LINE, strlen(LINE), &fault), EVENT_LINK_OK);
	assert_int_equal(fault, EVENT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_vectors),
		cmocka_unit_test(test_chain_holds),
		cmocka_unit_test(test_chain_may_begin_in_the_middle),
		cmocka_unit_test(test_chain_finds_each_changed_byte),
		cmocka_unit_test(test_chain_finds_missing_repeated_swapped),
		cmocka_unit_test(test_chain_finds_a_renumbered_line),
		cmocka_unit_test(test_chain_finds_another_journal),
		cmocka_unit_test(test_first_event_has_no_prev),
		cmocka_unit_test(test_chain_says_why_a_line_is_no_event),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
