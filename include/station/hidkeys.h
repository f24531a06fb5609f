/* hidkeys.h - from a keyboard's key codes to the bytes of a label, for scanners that pretend to be
 * a keyboard (F6). US layout, decoded here, so that no console's or desktop's layout, focus or
 * shortcut can change a label. The codes are Linux's (linux/input-event-codes.h), which are fixed.
 *
 * Control characters come as Ctrl and a key (GS 0x1d is Ctrl+]), or as Alt and the character's
 * number on the keypad (Alt+029), or GS alone as a function key (settings, gs_key). */
#ifndef STATION_HIDKEYS_H
#define STATION_HIDKEYS_H
#include <stdbool.h>
#include <stdint.h>

#define HIDKEYS_MODIFIERS 8

struct hidkeys {
	uint8_t held;	     /* modifiers that are down, bit i for hidkeys_modifier(i) */
	bool caps;	     /* Caps Lock was typed, and is on */
	uint8_t alt_digits;  /* typed on the keypad since Alt went down */
	uint16_t alt_number; /* and the number that they make */
	uint16_t gs_code;    /* key that stands for GS; 0 = none */
	uint32_t ignored; /* presses that make no byte, saturating; shift and the like excepted */
};

enum hidkeys_verdict {
	HIDKEYS_NOTHING, /* a release, a repeat, a modifier, a digit of several */
	HIDKEYS_BYTE,
	HIDKEYS_IGNORED, /* a key or number that stands for no byte; counted */
};

void hidkeys_init(struct hidkeys *h, uint16_t gs_code);
/* One key event: value 1 = press, 0 = release, others (2 = held down, repeats) do nothing. Any code
 * and value may be given. *byte is set with HIDKEYS_BYTE only. */
enum hidkeys_verdict hidkeys_feed(struct hidkeys *h, uint16_t code, int32_t value, uint8_t *byte);
/* Events were lost, or the keyboard is new: what is down now, bit i for hidkeys_modifier(i). Caps
 * Lock is taken as off: whoever grabs a keyboard is told of its key, but nobody switches its light.
 * The count of ignored keys stays. */
void hidkeys_resync(struct hidkeys *h, uint8_t held);
/* Nothing was typed for so long that what comes is another scan: Caps Lock, of which one press may
 * have been lost, is off again. What is down stays down. */
void hidkeys_rest(struct hidkeys *h);
/* The code of a modifier, i below HIDKEYS_MODIFIERS. */
uint16_t hidkeys_modifier(unsigned i);
/* The code of "F1" to "F24"; 0 for any other text. */
uint16_t hidkeys_function(const char *name);
#endif
