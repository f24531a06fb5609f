/* stick_photos.h - the photos of an export that was proved, into the album. */
#ifndef HQD_STICK_PHOTOS_H
#define HQD_STICK_PHOTOS_H
#include "album.h"
#include "stick_proof.h"
#include "store.h"
#include <stdbool.h>

struct stick_photos {
	uint64_t kept;	  /* are here now */
	uint64_t waiting; /* no event told of them yet: what does waits for others */
	uint64_t refused;
	bool again;    /* one of these may come whole from the station yet */
	char why[256]; /* the last that was refused, and why */
};

/* Each that the sums name and that an event of the station told of. Any number of times. */
void stick_photos_take(struct stick_photos *out, const struct stick_proof *proof, int folder,
		       struct store *store, const struct album *album);
#endif
