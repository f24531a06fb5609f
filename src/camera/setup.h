/* setup.h - the camera of the station's settings. */
#ifndef CAMERA_SETUP_H
#define CAMERA_SETUP_H
#include "live.h"
#include "station/settings.h"

struct setup {
	struct settings settings;
	char socket[SETTINGS_PATH + 16];
};

/* Fills *is, which points into *s. config NULL: the standard places; socket NULL: stationd's own.
 * 0; or the exit code, the reason said. */
int setup_read(struct setup *s, const char *config, const char *socket, struct live_is *is);
#endif
