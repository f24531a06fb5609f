/* panelsock.h - the panel on a UNIX socket. Opened with calls it is the simulated board
 * (panel.sock: buttons and scans in); without calls it is the read-only view (view.sock) that every
 * board offers. client -> "press pass", "release pass", "tap back 80" (ms), "scan TEXT" (C
 * escapes), "state" station -> "lamp NAME PATTERN", "tone NAME", "show JSON", "ready", "error
 * WORDS". Every client gets the whole state on connecting (all lamps, show, and ready if the
 * station is), then each change. A button that a client presses is released when it leaves; a tap
 * belongs to the panel and ends after its time (1..60000 ms, 80 if not told) whoever leaves. */
#ifndef IO_PANELSOCK_H
#define IO_PANELSOCK_H
#include "loop.h"
#include "station/panel.h"
#include <stdbool.h>
#include <stddef.h>

struct panelsock;

struct panelsock_calls {
	void (*button)(void *user, enum panel_button button, bool down);
	void (*scan)(void *user, const uint8_t *bytes,
		     size_t len); /* one whole scan, 1..SCAN_MAX bytes */
	void *user;
};

#define PANELSOCK_CLIENTS 16 /* more are told "error too many clients" and closed */
#define PANELSOCK_LINE                                                                             \
	2600 /* longest line from a client; a longer one is answered with an error and dropped */
#define PANELSOCK_BACKLOG                                                                          \
	65536 /* bytes waiting for a slow reader; over it the reader is dropped                    \
	       */

/* Replaces a stale socket at path (a live one is -EADDRINUSE), mode 0660. calls NULL: read-only,
 * any command but "state" is an error. */
int __attribute__((warn_unused_result))
panelsock_open(struct panelsock **out, struct loop *loop, const char *path,
	       const struct panelsock_calls *calls);
void panelsock_lamp(struct panelsock *p, enum panel_lamp lamp, enum panel_pattern pattern);
void panelsock_tone(struct panelsock *p, enum panel_tone tone);
void panelsock_show(struct panelsock *p, const char *json); /* one line; copied */
void panelsock_ready(struct panelsock *p, bool ready);	    /* sends "ready" when it becomes true */
void panelsock_pause(struct panelsock *p,
		     bool paused);	   /* stops reading clients (scan queue full) */
void panelsock_close(struct panelsock *p); /* unlinks; NULL is fine */
#endif
