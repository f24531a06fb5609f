/* refusal.h - what was refused, told once a minute a kind with a count, never a million times. */
#ifndef HQD_REFUSAL_H
#define HQD_REFUSAL_H
#include <stdint.h>

enum refusal {
	REFUSAL_NOT_FOUND,
	REFUSAL_METHOD,
	REFUSAL_NO_CERTIFICATE,
	REFUSAL_CERTIFICATE,
	REFUSAL_FOREIGN,
	REFUSAL_BAD_EVENTS,
	REFUSAL_BAD_ANCHOR,
	REFUSAL_BAD_CURSOR,
	REFUSAL_GAP,
	REFUSAL_FORK,
	REFUSAL_BAD_PIECE,
	REFUSAL_PIECE_GAP,
	REFUSAL_UNKNOWN_PHOTO,
	REFUSAL_WRONG_HASH,
	REFUSAL_TOO_LARGE,
	REFUSAL_MEDIA_TYPE,
	REFUSAL_ENCODING,
	REFUSAL_TOO_MANY,
	REFUSAL_BUSY,
	REFUSAL_UNWRITABLE,
	REFUSAL_DISK_FULL,
	REFUSAL_STOPPING,
	REFUSAL_SLOW, /* no answer of ours: the connection was closed */
	REFUSAL_HTTP, /* TLS or HTTP failed, in the library */
	REFUSAL_NONE,
};
#define REFUSAL_KINDS REFUSAL_NONE

const char *refusal_name(enum refusal r); /* of the problem type: urn:station:problem:NAME */
unsigned refusal_status(enum refusal r);
const char *refusal_title(enum refusal r);

/* Counts it; tells it on the log unless one of its kind was told less than a minute ago. Any
 * thread. */
void refusal_note(enum refusal r, uint64_t now_ms, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Tells how many were held back, of kinds whose minute is over; UINT64_MAX: all. */
void refusal_tick(uint64_t now_ms);
uint64_t refusal_count(enum refusal r);
#endif
