/* options.h - station-export's command line and settings. */
#ifndef EXPORT_OPTIONS_H
#define EXPORT_OPTIONS_H
#include "order.h"
#include "station/settings.h"

enum {
	OPTIONS_FINE = 0,
	OPTIONS_FAILED = 1,
	OPTIONS_USAGE = 2,
	OPTIONS_GONE = 3, /* no journal, or it can't be read */
};

struct options {
	struct order order;
	struct settings settings;
	struct reasons reasons;
	char journal[SETTINGS_PATH + 16];
	const char *runtime; /* folder of a running station's sockets */
	const char *stick;   /* by the kernel's name: plugged in by somebody; NULL: told by hand */
	bool mount;	     /* its device is to be mounted first */
	bool gone;	     /* it was taken out, or what copied to it has ended */
	const char *config, *state; /* as they were told, or NULL */
};

/* Reads the command line, and options_settle the settings. -1: go on; else an exit code, and what
 * was to be said is said. */
int options_read(int argc, char **argv, struct options *o);
int options_settle(struct options *o);
#endif
