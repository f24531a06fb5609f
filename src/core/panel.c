/* panel.c - the names of the panel's parts and the rhythms of its lamps; see station/panel.h. The
 * tables hold characters, not pointers, so that they stay read-only in a relocated program. */
#include "station/panel.h"
#include <string.h>

#define NAME_MAX_LEN 12 /* bytes of the longest name, NUL included */

static const char button_names[][NAME_MAX_LEN] = {
	[PANEL_PASS] = "pass",
	[PANEL_FAIL] = "fail",
	[PANEL_BACK] = "back",
};

static const char lamp_names[][NAME_MAX_LEN] = {
	[PANEL_LAMP_APPEARANCE] = "appearance",
	[PANEL_LAMP_ACCESSORIES] = "accessories",
	[PANEL_LAMP_USAGE] = "usage",
	[PANEL_LAMP_PASS] = "pass",
	[PANEL_LAMP_FAIL] = "fail",
	[PANEL_LAMP_ATTENTION] = "attention",
	[PANEL_LAMP_LINK] = "link",
};

static const char pattern_names[][NAME_MAX_LEN] = {
	[PANEL_OFF] = "off",
	[PANEL_ON] = "on",
	[PANEL_SLOW] = "slow",
	[PANEL_FAST] = "fast",
	[PANEL_DOUBLE] = "double",
	[PANEL_TRIPLE] = "triple",
	[PANEL_ALTERNATE] = "alternate",
	[PANEL_ALTERNATE2] = "alternate2",
	[PANEL_RUN1] = "run1",
	[PANEL_RUN2] = "run2",
	[PANEL_RUN3] = "run3",
	[PANEL_FLICKER] = "flicker",
};

static const char tone_names[][NAME_MAX_LEN] = {
	[PANEL_TONE_NONE] = "none",
	[PANEL_TONE_TICK] = "tick",
	[PANEL_TONE_DOUBLE_TICK] = "double-tick",
	[PANEL_TONE_BEEP] = "beep",
	[PANEL_TONE_CHIME] = "chime",
	[PANEL_TONE_CHIME_FAIL] = "chime-fail",
	[PANEL_TONE_ERROR] = "error",
	[PANEL_TONE_WRONG_LABEL] = "wrong-label",
	[PANEL_TONE_QUESTION] = "question",
	[PANEL_TONE_FALLING] = "falling",
};

_Static_assert(sizeof(button_names) / NAME_MAX_LEN == PANEL_BUTTONS, "a button has no name");
_Static_assert(sizeof(lamp_names) / NAME_MAX_LEN == PANEL_LAMPS, "a lamp has no name");
_Static_assert(sizeof(pattern_names) / NAME_MAX_LEN == PANEL_PATTERNS, "a pattern has no name");
_Static_assert(sizeof(tone_names) / NAME_MAX_LEN == PANEL_TONES, "a tone has no name");

/* A rhythm is a round of on, off, on, off ... entered at `start`. */
struct rhythm {
	uint16_t ms[6];
	uint16_t start;
};

static const struct rhythm rhythms[PANEL_PATTERNS] = {
	[PANEL_OFF] = {{0}, 0}, /* these two do not change */
	[PANEL_ON] = {{0}, 0},
	[PANEL_SLOW] = {{1000, 1000}, 0},
	[PANEL_FAST] = {{250, 250}, 0},
	[PANEL_DOUBLE] = {{150, 150, 150, 1550}, 0},
	[PANEL_TRIPLE] = {{150, 150, 150, 150, 150, 150 + 1100}, 0},
	[PANEL_ALTERNATE] = {{500, 500}, 0},
	[PANEL_ALTERNATE2] = {{500, 500}, 500},
	[PANEL_RUN1] = {{300, 600}, 0},
	[PANEL_RUN2] = {{300, 600}, 600},
	[PANEL_RUN3] = {{300, 600}, 300},
	[PANEL_FLICKER] = {{50, 50}, 0},
};

static const char *name_of(const char (*names)[NAME_MAX_LEN], size_t count, size_t i)
{
	return i < count ? names[i] : "";
}

static size_t name_find(const char (*names)[NAME_MAX_LEN], size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && strcmp(names[i], name) != 0)
		i++;
	return i;
}

const char *panel_button_name(enum panel_button b)
{
	return name_of(button_names, PANEL_BUTTONS, b);
}

const char *panel_lamp_name(enum panel_lamp l)
{
	return name_of(lamp_names, PANEL_LAMPS, l);
}

const char *panel_pattern_name(enum panel_pattern p)
{
	return name_of(pattern_names, PANEL_PATTERNS, p);
}

const char *panel_tone_name(enum panel_tone t)
{
	return name_of(tone_names, PANEL_TONES, t);
}

enum panel_button panel_button_find(const char *name)
{
	return (enum panel_button)name_find(button_names, PANEL_BUTTONS, name);
}

enum panel_lamp panel_lamp_find(const char *name)
{
	return (enum panel_lamp)name_find(lamp_names, PANEL_LAMPS, name);
}

enum panel_pattern panel_pattern_find(const char *name)
{
	return (enum panel_pattern)name_find(pattern_names, PANEL_PATTERNS, name);
}

enum panel_tone panel_tone_find(const char *name)
{
	return (enum panel_tone)name_find(tone_names, PANEL_TONES, name);
}

/* Finds the phase at elapsed_ms; false for a pattern that has none. */
static bool phase_at(enum panel_pattern p, uint64_t elapsed_ms, bool *lit, uint32_t *left)
{
	uint32_t round = 0, at, end = 0;

	if (p >= PANEL_PATTERNS)
		return false;
	const struct rhythm *r = &rhythms[p];

	for (size_t i = 0; i < sizeof(r->ms) / sizeof(r->ms[0]); i++)
		round += r->ms[i];
	if (round == 0)
		return false;
	at = ((uint32_t)(elapsed_ms % round) + r->start) % round;
	*lit = false;
	for (size_t i = 0; end <= at; i++) {
		end += r->ms[i];
		*lit = !*lit;
	}
	*left = end - at;
	return true;
}

bool panel_lit(enum panel_pattern p, uint64_t elapsed_ms)
{
	bool lit;
	uint32_t left;

	return phase_at(p, elapsed_ms, &lit, &left) ? lit : p == PANEL_ON;
}

uint32_t panel_next_change(enum panel_pattern p, uint64_t elapsed_ms)
{
	bool lit;
	uint32_t left;

	return phase_at(p, elapsed_ms, &lit, &left) ? left : 0;
}
