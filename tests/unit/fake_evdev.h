/* fake_evdev.h - a stand-in for libevdev, for tests that have no keyboard: the device is a pty in
 * raw mode, and what is written to its other end are struct input_event. As the library does, it
 * reads ahead, and offers made-up events behind an EV_SYN SYN_DROPPED (whose value says which
 * modifiers are down then, in the order of fake_modifiers). FAKE_BURST stands for so many taps of
 * its code, all of them read ahead at once. Closing the other end unplugs it. */
#ifndef TESTS_FAKE_EVDEV_H
#define TESTS_FAKE_EVDEV_H
#include <linux/input.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_BURST EV_MAX

struct fake_evdev {
	int new_errno, grab_errno; /* what these calls fail with */
	bool mouse;		   /* it has buttons, but no letters */
	uint16_t down;		   /* a key that is down when it is opened; 0 = none */
	unsigned made, freed, grabs, made_up;
};

extern struct fake_evdev fake_evdev;
extern const uint16_t fake_modifiers[8];
#endif
