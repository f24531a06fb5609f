/* roll.h - the photos of an export: those that its events tell of and that are still here. They lie
 * behind the events' files, each under its own hash, so that what proves the events proves them. */
#ifndef EXPORT_ROLL_H
#define EXPORT_ROLL_H
#include "sink.h"
#include "station/event.h"
#include <stdbool.h>

#define ROLL_FOLDER "photos"
#define ROLL_MOST   90000 /* photos; SHA256SUMS has to be read whole by who verifies it */
#define ROLL_LABEL  32	  /* characters of a label in a file's name */
#define ROLL_NAME   64	  /* bytes: photos/LABEL_HASH.jpg, of the hash the first 16 digits */

struct roll_photo {
	uint64_t seq; /* of the event */
	uint8_t sum[EVENT_HASH];
	uint32_t bytes;
	char label[ROLL_LABEL + 1]; /* as a file's name may have it */
};

struct roll {
	struct roll_photo *photo; /* the newest first, once it is settled */
	size_t count, room;
	uint64_t gone; /* told of, and not here any more */
	uint64_t left; /* here, and more than there is room for */
};

void roll_begin(struct roll *r);
void roll_end(struct roll *r); /* what was counted stays */
/* What an event tells of a photo. dir: that of the journal. 0 or -ENOMEM. */
int __attribute__((warn_unused_result))
roll_take(struct roll *r, const char *dir, const struct event_view *e);
/* All were taken: each is there once. */
void roll_settle(struct roll *r);
/* Leaves the oldest, so that the others fit in so many bytes. */
void roll_fit(struct roll *r, uint64_t room);
void roll_leave(struct roll *r, size_t from); /* that one and those behind it */
/* One that turned out not to be here goes; those behind it move up. */
void roll_drop(struct roll *r, size_t i);
void roll_name(const struct roll_photo *p, char name[ROLL_NAME]);
/* Open to be read, be it moved or removed then; -ENOENT: it is not here any more; or -errno. */
int __attribute__((warn_unused_result)) roll_open(const char *dir, const struct roll_photo *p);
/* Its bytes into the sink, to the sink's end; closes it. 1; 0: it is not what its name says; -errno
 * of the sink. */
int __attribute__((warn_unused_result))
roll_pour(int fd, const struct roll_photo *p, struct sink *to);
#endif
