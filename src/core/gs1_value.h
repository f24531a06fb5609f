/* gs1_value.h - what the value of an application identifier may be. Private to gs1*.c. */
#ifndef CORE_GS1_VALUE_H
#define CORE_GS1_VALUE_H
#include "gs1_ai.h"
#include "station/gs1.h"

/* Whether it is one of this AI's; tells e whether a check digit was looked at, and what it said. */
enum gs1_fault gs1_value_look(const struct gs1_ai *ai, const char *s, size_t len,
			      struct gs1_element *e);
#endif
