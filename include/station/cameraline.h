/* cameraline.h - what station-camera writes to stationd, taken apart: labels, which are any bytes
 * up to a line's end, and lines of its own: "!..." is how well it sees (sight.h), "#NUMBER BYTES"
 * that a photo of so many bytes goes with it, or with 0 that there is none: the answer to the
 * question of that number. What comes is hostile. */
#ifndef STATION_CAMERALINE_H
#define STATION_CAMERALINE_H
#include "station/sight.h"
#include <stddef.h>
#include <stdint.h>

#define CAMERALINE_PHOTO (8u * 1024 * 1024) /* bytes of a photo, at most */
#define CAMERALINE_ASK	 "photo "	    /* and a number is a line with which one is asked for */
#define CAMERALINE_ASKED 32		    /* bytes of such a line, at most */

enum cameraline_kind {
	CAMERALINE_NOTHING, /* to be said of these bytes */
	CAMERALINE_LABEL,   /* these bytes are of labels */
	CAMERALINE_SIGHT,
	CAMERALINE_PHOTO_COMES, /* out->number; out->bytes: 1..CAMERALINE_PHOTO, or 0 */
	CAMERALINE_PHOTO_BAD,	/* a line that should be about one, and makes no sense */
};

struct cameraline { /* zeroed: a line begins */
	enum { CAMERALINE_AT_BEGIN, CAMERALINE_IN_LABEL, CAMERALINE_IN_OWN } at;
	char own[SIGHT_LINE]; /* a line of its own as far as it came */
	size_t len;	      /* > SIGHT_LINE: too long */
};

struct cameraline_piece {
	enum cameraline_kind kind;
	struct sight_line sight;
	uint64_t number, bytes;
};

/* Takes bytes, at least one of len > 0, and returns how many; *out tells what they are. */
size_t cameraline_take(struct cameraline *c, const uint8_t *bytes, size_t len,
		       struct cameraline_piece *out);
#endif
