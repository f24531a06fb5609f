/* photos.h - evidence photos beside the journal, as the station keeps them: photos/outbox/HASH.jpg
 * waits for headquarters, photos/HASH.jpg is there. HASH is the SHA-256 of its bytes in lower hex.
 * outbox/.HASH.jpg is on the disk, and the journal does not tell of it yet. What else lies there is
 * left alone. All of it blocks on the disk, and keeps nothing between calls. */
#ifndef IO_PHOTOS_H
#define IO_PHOTOS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHOTOS_HASH 64		       /* characters */
#define PHOTOS_MAX  (8u * 1024 * 1024) /* bytes of one */
#define PHOTOS_FREE (256ULL << 20)     /* bytes of the disk, or a quarter of it, that stay free */

struct photos_usage {
	uint64_t waiting;	/* photos that headquarters does not have */
	uint64_t waiting_bytes; /* of those */
	uint64_t bytes;		/* of all */
};

/* Makes the folders under dir, that of the journal, and removes what was being written when the
 * power went. 0 or -errno. */
int __attribute__((warn_unused_result)) photos_open(const char *dir);
struct photos_room {
	uint64_t space; /* bytes that all may have */
	bool no_line;	/* no headquarters is set up: those that wait make room, too */
	int64_t now_ms; /* wall time of the station, by which they age: the machine's may be 1970 */
};
/* Keeps the `bytes` (1..PHOTOS_MAX) that fd holds from its beginning; the oldest that headquarters
 * has make room, so that all are within the room. On return it is on the disk, its name too,
 * and *sha256 is its name, but hidden until photos_show(). 0; -EBADMSG: it is no whole JPEG;
 * -EDQUOT: there is room only for those that wait; -ENOSPC: less than PHOTOS_FREE would be left for
 * the journal; or -errno. Then nothing of it is left. */
int __attribute__((warn_unused_result))
photos_store(const char *dir, int fd, uint64_t bytes, const struct photos_room *room,
	     char sha256[PHOTOS_HASH + 1]);
/* The journal tells of it: it is there for headquarters. Of what was told already, 0. */
int __attribute__((warn_unused_result)) photos_show(const char *dir, const char *sha256);
/* At a start: shows those that are told, and removes those that never will be. written_ms: when the
 * file was, wall time. 0 or -errno. */
int __attribute__((warn_unused_result))
photos_settle(const char *dir, bool (*told)(void *user, const char *sha256, int64_t written_ms),
	      void *user);
/* 0 or -errno; what is not there counts as nothing. */
int photos_look(const char *dir, struct photos_usage *out);

/* One that the journal tells of, wherever it lies, open to be read; *bytes 1..PHOTOS_MAX. Its fd,
 * -ENOENT: it is not here, or -errno. */
int __attribute__((warn_unused_result))
photos_find(const char *dir, const char *sha256, uint64_t *bytes);

/* --- for the line to headquarters --- */

/* The oldest that waits and that skip() does not pass by. 0, -ENOENT: none, or -errno. */
int photos_line_next(const char *dir, bool (*skip)(void *user, const char *sha256), void *user,
		     char sha256[PHOTOS_HASH + 1], uint64_t *bytes);
/* len bytes of one that waits. 0, -ENOENT: it is gone, -ENODATA: it is shorter, or -errno. */
int photos_line_read(const char *dir, const char *sha256, uint64_t from, void *buf, size_t len);
/* 0, also when it is gone, or -errno. */
int photos_line_delivered(const char *dir, const char *sha256);
/* All that were delivered and are still here wait again. 0 or -errno. */
int photos_line_again(const char *dir);
#endif
