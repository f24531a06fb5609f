/* look.h - a picture is looked at in one view after the other, those first that read most for their
 * time, until all that was said is believed and nothing more is likely. */
#ifndef CAMERA_LOOK_H
#define CAMERA_LOOK_H
#include "station/image.h"
#include "station/reading.h"

struct look;

/* -ENOMEM; look_close() frees. allowed and itf as in reading.h. */
int __attribute__((warn_unused_result))
look_open(struct look **out, uint32_t allowed, uint32_t itf);
/* As look_at(), but of a scene that moves, in a fraction of the time: two views at most, and one of
 * others in turn. The whole is for when it has come to rest. */
int __attribute__((warn_unused_result)) look_quickly(struct look *l, const struct image *image);
/* Between the views of a whole look, before each place and around QR codes this is called, from
 * within a look: on a slow board it takes long. crowd: what follows may take seconds, for there is
 * a crowd of finder patterns; it is called again behind that. NULL: nobody wants to know. */
void look_between(struct look *l, void (*between)(void *user, bool crowd), void *user);
/* Reads an image; what it says is in look_reading() until the next. The same image gives the same
 * labels: the schedule is bounded by the image's size, not by a clock. -ENOMEM, -EINVAL: it is not
 * sound, or 0. */
int __attribute__((warn_unused_result)) look_at(struct look *l, const struct image *image);
const struct reading *look_reading(const struct look *l); /* lives as long as l */
void look_close(struct look *l);			  /* NULL is fine */
#endif
