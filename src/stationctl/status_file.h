/* status_file.h - status.json: what the running station says of itself, from outside and so bounded
 * and checked. */
#ifndef STATIONCTL_STATUS_FILE_H
#define STATIONCTL_STATUS_FILE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define STATUS_FILE_MAX 65536 /* bytes; a longer file is refused */

/* buf has room for STATUS_FILE_MAX bytes, *len is less. 0 or -errno. */
int status_file_read(const char *path, char *buf, size_t *len);
/* An object with a version, the caller's; NULL: *why says why it is none (static, until the next
 * call). */
json_t *status_file_parse(const char *text, size_t len, const char **why);
/* Whether the process that wrote it is there. */
bool status_file_runs(const json_t *root);
#endif
