/* event.c - writes and reads an event's one line, and follows the chain of hashes; see
 * station/event.h. The order of the keys is the order of enum field. */
#include "station/event.h"
#include "json.h"
#include "station/text.h"
#include <nettle/sha2.h>
#include <string.h>

#define NUMBER_MAX INT64_MAX /* what every reader's integers can hold */
#define KIND_MAX   64	     /* bytes of a kind's name, newer ones included */

enum field {
	FIELD_V,
	FIELD_STATION,
	FIELD_JOURNAL,
	FIELD_SEQ,
	FIELD_ID,
	FIELD_AT,
	FIELD_CLOCK,
	FIELD_BOOT,
	FIELD_MONO_MS,
	FIELD_KIND,
	FIELD_BY,
	FIELD_INSPECTION,
	FIELD_ITEM,
	FIELD_LABEL,
	FIELD_DATA,
	FIELD_PREV,
	FIELDS
};

static const char field_names[FIELDS][12] = {
	[FIELD_V] = "v",	 [FIELD_STATION] = "station", [FIELD_JOURNAL] = "journal",
	[FIELD_SEQ] = "seq",	 [FIELD_ID] = "id",	      [FIELD_AT] = "at",
	[FIELD_CLOCK] = "clock", [FIELD_BOOT] = "boot",	      [FIELD_MONO_MS] = "mono_ms",
	[FIELD_KIND] = "kind",	 [FIELD_BY] = "by",	      [FIELD_INSPECTION] = "inspection",
	[FIELD_ITEM] = "item",	 [FIELD_LABEL] = "label",     [FIELD_DATA] = "data",
	[FIELD_PREV] = "prev",
};

static const char kind_names[EVENT_UNKNOWN][24] = {
	[EVENT_STATION_STARTED] = "station.started",
	[EVENT_STATION_STOPPED] = "station.stopped",
	[EVENT_CLOCK_STEPPED] = "clock.stepped",
	[EVENT_BADGE_IN] = "badge.in",
	[EVENT_BADGE_OUT] = "badge.out",
	[EVENT_PARCEL_ARRIVED] = "parcel.arrived",
	[EVENT_PARCEL_CLOSED] = "parcel.closed",
	[EVENT_LABEL_REJECTED] = "label.rejected",
	[EVENT_INSPECTION_OPENED] = "inspection.opened",
	[EVENT_STEP_ANSWERED] = "step.answered",
	[EVENT_STEP_WITHDRAWN] = "step.withdrawn",
	[EVENT_REASON_GIVEN] = "reason.given",
	[EVENT_PHOTO_TAKEN] = "photo.taken",
	[EVENT_INSPECTION_CLOSED] = "inspection.closed",
	[EVENT_INSPECTION_REOPENED] = "inspection.reopened",
	[EVENT_INSPECTION_FINAL] = "inspection.final",
	[EVENT_INSPECTION_ABANDONED] = "inspection.abandoned",
	[EVENT_EXPORT_DONE] = "export.done",
	[EVENT_FAULT_RAISED] = "fault.raised",
	[EVENT_FAULT_CLEARED] = "fault.cleared",
	[EVENT_JOURNAL_OPENED] = "journal.opened",
	[EVENT_LABELS_LOADED] = "labels.loaded",
};

static const uint8_t no_hash[EVENT_HASH]; /* prev of the first event */

/* --- writing --- */

static void key_put(struct text *t, enum field field)
{
	text_put(t, field == FIELD_V ? "{\"" : ",\"");
	text_put(t, field_names[field]);
	text_put(t, "\":");
}

static void number_put(struct text *t, enum field field, uint64_t n)
{
	key_put(t, field);
	text_u64(t, n);
}

static void string_put(struct text *t, enum field field, const char *s)
{
	key_put(t, field);
	text_json(t, s, strlen(s));
}

static void nullable_put(struct text *t, enum field field, const char *s)
{
	key_put(t, field);
	if (s[0] != '\0')
		text_json(t, s, strlen(s));
	else
		text_put(t, "null");
}

static void item_put(struct text *t, uint16_t line, uint16_t unit)
{
	key_put(t, FIELD_ITEM);
	if (line == 0) {
		text_put(t, "null");
		return;
	}
	text_put(t, "{\"line\":");
	text_u64(t, line);
	text_put(t, ",\"unit\":");
	text_u64(t, unit);
	text_char(t, '}');
}

static void time_put(struct text *t, const struct moment *at)
{
	key_put(t, FIELD_AT);
	text_char(t, '"');
	text_time(t, at->wall_ms);
	text_char(t, '"');
	string_put(t, FIELD_CLOCK, at->trusted ? "trusted" : "untrusted");
}

size_t event_encode(const struct event *e, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);
	struct event_view check;

	number_put(&t, FIELD_V, EVENT_VERSION);
	string_put(&t, FIELD_STATION, e->station);
	string_put(&t, FIELD_JOURNAL, e->journal);
	number_put(&t, FIELD_SEQ, e->seq);
	string_put(&t, FIELD_ID, e->id);
	time_put(&t, &e->at);
	string_put(&t, FIELD_BOOT, e->boot);
	number_put(&t, FIELD_MONO_MS, e->at.mono_ms);
	string_put(&t, FIELD_KIND, event_kind_name(e->kind));
	nullable_put(&t, FIELD_BY, e->by);
	nullable_put(&t, FIELD_INSPECTION, e->inspection);
	item_put(&t, e->line, e->unit);
	nullable_put(&t, FIELD_LABEL, e->label);
	key_put(&t, FIELD_DATA);
	text_put(&t, e->data[0] != '\0' ? e->data : "{}");
	key_put(&t, FIELD_PREV);
	text_char(&t, '"');
	text_hex(&t, e->prev, sizeof(e->prev));
	text_put(&t, "\"}");
	if (t.full || event_read(buf, t.len, &check) != EVENT_OK || check.kind == EVENT_UNKNOWN)
		return 0;
	return t.len;
}

/* --- reading --- */

bool event_span_is(const struct event_span *s, const char *text)
{
	return strlen(text) == s->len && (s->len == 0 || memcmp(s->at, text, s->len) == 0);
}

bool event_span_copy(const struct event_span *s, char *dst, size_t cap)
{
	size_t n = 0;

	if (cap == 0)
		return false;
	dst[0] = '\0';
	if (s->len > 0 && s->len < cap && !memchr(s->at, '\\', s->len)) {
		memcpy(dst, s->at, s->len);
		dst[s->len] = '\0';
		return true;
	}
	for (size_t at = 0; at < s->len;) {
		char out[4];
		size_t bytes = json_char(s->at, s->len, &at, out);

		if (bytes == 0 || bytes >= cap - n) {
			dst[0] = '\0';
			return false;
		}
		memcpy(dst + n, out, bytes);
		n += bytes;
	}
	dst[n] = '\0';
	return true;
}

static bool number_read(const struct event_span *raw, uint64_t min, uint64_t max, uint64_t *out)
{
	return text_read_u64(raw->at, raw->len, max, out) && *out >= min;
}

/* A string of 1..max characters out of a-z 0-9 . _ - and, if upper, A-Z. */
static bool word_read(const struct event_span *raw, size_t max, bool upper, struct event_span *out)
{
	if (!json_unquote(raw, out) || out->len == 0 || out->len > max)
		return false;
	for (size_t i = 0; i < out->len; i++) {
		char c = out->at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      c == '-' || (upper && c >= 'A' && c <= 'Z')))
			return false;
	}
	return true;
}

static bool uuid_read(const struct event_span *raw, struct event_span *out)
{
	return json_unquote(raw, out) && text_is_uuid(out->at, out->len);
}

static bool null_read(const struct event_span *raw, struct event_span *out)
{
	if (!event_span_is(raw, "null"))
		return false;
	*out = (struct event_span){raw->at, 0};
	return true;
}

/* null, or a string of 1..max bytes once its escapes are decoded. */
static bool nullable_read(const struct event_span *raw, size_t max, struct event_span *out)
{
	char decoded[LABEL_MAX + 1];

	if (null_read(raw, out))
		return true;
	return json_unquote(raw, out) && event_span_copy(out, decoded, max + 1) &&
	       decoded[0] != '\0';
}

static bool kind_read(const struct event_span *raw, struct event_view *out)
{
	size_t i = 0;

	if (!word_read(raw, KIND_MAX, false, &out->kind_name))
		return false;
	while (i < EVENT_UNKNOWN && !event_span_is(&out->kind_name, kind_names[i]))
		i++;
	out->kind = (enum event_kind)i;
	return true;
}

static bool clock_read(const struct event_span *raw, struct moment *at)
{
	at->trusted = event_span_is(raw, "\"trusted\"");
	return at->trusted || event_span_is(raw, "\"untrusted\"");
}

static bool time_read(const struct event_span *raw, struct moment *at)
{
	struct event_span inside;

	return json_unquote(raw, &inside) && text_read_time(inside.at, inside.len, &at->wall_ms);
}

static bool item_read(const struct event_span *raw, struct event_view *out)
{
	struct json_walk w = json_members(raw);
	struct event_span key, line, unit, more;
	uint64_t line_no, unit_no;

	out->line = out->unit = 0;
	if (event_span_is(raw, "null"))
		return true;
	if (!json_next(&w, &key, &line) || !event_span_is(&key, "line") ||
	    !json_next(&w, &key, &unit) || !event_span_is(&key, "unit") ||
	    json_next(&w, &key, &more) || !number_read(&line, 1, UINT16_MAX, &line_no) ||
	    !number_read(&unit, 1, UINT16_MAX, &unit_no))
		return false;
	out->line = (uint16_t)line_no;
	out->unit = (uint16_t)unit_no;
	return true;
}

static bool data_read(const struct event_span *raw, struct event_span *out)
{
	*out = *raw;
	return raw->at[0] == '{';
}

static bool prev_read(const struct event_span *raw, uint8_t prev[EVENT_HASH])
{
	struct event_span hex;

	if (!json_unquote(raw, &hex) || !text_read_hex(hex.at, hex.len, prev, EVENT_HASH))
		return false;
	for (size_t i = 0; i < hex.len; i++)
		if (hex.at[i] >= 'A' && hex.at[i] <= 'F')
			return false;
	return true;
}

static bool field_read(enum field field, const struct event_span *raw, struct event_view *out)
{
	switch (field) {
	case FIELD_V:
		return number_read(raw, 1, NUMBER_MAX, &out->v);
	case FIELD_STATION:
		return word_read(raw, sizeof(((struct event *)0)->station) - 1, true,
				 &out->station);
	case FIELD_JOURNAL:
		return uuid_read(raw, &out->journal);
	case FIELD_SEQ:
		return number_read(raw, 1, NUMBER_MAX, &out->seq);
	case FIELD_ID:
		return uuid_read(raw, &out->id);
	case FIELD_AT:
		return time_read(raw, &out->at);
	case FIELD_CLOCK:
		return clock_read(raw, &out->at);
	case FIELD_BOOT:
		return uuid_read(raw, &out->boot);
	case FIELD_MONO_MS:
		return number_read(raw, 0, NUMBER_MAX, &out->at.mono_ms);
	case FIELD_KIND:
		return kind_read(raw, out);
	case FIELD_BY:
		return nullable_read(raw, LABEL_CODE_MAX, &out->by);
	case FIELD_INSPECTION:
		return null_read(raw, &out->inspection) || uuid_read(raw, &out->inspection);
	case FIELD_ITEM:
		return item_read(raw, out);
	case FIELD_LABEL:
		return nullable_read(raw, LABEL_MAX, &out->label);
	case FIELD_DATA:
		return data_read(raw, &out->data);
	case FIELD_PREV:
		return prev_read(raw, out->prev);
	case FIELDS:
		break;
	}
	return false;
}

enum event_fault event_read(const char *line, size_t len, struct event_view *out)
{
	struct event_span key[FIELDS], raw[FIELDS];
	struct json_top top = {.key = key, .value = raw, .most = FIELDS};

	*out = (struct event_view){.kind = EVENT_UNKNOWN};
	if (len > EVENT_LINE_MAX)
		return EVENT_TOO_LONG;
	switch (json_check(line, len, EVENT_DEPTH + 1, &top)) {
	case JSON_OK:
		break;
	case JSON_SYNTAX:
		return EVENT_NOT_JSON;
	case JSON_DOUBLED:
		return EVENT_KEYS;
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (i >= top.members || !event_span_is(&key[i], field_names[i]))
			return EVENT_KEYS;
	for (unsigned i = 0; i < FIELDS; i++)
		if (!field_read((enum field)i, &raw[i], out))
			return EVENT_VALUE;
	if (out->v == EVENT_VERSION && top.members > FIELDS)
		return EVENT_KEYS;
	return EVENT_OK;
}

bool event_data(const struct event_span *data, const char *key, struct event_span *out)
{
	struct event_span want = {key, strlen(key)}, found;

	if (data->len == 0)
		return false;
	struct json_walk w = json_members(data);

	while (json_next(&w, &found, out)) {
		struct event_span raw = *out;

		if (json_same(&found, &want)) {
			(void)json_unquote(&raw, out);
			return true;
		}
	}
	*out = (struct event_span){NULL, 0};
	return false;
}

const char *event_fault_text(enum event_fault fault)
{
	switch (fault) {
	case EVENT_OK:
		return "an event";
	case EVENT_TOO_LONG:
		return "longer than 8192 bytes";
	case EVENT_NOT_JSON:
		return "not a line of JSON as events are written";
	case EVENT_KEYS:
		return "a key is missing, doubled or out of order";
	case EVENT_VALUE:
		return "a value is of the wrong type or out of range";
	}
	return "";
}

const char *event_kind_name(enum event_kind kind)
{
	return kind < EVENT_UNKNOWN ? kind_names[kind] : "unknown";
}

/* --- the chain --- */

void event_hash(const char *line, size_t len, uint8_t hash[EVENT_HASH])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, (const uint8_t *)line);
	sha256_digest(&ctx, EVENT_HASH, hash);
}

void event_chain_init(struct event_chain *c)
{
	*c = (struct event_chain){.begun = false};
}

static enum event_link link_check(const struct event_chain *c, const struct event_view *view)
{
	if (!c->begun) {
		bool first = view->seq == 1;

		return first && memcmp(view->prev, no_hash, EVENT_HASH) != 0 ? EVENT_LINK_PREV
									     : EVENT_LINK_OK;
	}
	if (!event_span_is(&view->journal, c->journal))
		return EVENT_LINK_JOURNAL;
	if (view->seq != c->seq + 1)
		return EVENT_LINK_SEQ;
	return memcmp(view->prev, c->head, EVENT_HASH) == 0 ? EVENT_LINK_OK : EVENT_LINK_PREV;
}

enum event_link event_chain_feed(struct event_chain *c, const char *line, size_t len,
				 enum event_fault *fault)
{
	struct event_view view;

	*fault = event_read(line, len, &view);
	if (*fault != EVENT_OK)
		return EVENT_LINK_LINE;
	enum event_link link = link_check(c, &view);

	if (link != EVENT_LINK_OK)
		return link;
	c->begun = true;
	c->seq = view.seq;
	memcpy(c->journal, view.journal.at, EVENT_UUID);
	c->journal[EVENT_UUID] = '\0';
	event_hash(line, len, c->head);
	return EVENT_LINK_OK;
}

const char *event_link_text(enum event_link link)
{
	switch (link) {
	case EVENT_LINK_OK:
		return "the chain holds";
	case EVENT_LINK_LINE:
		return "this is not an event";
	case EVENT_LINK_SEQ:
		return "an event is missing, repeated or out of order";
	case EVENT_LINK_PREV:
		return "this event or the one before was changed";
	case EVENT_LINK_JOURNAL:
		return "another journal begins here";
	}
	return "";
}

void event_uuid7(char out[EVENT_UUID + 1], int64_t wall_ms, const uint8_t random[10])
{
	uint8_t b[16];
	uint64_t ms = wall_ms < 0 ? 0 : (uint64_t)wall_ms;
	struct text t = text_over(out, EVENT_UUID + 1);

	for (unsigned i = 0; i < 6; i++)
		b[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(b + 6, random, 10);
	b[6] = (uint8_t)(0x70 | (b[6] & 0x0f)); /* version 7 */
	b[8] = (uint8_t)(0x80 | (b[8] & 0x3f)); /* variant 10 */
	for (unsigned i = 0; i < sizeof(b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text_char(&t, '-');
		text_hex(&t, &b[i], 1);
	}
}
