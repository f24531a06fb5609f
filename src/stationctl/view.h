/* view.h - the large screen across the room: the step in large letters, what is in hand, what to
 * do. Read only. */
#ifndef STATIONCTL_VIEW_H
#define STATIONCTL_VIEW_H
#include "face.h"

void view_draw(const struct face *f);
#endif
