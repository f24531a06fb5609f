/* journal_resume.h - what a station needs of its journal to come back where it was: the last badge
 * and export, the open inspection, the last few events. Private to journal*.c. All return 0 or
 * -errno. */
#ifndef IO_JOURNAL_RESUME_H
#define IO_JOURNAL_RESUME_H
#include "journal_db.h"

#define JOURNAL_RESUME_EXTRA 8 /* events before the end that are wanted when none is open */

/* See journal_resume. */
int journal_resume_events(struct journal_db *db,
			  void (*fn)(void *user, const struct event_view *event), void *user);
/* The first event that it hands out, the last badge and export apart. */
int journal_resume_from(struct journal_db *db, uint64_t *from);
/* The same, and that of an older inspection which is not over. */
int journal_resume_needed(struct journal_db *db, uint64_t *from);
/* The last badge event, though it may be removed: its number (0 = none) and line. */
int journal_resume_badge(struct journal_db *db, char line[EVENT_LINE_MAX + 1], uint64_t *seq);
/* Events up to end are to be removed: keeps the badge's line if it is among them. */
int journal_resume_badge_keep(struct journal_db *db, uint64_t end);
#endif
