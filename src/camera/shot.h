/* shot.h - a frame becomes a JPEG, for people: the device's own where it has one that is not larger
 * than wanted, in its colours; else made of the grey frame, smaller where it has to be. */
#ifndef CAMERA_SHOT_H
#define CAMERA_SHOT_H
#include "station/image.h"

struct shot_is {
	uint32_t side;	  /* pixels of the longer side, at most; from 1 */
	uint32_t quality; /* 1..100, of those that are made here */
};

struct shot_own { /* NULL, or the frame as it came */
	const uint8_t *bytes;
	size_t len;
};

struct shot {
	uint8_t *bytes; /* shot_free() */
	size_t len;
};

/* False: no memory, or it can't be made; *out is empty then. */
bool shot_make(const struct shot_is *is, const struct image *frame, const struct shot_own *own,
	       struct shot *out);
void shot_free(struct shot *s);
#endif
