/* lines.h - codes that one line can tell, by zbar's decoders for lines: each line begins with
 * nothing known, so that no halves of two codes are joined, and what is heard is held against the
 * widths. */
#ifndef CAMERA_LINES_H
#define CAMERA_LINES_H
#include "station/comb.h"
#include "station/reading.h"

struct lines;

/* What is done with each line before it is read. */
enum lines_how {
	LINES_PLAIN,
	LINES_SMOOTH, /* noise taken away */
	LINES_DOUBLE, /* twice as fine */
};

/* -ENOMEM; lines_close() frees. allowed as in reading.h. */
int __attribute__((warn_unused_result)) lines_open(struct lines **out, uint32_t allowed);
/* Reads all lines of the comb; what they say are votes of this view. */
void lines_look(struct lines *l, const struct comb *comb, enum lines_how how, unsigned view,
		struct reading *r);
void lines_close(struct lines *l); /* NULL is fine */
#endif
