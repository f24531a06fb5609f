/* hqd_fixture.h - a headquarters' store in a folder of its own, and a station that writes chains
 * for it, for the tests of src/hqd. */
#ifndef TEST_HQD_FIXTURE_H
#define TEST_HQD_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hqd/store.h"
#include "station/text.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HQ_NOW	   INT64_C(1795420800000) /* 2026-11-23T08:00:00Z */
#define HQ_STATION "bench-1"
#define HQ_LABEL   "RAB10000001K"
#define HQ_BODY	   (1 << 20)

/* A station's journal being written; what was not sent yet stands in body. */
struct chain {
	struct event e; /* of the next event: station, journal, boot, clocks, label, item */
	uint32_t ids;
	char body[HQ_BODY];
	size_t len;
};

struct hq {
	char dir[64], path[96];
	struct store *s;
	struct store_reply reply;
	int64_t now;
	struct chain a, b;
};

static inline void hq_uuid(char out[EVENT_UUID + 1], const char *prefix, uint32_t n)
{
	snprintf(out, EVENT_UUID + 1, "%8.8s-0000-7000-8000-%012x", prefix, n);
}

static inline void chain_begin(struct chain *c, const char *station, const char *journal)
{
	memset(&c->e, 0, sizeof(c->e));
	c->len = 0;
	text_copy(c->e.station, sizeof(c->e.station), station);
	hq_uuid(c->e.journal, journal, 0);
	hq_uuid(c->e.boot, "b0b0b0b0", 1);
	c->e.at = (struct moment){.mono_ms = 5000, .wall_ms = HQ_NOW - 60000, .trusted = true};
	c->e.line = c->e.unit = 1;
	text_copy(c->e.label, sizeof(c->e.label), HQ_LABEL);
	text_copy(c->e.by, sizeof(c->e.by), "B7");
}

/* Writes the next event, a second after the one before; its id is in c->e.id. */
static inline void chain_add(struct chain *c, enum event_kind kind, const char *data)
{
	char prefix[9];
	size_t n;

	memcpy(prefix, c->e.journal, 8);
	prefix[8] = '\0';
	hq_uuid(c->e.id, prefix, ++c->ids);
	c->e.kind = kind;
	c->e.seq++;
	c->e.at.mono_ms += 1000;
	c->e.at.wall_ms += 1000;
	text_copy(c->e.data, sizeof(c->e.data), data);
	if (kind == EVENT_INSPECTION_OPENED && !strstr(data, "origin"))
		memcpy(c->e.inspection, c->e.id, sizeof(c->e.id));
	n = event_encode(&c->e, c->body + c->len, sizeof(c->body) - c->len);
	assert_true(n > 0);
	event_hash(c->body + c->len, n, c->e.prev);
	c->len += n;
	c->body[c->len++] = '\n';
}

static inline void chain_start(struct chain *c)
{
	chain_add(c, EVENT_JOURNAL_OPENED, "{\"parent\":null,\"why\":\"new\"}");
}

static inline void chain_open(struct chain *c, const char *supersedes)
{
	char data[128];

	if (supersedes)
		snprintf(
			data, sizeof(data),
			"{\"raw\":\"\",\"scanner\":\"main\",\"list\":\"known\",\"supersedes\":\"%s\"}",
			supersedes);
	else
		snprintf(
			data, sizeof(data),
			"{\"raw\":\"\",\"scanner\":\"main\",\"list\":\"known\",\"supersedes\":null}");
	chain_add(c, EVENT_INSPECTION_OPENED, data);
}

static inline void chain_answer(struct chain *c, const char *step, const char *answer)
{
	char data[64];

	snprintf(data, sizeof(data), "{\"step\":\"%s\",\"answer\":\"%s\"}", step, answer);
	chain_add(c, EVENT_STEP_ANSWERED, data);
}

static inline void chain_verdict(struct chain *c, enum event_kind kind, const char *verdict)
{
	char data[32];

	snprintf(data, sizeof(data), "{\"verdict\":\"%s\"}", verdict);
	chain_add(c, kind, data);
}

/* Opened, three answers, closed, final. */
static inline void chain_inspect(struct chain *c, const char *verdict, const char *supersedes)
{
	chain_open(c, supersedes);
	chain_answer(c, "appearance", "pass");
	chain_answer(c, "accessories", "pass");
	chain_answer(c, "usage", verdict);
	chain_verdict(c, EVENT_INSPECTION_CLOSED, verdict);
	chain_verdict(c, EVENT_INSPECTION_FINAL, verdict);
}

/* --- headquarters --- */

static inline void hq_open(struct hq *hq)
{
	char why[256] = "";

	if (store_open(&hq->s, hq->path, why, sizeof(why)) != 0)
		fail_msg("store_open: %s", why);
}

static inline void hq_reopen(struct hq *hq)
{
	store_close(hq->s);
	hq_open(hq);
}

static inline int hq_setup(void **state)
{
	struct hq *hq = calloc(1, sizeof(*hq));

	assert_non_null(hq);
	snprintf(hq->dir, sizeof(hq->dir), "/tmp/test-hqd-XXXXXX");
	assert_non_null(mkdtemp(hq->dir));
	snprintf(hq->path, sizeof(hq->path), "%s/hq.db", hq->dir);
	hq->now = HQ_NOW;
	hq_open(hq);
	chain_begin(&hq->a, HQ_STATION, "aaaaaaaa");
	chain_begin(&hq->b, "bench-2", "bbbbbbbb");
	*state = hq;
	return 0;
}

static inline int hq_teardown(void **state)
{
	static const char *const names[] = {"hq.db", "hq.db-wal", "hq.db-shm", "copy.db",
					    "list.csv"};
	struct hq *hq = *state;
	char path[160];

	store_close(hq->s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", hq->dir, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(hq->dir), 0);
	free(hq);
	return 0;
}

/* Sends what a chain has not sent yet. */
static inline void hq_send(struct hq *hq, struct chain *c)
{
	store_events(hq->s, c->e.station, c->e.journal, c->body, c->len, hq->now, &hq->reply);
	c->len = 0;
}

/* The same, and it must be acknowledged up to its end. */
static inline void hq_take(struct hq *hq, struct chain *c)
{
	hq_send(hq, c);
	if (hq->reply.what != STORE_ACKED)
		fail_msg("not acknowledged: %s", hq->reply.why);
	assert_int_equal(hq->reply.acked, c->e.seq);
	assert_memory_equal(hq->reply.hash, c->e.prev, EVENT_HASH);
}

/* One value out of the file, by a connection of its own. */
static inline const char *hq_text(struct hq *hq, const char *sql)
{
	static char text[512];
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	const char *value;

	assert_int_equal(sqlite3_open_v2(hq->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	value = sqlite3_step(s) == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "no row";
	snprintf(text, sizeof(text), "%s", value ? value : "null");
	sqlite3_finalize(s);
	sqlite3_close(db);
	return text;
}

static inline int64_t hq_i64(struct hq *hq, const char *sql)
{
	return strtoll(hq_text(hq, sql), NULL, 10);
}

#define hq_test(name) cmocka_unit_test_setup_teardown(name, hq_setup, hq_teardown)
#endif
