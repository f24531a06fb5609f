/* test_sync.c - the line to headquarters: what each answer means, a row of DESIGN's table a test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "station/sync.h"

#define BACKOFF 1000u
#define CAP	300000u

static struct moment now;

/* The hash of an event in these tests: its seq, and whose history it is of. */
static const uint8_t *hash_of(uint64_t seq, uint8_t history)
{
	static uint8_t hash[EVENT_HASH];

	memset(hash, history, sizeof(hash));
	memcpy(hash, &seq, sizeof(seq));
	return hash;
}

static void begin(struct sync *s, uint64_t acked, uint64_t anchor, uint64_t head)
{
	struct sync_config config = {
		.batch_max = 100, .backoff_ms = BACKOFF, .backoff_cap = CAP, .seed = 7};

	now = (struct moment){.mono_ms = 5000, .wall_ms = 1795507200000};
	sync_init(s, &config);
	sync_begin(s, acked, anchor, head);
}

static struct sync_order next(const struct sync *s)
{
	return sync_next(s, &now);
}

/* What sync_next orders is sent as ordered. Returns what was ordered. */
static struct sync_order send(struct sync *s)
{
	struct sync_order o = next(s);
	uint64_t to = o.from + o.count - 1;

	assert_int_not_equal(o.what, SYNC_WAIT);
	sync_sent(s, o.what, o.from, to, hash_of(to, 1));
	assert_int_equal(next(s).what, SYNC_WAIT);
	assert_int_equal(next(s).until_ms, MOMENT_NEVER);
	return o;
}

static enum sync_verdict reply(struct sync *s, enum sync_kind kind, uint64_t acked, uint8_t history)
{
	struct sync_answer a = {.kind = kind, .acked = acked};

	memcpy(a.hash, hash_of(acked, history), sizeof(a.hash));
	return sync_reply(s, &a, &now);
}

static uint64_t wait_of(const struct sync *s)
{
	struct sync_order o = next(s);

	return o.what == SYNC_WAIT ? o.until_ms - now.mono_ms : 0;
}

static void let_it_pass(const struct sync *s)
{
	if (next(s).what == SYNC_WAIT && next(s).until_ms != MOMENT_NEVER)
		now.mono_ms = next(s).until_ms;
}

static void test_nothing_to_send_waits_for_events(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 5, 0, 5);
	assert_int_equal(next(&s).what, SYNC_WAIT);
	assert_int_equal(next(&s).until_ms, MOMENT_NEVER);
	assert_int_equal(sync_line(&s), SYNC_LINE_OFFLINE); /* nobody has answered yet */
	sync_head(&s, 6);
	assert_int_equal(next(&s).what, SYNC_SEND);
	assert_int_equal(next(&s).from, 6);
	assert_int_equal(next(&s).count, 1);
	sync_head(&s, 3); /* late news */
	assert_int_equal(s.head, 6);
}

static void test_batches_until_the_head(void **state)
{
	struct sync s;
	struct sync_order o;

	(void)state;
	begin(&s, 0, 0, 250);
	for (uint64_t from = 1; from <= 201; from += 100) {
		o = send(&s);
		assert_int_equal(o.from, from);
		assert_int_equal(o.count, from == 201 ? 50 : 100);
		assert_int_equal(reply(&s, SYNC_ACKED, from + o.count - 1, 1), SYNC_STORED);
		assert_int_equal(s.acked, from + o.count - 1);
	}
	assert_int_equal(next(&s).until_ms, MOMENT_NEVER);
	assert_int_equal(sync_line(&s), SYNC_LINE_GOOD);
}

static void test_a_backlog_of_more_than_a_batch_is_offline(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 201);
	(void)send(&s);
	(void)reply(&s, SYNC_ACKED, 100, 1);
	assert_int_equal(sync_line(&s), SYNC_LINE_OFFLINE);
	(void)send(&s);
	(void)reply(&s, SYNC_ACKED, 200, 1);
	assert_int_equal(sync_line(&s), SYNC_LINE_GOOD);
}

static void test_proved_by_another_way(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 250);
	sync_proved(&s, 120);
	assert_int_equal(s.acked, 120);
	assert_int_equal(next(&s).from, 121);
	sync_proved(&s, 50);  /* never backwards */
	sync_proved(&s, 251); /* nor beyond what is here */
	assert_int_equal(s.acked, 120);
	send(&s); /* 121 to 220, and meanwhile: */
	sync_proved(&s, 250);
	assert_int_equal(reply(&s, SYNC_ACKED, 220, 1), SYNC_GO_ON);
	assert_int_equal(s.acked, 250);
	assert_int_equal(next(&s).what, SYNC_WAIT);
	assert_int_equal(next(&s).until_ms, MOMENT_NEVER);
}

static void test_a_lying_hash_of_what_was_sent(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 10, 0, 20);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 20, 2), SYNC_GO_ON);
	assert_int_equal(s.acked, 10);
	assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
	assert_in_range(wait_of(&s), 0, BACKOFF);
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 11);
	assert_int_equal(reply(&s, SYNC_ACKED, 20, 1), SYNC_STORED);
	assert_int_equal(sync_line(&s), SYNC_LINE_GOOD);
}

static void test_a_part_was_stored(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 10, 0, 20);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 15, 1), SYNC_CHECK);
	assert_int_equal(s.check, 15);
	assert_int_equal(next(&s).what, SYNC_WAIT);
	assert_int_equal(sync_checked(&s, true, hash_of(15, 1), &now), SYNC_STORED);
	assert_int_equal(s.acked, 15);
	assert_int_equal(send(&s).from, 16);
}

static void test_a_part_was_stored_with_another_hash(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 10, 0, 20);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 15, 2), SYNC_CHECK);
	assert_int_equal(sync_checked(&s, true, hash_of(15, 1), &now), SYNC_GO_ON);
	assert_int_equal(s.acked, 10);
	assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 11);
}

static void test_more_was_stored_than_sent(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 500); /* a reply was lost, or what was acknowledged was not kept */
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 400, 1), SYNC_CHECK);
	assert_int_equal(sync_checked(&s, true, hash_of(400, 1), &now), SYNC_STORED);
	assert_int_equal(send(&s).from, 401);
}

/* 200 with an acked outside of what can be. */
static void test_acked_out_of_range(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 10, 0, 20);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 9, 1), SYNC_GO_ON);
	assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
	assert_int_equal(s.acked, 10);
	let_it_pass(&s);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, UINT64_MAX, 1), SYNC_CHECK);
	assert_int_equal(sync_checked(&s, false, hash_of(0, 0), &now), SYNC_GO_ON);
	assert_int_equal(s.acked, 10);
	assert_int_equal(s.head, 20);
	assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
}

/* It takes nothing and calls that a success: no storm. */
static void test_nothing_was_stored(void **state)
{
	struct sync s;

	(void)state;
	for (uint64_t acked = 0; acked <= 10; acked += 10) {
		begin(&s, acked, 0, 20);
		(void)send(&s);
		if (reply(&s, SYNC_ACKED, acked, 1) == SYNC_CHECK)
			assert_int_equal(sync_checked(&s, true, hash_of(acked, 1), &now),
					 SYNC_GO_ON);
		assert_int_equal(s.failures, 1);
		assert_int_equal(s.acked, acked);
		assert_int_equal(sync_line(&s), SYNC_LINE_OFFLINE);
	}
}

/* A twin of this journal (cloned with its backlog) went on: its events lie beyond our batch. */
static void test_a_twins_events_lead_to_a_fork(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 300);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 250, 2), SYNC_CHECK);
	assert_int_equal(sync_checked(&s, true, hash_of(250, 1), &now), SYNC_GO_ON);
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 250);
	assert_int_equal(reply(&s, SYNC_FORK, 0, 0), SYNC_SEAL);
	assert_int_equal(s.acked, 0);
}

static void test_a_twins_events_beyond_our_head(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 300);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 999, 2), SYNC_CHECK);
	assert_int_equal(sync_checked(&s, false, hash_of(0, 0), &now), SYNC_GO_ON);
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 300);
	assert_int_equal(reply(&s, SYNC_FORK, 0, 0), SYNC_SEAL);
}

/* The same answer by one that lies: it gives itself away with "gap", and nothing is lost. */
static void test_a_liar_beyond_our_head(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 5, 0, 300);
	(void)send(&s);
	(void)reply(&s, SYNC_ACKED, 999, 2);
	(void)sync_checked(&s, false, hash_of(0, 0), &now);
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 300);
	assert_int_equal(reply(&s, SYNC_GAP, 50, 0), SYNC_GO_ON);
	assert_int_equal(s.acked, 5); /* no hash was told of 50 */
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 6);
}

static void test_gap_rewinds(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 200, 0, 250);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_GAP, 120, 0), SYNC_STORED);
	assert_int_equal(s.acked, 120);
	assert_int_equal(sync_line(&s), SYNC_LINE_OFFLINE);
	assert_in_range(wait_of(&s), 0, BACKOFF);
	let_it_pass(&s);
	assert_int_equal(send(&s).from, 121);
}

static void test_gap_where_none_can_be(void **state)
{
	static const uint64_t acked[] = {200, 201, 230, UINT64_MAX};
	struct sync s;

	(void)state;
	for (size_t i = 0; i < sizeof(acked) / sizeof(*acked); i++) {
		begin(&s, 200, 0, 250);
		(void)send(&s);
		assert_int_equal(reply(&s, SYNC_GAP, acked[i], 0), SYNC_GO_ON);
		assert_int_equal(s.acked, 200);
		assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
	}
}

static void test_gap_below_the_anchor(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 200, 150, 250);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_GAP, 120, 0), SYNC_STORED);
	let_it_pass(&s);
	assert_int_equal(next(&s).what, SYNC_ANCHOR);
	assert_int_equal(send(&s).from, 150);
	assert_int_equal(reply(&s, SYNC_ACKED, 150, 1), SYNC_STORED);
	assert_int_equal(next(&s).what, SYNC_SEND);
	assert_int_equal(next(&s).from, 151);
}

static void test_answers_to_an_anchor(void **state)
{
	static const struct {
		enum sync_kind kind;
		uint64_t acked;
		uint8_t history;
		enum sync_verdict verdict;
	} rows[] = {
		{SYNC_ACKED, 150, 2, SYNC_GO_ON}, /* another hash: lying */
		{SYNC_ACKED, 149, 1, SYNC_GO_ON}, /* it must have the anchor now */
		{SYNC_ACKED, 170, 1, SYNC_CHECK}, {SYNC_GAP, 100, 0, SYNC_GO_ON},
		{SYNC_FORK, 0, 0, SYNC_SEAL},	  {SYNC_TOO_LARGE, 0, 0, SYNC_GO_ON},
		{SYNC_LINE, 0, 0, SYNC_GO_ON},
	};
	struct sync s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(&s, 120, 150, 250);
		assert_int_equal(send(&s).what, SYNC_ANCHOR);
		assert_int_equal(reply(&s, rows[i].kind, rows[i].acked, rows[i].history),
				 rows[i].verdict);
		assert_int_equal(s.acked, 120);
		if (rows[i].verdict == SYNC_GO_ON) {
			let_it_pass(&s);
			assert_int_equal(next(&s).what, SYNC_ANCHOR);
		}
	}
}

static void test_fork_seals_once(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 200, 0, 250);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_FORK, 0, 0), SYNC_SEAL);
	assert_int_equal(next(&s).until_ms, MOMENT_NEVER);
	sync_head(&s, 260);
	now.mono_ms += 3600000;
	assert_int_equal(next(&s).what, SYNC_WAIT);
	sync_begin(&s, 0, 0, 61);
	assert_int_equal(send(&s).from, 1);
	assert_int_equal(reply(&s, SYNC_ACKED, 61, 1), SYNC_STORED);
}

/* A child that forks again and again: no end of sealed files. */
static void test_forks_without_end(void **state)
{
	struct sync s;
	int seals = 0;

	(void)state;
	begin(&s, 200, 0, 250);
	for (int i = 0; i < 50; i++) {
		let_it_pass(&s);
		(void)send(&s);
		if (reply(&s, SYNC_FORK, 0, 0) == SYNC_SEAL) {
			seals++;
			sync_begin(&s, 0, 0, 51);
		}
	}
	assert_int_equal(seals, SYNC_SEALS);
	assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
	let_it_pass(&s);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_ACKED, 51, 1), SYNC_STORED);
	sync_head(&s, 52);
	(void)send(&s);
	assert_int_equal(reply(&s, SYNC_FORK, 0, 0), SYNC_SEAL);
}

static void test_too_large_halves_down_to_one(void **state)
{
	static const uint32_t sizes[] = {100, 50, 25, 12, 6, 3, 1};
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 1000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		assert_int_equal(sync_line(&s), SYNC_LINE_OFFLINE);
		assert_int_equal(wait_of(&s), 0);
		assert_int_equal(send(&s).count, sizes[i]);
		assert_int_equal(reply(&s, SYNC_TOO_LARGE, 0, 0), SYNC_GO_ON);
	}
	assert_int_equal(sync_line(&s), SYNC_LINE_PERSON);
	for (int i = 0; i < 100; i++) {
		assert_in_range(wait_of(&s), 0, CAP);
		let_it_pass(&s);
		assert_int_equal(send(&s).count, 1);
		(void)reply(&s, SYNC_TOO_LARGE, 0, 0);
	}
	assert_true(now.mono_ms >
		    50 * CAP / 2); /* the longest waits, on the mean half of the cap */
}

/* The limit is found again and again, but hardly ever overstepped; gone, it is forgotten. */
static void test_batches_grow_back(void **state)
{
	unsigned requests = 0, refused = 0;
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 1000000);
	while (s.acked < 500000 && requests < 100000) {
		struct sync_order o = send(&s);

		requests++;
		if (o.count > 37) {
			refused++;
			(void)reply(&s, SYNC_TOO_LARGE, 0, 0);
		} else {
			(void)reply(&s, SYNC_ACKED, o.from + o.count - 1, 1);
		}
	}
	assert_true(requests < 500000 / 37 * 13 / 10);
	assert_true(refused < requests / 30);
	for (int i = 0; i < 2000; i++) {
		struct sync_order o = send(&s);

		(void)reply(&s, SYNC_ACKED, o.from + o.count - 1, 1);
	}
	assert_int_equal(s.batch, 100);
}

static void test_one_large_event_among_small_ones(void **state)
{
	unsigned requests = 0;
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 100000);
	while (s.acked < 100000 && requests++ < 100000) {
		struct sync_order o;

		let_it_pass(&s);
		o = send(&s);
		if (o.count > 1 && o.from <= 50000 && o.from + o.count > 50000)
			(void)reply(&s, SYNC_TOO_LARGE, 0, 0);
		else
			(void)reply(&s, SYNC_ACKED, o.from + o.count - 1, 1);
	}
	assert_true(requests < 4000);
}

static void test_busy_waits_as_told_and_a_little_more(void **state)
{
	static const uint64_t told[] = {0, 1000, 120000, SYNC_RETRY_MAX, 86400000, UINT64_MAX};
	struct sync s;

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
		struct sync_answer a = {.kind = SYNC_BUSY, .retry_after_ms = told[i]};
		uint64_t least = told[i] < SYNC_RETRY_MAX ? told[i] : SYNC_RETRY_MAX;

		begin(&s, 0, 0, 10);
		(void)send(&s);
		assert_int_equal(sync_reply(&s, &a, &now), SYNC_GO_ON);
		assert_in_range(wait_of(&s), least, least + BACKOFF);
		assert_int_equal(sync_line(&s), SYNC_LINE_OFFLINE);
		sync_begin(&s, 0, 0, 10); /* the wait is headquarters', not the journal's */
		assert_in_range(wait_of(&s), least, least + BACKOFF);
	}
}

static void test_failures_and_who_has_to_mend_them(void **state)
{
	static const struct {
		enum sync_kind kind;
		enum sync_line line;
	} rows[] = {
		{SYNC_DENIED, SYNC_LINE_PERSON},  {SYNC_REFUSED, SYNC_LINE_PERSON},
		{SYNC_TLS, SYNC_LINE_PERSON},	  {SYNC_NONSENSE, SYNC_LINE_PERSON},
		{SYNC_SERVER, SYNC_LINE_OFFLINE}, {SYNC_LINE, SYNC_LINE_OFFLINE},
		{SYNC_BUSY, SYNC_LINE_OFFLINE},
	};
	struct sync s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(&s, 0, 0, 10);
		(void)send(&s);
		assert_int_equal(reply(&s, rows[i].kind, 0, 0), SYNC_GO_ON);
		assert_int_equal(sync_line(&s), rows[i].line);
		assert_int_equal(s.failures, 1);
		let_it_pass(&s);
		assert_int_equal(send(&s).from, 1);
		assert_int_equal(reply(&s, SYNC_ACKED, 10, 1), SYNC_STORED);
		assert_int_equal(sync_line(&s), SYNC_LINE_GOOD);
		assert_int_equal(s.failures, 0);
	}
}

/* The journal can't be read, or nothing could be sent: as a failure, not at full speed. */
static void test_nothing_could_be_sent(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 10);
	for (int i = 0; i < 20; i++) {
		let_it_pass(&s);
		assert_int_equal(next(&s).what, SYNC_SEND);
		assert_int_equal(reply(&s, SYNC_LINE, 0, 0), SYNC_GO_ON);
	}
	assert_int_equal(s.failures, 20);
}

/* Full jitter: anything from nothing to the bound, its mean the half; the bound doubles to the cap.
 */
static void test_backoff_is_full_jitter(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 0, 0, 10);
	for (uint32_t failures = 1; failures < 80; failures++) {
		uint64_t bound = failures < 10 ? BACKOFF << (failures - 1) : CAP, sum = 0;
		uint64_t least = UINT64_MAX, most = 0;

		if (bound > CAP)
			bound = CAP;
		for (int i = 0; i < 4000; i++) {
			uint64_t wait;

			s.failures = failures - 1;
			s.not_before = 0;
			(void)reply(&s, SYNC_LINE, 0, 0);
			wait = wait_of(&s);
			sum += wait;
			least = wait < least ? wait : least;
			most = wait > most ? wait : most;
		}
		assert_true(most <= bound);
		assert_true(most > bound - bound / 50 && least < bound / 50);
		assert_in_range(sum / 4000, bound / 2 - bound / 25, bound / 2 + bound / 25);
	}
}

/* Without settings: a thousandth of the goal's numbers would flood headquarters, or never come. */
static void test_what_is_not_set_has_its_usual_value(void **state)
{
	struct sync_config config = {.seed = 7};
	uint64_t longest = 0;
	struct sync s;

	(void)state;
	now = (struct moment){.mono_ms = 5000, .wall_ms = 1795507200000};
	sync_init(&s, &config);
	sync_begin(&s, 0, 0, 2000);
	assert_int_equal(next(&s).count, 500);
	for (int i = 0; i < 200; i++) {
		(void)send(&s);
		(void)reply(&s, SYNC_BUSY, 0, 1);
		if (wait_of(&s) > longest)
			longest = wait_of(&s);
		now.mono_ms += wait_of(&s);
	}
	assert_in_range(longest, 200000, 300000);
}

/* A journal that begins anew (a child's) asks nothing that was about its parent. */
static void test_a_new_beginning_forgets_what_was_in_doubt(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 10, 0, 50);
	(void)send(&s);
	(void)reply(&s, SYNC_ACKED, 20, 2); /* a hash that is not ours */
	sync_begin(&s, 0, 0, 5);
	now.mono_ms += CAP;
	assert_int_equal(next(&s).what, SYNC_SEND);
	assert_int_equal(next(&s).from, 1);
}

static void test_stations_do_not_come_back_together(void **state)
{
	struct sync_config config = {.batch_max = 100, .backoff_ms = BACKOFF, .backoff_cap = CAP};
	unsigned in_tenth[10] = {0};

	(void)state;
	now.mono_ms = 5000;
	for (config.seed = 1; config.seed <= 1000; config.seed++) {
		struct sync s;

		sync_init(&s, &config);
		sync_begin(&s, 0, 0, 10);
		for (int i = 0; i < 12; i++)
			(void)reply(&s, SYNC_LINE, 0, 0);
		in_tenth[wait_of(&s) * 10 / (CAP + 1)]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(in_tenth[i], 60, 140);
}

static void test_what_a_journal_knows_is_bounded(void **state)
{
	struct sync s;

	(void)state;
	begin(&s, 50, 0, 20); /* acknowledged beyond the head: the tail was lost */
	assert_int_equal(s.acked, 20);
	sync_begin(&s, 5, 30, 10);
	assert_int_equal(next(&s).what, SYNC_ANCHOR);
	assert_int_equal(s.head, 30);
	assert_int_equal(sync_checked(&s, true, hash_of(3, 1), &now), SYNC_GO_ON); /* too late */
	assert_int_equal(s.acked, 5);
}

static void test_every_kind_has_its_words(void **state)
{
	(void)state;
	for (int k = SYNC_ACKED; k <= SYNC_NONSENSE; k++)
		assert_true(strlen(sync_kind_text((enum sync_kind)k)) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_send_waits_for_events),
		cmocka_unit_test(test_batches_until_the_head),
		cmocka_unit_test(test_a_backlog_of_more_than_a_batch_is_offline),
		cmocka_unit_test(test_proved_by_another_way),
		cmocka_unit_test(test_a_lying_hash_of_what_was_sent),
		cmocka_unit_test(test_a_part_was_stored),
		cmocka_unit_test(test_a_part_was_stored_with_another_hash),
		cmocka_unit_test(test_more_was_stored_than_sent),
		cmocka_unit_test(test_acked_out_of_range),
		cmocka_unit_test(test_nothing_was_stored),
		cmocka_unit_test(test_a_twins_events_lead_to_a_fork),
		cmocka_unit_test(test_a_twins_events_beyond_our_head),
		cmocka_unit_test(test_a_liar_beyond_our_head),
		cmocka_unit_test(test_gap_rewinds),
		cmocka_unit_test(test_gap_where_none_can_be),
		cmocka_unit_test(test_gap_below_the_anchor),
		cmocka_unit_test(test_answers_to_an_anchor),
		cmocka_unit_test(test_fork_seals_once),
		cmocka_unit_test(test_forks_without_end),
		cmocka_unit_test(test_too_large_halves_down_to_one),
		cmocka_unit_test(test_batches_grow_back),
		cmocka_unit_test(test_one_large_event_among_small_ones),
		cmocka_unit_test(test_busy_waits_as_told_and_a_little_more),
		cmocka_unit_test(test_failures_and_who_has_to_mend_them),
		cmocka_unit_test(test_nothing_could_be_sent),
		cmocka_unit_test(test_backoff_is_full_jitter),
		cmocka_unit_test(test_what_is_not_set_has_its_usual_value),
		cmocka_unit_test(test_a_new_beginning_forgets_what_was_in_doubt),
		cmocka_unit_test(test_stations_do_not_come_back_together),
		cmocka_unit_test(test_what_a_journal_knows_is_bounded),
		cmocka_unit_test(test_every_kind_has_its_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
