/* parcel.h - what is known of one return when its label is scanned: from the list of expected
 * returns and from the journal. */
#ifndef STATION_PARCEL_H
#define STATION_PARCEL_H
#include "station/event.h"
#include "station/label.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARCEL_UNITS 32 /* most units of one return */

enum parcel_list {
	PARCEL_NO_LIST, /* no list of expected returns was ever received */
	PARCEL_UNKNOWN, /* not on the list, or there but not approved */
	PARCEL_KNOWN,
};

enum parcel_by { /* how a return is asked for */
		 PARCEL_BY_RMA,
		 PARCEL_BY_HOUSE,    /* the number of a house label: no list asked */
		 PARCEL_BY_TRACKING, /* a key of parcel_tracking; the return that the list has it
					for */
};

enum parcel_verdict { PARCEL_NONE, PARCEL_PASS, PARCEL_FAIL };

struct parcel_last { /* the effective verdict of a unit, here or at headquarters (F2) */
	enum parcel_verdict verdict; /* NONE = not inspected yet */
	char inspection[EVENT_UUID + 1];
	char station[33];
	char at[25]; /* RFC 3339, UTC */
	char by[LABEL_CODE_MAX + 1];
};

struct parcel_unit {
	uint16_t line, unit;   /* from 1 */
	char product[65];      /* product code as its barcode reads; "" = not told */
	char title[65];	       /* UTF-8 */
	char accessories[129]; /* what belongs in the box, UTF-8 */
	char reason[97];       /* the customer's declared reason, UTF-8 */
	struct parcel_last last;
};

struct parcel {
	char label[LABEL_MAX +
		   1]; /* "" = asked for by a number that the list has for no one return */
	enum parcel_list list;
	bool house;    /* a house label: no list asked */
	bool arrived;  /* parcel.arrived is recorded */
	bool overdue;  /* arrived longer ago than the deadline */
	char wish[9];  /* "refund", "exchange" or "" */
	uint8_t units; /* known: 1..PARCEL_UNITS; else 1 with line 0 */
	struct parcel_unit unit[PARCEL_UNITS];
};

#define PARCEL_TRACKING 64
/* The key by which tracking numbers, and plates and assets as tracking numbers, are compared: upper
 * case, without spaces and brackets, an SSCC with its 00. False: empty, too long or not printable
 * ASCII; out is "" then. */
bool parcel_tracking(const char *number, char out[PARCEL_TRACKING + 1]);

const char *parcel_list_name(enum parcel_list list);	/* "no-list" "unknown" "known" */
const char *parcel_verdict_name(enum parcel_verdict v); /* "" "pass" "fail" */

/* --- The list as a CSV file (RFC 4180, UTF-8, with or without BOM; comma or semicolon as in the
 * header line) --- Columns by name in the first line, any order: rma (required); line (1), quantity
 * (1), product, title, accessories, reason, wish (refund|exchange), tracking
 * (the carrier's number of the parcel), state (approved; anything else
 * counts as not approved), last_inspection, last_verdict (pass|fail), last_station, last_at,
 * last_by. Other columns are ignored. One row a line of the return. */
#define PARCEL_CSV_COLUMNS 15
#define PARCEL_CSV_LINE	   4096

struct parcel_csv {
	int8_t column[64]; /* field of the file -> column of ours, -1 = ignored */
	uint8_t fields;
	char separator;
	unsigned row; /* line of the file, for messages */
};

struct parcel_row {
	char rma[LABEL_MAX + 1]; /* upper case */
	uint16_t line;		 /* 1..9999 */
	uint16_t quantity;	 /* 1..PARCEL_UNITS */
	bool approved;
	char wish[9];
	char tracking[65];	 /* a key of parcel_tracking, "" = none */
	struct parcel_unit unit; /* product, title, accessories, reason, last */
};

struct parcel_csv_error {
	char text[256]; /* "line N: column x: what is wrong" */
};

bool parcel_csv_header(struct parcel_csv *csv, const char *line, size_t len,
		       struct parcel_csv_error *error);
/* One row (no line breaks inside quotes). An empty line gives *empty = true. False: the row is
 * refused, the rest can go on. */
bool parcel_csv_row(struct parcel_csv *csv, const char *line, size_t len, struct parcel_row *out,
		    bool *empty, struct parcel_csv_error *error);
#endif
