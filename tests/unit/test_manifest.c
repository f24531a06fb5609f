/* test_manifest.c - manifest.json and SHA256SUMS: what is written is read back, and what a stick
 * may say instead is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/manifest.h"
#include <stdio.h>
#include <string.h>

#define HEX16 "00112233445566778899aabbccddeeff"

static struct manifest sample(void)
{
	struct manifest m = {.station = "bench-1",
			     .journal = "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d",
			     .software = "0.1.0",
			     .made = "2026-11-26T20:13:19.000Z",
			     .all = true,
			     .acked = 4,
			     .anchor = 2,
			     .first = 3,
			     .last = 90,
			     .inspections = 7,
			     .why_unsigned = "the key \"x\" can't be read"};

	memset(m.prev, 0x5a, sizeof(m.prev));
	memset(m.head, 0xc3, sizeof(m.head));
	return m;
}

static void test_round_trip(void **state)
{
	struct manifest m = sample(), back;
	char json[MANIFEST_MAX];
	struct text t = text_over(json, sizeof(json));

	(void)state;
	manifest_write(&t, &m);
	assert_false(t.full);
	assert_int_equal(manifest_read(json, t.len, &back), MANIFEST_OK);
	assert_string_equal(back.station, m.station);
	assert_string_equal(back.journal, m.journal);
	assert_string_equal(back.made, m.made);
	assert_true(back.all);
	assert_false(back.is_signed);
	assert_int_equal(back.acked, 4);
	assert_int_equal(back.anchor, 2);
	assert_int_equal(back.first, 3);
	assert_int_equal(back.last, 90);
	assert_int_equal(back.inspections, 7);
	assert_memory_equal(back.prev, m.prev, EVENT_HASH);
	assert_memory_equal(back.head, m.head, EVENT_HASH);
}

/* The written manifest with `what` put in the place of `old`. */
static enum manifest_fault with(const char *old, const char *what)
{
	struct manifest m = sample();
	char json[MANIFEST_MAX], other[2 * MANIFEST_MAX];
	struct text t = text_over(json, sizeof(json));
	const char *at;
	int n;

	manifest_write(&t, &m);
	at = strstr(json, old);
	assert_non_null(at);
	n = snprintf(other, sizeof(other), "%.*s%s%s", (int)(at - json), json, what,
		     at + strlen(old));
	return manifest_read(other, (size_t)n, &m);
}

static void test_refused(void **state)
{
	struct manifest m;

	(void)state;
	assert_int_equal(with("90", "91"), MANIFEST_OK);
	assert_int_equal(with("station-export", "recipe"), MANIFEST_FOREIGN);
	assert_int_equal(with("\"version\": 1", "\"version\": 2"), MANIFEST_NEWER);
	assert_int_equal(with("\"first\": 3", "\"first\": 0"), MANIFEST_VALUE);
	assert_int_equal(with("\"first\": 3", "\"first\": 92"), MANIFEST_VALUE);
	assert_int_equal(with("\"first\": 3", "\"first\": 91"), MANIFEST_OK); /* no event */
	assert_int_equal(with("\"first\": 3", "\"first\": \"3\""), MANIFEST_VALUE);
	assert_int_equal(with("\"first\": 3", "\"furst\": 3"), MANIFEST_VALUE);
	assert_int_equal(with("\"first\": 3", "\"first\": 3.0"), MANIFEST_NOT_JSON);
	assert_int_equal(with("\"first\": 3", "\"last\": 3"), MANIFEST_NOT_JSON); /* doubled */
	assert_int_equal(with("\"all\"", "\"most\""), MANIFEST_VALUE);
	assert_int_equal(with("5a5a", "5a5"), MANIFEST_VALUE);
	assert_int_equal(with("bench-1", "a-name-that-is-longer-than-any-station-may-have"),
			 MANIFEST_VALUE);
	assert_int_equal(with("0b3c8d1e-", "../../../"), MANIFEST_VALUE);
	assert_int_equal(manifest_read("", 0, &m), MANIFEST_NOT_JSON);
	assert_int_equal(manifest_read("[]", 2, &m), MANIFEST_FOREIGN);
}

static bool sum_read(const char *line, struct manifest_sum *out)
{
	return manifest_sum_read(line, strlen(line), out);
}

static void test_sums(void **state)
{
	struct manifest_sum s;
	char back[256];
	struct text t = text_over(back, sizeof(back));

	(void)state;
	assert_true(sum_read(HEX16 HEX16 "  photos/0a.jpg", &s));
	assert_string_equal(s.name, "photos/0a.jpg");
	assert_int_equal(s.sum[31], 0xff);
	manifest_sum_write(&t, &s);
	assert_string_equal(back, HEX16 HEX16 "  photos/0a.jpg\n");
	assert_false(sum_read(HEX16 HEX16 " events.jsonl", &s));
	assert_false(sum_read(HEX16 HEX16 "  ", &s));
	assert_false(sum_read(HEX16 "  events.jsonl", &s));
	assert_false(sum_read(HEX16 "z" HEX16 "  events.jsonl", &s));
}

static bool note_read(const char *line, struct manifest_note *out)
{
	return manifest_note_read(line, strlen(line), out);
}

static void test_note(void **state)
{
	struct manifest_note n = {.journal = "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d",
				  .first = INT64_MAX,
				  .last = INT64_MAX},
			     back;
	char line[MANIFEST_NOTE];
	struct text t = text_over(line, sizeof(line));

	(void)state;
	manifest_note_write(&t, &n); /* the longest there is */
	assert_false(t.full);
	assert_true(manifest_note_read(line, t.len, &back));
	assert_string_equal(back.journal, n.journal);
	assert_int_equal(back.first, n.first);
	assert_true(note_read("exported 0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d 1 2 " HEX16 HEX16 "\n",
			      &back));
#define J "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d"
	assert_false(note_read("exported " J " 1 2 " HEX16 HEX16, &back));
	assert_false(note_read("exported " J " 0 2 " HEX16 HEX16 "\n", &back));
	assert_false(note_read("exported " J " 3 2 " HEX16 HEX16 "\n", &back));
	assert_false(note_read("exported " J " 1 2 " HEX16 "\n", &back));
	assert_false(note_read("exported " J " 1 2 " HEX16 HEX16 " x\n", &back));
	assert_false(note_read("exported " J "  1 2 " HEX16 HEX16 "\n", &back));
	assert_false(note_read("exported x 1 2 " HEX16 HEX16 "\n", &back));
	assert_false(note_read("imported " J " 1 2 " HEX16 HEX16 "\n", &back));
	assert_false(note_read("\n", &back));
	assert_false(note_read("", &back));
}

static void test_names_stay_within(void **state)
{
	static const char *const bad[] = {"",	    "/etc/passwd",  "..",   "a/../b", "a//b",
					  "a/b/c",  ".hidden",	    "a/.b", "a/",     "a b",
					  "a\x1b[", "\xe4\xb8\xad", "a\\b", "a\nb"};
	static char longer[MANIFEST_NAMES + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(manifest_name(bad[i], strlen(bad[i])));
	memset(longer, 'a', sizeof(longer));
	assert_true(manifest_name(longer, sizeof(longer) - 1));
	assert_false(manifest_name(longer, sizeof(longer)));
	assert_true(manifest_name("SHA256SUMS", 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_names_stay_within),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
