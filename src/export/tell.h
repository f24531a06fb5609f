/* tell.h - what a running station is told (io/exportsock.h). One that does not run is told nothing,
 * and that is fine. */
#ifndef EXPORT_TELL_H
#define EXPORT_TELL_H
#include "station/manifest.h"
#include "station/slip.h"

/* All of it: runtime is the folder of the station's sockets. */

/* That an export is whole, so that the journal says export.done. */
void tell_done(const char *runtime, const struct manifest *m);
/* Carries headquarters' DIR/STATION/ack.json to it, unread: stationd looks at the signature. */
void tell_ack(const char *runtime, const char *dir, const char *station);
/* How a stick is, for the panel; name: the kernel's. */
void tell_stick(const char *runtime, enum checklist_stick how, const char *name);
#endif
