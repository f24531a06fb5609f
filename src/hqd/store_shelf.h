/* store_shelf.h - events that came on a stick before those that stand before them: kept with their
 * checks done, of no effect until the gap is closed, by the line or by another stick. */
#ifndef HQD_STORE_SHELF_H
#define HQD_STORE_SHELF_H
#include "store.h"

/* A run of events behind the journal's head (store_events said GAP): kept. out: ACKED (with what is
 * stored contiguously, as ever), BAD, FOREIGN, FORK (it contradicts what is kept) or FAILED. */
void store_shelf_put(struct store *s, const char *station, const char *journal, const char *body,
		     size_t len, struct store_reply *out);
/* What now follows the head is taken as if it came over the line, and off the shelf when the chain
 * is past it. In pieces, at most `most` of them; *out is as of the last one that was stored, and
 * else stays as it is: what a stick brought is no fault of whoever speaks now. *against: what was
 * said about one that was not stored, else ACKED. 1 = there may be more, 0 = no, or -errno. */
int store_shelf_take(struct store *s, const char *station, const char *journal, unsigned most,
		     int64_t now_ms, struct store_reply *out, struct store_reply *against);
/* How many events of a journal wait, and the first of them. 0 or -errno. */
int store_shelf_count(struct store *s, const char *journal, uint64_t *count, uint64_t *first);
/* Each journal of which some wait. fn false: stops. 0 or -errno. */
struct store_waiting {
	char uuid[EVENT_UUID + 1], station[33];
	uint64_t count, first;
};
int store_shelf_each(struct store *s, bool (*fn)(void *user, const struct store_waiting *w),
		     void *user);
/* The last event that is stored contiguously, 0 = none, and its hash. 0 or -errno. */
int store_shelf_head(struct store *s, const char *journal, uint64_t *head,
		     uint8_t hash[EVENT_HASH]);
#endif
