/* presstest.c - what a button turns out to be when somebody is asked to press it (presstest.h). */
#include "station/presstest.h"

void presstest_begin(struct presstest *t, enum panel_button asked, const bool down[PANEL_BUTTONS])
{
	*t = (struct presstest){.asked = asked, .other = PANEL_BUTTONS};
	for (unsigned i = 0; i < PANEL_BUTTONS; i++)
		t->rest[i] = t->down[i] = down[i];
}

/* Another one that is not at rest; PANEL_BUTTONS: there is none. */
static enum panel_button moved(const struct presstest *t)
{
	for (unsigned i = 0; i < PANEL_BUTTONS; i++)
		if (i != (unsigned)t->asked && t->down[i] != t->rest[i])
			return (enum panel_button)i;
	return PANEL_BUTTONS;
}

enum presstest_verdict presstest_edge(struct presstest *t, enum panel_button button, bool down)
{
	if (t->down[button] == down)
		return PRESSTEST_WAITS;
	t->down[button] = down;
	if (down != t->rest[button])
		return PRESSTEST_WAITS; /* a press counts when it ends */
	if (button != t->asked) {
		t->other = button;
		return t->down[t->asked] == t->rest[t->asked] ? PRESSTEST_OTHER : PRESSTEST_BRIDGED;
	}
	t->other = moved(t);
	if (t->other != PANEL_BUTTONS)
		return PRESSTEST_BRIDGED;
	return t->rest[button] ? PRESSTEST_INVERTED : PRESSTEST_GOOD;
}

enum presstest_verdict presstest_end(const struct presstest *t)
{
	if (t->down[t->asked])
		return PRESSTEST_STUCK;
	return t->rest[t->asked] ? PRESSTEST_FREED : PRESSTEST_SILENT;
}

const char *presstest_name(enum presstest_verdict v)
{
	switch (v) {
	case PRESSTEST_WAITS:
		return "waits";
	case PRESSTEST_GOOD:
		return "good";
	case PRESSTEST_OTHER:
		return "other";
	case PRESSTEST_BRIDGED:
		return "bridged";
	case PRESSTEST_INVERTED:
		return "inverted";
	case PRESSTEST_STUCK:
		return "stuck";
	case PRESSTEST_FREED:
		return "freed";
	case PRESSTEST_SILENT:
		break;
	}
	return "silent";
}
