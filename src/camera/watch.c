/* watch.c - from frames to labels (watch.h). */
#include "watch.h"
#include "look.h"
#include "station/seen.h"
#include <errno.h>
#include <stdlib.h>

struct watch {
	struct watch_is is;
	struct look *look;
	struct still still;
	struct seen seen;
	struct sight sight;
	bool fresh; /* the scene is another one than sight knows */
};

int watch_open(struct watch **out, const struct watch_is *is)
{
	struct watch *w = calloc(1, sizeof(*w));
	int e = w ? look_open(&w->look, is->allowed, is->itf) : -ENOMEM;

	*out = w;
	if (e < 0) {
		watch_close(w);
		*out = NULL;
		return e;
	}
	w->is = *is;
	look_between(w->look, is->between, is->user);
	sight_init(&w->sight);
	watch_begin(w);
	return 0;
}

void watch_begin(struct watch *w)
{
	still_init(&w->still);
	seen_init(&w->seen);
}

static void judge_sight(struct watch *w, const struct image *frame, bool rests, uint64_t now_ms)
{
	w->fresh |= !rests;
	if (!rests || !still_settled(&w->still, now_ms))
		return;
	sight_look(&w->sight, frame, w->fresh);
	w->fresh = false;
}

int watch_frame(struct watch *w, const struct image *frame, uint64_t now_ms)
{
	enum still_verdict v = still_frame(&w->still, frame, now_ms);
	const struct reading *r = look_reading(w->look);
	bool rests = v == STILL_AGAIN;
	int e;

	if (v == STILL_SAME)
		return (int)v;
	judge_sight(w, frame, rests, now_ms);
	e = v == STILL_DIFFERS ? look_quickly(w->look, frame) : look_at(w->look, frame);
	if (e < 0)
		return e;
	for (unsigned i = 0; i < r->labels; i++)
		if (reading_accepts(r, i) && seen_found(&w->seen, &r->label[i], now_ms))
			w->is.label(w->is.user, &r->label[i]);
	if (rests && (reading_doubts(r) || seen_waits(&w->seen)))
		still_doubt(&w->still);
	seen_end(&w->seen, !rests, now_ms);
	return (int)v;
}

const struct reading *watch_reading(const struct watch *w)
{
	return look_reading(w->look);
}

const struct sight_report *watch_sight(const struct watch *w)
{
	return &w->sight.report;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	look_close(w->look);
	free(w);
}
