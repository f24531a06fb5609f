/* label_rank.h - the readings of one scan, and their order. Private to label*.c. */
#ifndef CORE_LABEL_RANK_H
#define CORE_LABEL_RANK_H
#include "station/label.h"

#define LABEL_READINGS 160  /* every format, every GS1 element, ours */
#define LABEL_MADE     1024 /* bytes of ids that are not a piece of the text */

struct label_reading {
	enum label_kind kind;
	enum label_check check;
	enum label_fault fault;
	enum label_command command;
	const struct format *format; /* null: ours */
	const char *id;		     /* in the source's norm, or in made */
	size_t len;
	uint8_t priority;
	bool sure; /* the text itself says what carries it: no symbology is asked */
	bool tie;
	uint32_t rank;
};

struct label_readings {
	struct label_reading at[LABEL_READINGS]; /* after sorting: good ones first */
	uint8_t count, good;
	uint16_t made_len;
	char made[LABEL_MADE];
};

/* A scan on its way to readings. */
struct label_source {
	const char *aim;
	const uint8_t *bytes; /* of the scan: trimmed, without AIM id */
	size_t bytes_len;
	bool whole;    /* nothing of the scan was dropped */
	bool readable; /* norm holds its text */
	char norm[LABEL_MAX + 1];
	size_t len;
	char dense[LABEL_MAX + 1]; /* norm without spaces, if it has any */
};

void label_rank_init(struct label_readings *all);
/* A reading more than there is room for is dropped. */
void label_rank_add(struct label_readings *all, const struct label_reading *r);
/* Keeps an id; null: no room. */
const char *label_rank_keep(struct label_readings *all, const char *id, size_t len);
void label_rank_sort(const struct label_rules *rules, const char *aim, struct label_readings *all);
/* Whether no reading is good, or the best are alike and of different kinds. */
bool label_rank_unsure(const struct label_readings *all);

/* label_foreign.c: what the formats make of it. */
void label_foreign(const struct label_rules *rules, struct label_source *from,
		   struct label_readings *all);
#endif
