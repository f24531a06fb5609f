/* speech.h - what the panel says to an inspector in gloves, in English and Chinese. */
#ifndef STATIONCTL_SPEECH_H
#define STATIONCTL_SPEECH_H
#include "mirror.h"
#include "station/panel.h"

enum speech_language { SPEECH_EN, SPEECH_ZH, SPEECH_LANGUAGES };

enum speech_word {
	SPEECH_TITLE_PANEL,
	SPEECH_TITLE_VIEW,
	SPEECH_CONNECTED,
	SPEECH_WAITING, /* for stationd */
	SPEECH_LABEL,
	SPEECH_ITEM,
	SPEECH_UNIT,  /* line %1, unit %2 */
	SPEECH_UNITS, /* %2 units in all */
	SPEECH_LEFT,  /* %1 of %2 units left */
	SPEECH_PRODUCT,
	SPEECH_TITLE,
	SPEECH_ACCESSORIES,
	SPEECH_REASON,
	SPEECH_GIVEN, /* why the step failed */
	SPEECH_WISH,
	SPEECH_REFUND,
	SPEECH_EXCHANGE,
	SPEECH_BADGE,
	SPEECH_TONES,
	SPEECH_SENT,
	SPEECH_SCAN,
	SPEECH_KEYS,
	SPEECH_KEYS_LINE, /* while the line has the focus */
	SPEECH_TOO_SMALL,
	SPEECH_WORDS
};

/* All texts are static. */
const char *speech_word(enum speech_language l, enum speech_word word);
/* The sentence: what to do now, with %1, %2 ... still in it. */
const char *speech_message(enum speech_language l, const struct mirror_show *show);
/* The same in one word, for large letters; English in capitals. */
const char *speech_headline(enum speech_language l, const struct mirror_show *show);
const char *speech_alert(enum speech_language l, enum mirror_alert alert); /* NO_ALERT: "" */
const char *speech_lamp(enum speech_language l, enum panel_lamp lamp);
const char *speech_pattern(enum speech_language l, enum panel_pattern pattern);
const char *speech_tone(enum speech_language l, enum panel_tone tone);
/* The reason that was given last, or its code. */
const char *speech_given(enum speech_language l, const struct mirror_show *show);
const char *speech_wish(enum speech_language l, const struct mirror_show *show);
/* Writes a sentence with %1, %2, ... replaced by value[0], value[1], ...; what does not fit is
 * dropped. */
void speech_fill(char *out, size_t cap, const char *sentence, const char *const value[],
		 size_t values);
/* The sentence of what is shown, filled. */
void speech_say(enum speech_language l, const struct mirror_show *show, char *out, size_t cap);
/* Which unit of how many, "" when there is nothing to tell. */
void speech_item(enum speech_language l, const struct mirror_show *show, char *out, size_t cap);
#endif
