/* report.h - the station's status as a person reads it: a verdict, a line a subject, and what else
 * there is to know. */
#ifndef STATIONCTL_REPORT_H
#define STATIONCTL_REPORT_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define REPORT_TEXT 640

enum report_line {
	REPORT_VERDICT,
	REPORT_PANEL,
	REPORT_SCANNER,
	REPORT_CAMERA,
	REPORT_JOURNAL,
	REPORT_BACKLOG,
	REPORT_CLOCK,
	REPORT_CERTIFICATE,
	REPORT_DISK,
	REPORT_EXPORT,
	REPORT_LINES
};

/* What stationd can't know or does not keep up to date, as it is now. */
struct report_now {
	int64_t wall_ms;
	uint64_t disk_free, disk_size; /* bytes; size 0 = not known */
};

struct report {
	bool well;			      /* nobody is needed */
	char line[REPORT_LINES][REPORT_TEXT]; /* not clean: to be printed by report_put */
};

/* The time, and the disk under the folder that the status names, else as the status has it. */
void report_look(const json_t *root, struct report_now *now);
void report_make(const json_t *root, const struct report_now *now, struct report *out);
/* With its subject in front, control characters replaced, LF behind. columns: it is wrapped within
 * them, 0 = not at all. */
void report_put(FILE *f, const struct report *r, enum report_line line, unsigned columns);
unsigned report_columns(void); /* of the terminal on stdout, 0 = there is none */
/* All else that the status tells. */
void report_rest(FILE *f, const json_t *root);

/* Members, as whoever reads a status wants them: NULL, 0 and false where there is none. */
const char *report_text_of(const json_t *object, const char *key);
long long report_number_of(const json_t *object, const char *key);
bool report_is(const json_t *object, const char *key);
/* RFC 3339 as stationd writes it; 0 = none. */
int64_t report_time_of(const json_t *object, const char *key);
#endif
