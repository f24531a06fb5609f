/* export.h - replays a journal's own export: from its events the inputs are told, fed to a fresh
 * bench in virtual time, and the events that come out are compared with those recorded. So a stick
 * is a bug report. */
#ifndef REPLAY_EXPORT_H
#define REPLAY_EXPORT_H
#include <stdbool.h>
#include <stdio.h>

/* True when the same events came out; differences are written to out. */
bool export_replay(const char *path, FILE *out);
#endif
