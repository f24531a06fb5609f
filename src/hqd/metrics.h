/* metrics.h - what headquarters counts, and its Prometheus text (exposition format 0.0.4). */
#ifndef HQD_METRICS_H
#define HQD_METRICS_H
#include "store_photo.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The calls of the HTTP contract. */
enum metrics_call {
	METRICS_EVENTS,
	METRICS_ANCHOR,
	METRICS_EXPECTED,
	METRICS_PHOTO,
	METRICS_HEALTH,
	METRICS_METRICS,
	METRICS_OTHER, /* no such path */
	METRICS_CALLS,
};

void metrics_request(enum metrics_call call, unsigned status);
/* A body of events: as it came, unpacked, and how long the store took. */
void metrics_ingest(uint64_t sent, uint64_t unpacked, uint64_t took_us);
/* malloc'd; NULL: no memory. numbers NULL: the store can't tell. */
char *metrics_text(const struct store_numbers *numbers, const struct store_photo_numbers *photos,
		   unsigned parts, unsigned connections, size_t *len);
#endif
