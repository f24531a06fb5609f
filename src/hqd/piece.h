/* piece.h - what a PUT of a photo says of itself: its hash in the path, and by Content-Range which
 * piece it is (RFC 9110 14.4, 14.5). Pure. */
#ifndef HQD_PIECE_H
#define HQD_PIECE_H
#include <stdbool.h>
#include <stdint.h>

#define PIECE_MAX	(256U << 10) /* bytes of one request */
#define PIECE_PHOTO_MAX (16U << 20)  /* bytes of a photo */
#define PIECE_HASH	64	     /* characters of its SHA-256 in hex */

enum piece_kind {
	PIECE_WHOLE, /* no Content-Range: the body is the photo */
	PIECE_PART,  /* bytes FIRST-LAST/TOTAL */
	PIECE_ASKED, /* a star for FIRST-LAST: how much of it is there? */
	PIECE_BAD,   /* anything else */
};

struct piece {
	enum piece_kind kind;
	uint64_t from, len; /* PART: len from 1, from + len at most total */
	uint64_t total;	    /* PART, ASKED: from 1, not bounded by PIECE_PHOTO_MAX */
};

/* text: the header's value, NULL = there is none. */
struct piece piece_read(const char *text);
/* 64 lower hex digits and nothing else: it becomes a file's name. */
bool piece_is_hash(const char *text);
#endif
