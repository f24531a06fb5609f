/* store_photo.h - which photos the stations' events have told of, and which of them are here. What
 * no event told of is not taken, so that events bound what is kept. */
#ifndef HQD_STORE_PHOTO_H
#define HQD_STORE_PHOTO_H
#include "store.h"

#define STORE_PHOTO_HASH 64 /* characters: lower hex */

struct store_photo {
	char sha256[STORE_PHOTO_HASH + 1], station[33];
	char inspection[EVENT_UUID + 1]; /* "" = none */
	uint64_t bytes;
	int64_t kept_ms; /* wall time when it was all here; 0 = it is not */
};

/* Whether an event of this station told of it; bytes 0: of any size. 1, 0 or -errno. */
int store_photo_told(struct store *s, const char *station, const char *sha256, uint64_t bytes);
/* It is all here. 0 or -errno. */
int store_photo_keep(struct store *s, const char *sha256, uint64_t bytes, int64_t now_ms);
/* All that were told of, by hash and station. fn false: stops. 0 or -errno. */
int store_photo_each(struct store *s, bool (*fn)(void *user, const struct store_photo *photo),
		     void *user);

struct store_photo_numbers {
	uint64_t kept, bytes, missing;
};
int store_photo_numbers(struct store *s, struct store_photo_numbers *out);
#endif
