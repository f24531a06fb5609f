/* stick.h - the exports on a stick, as they say of themselves: found in its folders, and put in the
 * order of their events. Nothing of it is proved here (verify.h). No link is followed. */
#ifndef STATIONCTL_STICK_H
#define STATIONCTL_STICK_H
#include "station/manifest.h"
#include <stdbool.h>
#include <stddef.h>

enum stick_kind {
	STICK_TOLD,   /* its manifest can be read */
	STICK_UNTOLD, /* it can't */
	STICK_SEALED, /* encrypted: nothing of it can be read here */
};

struct stick_export {
	char *path; /* STATION/DATE_TIME, DATE_TIME, or "": below the folder that was named */
	enum stick_kind kind;
	struct manifest manifest; /* STICK_TOLD */
};

struct stick {
	struct stick_export *export; /* by journal, then last and first event, then path */
	size_t count;
	bool more; /* there are more folders than are looked at */
};

/* folder: a stick, the folder of a station, or one export. 0 or -errno; stick_free in any case. */
int __attribute__((warn_unused_result)) stick_look(struct stick *s, int folder);
void stick_free(struct stick *s);
/* The folder of an export, or -errno. */
int __attribute__((warn_unused_result)) stick_open(int folder, const struct stick_export *e);
/* Where the exports of the next journal begin, behind those of the one that begins at `from`. */
size_t stick_next(const struct stick *s, size_t from);

/* --- stick_events.c --- */
/* The lines of all events, each once, journal after journal, the one that was exported first
 * before; a longer one than EVENT_LINE_MAX is cut, with len above it. False from fn stops. 0 or
 * -errno; failed: the export that can't be read. */
int __attribute__((warn_unused_result))
stick_events(const struct stick *s, int folder,
	     bool (*fn)(void *user, const char *line, size_t len), void *user,
	     const struct stick_export **failed);
#endif
