/* test_hqd_project.c - what headquarters makes of the events: inspections, the outcome of a unit,
 * what contradicts it, what it can't interpret; each event once, its time put right. */
#include "hqd_fixture.h"

#define ONE_OF(hq, what) hq_text(hq, "SELECT " what " FROM inspection")

static void assert_nothing_odd(struct hq *hq)
{
	assert_string_equal(hq_text(hq, "SELECT group_concat(why) FROM set_aside"), "null");
	assert_string_equal(hq_text(hq, "SELECT group_concat(why) FROM conflict"), "null");
}

static void inspection_is_told_from_its_events(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_open(c, NULL);
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "state || ' ' || label || ' ' || line || '/' || unit"),
			    "open " HQ_LABEL " 1/1");
	assert_string_equal(ONE_OF(hq, "opened_clock || ' ' || opened_at"),
			    "trusted 1795420742000");
	chain_answer(c, "appearance", "fail");
	chain_add(c, EVENT_REASON_GIVEN, "{\"step\":\"appearance\",\"code\":\"SCRATCH\"}");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "reasons"), "appearance:SCRATCH");
	chain_add(c, EVENT_STEP_WITHDRAWN, "{\"step\":\"appearance\",\"answer\":\"fail\"}");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "reasons"), "");
	chain_answer(c, "appearance", "fail");
	chain_add(c, EVENT_REASON_GIVEN, "{\"step\":\"appearance\",\"code\":\"DENT\"}");
	chain_answer(c, "accessories", "pass");
	chain_answer(c, "usage", "fail");
	chain_add(c, EVENT_REASON_GIVEN, "{\"step\":\"usage\",\"code\":\"UNSPECIFIED\"}");
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "fail");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "reasons"), "appearance:DENT usage:UNSPECIFIED");
	assert_string_equal(ONE_OF(hq, "state || ' ' || verdict || ' ' || provisional"),
			    "closed fail 1");
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM outcome"), 0); /* only a final acts */
	chain_verdict(c, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, c);
	assert_string_equal(
		ONE_OF(hq, "state || ' ' || verdict || ' ' || provisional || ' ' || by"),
		"final fail 0 B7");
	assert_string_equal(hq_text(hq, "SELECT label || ' ' || verdict FROM outcome"),
			    HQ_LABEL " fail");
	assert_nothing_odd(hq);
}

static void reopened_and_abandoned_leave_no_verdict(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_open(c, NULL);
	chain_answer(c, "usage", "pass");
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass");
	chain_add(c, EVENT_INSPECTION_REOPENED, "{\"step\":\"usage\"}");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "state || verdict || closed_at"), "open0");
	chain_answer(c, "usage", "fail");
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "fail");
	chain_add(c, EVENT_INSPECTION_ABANDONED, "{}");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "state || verdict"), "abandoned");
	chain_open(c, NULL);
	chain_add(c, EVENT_INSPECTION_ABANDONED, "{}");
	hq_take(hq, c);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE state = 'abandoned'"),
			 2);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM outcome"), 0);
	assert_nothing_odd(hq);
}

/* Real shifts, as stations exported them. */
static void real_shifts_leave_nothing_aside(void **state)
{
	static const char *const files[] = {"tests/replay/export-shift.jsonl",
					    "tests/replay/export-refuse.jsonl"};
	struct hq *hq = *state;
	static char body[HQ_BODY];
	char journal[EVENT_UUID + 1];

	for (size_t i = 0; i < 2; i++) {
		FILE *f = fopen(files[i], "re");
		unsigned final = 0;
		size_t len;

		assert_non_null(f);
		len = fread(body, 1, sizeof(body) - 1, f);
		fclose(f);
		body[len] = '\0';
		memcpy(journal, strstr(body, "\"journal\":\"") + 11, EVENT_UUID);
		journal[EVENT_UUID] = '\0';
		store_events(hq->s, HQ_STATION, journal, body, len, hq->now, &hq->reply);
		if (hq->reply.what != STORE_ACKED)
			fail_msg("%s: %s", files[i], hq->reply.why);
		for (const char *at = body; (at = strstr(at, "\"inspection.final\"")); at++)
			final++;
		assert_true(final > 0);
		assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE state = 'final'"
					    " AND journal = (SELECT max(no) FROM journal)"),
				 final);
	}
	assert_string_equal(hq_text(hq, "SELECT group_concat(why) FROM set_aside"), "null");
}

/* --- outcomes --- */

static void first_final_received_makes_the_outcome_F2(void **state)
{
	struct hq *hq = *state;

	chain_start(&hq->a);
	chain_start(&hq->b);
	chain_inspect(&hq->b, "fail", NULL); /* earlier, but it comes later */
	chain_inspect(&hq->a, "pass", NULL);
	hq_take(hq, &hq->a);
	hq_take(hq, &hq->b);
	assert_string_equal(hq_text(hq, "SELECT verdict || ' ' || inspection FROM outcome"),
			    "pass aaaaaaaa-0000-7000-8000-000000000002");
	assert_string_equal(hq_text(hq, "SELECT inspection || ' ' || against FROM conflict"),
			    "bbbbbbbb-0000-7000-8000-000000000002"
			    " aaaaaaaa-0000-7000-8000-000000000002");
	assert_string_equal(hq_text(hq, "SELECT why FROM conflict"),
			    "a second verdict that does not supersede the first");
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE state = 'final'"), 2);
}

static void superseding_inspection_replaces_the_outcome_F2(void **state)
{
	struct hq *hq = *state;
	char first[EVENT_UUID + 1];

	chain_start(&hq->a);
	chain_start(&hq->b);
	chain_inspect(&hq->a, "pass", NULL);
	memcpy(first, hq->a.e.inspection, sizeof(first));
	hq_take(hq, &hq->a);
	chain_inspect(&hq->b, "fail", first);
	hq_take(hq, &hq->b);
	assert_string_equal(hq_text(hq, "SELECT verdict FROM outcome"), "fail");
	assert_nothing_odd(hq);
	chain_inspect(&hq->a, "pass", first); /* does not know of the second */
	hq_take(hq, &hq->a);
	assert_string_equal(hq_text(hq, "SELECT verdict FROM outcome"), "fail");
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM conflict"), 1);
}

/* A bench without a list opens "the" unit; it is the only one of its return. */
static void unit_without_a_list_is_the_only_one_F2(void **state)
{
	struct hq *hq = *state;

	chain_start(&hq->a);
	chain_start(&hq->b);
	hq->a.e.line = hq->a.e.unit = 0;
	chain_inspect(&hq->a, "pass", NULL);
	hq_take(hq, &hq->a);
	chain_inspect(&hq->b, "fail", NULL);
	hq_take(hq, &hq->b);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM conflict"), 1);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM outcome"), 1);
}

static void units_of_one_return_are_apart(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_inspect(c, "pass", NULL);
	c->e.unit = 2;
	chain_inspect(c, "fail", NULL);
	c->e.line = 2;
	chain_inspect(c, "pass", NULL);
	hq_take(hq, c);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM outcome"), 3);
	assert_nothing_odd(hq);
}

static void changing_a_final_is_a_conflict_never_a_reversal(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_inspect(c, "pass", NULL);
	chain_add(c, EVENT_INSPECTION_REOPENED, "{\"step\":\"usage\"}");
	chain_verdict(c, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "state || ' ' || verdict"), "final pass");
	assert_string_equal(hq_text(hq, "SELECT verdict FROM outcome"), "pass");
	assert_string_equal(hq_text(hq, "SELECT group_concat(why) FROM conflict"),
			    "reopened after its final,a second final of one inspection");
}

/* --- set aside --- */

static void assert_aside(struct hq *hq, const char *why)
{
	hq_take(hq, &hq->a);
	assert_string_equal(hq_text(hq, "SELECT group_concat(why) FROM set_aside"), why);
	store_close(hq->s);
	assert_int_equal(unlink(hq->path), 0);
	hq_open(hq);
	chain_begin(&hq->a, HQ_STATION, "aaaaaaaa");
	chain_start(&hq->a);
}

static void what_makes_no_sense_is_stored_and_set_aside(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_answer(c, "usage", "pass");
	assert_aside(hq, "no inspection or label");
	memcpy(c->e.inspection, c->e.id, sizeof(c->e.id));
	chain_answer(c, "usage", "pass");
	assert_aside(hq, "of an inspection that was not opened");
	chain_open(c, NULL);
	chain_answer(c, "smell", "pass");
	assert_aside(hq, "no step that is known");
	chain_open(c, NULL);
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "maybe");
	assert_aside(hq, "no verdict that is known");
	chain_open(c, NULL);
	chain_verdict(c, EVENT_INSPECTION_FINAL, "pass");
	assert_aside(hq, "final, but it was not closed");
	chain_open(c, NULL);
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass");
	chain_verdict(c, EVENT_INSPECTION_FINAL, "fail");
	assert_aside(hq, "final with another verdict than it was closed with");
	chain_open(c, NULL);
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass");
	chain_answer(c, "usage", "pass");
	assert_aside(hq, "a step of an inspection that is not open");
	chain_open(c, NULL);
	chain_add(c, EVENT_INSPECTION_REOPENED, "{\"step\":\"usage\"}");
	assert_aside(hq, "reopened, but it was not closed");
	chain_inspect(c, "pass", NULL);
	chain_add(c, EVENT_INSPECTION_ABANDONED, "{}");
	assert_aside(hq, "abandoned, but it was over");
	chain_open(c, NULL);
	c->e.unit = 2;
	chain_answer(c, "usage", "pass");
	assert_aside(hq, "another label or unit than its inspection was opened for");
	memcpy(c->e.inspection, c->e.boot, sizeof(c->e.boot));
	chain_add(c, EVENT_INSPECTION_OPENED, "{\"origin\":7}");
	assert_aside(hq, "an inspection that does not bear the id of its opening");
}

/* The line of an event that this version can't write. */
static void chain_rewrite(struct chain *c, const char *old, const char *new)
{
	char *line = c->body + c->len - 1, *at;
	size_t rest;

	while (line > c->body && line[-1] != '\n')
		line--;
	at = strstr(line, old);
	assert_non_null(at);
	rest = c->len - (size_t)(at - c->body) - strlen(old);
	memmove(at + strlen(new), at + strlen(old), rest);
	memcpy(at, new, strlen(new));
	c->len += strlen(new) - strlen(old);
	event_hash(line, c->len - 1 - (size_t)(line - c->body), c->e.prev);
}

static void what_is_newer_is_stored_and_set_aside(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_open(c, NULL);
	chain_rewrite(c, "inspection.opened", "inspection.weighed");
	assert_aside(hq, "unknown kind inspection.weighed");
	chain_open(c, NULL);
	chain_rewrite(c, "{\"v\":1", "{\"v\":2");
	assert_aside(hq, "an event of a newer version");
}

static void other_stations_inspection_is_out_of_reach(void **state)
{
	struct hq *hq = *state;

	chain_start(&hq->a);
	chain_start(&hq->b);
	chain_open(&hq->b, NULL);
	chain_verdict(&hq->b, EVENT_INSPECTION_CLOSED, "fail");
	hq_take(hq, &hq->b);
	memcpy(hq->a.e.inspection, hq->b.e.inspection, sizeof(hq->a.e.inspection));
	chain_verdict(&hq->a, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, &hq->a);
	assert_string_equal(hq_text(hq, "SELECT why FROM set_aside"),
			    "an inspection of another station");
	assert_string_equal(ONE_OF(hq, "state"), "closed");
	chain_verdict(&hq->b, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, &hq->b);
	assert_string_equal(ONE_OF(hq, "state"), "final");
}

/* What was opened behind a hole: its final says enough. */
static void final_behind_a_hole_counts(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	chain_start(c);
	chain_open(c, NULL);
	chain_answer(c, "usage", "fail");
	store_anchor(hq->s, HQ_STATION, c->e.journal, c->e.seq, c->e.prev, hq->now, &hq->reply);
	c->len = 0;
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "fail");
	chain_verdict(c, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "state || ' ' || verdict || ' ' || by || ' ' || label"),
			    "final fail B7 " HQ_LABEL);
	assert_string_equal(ONE_OF(hq, "opened_clock || closed_clock || final_clock"), "trusted");
	assert_string_equal(hq_text(hq, "SELECT verdict FROM outcome"), "fail");
}

/* --- parents and children --- */

static void chain_child(struct chain *child, const struct chain *parent, const char *station)
{
	char data[256], hash[2 * EVENT_HASH + 1];
	struct text t = text_over(hash, sizeof(hash));

	text_hex(&t, parent->e.prev, EVENT_HASH);
	snprintf(data, sizeof(data),
		 "{\"parent\":{\"journal\":\"%s\",\"seq\":%llu,\"hash\":\"%s\"},\"why\":\"fork\"}",
		 parent->e.journal, (unsigned long long)parent->e.seq, hash);
	chain_begin(child, station, "cccccccc");
	chain_add(child, EVENT_JOURNAL_OPENED, data);
}

/* Writes an event again as the child does: same inspection, its first id as origin. */
static void chain_again(struct chain *c, enum event_kind kind, const char *origin, const char *rest)
{
	char data[256];

	snprintf(data, sizeof(data), "{\"origin\":\"%s\"%s%s}", origin, *rest ? "," : "", rest);
	chain_add(c, kind, data);
}

/* The open inspection and what was not acknowledged come again under new ids. */
static void events_of_a_forked_journal_count_once(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a, *child = &hq->b;
	char opened[EVENT_UUID + 1], answered[EVENT_UUID + 1];

	chain_start(c);
	chain_open(c, NULL);
	memcpy(opened, c->e.id, sizeof(opened));
	chain_answer(c, "appearance", "fail");
	memcpy(answered, c->e.id, sizeof(answered));
	chain_add(c, EVENT_REASON_GIVEN, "{\"step\":\"appearance\",\"code\":\"SCRATCH\"}");
	hq_take(hq, c); /* the acknowledgement of it was lost on the way */
	chain_child(child, c, HQ_STATION);
	memcpy(child->e.inspection, opened, sizeof(opened));
	chain_again(child, EVENT_INSPECTION_OPENED, opened, "\"supersedes\":null");
	chain_again(child, EVENT_STEP_ANSWERED, answered,
		    "\"step\":\"appearance\",\"answer\":\"fail\"");
	chain_again(child, EVENT_REASON_GIVEN, c->e.id,
		    "\"step\":\"appearance\",\"code\":\"SCRATCH\"");
	chain_answer(child, "accessories", "pass");
	chain_answer(child, "usage", "pass");
	chain_verdict(child, EVENT_INSPECTION_CLOSED, "fail");
	chain_verdict(child, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, child);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM event"), 12);
	assert_string_equal(ONE_OF(hq, "state || ' ' || verdict || ' ' || reasons"),
			    "final fail appearance:SCRATCH");
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection"), 1);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM outcome"), 1);
	assert_nothing_odd(hq);
	assert_string_equal(hq_text(hq, "SELECT parent || ' ' || parent_seq || ' ' || why FROM"
					" journal WHERE parent IS NOT NULL"),
			    "aaaaaaaa-0000-7000-8000-000000000000 4 fork");
}

/* Headquarters never had what the child brings: it is new under its first id, and the parent, when
 * it comes after all (from a copy), brings nothing new. */
static void child_may_come_before_its_parent(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a, *child = &hq->b;
	char opened[EVENT_UUID + 1], closed[EVENT_UUID + 1], final[EVENT_UUID + 1];

	chain_start(c);
	chain_child(child, c, HQ_STATION);
	chain_open(c, NULL);
	memcpy(opened, c->e.id, sizeof(opened));
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass");
	memcpy(closed, c->e.id, sizeof(closed));
	chain_verdict(c, EVENT_INSPECTION_FINAL, "pass");
	memcpy(final, c->e.id, sizeof(final));
	memcpy(child->e.inspection, opened, sizeof(opened));
	chain_again(child, EVENT_INSPECTION_OPENED, opened, "\"supersedes\":null");
	chain_again(child, EVENT_INSPECTION_CLOSED, closed, "\"verdict\":\"pass\"");
	chain_again(child, EVENT_INSPECTION_FINAL, final, "\"verdict\":\"pass\"");
	hq_take(hq, child);
	assert_string_equal(ONE_OF(hq, "id || ' ' || state"),
			    "aaaaaaaa-0000-7000-8000-000000000002 final");
	hq_take(hq, c);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection"), 1);
	assert_nothing_odd(hq);
}

/* A card was cloned while an inspection was open, and both boards finished it. */
static void both_halves_of_a_clone_are_heard(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a, *child = &hq->b;

	chain_start(c);
	chain_open(c, NULL);
	hq_take(hq, c);
	chain_child(child, c, HQ_STATION);
	memcpy(child->e.inspection, c->e.inspection, sizeof(c->e.inspection));
	chain_again(child, EVENT_INSPECTION_OPENED, c->e.id, "\"supersedes\":null");
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass");
	chain_verdict(c, EVENT_INSPECTION_FINAL, "pass");
	hq_take(hq, c);
	chain_verdict(child, EVENT_INSPECTION_CLOSED, "fail");
	chain_verdict(child, EVENT_INSPECTION_FINAL, "fail");
	hq_take(hq, child);
	assert_string_equal(ONE_OF(hq, "state || ' ' || verdict"), "final pass");
	assert_string_equal(hq_text(hq, "SELECT group_concat(why) FROM conflict"),
			    "a second final of one inspection");
}

/* Another station can't take a journal's events for its own, nor silence them. */
static void child_of_another_stations_journal_is_no_kin(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a, *thief = &hq->b;

	chain_start(c);
	chain_open(c, NULL);
	hq_take(hq, c);
	chain_child(thief, c, "bench-2");
	hq_uuid(thief->e.inspection, "aaaaaaaa", c->ids + 1);
	chain_again(thief, EVENT_STEP_ANSWERED, thief->e.inspection,
		    "\"step\":\"usage\",\"answer\":\"pass\"");
	hq_take(hq, thief);
	assert_int_equal(hq_i64(hq, "SELECT kin FROM journal WHERE station = 'bench-1'"), 0);
	chain_add(c, EVENT_REASON_GIVEN, "{\"step\":\"usage\",\"code\":\"HEARD\"}");
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "reasons"), "usage:HEARD");
}

/* --- times --- */

static void clock_off(struct chain *c, int64_t wall)
{
	c->e.at.trusted = false;
	c->e.at.wall_ms = wall;
}

/* The board began in 1970; a time source spoke in the middle of its second inspection. */
static void times_of_a_boot_are_put_right_F1(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	clock_off(c, 0);
	chain_start(c); /* mono 6000 */
	chain_inspect(c, "pass", NULL);
	chain_open(c, c->e.inspection);
	hq_take(hq, c);
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE untimed IS NOT NULL"),
			 2);
	assert_string_equal(hq_text(hq, "SELECT final_clock || ' ' || final_after || ' ' ||"
					" (final_before = 1795420800000) FROM inspection"
					" WHERE state = 'final'"),
			    "interval 0 1");
	c->e.at.trusted = true;
	c->e.at.wall_ms = HQ_NOW; /* at mono 13000: opened at 7000, final at 12000 */
	chain_add(c, EVENT_CLOCK_STEPPED, "{\"by_ms\":1795420792000}"); /* mono 14000 */
	hq_take(hq, c);
	assert_string_equal(hq_text(hq, "SELECT opened_clock || ' ' || opened_at || ' ' ||"
					" final_clock || ' ' || final_at FROM inspection"
					" WHERE state = 'final'"),
			    "corrected 1795420794000 corrected 1795420799000");
	assert_string_equal(hq_text(hq, "SELECT opened_clock || ' ' || opened_at FROM inspection"
					" WHERE state = 'open'"),
			    "corrected 1795420800000");
	assert_int_equal(hq_i64(hq, "SELECT count(*) FROM inspection WHERE untimed IS NOT NULL"),
			 0);
	clock_off(c, 0); /* lost again: counted on from the last that was sure */
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass");
	hq_take(hq, c);
	assert_string_equal(hq_text(hq, "SELECT closed_clock || ' ' || closed_at FROM inspection"
					" WHERE state = 'closed'"),
			    "corrected 1795420802000");
}

/* In one request, too. */
static void times_are_put_right_within_one_request_F1(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	clock_off(c, 0);
	chain_start(c);
	chain_inspect(c, "pass", NULL);
	c->e.at.trusted = true;
	c->e.at.wall_ms = HQ_NOW;
	chain_add(c, EVENT_CLOCK_STEPPED, "{\"by_ms\":1}");
	hq_uuid(c->e.boot, "b0b0b0b0", 2); /* and then a boot that never knew the time */
	clock_off(c, HQ_NOW - 1000);
	c->e.at.mono_ms = 0;
	hq->now = HQ_NOW + 60000;
	chain_inspect(c, "pass", c->e.inspection);
	hq_take(hq, c);
	assert_string_equal(hq_text(hq, "SELECT group_concat(final_clock || ' ' || (final_at / 1000"
					" % 100000)) FROM inspection"),
			    "corrected 20800,interval 20805");
	assert_string_equal(hq_text(hq, "SELECT opened_at || ' ' || opened_after || ' ' ||"
					" opened_before FROM inspection WHERE untimed NOT NULL"),
			    "1795420801000 1795420801000 1795420860000");
}

/* A power cut inside an inspection: its moments are of two boots. */
static void moments_of_two_boots_are_put_right_each_F1(void **state)
{
	struct hq *hq = *state;
	struct chain *c = &hq->a;

	clock_off(c, 0);
	chain_start(c);
	chain_open(c, NULL);
	hq_take(hq, c);
	hq_uuid(c->e.boot, "b0b0b0b0", 2);
	c->e.at.mono_ms = 1000;
	chain_verdict(c, EVENT_INSPECTION_CLOSED, "pass"); /* mono 2000 of the second */
	hq_take(hq, c);
	c->e.at.trusted = true;
	c->e.at.wall_ms = HQ_NOW;
	chain_add(c, EVENT_CLOCK_STEPPED, "{\"by_ms\":1}"); /* mono 3000: NOW + 1000 */
	hq_take(hq, c);
	assert_string_equal(ONE_OF(hq, "opened_clock || ' ' || closed_clock || ' ' || closed_at"),
			    "interval corrected 1795420800000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		hq_test(inspection_is_told_from_its_events),
		hq_test(reopened_and_abandoned_leave_no_verdict),
		hq_test(real_shifts_leave_nothing_aside),
		hq_test(first_final_received_makes_the_outcome_F2),
		hq_test(superseding_inspection_replaces_the_outcome_F2),
		hq_test(unit_without_a_list_is_the_only_one_F2),
		hq_test(units_of_one_return_are_apart),
		hq_test(changing_a_final_is_a_conflict_never_a_reversal),
		hq_test(what_makes_no_sense_is_stored_and_set_aside),
		hq_test(what_is_newer_is_stored_and_set_aside),
		hq_test(other_stations_inspection_is_out_of_reach),
		hq_test(final_behind_a_hole_counts),
		hq_test(events_of_a_forked_journal_count_once),
		hq_test(child_may_come_before_its_parent),
		hq_test(both_halves_of_a_clone_are_heard),
		hq_test(child_of_another_stations_journal_is_no_kin),
		hq_test(times_of_a_boot_are_put_right_F1),
		hq_test(times_are_put_right_within_one_request_F1),
		hq_test(moments_of_two_boots_are_put_right_each_F1),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
