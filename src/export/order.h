/* order.h - what is to be exported, and how. */
#ifndef EXPORT_ORDER_H
#define EXPORT_ORDER_H
#include "station/reasons.h"
#include <stdbool.h>
#include <stdint.h>

struct order {
	const char *dir;	/* the stick, or any folder */
	const char *state;	/* folder of the database, and of the photos */
	const char *journal;	/* path of the database */
	bool all;		/* the whole journal, instead of what is not acknowledged */
	const char *cert, *key; /* PEM files to sign with; "" = there are none */
	const char *encrypt_to; /* PEM file of who may read it; "" = anybody */
	/* What the report is told by. */
	const char *zone;	       /* of its days; the process uses it already (io/zone.h) */
	bool zone_unknown;	       /* this machine does not know it: UTC is in use */
	const struct reasons *reasons; /* or NULL */
	bool inspectors;	       /* figures for each badge */
	uint32_t deadline_h;
	bool headquarters; /* there is one */
};
#endif
