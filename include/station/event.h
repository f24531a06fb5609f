/* event.h - the event: one line of JSON, written once; the same bytes are stored, hashed, sent and
 * exported. The hash of an event is SHA-256 (FIPS 180-4) over its line without the LF; `prev` is
 * the hash of the line before. */
#ifndef STATION_EVENT_H
#define STATION_EVENT_H
#include "station/label.h"
#include "station/moment.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_LINE_MAX 8192 /* bytes of a line, LF not counted */
#define EVENT_DATA_MAX                                                                             \
	2048 /* bytes of the data object we write; a read event's may be as long as the line */
#define EVENT_HASH  32
#define EVENT_UUID  36 /* characters of a UUID in text */
#define EVENT_DEPTH 16 /* deepest nesting accepted in data */

#define EVENT_VERSION 1

enum event_kind {
	EVENT_STATION_STARTED,
	EVENT_STATION_STOPPED,
	EVENT_CLOCK_STEPPED,
	EVENT_BADGE_IN,
	EVENT_BADGE_OUT,
	EVENT_PARCEL_ARRIVED,
	EVENT_PARCEL_CLOSED,
	EVENT_LABEL_REJECTED,
	EVENT_INSPECTION_OPENED,
	EVENT_STEP_ANSWERED,
	EVENT_STEP_WITHDRAWN,
	EVENT_REASON_GIVEN,
	EVENT_PHOTO_TAKEN,
	EVENT_INSPECTION_CLOSED,
	EVENT_INSPECTION_REOPENED,
	EVENT_INSPECTION_FINAL,
	EVENT_INSPECTION_ABANDONED,
	EVENT_EXPORT_DONE,
	EVENT_FAULT_RAISED,
	EVENT_FAULT_CLEARED,
	EVENT_JOURNAL_OPENED,
	EVENT_LABELS_LOADED,
	EVENT_UNKNOWN, /* a kind of a newer version: kept, never interpreted */
};

/* An event to be written. seq, journal and prev are given by the journal inside its write
 * transaction. */
struct event {
	enum event_kind kind;
	char station[33];
	char journal[EVENT_UUID + 1];
	uint64_t seq;			 /* from 1 */
	char id[EVENT_UUID + 1];	 /* UUIDv7 (RFC 9562) */
	struct moment at;		 /* wall time, trust, mono_ms */
	char boot[EVENT_UUID + 1];	 /* the kernel's boot id */
	char by[LABEL_CODE_MAX + 1];	 /* badge, or "" = null */
	char inspection[EVENT_UUID + 1]; /* id of its inspection.opened, or "" = null */
	uint16_t line, unit;		 /* item; line 0 = null */
	char label[LABEL_MAX + 1];	 /* or "" = null */
	char data[EVENT_DATA_MAX];	 /* a JSON object; "" = {} */
	uint8_t prev[EVENT_HASH];
};

/* A line that was read. Strings point into the line and live as long as it does; they are raw JSON
 * text between the quotes (escapes not decoded), because ids, kinds and labels of ours need none.
 */
struct event_span {
	const char *at;
	size_t len;
};

struct event_view {
	uint64_t v;
	enum event_kind kind; /* EVENT_UNKNOWN for kinds of a newer version */
	struct event_span kind_name;
	struct event_span station, journal, id, boot;
	struct event_span by, inspection, label; /* len 0 = null */
	uint64_t seq;
	struct moment at;
	uint16_t line, unit;	/* 0, 0 = null */
	struct event_span data; /* the object with its braces */
	uint8_t prev[EVENT_HASH];
};

enum event_fault {
	EVENT_OK,
	EVENT_TOO_LONG,
	EVENT_NOT_JSON, /* syntax, NUL, not UTF-8, nested too deep, a number with fraction or
			   exponent */
	EVENT_KEYS,	/* a key is missing, doubled, or out of order */
	EVENT_VALUE,	/* a value of the wrong type or out of range */
};

/* Writes the line (without LF, NUL-terminated) and returns its length, or 0 when it does not fit
 * cap (EVENT_LINE_MAX + 1 always fits what the bounds of struct event allow) or event_read would
 * refuse it: what no reader takes must not get into a chain. */
size_t event_encode(const struct event *e, char *buf, size_t cap);
/* Reads one line without its LF. Of a newer v it checks what v 1 has; unknown keys behind `prev`
 * are allowed only for v > 1. */
enum event_fault event_read(const char *line, size_t len, struct event_view *out);
const char *event_fault_text(enum event_fault fault); /* words for a person; static */

void event_hash(const char *line, size_t len, uint8_t hash[EVENT_HASH]);
const char *event_kind_name(enum event_kind kind);

/* One member of a data object (not nested) by key. String: the text between the quotes; else the
 * raw token. False if absent. */
bool event_data(const struct event_span *data, const char *key, struct event_span *out);
bool event_span_is(const struct event_span *s, const char *text);
/* Decodes JSON escapes of a string span into dst (UTF-8); false, and dst is "", when it does not
 * fit. */
bool event_span_copy(const struct event_span *s, char *dst, size_t cap);

/* Walking a chain: feed lines in order. */
struct event_chain {
	bool begun;
	uint64_t seq; /* of the last good line */
	char journal[EVENT_UUID + 1];
	uint8_t head[EVENT_HASH]; /* hash of the last good line */
};

enum event_link {
	EVENT_LINK_OK,
	EVENT_LINK_LINE,    /* the line is not an event; see *fault */
	EVENT_LINK_SEQ,	    /* a sequence number is missing, repeated or out of order */
	EVENT_LINK_PREV,    /* prev is not the hash of the line before */
	EVENT_LINK_JOURNAL, /* another journal begins in mid-chain */
};

void event_chain_init(struct event_chain *c);
/* A chain may begin at any seq (an export from acked + 1); its first line is taken at its word,
 * except that seq 1 must have 64 zeros for prev. On anything but OK the chain stays at the last
 * good line. */
enum event_link event_chain_feed(struct event_chain *c, const char *line, size_t len,
				 enum event_fault *fault);
const char *event_link_text(enum event_link link);

/* UUIDv7 from milliseconds and 10 random bytes (RFC 9562 5.7). */
void event_uuid7(char out[EVENT_UUID + 1], int64_t wall_ms, const uint8_t random[10]);
#endif
