/* test_photosync.c - photos on their way to headquarters: pieces, pace, waits, and that no answer
 * makes a storm or keeps the others waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/photosync.h"

#define CAP   300000u
#define BYTES 1000000u

static struct moment now;
static struct photosync p;

/* A name of 64 hex digits, another for each n. */
static const char *name(unsigned n)
{
	static char text[PHOTOSYNC_HASH + 1];

	memset(text, '0', PHOTOSYNC_HASH);
	for (int i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[n >> 4 * i & 15];
	return text;
}

static int setup(void **state)
{
	struct sync_config config = {.backoff_ms = 1000, .backoff_cap = CAP, .seed = 7};

	(void)state;
	now = (struct moment){.mono_ms = 5000, .wall_ms = 1795507200000};
	photosync_init(&p, &config);
	return 0;
}

static struct photosync_order next(void)
{
	return photosync_next(&p, &now);
}

/* Lets waits pass, and finds this photo. */
static void take(unsigned n, uint64_t bytes)
{
	if (next().what == PHOTOSYNC_WAIT)
		now.mono_ms = next().until_ms;
	assert_int_equal(next().what, PHOTOSYNC_FIND);
	photosync_found(&p, name(n), bytes, &now);
}

static struct photosync_order send(uint64_t took_ms)
{
	struct photosync_order o;

	if (next().what == PHOTOSYNC_WAIT)
		now.mono_ms = next().until_ms;
	o = next();
	assert_true(o.what == PHOTOSYNC_ASK || o.what == PHOTOSYNC_SEND);
	photosync_sent(&p, &o, &now);
	assert_int_equal(next().what, PHOTOSYNC_WAIT);
	assert_int_equal(next().until_ms, MOMENT_NEVER);
	now.mono_ms += took_ms;
	return o;
}

static enum photosync_verdict answer(enum sync_kind kind, uint64_t have)
{
	struct photosync_answer a = {.kind = kind, .have = have};

	return photosync_reply(&p, &a, &now);
}

/* The rest of the photo in hand, as an honest headquarters takes it. */
static void deliver(void)
{
	enum photosync_verdict v = PHOTOSYNC_GO_ON;
	uint64_t have = 0;

	for (int i = 0; i < 1000 && v == PHOTOSYNC_GO_ON; i++) {
		struct photosync_order o = send(10);

		if (o.what == PHOTOSYNC_SEND) {
			assert_int_equal(o.from, have);
			assert_in_range(o.len, 1, PHOTOSYNC_PIECE_MAX);
			have += o.len;
		}
		v = answer(SYNC_ACKED, have);
	}
	assert_int_equal(v, PHOTOSYNC_DELIVERED);
	assert_int_equal(have, p.bytes);
	photosync_noted(&p, true, &now);
}

static void test_asks_and_then_sends_in_order(void **state)
{
	(void)state;
	take(1, BYTES);
	assert_int_equal(send(1).what, PHOTOSYNC_ASK);
	assert_int_equal(answer(SYNC_ACKED, 100), PHOTOSYNC_GO_ON);
	assert_int_equal(next().what, PHOTOSYNC_SEND);
	assert_int_equal(next().from, 100);
	assert_int_equal(next().len, PHOTOSYNC_PIECE_FIRST);
	send(1);
	assert_int_equal(answer(SYNC_ACKED, 100 + PHOTOSYNC_PIECE_FIRST), PHOTOSYNC_GO_ON);
	assert_int_equal(next().from, 100 + PHOTOSYNC_PIECE_FIRST);
	send(1);
	assert_int_equal(answer(SYNC_ACKED, BYTES), PHOTOSYNC_DELIVERED); /* a twin sent the rest */
	assert_int_equal(next().what, PHOTOSYNC_WAIT);
	photosync_noted(&p, true, &now);
	take(2, 5);
	deliver();
	take(3, BYTES);
	deliver();
	assert_int_equal(next().what, PHOTOSYNC_FIND);
	photosync_found(&p, NULL, 0, &now);
	assert_int_equal(next().what, PHOTOSYNC_WAIT);
	assert_int_equal(next().until_ms, MOMENT_NEVER);
	photosync_look(&p);
	assert_int_equal(next().what, PHOTOSYNC_FIND);
}

static void test_what_is_there_already_is_not_sent(void **state)
{
	(void)state;
	take(1, BYTES);
	send(1);
	assert_int_equal(answer(SYNC_ACKED, BYTES), PHOTOSYNC_DELIVERED);
}

static void test_pieces_follow_the_pace_of_the_line(void **state)
{
	uint64_t have = 0;
	uint32_t len = PHOTOSYNC_PIECE_FIRST;
	static const struct {
		uint64_t took;
		uint32_t then;
	} steps[] = {{499, 131072}, {10, 262144},  {10, 262144},  {1000, 262144}, {2001, 131072},
		     {9999, 65536}, {9999, 32768}, {9999, 16384}, {9999, 16384},  {500, 16384}};

	(void)state;
	take(1, 100u << 20);
	send(1);
	answer(SYNC_ACKED, 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct photosync_order o = send(steps[i].took);

		assert_int_equal(o.len, len);
		have += o.len;
		assert_int_equal(answer(SYNC_ACKED, have), PHOTOSYNC_GO_ON);
		len = steps[i].then;
	}
}

/* After a failure it is asked how much came; waits grow with jitter, up to their cap, and a piece
 * that was not got through is smaller. */
static void test_line_that_fails(void **state)
{
	uint64_t longest = 0, total = 0;

	(void)state;
	take(1, BYTES);
	send(1);
	answer(SYNC_ACKED, 0);
	for (int i = 0; i < 200; i++) {
		send(1);
		assert_int_equal(answer(SYNC_LINE, 0), PHOTOSYNC_GO_ON);
		struct photosync_order o = next();
		uint64_t wait = o.what == PHOTOSYNC_WAIT ? o.until_ms - now.mono_ms : 0;

		assert_true(wait <= CAP);
		assert_true(i > 0 || wait <= 1000);
		longest = wait > longest ? wait : longest;
		total += wait;
	}
	assert_true(longest > CAP * 9 / 10);
	assert_in_range(total / 200, CAP * 4 / 10, CAP * 6 / 10);
	assert_int_equal(p.piece, PHOTOSYNC_PIECE_LEAST);
	assert_int_equal(send(1).what, PHOTOSYNC_ASK);
	assert_int_equal(answer(SYNC_ACKED, 77), PHOTOSYNC_GO_ON);
	assert_int_equal(next().from, 77);
}

/* An answer to a question is no progress: or each piece that hangs would be sent once a second. */
static void test_questions_do_not_end_the_waits(void **state)
{
	uint64_t begun = now.mono_ms;

	(void)state;
	take(1, BYTES);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(send(1).what, PHOTOSYNC_ASK);
		answer(SYNC_ACKED, 0);
		assert_int_equal(send(1).what, PHOTOSYNC_SEND);
		answer(SYNC_LINE, 0);
	}
	assert_true(now.mono_ms - begun > 20 * CAP / 4);
}

static void test_retry_after(void **state)
{
	struct photosync_answer busy = {.kind = SYNC_BUSY, .retry_after_ms = 60000};

	(void)state;
	take(1, BYTES);
	for (int i = 0; i < 50; i++) {
		send(1);
		assert_int_equal(photosync_reply(&p, &busy, &now), PHOTOSYNC_GO_ON);
		assert_in_range(next().until_ms - now.mono_ms, 60000, 60000 + CAP);
	}
	busy.retry_after_ms = UINT64_MAX;
	send(1);
	photosync_reply(&p, &busy, &now);
	assert_in_range(next().until_ms - now.mono_ms, SYNC_RETRY_MAX, SYNC_RETRY_MAX + CAP);
	send(1);
	answer(SYNC_ACKED, BYTES);
	photosync_noted(&p, true, &now);
	assert_int_equal(next().what, PHOTOSYNC_FIND); /* at once */
}

/* How many requests a headquarters gets that always answers so, until the photo is set aside. */
static unsigned requests_until_aside(enum sync_kind kind, uint64_t (*have)(uint64_t to))
{
	enum photosync_verdict v = PHOTOSYNC_GO_ON;
	unsigned n = 0;

	take(1, BYTES);
	while (v == PHOTOSYNC_GO_ON && n < 10000) {
		struct photosync_order o = send(1);

		n++;
		v = answer(kind, have ? have(o.from + o.len) : 0);
	}
	assert_int_equal(v, PHOTOSYNC_REFUSED);
	assert_true(photosync_skips(p.aside, p.asides, name(1)));
	return n;
}

static uint64_t beyond(uint64_t to)
{
	(void)to;
	return BYTES + 1;
}

static uint64_t nothing_new(uint64_t to)
{
	(void)to;
	return 0;
}

static uint64_t a_byte_less(uint64_t to)
{
	return to ? to - 1 : 0;
}

static uint64_t huge(uint64_t to)
{
	(void)to;
	return UINT64_MAX;
}

static void test_answers_that_lead_nowhere(void **state)
{
	uint64_t (*const lies[])(uint64_t) = {beyond, nothing_new, a_byte_less, huge};
	static const enum sync_kind kinds[] = {SYNC_GAP, SYNC_FORK, SYNC_SERVER, SYNC_NONSENSE};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		setup(state);
		assert_in_range(requests_until_aside(SYNC_ACKED, lies[i]), PHOTOSYNC_TRIES,
				2 * PHOTOSYNC_TRIES);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		setup(state);
		assert_int_equal(requests_until_aside(kinds[i], NULL), PHOTOSYNC_TRIES);
	}
	setup(state);
	assert_int_equal(requests_until_aside(SYNC_REFUSED, NULL), 1);
}

/* Pieces are taken, and all is gone again: not for ever. */
static void test_have_that_goes_back(void **state)
{
	enum photosync_verdict v = PHOTOSYNC_GO_ON;
	unsigned n = 0;

	(void)state;
	take(1, BYTES);
	while (v == PHOTOSYNC_GO_ON && n++ < 10000) {
		struct photosync_order o = send(1);

		if (o.what == PHOTOSYNC_ASK)
			v = answer(SYNC_ACKED, 0);
		else if (o.from == 0)
			v = answer(SYNC_ACKED, o.len);
		else
			v = answer(SYNC_GAP, 0);
	}
	assert_int_equal(v, PHOTOSYNC_REFUSED);
	assert_true(n <= 3 * PHOTOSYNC_TRIES);
}

static void test_too_large_makes_pieces_smaller(void **state)
{
	(void)state;
	take(1, BYTES);
	send(1);
	answer(SYNC_ACKED, 0);
	assert_int_equal(send(1).len, 65536);
	assert_int_equal(answer(SYNC_TOO_LARGE, 0), PHOTOSYNC_GO_ON);
	assert_int_equal(send(1).len, 32768);
	assert_int_equal(answer(SYNC_ACKED, 32768), PHOTOSYNC_GO_ON);
	assert_int_equal(send(1).len, 32768); /* quick, and yet no larger */
	assert_int_equal(answer(SYNC_TOO_LARGE, 0), PHOTOSYNC_GO_ON);
	assert_int_equal(send(1).len, 16384);
	assert_int_equal(answer(SYNC_TOO_LARGE, 0), PHOTOSYNC_REFUSED);
	take(2, BYTES);
	send(1);
	assert_int_equal(answer(SYNC_TOO_LARGE, 0),
			 PHOTOSYNC_REFUSED); /* of a question: the photo */
}

static void test_refused_ones_do_not_block_the_others(void **state)
{
	(void)state;
	take(1, BYTES);
	send(1);
	assert_int_equal(answer(SYNC_REFUSED, 0), PHOTOSYNC_REFUSED);
	assert_true(next().what == PHOTOSYNC_FIND || next().until_ms - now.mono_ms <= 1000);
	take(2, 100);
	deliver();
	assert_int_equal(next().what, PHOTOSYNC_FIND);
	photosync_found(&p, NULL, 0, &now);
	assert_in_range(next().until_ms - now.mono_ms, PHOTOSYNC_ASIDE_MS / 2, PHOTOSYNC_ASIDE_MS);
	photosync_look(&p); /* another event changes nothing */
	photosync_found(&p, NULL, 0, &now);
	assert_true(photosync_skips(p.aside, p.asides, name(1)));
	now.mono_ms = next().until_ms;
	assert_int_equal(next().what, PHOTOSYNC_FIND);
	photosync_found(&p, name(1), BYTES, &now);
	assert_int_equal(p.asides, 0);
	deliver();
}

static void test_unknown_ones_wait_for_their_event(void **state)
{
	struct photosync_answer unknown = {.kind = SYNC_REFUSED, .unknown = true};

	(void)state;
	take(1, BYTES);
	send(1);
	assert_int_equal(photosync_reply(&p, &unknown, &now), PHOTOSYNC_REFUSED);
	now.mono_ms += 2000;
	photosync_found(&p, NULL, 0, &now);
	assert_true(next().until_ms - now.mono_ms > PHOTOSYNC_ASIDE_MS / 2);
	photosync_look(&p); /* events were delivered meanwhile */
	photosync_found(&p, NULL, 0, &now);
	assert_true(next().until_ms - now.mono_ms < PHOTOSYNC_UNKNOWN_MS);
	now.mono_ms = next().until_ms;
	take(1, BYTES);
	deliver();
}

/* One that refuses all: asked for each, and not at full speed. */
static void test_all_refused(void **state)
{
	uint64_t begun = now.mono_ms;

	(void)state;
	for (unsigned i = 0; i < 3 * PHOTOSYNC_ASIDE; i++) {
		take(i, BYTES);
		send(1);
		assert_int_equal(answer(SYNC_REFUSED, 0), PHOTOSYNC_REFUSED);
	}
	assert_int_equal(p.asides, PHOTOSYNC_ASIDE);
	assert_false(photosync_skips(p.aside, p.asides, name(0)));
	assert_true(photosync_skips(p.aside, p.asides, name(3 * PHOTOSYNC_ASIDE - 1)));
	assert_true(now.mono_ms - begun > PHOTOSYNC_ASIDE * CAP / 2);
}

static void test_photo_that_cannot_be_read(void **state)
{
	(void)state;
	take(1, BYTES);
	photosync_unread(&p, true, &now);
	assert_int_equal(p.asides, 0);
	take(1, BYTES);
	photosync_unread(&p, false, &now);
	assert_true(photosync_skips(p.aside, p.asides, name(1)));
	take(2, BYTES);
	send(1);
	answer(SYNC_ACKED, BYTES);
	photosync_noted(&p, false, &now); /* found again, it would be sent for ever */
	assert_true(photosync_skips(p.aside, p.asides, name(2)));
}

static void test_again(void **state)
{
	(void)state;
	take(1, BYTES);
	send(1);
	answer(SYNC_REFUSED, 0);
	take(2, BYTES);
	send(1);
	answer(SYNC_ACKED, 500);
	photosync_again(&p);
	assert_int_equal(p.asides, 0);
	assert_int_equal(next().what, PHOTOSYNC_ASK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_asks_and_then_sends_in_order, setup),
		cmocka_unit_test_setup(test_what_is_there_already_is_not_sent, setup),
		cmocka_unit_test_setup(test_pieces_follow_the_pace_of_the_line, setup),
		cmocka_unit_test_setup(test_line_that_fails, setup),
		cmocka_unit_test_setup(test_questions_do_not_end_the_waits, setup),
		cmocka_unit_test_setup(test_retry_after, setup),
		cmocka_unit_test_setup(test_answers_that_lead_nowhere, setup),
		cmocka_unit_test_setup(test_have_that_goes_back, setup),
		cmocka_unit_test_setup(test_too_large_makes_pieces_smaller, setup),
		cmocka_unit_test_setup(test_refused_ones_do_not_block_the_others, setup),
		cmocka_unit_test_setup(test_unknown_ones_wait_for_their_event, setup),
		cmocka_unit_test_setup(test_all_refused, setup),
		cmocka_unit_test_setup(test_photo_that_cannot_be_read, setup),
		cmocka_unit_test_setup(test_again, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
