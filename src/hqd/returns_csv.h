/* returns_csv.h - the columns of the list that only headquarters keeps: state, order, carrier,
 * tracking, due. The others are station/parcel.h's. Pure. */
#ifndef HQD_RETURNS_CSV_H
#define HQD_RETURNS_CSV_H
#include "station/parcel.h"
#include <stdbool.h>
#include <stddef.h>

enum returns_csv_column {
	RETURNS_CSV_STATE,
	RETURNS_CSV_ORDER,
	RETURNS_CSV_CARRIER,
	RETURNS_CSV_TRACKING,
	RETURNS_CSV_DUE,
	RETURNS_CSV_COLUMNS
};

struct returns_csv {
	struct parcel_csv parcel;
	int column[RETURNS_CSV_COLUMNS]; /* field of the file, -1 = not there */
};

#define RETURNS_CSV_VALUE 65

struct returns_csv_row {
	struct parcel_row parcel;
	char value[RETURNS_CSV_COLUMNS][RETURNS_CSV_VALUE]; /* "" = not told */
};

/* As parcel_csv_header and parcel_csv_row. */
bool returns_csv_header(struct returns_csv *csv, const char *line, size_t len,
			struct parcel_csv_error *error);
bool returns_csv_row(struct returns_csv *csv, const char *line, size_t len,
		     struct returns_csv_row *out, bool *empty, struct parcel_csv_error *error);
#endif
