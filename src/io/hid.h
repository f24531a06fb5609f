/* hid.h - a scanner that pretends to be a keyboard (evdev by libevdev, F6): grabbed, so that
 * nothing else on this machine gets its keys, and decoded here (station/hidkeys.h). Hands bytes up
 * as they come, reopens by itself when the device vanishes (F10). */
#ifndef IO_HID_H
#define IO_HID_H
#include "loop.h"
#include "station/settings.h"
#include <stdbool.h>
#include <stddef.h>

#define HID_HELD 4096 /* bytes that wait at most while it is paused */

struct hid;

enum hid_lost {
	HID_LOST_EVENTS, /* the kernel's queue overflowed, or it was opened in mid-scan */
	HID_LOST_ROOM,	 /* it was paused for too long */
	HID_LOST_KEY,	 /* a key stands for no byte: a function key, say (settings, gs_key) */
	HID_LOST_DEVICE, /* it vanished: what comes is another scan */
};

struct hid_calls {
	void (*bytes)(void *user, const uint8_t *bytes, size_t len); /* at most HID_HELD */
	/* Between the bytes before and after some are missing. key: HID_LOST_KEY's code. */
	void (*lost)(void *user, enum hid_lost why, uint16_t key);
	void (*present)(void *user, bool present); /* opened and grabbed / lost; the first call
						      comes soon after hid_open */
	void *user;
};

/* Never fails for a missing device, nor for one that is no keyboard or that somebody else holds: it
 * is tried again as a serial one is. -ENOMEM and the like only. */
int __attribute__((warn_unused_result))
hid_open(struct hid **out, struct loop *loop, const struct settings_scanner *settings,
	 const struct hid_calls *calls);
/* Paused: the kernel would keep 64 events only, so keys go on being read and decoded, into a buffer
 * of HID_HELD bytes; what comes behind a full one is lost. Resumed, they come at the end of the
 * turn. */
void hid_pause(struct hid *h, bool paused);
/* Whether it can be opened and grabbed now; it is let go again. 0 or -errno. */
int __attribute__((warn_unused_result)) hid_try(const struct settings_scanner *settings);
const char *hid_reason(int error); /* what -errno of it means to a person; static */
void hid_close(struct hid *h);	   /* NULL is fine */
#endif
