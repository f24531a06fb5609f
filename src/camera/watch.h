/* watch.h - what a camera's frames say: which of them are looked at and how closely (still.h,
 * look.h), which labels are to be told now (seen.h), and how well the camera sees (sight.h). */
#ifndef CAMERA_WATCH_H
#define CAMERA_WATCH_H
#include "station/reading.h"
#include "station/sight.h"
#include "station/still.h"

struct watch_is {
	uint32_t allowed, itf; /* as in reading.h */
	/* A label is to be told; it lives for the call. */
	void (*label)(void *user, const struct reading_label *label);
	void (*between)(void *user, bool crowd); /* as in look.h */
	void *user;
};

struct watch;

/* 0 or -ENOMEM; watch_close() frees. */
int __attribute__((warn_unused_result)) watch_open(struct watch **out, const struct watch_is *is);
/* All that lies there is new. */
void watch_begin(struct watch *w);
/* A sound frame came: an enum still_verdict, or -errno. */
int __attribute__((warn_unused_result))
watch_frame(struct watch *w, const struct image *frame, uint64_t now_ms);
/* What the last look said; lives as long as w. */
const struct reading *watch_reading(const struct watch *w);
const struct sight_report *watch_sight(const struct watch *w);
void watch_close(struct watch *w); /* NULL is fine */
#endif
