/* exportsock.h - a socket of datagrams in the runtime folder, on which station-export tells a
 * running station what it has written (manifest.h's note), what headquarters says on a stick, and
 * how a stick is (slip.h). Mode 0660: the station's group. */
#ifndef IO_EXPORTSOCK_H
#define IO_EXPORTSOCK_H
#include "loop.h"
#include "station/manifest.h"
#include "station/slip.h"

#define EXPORTSOCK_NAME "export.sock"

struct exportsock;

struct exportsock_calls {
	void (*note)(void *user, const struct manifest_note *note);
	void (*ack)(void *user, const struct slip_parcel *parcel); /* valid during the call */
	void (*stick)(void *user, const struct slip_stick *stick);
	void *user;
};

/* Replaces a stale socket at path (a live one is -EADDRINUSE). What is none of these is dropped. */
int __attribute__((warn_unused_result))
exportsock_open(struct exportsock **out, struct loop *loop, const char *path,
		const struct exportsock_calls *calls);
void exportsock_close(struct exportsock *x); /* unlinks; NULL is fine */

/* The other end, one datagram: 0, or -errno; -ENOENT and -ECONNREFUSED: no station runs there. */
int __attribute__((warn_unused_result))
exportsock_tell(const char *path, const void *bytes, size_t len);
#endif
