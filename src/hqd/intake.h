/* intake.h - one request's body as a run of events: each line an event of the journal, each linked
 * to the one before. Pure: knows nothing of what is stored already. */
#ifndef HQD_INTAKE_H
#define HQD_INTAKE_H
#include "station/event.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTAKE_SEQ_MAX                                                                             \
	((UINT64_C(1) << 40) - 1) /* most events of one journal that we can number                 \
				   */
#define INTAKE_WHY 128

struct intake {
	const char *at, *end;
	const char *journal;	  /* its UUID; the caller's */
	uint64_t number;	  /* lines read */
	uint64_t seq;		  /* of the last line, 0 = none yet */
	uint8_t head[EVENT_HASH]; /* hash of the last line */
};

struct intake_line {
	const char *at; /* into the body, without LF */
	size_t len;
	uint8_t hash[EVENT_HASH];
	struct event_view event;
};

enum intake_found { INTAKE_LINE, INTAKE_END, INTAKE_BAD };

void intake_begin(struct intake *i, const char *journal, const char *body, size_t len);
/* The next line. BAD: why says which line and what is wrong, in words of ours only. An empty body
 * is BAD. */
enum intake_found intake_next(struct intake *i, struct intake_line *out, char why[INTAKE_WHY]);
#endif
