/* manifest.h - what a folder of an export holds: manifest.json, and the lines of SHA256SUMS. Both
 * are read back from sticks, which anybody may have written. */
#ifndef STATION_MANIFEST_H
#define STATION_MANIFEST_H
#include "station/event.h"
#include "station/text.h"

/* The files of every export; there are others beside them. */
#define MANIFEST_FILE	   "manifest.json"
#define MANIFEST_EVENTS	   "events.jsonl"
#define MANIFEST_SUMS	   "SHA256SUMS"
#define MANIFEST_SIGNATURE "SHA256SUMS.p7s"
#define MANIFEST_SEALED	   "export.tar.cms" /* all of them in one, encrypted */

#define MANIFEST_FORMAT	 "station-export"
#define MANIFEST_VERSION 1
#define MANIFEST_MAX	 4096 /* bytes of manifest.json */
#define MANIFEST_NAME	 64   /* bytes of a file's name in SHA256SUMS; one of a photo is 64 hex */
#define MANIFEST_NAMES	 (2 * MANIFEST_NAME + 16)

struct manifest {
	char station[33];
	char journal[EVENT_UUID + 1];
	char software[33];
	char made[25];		  /* RFC 3339, UTC, by the station's clock */
	bool all;		  /* asked: the whole journal; else from acked + 1 */
	uint64_t acked, anchor;	  /* as the journal had them */
	uint64_t first, last;	  /* seq; last = first - 1: there was no event to copy */
	uint8_t prev[EVENT_HASH]; /* of the first line: hash of the event before it */
	uint8_t head[EVENT_HASH]; /* hash of the last line; without events: prev */
	uint64_t inspections;	  /* rows of inspections.csv */
	/* For people, not read back. */
	uint64_t photos, photos_missing; /* told of by these events: in the export; not in it */
	bool is_signed;
	char why_unsigned[128]; /* or "" */
};

enum manifest_fault {
	MANIFEST_OK,
	MANIFEST_NOT_JSON, /* not one object, or too long */
	MANIFEST_FOREIGN,  /* another format */
	MANIFEST_NEWER,
	MANIFEST_VALUE, /* a member is missing or wrong */
};

void manifest_write(struct text *t, const struct manifest *m);
/* Members that are not known are passed over. */
enum manifest_fault manifest_read(const char *json, size_t len, struct manifest *out);
const char *manifest_fault_text(enum manifest_fault fault);

/* What station-export tells a running station when an export is whole: one line, so that the
 * journal can say export.done. */
#define MANIFEST_NOTE 192 /* bytes of it at most */
struct manifest_note {
	char journal[EVENT_UUID + 1];
	uint64_t first, last; /* seq; at least one event */
	uint8_t head[EVENT_HASH];
};
void manifest_note_write(struct text *t, const struct manifest_note *note);
bool manifest_note_read(const char *line, size_t len, struct manifest_note *out);

/* A line of SHA256SUMS as sha256sum writes it, without its LF: 64 hex digits, two spaces, a name.
 */
struct manifest_sum {
	uint8_t sum[EVENT_HASH];
	char name[MANIFEST_NAMES + 1];
};
/* A name that stays within the folder: parts of [A-Za-z0-9._-] that begin with no dot, at most one
 * slash between two of them. */
bool manifest_name(const char *name, size_t len);
bool manifest_sum_read(const char *line, size_t len, struct manifest_sum *out);
void manifest_sum_write(struct text *t, const struct manifest_sum *sum); /* with the LF */
#endif
