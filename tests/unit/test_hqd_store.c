/* test_hqd_store.c - headquarters' store keeps each event once, to the byte, in one chain a
 * journal, or says what is wrong and keeps nothing. */
#include "hqd_fixture.h"

struct copy {
	char bytes[HQ_BODY];
	size_t len;
	unsigned lines, most;
};

static bool copy_line(void *user, const char *line, size_t len)
{
	struct copy *c = user;

	memcpy(c->bytes + c->len, line, len);
	c->len += len;
	return ++c->lines < c->most;
}

static struct copy *lines_of(struct hq *hq, const char *journal, uint64_t from)
{
	static struct copy c;

	c.len = c.lines = 0;
	c.most = 1000000;
	assert_int_equal(store_lines(hq->s, journal, from, copy_line, &c), 0);
	return &c;
}

static void received_bytes_come_out_again(void **state)
{
	struct hq *hq = *state;
	static char sent[HQ_BODY];
	struct chain *c = &hq->a;
	struct copy *got;
	size_t len, first;

	chain_start(c);
	first = c->len;
	for (int i = 0; i < 100; i++)
		chain_inspect(c, "pass", c->ids > 2 ? c->e.inspection : NULL);
	len = c->len;
	memcpy(sent, c->body, len);
	c->len = len / 2; /* in two parts, the first without its last LF */
	while (sent[c->len - 1] != '\n')
		c->len--;
	store_events(hq->s, HQ_STATION, c->e.journal, sent, c->len - 1, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_ACKED);
	store_events(hq->s, HQ_STATION, c->e.journal, sent + c->len, len - c->len, hq->now,
		     &hq->reply);
	assert_int_equal(hq->reply.acked, 601);
	hq_reopen(hq);
	got = lines_of(hq, c->e.journal, 1);
	assert_int_equal(got->lines, 601);
	assert_int_equal(got->len, len);
	assert_memory_equal(got->bytes, sent, len);
	got = lines_of(hq, c->e.journal, 2);
	assert_int_equal(got->len, len - first);
	assert_memory_equal(got->bytes, sent + first, len - first);
	assert_int_equal(lines_of(hq, c->e.journal, 602)->lines, 0);
	assert_int_equal(lines_of(hq, c->e.journal, UINT64_MAX)->lines, 0);
	got->len = got->lines = 0;
	got->most = 300;
	assert_int_equal(store_lines(hq->s, c->e.journal, 0, copy_line, got), 0);
	assert_int_equal(got->lines, 300);
	assert_int_equal(store_lines(hq->s, hq->b.e.journal, 0, copy_line, got), -ENOENT);
}

static void sending_again_is_harmless(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	size_t len;

	chain_start(c);
	chain_inspect(c, "pass", NULL);
	hq_take(hq, c);
	chain_inspect(c, "fail", c->e.inspection);
	len = c->len;
	hq_take(hq, c);
	c->len = len;
	hq_take(hq, c); /* the same once more */
	c->len = len;
	chain_inspect(c, "pass", c->e.inspection);
	hq_take(hq, c); /* the same with more behind */
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 19);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection"), 3);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM received"), 3);
	/* a part from the middle: what is acknowledged is all there is */
	store_events(hq->s, HQ_STATION, c->e.journal, c->body,
		     (size_t)(strchr(c->body, '\n') - c->body), hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_ACKED);
	assert_int_equal(hq->reply.acked, 19);
}

static void gap_names_what_is_stored(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	c->len = 0;
	chain_inspect(c, "pass", NULL);
	hq_send(hq, c);
	assert_int_equal(hq->reply.what, STORE_GAP);
	assert_int_equal(hq->reply.acked, 0);
	assert_string_equal(hq->reply.why, "event 1 is wanted first");
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM journal"), 0);
	chain_begin(c, HQ_STATION, "aaaaaaaa");
	chain_start(c);
	hq_take(hq, c);
	chain_open(c, NULL);
	c->len = 0;
	chain_answer(c, "usage", "pass");
	hq_send(hq, c);
	assert_int_equal(hq->reply.what, STORE_GAP);
	assert_int_equal(hq->reply.acked, 1);
}

/* A cloned card writes on under the same name. */
static void other_history_is_a_fork_and_remembered_once(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a, *clone = &hq->b;

	chain_start(c);
	hq_take(hq, c);
	memcpy(clone, c, sizeof(*c));
	chain_inspect(c, "pass", NULL);
	hq_take(hq, c);
	clone->ids += 1000;
	chain_inspect(clone, "fail", NULL);
	for (int i = 0; i < 3; i++) {
		size_t len = clone->len;

		hq_send(hq, clone); /* differs from what is there */
		assert_int_equal(hq->reply.what, STORE_FORK);
		assert_int_equal(hq->reply.acked, 7);
		assert_memory_equal(hq->reply.hash, c->e.prev, EVENT_HASH);
		clone->len = len;
	}
	clone->len = 0;
	chain_inspect(clone, "fail", NULL);
	hq_send(hq, clone); /* follows something else than what is there */
	assert_int_equal(hq->reply.what, STORE_FORK);
	assert_int_equal(hq->reply.acked, 7);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM fork"), 2);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 7);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection"), 1);
	chain_inspect(c, "pass", c->e.inspection);
	hq_take(hq, c); /* the first one goes on */
}

/* Also in the middle of a request whose first lines are new. */
static void bad_line_keeps_the_whole_request_out(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_inspect(c, "pass", NULL);
	c->body[c->len - 4] ^= 1;
	hq_send(hq, c);
	assert_int_equal(hq->reply.what, STORE_BAD);
	assert_int_equal(hq->reply.acked, 0);
	assert_string_equal(hq->reply.why, "line 7: this event or the one before was changed");
	assert_int_equal(hq_i64(hq, "SELECT (SELECT count(*) FROM journal) +"
				    " (SELECT count(*) FROM event) + (SELECT count(*) FROM boot)"),
			 0);
	store_events(hq->s, HQ_STATION, "../../etc", "x", 1, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_BAD);
	store_anchor(hq->s, HQ_STATION, "'; DROP TABLE event; --", 1, hq->reply.hash, hq->now,
		     &hq->reply);
	assert_int_equal(hq->reply.what, STORE_BAD);
}

static void journal_belongs_to_the_station_that_began_it(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	uint8_t hash[EVENT_HASH] = {1};

	chain_start(c);
	hq_take(hq, c);
	chain_inspect(c, "pass", NULL);
	store_events(hq->s, "bench-2", c->e.journal, c->body, c->len, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_FOREIGN);
	assert_int_equal(hq->reply.acked, 0); /* tells nothing of another's */
	store_anchor(hq->s, "bench-2", c->e.journal, 99, hash, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_FOREIGN);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 1);
	hq_take(hq, c);
}

static void anchor_makes_a_named_hole_and_the_chain_goes_on(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	uint8_t anchor[EVENT_HASH], wrong[EVENT_HASH] = {7};

	chain_start(c);
	hq_take(hq, c);
	chain_inspect(c, "pass", NULL); /* lost at both ends */
	memcpy(anchor, c->e.prev, EVENT_HASH);
	c->len = 0;
	chain_inspect(c, "fail", c->e.inspection);
	hq_send(hq, c);
	assert_int_equal(hq->reply.what, STORE_GAP);
	store_anchor(hq->s, HQ_STATION, c->e.journal, 7, anchor, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_ACKED);
	assert_int_equal(hq->reply.acked, 7);
	assert_memory_equal(hq->reply.hash, anchor, EVENT_HASH);
	assert_string_equal(hq->reply.why,
			    "a hole: events 2 to 7 are lost here and at the station");
	store_anchor(hq->s, HQ_STATION, c->e.journal, 7, anchor, hq->now, &hq->reply); /* again */
	assert_int_equal(hq->reply.what, STORE_ACKED);
	assert_string_equal(hq->reply.why, "");
	store_anchor(hq->s, HQ_STATION, c->e.journal, 4, wrong, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_ACKED); /* inside the hole: nobody knows */
	store_anchor(hq->s, HQ_STATION, c->e.journal, 7, wrong, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_FORK);
	store_anchor(hq->s, HQ_STATION, c->e.journal, 1, wrong, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_FORK);
	chain_begin(c, HQ_STATION, "aaaaaaaa");
	c->e.seq = 7;
	memcpy(c->e.prev, wrong, EVENT_HASH);
	chain_inspect(c, "pass", NULL);
	hq_send(hq, c);
	assert_int_equal(hq->reply.what, STORE_FORK); /* does not follow the anchor */
	chain_begin(c, HQ_STATION, "aaaaaaaa");
	c->e.seq = 7;
	memcpy(c->e.prev, anchor, EVENT_HASH);
	chain_inspect(c, "pass", NULL);
	hq_take(hq, c);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM hole WHERE first = 2 AND last = 7"), 1);
}

/* Headquarters lost everything, or never had it. */
static void anchor_may_begin_a_journal(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	struct store_numbers n;
	struct copy *got;

	chain_start(c);
	chain_inspect(c, "pass", NULL);
	c->len = 0;
	store_anchor(hq->s, HQ_STATION, c->e.journal, 0, c->e.prev, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_BAD);
	store_anchor(hq->s, HQ_STATION, c->e.journal, UINT64_C(1) << 40, c->e.prev, hq->now,
		     &hq->reply);
	assert_int_equal(hq->reply.what, STORE_BAD);
	store_anchor(hq->s, HQ_STATION, c->e.journal, c->e.seq, c->e.prev, hq->now, &hq->reply);
	assert_int_equal(hq->reply.what, STORE_ACKED);
	chain_inspect(c, "fail", c->e.inspection);
	hq_take(hq, c);
	assert_int_equal(store_numbers(hq->s, &n), 0);
	assert_int_equal(n.events, 6);
	assert_int_equal(n.holes, 1);
	got = lines_of(hq, c->e.journal, 1);
	assert_int_equal(got->lines, 6);
}

/* A run that reaches back into a hole is measured by where the hole ends. */
static void run_across_a_hole_must_meet_its_end(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a, *clone = &hq->b;
	uint64_t seq;

	chain_start(c);
	hq_take(hq, c);
	memcpy(clone, c, sizeof(*c));
	chain_inspect(c, "pass", NULL);
	store_anchor(hq->s, HQ_STATION, c->e.journal, c->e.seq, c->e.prev, hq->now, &hq->reply);
	seq = c->e.seq;
	chain_inspect(c, "pass", c->e.inspection);
	clone->ids += 1000;
	chain_inspect(clone, "fail", NULL);
	chain_inspect(clone, "fail", clone->e.inspection);
	hq_send(hq, clone);
	assert_int_equal(hq->reply.what, STORE_FORK);
	assert_int_equal(hq->reply.acked, seq);
	hq_take(hq, c);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 7);
}

static void station_has_a_bounded_number_of_journals(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;
	enum store_what what = STORE_ACKED;
	unsigned n = 0;
	sqlite3 *db;

	chain_start(c);
	hq_take(hq, c);
	assert_int_equal(sqlite3_open(hq->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM"
			     " n WHERE i < 4094) INSERT INTO journal(uuid, station, head,"
			     " hash, known, holed, kin, received) SELECT 'x' || i, 'bench-1',"
			     " 0, zeroblob(32), 0, 0, 0, 0 FROM n",
			     NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	for (; what == STORE_ACKED && n < 10; n++) {
		char prefix[9];

		snprintf(prefix, sizeof(prefix), "c%07u", n);
		chain_begin(c, HQ_STATION, prefix);
		chain_start(c);
		hq_send(hq, c);
		what = hq->reply.what;
	}
	assert_int_equal(n, 2);
	assert_int_equal(what, STORE_BAD);
	chain_start(&hq->b);
	hq_take(hq, &hq->b); /* another station's */
}

static bool collect(void *user, const struct store_journal *j)
{
	struct store_journal *into = user;

	into[j->station[6] == '1' ? 0 : 1] = *j;
	return true;
}

static void journals_and_numbers_are_told(void **state)
{
	struct hq *hq = *state;
	struct store_journal j[2];
	struct store_numbers n;

	assert_int_equal(store_numbers(hq->s, &n), 0);
	assert_int_equal(n.events + n.journals + n.expected, 0);
	chain_start(&hq->a);
	chain_inspect(&hq->a, "pass", NULL);
	hq_take(hq, &hq->a);
	chain_start(&hq->b);
	text_copy(hq->b.e.label, sizeof(hq->b.e.label), "RAB10000002I");
	chain_inspect(&hq->b, "fail", NULL);
	chain_open(&hq->b, NULL);
	hq_take(hq, &hq->b);
	assert_int_equal(store_numbers(hq->s, &n), 0);
	assert_int_equal(n.journals, 2);
	assert_int_equal(n.events, 15);
	assert_int_equal(n.inspections, 3);
	assert_int_equal(n.passed, 1);
	assert_int_equal(n.failed, 1);
	assert_int_equal(n.set_aside + n.conflicts + n.forks + n.holes, 0);
	assert_int_equal(store_journals(hq->s, collect, j), 0);
	assert_string_equal(j[0].uuid, hq->a.e.journal);
	assert_int_equal(j[0].head, 7);
	assert_memory_equal(j[0].hash, hq->a.e.prev, EVENT_HASH);
	assert_string_equal(j[0].parent, "");
	assert_string_equal(j[1].uuid, hq->b.e.journal);
	assert_int_equal(j[1].head, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		hq_test(received_bytes_come_out_again),
		hq_test(sending_again_is_harmless),
		hq_test(gap_names_what_is_stored),
		hq_test(other_history_is_a_fork_and_remembered_once),
		hq_test(bad_line_keeps_the_whole_request_out),
		hq_test(journal_belongs_to_the_station_that_began_it),
		hq_test(anchor_makes_a_named_hole_and_the_chain_goes_on),
		hq_test(anchor_may_begin_a_journal),
		hq_test(run_across_a_hole_must_meet_its_end),
		hq_test(station_has_a_bounded_number_of_journals),
		hq_test(journals_and_numbers_are_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
