/* scantest_say.c - what a person should know of a scanner, and set: the findings of a test scan,
 * and the names of what was found (scantest.h). */
#include "station/scantest.h"

struct list {
	struct scantest_finding *out;
	size_t count;
};

static void add(struct list *l, enum scantest_grade grade, const char *text)
{
	if (grade != SCANTEST_GOOD && l->count < SCANTEST_FINDINGS)
		l->out[l->count++] = (struct scantest_finding){grade, text};
}

static void add_end(struct list *l, enum scantest_end end, uint32_t gap_ms)
{
	switch (end) {
	case SCANTEST_END_NONE:
	case SCANTEST_END_TAB:
		if (gap_ms == 0)
			add(l, SCANTEST_BAD,
			    "nothing ends a scan (TAB does not): set the scanner's suffix to CR (Enter), or gap_ms of "
			    "its section to 200");
		else
			add(l, SCANTEST_ADVICE,
			    "no suffix, or TAB: a scan ends late, by silence (gap_ms); set the "
			    "scanner's suffix to CR (Enter)");
		break;
	case SCANTEST_END_CR:
	case SCANTEST_END_LF:
	case SCANTEST_END_CRLF:
	case SCANTEST_END_ETX:
		break;
	}
}

static void add_fnc1(struct list *l, enum scantest_fnc1 fnc1)
{
	switch (fnc1) {
	case SCANTEST_FNC1_NONE:
	case SCANTEST_FNC1_GS:
		break;
	case SCANTEST_FNC1_SUBSTITUTE:
		add(l, SCANTEST_ADVICE,
		    "FNC1 comes as other bytes: set the scanner to send FNC1 as GS (hex 1D)");
		break;
	case SCANTEST_FNC1_LOST:
		add(l, SCANTEST_ADVICE,
		    "FNC1 is lost, so that fields of GS1 labels run together: set the scanner to "
		    "send FNC1 as GS (hex 1D)");
		break;
	}
}

static void add_case(struct list *l, enum scantest_case letters)
{
	switch (letters) {
	case SCANTEST_CASE_KEPT:
		break;
	case SCANTEST_CASE_UPPER:
	case SCANTEST_CASE_LOWER:
		add(l, SCANTEST_BAD,
		    "letters are made all small or all capital: switch the scanner's case conversion "
		    "off");
		break;
	case SCANTEST_CASE_SWAPPED:
		add(l, SCANTEST_BAD,
		    "small and capital letters are swapped: switch the scanner's caps lock off");
		break;
	}
}

static void add_layout(struct list *l, enum scantest_layout layout)
{
	switch (layout) {
	case SCANTEST_LAYOUT_US:
		break;
	case SCANTEST_LAYOUT_QWERTZ:
		add(l, SCANTEST_BAD,
		    "the scanner types on a German keyboard (Y and Z swapped): set its country to "
		    "USA, or better its interface to USB serial");
		break;
	case SCANTEST_LAYOUT_AZERTY:
		add(l, SCANTEST_BAD,
		    "the scanner types on a French keyboard (A and Q swapped): set its country to "
		    "USA, or better its interface to USB serial");
		break;
	case SCANTEST_LAYOUT_OTHER:
		add(l, SCANTEST_BAD,
		    "some characters are changed: set the scanner's keyboard country to USA, or "
		    "better its interface to USB serial");
		break;
	}
}

size_t scantest_say(const struct scantest *t, uint32_t gap_ms,
		    struct scantest_finding out[SCANTEST_FINDINGS])
{
	struct list l = {.out = out};

	if (t->code == SCANTEST_CODES) {
		add(&l, SCANTEST_BAD,
		    "what came is no code of the sheet: are baud and format of its section the "
		    "scanner's?");
		return l.count;
	}
	add(&l, t->parity ? SCANTEST_BAD : SCANTEST_GOOD,
	    "bytes carry a parity bit: set format of its section to 7E1 or 7O1, or the scanner to "
	    "8N1");
	add_end(&l, t->end, gap_ms);
	add(&l, t->prefix_len ? SCANTEST_BAD : SCANTEST_GOOD,
	    "something stands before the code: set no prefix but the AIM id");
	add(&l, t->suffix_len ? SCANTEST_BAD : SCANTEST_GOOD,
	    "something stands behind the code: set no suffix but CR");
	add(&l, t->aim_is == SCANTEST_AIM_WRONG ? SCANTEST_BAD : SCANTEST_GOOD,
	    "the AIM id names another symbology than is printed: set the scanner to AIM ids, not to "
	    "its maker's");
	add_fnc1(&l, t->fnc1);
	add_case(&l, t->letters);
	add_layout(&l, t->layout);
	return l.count;
}

const char *scantest_say_end(enum scantest_end end)
{
	switch (end) {
	case SCANTEST_END_NONE:
		return "none";
	case SCANTEST_END_CR:
		return "cr";
	case SCANTEST_END_LF:
		return "lf";
	case SCANTEST_END_CRLF:
		return "crlf";
	case SCANTEST_END_TAB:
		return "tab";
	case SCANTEST_END_ETX:
		break;
	}
	return "etx";
}

const char *scantest_say_fnc1(enum scantest_fnc1 f)
{
	switch (f) {
	case SCANTEST_FNC1_NONE:
		return "none";
	case SCANTEST_FNC1_GS:
		return "gs";
	case SCANTEST_FNC1_SUBSTITUTE:
		return "substitute";
	case SCANTEST_FNC1_LOST:
		break;
	}
	return "lost";
}

const char *scantest_say_case(enum scantest_case c)
{
	switch (c) {
	case SCANTEST_CASE_KEPT:
		return "kept";
	case SCANTEST_CASE_UPPER:
		return "upper";
	case SCANTEST_CASE_LOWER:
		return "lower";
	case SCANTEST_CASE_SWAPPED:
		break;
	}
	return "swapped";
}

const char *scantest_say_layout(enum scantest_layout l)
{
	switch (l) {
	case SCANTEST_LAYOUT_US:
		return "us";
	case SCANTEST_LAYOUT_QWERTZ:
		return "qwertz";
	case SCANTEST_LAYOUT_AZERTY:
		return "azerty";
	case SCANTEST_LAYOUT_OTHER:
		break;
	}
	return "other";
}
