/* doctor.h - what the checks of stationctl doctor share: what is known so far, and the row that a
 * check fills. A check is a function; ctl_doctor.c has the table of them. */
#ifndef STATIONCTL_DOCTOR_H
#define STATIONCTL_DOCTOR_H
#include "ctl.h"
#include "station/text.h"
#include <jansson.h>

#define DOCTOR_TEXT 2048

enum doctor_result { /* the worse the greater */
		     DOCTOR_OK,
		     DOCTOR_SKIPPED, /* not checked, and that is as it should be */
		     DOCTOR_WARN,
		     DOCTOR_FAIL,
};

struct doctor_row {
	enum doctor_result result;
	char buf[DOCTOR_TEXT];
	struct text text;
	json_t *fields; /* what a machine wants to read of it */
};

struct doctor {
	struct ctl *ctl;
	struct settings *settings;
	struct settings_board board;
	bool has_settings, has_board;
	char why_board[512]; /* there is none */
	json_t *status;	     /* of the station that runs; NULL: none that we know of */
	bool key_denied;     /* the site key may not be read by us */
	bool veiled;	     /* whether one runs we may not see */
	bool asks;	     /* somebody sits at the terminal */
	bool named;	     /* the check was asked for by its name */
};

/* Adds a sentence to the row, and makes its result no better than this. */
void doctor_say(struct doctor_row *row, enum doctor_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_number(struct doctor_row *row, const char *key, int64_t value);
void doctor_word(struct doctor_row *row, const char *key, const char *value);
void doctor_flag(struct doctor_row *row, const char *key, bool value);
/* No permission for path: not checked, and which group has it. True when error says so. write: it
 * is to be written, else read. */
bool doctor_denied(struct doctor_row *row, int error, const char *path, bool write);
/* Days that a certificate is good for, in words; fields PREFIXdays_left and PREFIXuntil. */
void doctor_expiry(struct doctor_row *row, const char *whose, const char *prefix, int64_t from_ms,
		   int64_t until_ms);

/* The checks; has_settings holds for all but the first. */
void doctor_settings(struct doctor *d, struct doctor_row *row);
void doctor_board(struct doctor *d, struct doctor_row *row);
void doctor_lamps(struct doctor *d, struct doctor_row *row);
void doctor_tones(struct doctor *d, struct doctor_row *row);
void doctor_buttons(struct doctor *d, struct doctor_row *row);
void doctor_scanner(struct doctor *d, struct doctor_row *row);
void doctor_camera(struct doctor *d, struct doctor_row *row);
void doctor_journal(struct doctor *d, struct doctor_row *row);
void doctor_disk(struct doctor *d, struct doctor_row *row);
void doctor_clock(struct doctor *d, struct doctor_row *row);
void doctor_headquarters(struct doctor *d, struct doctor_row *row);
void doctor_certificate(struct doctor *d, struct doctor_row *row);
#endif
