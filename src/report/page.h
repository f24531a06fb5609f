/* page.h - report.html: the figures of a report as one page that opens offline in any browser, in
 * English and Chinese. Whatever comes from events is escaped. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H
#include "station/reasons.h"
#include "station/report.h"
#include <stdint.h>
#include <stdio.h>

struct page_options {
	const char *zone; /* the name that offset_s stands for; "" or NULL = UTC */
	int32_t (*offset_s)(void *user, int64_t utc_s); /* seconds east of UTC; NULL = UTC */
	void *user;
	const char *zone_unknown;      /* the station's, which this machine does not know: it is UTC
					  instead; NULL = it does */
	const struct reasons *reasons; /* what their codes mean; NULL = only codes */
	const char *version;	       /* of the program that makes it */
	bool alone;		       /* the station has no headquarters */
	uint64_t unreadable;	       /* lines that were no events */
};

/* r after report_end. 0, or -errno when the file takes no more. */
int __attribute__((warn_unused_result))
page_write(FILE *f, const struct report *r, const struct page_options *o);
#endif
