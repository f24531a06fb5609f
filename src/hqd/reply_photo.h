/* reply_photo.h - what the calls about photos answer. */
#ifndef HQD_REPLY_PHOTO_H
#define HQD_REPLY_PHOTO_H
#include "piece.h"
#include "reply.h"

/* What the headers of a PUT tell: REFUSAL_NONE, or why it is not taken. */
enum refusal reply_photo_check(const struct piece *piece, const char **detail);
/* On the desk's thread only. */
void reply_photo_put(struct reply *r, struct front *f, const char *station, const char *sha256,
		     const struct piece *piece, const struct body *body);
/* To the station that took it. */
void reply_photo_get(struct reply *r, struct front *f, const char *station, const char *sha256);
#endif
