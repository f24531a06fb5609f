/* journal_page.h - a page of headquarters' list of expected returns, put into the database in
 * pieces. Private to journal*.c. */
#ifndef IO_JOURNAL_PAGE_H
#define IO_JOURNAL_PAGE_H
#include "journal_db.h"

struct journal_page {
	struct journal_page *next;
	struct parcel_row *row;
	size_t rows;
	char (*gone)[LABEL_MAX + 1];
	size_t gones;
	bool reset, more;
	char cursor[65];
	bool ok; /* the answer */
	/* How far it is. */
	bool begun, refused;
	size_t gone_at, row_at;
};

/* A copy; NULL: no memory. */
struct journal_page *journal_page_copy(const struct journal_returns *returns);
void journal_page_free(struct journal_page *page); /* and those behind it */
/* One piece, each return whole; the cursor comes with the last. A page that was cut short is asked
 * for again, and saying a return twice changes nothing. 0 or -errno. *switched: a new list counts.
 */
int journal_page_step(struct journal_page *page, struct journal_db *db, bool *done, bool *switched);
#endif
