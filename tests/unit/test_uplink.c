/* test_uplink.c - what replies of headquarters mean, pages of its list, what curl's errors mean,
 * the thread that reads pages, and a line that leads nowhere. */
#include "io/uplink.h"
#include "io/uplink_curl.h"
#include "io/uplink_feed.h"
#include "io/uplink_list.h"
#include "station/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define HASH	    "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define PROBLEM	    "{\"type\":\"urn:station:problem:"
#define UUID	    "0190b8a0-0000-7000-8000-000000000001"
#define DEADLINE_MS 20000

/* --- replies to events --- */

static const struct {
	long status;
	const char *body;
	enum sync_kind kind;
	uint64_t acked;
} replies[] = {
	{200, "{\"acked\":7,\"hash\":\"" HASH "\"}", SYNC_ACKED, 7},
	{200, "{\"hash\":\"" HASH "\",\"more\":[1],\"acked\":0}", SYNC_ACKED, 0},
	{200, "{\"acked\":9223372036854775807,\"hash\":\"" HASH "\"}", SYNC_ACKED, INT64_MAX},
	{200, "{\"acked\":9223372036854775808,\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":-1,\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7.0,\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7e0,\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":\"7\",\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7,\"acked\":8,\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7,\"hash\":\"0011\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7,\"hash\":\"" HASH "0\"}", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7,\"hash\":\"" HASH "\"", SYNC_NONSENSE, 0},
	{200, "{\"acked\":7,\"hash\":\"" HASH "\"}}", SYNC_NONSENSE, 0},
	{200, "[{\"acked\":7,\"hash\":\"" HASH "\"}]", SYNC_NONSENSE, 0},
	{200, "", SYNC_NONSENSE, 0},
	{200, "<html>", SYNC_NONSENSE, 0},
	{201, "{\"acked\":7,\"hash\":\"" HASH "\"}", SYNC_NONSENSE, 0},
	{204, "", SYNC_NONSENSE, 0},
	{301, "", SYNC_NONSENSE, 0},
	{0, "", SYNC_NONSENSE, 0},
	{99, "", SYNC_NONSENSE, 0},
	{600, "", SYNC_NONSENSE, 0},
	{400, "", SYNC_REFUSED, 0},
	{401, "", SYNC_DENIED, 0},
	{403, "", SYNC_DENIED, 0},
	{404, "", SYNC_REFUSED, 0},
	{408, "", SYNC_LINE, 0},
	{409, PROBLEM "gap\",\"acked\":5}", SYNC_GAP, 5},
	{409, PROBLEM "gap\",\"acked\":0}", SYNC_GAP, 0},
	{409, PROBLEM "gap\"}", SYNC_REFUSED, 0},
	{409, PROBLEM "gap\",\"acked\":-5}", SYNC_REFUSED, 0},
	{409, PROBLEM "fork\",\"acked\":5}", SYNC_FORK, 0},
	{409, PROBLEM "forks\"}", SYNC_REFUSED, 0},
	{409, "{\"type\":\"fork\"}", SYNC_REFUSED, 0},
	{409, "fork", SYNC_REFUSED, 0},
	{413, "", SYNC_TOO_LARGE, 0},
	{415, "", SYNC_REFUSED, 0},
	{429, "", SYNC_BUSY, 0},
	{500, "", SYNC_SERVER, 0},
	{502, "", SYNC_SERVER, 0},
	{503, "", SYNC_BUSY, 0},
};

static void replies_mean_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct sync_answer a = uplink_reply_events(replies[i].status, replies[i].body,
							   strlen(replies[i].body), "", 0);

		if (a.kind != replies[i].kind || a.acked != replies[i].acked)
			fail_msg("%ld %s: kind %d, acked %llu", replies[i].status, replies[i].body,
				 a.kind, (unsigned long long)a.acked);
	}
	struct sync_answer a =
		uplink_reply_events(200, replies[0].body, strlen(replies[0].body), NULL, 0);
	assert_int_equal(a.hash[0], 0x00);
	assert_int_equal(a.hash[1], 0x11);
	assert_int_equal(a.hash[31], 0xff);
}

static void replies_are_bounded(void **state)
{
	size_t len = UPLINK_REPLY_BYTES + 1;
	char *body = malloc(len);
	int head;
	(void)state;

	assert_non_null(body);
	memset(body, ' ', len);
	head = snprintf(body, len, "{\"acked\":7,\"hash\":\"" HASH "\"}");
	body[head] = ' ';
	assert_int_equal(uplink_reply_events(200, body, len - 1, "", 0).kind, SYNC_ACKED);
	assert_int_equal(uplink_reply_events(200, body, len, "", 0).kind, SYNC_NONSENSE);
	free(body);
	assert_int_equal(uplink_reply_events(200, NULL, 0, "", 0).kind, SYNC_NONSENSE);
	assert_int_equal(uplink_reply_events(200, "{\"acked\":7\0}", 12, "", 0).kind,
			 SYNC_NONSENSE);
}

static uint64_t wait_of(const char *retry_after)
{
	/* 1994-11-06T08:49:00Z */
	return uplink_reply_events(503, "", 0, retry_after, 784111740000).retry_after_ms;
}

static void retry_after_is_seconds_or_a_date(void **state)
{
	(void)state;
	assert_int_equal(wait_of("0"), 0);
	assert_int_equal(wait_of("120"), 120000);
	assert_int_equal(wait_of("4294967295"), 4294967295000);
	assert_int_equal(wait_of("4294967296"), 0);
	assert_int_equal(wait_of("-1"), 0);
	assert_int_equal(wait_of("1.5"), 0);
	assert_int_equal(wait_of("soon"), 0);
	assert_int_equal(wait_of(""), 0);
	assert_int_equal(wait_of(NULL), 0);
	assert_int_equal(wait_of("Sun, 06 Nov 1994 08:49:37 GMT"), 37000);
	assert_int_equal(wait_of("Sunday, 06-Nov-94 08:49:37 GMT"), 37000);
	assert_int_equal(wait_of("Sun Nov  6 08:49:37 1994"), 37000);
	assert_int_equal(wait_of("Sun, 06 Nov 1994 08:48:37 GMT"), 0);
	assert_int_equal(wait_of("Sun, 06 Nov 1994 08:49:37 GMT!"), 0);
	assert_int_equal(wait_of("Fri, 31 Dec 9999 23:59:59 GMT"), 0);
}

static void detail_is_for_a_person(void **state)
{
	char out[32];
	(void)state;
#define DETAIL(body) uplink_reply_detail(body, strlen(body), out, sizeof(out))
	DETAIL("{\"title\":\"no\",\"detail\":\"not yours\"}");
	assert_string_equal(out, "not yours");
	DETAIL("{\"title\":\"no\"}");
	assert_string_equal(out, "no");
	DETAIL("{\"detail\":\"a\\u001b[2Jb\\u009bc\\n\"}");
	assert_string_equal(out, "a [2Jb c ");
	DETAIL("{\"detail\":\"123456789012345678901234567890\\u20ac\"}");
	assert_string_equal(out, "123456789012345678901234567890");
	DETAIL("{\"detail\":5}");
	assert_string_equal(out, "");
	DETAIL("<html>");
	assert_string_equal(out, "");
}

/* --- pages of the list --- */

#define PAGE(returns)                                                                              \
	"{\"cursor\":\"c.1_-\",\"reset\":false,\"more\":true,\"returns\":[" returns "]}"
#define LINE(more)                                                                                 \
	"{\"line\":2,\"quantity\":3,\"product\":\"400\",\"title\":\"T\",\"accessories\":\"A\","    \
	"\"reason\":\"R\"" more "}"
#define LAST                                                                                       \
	",\"last\":{\"verdict\":\"fail\",\"inspection\":\"" UUID "\",\"station\":\"b-2\","         \
	"\"at\":\"2026-11-23T08:00:00Z\",\"by\":\"7\"}"
#define RETURN(rma, lines)                                                                         \
	"{\"rma\":\"" rma "\",\"state\":\"approved\",\"order\":\"o\",\"wish\":\"refund\","         \
	"\"carrier\":\"c\",\"tracking\":\"t\",\"due\":\"\",\"lines\":[" lines "]}"

static bool read_page_of(struct uplink_list *l, const char *body)
{
	return uplink_list_read(l, body, strlen(body));
}

static void a_page_becomes_rows(void **state)
{
	struct uplink_list l;
	const struct parcel_row *r;
	(void)state;

	assert_true(read_page_of(&l, PAGE(RETURN("rlax1", LINE(LAST)) ",{\"rma\":\"R2\",\"gone\":"
								      "true}")));
	assert_int_equal(l.rows, 1);
	assert_int_equal(l.gones, 1);
	assert_int_equal(l.refused, 0);
	assert_string_equal(l.cursor, "c.1_-");
	assert_false(l.reset);
	assert_true(l.more);
	assert_string_equal(l.gone[0], "R2");
	r = &l.row[0];
	assert_string_equal(r->rma, "RLAX1");
	assert_int_equal(r->line, 2);
	assert_int_equal(r->quantity, 3);
	assert_true(r->approved);
	assert_string_equal(r->wish, "refund");
	assert_string_equal(r->tracking, "T");
	assert_int_equal(r->unit.line, 2);
	assert_int_equal(r->unit.unit, 1);
	assert_string_equal(r->unit.product, "400");
	assert_string_equal(r->unit.title, "T");
	assert_string_equal(r->unit.accessories, "A");
	assert_string_equal(r->unit.reason, "R");
	assert_int_equal(r->unit.last.verdict, PARCEL_FAIL);
	assert_string_equal(r->unit.last.inspection, UUID);
	assert_string_equal(r->unit.last.station, "b-2");
	assert_string_equal(r->unit.last.at, "2026-11-23T08:00:00.000Z");
	assert_string_equal(r->unit.last.by, "7");
	uplink_list_free(&l);
}

#define L1 "{\"line\":1,\"quantity\":1"

/* What is left out, and the words for it. */
static const struct {
	const char *object, *why;
} odd[] = {
	{"{\"rma\":\"RGOOD\",\"gone\":true}", "return RGOOD: it comes twice"},
	{"{\"rma\":\"rgood\",\"gone\":true}", "return rgood: it comes twice"},
	{"{\"rma\":\"R1\",\"lines\":[]}", "return R1: it has no state"},
	{"{\"rma\":\"R1\",\"state\":\"x\",\"wish\":\"gold\"}",
	 "return R1: wish is neither refund nor exchange"},
	{"{\"rma\":\"R1\",\"state\":\"x\"}", "return R1: lines are no list of 1..32"},
	{RETURN("R1", ""), "return R1: lines are no list of 1..32"},
	{RETURN("R1", "7"), "return R1: line is no number 1..9999"},
	{RETURN("R1", "{\"line\":0,\"quantity\":1}"), "return R1: line is no number 1..9999"},
	{RETURN("R1", "{\"line\":10000,\"quantity\":1}"), "return R1: line is no number 1..9999"},
	{RETURN("R1", "{\"line\":1.0,\"quantity\":1}"), "return R1: line is no number 1..9999"},
	{RETURN("R1", "{\"line\":1}"), "return R1: quantity is no number 1..32"},
	{RETURN("R1", "{\"line\":1,\"quantity\":33}"), "return R1: quantity is no number 1..32"},
	{RETURN("R1", L1 "}," L1 "}"), "return R1: a line comes twice"},
	{RETURN("R1", "{\"line\":1,\"quantity\":32}," LINE("")), "return R1: more than 32 units"},
	{RETURN("R1", L1 ",\"title\":5}"),
	 "return R1: title, accessories or reason is no plain text"},
	{RETURN("R1", L1 ",\"title\":\"a\\u0007\"}"),
	 "return R1: title, accessories or reason is no plain text"},
	{RETURN("R1", L1 ",\"product\":\"12345678901234567890123456789012345678901234567890123456"
			 "789012345\"}"),
	 "return R1: product is no code of at most 64 bytes"},
	{RETURN("R1", L1 ",\"last\":5}"), "return R1: last is no inspection"},
	{RETURN("R1", L1 ",\"last\":{\"verdict\":\"maybe\"}}"), "return R1: last is no inspection"},
	{RETURN("R1", L1 ",\"last\":{\"verdict\":\"pass\",\"inspection\":\"x\"}}"),
	 "return R1: last is no inspection"},
	{RETURN("R1", L1 ",\"last\":{\"verdict\":\"pass\",\"at\":\"yesterday\"}}"),
	 "return R1: last is no inspection"},
	{RETURN("R1", L1 ",\"last\":{\"verdict\":\"pass\",\"by\":\"12345678901234567\"}}"),
	 "return R1: last is no inspection"},
};

static void an_odd_return_is_left_out(void **state)
{
	char body[4096];
	(void)state;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct uplink_list l;

		snprintf(body, sizeof(body), PAGE("%s,%s,%s"), RETURN("RGOOD", LINE("")),
			 odd[i].object, RETURN("RBEHIND", L1 ",\"last\":null}"));
		assert_true(read_page_of(&l, body));
		assert_string_equal(l.why, odd[i].why);
		assert_int_equal(l.refused, 1);
		assert_int_equal(l.rows, 2);
		assert_int_equal(l.gones, 0);
		assert_string_equal(l.row[0].rma, "RGOOD");
		assert_string_equal(l.row[1].rma, "RBEHIND");
		assert_int_equal(l.row[1].unit.last.verdict, PARCEL_NONE);
		uplink_list_free(&l);
	}
}

/* A return without a name costs the page, and so does a page of which nothing is left. */
static void a_page_with_a_nameless_return_is_refused(void **state)
{
	static const char *const bad[] = {"5",
					  "{}",
					  "{\"rma\":\"\"}",
					  "{\"rma\":\"A B\",\"gone\":true}",
					  "{\"rma\":\"\\u00e9\",\"gone\":true}",
					  "{\"rma\":\"R\\n\",\"gone\":true}",
					  "{\"rma\":\"R1\",\"gone\":false}"};
	char body[4096];
	struct uplink_list l;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(body, sizeof(body), PAGE("%s,%s"), RETURN("RGOOD", LINE("")), bad[i]);
		assert_false(read_page_of(&l, body));
		assert_non_null(strstr(l.why, i < sizeof(bad) / sizeof(bad[0]) - 1
						      ? ": rma is no return number"
						      : "return R1: gone is not true"));
		assert_int_equal(l.rows + l.gones, 0);
		assert_null(l.row);
	}
	snprintf(body, sizeof(body), PAGE("%s,%s"), RETURN("R1", "7"), RETURN("R2", ""));
	assert_false(read_page_of(&l, body));
	assert_string_equal(l.why, "return R1: line is no number 1..9999"); /* of the first */
}

static void what_is_no_page_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{\"cursor\":\"c\",\"reset\":false,\"more\":true}",
		"{\"cursor\":\"\",\"reset\":false,\"more\":true,\"returns\":[]}",
		"{\"cursor\":\"a b\",\"reset\":false,\"more\":true,\"returns\":[]}",
		"{\"cursor\":\"a&b\",\"reset\":false,\"more\":true,\"returns\":[]}",
		"{\"cursor\":7,\"reset\":false,\"more\":true,\"returns\":[]}",
		"{\"cursor\":\"c\",\"reset\":0,\"more\":true,\"returns\":[]}",
		"{\"cursor\":\"c\",\"reset\":false,\"more\":true,\"returns\":{}}",
		"{\"cursor\":\"c\",\"cursor\":\"c\",\"reset\":false,\"more\":true,\"returns\":[]}",
		("{\"cursor\":\"12345678901234567890123456789012345678901234567890123456789012345\","
		 "\"reset\":false,\"more\":true,\"returns\":[]}"),
	};
	struct uplink_list l;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(read_page_of(&l, bad[i]));
		assert_string_not_equal(l.why, "");
		assert_int_equal(l.rows + l.gones, 0);
	}
	assert_true(read_page_of(&l, PAGE("")));
	uplink_list_free(&l);
	assert_false(uplink_list_read(&l, PAGE(""), UPLINK_LIST_BYTES + 1)); /* not looked at */
}

static void what_is_only_shown_is_cut(void **state)
{
	char body[4096], title[256] = "", cut[65];
	struct uplink_list l;
	(void)state;

	for (int i = 0; i < 30; i++)
		strcat(title, "\xe2\x82\xac"); /* 90 bytes */
	snprintf(body, sizeof(body), PAGE("%s"), RETURN("R1", L1 ",\"title\":\"TITLE\"}"));
	char *at = strstr(body, "TITLE");
	char rest[1024];
	strcpy(rest, at + 5);
	sprintf(at, "%s%s", title, rest);
	assert_true(read_page_of(&l, body));
	assert_int_equal(l.rows, 1);
	memcpy(cut, title, 60);
	strcpy(cut + 60, "\xe2\x80\xa6");
	assert_string_equal(l.row[0].unit.title, cut);
	uplink_list_free(&l);
}

/* --- curl's errors --- */

static void errors_of_curl_name_their_cause(void **state)
{
	static const struct {
		int code;
		const char *said;
		long verified, os_error;
		bool trusted;
		enum sync_kind kind;
		const char *words;
	} table[] = {
		{CURLE_COULDNT_RESOLVE_HOST, "", 0, 0, true, SYNC_LINE, "name is not found: hq"},
		{CURLE_COULDNT_CONNECT, "", 0, ECONNREFUSED, true, SYNC_LINE,
		 "hq: Connection refused"},
		{CURLE_OPERATION_TIMEDOUT, "", 0, 0, true, SYNC_LINE, "does not answer: hq"},
		{CURLE_PARTIAL_FILE, "", 0, 0, true, SYNC_LINE, "was cut: hq"},
		{CURLE_GOT_NOTHING, "", 0, 0, true, SYNC_LINE, "was cut: hq"},
		{CURLE_RECV_ERROR,
		 "GnuTLS recv error (-110): The TLS connection was non-properly "
		 "terminated.",
		 0, 0, true, SYNC_LINE, "was cut: hq"},
		{CURLE_RECV_ERROR, "GnuTLS recv error (-12): A TLS fatal alert has been received.",
		 0, 0, true, SYNC_TLS, "alert"},
		{CURLE_SSL_CONNECT_ERROR,
		 "gnutls_handshake() failed: The TLS connection was "
		 "non-properly terminated.",
		 0, 0, true, SYNC_LINE, "was cut: hq"},
		{CURLE_SSL_CONNECT_ERROR, "Send failure: Broken pipe", 0, 0, true, SYNC_LINE,
		 "was cut: hq"},
		{CURLE_SSL_CONNECT_ERROR, "Recv failure: Connection timed out", 0, 0, true,
		 SYNC_LINE, "was cut: hq"},
		{CURLE_SSL_CONNECT_ERROR, "gnutls_handshake() failed: Error in the pull function.",
		 0, 0, true, SYNC_LINE, "was cut: hq"},
		{CURLE_SSL_CONNECT_ERROR,
		 "gnutls_handshake() failed: A packet with illegal or "
		 "unsupported version was received.",
		 0, 0, true, SYNC_TLS, "unsupported version"},
		{CURLE_PEER_FAILED_VERIFICATION, "x", 0, 0, true, SYNC_TLS, "not for this name"},
		{CURLE_PEER_FAILED_VERIFICATION, "x", 2 | 1 << 10, 0, true, SYNC_TLS,
		 "has expired: hq"},
		{CURLE_PEER_FAILED_VERIFICATION, "x", 2 | 1 << 9, 0, true, SYNC_TLS,
		 "not yet valid: hq"},
		{CURLE_PEER_FAILED_VERIFICATION, "x", 2 | 1 << 9, 0, false, SYNC_TLS,
		 "this station's clock that is wrong"},
		{CURLE_PEER_FAILED_VERIFICATION, "x", 2 | 1 << 5, 0, true, SYNC_TLS, "is revoked"},
		{CURLE_PEER_FAILED_VERIFICATION, "x", 2 | 1 << 6, 0, true, SYNC_TLS,
		 "no authority"},
		{CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed", 0, 0, true,
		 SYNC_NONSENSE, "HTTP/0.9"},
		{CURLE_OUT_OF_MEMORY, "", 0, 0, true, SYNC_NONSENSE, "reply is none"},
		{CURLE_INTERFACE_FAILED, "", 0, 0, true, SYNC_LINE,
		 "no line to headquarters: hq: "},
	};
	(void)state;

	if (strncmp(curl_version_info(CURLVERSION_NOW)->ssl_version, "GnuTLS", 6) != 0)
		skip();
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct uplink_response r = {.replied = true};

		uplink_curl_why(&r, table[i].code, table[i].said, table[i].verified,
				table[i].os_error, "hq", table[i].trusted);
		if (r.replied || r.kind != table[i].kind || !strstr(r.why, table[i].words))
			fail_msg("%zu: kind %d, %s", i, r.kind, r.why);
	}
}

/* --- the thread that reads --- */

struct bench {
	struct loop *loop;
	struct loop_source *deadline;
	bool late;
	struct uplink *uplink;
	struct uplink_state until; /* line and why that are waited for */
	unsigned done;
	uint64_t acked;
	int hang[2]; /* a pipe on which the source hangs */
	bool closed;
};

static void on_deadline(void *user)
{
	struct bench *b = user;

	b->late = true;
	loop_quit(b->loop);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	assert_int_equal(loop_open(&b->loop), 0);
	assert_int_equal(loop_timer(b->loop, &b->deadline, on_deadline, b), 0);
	assert_int_equal(pipe(b->hang), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	uplink_close(b->uplink);
	loop_close(b->loop);
	close(b->hang[0]);
	close(b->hang[1]);
	free(b);
	return 0;
}

static void run(struct bench *b)
{
	uint64_t at = loop_moment(b->loop).mono_ms + DEADLINE_MS;

	assert_int_equal(loop_timer_set(b->deadline, at), 0);
	assert_int_equal(loop_run(b->loop), 0);
	assert_false(b->late);
}

/* Events 1..10, lines "line N". */
static int ten_lines(void *user, uint64_t from, uint32_t count, struct uplink_page *page)
{
	(void)user;
	if (from == 99)
		return -EIO;
	page->len = 0;
	page->from = page->to = 0;
	for (uint64_t n = from; n <= 10 && n < from + count; n++) {
		page->len += (size_t)sprintf(page->lines + page->len, "line %u\n", (unsigned)n);
		page->from = from;
		page->to = n;
		memset(page->hash, (int)n, sizeof(page->hash));
	}
	return 0;
}

static int hash_of(void *user, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	(void)user;
	memset(hash, (int)seq, EVENT_HASH);
	return seq <= 10 ? 0 : -ENOENT;
}

static void on_close(void *user)
{
	struct bench *b = user;

	b->closed = true;
}

static void on_job(void *user, struct uplink_job *job)
{
	struct bench *b = user;

	assert_false(job->busy);
	if (--b->done == 0)
		loop_quit(b->loop);
}

static void unpack(const struct uplink_job *job, char *out, size_t cap)
{
	z_stream z = {.next_in = (Bytef *)job->packed,
		      .avail_in = (uInt)job->packed_len,
		      .next_out = (Bytef *)out,
		      .avail_out = (uInt)cap - 1};

	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	out[z.total_out] = '\0';
	inflateEnd(&z);
}

static void the_thread_reads_and_packs(void **state)
{
	struct bench *b = *state;
	struct uplink_source source = {
		.page = ten_lines, .hash = hash_of, .close = on_close, .user = b};
	struct uplink_job job[6] = {
		{.kind = UPLINK_JOB_PAGE, .from = 1, .count = 2},
		{.kind = UPLINK_JOB_PAGE, .from = 9, .count = 500},
		{.kind = UPLINK_JOB_PAGE, .from = 11, .count = 1},
		{.kind = UPLINK_JOB_PAGE, .from = 99, .count = 1},
		{.kind = UPLINK_JOB_HASH, .from = 3},
		{.kind = UPLINK_JOB_LIST, .body = strdup(PAGE("")), .body_len = strlen(PAGE(""))},
	};
	struct uplink_feed *f;
	char text[256];

	assert_int_equal(uplink_feed_open(&f, b->loop, &source, on_job, b), 0);
	b->done = 6;
	for (int i = 0; i < 6; i++)
		uplink_feed_ask(f, &job[i]);
	run(b);
	unpack(&job[0], text, sizeof(text));
	assert_string_equal(text, "line 1\nline 2\n");
	assert_int_equal(job[0].to, 2);
	assert_int_equal(job[0].hash[5], 2);
	unpack(&job[1], text, sizeof(text));
	assert_string_equal(text, "line 9\nline 10\n");
	assert_int_equal(job[2].error, 0);
	assert_int_equal(job[2].to, 0);
	assert_int_equal(job[3].error, -EIO);
	assert_int_equal(job[4].hash[0], 3);
	assert_int_equal(job[5].error, 0);
	assert_string_equal(job[5].list.cursor, "c.1_-");
	assert_true(uplink_feed_close(f));
	assert_true(b->closed);
	for (int i = 0; i < 6; i++)
		uplink_feed_free(&job[i]);
}

/* --- a line that leads nowhere --- */

static void on_acked(void *user, uint64_t seq)
{
	struct bench *b = user;

	b->acked = seq;
}

static void on_fork(void *user)
{
	(void)user;
	fail();
}

static void on_returns(void *user, const struct uplink_returns *page)
{
	(void)user;
	(void)page;
	fail();
}

static void on_changed(void *user)
{
	struct bench *b = user;
	struct uplink_state s;

	uplink_state(b->uplink, &s);
	if (s.line == b->until.line && strstr(s.why, b->until.why) && s.why[0])
		loop_quit(b->loop);
}

static void open_line(struct bench *b, const char *url, const char *cert)
{
	struct uplink_source source = {.page = ten_lines, .hash = hash_of, .user = b};
	struct uplink_calls calls = {.acked = on_acked,
				     .fork = on_fork,
				     .changed = on_changed,
				     .returns = on_returns,
				     .user = b};
	struct uplink_config config = {.url = url,
				       .ca_file = "",
				       .cert_file = cert,
				       .key_file = cert,
				       .crl_file = "",
				       .proxy = "none",
				       .software = "test",
				       .sync = {.seed = 1, .backoff_ms = 1}};

	assert_int_equal(uplink_open(&b->uplink, b->loop, &config, &source, &calls), 0);
	uplink_begin(b->uplink, UUID, 0, 0, 10, "");
}

static void a_certificate_that_is_missing_is_named(void **state)
{
	struct bench *b = *state;

	b->until = (struct uplink_state){
		.line = SYNC_LINE_PERSON,
		.why = "cannot read this station's certificate: /nonexistent/c.pem: No such file"};
	open_line(b, "https://127.0.0.1:1", "/nonexistent/c.pem");
	run(b);
	assert_int_equal(b->acked, 0);
}

static void nobody_at_the_other_end(void **state)
{
	struct bench *b = *state;

	b->until = (struct uplink_state){
		.line = SYNC_LINE_OFFLINE,
		.why = "no connection to headquarters: 127.0.0.1:1: Connection refused"};
	open_line(b, "https://127.0.0.1:1", "/dev/null");
	run(b);
}

static void a_name_that_is_none(void **state)
{
	struct bench *b = *state;

	b->until = (struct uplink_state){.line = SYNC_LINE_OFFLINE,
					 .why = "headquarters' name is not found: hq.invalid"};
	open_line(b, "https://hq.invalid", "/dev/null");
	run(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_mean_what_they_say),
		cmocka_unit_test(replies_are_bounded),
		cmocka_unit_test(retry_after_is_seconds_or_a_date),
		cmocka_unit_test(detail_is_for_a_person),
		cmocka_unit_test(a_page_becomes_rows),
		cmocka_unit_test(an_odd_return_is_left_out),
		cmocka_unit_test(a_page_with_a_nameless_return_is_refused),
		cmocka_unit_test(what_is_no_page_is_refused),
		cmocka_unit_test(what_is_only_shown_is_cut),
		cmocka_unit_test(errors_of_curl_name_their_cause),
		cmocka_unit_test_setup_teardown(the_thread_reads_and_packs, setup, teardown),
		cmocka_unit_test_setup_teardown(a_certificate_that_is_missing_is_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nobody_at_the_other_end, setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_that_is_none, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
