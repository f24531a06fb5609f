/* export.h - replays a journal's own export: from its events the inputs are told, fed to a fresh
 * bench in virtual time, and the events that come out are compared with those recorded. So a stick
 * is a bug report. */
#ifndef REPLAY_EXPORT_H
#define REPLAY_EXPORT_H
#include "station/formats.h"
#include "world.h"
#include <stdbool.h>
#include <stdio.h>

struct export_line {
	char *line;
	size_t len;
	struct event_view e;
};

struct export
{
	struct world w;
	struct formats formats; /* of the label at hand */
	struct export_line *of; /* as recorded */
	size_t count;
	size_t made;   /* lines of the world's journal compared so far */
	int64_t shift; /* recorded mono_ms -> virtual; another one each boot */
	FILE *out;
	bool same;
};

/* True when the same events came out; differences are written to out. */
bool export_replay(const char *path, FILE *out);

/* The world's `known`: what the list must have said of a label for these events to come about. */
void export_known(void *user, const char *label, struct parcel *p);
/* Does what made recorded event i happen. */
void export_cause(struct export *x, size_t i);
/* A member of an event's data as text, "" if there is none. */
void export_data(const struct event_view *e, const char *key, char *out, size_t cap);
/* The bytes of its scan; returns their number. */
size_t export_raw(const struct event_view *e, uint8_t raw[SCAN_MAX]);
/* The bench made an event that is not compared yet. */
bool export_is_made(const struct export *x);
#endif
