/* stick.h - hqd import FOLDER: what stations exported to a stick, taken as if it had come over the
 * line. */
#ifndef HQD_STICK_H
#define HQD_STICK_H
#include "options.h"
#include "store.h"

/* The exit code; what was taken is told on stdout, what was not on the log. */
int stick_import(struct store *s, const struct options *o);
#endif
