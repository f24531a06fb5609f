/* serial.h - a scanner on a serial line (libserialport; what that refuses, a pty for one, is opened
 * as a plain tty). Hands bytes up as they come, reopens by itself when the device vanishes (F10).
 */
#ifndef IO_SERIAL_H
#define IO_SERIAL_H
#include "loop.h"
#include "station/settings.h"
#include <stdbool.h>
#include <stddef.h>

struct serial;

struct serial_calls {
	void (*bytes)(void *user, const uint8_t *bytes,
		      size_t len); /* as read, at most 4096 at a time */
	void (*present)(void *user,
			bool present); /* device opened / lost; first call soon after serial_open */
	void *user;
};

/* Never fails for a missing device: it is looked for every 2 s (inotify on its folder makes it at
 * once where the folder exists; while it is there nothing wakes up). -ENOMEM and the like only. */
int __attribute__((warn_unused_result))
serial_open(struct serial **out, struct loop *loop, const struct settings_scanner *settings,
	    const struct serial_calls *calls);
/* Paused: bytes stay in the kernel until resumed, so nothing is lost that a flow-controlled line
 * could keep. */
void serial_pause(struct serial *s, bool paused);
/* Whether the device can be opened and set up now; it is closed again. 0 or -errno. Bytes that wait
 * in it may be lost: not beside a station that reads it. */
int __attribute__((warn_unused_result)) serial_try(const struct settings_scanner *settings);
const char *serial_reason(int error); /* what -errno of it means to a person; static */
void serial_close(struct serial *s);  /* NULL is fine */
#endif
