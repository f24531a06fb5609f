/* photos.h - evidence photos beside the journal, as the station keeps them: photos/outbox/HASH.jpg
 * waits for headquarters, photos/HASH.jpg is there. HASH is the SHA-256 of its bytes in lower hex.
 * outbox/.HASH.jpg is on
 * the disk, and the journal does not tell of it yet. What else lies there is left alone. All of it
 * blocks on the disk, and keeps nothing between calls. */
#ifndef IO_PHOTOS_H
#define IO_PHOTOS_H
#include <stdbool.h>
#include <stdint.h>

#define PHOTOS_HASH 64		       /* characters */
#define PHOTOS_MAX  (8u * 1024 * 1024) /* bytes of one */

struct photos_usage {
	uint64_t waiting;	/* photos that headquarters does not have */
	uint64_t waiting_bytes; /* of those */
	uint64_t bytes;		/* of all */
};

/* Makes the folders under dir, that of the journal, and removes what was being written when the
 * power went. 0 or -errno. */
int __attribute__((warn_unused_result)) photos_open(const char *dir);
/* Keeps the `bytes` (1..PHOTOS_MAX) that fd holds from its beginning; the oldest that headquarters
 * has make room, so that all are at most `space` bytes. On return it is on the disk, its name too,
 * and *sha256 is its name, but hidden until photos_show(). 0; -EBADMSG: it is no whole JPEG;
 * -EDQUOT: there is room only for those that wait; or -errno. Then nothing of it is left. */
int __attribute__((warn_unused_result))
photos_store(const char *dir, int fd, uint64_t bytes, uint64_t space, char sha256[PHOTOS_HASH + 1]);
/* The journal tells of it: it is there for headquarters. Of what was told already, 0. */
int __attribute__((warn_unused_result)) photos_show(const char *dir, const char *sha256);
/* At a start: shows those that are told, and removes those that never will be. written_ms: when the
 * file was, wall time. 0 or -errno. */
int __attribute__((warn_unused_result))
photos_settle(const char *dir, bool (*told)(void *user, const char *sha256, int64_t written_ms),
	      void *user);
/* 0 or -errno; what is not there counts as nothing. */
int photos_look(const char *dir, struct photos_usage *out);
#endif
