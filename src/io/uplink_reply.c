/* uplink_reply.c - what headquarters' reply to events or to a photo means: HTTP status, JSON and
 * Retry-After become an answer of station/sync.h or photosync.h. Pure, so that it can be fuzzed. */
#include "station/text.h"
#include "uplink.h"
#include <jansson.h>
#include <string.h>
#include <time.h>

#define PROBLEM "urn:station:problem:"

static json_t *reply_object(const char *body, size_t len)
{
	json_t *root = NULL;

	if (body && len <= UPLINK_REPLY_BYTES)
		root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (root && !json_is_object(root)) {
		json_decref(root);
		root = NULL;
	}
	return root;
}

static bool read_acked(const json_t *root, uint64_t *acked)
{
	const json_t *value = json_object_get(root, "acked");

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*acked = (uint64_t)json_integer_value(value);
	return true;
}

static void read_stored(const char *body, size_t len, struct sync_answer *out)
{
	json_t *root = reply_object(body, len);
	const json_t *hash = json_object_get(root, "hash");

	if (root && read_acked(root, &out->acked) && json_is_string(hash) &&
	    text_read_hex(json_string_value(hash), json_string_length(hash), out->hash,
			  sizeof(out->hash)))
		out->kind = SYNC_ACKED;
	else
		*out = (struct sync_answer){.kind = SYNC_NONSENSE};
	json_decref(root);
}

/* A 409 has to name what it means: sealing a journal is no guess. */
static void read_conflict(const char *body, size_t len, struct sync_answer *out)
{
	json_t *root = reply_object(body, len);
	const char *type = json_string_value(json_object_get(root, "type"));

	out->kind = SYNC_REFUSED;
	if (type && strcmp(type, PROBLEM "fork") == 0)
		out->kind = SYNC_FORK;
	else if (type && strcmp(type, PROBLEM "gap") == 0 && read_acked(root, &out->acked))
		out->kind = SYNC_GAP;
	json_decref(root);
}

/* Seconds, or one of the three forms of an HTTP date (RFC 9110 5.6.7). 0: not told, or past. */
static uint64_t read_wait(const char *value, int64_t now_ms)
{
	static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT",
					    "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"};
	uint64_t seconds;

	if (!value)
		return 0;
	if (text_read_u64(value, strlen(value), UINT32_MAX, &seconds))
		return seconds * 1000;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {0};
		const char *end = strptime(value, forms[i], &tm);
		int64_t at = end && *end == '\0' ? (int64_t)timegm(&tm) : -1;

		if (at > 0 && at < (int64_t)UINT32_MAX * 2)
			return at * 1000 > now_ms ? (uint64_t)at * 1000 - (uint64_t)now_ms : 0;
	}
	return 0;
}

struct sync_answer uplink_reply_events(long status, const char *body, size_t len,
				       const char *retry_after, int64_t now_ms)
{
	struct sync_answer answer = {.kind = SYNC_NONSENSE};

	switch (status) {
	case 200:
		read_stored(body, len, &answer);
		break;
	case 401:
	case 403:
		answer.kind = SYNC_DENIED;
		break;
	case 408: /* it did not get all of the request in time */
		answer.kind = SYNC_LINE;
		break;
	case 409:
		read_conflict(body, len, &answer);
		break;
	case 413:
		answer.kind = SYNC_TOO_LARGE;
		break;
	case 429:
	case 503:
		answer.kind = SYNC_BUSY;
		answer.retry_after_ms = read_wait(retry_after, now_ms < 0 ? 0 : now_ms);
		break;
	default:
		if (status >= 400 && status <= 499)
			answer.kind = SYNC_REFUSED;
		else if (status >= 500 && status <= 599)
			answer.kind = SYNC_SERVER;
		break;
	}
	return answer;
}

static bool read_have(const char *body, size_t len, uint64_t *have)
{
	json_t *root = reply_object(body, len);
	const json_t *value = json_object_get(root, "have");
	bool ok = json_is_integer(value) && json_integer_value(value) >= 0;

	if (ok)
		*have = (uint64_t)json_integer_value(value);
	json_decref(root);
	return ok;
}

struct photosync_answer uplink_reply_photo(long status, const char *body, size_t len,
					   const char *retry_after, int64_t now_ms)
{
	struct photosync_answer answer = {.kind = SYNC_NONSENSE};
	struct sync_answer as_events;

	switch (status) {
	case 200:
	case 201:
		if (read_have(body, len, &answer.have))
			answer.kind = SYNC_ACKED;
		return answer;
	case 404:
		answer.kind = SYNC_REFUSED;
		answer.unknown = true;
		return answer;
	case 409: /* what it has is asked for anew, whatever it says */
		answer.kind = SYNC_GAP;
		return answer;
	case 507:
		status = 503; /* it will have room again */
		break;
	default:
		break;
	}
	as_events = uplink_reply_events(status, NULL, 0, retry_after, now_ms);
	answer.kind = as_events.kind;
	answer.retry_after_ms = as_events.retry_after_ms;
	return answer;
}

/* C0, DEL and C1 may order a terminal about. */
static void put_plain(struct text *t, const char *s)
{
	for (; *s && !t->full; s++) {
		const unsigned char *u = (const unsigned char *)s;
		size_t more = 0;

		if (u[0] < 0x20 || u[0] == 0x7f) {
			text_char(t, ' ');
			continue;
		}
		if (u[0] == 0xc2 && u[1] < 0xa0) {
			text_char(t, ' ');
			s++;
			continue;
		}
		while ((u[more + 1] & 0xc0) == 0x80) /* whole characters or none */
			more++;
		text_bytes(t, s, more + 1);
		s += more;
	}
}

void uplink_reply_detail(const char *body, size_t len, char *out, size_t cap)
{
	json_t *root = reply_object(body, len);
	const char *detail = json_string_value(json_object_get(root, "detail"));
	struct text t = text_over(out, cap);

	if (!detail || !detail[0])
		detail = json_string_value(json_object_get(root, "title"));
	if (detail)
		put_plain(&t, detail);
	json_decref(root);
}
