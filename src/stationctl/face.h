/* face.h - the panel as a person sees it: seven lamps, what there is to do, tones as words, the
 * line that labels are typed into. */
#ifndef STATIONCTL_FACE_H
#define STATIONCTL_FACE_H
#include "entry.h"
#include "mirror.h"
#include "speech.h"

struct face {
	const struct mirror *mirror;
	const struct entry *entry;
	enum speech_language language;
	uint64_t now_ms;     /* monotonic */
	const char *trouble; /* why there is no connection; NULL = there is one */
};

void face_draw(const struct face *f);
/* The lamps in one row, as narrow as it goes; also for the view. */
void face_lamps_small(int row, const struct face *f);
#endif
