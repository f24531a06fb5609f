/* tell.h - the way to stationd: its socket, on which a label is one line, the AIM identifier in
 * front, a line after '!' is how well the camera sees (sight.h), and an empty line a second says
 * that it does. Without frames there is no connection: to the station the camera is lost then. */
#ifndef CAMERA_TELL_H
#define CAMERA_TELL_H
#include "station/reading.h"
#include "station/sight.h"

#define TELL_BEAT_MS  1000
#define TELL_AGAIN_MS 500 /* until the station is looked for again */

struct tell;

int __attribute__((warn_unused_result)) tell_open(struct tell **out, const char *path);
/* wanted: there are frames. True: it has just become connected. */
bool tell_turn(struct tell *t, bool wanted, uint64_t now_ms);
/* In the middle of a look: the station, if there is one, is told that it goes on. */
void tell_goes_on(struct tell *t, uint64_t now_ms);
/* Whether the station has asked for a photo since this was last called. */
bool tell_asked(struct tell *t);
/* A photo, or with len 0 that there is none. */
bool tell_photo(struct tell *t, const void *jpeg, size_t len);
bool tell_connected(const struct tell *t);
/* What the camera sees, sight.h; before any label: false, and it is to be tried again. */
bool tell_sight(struct tell *t, const struct sight_line *sight);
/* Labels that would be several lines, or none, are not told: false. */
bool tell_label(struct tell *t, const struct reading_label *label);
void tell_close(struct tell *t); /* NULL is fine */
#endif
