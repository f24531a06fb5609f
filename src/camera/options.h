/* options.h - station-camera's command line. */
#ifndef CAMERA_OPTIONS_H
#define CAMERA_OPTIONS_H
#include "feed.h"

enum { OPTIONS_FINE = 0, OPTIONS_UNREAD = 1, OPTIONS_USAGE = 2 }; /* exit codes */

enum options_mode {
	OPTIONS_NONE,
	OPTIONS_IMAGE,
	OPTIONS_PIPE,
	OPTIONS_DEVICE,
	OPTIONS_STATION, /* as the settings say */
};

struct options {
	enum options_mode mode;
	char **files; /* --image: at least one, of argv */
	int count;
	uint32_t allowed, itf; /* as in reading.h */
	struct feed_is feed;   /* --pipe, --device */
	const char *socket;    /* NULL: print */
	const char *config;    /* --station; NULL: the standard places */
};

/* -1: go on; else the exit code, all said. */
int options_read(int argc, char **argv, struct options *o);
#endif
