/* tell.h - what a running station is told (io/exportsock.h). One that does not run is told nothing,
 * and that is fine. */
#ifndef EXPORT_TELL_H
#define EXPORT_TELL_H
#include "station/manifest.h"
#include "station/slip.h"

/* All of it: runtime is the folder of the station's sockets. */

/* That an export is whole, so that the journal says export.done. */
void tell_done(const char *runtime, const struct manifest *m);
/* What was carried to it of headquarters; len 0: nothing. */
struct tell_paper {
	char bytes[SLIP_PARCEL + 1];
	size_t len;
};

/* Carries headquarters' DIR/STATION/ack.json to it, unread: stationd looks at the signature. */
void tell_ack(const char *runtime, const char *dir, const char *station, struct tell_paper *out);
/* Waits for the journal's cursor to be where that says, so that the export begins behind it; but no
 * longer than two seconds: it need not count. */
void tell_ack_wait(const struct tell_paper *told, const char *journal);
/* How a stick is, for the panel; name: the kernel's. */
void tell_stick(const char *runtime, enum checklist_stick how, const char *name);
#endif
