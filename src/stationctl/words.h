/* words.h - what an event's data says, in a few words for a person. */
#ifndef STATIONCTL_WORDS_H
#define STATIONCTL_WORDS_H
#include "station/event.h"
#include <stdio.h>

/* Prints " words", or nothing where the kind says it all. */
void words_event(FILE *f, const struct event_view *e);
#endif
