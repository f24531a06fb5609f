/* photobox.h - the folder of evidence photos as the line to headquarters sees it:
 * photos/outbox/HASH.jpg waits, photos/HASH.jpg is delivered. Names that begin with '.' are being
 * written; any other is ignored. All may block, and keep nothing between calls. */
#ifndef IO_PHOTOBOX_H
#define IO_PHOTOBOX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHOTOBOX_HASH 64 /* characters: lower hex */

/* dir: the folder of the journal. The oldest that waits and that skip() does not pass by. 0,
 * -ENOENT: none, or -errno. */
int photobox_next(const char *dir, bool (*skip)(void *user, const char *sha256), void *user,
		  char sha256[PHOTOBOX_HASH + 1], uint64_t *bytes);
/* len bytes of one that waits. 0, -ENOENT: it is gone, -ENODATA: it is shorter, or -errno. */
int photobox_read(const char *dir, const char *sha256, uint64_t from, void *buf, size_t len);
/* 0, also when it is gone, or -errno. */
int photobox_delivered(const char *dir, const char *sha256);
/* All that were delivered and are still here wait again. 0 or -errno. */
int photobox_again(const char *dir);
#endif
