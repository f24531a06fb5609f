/* mirror.h - what stationd said last on its socket: lamps and since when, tones, and what there is
 * to show. */
#ifndef STATIONCTL_MIRROR_H
#define STATIONCTL_MIRROR_H
#include "station/lamps.h"
#include "station/panel.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum mirror_message {
	MIRROR_STARTING,
	MIRROR_IDLE,
	MIRROR_STEP,
	MIRROR_REASON,
	MIRROR_CLOSED_PASS,
	MIRROR_CLOSED_FAIL,
	MIRROR_WHICH,
	MIRROR_REPEAT,
	MIRROR_UNKNOWN,
	MIRROR_RECEIVING,
	MIRROR_CANNOT_RECORD,
	MIRROR_OTHER, /* of a newer version */
	MIRROR_MESSAGES
};

enum mirror_alert {
	MIRROR_NO_ALERT,
	MIRROR_BUSY,
	MIRROR_SHAPE,
	MIRROR_TOO_LONG,
	MIRROR_BYTES,
	MIRROR_CHECK,
	MIRROR_KEY,
	MIRROR_NO_KEY,
	MIRROR_COMMAND,
	MIRROR_REFUSED,
	MIRROR_CARRIER, /* the wrong label on the box: */
	MIRROR_PRODUCT,
	MIRROR_PLATE,
	MIRROR_ASSET,
	MIRROR_TIE,
	MIRROR_SYMBOLOGY,
	MIRROR_ALERT_REASON, /* a reason is wanted first */
	MIRROR_OTHER_ALERT,  /* of a newer version */
	MIRROR_ALERTS
};

enum mirror_step {
	MIRROR_APPEARANCE,
	MIRROR_ACCESSORIES,
	MIRROR_USAGE,
	MIRROR_NO_STEP,
	MIRROR_STEPS
};

#define MIRROR_TEXT 320 /* bytes of a text, cut at a character */

struct mirror_show { /* "" = not told */
	enum mirror_message message;
	enum mirror_alert alert;
	enum mirror_step step;
	char label[MIRROR_TEXT];
	unsigned line, unit; /* 0 = no item */
	unsigned units, left, arrived;
	char product[MIRROR_TEXT], title[MIRROR_TEXT], accessories[MIRROR_TEXT];
	char reason[MIRROR_TEXT], wish[MIRROR_TEXT], by[MIRROR_TEXT];
	char given[3][MIRROR_TEXT]; /* the reason: code, English, Chinese */
	char last_verdict[MIRROR_TEXT], last_station[MIRROR_TEXT], last_at[MIRROR_TEXT];
	char last_by[MIRROR_TEXT];
};

enum mirror_note_kind { MIRROR_TONE, MIRROR_ERROR, MIRROR_SENT };

struct mirror_note {
	enum mirror_note_kind kind;
	enum panel_tone tone; /* of MIRROR_TONE */
	time_t at;
	char text[96]; /* else */
};

#define MIRROR_NOTES 64

struct mirror {
	bool ready;
	struct lamps lamps;
	struct mirror_show show;
	struct mirror_note note[MIRROR_NOTES]; /* a ring */
	unsigned notes;			       /* ever made */
};

/* All dark, nothing to show; the notes stay. */
void mirror_reset(struct mirror *m);
/* A line from stationd. What is not understood is left out: a newer one may say more. */
void mirror_line(struct mirror *m, const char *line, uint64_t now_ms);
void mirror_note(struct mirror *m, enum mirror_note_kind kind, const char *text);
/* The n-th last note, 0 = the last; NULL when there are not so many. */
const struct mirror_note *mirror_last(const struct mirror *m, unsigned n);
bool mirror_lit(const struct mirror *m, enum panel_lamp lamp, uint64_t now_ms);
/* Milliseconds until a lamp changes by itself; -1 = never. */
int mirror_next_change(const struct mirror *m, uint64_t now_ms);
#endif
