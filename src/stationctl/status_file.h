/* status_file.h - status.json: what the running station says of itself, from outside and so bounded
 * and checked. */
#ifndef STATIONCTL_STATUS_FILE_H
#define STATIONCTL_STATUS_FILE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STATUS_FILE_MAX 65536 /* bytes; a longer file is refused */

struct status_file {
	char *text; /* as it lies there */
	size_t len;
	json_t *root;  /* an object with a version; NULL: */
	bool absent;   /* the station does not run, else the file is none that can be read */
	bool denied;   /* you have no permission */
	char why[512]; /* for a person */
};

/* False: why. To be closed in either case. */
bool status_file_open(struct status_file *f, const char *path);
void status_file_close(struct status_file *f);
/* The process that wrote it; 0 = none that could be. */
pid_t status_file_pid(const json_t *root);
#endif
