/* prom.h - the status as a file of node_exporter's textfile collector. */
#ifndef STATIONCTL_PROM_H
#define STATIONCTL_PROM_H
#include "health.h"

/* root NULL: the station does not run. r: its health, or NULL as well. */
void prom_put(FILE *f, const json_t *root, const struct health_now *now, const struct health *r);
/* The same into path, which is replaced as a whole, and readable for all. 0 or -errno. */
int prom_file(const char *path, const json_t *root, const struct health_now *now,
	      const struct health *r);
#endif
