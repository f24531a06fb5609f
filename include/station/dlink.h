/* dlink.h - GS1 Digital Link URIs (GS1 Digital Link Standard, URI syntax): the key, its qualifiers
 * and the data attributes as GS1 elements. Any host, http or https. */
#ifndef STATION_DLINK_H
#define STATION_DLINK_H
#include "station/gs1.h"

enum dlink_verdict {
	DLINK_NONE,  /* no http or https URI */
	DLINK_PLAIN, /* a URI, but no Digital Link: no key in its path */
	DLINK_WRONG, /* a Digital Link whose key, qualifier or attribute is wrong: *fault */
	DLINK_OK
};

/* Fills out as far as it gets; with GS1_CHECK in *fault the elements are all there. */
enum dlink_verdict dlink_read(const uint8_t *bytes, size_t len, struct gs1 *out,
			      enum gs1_fault *fault);
#endif
