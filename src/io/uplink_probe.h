/* uplink_probe.h - asks headquarters one question, as the station would, and says what came of it.
 * Neither journal nor cursor has part in it. */
#ifndef IO_UPLINK_PROBE_H
#define IO_UPLINK_PROBE_H
#include "uplink.h"

struct uplink_probe {
	bool good;	     /* a page of the list of expected returns came */
	enum sync_kind kind; /* what it is otherwise */
	char why[200];	     /* "" when good; else words for a person */
	long status;	     /* of HTTP; 0: there was no reply */
	uint64_t took_ms;
	uint64_t returns;     /* rows of the page */
	bool more;	      /* the list goes on behind it */
	struct expiry server; /* the certificate that headquarters showed; until 0 = none */
};

/* GET /v1/expected with a loop of its own; waits for the answer, or for the config's time-out. 0 or
 * -errno: it could not even try. Of the config only url, files, proxy, software and timeout_ms
 * count. */
int __attribute__((warn_unused_result))
uplink_probe(const struct uplink_config *config, struct uplink_probe *out);
#endif
