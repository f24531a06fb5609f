/* formats.h - the other labels on a box, as data (labels.d): how each looks, its check rule, its
 * kind, how strong its prefix and length speak for it, and whose it is. Read a line at a time, as
 * the settings are; files are an adapter's business (io/confdir.h). */
#ifndef STATION_FORMATS_H
#define STATION_FORMATS_H
#include "station/check.h"
#include "station/label.h"
#include "station/settings.h"
#include "station/shape.h"

#define FORMATS_MAX	128
#define FORMATS_SYMBOLS 8
#define FORMATS_PREFIX	4  /* characters of a text that the index looks at */
#define FORMATS_CLASSES 37 /* digits, capital letters, all else */
#define FORMATS_VERSION 24
#define FORMATS_WORDS	(FORMATS_MAX / 64)

struct format {
	char name[33];			    /* [label NAME] */
	char carrier[65], carrier_zh[65];   /* whose it is, for people, UTF-8 */
	enum label_kind kind;		    /* RETURN CARRIER PRODUCT PLATE ASSET */
	enum check_rule rule;		    /* with a shape */
	uint8_t priority;		    /* 1..99 */
	struct shape shape;		    /* or: */
	uint16_t ai;			    /* the GS1 application identifier, */
	uint8_t ai_digits;		    /* 0 = a shape */
	char symbology[FORMATS_SYMBOLS][3]; /* AIM ids that it comes in: "C1", or "C" = any */
	uint8_t symbologies;		    /* 0 = whatever */
};

/* A set of formats, a bit each. */
struct formats_set {
	uint64_t bits[FORMATS_WORDS];
};

struct formats {
	struct format format[FORMATS_MAX];
	uint8_t count;
	char version[FORMATS_VERSION]; /* how many, and a hash of all lines */
	uint64_t hash;
	struct formats_set by_length[LABEL_MAX + 1];
	struct formats_set by_prefix[FORMATS_PREFIX][FORMATS_CLASSES];
};

/* Empty. */
void formats_init(struct formats *f);
/* Once all is read: makes the index. */
void formats_finish(struct formats *f);
/* Those that a text of these characters (upper case, no spaces) may be of. */
struct formats_set formats_may_be(const struct formats *f, const char *text, size_t len);
/* Whether the set holds more; takes the next out of it. */
bool formats_next(struct formats_set *set, unsigned *index);
/* Null: none. */
const struct format *formats_by_ai(const struct formats *f, uint16_t ai, unsigned digits);

/* Where the reader is. file is a name for messages and must live as long as the reader is used. */
struct formats_reader {
	struct formats *formats;
	const char *file;
	unsigned line;
	unsigned began; /* line of the section, 0 = none yet */
	uint16_t seen;	/* keys, a bit each */
};

void formats_read_init(struct formats_reader *r, struct formats *f, const char *file);
/* One line without its LF. False: error says file, line, what is wrong and what was meant. */
bool formats_read_line(struct formats_reader *r, const char *line, size_t len,
		       struct settings_error *error);
/* The file's end. */
bool formats_read_end(struct formats_reader *r, struct settings_error *error);
#endif
