/* options.h - station-camera's command line. */
#ifndef CAMERA_OPTIONS_H
#define CAMERA_OPTIONS_H
#include <stdint.h>

enum { OPTIONS_FINE = 0, OPTIONS_UNREAD = 1, OPTIONS_USAGE = 2 }; /* exit codes */

struct options {
	char **files; /* --image: at least one, of argv */
	int count;
	uint32_t allowed, itf; /* as in reading.h */
};

/* -1: go on; else the exit code, all said. */
int options_read(int argc, char **argv, struct options *o);
#endif
