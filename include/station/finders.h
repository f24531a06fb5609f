/* finders.h - how many finder patterns a picture has, for a small part of what looking for QR codes
 * costs: its three finder patterns are dark, light, dark, light and dark at 1:1:3:1:1 across their
 * middle, whatever their turn (ISO/IEC 18004, Symbol structure). */
#ifndef STATION_FINDERS_H
#define STATION_FINDERS_H
#include "station/image.h"

/* Of a sound image whose pixels are 0 or 255: at how many places two rows or more cross such a
 * pattern, and a column there does, too; at most `most`, and that also when there are more places
 * than are remembered. */
unsigned finders_count(const struct image *in, unsigned most);
#endif
