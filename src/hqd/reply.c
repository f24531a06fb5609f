/* reply.c - what each call of the HTTP contract answers. */
#include "reply.h"
#include "conn.h"
#include "metrics.h"
#include "station/text.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JSON	   "application/json"
#define CURSOR_MAX 64

static void reply_refuse(struct reply *r, enum refusal why, const char *detail,
			 const uint64_t *acked)
{
	r->refusal = why;
	(void)text_copy(r->detail, sizeof(r->detail), detail);
	r->answer = answer_problem(why, r->detail, acked);
}

/* The answer to events and anchors. */
static void reply_stored(struct reply *r, const struct store_reply *s, enum refusal bad)
{
	char hex[2 * EVENT_HASH + 1];
	char buf[128];
	struct text t = text_over(hex, sizeof(hex));

	switch (s->what) {
	case STORE_ACKED:
		text_hex(&t, s->hash, EVENT_HASH);
		(void)snprintf(buf, sizeof(buf), "{\"acked\":%llu,\"hash\":\"%s\"}",
			       (unsigned long long)s->acked, hex);
		r->answer = answer_text(JSON, strdup(buf), strlen(buf));
		break;
	case STORE_GAP:
		reply_refuse(r, REFUSAL_GAP, s->why, &s->acked);
		break;
	case STORE_FORK:
		reply_refuse(r, REFUSAL_FORK, s->why, &s->acked);
		break;
	case STORE_BAD:
		reply_refuse(r, bad, s->why, NULL);
		break;
	case STORE_FOREIGN:
		reply_refuse(r, REFUSAL_FOREIGN, s->why, NULL);
		break;
	case STORE_FAILED:
		reply_refuse(r, REFUSAL_UNWRITABLE, s->why, NULL);
		break;
	}
}

static uint64_t now_us(void)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void reply_events(struct reply *r, struct front *f, const char *station, const char *journal,
		  const struct body *body)
{
	struct store_reply s = {.what = STORE_FAILED};
	uint64_t begun = now_us();

	if (body->len == 0) {
		reply_refuse(r, REFUSAL_BAD_EVENTS, "there is no event in it", NULL);
		return;
	}
	front_events(f, station, journal, body->bytes, body->len, &s);
	metrics_ingest(body->sent, body->len, now_us() - begun);
	reply_stored(r, &s, REFUSAL_BAD_EVENTS);
}

/* {"seq":N,"hash":"64 hex"}; other members are left alone. */
static bool anchor_read(const struct body *body, uint64_t *seq, uint8_t hash[EVENT_HASH])
{
	json_t *o =
		json_loadb(body->bytes ? body->bytes : "", body->len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *n = json_object_get(o, "seq");
	const json_t *h = json_object_get(o, "hash");
	bool good = json_is_integer(n) && json_integer_value(n) > 0 && json_is_string(h) &&
		    text_read_hex(json_string_value(h), json_string_length(h), hash, EVENT_HASH);

	if (good)
		*seq = (uint64_t)json_integer_value(n);
	json_decref(o);
	return good;
}

void reply_anchor(struct reply *r, struct front *f, const char *station, const char *journal,
		  const struct body *body)
{
	struct store_reply s = {.what = STORE_FAILED};
	uint8_t hash[EVENT_HASH];
	uint64_t seq = 0;

	if (!anchor_read(body, &seq, hash)) {
		reply_refuse(r, REFUSAL_BAD_ANCHOR,
			     "an anchor is {\"seq\":N,\"hash\":\"64 hex digits\"}, N from 1", NULL);
		return;
	}
	front_anchor(f, station, journal, seq, hash, &s);
	reply_stored(r, &s, REFUSAL_BAD_ANCHOR);
}

static bool cursor_good(const char *s, size_t len)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return len <= CURSOR_MAX && strlen(s) == len && strspn(s, allowed) == len;
}

void reply_expected(struct reply *r, struct front *f, struct MHD_Connection *connection)
{
	const char *after = NULL;
	size_t len = 0;

	(void)MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, "after", 5, &after,
					    &len);
	if (after && !cursor_good(after, len)) {
		reply_refuse(r, REFUSAL_BAD_CURSOR,
			     "a cursor has at most 64 of A-Z a-z 0-9 '.' '_' '-'", NULL);
		return;
	}
	char *text = front_expected(f, after ? after : "", &len);
	if (text)
		r->answer = answer_text(JSON, text, len);
	else
		reply_refuse(r, REFUSAL_UNWRITABLE, "the list can't be read", NULL);
}

void reply_health(struct reply *r, struct front *f)
{
	static const char fine[] = "{\"status\":\"ok\"}";

	if (front_healthy(f, conn_now_ms()))
		r->answer = answer_text(JSON, strdup(fine), strlen(fine));
	else
		reply_refuse(r, REFUSAL_UNWRITABLE, "the store can't be written", NULL);
}

void reply_metrics(struct reply *r, struct front *f)
{
	struct store_numbers numbers = {0};
	struct store_photo_numbers photos = {0};
	bool known = front_numbers(f, &numbers, &photos);
	unsigned open = 0, busy = 0;
	size_t len = 0;

	conn_count(&open, &busy);
	char *text = metrics_text(known ? &numbers : NULL, known ? &photos : NULL,
				  album_parts(&f->album), open, &len);
	r->answer = answer_text("text/plain; version=0.0.4; charset=utf-8", text, len);
}
