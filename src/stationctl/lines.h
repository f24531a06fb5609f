/* lines.h - the lines of a file, one at a time, in bounded memory. */
#ifndef STATIONCTL_LINES_H
#define STATIONCTL_LINES_H
#include <stdbool.h>
#include <stddef.h>

#define LINES_BUFFER 65536

/* Zeroed before the first call; what stands in buf already is the file's beginning. */
struct lines {
	char buf[LINES_BUFFER];
	size_t len;
};

/* Calls fn with each line without its LF; also with the last one where its LF is missing. A line
 * that is longer than most is handed out once, cut, with len > most. False from fn stops. 0 or
 * -errno. */
int lines_read(struct lines *l, int fd, size_t most,
	       bool (*fn)(void *user, const char *line, size_t len), void *user);
#endif
