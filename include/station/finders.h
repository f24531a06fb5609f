/* finders.h - whether a picture may hold a QR code at all, for a small part of what looking for one
 * costs: its three finder patterns are dark, light, dark, light and dark at 1:1:3:1:1 across their
 * middle, whatever their turn (ISO/IEC 18004, Symbol structure). */
#ifndef STATION_FINDERS_H
#define STATION_FINDERS_H
#include "station/image.h"

/* Of a sound image whose pixels are 0 or 255: whether at three places or more two rows or more
 * cross such a pattern, and a column there does, too. Also true when there are more such places
 * than are remembered. */
bool finders_are_three(const struct image *in);
#endif
