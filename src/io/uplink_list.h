/* uplink_list.h - reads one page of headquarters' list of expected returns. Private to uplink*.c
 * and its fuzzer. */
#ifndef IO_UPLINK_LIST_H
#define IO_UPLINK_LIST_H
#include "uplink.h"

struct uplink_list {
	struct parcel_row *row; /* the rows of a return stand together */
	size_t rows, row_cap;
	char (*gone)[LABEL_MAX + 1];
	size_t gones, gone_cap;
	char cursor[UPLINK_CURSOR];
	bool reset, more;
	unsigned refused; /* returns that can't be understood and were left out */
	char why[200];	  /* the first of them; or why the page is none */
};

/* False: the page is none (not JSON, duplicate keys, a member is missing), and *out is empty but
 * for why. The caller frees. */
bool uplink_list_read(struct uplink_list *out, const char *body, size_t len);
void uplink_list_free(struct uplink_list *list); /* and makes it empty */
#endif
