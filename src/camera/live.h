/* live.h - a camera that runs: frames, the idle gate, looks, and labels that are told once. */
#ifndef CAMERA_LIVE_H
#define CAMERA_LIVE_H
#include "feed.h"

struct live_is {
	struct feed_is feed;
	const char *socket;		    /* stationd's; NULL: labels are printed */
	uint32_t allowed, itf;		    /* as in reading.h */
	uint32_t photo_side, photo_quality; /* of photos that stationd asks for, settings.h */
};

/* Until SIGTERM or SIGINT: 0; or -errno of what went wrong at the start. */
int live_run(const struct live_is *is);
#endif
