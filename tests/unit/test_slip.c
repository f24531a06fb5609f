/* test_slip.c - the small papers of a stick: what is written is read back, and what a stick may say
 * instead is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/slip.h"
#include <stdio.h>
#include <string.h>

#define ONE "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d"
#define TWO "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5e"

static struct slip_ack sample(const char *journal, uint64_t acked)
{
	struct slip_ack a = {.station = "bench-1",
			     .acked = acked,
			     .headquarters = "headquarters",
			     .made = "2026-11-26T20:13:19.000Z"};

	memset(a.hash, 0x5a, sizeof(a.hash));
	(void)text_copy(a.journal, sizeof(a.journal), journal);
	return a;
}

static size_t written(char *buf, size_t cap, const char *journal, uint64_t acked)
{
	struct slip_ack a = sample(journal, acked);
	struct text t = text_over(buf, cap);

	slip_ack_write(&t, &a);
	assert_false(t.full);
	return t.len;
}

static void test_ack_round_trip(void **state)
{
	char line[SLIP_ACK_LINE];
	size_t len = written(line, sizeof(line), ONE, 17);
	struct slip_ack a = sample(ONE, 17), back;

	(void)state;
	assert_true(slip_ack_read(line, len, &back));
	assert_string_equal(back.station, a.station);
	assert_string_equal(back.journal, a.journal);
	assert_string_equal(back.headquarters, a.headquarters);
	assert_string_equal(back.made, a.made);
	assert_memory_equal(back.hash, a.hash, sizeof(a.hash));
	assert_true(back.acked == a.acked);
	assert_true(slip_ack_read(line, len - 1, &back));
	assert_false(slip_ack_read(line, len - 2, &back));
}

static bool with(const char *old, const char *new)
{
	char line[SLIP_ACK_LINE], changed[2 * SLIP_ACK_LINE];
	struct slip_ack back;
	const char *at;

	(void)written(line, sizeof(line), ONE, 17);
	at = strstr(line, old);
	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - line), line, new,
		       at + strlen(old));
	return slip_ack_read(changed, strlen(changed), &back);
}

static void test_ack_refused(void **state)
{
	char most[SLIP_ACK_LINE + 1];

	(void)state;
	assert_true(with("bench-1", "bench-2"));
	assert_false(with("station-ack", "station-export"));
	assert_false(with("\"version\":1", "\"version\":2"));
	assert_false(with("\"acked\":17", "\"acked\":0"));
	assert_false(with("\"acked\":17", "\"acked\":-1"));
	assert_false(with("\"acked\":17", "\"acked\":9223372036854775808"));
	assert_false(with("\"acked\":17,", ""));
	assert_false(with("\"acked\":17", "\"acked\":17,\"acked\":18"));
	assert_false(with("5a5a", "5a5"));
	assert_false(with(ONE, "none"));
	assert_false(with("2026-11-26", "2026-02-30"));
	memset(most, ' ', sizeof(most));
	assert_false(slip_ack_read(most, sizeof(most), &(struct slip_ack){.acked = 0}));
}

static void test_ack_find(void **state)
{
	char text[SLIP_ACK_MAX + 1];
	size_t len = written(text, sizeof(text), ONE, 17);
	struct slip_ack back;

	(void)state;
	len += written(text + len, sizeof(text) - len, TWO, 4);
	assert_true(slip_ack_find(text, len, TWO, &back));
	assert_int_equal(back.acked, 4);
	assert_true(slip_ack_find(text, len, ONE, &back));
	assert_int_equal(back.acked, 17);
	assert_false(slip_ack_find(text, len, "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5f", &back));
	assert_false(slip_ack_find(text, len - 2, ONE, &back)); /* the last line is none */
	assert_false(slip_ack_find(text, sizeof(text), ONE, &back));
	assert_false(slip_ack_find(text, 0, ONE, &back));
}

static void test_parcel(void **state)
{
	char bytes[64];
	struct text t = text_over(bytes, sizeof(bytes));
	struct slip_parcel p;

	(void)state;
	slip_parcel_begin(&t, 4);
	text_put(&t, "textsignature");
	assert_true(slip_parcel_read(bytes, t.len, &p));
	assert_true(event_span_is(&p.text, "text") && event_span_is(&p.signature, "signature"));
	assert_false(slip_parcel_read(bytes, strlen("acked 4\ntext"), &p)); /* no signature */
	assert_false(slip_parcel_read("acked 0\nx", 9, &p));
	assert_false(slip_parcel_read("acked 9\nx", 9, &p));
	assert_false(slip_parcel_read("acked 99999999999999999999\nxx", 29, &p));
	assert_false(slip_parcel_read("acked \nxx", 9, &p));
	assert_false(slip_parcel_read("acked 1", 7, &p));
	assert_false(slip_parcel_read(NULL, 0, &p));
}

static void test_stick(void **state)
{
	static const char *const wrong[] = {"stick copying sda1",
					    "stick copying \n",
					    "stick  sda1\n",
					    "stick going sda1\n",
					    "stick out sda1 x\n",
					    "stick out ../sda\n",
					    "stick out SDA\n",
					    "stick out sda1\n\n",
					    "stick out sdaaaaaaaaaaaaaaaaaaaaaaaa\n"};
	struct slip_stick s = {.how = CHECKLIST_STICK_NONE}, back;
	char line[SLIP_STICK_LINE];

	(void)state;
	for (int how = CHECKLIST_STICK_NONE; how <= CHECKLIST_STICK_REFUSED; how++) {
		struct text t = text_over(line, sizeof(line));

		s = (struct slip_stick){.how = (enum checklist_stick)how, .name = "sda1"};
		slip_stick_write(&t, &s);
		assert_true(slip_stick_read(line, t.len, &back));
		assert_memory_equal(&s, &back, sizeof(s));
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(slip_stick_read(wrong[i], strlen(wrong[i]), &back));
}

static void test_token(void **state)
{
	struct slip_token token = {.site = "AMS", .until = "2026-12-31T00:00:00.000Z"}, back;
	char json[SLIP_TOKEN_MAX];
	struct text t = text_over(json, sizeof(json));

	(void)state;
	slip_token_write(&t, &token);
	assert_true(slip_token_read(json, t.len, &back));
	assert_string_equal(back.site, "AMS");
	assert_int_equal(back.until_ms, 1798675200000);
	*strstr(json, "12-31") = '2';
	assert_false(slip_token_read(json, t.len, &back));
	assert_false(slip_token_read("{}", 2, &back));
	assert_false(slip_token_read("", 0, &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ack_round_trip), cmocka_unit_test(test_ack_refused),
		cmocka_unit_test(test_ack_find),       cmocka_unit_test(test_parcel),
		cmocka_unit_test(test_stick),	       cmocka_unit_test(test_token),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("slip", tests, NULL, NULL);
}
