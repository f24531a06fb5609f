/* finders.h - how many finder patterns a picture has, for a small part of what looking for QR codes
 * costs: its three finder patterns are dark, light, dark, light and dark at 1:1:3:1:1 across their
 * middle, whatever their turn (ISO/IEC 18004, Symbol structure). */
#ifndef STATION_FINDERS_H
#define STATION_FINDERS_H
#include "station/image.h"

/* From left and top up to right and bottom, these not included. */
struct finders_box {
	uint32_t left, top, right, bottom;
};

/* Of a sound image whose pixels are 0 or 255: at how many places two rows or more cross such a
 * pattern, and a column there does, too; at most `most`, and that also when there are more places
 * than are remembered. *box: within the image, what those lie in that were counted, which are not
 * all where it returns `most`; empty without any. */
unsigned finders_count(const struct image *in, unsigned most, struct finders_box *box);
#endif
