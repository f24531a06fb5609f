/* reasons.h - the site's reasons for a FAIL: a code, and what it means in English and Chinese. A
 * table in CSV, as a spreadsheet saves it ("CSV UTF-8"), read a line at a time; the file is an
 * adapter's business (io/confdir.h). */
#ifndef STATION_REASONS_H
#define STATION_REASONS_H
#include "station/label.h"
#include "station/settings.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REASONS_MAX	128
#define REASONS_TEXT	96 /* bytes of a text */
#define REASONS_VERSION 24
#define REASONS_COLUMNS 3

struct reason {
	char code[LABEL_CODE_MAX + 1];
	char en[REASONS_TEXT + 1],
		zh[REASONS_TEXT + 1]; /* one stands for the other that is empty */
};

struct reasons {
	struct reason reason[REASONS_MAX]; /* in the file's order */
	uint8_t count;
	char version[REASONS_VERSION]; /* how many, and a hash of all lines */
	uint64_t hash;
};

/* Empty. */
void reasons_init(struct reasons *r);
/* Null: the site has no text for this code. A null r has none at all. */
const struct reason *reasons_find(const struct reasons *r, const char *code);

/* Where the reader is. file is a name for messages and must live as long as the reader is used. */
struct reasons_reader {
	struct reasons *reasons;
	const char *file;
	unsigned line;
	char separator;			/* 0 = the header is not read yet */
	int8_t column[REASONS_COLUMNS]; /* what stands in the file's columns */
	uint8_t columns;
	uint16_t at[REASONS_MAX]; /* the line of each reason */
};

/* Begins with no reasons. */
void reasons_read_init(struct reasons_reader *r, struct reasons *reasons, const char *file);
/* One line without its LF. False: error says file, line, what is wrong and what was meant. */
bool reasons_read_line(struct reasons_reader *r, const char *line, size_t len,
		       struct settings_error *error);
/* The file's end. */
bool reasons_read_end(struct reasons_reader *r, struct settings_error *error);
#endif
