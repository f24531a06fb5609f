/* health.h - the station's status as a person reads it: a verdict, a line a subject, and what else
 * there is to know. */
#ifndef STATIONCTL_HEALTH_H
#define STATIONCTL_HEALTH_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HEALTH_TEXT 640

enum health_line {
	HEALTH_VERDICT,
	HEALTH_PANEL,
	HEALTH_SCANNER,
	HEALTH_CAMERA,
	HEALTH_JOURNAL,
	HEALTH_BACKLOG,
	HEALTH_CLOCK,
	HEALTH_CERTIFICATE,
	HEALTH_DISK,
	HEALTH_EXPORT,
	HEALTH_LINES
};

/* What stationd can't know or does not keep up to date, as it is now. */
struct health_now {
	int64_t wall_ms;
	uint64_t disk_free, disk_size; /* bytes; size 0 = not known */
};

struct health {
	bool well;			      /* nobody is needed */
	char line[HEALTH_LINES][HEALTH_TEXT]; /* not clean: to be printed by health_put */
};

/* The time, and the disk under the folder that the status names, else as the status has it. */
void health_look(const json_t *root, struct health_now *now);
void health_make(const json_t *root, const struct health_now *now, struct health *out);
/* With its subject in front, control characters replaced, LF behind. columns: it is wrapped within
 * them, 0 = not at all. */
void health_put(FILE *f, const struct health *r, enum health_line line, unsigned columns);
unsigned health_columns(void); /* of the terminal on stdout, 0 = there is none */
/* All else that the status tells. */
void health_rest(FILE *f, const json_t *root);

/* Members, as whoever reads a status wants them: NULL, 0 and false where there is none. */
const char *health_text_of(const json_t *object, const char *key);
long long health_number_of(const json_t *object, const char *key);
bool health_is(const json_t *object, const char *key);
/* RFC 3339 as stationd writes it; 0 = none. */
int64_t health_time_of(const json_t *object, const char *key);
#endif
