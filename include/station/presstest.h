/* presstest.h - what a button turns out to be when somebody is asked to press it: good, another one
 * (swapped wires), inverted, stuck, bridged with a neighbour, or dead. */
#ifndef STATION_PRESSTEST_H
#define STATION_PRESSTEST_H
#include "station/panel.h"

enum presstest_verdict {
	PRESSTEST_WAITS,    /* nothing is known yet */
	PRESSTEST_GOOD,	    /* pressed and released, alone */
	PRESSTEST_OTHER,    /* t->other came instead */
	PRESSTEST_BRIDGED,  /* t->other came with it */
	PRESSTEST_INVERTED, /* reads as pressed while it is not, and the reverse */
	PRESSTEST_STUCK,    /* reads as pressed all the time */
	PRESSTEST_FREED,    /* read as pressed until somebody touched it */
	PRESSTEST_SILENT,   /* nothing came */
};

struct presstest {
	enum panel_button asked, other;
	bool rest[PANEL_BUTTONS]; /* as it was when nobody pressed */
	bool down[PANEL_BUTTONS]; /* as it is */
};

/* down: how the contacts read now, while nobody presses. */
void presstest_begin(struct presstest *t, enum panel_button asked, const bool down[PANEL_BUTTONS]);
/* A contact closed or opened. */
enum presstest_verdict presstest_edge(struct presstest *t, enum panel_button button, bool down);
/* The time is up, or the person says that nothing happens. */
enum presstest_verdict presstest_end(const struct presstest *t);
const char *presstest_name(enum presstest_verdict v); /* "waits" "good" "other" "bridged"
							 "inverted" "stuck" "freed" "silent" */
#endif
