/* panel.h - the words of the panel: buttons, lamps, patterns, tones. Meaning is carried by
 * position, rhythm and tone (F12). */
#ifndef STATION_PANEL_H
#define STATION_PANEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum panel_button { PANEL_PASS, PANEL_FAIL, PANEL_BACK, PANEL_BUTTONS };

enum panel_lamp { /* left to right; the first three lead the inspector */
		  PANEL_LAMP_APPEARANCE,
		  PANEL_LAMP_ACCESSORIES,
		  PANEL_LAMP_USAGE,
		  PANEL_LAMP_PASS,
		  PANEL_LAMP_FAIL,
		  PANEL_LAMP_ATTENTION,
		  PANEL_LAMP_LINK,
		  PANEL_LAMPS
};

enum panel_pattern { /* every pattern begins with its first phase when it is set */
		     PANEL_OFF,
		     PANEL_ON,
		     PANEL_SLOW,       /* 0.5 Hz: 1000 ms on, 1000 ms off */
		     PANEL_FAST,       /* 2 Hz: 250 on, 250 off */
		     PANEL_DOUBLE,     /* 150 on, 150 off, 150 on, 1550 off */
		     PANEL_TRIPLE,     /* 150 on, 150 off, three times, then 1100 off */
		     PANEL_ALTERNATE,  /* 500 on, 500 off */
		     PANEL_ALTERNATE2, /* 500 off, 500 on */
		     PANEL_RUN1, /* 300 on, 600 off: with RUN2, RUN3 a light that runs left to right
				  */
		     PANEL_RUN2, /* 300 off, 300 on, 300 off */
		     PANEL_RUN3, /* 600 off, 300 on */
		     PANEL_FLICKER, /* 50 on, 50 off: the echo of a tone on a lamp that blinks
				       already */
		     PANEL_PATTERNS
};

enum panel_tone {
	PANEL_TONE_NONE,
	PANEL_TONE_TICK,	/* an answer is on disk */
	PANEL_TONE_DOUBLE_TICK, /* the same label again: nothing changes */
	PANEL_TONE_BEEP,	/* label accepted */
	PANEL_TONE_CHIME,	/* verdict PASS */
	PANEL_TONE_CHIME_FAIL,	/* verdict FAIL */
	PANEL_TONE_ERROR,	/* ignored, or wrong action */
	PANEL_TONE_WRONG_LABEL, /* not the return label */
	PANEL_TONE_QUESTION,
	PANEL_TONE_FALLING, /* abandoned */
	PANEL_TONES
};

const char *panel_button_name(enum panel_button b); /* "pass" "fail" "back" */
const char *panel_lamp_name(enum panel_lamp l); /* "appearance" "accessories" "usage" "pass" "fail"
						   "attention" "link" */
const char *
panel_pattern_name(enum panel_pattern p); /* "off" "on" "slow" "fast" "double" "triple" "alternate"
					     "alternate2" "run1" "run2" "run3" "flicker" */
const char *
panel_tone_name(enum panel_tone t); /* "none" "tick" "double-tick" "beep" "chime" "chime-fail"
				       "error" "wrong-label" "question" "falling" */
/* The reverse; the count (PANEL_BUTTONS and so on) when there is no such name. */
enum panel_button panel_button_find(const char *name);
enum panel_lamp panel_lamp_find(const char *name);
enum panel_pattern panel_pattern_find(const char *name);
enum panel_tone panel_tone_find(const char *name);

/* Whether a lamp with this pattern is lit elapsed_ms after the pattern was set. */
bool panel_lit(enum panel_pattern p, uint64_t elapsed_ms);
/* Milliseconds after elapsed_ms at which the lamp changes next; 0 = never (off, on). */
uint32_t panel_next_change(enum panel_pattern p, uint64_t elapsed_ms);
#endif
