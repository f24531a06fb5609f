/* test_event.c - an event's line is written as DESIGN says and read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "event_fixture.h"
#include "station/text.h"
#include <stdio.h>
#include <string.h>

static enum event_fault read_text(const char *line)
{
	struct event_view view;

	return event_read(line, strlen(line), &view);
}

static void assert_fault(const char *line, enum event_fault want)
{
	enum event_fault got = read_text(line);

	if (got != want)
		fail_msg("\"%s\" instead of \"%s\": %.300s", event_fault_text(got),
			 event_fault_text(want), line);
}

/* The line with the first old replaced; in memory of its own size, so that a sanitizer sees a step
 * over its end. */
static char *with(const char *line, const char *old, const char *new)
{
	const char *at = strstr(line, old);

	assert_non_null(at);
	size_t before = (size_t)(at - line);
	size_t size = strlen(line) - strlen(old) + strlen(new) + 1;
	char *out = malloc(size);

	assert_non_null(out);
	memcpy(out, line, before);
	snprintf(out + before, size - before, "%s%s", new, at + strlen(old));
	return out;
}

static void assert_change(const char *old, const char *new, enum event_fault want)
{
	char *line = with(LINE, old, new);

	assert_fault(line, want);
	free(line);
}

/* --- writing --- */

static void test_line_is_written_as_designed(void **state)
{
	struct event e = sample();
	char buf[EVENT_LINE_MAX + 1];

	(void)state;
	assert_int_equal(event_encode(&e, buf, sizeof(buf)), strlen(LINE));
	assert_string_equal(buf, LINE);
}

static void test_line_with_nothing_in_it(void **state)
{
	struct event e = {.kind = EVENT_INSPECTION_ABANDONED,
			  .station = "s",
			  .journal = JOURNAL,
			  .seq = INT64_MAX,
			  .id = ID,
			  .boot = BOOT};
	char buf[EVENT_LINE_MAX + 1];
	struct event_view view;
	size_t len;

	(void)state;
	memset(e.prev, 0xa5, sizeof(e.prev));
	len = event_encode(&e, buf, sizeof(buf));
	assert_int_not_equal(len, 0);
	assert_non_null(strstr(buf, "\"seq\":9223372036854775807,"));
	assert_non_null(strstr(buf, "\"clock\":\"untrusted\""));
	assert_non_null(strstr(buf, "\"by\":null,\"inspection\":null,\"item\":null,\"label\":null,"
				    "\"data\":{},\"prev\":\"a5a5"));
	assert_int_equal(event_read(buf, len, &view), EVENT_OK);
	assert_int_equal(view.kind, EVENT_INSPECTION_ABANDONED);
	assert_true(view.seq == INT64_MAX);
	assert_false(view.at.trusted);
	assert_int_equal(view.by.len + view.inspection.len + view.label.len, 0);
	assert_int_equal(view.line + view.unit, 0);
	assert_true(event_span_is(&view.data, "{}"));
	assert_memory_equal(view.prev, e.prev, sizeof(e.prev));
}

static void test_longest_event_fits(void **state)
{
	struct event e = sample();
	char buf[EVENT_LINE_MAX + 1], text[LABEL_MAX + 1];
	struct event_view view;
	size_t len;

	(void)state;
	memset(e.station, 's', sizeof(e.station) - 1);
	memset(e.by, '\x01', sizeof(e.by) - 1);
	memset(e.label, '\x1d', sizeof(e.label) - 1);
	memset(e.data, 'x', sizeof(e.data) - 1);
	memcpy(e.data, "{\"a\":\"", 6);
	memcpy(e.data + sizeof(e.data) - 3, "\"}", 3);
	e.line = e.unit = UINT16_MAX;
	e.seq = e.at.mono_ms = INT64_MAX;
	len = event_encode(&e, buf, sizeof(buf));
	assert_int_not_equal(len, 0);
	assert_int_equal(event_read(buf, len, &view), EVENT_OK);
	assert_true(event_span_copy(&view.label, text, sizeof(text)));
	assert_string_equal(text, e.label);
	assert_true(event_span_copy(&view.by, text, sizeof(text)));
	assert_string_equal(text, e.by);
	for (size_t cap = 0; cap <= len; cap++)
		assert_int_equal(event_encode(&e, buf, cap), 0);
	assert_int_equal(event_encode(&e, buf, len + 1), len);
}

static void assert_unwritten(const struct event *e)
{
	char buf[EVENT_LINE_MAX + 1];

	assert_int_equal(event_encode(e, buf, sizeof(buf)), 0);
}

static void test_what_no_reader_takes_is_not_written(void **state)
{
	struct event e;

	(void)state;
	e = sample();
	e.seq = 0;
	assert_unwritten(&e);
	e.seq = (uint64_t)INT64_MAX + 1;
	assert_unwritten(&e);
	e = sample();
	e.kind = EVENT_UNKNOWN;
	assert_unwritten(&e);
	e = sample();
	e.unit = 0;
	assert_unwritten(&e);
	e = sample();
	strcpy(e.boot, "");
	assert_unwritten(&e);
	e = sample();
	strcpy(e.station, "bench 1");
	assert_unwritten(&e);
	e = sample();
	strcpy(e.label, "\xff");
	assert_unwritten(&e);
	e = sample();
	strcpy(e.data, "{\"a\":1");
	assert_unwritten(&e);
	strcpy(e.data, "[]");
	assert_unwritten(&e);
	strcpy(e.data, "{\"a\":1,\"a\":2}");
	assert_unwritten(&e);
	strcpy(e.data, "{\"a\":0.5}");
	assert_unwritten(&e);
	strcpy(e.data, "{},\"prev\":\"" ZEROS "\"");
	assert_unwritten(&e);
}

static void test_each_kind_comes_back(void **state)
{
	char buf[EVENT_LINE_MAX + 1];
	struct event_view view;
	struct event e = sample();

	(void)state;
	for (unsigned k = 0; k < EVENT_UNKNOWN; k++) {
		e.kind = (enum event_kind)k;
		size_t len = event_encode(&e, buf, sizeof(buf));

		assert_int_equal(event_read(buf, len, &view), EVENT_OK);
		assert_int_equal(view.kind, k);
		assert_true(event_span_is(&view.kind_name, event_kind_name(e.kind)));
	}
	assert_string_equal(event_kind_name(EVENT_UNKNOWN), "unknown");
	assert_string_equal(event_kind_name(EVENT_INSPECTION_FINAL), "inspection.final");
}

/* --- reading --- */

static void test_line_is_read(void **state)
{
	struct event_view v;

	(void)state;
	assert_int_equal(event_read(LINE, strlen(LINE), &v), EVENT_OK);
	assert_int_equal(v.v, 1);
	assert_true(event_span_is(&v.station, "bench-1"));
	assert_true(event_span_is(&v.journal, JOURNAL));
	assert_int_equal(v.seq, 1);
	assert_true(event_span_is(&v.id, ID));
	assert_true(v.at.wall_ms == INT64_C(1795420800123));
	assert_true(v.at.trusted);
	assert_int_equal(v.at.mono_ms, 4711);
	assert_true(event_span_is(&v.boot, BOOT));
	assert_int_equal(v.kind, EVENT_STEP_ANSWERED);
	assert_true(event_span_is(&v.by, "B7"));
	assert_true(event_span_is(&v.inspection, ID));
	assert_int_equal(v.line, 1);
	assert_int_equal(v.unit, 2);
	assert_true(event_span_is(&v.label, "RAB10000001K"));
	assert_true(event_span_is(&v.data, ANSWER));
}

static void test_every_cut_line_is_refused(void **state)
{
	struct event_view view;

	(void)state;
	for (size_t len = 0; len < strlen(LINE); len++) {
		char *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut, LINE, len);
		assert_int_equal(event_read(cut, len, &view), EVENT_NOT_JSON);
		free(cut);
	}
}

static void test_white_space_between_tokens_is_fine(void **state)
{
	(void)state;
	assert_change("{\"v\":1,", " \t{ \"v\" : 1 ,\r\n", EVENT_OK);
	assert_change("{\"line\":1,\"unit\":2}", "{ \"line\" : 1 , \"unit\" : 2 } ", EVENT_OK);
	assert_change(ANSWER, "{ }", EVENT_OK);
}

static void test_not_json(void **state)
{
	(void)state;
	assert_fault("", EVENT_NOT_JSON);
	assert_fault("null", EVENT_NOT_JSON);
	assert_fault(LINE "x", EVENT_NOT_JSON);
	assert_fault(LINE "{}", EVENT_NOT_JSON);
	assert_fault("\xef\xbb\xbf" LINE, EVENT_NOT_JSON);
	assert_change("\"v\":1", "\"v\":01", EVENT_NOT_JSON);
	assert_change("\"v\":1", "\"v\":1.0", EVENT_NOT_JSON);
	assert_change("\"v\":1", "\"v\":1e0", EVENT_NOT_JSON);
	assert_change("\"v\":1", "\"v\":+1", EVENT_NOT_JSON);
	assert_change("\"v\":1", "\"v\":-", EVENT_NOT_JSON);
	assert_change("\"v\":1", "v:1", EVENT_NOT_JSON);
	assert_change("\"v\":1,", "\"v\":1", EVENT_NOT_JSON);
	assert_change("\"v\":1,", "\"v\":1,,", EVENT_NOT_JSON);
	assert_change("4711", "NaN", EVENT_NOT_JSON);
	assert_change("4711", "nul", EVENT_NOT_JSON);
	assert_change("\"}", "\",}", EVENT_NOT_JSON);
	assert_change("RAB", "R\nB", EVENT_NOT_JSON);
	assert_change("RAB", "R\xff", EVENT_NOT_JSON);
	assert_change("RAB", "R\\xB", EVENT_NOT_JSON);
	assert_change("RAB", "R\\u00gB", EVENT_NOT_JSON);
	assert_change("RAB", "R\\u0000B", EVENT_NOT_JSON);
	assert_change("RAB", "R\\ud800B", EVENT_NOT_JSON);
	assert_change("RAB", "R\\ud800\\u0041B", EVENT_NOT_JSON);
	assert_change("RAB", "R\\udc00\\ud800B", EVENT_NOT_JSON);
	assert_change("RAB", "R\\ud83d\\ude00B", EVENT_OK);
}

static void test_nul_is_refused_wherever_it_stands(void **state)
{
	char line[] = LINE;
	struct event_view view;

	(void)state;
	for (size_t i = 0; i <= strlen(LINE); i++) {
		memcpy(line, LINE, sizeof(line));
		line[i] = '\0';
		size_t len = i < strlen(LINE) ? strlen(LINE) : sizeof(line);

		assert_int_equal(event_read(line, len, &view), EVENT_NOT_JSON);
	}
}

static void test_keys(void **state)
{
	(void)state;
	assert_fault("{}", EVENT_KEYS);
	assert_fault("[1]", EVENT_KEYS);
	assert_fault("[" LINE "]", EVENT_KEYS);
	assert_fault("{\"v\":1}", EVENT_KEYS);
	assert_change("{\"v\":1,", "{", EVENT_KEYS);
	assert_change("\"v\":1", "\"v\":1,\"v\":1", EVENT_KEYS);
	assert_change("\"v\":1", "\"v\":1,\"\\u0076\":1", EVENT_KEYS);
	assert_change("\"v\":1", "\"\\u0076\":1", EVENT_KEYS); /* not as we write it */
	assert_change("\"v\"", "\"V\"", EVENT_KEYS);
	assert_change("\"by\"", "\"bye\"", EVENT_KEYS);
	assert_change("\"mono_ms\":4711,", "", EVENT_KEYS);
	assert_change("\"v\":1,\"station\":\"bench-1\"", "\"station\":\"bench-1\",\"v\":1",
		      EVENT_KEYS);
	assert_fault(HEAD("1", "1") BODY(ANSWER) "\"prev\":\"" ZEROS "\",\"more\":1}", EVENT_KEYS);
	assert_fault(HEAD("1", "1") "\"more\":1," BODY(ANSWER) TAIL, EVENT_KEYS);
}

static void test_doubled_keys_deep_in_data(void **state)
{
	(void)state;
	assert_change(ANSWER, "{\"a\":1,\"a\":1}", EVENT_KEYS);
	assert_change(ANSWER, "{\"a\":[{\"b\":1,\"c\":2,\"b\":3}]}", EVENT_KEYS);
	assert_change(ANSWER, "{\"a\":1,\"b\":{\"c\":1},\"\\u0061\":2}", EVENT_KEYS);
	assert_change(ANSWER, "{\"\xc3\xa4\":1,\"\\u00e4\":2}", EVENT_KEYS);
	assert_change(ANSWER, "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", EVENT_KEYS);
	assert_change(ANSWER, "{\"\\/\":1,\"/\":2}", EVENT_KEYS);
	/* the same name in different objects, and one that begins like another */
	assert_change(ANSWER, "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}],\"aa\":1}",
		      EVENT_OK);
	assert_change(ANSWER, "{\"\\u0061\":1,\"\\u0061\\u0061\":2,\"\":3}", EVENT_OK);
	assert_change(ANSWER, "{\"a\":{\"k\":1},\"b\":[{\"k\":1}],\"k\":2}", EVENT_OK);
}

static void test_values(void **state)
{
	(void)state;
	assert_change("\"v\":1", "\"v\":0", EVENT_VALUE);
	assert_change("\"v\":1", "\"v\":-1", EVENT_VALUE);
	assert_change("\"v\":1", "\"v\":\"1\"", EVENT_VALUE);
	assert_change("\"v\":1", "\"v\":9223372036854775808", EVENT_VALUE);
	assert_change("\"seq\":1", "\"seq\":0", EVENT_VALUE);
	assert_change("\"seq\":1", "\"seq\":9223372036854775807", EVENT_OK);
	assert_change("\"seq\":1", "\"seq\":9223372036854775808", EVENT_VALUE);
	assert_change("\"seq\":1", "\"seq\":null", EVENT_VALUE);
	assert_change("bench-1", "", EVENT_VALUE);
	assert_change("bench-1", "bench 1", EVENT_VALUE);
	assert_change("bench-1", "bench\\u002d1", EVENT_VALUE);
	assert_change("bench-1", "123456789012345678901234567890123", EVENT_VALUE);
	assert_change(JOURNAL, "0B3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d", EVENT_VALUE);
	assert_change(ID, "019ab0c1d2e37f408a5b6c7d8e9f0a1b", EVENT_VALUE);
	assert_change("\"" BOOT "\"", "null", EVENT_VALUE);
	assert_change("08:00:00.123Z", "08:00:00Z", EVENT_VALUE);
	assert_change("11-23T", "02-30T", EVENT_VALUE);
	assert_change("\"trusted\"", "\"Trusted\"", EVENT_VALUE);
	assert_change("\"trusted\"", "true", EVENT_VALUE);
	assert_change("4711", "-4711", EVENT_VALUE);
	assert_change("step.answered", "Step.answered", EVENT_VALUE);
	assert_change("\"step.answered\"", "null", EVENT_VALUE);
	assert_change("\"B7\"", "\"\"", EVENT_VALUE);
	assert_change("\"B7\"", "7", EVENT_VALUE);
	assert_change("\"B7\"", "\"12345678901234567\"", EVENT_VALUE);
	assert_change("\"inspection\":\"" ID "\"", "\"inspection\":\"x\"", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "{\"unit\":2,\"line\":1}", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "{\"line\":1}", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "{\"line\":1,\"unit\":2,\"more\":3}", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "{\"line\":0,\"unit\":2}", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "{\"line\":1,\"unit\":65536}", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "[1,2]", EVENT_VALUE);
	assert_change("{\"line\":1,\"unit\":2}", "null", EVENT_OK);
	assert_change("\"RAB10000001K\"", "\"\"", EVENT_VALUE);
	assert_change("\"RAB10000001K\"", "{}", EVENT_VALUE);
	assert_change(ANSWER, "null", EVENT_VALUE);
	assert_change(ANSWER, "[]", EVENT_VALUE);
	assert_change("\"prev\":\"0", "\"prev\":\"", EVENT_VALUE);
	assert_change("\"prev\":\"0", "\"prev\":\"A", EVENT_VALUE);
	assert_change("\"prev\":\"0", "\"prev\":\"a", EVENT_OK);
}

static void test_newer_version_and_kind(void **state)
{
	struct event_view view;
	char *line = with(LINE, "step.answered", "step.pondered");

	(void)state;
	assert_int_equal(event_read(line, strlen(line), &view), EVENT_OK);
	assert_int_equal(view.kind, EVENT_UNKNOWN);
	assert_true(event_span_is(&view.kind_name, "step.pondered"));
	free(line);
	assert_fault(HEAD("2", "1") BODY(ANSWER) TAIL, EVENT_OK);
	assert_fault(HEAD("2", "1") BODY(ANSWER) "\"prev\":\"" ZEROS "\",\"sig\":{\"a\":[1]}}",
		     EVENT_OK);
	assert_fault(HEAD("2", "1") BODY(ANSWER) "\"prev\":\"" ZEROS "\",\"a\":1,\"a\":2}",
		     EVENT_KEYS);
	assert_fault(HEAD("2", "1") "\"more\":1," BODY(ANSWER) TAIL, EVENT_KEYS);
	assert_fault(HEAD("2", "0") BODY(ANSWER) TAIL, EVENT_VALUE);
}

/* data of `depth` containers, one in the other. */
static char *nested(unsigned depth, char open, char close)
{
	char deep[2 * 64 + 16];
	size_t n = 0;

	n += (size_t)snprintf(deep, sizeof(deep), "{\"a\":");
	for (unsigned i = 1; i < depth; i++) {
		deep[n++] = open;
		if (open == '{' && i + 1 < depth)
			n += (size_t)snprintf(deep + n, 8, "\"\":");
	}
	for (unsigned i = 1; i < depth; i++)
		deep[n++] = close;
	deep[n++] = '}';
	deep[n] = '\0';
	return with(LINE, ANSWER, deep);
}

static void test_depth_is_bounded(void **state)
{
	(void)state;
	for (unsigned depth = 2; depth < 24; depth++) {
		char *list = nested(depth, '[', ']');

		assert_fault(list, depth <= EVENT_DEPTH ? EVENT_OK : EVENT_NOT_JSON);
		free(list);
		char *object = nested(depth, '{', '}');

		assert_fault(object, depth <= EVENT_DEPTH ? EVENT_OK : EVENT_NOT_JSON);
		free(object);
	}
}

static void test_a_line_of_brackets_costs_nothing(void **state)
{
	static char line[EVENT_LINE_MAX + 1];
	struct event_view view;

	(void)state;
	memset(line, '[', EVENT_LINE_MAX);
	assert_int_equal(event_read(line, EVENT_LINE_MAX, &view), EVENT_NOT_JSON);
}

/* As many different keys as a line can hold: the table of keys is large enough, and still every one
 * is compared. */
static void test_a_line_full_of_keys(void **state)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char last[] = "\"~~\":0}," TAIL;
	char line[EVENT_LINE_MAX + 1];
	struct text t = text_over(line, sizeof(line));
	struct event_view view;
	char *at;

	(void)state;
	text_put(&t, HEAD("1", "1") "\"kind\":\"step.answered\",\"by\":null,\"inspection\":null,"
				    "\"item\":null,\"label\":null,\"data\":{");
	for (unsigned i = 0; t.len + 7 + strlen(last) <= EVENT_LINE_MAX; i++) {
		char member[] = "\"xy\":0,";

		member[1] = letters[i % 62];
		member[2] = letters[i / 62];
		text_put(&t, member);
	}
	text_put(&t, last);
	assert_false(t.full);
	assert_true(t.len > EVENT_LINE_MAX - 7);
	assert_int_equal(event_read(line, t.len, &view), EVENT_OK);
	at = strstr(line, "\"~~\"");
	assert_non_null(at);
	memcpy(at, "\"00\"", 4); /* the first key again, at the far end */
	assert_int_equal(event_read(line, t.len, &view), EVENT_KEYS);
}

static void test_length_is_bounded(void **state)
{
	size_t cap = EVENT_LINE_MAX + 2, len = strlen(LINE);
	char *line = malloc(cap);
	struct event_view view;

	(void)state;
	assert_non_null(line);
	memcpy(line, LINE, len);
	memset(line + len, ' ', cap - len);
	assert_int_equal(event_read(line, EVENT_LINE_MAX, &view), EVENT_OK);
	assert_int_equal(event_read(line, EVENT_LINE_MAX + 1, &view), EVENT_TOO_LONG);
	free(line);
}

static void test_every_changed_byte_is_read_without_harm(void **state)
{
	char line[] = LINE;
	struct event_view view;
	unsigned fine = 0;

	(void)state;
	for (size_t i = 0; i < strlen(LINE); i++) {
		for (unsigned b = 0; b < 256; b++) {
			line[i] = (char)b;
			fine += event_read(line, strlen(LINE), &view) == EVENT_OK;
		}
		line[i] = LINE[i];
	}
	/* digits and letters may become others; quotes, keys and braces may not */
	assert_in_range(fine, strlen(LINE), strlen(LINE) * 64);
}

static void test_members_of_data(void **state)
{
	static const char text[] =
		" { \"a\" : \"x\\ny\" , \"n\":-12,\"o\":{\"k\":[1,\"}\"]},\"z\":null,"
		"\"e\":\"\",\"\\u0071\":\"quoted \\\"}\\\"\",\"l\":[] } ";
	struct event_span data = {text, strlen(text)}, got;
	char copy[16];

	(void)state;
	assert_true(event_data(&data, "a", &got));
	assert_true(event_span_copy(&got, copy, sizeof(copy)));
	assert_string_equal(copy, "x\ny");
	assert_true(event_data(&data, "n", &got));
	assert_true(event_span_is(&got, "-12"));
	assert_true(event_data(&data, "o", &got));
	assert_true(event_span_is(&got, "{\"k\":[1,\"}\"]}"));
	assert_true(event_data(&data, "z", &got));
	assert_true(event_span_is(&got, "null"));
	assert_true(event_data(&data, "e", &got));
	assert_int_equal(got.len, 0);
	assert_true(event_data(&data, "q", &got));
	assert_true(event_span_is(&got, "quoted \\\"}\\\""));
	assert_true(event_data(&data, "l", &got));
	assert_true(event_span_is(&got, "[]"));
	assert_false(event_data(&data, "k", &got)); /* nested ones are not looked at */
	assert_false(event_data(&data, "", &got));
	assert_int_equal(got.len, 0);
}

/* data that nothing has checked: no answer is promised, but no step over the end. */
static void test_members_of_broken_data(void **state)
{
	static const char *const broken[] = {"",	  "{",
					     "{\"",	  "{\"a",
					     "{\"a\"",	  "{\"a\":",
					     "{\"a\":\"", "{\"a\":\"\\",
					     "{\"\\\"",	  "[]",
					     "{\"a\":[",  "{\"a\":}",
					     "x",	  "{\"b\":1 \"a\":2"};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		size_t len = strlen(broken[i]);
		char *text = malloc(len + 1), copy[8];
		struct event_span data = {text, len}, got;

		assert_non_null(text);
		memcpy(text, broken[i], len);
		if (event_data(&data, "a", &got)) {
			assert_true(got.at >= text && got.at + got.len <= text + len);
			(void)event_span_copy(&got, copy, sizeof(copy));
		}
		free(text);
	}
}

static void test_span_copy(void **state)
{
	static const char all[] = "\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\u20ac\\ud83d\\ude00";
	struct event_span s = {all, strlen(all)};
	char out[32];
	const char *want = "\"\\/\b\f\n\r\tA\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";

	(void)state;
	assert_true(event_span_copy(&s, out, sizeof(out)));
	assert_string_equal(out, want);
	assert_true(event_span_copy(&s, out, strlen(want) + 1));
	for (size_t cap = 0; cap <= strlen(want); cap++) {
		assert_false(event_span_copy(&s, out, cap));
		if (cap > 0)
			assert_string_equal(out, "");
	}
	s = (struct event_span){"\\", 1};
	assert_false(event_span_copy(&s, out, sizeof(out)));
	s = (struct event_span){"\\u12", 4};
	assert_false(event_span_copy(&s, out, sizeof(out)));
	s = (struct event_span){NULL, 0};
	assert_true(event_span_copy(&s, out, sizeof(out)));
	assert_true(event_span_is(&s, ""));
	assert_false(event_span_is(&s, "a"));
}

static void test_every_verdict_has_words(void **state)
{
	(void)state;
	for (unsigned i = EVENT_OK; i <= EVENT_VALUE; i++)
		assert_true(strlen(event_fault_text((enum event_fault)i)) > 5);
	for (unsigned i = EVENT_LINK_OK; i <= EVENT_LINK_JOURNAL; i++)
		assert_true(strlen(event_link_text((enum event_link)i)) > 5);
}

/* RFC 9562, appendix A.6. */
static void test_uuid7_rfc9562(void **state)
{
	static const uint8_t random[10] = {0xcc, 0xc3, 0x18, 0xc4, 0xdc,
					   0x0c, 0x0c, 0x07, 0x39, 0x8f};
	char out[EVENT_UUID + 1];

	(void)state;
	event_uuid7(out, INT64_C(0x017f22e279b0), random);
	assert_string_equal(out, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	event_uuid7(out, -1, random);
	assert_string_equal(out, "00000000-0000-7cc3-98c4-dc0c0c07398f");
	event_uuid7(out, INT64_C(0xffffffffffff), (const uint8_t[10]){0});
	assert_string_equal(out, "ffffffff-ffff-7000-8000-000000000000");
	event_uuid7(out, 0, (const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
	assert_string_equal(out, "00000000-0000-7fff-bfff-ffffffffffff");
	assert_true(text_is_uuid(out, strlen(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_is_written_as_designed),
		cmocka_unit_test(test_line_with_nothing_in_it),
		cmocka_unit_test(test_longest_event_fits),
		cmocka_unit_test(test_what_no_reader_takes_is_not_written),
		cmocka_unit_test(test_each_kind_comes_back),
		cmocka_unit_test(test_line_is_read),
		cmocka_unit_test(test_every_cut_line_is_refused),
		cmocka_unit_test(test_white_space_between_tokens_is_fine),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_nul_is_refused_wherever_it_stands),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_doubled_keys_deep_in_data),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_newer_version_and_kind),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_a_line_of_brackets_costs_nothing),
		cmocka_unit_test(test_a_line_full_of_keys),
		cmocka_unit_test(test_length_is_bounded),
		cmocka_unit_test(test_every_changed_byte_is_read_without_harm),
		cmocka_unit_test(test_members_of_data),
		cmocka_unit_test(test_members_of_broken_data),
		cmocka_unit_test(test_span_copy),
		cmocka_unit_test(test_every_verdict_has_words),
		cmocka_unit_test(test_uuid7_rfc9562),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
