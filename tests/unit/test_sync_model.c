/* test_sync_model.c - the line to headquarters against a model of headquarters in virtual time: it
 * stores in part, loses replies, is restored from old copies, lies, refuses, is busy; the station
 * loses its tail of acknowledgements, removes old events, and has a twin. Whatever happens: every
 * event is there in the end, once in effect; `acked` is never more than headquarters had; nothing
 * storms. A failure prints its seed: run with SYNC_SEED=N. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "station/sync.h"

#define EVENTS	 2000 /* most of one history */
#define JOURNALS 12   /* of both twins and their children */
#define BACKOFF	 1000u
#define CAP	 60000u

/* An event is its first id; its hash says all that is before it. */
struct history {
	uint32_t count;
	uint32_t id[EVENTS];
	uint64_t hash[EVENTS];
};

struct station {
	struct sync s;
	struct history *own;
	int journal;
	uint64_t anchor;
	uint64_t kept; /* what its journal knows to be acknowledged */
	uint64_t had;  /* most of its history that headquarters ever had */
};

static struct history store[2 * JOURNALS], copy[JOURNALS];
static int journals;
static struct station station[2];
static uint32_t ids;
static uint64_t seed, random_state;
static struct moment now;
static bool has_twin;

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

#define expect(what)                                                                               \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			print_error("SYNC_SEED=%llu: ", (unsigned long long)seed);                 \
			fail_msg("%s", #what);                                                     \
		}                                                                                  \
	} while (0)

static void add(struct history *h, uint32_t id)
{
	uint64_t prev = h->count ? h->hash[h->count - 1] : 0;

	expect(h->count < EVENTS);
	h->id[h->count] = id;
	h->hash[h->count++] = (prev + id) * 0x9e3779b97f4a7c15u ^ prev >> 7;
}

static void wire(uint64_t hash, uint8_t out[EVENT_HASH])
{
	memset(out, 0, EVENT_HASH);
	memcpy(out, &hash, sizeof(hash));
}

/* --- headquarters --- */

struct request {
	int journal;
	bool anchor;
	uint64_t from, to;
	const struct history *of;
};

static void note_had(int journal)
{
	const struct history *h = &store[journal];

	for (int n = 0; n < 2; n++) {
		struct station *st = &station[n];
		uint64_t same = 0;

		while (st->journal == journal && same < h->count && same < st->own->count &&
		       h->hash[same] == st->own->hash[same])
			same++;
		st->had = same > st->had ? same : st->had;
	}
}

/* Takes `most` events of it; what a correct headquarters answers. */
static struct sync_answer take(const struct request *r, uint64_t most)
{
	struct history *h = &store[r->journal];
	struct sync_answer a = {.kind = SYNC_ACKED};

	if (!r->anchor && r->from > h->count + 1u) {
		a.kind = SYNC_GAP;
		a.acked = h->count;
		return a;
	}
	for (uint64_t seq = r->from; seq <= r->to && seq <= h->count; seq++)
		if (h->hash[seq - 1] != r->of->hash[seq - 1])
			a.kind = SYNC_FORK;
	if (!r->anchor && r->from > 1 && r->from <= h->count + 1u &&
	    h->hash[r->from - 2] != r->of->hash[r->from - 2])
		a.kind = SYNC_FORK;
	if (a.kind == SYNC_FORK)
		return a;
	if (r->anchor && h->count < r->to) { /* a named hole; the anchor's hash is all that is had
					      */
		memcpy(h, r->of, sizeof(*h));
		h->count = (uint32_t)r->to;
	}
	for (uint64_t seq = h->count + 1u; seq <= r->to && most; seq++, most--)
		add(h, r->of->id[seq - 1]);
	note_had(r->journal);
	a.acked = h->count;
	if (h->count)
		wire(h->hash[h->count - 1], a.hash);
	return a;
}

static struct sync_answer lie(const struct request *r)
{
	struct sync_answer a = {.kind = draw(2) ? SYNC_ACKED : SYNC_GAP};

	a.acked = draw(3) ? draw(r->of->count + 100u) : r->to;
	wire(draw(UINT64_MAX), a.hash);
	if (draw(20) == 0)
		a.acked = UINT64_MAX;
	return a;
}

/* One request, `trouble` of a hundred go wrong. */
static struct sync_answer headquarters(const struct request *r, unsigned trouble)
{
	static const enum sync_kind failures[] = {SYNC_DENIED, SYNC_REFUSED, SYNC_SERVER,
						  SYNC_LINE,   SYNC_TLS,     SYNC_NONSENSE};
	struct sync_answer a = {.kind = SYNC_BUSY};

	if (draw(100) >= trouble)
		return take(r, UINT64_MAX);
	switch (draw(8)) {
	case 0: /* nothing arrived */
		a.kind = failures[draw(6)];
		return a;
	case 1: /* the reply was lost */
		(void)take(r, UINT64_MAX);
		a.kind = SYNC_LINE;
		return a;
	case 2: /* in part */
		return take(r, draw(r->to - r->from + 2));
	case 3:
		a.retry_after_ms = draw(2) ? 0 : draw(600000);
		return a;
	case 4:
		a.kind = SYNC_TOO_LARGE;
		return a;
	case 5: /* restored from an older copy; with a twin, whose events then take the place of
		   those that were lost, some are lost for good */
		if (!has_twin)
			store[r->journal] = copy[r->journal];
		return take(r, UINT64_MAX);
	case 6: /* the copy is made */
		copy[r->journal] = store[r->journal];
		return take(r, UINT64_MAX);
	default:
		return lie(r);
	}
}

/* --- the station --- */

static void seal(struct station *st)
{
	const struct history *old = st->own;
	int child = ++journals;

	expect(child < JOURNALS);
	st->own = &store[JOURNALS + child];
	st->journal = child;
	memset(st->own, 0, sizeof(*st->own));
	for (uint64_t seq = st->s.acked + 1; seq <= old->count; seq++)
		add(st->own, old->id[seq - 1]);
	add(st->own, ++ids); /* journal.opened, the order does not matter here */
	st->anchor = st->kept = st->had = 0;
	sync_begin(&st->s, 0, 0, st->own->count);
}

static void obey(struct station *st, enum sync_verdict verdict)
{
	uint8_t hash[EVENT_HASH] = {0};
	bool found;

	if (verdict == SYNC_CHECK) {
		found = st->s.check <= st->own->count && st->s.check >= st->anchor;
		if (found)
			wire(st->own->hash[st->s.check - 1], hash);
		verdict = sync_checked(&st->s, found, hash, &now);
		expect(verdict == SYNC_STORED || verdict == SYNC_GO_ON);
	}
	switch (verdict) {
	case SYNC_STORED:
		expect(st->s.acked <= st->had);
		st->kept = st->s.acked;
		break;
	case SYNC_SEAL:
		seal(st);
		break;
	case SYNC_GO_ON:
	case SYNC_CHECK:
		break;
	}
}

/* Asks, sends, takes the answer. Returns false when there is nothing to do before *until. */
static bool turn(struct station *st, unsigned trouble, uint64_t *until)
{
	struct sync_order o = sync_next(&st->s, &now);
	struct request r = {st->journal, o.what == SYNC_ANCHOR, o.from, o.from + o.count - 1,
			    st->own};
	struct sync_answer a;
	uint8_t hash[EVENT_HASH];
	uint64_t waited;

	*until = o.until_ms;
	if (o.what == SYNC_WAIT)
		return false;
	expect(o.from >= 1 && o.count >= 1 && r.to <= st->own->count);
	expect(r.anchor ? o.from == st->anchor : o.from > st->anchor);
	wire(st->own->hash[r.to - 1], hash);
	sync_sent(&st->s, o.what, r.from, r.to, hash);
	a = headquarters(&r, trouble);
	obey(st, sync_reply(&st->s, &a, &now));
	waited = st->s.not_before > now.mono_ms ? st->s.not_before - now.mono_ms : 0;
	expect(waited <= CAP + (a.kind == SYNC_BUSY ? a.retry_after_ms : 0));
	return true;
}

/* What happens to a station besides. */
static void happen(struct station *st)
{
	switch (draw(12)) {
	case 0: /* a restart; the last acknowledgements were not kept */
		st->kept -= st->kept > st->anchor ? draw(st->kept - st->anchor) : 0;
		sync_begin(&st->s, st->kept, st->anchor, st->own->count);
		break;
	case 1: /* retention */
		if (st->kept > st->anchor && st->kept < st->own->count) {
			st->anchor += draw(st->kept - st->anchor + 1);
			sync_anchor(&st->s, st->anchor);
		}
		break;
	default:
		for (uint64_t n = draw(20); n-- > 0 && st->own->count < EVENTS / 2;)
			add(st->own, ++ids);
		sync_head(&st->s, st->own->count);
		break;
	}
}

static void begin(struct station *st, int n)
{
	struct sync_config config = {.batch_max = 1 + (uint32_t)draw(100),
				     .backoff_ms = BACKOFF,
				     .backoff_cap = CAP,
				     .seed = draw(UINT64_MAX)};

	memset(st, 0, sizeof(*st));
	st->own = &store[JOURNALS + JOURNALS - 1 - n];
	memset(st->own, 0, sizeof(*st->own));
	sync_init(&st->s, &config);
}

/* The second station is the first one's clone: the same journal, the same backlog. */
static void begin_both(bool twin)
{
	memset(store, 0, sizeof(store));
	memset(copy, 0, sizeof(copy));
	has_twin = twin;
	journals = 0;
	ids = 0;
	now.mono_ms = 1000 + draw(100000);
	begin(&station[0], 0);
	begin(&station[1], 1);
	for (uint64_t n = draw(400); n-- > 0;)
		add(station[0].own, ++ids);
	*station[1].own = *station[0].own;
	station[1].journal = twin ? 0 : 1;
	if (!twin) {
		journals = 1;
		station[1].own->count = 0;
		add(station[1].own, ++ids);
	}
	for (int i = 0; i < 2; i++)
		sync_begin(&station[i].s, 0, 0, station[i].own->count);
}

/* --- a run --- */

/* Every event is stored (a named hole counts: the model's anchor brings what is gone); first ids
 * are what counts, so that one stored twice counts once. */
static void expect_all_there(void)
{
	static uint8_t there[200000];

	expect(ids < sizeof(there));
	memset(there, 0, sizeof(there));
	for (int j = 0; j <= journals; j++)
		for (uint32_t i = 0; i < store[j].count; i++)
			there[store[j].id[i]] = 1;
	for (int n = 0; n < 2; n++) {
		const struct station *st = &station[n];

		expect(st->s.acked == st->own->count);
		for (uint32_t i = 0; i < st->own->count; i++)
			expect(store[st->journal].hash[i] == st->own->hash[i]);
	}
	for (uint32_t id = 1; id <= ids; id++)
		expect(there[id]);
}

static void run(bool twin, unsigned trouble)
{
	unsigned at_once = 0;
	uint64_t steps = 0, until[2], end = 0;
	bool quiet = false;

	begin_both(twin);
	while (!quiet) {
		bool busy = false;
		bool calm =
			now.mono_ms > 3600000 || steps > 3000; /* no more trouble from here on */

		expect(++steps < 200000);
		if (calm && !end)
			end = now.mono_ms + 4 * 3600000;
		expect(!end || now.mono_ms < end);
		for (int n = 0; n < 2; n++) {
			if (!calm && draw(3) == 0)
				happen(&station[n]);
			busy = turn(&station[n], calm ? 0 : trouble, &until[n]) || busy;
		}
		/* At one moment: a backlog in batches, halvings, and nothing without end. */
		at_once = busy ? at_once + 1 : 0;
		expect(at_once < 3000);
		if (busy && draw(4))
			continue;
		at_once = 0;
		if (calm && until[0] == MOMENT_NEVER && until[1] == MOMENT_NEVER && !busy)
			quiet = true;
		else if (until[0] != MOMENT_NEVER && (until[0] < until[1] || draw(2)))
			now.mono_ms = until[0] > now.mono_ms ? until[0] : now.mono_ms;
		else if (until[1] != MOMENT_NEVER)
			now.mono_ms = until[1] > now.mono_ms ? until[1] : now.mono_ms;
		else
			now.mono_ms += draw(1000);
	}
	expect_all_there();
}

static void runs(bool twin, unsigned trouble)
{
	const char *one = getenv("SYNC_SEED");
	uint64_t first = one ? strtoull(one, NULL, 10) : 1, last = one ? first : 1500;

	for (seed = first; seed <= last; seed++) {
		random_state = seed * 0x9e3779b97f4a7c15u + trouble;
		run(twin, trouble);
	}
}

static void test_a_good_line(void **state)
{
	(void)state;
	runs(false, 0);
}

static void test_trouble_now_and_then(void **state)
{
	(void)state;
	runs(false, 20);
}

static void test_hardly_anything_works(void **state)
{
	(void)state;
	runs(false, 90);
}

static void test_a_twin(void **state)
{
	(void)state;
	runs(true, 0);
}

static void test_a_twin_and_trouble(void **state)
{
	(void)state;
	runs(true, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_line),
		cmocka_unit_test(test_trouble_now_and_then),
		cmocka_unit_test(test_hardly_anything_works),
		cmocka_unit_test(test_a_twin),
		cmocka_unit_test(test_a_twin_and_trouble),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
