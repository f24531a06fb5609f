/* since.h - reads the times a person types: a date, a date with time, or how long ago. */
#ifndef STATIONCTL_SINCE_H
#define STATIONCTL_SINCE_H
#include <stdbool.h>
#include <stdint.h>

/* RFC 3339 ("2026-11-23T08:00:00Z", "...+08:00"), "2026-11-23" (midnight UTC), or 90s 30m 8h 2d. */
bool since_read(const char *text, int64_t now_ms, int64_t *ms);
#endif
