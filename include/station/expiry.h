/* expiry.h - how long a certificate is good for, and when a person has to know (F14). Expiry stops
 * no inspection: it is said, and LINK shows it. */
#ifndef STATION_EXPIRY_H
#define STATION_EXPIRY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPIRY_SOON_DAYS   30 /* it is told in the log and in the status */
#define EXPIRY_URGENT_DAYS 7  /* LINK asks for a person */
#define EXPIRY_DAY_MS	   86400000

struct expiry {
	int64_t from_ms, until_ms; /* wall time; until 0 = not known, from 0 = not known */
};

enum expiry_state {
	EXPIRY_UNKNOWN,
	EXPIRY_GOOD,
	EXPIRY_SOON,
	EXPIRY_URGENT,
	EXPIRY_OVER,
};

/* A certificate made to live no longer than 30 (or 7) days is told of in the last third of its
 * life, else it would be told of always. */
enum expiry_state expiry_state(const struct expiry *e, int64_t now_ms);
/* Whole days left, rounded down; below 0 when it is over. */
int64_t expiry_days(const struct expiry *e, int64_t now_ms);
const char *expiry_name(enum expiry_state state); /* "unknown" "good" "soon" "urgent" "expired" */
/* "2026-12-25 11:05:41 GMT", as libcurl tells a certificate's dates; 0 = anything else. */
int64_t expiry_read(const char *s, size_t len);
#endif
