/* mark.h - a file that says "a time source has set the clock". */
#ifndef STATIOND_MARK_H
#define STATIOND_MARK_H
/* Waits for that, as long as it takes, then makes the file; an exit code. SIGTERM ends the wait. */
int mark_clock(const char *path);
#endif
