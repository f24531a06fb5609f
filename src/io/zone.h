/* zone.h - the machine's time zones. One at a time, for the whole process: for one-shot programs
 * without threads. */
#ifndef IO_ZONE_H
#define IO_ZONE_H
#include <stdbool.h>
#include <stdint.h>

/* From here on local times are those of this zone (an IANA name). False: this machine does not
 * know it, and they are UTC. Reads a file below /usr/share/zoneinfo. */
bool zone_use(const char *name);
/* Seconds east of UTC at a time, in the zone in use. */
int32_t zone_offset(void *unused, int64_t utc_s);
#endif
