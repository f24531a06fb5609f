/* walk.h - walks the events of an export, page by page, and shows each to its parts. */
#ifndef EXPORT_WALK_H
#define EXPORT_WALK_H
#include "part.h"

struct walk_part {
	const struct part *part;
	struct sink *to;
	void *state;
};

/* From manifest.first to manifest.last, whose chain is verified on the way; manifest.head is told.
 * 0, or -errno with trip->why, if that is more than the error's own words. */
int __attribute__((warn_unused_result))
walk_run(struct trip *trip, struct walk_part *parts, size_t count);
#endif
