/* pages.h - the memory that is shown as ours. */
#ifndef IO_PAGES_H
#define IO_PAGES_H

/* Takes the pages of programs and libraries that were touched once, while starting, out of this
 * process. They are on disk, unchanged, and come back when they are used. */
void pages_trim(void);
#endif
