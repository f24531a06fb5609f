/* still.h - the idle gate in front of the camera's decoder: whether a frame is worth a look. Frames
 * are compared block by block with the last one that differed, each row of blocks in its own light,
 * so that neither the camera's gain nor lamps that flicker wake the decoder, and by how much half
 * of the blocks differ anyway, so that a sensor's noise in poor light doesn't. */
#ifndef STATION_STILL_H
#define STATION_STILL_H
#include "station/image.h"

#define STILL_BLOCKS  4096 /* of a frame, at most */
#define STILL_CHANGED 4	   /* blocks that differ make a change ... */
#define STILL_LEVELS  8	   /* ... by more than so many levels, or, ... */
#define STILL_NOISY   16   /* ... where all of the picture is noisy, by up to so many */
#define STILL_FIRST   250  /* ms between looks at what has come to rest; twice as long each time */
#define STILL_LONGEST 4000
#define STILL_MOVES   500 /* ms of unbroken change to a look as a whole at what moves */
#define STILL_DOUBTS  3	  /* looks more, at most, for each change */

enum still_verdict {
	STILL_SAME,	/* as it was: no look */
	STILL_AGAIN,	/* as it was, but a look is due: it has come to rest, noise differs, light
			   creeps */
	STILL_DIFFERS,	/* something moves: look, if only quickly */
	STILL_RESTLESS, /* it has moved for long: look as a whole, it may never rest */
};

struct still {
	uint32_t width, height; /* of the frames; others begin afresh */
	uint32_t side;		/* of a block, in pixels */
	uint32_t columns, rows; /* of blocks */
	uint64_t again_ms;	/* the next look at an unchanged scene ... */
	uint64_t wait_ms;	/* ... and how long it was waited for */
	uint64_t moved_ms;	/* the last change ... */
	uint64_t moves_ms;	/* ... and since when it has moved without a look as a whole */
	uint8_t doubts;		/* since the last change */
	uint32_t seen[STILL_BLOCKS], now[STILL_BLOCKS]; /* means, in 1/16 of a level */
};

void still_init(struct still *s);
/* A sound frame came. Unless STILL_SAME: look at it. STILL_DIFFERS, STILL_RESTLESS: it is what
 * later ones are compared with. */
enum still_verdict still_frame(struct still *s, const struct image *frame, uint64_t now_ms);
/* The look at a scene at rest left a doubt: the next frame is looked at, too. */
void still_doubt(struct still *s);
/* Whether the scene of the last frame, at now_ms, is at rest for so long that a camera's own focus
 * and light are, too. */
bool still_settled(const struct still *s, uint64_t now_ms);
#endif
