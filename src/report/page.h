/* page.h - report.html: the figures of a report as one page that opens offline in any browser, in
 * English and Chinese. Whatever comes from events is escaped. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H
#include "station/report.h"
#include <stdint.h>
#include <stdio.h>

struct page_options {
	const char *zone; /* the name that offset_s stands for; "" or NULL = UTC */
	int32_t (*offset_s)(void *user, int64_t utc_s); /* seconds east of UTC; NULL = UTC */
	void *user;
	bool zone_unknown;   /* this machine does not know the station's zone: it is UTC instead */
	int64_t made_ms;     /* when the page is made; 0 = no clock that can be believed */
	const char *version; /* of the program that makes it */
	bool alone;	     /* the station has no headquarters */
	uint64_t unreadable; /* lines that were no events */
};

/* r after report_end. 0, or -errno when the file takes no more. */
int __attribute__((warn_unused_result))
page_write(FILE *f, const struct report *r, const struct page_options *o);
#endif
