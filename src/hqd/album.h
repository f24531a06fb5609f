/* album.h - the photos that headquarters keeps: a folder beside the database, one file a photo
 * under its hash (photos/ab/ab….jpg), and unfinished ones in photos/parts. One thread writes; any
 * may read. `hqd import` writes beside it, and what it has in hand is nobody else's. */
#ifndef HQD_ALBUM_H
#define HQD_ALBUM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALBUM_PATH  4096
#define ALBUM_FREE  (1ULL << 30) /* bytes of the disk, or a 20th of it, that stay free */
#define ALBUM_PARTS 2 /* unfinished photos of one station; for another one its oldest goes */

struct album {
	char path[ALBUM_PATH];
};

struct album_piece {
	const char *station; /* characters of a station's name only, or "+": of a stick */
	const char *sha256;  /* piece_is_hash() */
	uint64_t total;	     /* bytes of the photo */
	uint64_t from;
	const void *bytes;
	size_t len; /* 0: it is only asked how much is there */
	bool whole; /* the photo at once: what is there of it is no matter */
};

enum album_verdict {
	ALBUM_PART,   /* so much is there, and safely on disk */
	ALBUM_KEPT,   /* all is there, and its hash is right */
	ALBUM_GAP,    /* it does not go on where what is there ends */
	ALBUM_HASH,   /* all came, and is another photo; thrown away */
	ALBUM_KIND,   /* no JPEG; thrown away */
	ALBUM_FAILED, /* the disk; it may be full */
};

/* Beside the database, whose disk they don't fill. -ENAMETOOLONG. The folder is made with its first
 * photo. */
int album_open(struct album *a, const char *db);
/* have: bytes that are there afterwards; *err: -errno of FAILED. */
enum album_verdict album_put(const struct album *a, const struct album_piece *p, uint64_t *have,
			     int *err);
/* A photo to be read: its fd, or -errno (-ENOENT: it is not here). */
int album_read(const struct album *a, const char *sha256, uint64_t *bytes);
/* How many are unfinished, of all stations. */
unsigned album_parts(const struct album *a);
#endif
