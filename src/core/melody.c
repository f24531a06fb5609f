/* melody.c - the tones' pitches and rhythms (see station/melody.h). */
#include "station/melody.h"
#include <stddef.h>

#define NOTES 4

struct melody { /* notes with the same silence between any two */
	struct {
		uint16_t hz, ms;
	} note[NOTES];
	uint16_t gap_ms;
};

static const struct melody melodies[PANEL_TONES] = {
	[PANEL_TONE_TICK] = {{{2000, 30}}, 0},
	[PANEL_TONE_DOUBLE_TICK] = {{{2000, 30}, {2000, 30}}, 70},
	[PANEL_TONE_BEEP] = {{{2400, 150}}, 0},
	[PANEL_TONE_CHIME] = {{{1600, 80}, {2400, 240}}, 50},	   /* short, long: rises */
	[PANEL_TONE_CHIME_FAIL] = {{{1600, 240}, {1100, 80}}, 50}, /* long, short: falls */
	[PANEL_TONE_ERROR] = {{{500, 400}}, 0},			   /* one long and low */
	[PANEL_TONE_WRONG_LABEL] = {{{500, 180}, {500, 180}, {500, 180}}, 100},
	[PANEL_TONE_QUESTION] = {{{1200, 50}, {1500, 50}, {1200, 50}, {1500, 50}}, 60},
	[PANEL_TONE_FALLING] = {{{1600, 240}, {1200, 120}, {800, 60}}, 40},
};

uint16_t melody_at(enum panel_tone tone, uint64_t elapsed_ms, uint32_t *left_ms)
{
	uint64_t end = 0;

	*left_ms = 0;
	if (tone >= PANEL_TONES)
		return 0;
	const struct melody *m = &melodies[tone];

	for (size_t i = 0; i < NOTES && m->note[i].ms; i++) {
		end += m->note[i].ms;
		if (elapsed_ms < end) {
			*left_ms = (uint32_t)(end - elapsed_ms);
			return m->note[i].hz;
		}
		end += m->gap_ms;
		if (elapsed_ms < end && i + 1 < NOTES && m->note[i + 1].ms) {
			*left_ms = (uint32_t)(end - elapsed_ms);
			return 0;
		}
	}
	return 0;
}
