/* front.h - what all requests share: the store behind its lock, whether it works, whether we stop.
 */
#ifndef HQD_FRONT_H
#define HQD_FRONT_H
#include "album.h"
#include "desk.h"
#include "store.h"
#include "store_photo.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct front {
	struct store *store; /* only under the lock: one thread at a time */
	pthread_mutex_t lock;
	int failed;	    /* the store: 0, or -errno of its last writing ... */
	uint64_t failed_ms; /* ... and when */
	atomic_bool stopping;
	bool metrics_open;
	struct album album;
	struct desk *desk; /* whose thread is the one that writes the album */
};

/* Wall clock. */
int64_t front_wall_ms(void);
/* The store's calls, each under the lock. */
void front_events(struct front *f, const char *station, const char *journal, const char *body,
		  size_t len, struct store_reply *out);
void front_anchor(struct front *f, const char *station, const char *journal, uint64_t seq,
		  const uint8_t hash[EVENT_HASH], struct store_reply *out);
char *front_expected(struct front *f, const char *cursor, size_t *len);
bool front_numbers(struct front *f, struct store_numbers *out, struct store_photo_numbers *photos);
/* As store_photo.h has them. */
int front_photo_told(struct front *f, const char *station, const char *sha256, uint64_t bytes);
int front_photo_keep(struct front *f, const char *sha256, uint64_t bytes);
/* Whether the store can be written. A broken one is tried every two seconds at most, since anybody
 * may ask. */
bool front_healthy(struct front *f, uint64_t now_ms);
#endif
