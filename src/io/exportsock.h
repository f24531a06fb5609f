/* exportsock.h - a socket of datagrams in the runtime folder, on which station-export tells a
 * running station what it has written (manifest.h's note). Mode 0660: the station's group. */
#ifndef IO_EXPORTSOCK_H
#define IO_EXPORTSOCK_H
#include "loop.h"
#include "station/manifest.h"

#define EXPORTSOCK_NAME "export.sock"

struct exportsock;

/* Replaces a stale socket at path (a live one is -EADDRINUSE). What is no note is dropped. */
int __attribute__((warn_unused_result))
exportsock_open(struct exportsock **out, struct loop *loop, const char *path,
		void (*note)(void *user, const struct manifest_note *note), void *user);
void exportsock_close(struct exportsock *x); /* unlinks; NULL is fine */

/* The other end: 0, or -errno; -ENOENT and -ECONNREFUSED: no station runs there. */
int __attribute__((warn_unused_result))
exportsock_tell(const char *path, const struct manifest_note *note);
#endif
