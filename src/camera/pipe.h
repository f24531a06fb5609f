/* pipe.h - a feed's command: raw frames on its standard output (feed.h). */
#ifndef CAMERA_PIPE_H
#define CAMERA_PIPE_H
#include "feed.h"

struct pipe;

int __attribute__((warn_unused_result)) pipe_open(struct pipe **out, const struct feed_is *is);
/* False: why tells. */
bool pipe_start(struct pipe *p, struct text *why);
int pipe_fd(const struct pipe *p);
/* The newest frame, which stays until the next call. Ended: it is. */
enum feed_got pipe_read(struct pipe *p, struct image *frame, struct text *why);
/* Ends it, since it gives no frames; why tells how far it came. */
void pipe_hangs(struct pipe *p, struct text *why);
void pipe_close(struct pipe *p); /* NULL is fine */
#endif
