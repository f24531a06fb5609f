/* members.h - private to the core: the members of a small flat JSON object that a stick brought. */
#ifndef CORE_MEMBERS_H
#define CORE_MEMBERS_H
#include "station/event.h"

#define MEMBERS_MOST 64 /* that are looked at */

struct members {
	struct event_span key[MEMBERS_MOST], value[MEMBERS_MOST];
	size_t count;
	bool wrong; /* one that was wanted is absent, or no such value */
};

/* False: it is not one object of JSON. */
bool members_read(struct members *m, const char *json, size_t len);
/* What is wanted and absent makes all of it wrong. */
void members_text(struct members *m, const char *name, char *out, size_t cap);
uint64_t members_number(struct members *m, const char *name);
void members_hash(struct members *m, const char *name, uint8_t hash[EVENT_HASH]);
/* Whether the raw value is `on`; it has to be that or `off`. */
bool members_switch(struct members *m, const char *name, const char *on, const char *off);

enum members_format { MEMBERS_OURS, MEMBERS_FOREIGN, MEMBERS_NEWER };
/* Of "format" and "version". */
enum members_format members_format(struct members *m, const char *format, uint64_t version);
#endif
