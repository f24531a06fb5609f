/* route.h - which call of the HTTP contract a path is, and what it takes. */
#ifndef HQD_ROUTE_H
#define HQD_ROUTE_H
#include "metrics.h"
#include "piece.h"
#include "station/event.h"
#include <stdbool.h>
#include <stddef.h>

struct route {
	enum metrics_call call;
	const char *allow; /* methods, for Allow */
	const char *media; /* what a body has to be; NULL = none is taken */
	size_t most;	   /* bytes of the body, unpacked */
	char journal[EVENT_UUID + 1];
	char photo[PIECE_HASH + 1];
};

/* METRICS_OTHER: there is nothing under this path. */
void route_find(const char *path, const char *method, struct route *out);
bool route_allows(const struct route *r, const char *method);
/* Whether a Content-Type names this media type, whatever parameters it has. */
bool route_media_is(const char *content_type, const char *media);
#endif
