/* camerasock.h - a camera whose labels station-camera reads: a UNIX socket on which a label is a
 * line, an empty line at least every few seconds says that it sees, and one that begins with '!'
 * how well. A photo comes as a line with a descriptor (cameraline.h), when it was asked for. What
 * comes is as hostile as any scanner's: bytes of labels are handed up as they come. */
#ifndef IO_CAMERASOCK_H
#define IO_CAMERASOCK_H
#include "loop.h"
#include "station/sight.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAMERASOCK_USER	     "station-camera" /* whom it may run as, besides root and us */
#define CAMERASOCK_SILENT_MS 12000 /* without a byte: it hangs, and systemd has not ended it */
#define CAMERASOCK_START_MS  5000  /* before it is called lost when we start: it starts as well */

struct camerasock;

struct camerasock_calls {
	void (*bytes)(void *user, const uint8_t *bytes, size_t len); /* at most 4096 at a time */
	void (*sight)(void *user, const struct sight_line *line);    /* how well it sees */
	void (*present)(void *user, bool present);		     /* changes only */
	/* A photo, asked for or not: fd is a sealed memory file of exactly so many bytes, and yours
	 * to close; or -1 and why there is none. number: of the question; 0: not known. */
	void (*photo)(void *user, uint64_t number, int fd, uint64_t bytes, const char *why);
	void *user;
};

/* Listens at path; a socket that is left there is replaced. name: of the scanner. One connection at
 * a time, of a process of ours, root's or CAMERASOCK_USER's; the folder is made where it is
 * missing. 0 or -errno. */
int __attribute__((warn_unused_result))
camerasock_open(struct camerasock **out, struct loop *loop, const char *name, const char *path,
		const struct camerasock_calls *calls);
/* Asks for a photo; number from 1. 0, -ENOTCONN or another -errno. Nothing promises an answer. */
int __attribute__((warn_unused_result)) camerasock_ask(struct camerasock *c, uint64_t number);
/* Paused: bytes stay in the kernel until resumed. */
void camerasock_pause(struct camerasock *c, bool paused);
void camerasock_close(struct camerasock *c); /* NULL is fine */
#endif
