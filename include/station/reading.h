/* reading.h - what lines and views of one picture said, and which of it is believed. A decoder
 * guesses now and then; here guesses must agree before they become a label (F9). */
#ifndef STATION_READING_H
#define STATION_READING_H
#include "station/text.h"

#define READING_LABELS 32   /* different texts of one picture that are kept */
#define READING_TEXT   7100 /* bytes of one, at most: what the largest QR code holds */
#define READING_VIEWS  64   /* ways to look at a picture */

enum reading_symbology {
	READING_CODE128,
	READING_CODE93,
	READING_CODE39,
	READING_CODABAR,
	READING_ITF,
	READING_EAN13,
	READING_EAN8,
	READING_UPCA,
	READING_UPCE,
	READING_QR,
	READING_SYMBOLOGIES
};

struct reading_label {
	enum reading_symbology symbology;
	uint16_t len;
	uint32_t lines;	 /* that said it: of each view the most of one place, all together */
	uint32_t most;	 /* of one place in one view */
	uint32_t here;	 /* of the place that was the last to say it, in that view */
	uint32_t within; /* of that view, the most that any place gave */
	uint32_t place;	 /* that one */
	uint8_t last;	 /* that view */
	bool gs1;	 /* it begins with FNC1: the text is one of GS1 */
	uint64_t views;	 /* that said it, a bit each */
	uint8_t text[READING_TEXT];
};

struct reading {
	uint32_t allowed; /* symbologies, a bit each */
	uint32_t itf;	  /* pairs of digits that an interleaved 2 of 5 may have, a bit each */
	uint32_t place;	  /* that is being looked at */
	bool crowded;	  /* something had to go: who knows what it spoke against */
	uint8_t labels;
	struct reading_label label[READING_LABELS];
};

#define READING_ALL    ((1U << READING_SYMBOLOGIES) - 1)
#define READING_ITF_8  0xfffffff0U /* 8 digits or more */
#define READING_ITF_14 (1U << 7)   /* as on cartons */

/* allowed: bits 1 << enum reading_symbology. itf: bits 1 << digits / 2. */
void reading_init(struct reading *r, uint32_t allowed, uint32_t itf);
/* Another picture: nothing has been said of it. */
void reading_begin(struct reading *r);
/* The lines that follow are of another place. Places may overlap: what several of them say in one
 * view may be the same lines, and counts as that one's that said it most. */
void reading_elsewhere(struct reading *r);
/* One line of a view (a whole view, for QR) said this. Empty, overlong and disallowed texts are
 * left out; when there is no room, the least said one of those that are not believed goes, or if
 * all are, the least said; from then on six lines must say a text (a QR code is believed at once).
 * view < READING_VIEWS. */
void reading_vote(struct reading *r, enum reading_symbology symbology, const uint8_t *text,
		  size_t len, unsigned view);
/* The code that said this begins with FNC1. */
void reading_gs1(struct reading *r, enum reading_symbology symbology, const uint8_t *text,
		 size_t len);
/* Whether label n is believed, as far as has been looked. */
bool reading_accepts(const struct reading *r, unsigned n);
/* Whether something was said that is not believed yet. */
bool reading_doubts(const struct reading *r);
/* Whether what one picture says of it is not enough, where there are more: a code without a check
 * character, or of so few bars that others hold them by chance. */
bool reading_is_weak(enum reading_symbology symbology);
/* "CODE-128", "QR-Code"...: the words that zbar has for them. */
const char *reading_name(enum reading_symbology symbology);
/* The AIM identifier with which a scanner would name this label: "]C1". Never of another length. */
#define READING_AIM 3
const char *reading_aim(const struct reading_label *label);
/* A label's text on one line: UTF-8 as it is, but control characters and bytes that are no UTF-8 as
 * \xHH, and a backslash as two. */
void reading_print(const struct reading_label *label, struct text *t);
#endif
