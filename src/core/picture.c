/* picture.c - the lamps of each situation, and the lamp echo of each tone: the panel table of
 * DESIGN as code. Situation first, then what lies over it: alert, can't record, stick; the echo of
 * a tone last. */
#include "station/checklist.h"

#define LAMP_BIT(lamp) (1u << (lamp))
#define LAMP_BITS_STEPS                                                                            \
	(LAMP_BIT(PANEL_LAMP_APPEARANCE) | LAMP_BIT(PANEL_LAMP_ACCESSORIES) |                      \
	 LAMP_BIT(PANEL_LAMP_USAGE))

static const struct picture_echo echoes[PANEL_TONES] = {
	[PANEL_TONE_TICK] = {.lamps = LAMP_BIT(PANEL_LAMP_LINK), .ms = 100},
	[PANEL_TONE_DOUBLE_TICK] = {.lamps = LAMP_BIT(PANEL_LAMP_LINK), .ms = 300, .flicker = true},
	[PANEL_TONE_BEEP] = {.lamps = LAMP_BIT(PANEL_LAMP_LINK), .ms = 300},
	[PANEL_TONE_CHIME] = {.lamps = LAMP_BIT(PANEL_LAMP_PASS), .ms = 400, .flicker = true},
	[PANEL_TONE_CHIME_FAIL] = {.lamps = LAMP_BIT(PANEL_LAMP_FAIL), .ms = 400, .flicker = true},
	[PANEL_TONE_ERROR] = {.lamps = LAMP_BIT(PANEL_LAMP_ATTENTION), .ms = 300},
	[PANEL_TONE_WRONG_LABEL] = {.lamps = LAMP_BIT(PANEL_LAMP_ATTENTION),
				    .ms = 600,
				    .flicker = true},
	[PANEL_TONE_QUESTION] = {.lamps = LAMP_BIT(PANEL_LAMP_ATTENTION),
				 .ms = 300,
				 .flicker = true},
	[PANEL_TONE_FALLING] = {.lamps = LAMP_BITS_STEPS, .ms = 300},
};

struct picture_echo picture_echo(enum panel_tone tone)
{
	return echoes[tone];
}

static void picture_situation(const struct checklist *c, uint64_t now_ms, enum panel_pattern *lamps)
{
	const struct checklist_situation *s = &c->now;

	switch (s->at) {
	case CHECKLIST_IDLE:
	case CHECKLIST_ATS:
		break;
	case CHECKLIST_STEP:
		lamps[s->step] = c->reminded || (s->step == 0 && now_ms < c->overdue_until)
					 ? PANEL_DOUBLE
					 : PANEL_ON;
		break;
	case CHECKLIST_REASON:
		lamps[s->step] = c->reminded ? PANEL_DOUBLE : PANEL_FAST;
		lamps[PANEL_LAMP_FAIL] = PANEL_FAST;
		break;
	case CHECKLIST_CLOSED:
		lamps[s->verdict == PARCEL_PASS ? PANEL_LAMP_PASS : PANEL_LAMP_FAIL] = PANEL_ON;
		break;
	case CHECKLIST_WHICH:
		for (int i = 0; i < CHECKLIST_STEPS; i++)
			lamps[i] = PANEL_SLOW;
		break;
	case CHECKLIST_REPEAT:
		lamps[PANEL_LAMP_FAIL] = PANEL_SLOW;
		lamps[PANEL_LAMP_PASS] = PANEL_SLOW;
		lamps[PANEL_LAMP_ATTENTION] = PANEL_SLOW;
		break;
	case CHECKLIST_UNKNOWN:
		lamps[PANEL_LAMP_PASS] = PANEL_SLOW;
		lamps[PANEL_LAMP_ATTENTION] = PANEL_SLOW;
		break;
	case CHECKLIST_RECEIVING:
		lamps[PANEL_LAMP_APPEARANCE] = PANEL_RUN1;
		lamps[PANEL_LAMP_ACCESSORIES] = PANEL_RUN2;
		lamps[PANEL_LAMP_USAGE] = PANEL_RUN3;
		break;
	}
}

static enum panel_pattern picture_link(const struct checklist *c)
{
	if (c->faults & (uint16_t) ~(1u << CHECKLIST_FAULT_JOURNAL))
		return PANEL_FAST;
	switch (c->link) {
	case CHECKLIST_LINK_OFF:
		return PANEL_OFF;
	case CHECKLIST_LINK_SYNC:
		return PANEL_ON;
	case CHECKLIST_LINK_OFFLINE:
		return PANEL_SLOW;
	case CHECKLIST_LINK_PERSON:
		return PANEL_FAST;
	}
	return PANEL_OFF;
}

static void picture_stick(const struct checklist *c, enum panel_pattern *lamps)
{
	switch (c->stick) {
	case CHECKLIST_STICK_NONE:
		break;
	case CHECKLIST_STICK_COPYING:
		lamps[PANEL_LAMP_LINK] = PANEL_ALTERNATE;
		lamps[PANEL_LAMP_ATTENTION] = PANEL_ALTERNATE2;
		break;
	case CHECKLIST_STICK_TAKE_OUT:
		lamps[PANEL_LAMP_LINK] = PANEL_TRIPLE;
		break;
	case CHECKLIST_STICK_REFUSED:
		lamps[PANEL_LAMP_LINK] = PANEL_FAST;
		lamps[PANEL_LAMP_ATTENTION] = PANEL_FAST;
		break;
	}
}

/* An echo shows on any lamp: a dark one lights up, one that is lit or blinks flickers. */
static void picture_add_echo(const struct checklist *c, enum panel_pattern *lamps)
{
	struct picture_echo e = echoes[c->echo];

	for (unsigned i = 0; i < PANEL_LAMPS; i++) {
		if (!(e.lamps & LAMP_BIT(i)))
			continue;
		lamps[i] = e.flicker || lamps[i] != PANEL_OFF ? PANEL_FLICKER : PANEL_ON;
	}
}

void picture_lamps(const struct checklist *c, uint64_t now_ms,
		   enum panel_pattern lamps[PANEL_LAMPS])
{
	for (int i = 0; i < PANEL_LAMPS; i++)
		lamps[i] = PANEL_OFF;
	if (!c->writing)
		picture_situation(c, now_ms, lamps);
	lamps[PANEL_LAMP_LINK] = picture_link(c);
	if (c->now.alert != CHECKLIST_WHY_NONE)
		lamps[PANEL_LAMP_ATTENTION] = PANEL_FAST;
	picture_stick(c, lamps);
	if (c->broken || (c->writing && c->slow))
		lamps[PANEL_LAMP_ATTENTION] = PANEL_ON;
	if (c->echo != PANEL_TONE_NONE && now_ms < c->echo_until)
		picture_add_echo(c, lamps);
}
