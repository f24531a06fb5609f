/* test_scan.c - the framer: one scan of whatever pieces the wire delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "station/moment.h"
#include "station/scan.h"

#define GAP 200

/* Scans that came out, each with its length in front. */
struct heap {
	char bytes[256];
	size_t len;
};

static void heap_scan(struct heap *h, const struct scan *s)
{
	assert_in_range(s->len, 1, SCAN_MAX);
	assert_true(h->len + 1 + s->len < sizeof(h->bytes));
	h->bytes[h->len++] = (char)s->len;
	memcpy(h->bytes + h->len, s->bytes, s->len);
	h->len += s->len;
}

static void heap_is(const struct heap *h, const char *expected, size_t len)
{
	assert_int_equal(h->len, len);
	assert_memory_equal(h->bytes, expected, len);
}
#define HEAP_IS(h, s) heap_is(h, s, sizeof(s) - 1)

static void feed(struct framer *f, struct heap *h, const char *bytes, size_t len, uint64_t now)
{
	for (size_t i = 0; i < len; i++) {
		if (framer_feed(f, (uint8_t)bytes[i], now) == FRAMER_SCAN)
			heap_scan(h, &f->scan);
	}
}
#define FEED(f, h, s, now) feed(f, h, s, sizeof(s) - 1, now)

static void test_terminators(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "CR\rLF\nBOTH\r\nETX\x03", 0);
	FEED(&f, &h, "\x02STX\x03\x02NEXT\x03\r\n", 0);
	HEAP_IS(&h, "\2CR\2LF\4BOTH\3ETX\3STX\4NEXT");
}

static void test_F3_crlf_is_one_scan(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "A\r\n\r\n\n\rB\r\n", 0);
	HEAP_IS(&h, "\1A\1B");
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
}

/* However the stream is cut, and whether or not the clock is looked at between the pieces. */
static void test_every_split_gives_the_same_scans(void **state)
{
	static const char stream[] = "A1\r\nB\x1d"
				     "2\n\x02"
				     "C3\x03xx\x02"
				     "D4\x03"
				     "E\r";
	static const char expected[] = "\2A1\3B\x1d"
				       "2\2C3\2D4\1E";
	size_t len = sizeof(stream) - 1;
	(void)state;

	for (size_t a = 0; a <= len; a++) {
		for (size_t b = a; b <= len; b++) {
			struct framer f;
			struct heap h = {0};

			framer_init(&f, GAP);
			feed(&f, &h, stream, a, 1000);
			assert_int_equal(framer_idle(&f, 1000 + GAP / 2), FRAMER_MORE);
			feed(&f, &h, stream + a, b - a, 1000 + GAP / 2);
			assert_int_equal(framer_idle(&f, 1000 + GAP - 1), FRAMER_MORE);
			feed(&f, &h, stream + b, len - b, 1000 + GAP - 1);
			HEAP_IS(&h, expected);
		}
	}
}

static void test_gap_ends_a_scan(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
	FEED(&f, &h, "AB", 1000);
	assert_int_equal(framer_deadline(&f), 1000 + GAP);
	FEED(&f, &h, "C", 1100);
	assert_int_equal(framer_deadline(&f), 1100 + GAP);
	assert_int_equal(framer_idle(&f, 1100 + GAP - 1), FRAMER_MORE);
	assert_int_equal(framer_idle(&f, 1100 + GAP), FRAMER_SCAN);
	heap_scan(&h, &f.scan);
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
	/* The terminator that comes after all is an empty scan. */
	FEED(&f, &h, "\r\n", 1400);
	assert_int_equal(framer_idle(&f, 9000), FRAMER_MORE);
	HEAP_IS(&h, "\3ABC");
}

/* The late byte is not lost and not glued on, even when nobody called framer_idle. */
static void test_late_byte_begins_the_next_scan(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "A", 0);
	FEED(&f, &h, "B", GAP);
	assert_int_equal(framer_deadline(&f), 2 * GAP);
	FEED(&f, &h, "C\r", GAP + 1);
	FEED(&f, &h, "D", 1000);
	FEED(&f, &h, "E", 1000 + GAP);
	assert_int_equal(framer_idle(&f, 1000 + 2 * GAP), FRAMER_SCAN);
	heap_scan(&h, &f.scan);
	FEED(&f, &h, "F", 3000);
	FEED(&f, &h, "\n", 3000 + GAP);
	FEED(&f, &h, "G", 4000);
	FEED(&f, &h, "\x02", 4000 + GAP);
	FEED(&f, &h, "H\x03", 4000 + GAP);
	FEED(&f, &h, "I", 5000);
	FEED(&f, &h, "J", 5000 + GAP);
	FEED(&f, &h, "K", 5000 + 2 * GAP);
	assert_int_equal(framer_reset(&f), 1);
	HEAP_IS(&h, "\1A\2BC\1D\1E\1F\1G\1H\1I\1J");
}

static void test_without_gap_only_a_terminator_ends(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, 0);
	FEED(&f, &h, "A", 0);
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
	assert_int_equal(framer_idle(&f, UINT64_MAX), FRAMER_MORE);
	FEED(&f, &h, "B\r", UINT64_MAX);
	HEAP_IS(&h, "\2AB");
}

static void test_clock_at_its_ends(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "A", UINT64_MAX - 1);
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
	FEED(&f, &h, "B", 5); /* an earlier time is no gap */
	FEED(&f, &h, "\r", 6);
	HEAP_IS(&h, "\2AB");
}

static void test_stx_drops_a_scan_cut_off(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "LOST\x02\x02KEPT\x03", 0);
	HEAP_IS(&h, "\4KEPT");
}

static void test_nul_and_control_bytes_are_kept(void **state)
{
	struct framer f;
	int seen = 0;
	(void)state;

	framer_init(&f, GAP);
	for (int c = 0; c < 256; c++) {
		if (c == 0x02 || c == 0x03 || c == '\r' || c == '\n')
			continue;
		assert_int_equal(framer_feed(&f, (uint8_t)c, 0), FRAMER_MORE);
		assert_int_equal(f.scan.bytes[seen++], c);
	}
	assert_int_equal(framer_feed(&f, '\r', 0), FRAMER_SCAN);
	assert_int_equal(f.scan.len, 252);
	assert_int_equal(f.scan.total, 252);
}

static void test_a_mebibyte_without_line_end(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	for (uint32_t i = 0; i < 1024 * 1024; i++)
		assert_int_equal(framer_feed(&f, (uint8_t)('A' + i % 26), i / 100), FRAMER_MORE);
	assert_int_equal(framer_feed(&f, '\r', 10500), FRAMER_SCAN);
	assert_int_equal(f.scan.len, SCAN_MAX);
	assert_int_equal(f.scan.total, 1024 * 1024);
	for (uint32_t i = 0; i < SCAN_MAX; i++)
		assert_int_equal(f.scan.bytes[i], 'A' + i % 26);
	FEED(&f, &h, "NEXT\r", 20000);
	HEAP_IS(&h, "\4NEXT");
	assert_int_equal(f.scan.total, 4);
}

static void test_total_saturates(void **state)
{
	struct framer f;
	(void)state;

	framer_init(&f, 0);
	framer_feed(&f, 'A', 0);
	f.scan.total = UINT32_MAX;
	f.scan.len = SCAN_MAX;
	framer_feed(&f, 'B', 0);
	assert_int_equal(f.scan.total, UINT32_MAX);
	assert_int_equal(f.scan.len, SCAN_MAX);
}

static void test_F10_source_vanishes_in_mid_label(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "R0010", 0);
	assert_int_equal(framer_reset(&f), 5);
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
	assert_int_equal(framer_idle(&f, 9999), FRAMER_MORE);
	FEED(&f, &h, "WHOLE\r", 10000);
	assert_int_equal(framer_reset(&f), 0); /* a whole scan is not a loss */
	assert_int_equal(framer_reset(&f), 0);
	FEED(&f, &h, "A\r", 20000);
	HEAP_IS(&h, "\5WHOLE\1A");
}

/* The scanner goes on, but some of its bytes are lost: no part of that scan may pass for a scan. */
static void test_F6_a_broken_scan_is_dropped_to_its_end(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, GAP);
	FEED(&f, &h, "WHOLE\r", 0);
	assert_int_equal(framer_pending(&f), 0);
	FEED(&f, &h, "R00", 0);
	assert_int_equal(framer_pending(&f), 3);
	assert_int_equal(framer_spoil(&f, 10), 3);
	assert_int_equal(framer_pending(&f), 0);
	assert_int_equal(framer_deadline(&f), MOMENT_NEVER);
	FEED(&f, &h, "0001Q", 20);
	assert_int_equal(framer_spoil(&f, 30), 0);
	FEED(&f, &h, "XY\rA\r", 40); /* up to the terminator */
	HEAP_IS(&h, "\5WHOLE\1A");
	framer_spoil(&f, 50);
	FEED(&f, &h,
	     "rest\x02"
	     "B\r",
	     60); /* or to an STX */
	HEAP_IS(&h, "\5WHOLE\1A\1B");
	framer_spoil(&f, 100);
	FEED(&f, &h, "rest", 150);
	assert_int_equal(framer_idle(&f, 150 + GAP), FRAMER_MORE);
	FEED(&f, &h, "C\r", 150 + GAP); /* or to the gap */
	HEAP_IS(&h, "\5WHOLE\1A\1B\1C");
	framer_spoil(&f, 1000);
	FEED(&f, &h, "\r\nD\r", 1000 + GAP);
	HEAP_IS(&h, "\5WHOLE\1A\1B\1C\1D");
}

static void test_a_broken_scan_without_gap_ends_at_a_terminator_only(void **state)
{
	struct framer f;
	struct heap h = {0};
	(void)state;

	framer_init(&f, 0);
	framer_spoil(&f, 0);
	FEED(&f, &h, "rest", 100000);
	FEED(&f, &h, "A\rB\r", 200000);
	HEAP_IS(&h, "\1B");
	framer_spoil(&f, 200000);
	assert_int_equal(framer_reset(&f), 0); /* it vanished: what comes next is another scan */
	FEED(&f, &h, "C\r", 200000);
	HEAP_IS(&h, "\1B\1C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminators),
		cmocka_unit_test(test_F3_crlf_is_one_scan),
		cmocka_unit_test(test_every_split_gives_the_same_scans),
		cmocka_unit_test(test_gap_ends_a_scan),
		cmocka_unit_test(test_late_byte_begins_the_next_scan),
		cmocka_unit_test(test_without_gap_only_a_terminator_ends),
		cmocka_unit_test(test_clock_at_its_ends),
		cmocka_unit_test(test_stx_drops_a_scan_cut_off),
		cmocka_unit_test(test_nul_and_control_bytes_are_kept),
		cmocka_unit_test(test_a_mebibyte_without_line_end),
		cmocka_unit_test(test_total_saturates),
		cmocka_unit_test(test_F10_source_vanishes_in_mid_label),
		cmocka_unit_test(test_F6_a_broken_scan_is_dropped_to_its_end),
		cmocka_unit_test(test_a_broken_scan_without_gap_ends_at_a_terminator_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
