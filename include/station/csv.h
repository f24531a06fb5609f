/* csv.h - cells of a table for people: RFC 4180 with CR LF, in UTF-8 behind a mark, so that Excel
 * opens Chinese right (F15). What a spreadsheet would take for a formula is defused. */
#ifndef STATION_CSV_H
#define STATION_CSV_H
#include "station/text.h"

#define CSV_MARK "\xef\xbb\xbf" /* what a file begins with */

struct csv {
	struct text *out;
	bool begun; /* a cell of this row is written */
};

struct csv csv_over(struct text *out);
/* One cell. A text that begins with = + - @ (their full-width forms too), TAB, CR or LF gets an
 * apostrophe before it; bytes that are not UTF-8 become '?'. */
void csv_cell(struct csv *c, const char *text, size_t len);
void csv_text(struct csv *c, const char *text);
void csv_number(struct csv *c, uint64_t n);
void csv_end(struct csv *c); /* of the row */
#endif
