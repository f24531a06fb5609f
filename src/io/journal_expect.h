/* journal_expect.h - reads the list of expected returns from a CSV file into the database, piece by
 * piece, so that no append waits for it. Private to journal*.c. */
#ifndef IO_JOURNAL_EXPECT_H
#define IO_JOURNAL_EXPECT_H
#include "journal_db.h"

enum journal_expect_phase {
	JOURNAL_EXPECT_IDLE,
	JOURNAL_EXPECT_ROWS,
	JOURNAL_EXPECT_SWEEP, /* the new list counts; rows of older ones are being removed */
};

struct journal_expect {
	enum journal_expect_phase phase;
	char path[JOURNAL_DB_PATH];
	int fd;
	struct parcel_csv csv;
	bool header;
	bool overlong;	     /* skipping the rest of a line that is too long */
	bool end;	     /* of the file */
	uint64_t generation; /* the one being filled */
	uint64_t returns;
	unsigned rows, refused;
	size_t from, to; /* unread bytes in buf */
	char buf[2 * PARCEL_CSV_LINE];
};

/* Begins with the file at path; a list that is being read is dropped. A file that can't be read is
 * logged, and the list stays as it is. 0, or -errno of the database. */
int journal_expect_begin(struct journal_expect *x, struct journal_db *db, const char *path);
/* One piece, if there is any to do. 0, or -errno of the database. */
int journal_expect_step(struct journal_expect *x, struct journal_db *db);
void journal_expect_drop(struct journal_expect *x);
/* Rows of lists that no longer count are to be removed. */
void journal_expect_sweep(struct journal_expect *x);

/* --- rows of the list; in the transaction that is open --- */
/* A number for a new list. */
int journal_expect_generation(struct journal_db *db, uint64_t *generation);
/* -EEXIST: this line of this return was given already. */
int journal_expect_add(struct journal_db *db, uint64_t generation, const struct parcel_row *r);
/* How many units a return has on a list, 0 = it is not there, and whether it is approved. */
int journal_expect_units(struct journal_db *db, uint64_t generation, const char *rma, int *units,
			 int *approved);
#endif
