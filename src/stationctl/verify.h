/* verify.h - what the ways to verify share: the walk along a chain, and what it found. */
#ifndef STATIONCTL_VERIFY_H
#define STATIONCTL_VERIFY_H
#include "station/event.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last event of another export of the same journal, which holds. */
struct verify_mark {
	uint64_t seq;
	uint8_t hash[EVENT_HASH];
	const char *whose; /* path of the export */
};

struct verify {
	struct event_chain chain;
	uint64_t events;	  /* good ones */
	uint64_t line;		  /* the line or row that is looked at, from 1 */
	uint64_t first;		  /* seq of the first event */
	uint8_t prev[EVENT_HASH]; /* of the first event */
	bool broken;
	/* How it broke, for verify_why. */
	enum event_link link;
	uint64_t want, found; /* seq; found 0 = the line is no event */
	/* Of a journal: where its chain hangs. */
	bool in_journal;
	uint64_t anchor; /* last seq that was removed, 0 = none */
	uint8_t anchor_hash[EVENT_HASH];
	bool gap; /* the front is not where it was: it may just have been removed */
	/* By seq. The first that says otherwise, or NULL. */
	const struct verify_mark *mark, *parted;
	size_t marks;
};

/* --- verify.c --- */
void verify_begin(struct verify *v);
/* False stops the walk. */
bool verify_line(struct verify *v, const char *line, size_t len);
void verify_too_long(struct verify *v);
void verify_broken(struct verify *v, uint64_t seq, const char *what, const char *detail);

/* --- verify_file.c: lines --- */
/* 0 or -errno. */
int verify_file(struct verify *v, int fd);
/* Of a file that broke at its first line: whether an event is anywhere in it. */
bool verify_file_has_event(int fd);
/* Which event of a broken file was changed, is missing, repeated or out of order, told on stdout as
 * far as it can be told. head: the hash that the last line should have, or NULL. */
void verify_file_why(const struct verify *v, int fd, const uint8_t *head);

/* --- verify_journal.c: rows --- */
/* An enum ctl_exit; said why unless CTL_FINE. */
int verify_journal(struct verify *v, const char *path);

/* --- verify_export.c: the folder of an export --- */
/* ca: PEM file of who issued the station's certificate, or NULL. marks: what other exports of its
 * journal say. An enum ctl_exit. */
int verify_export(const char *path, int folder, const char *ca, const struct verify_mark *mark,
		  size_t marks);

/* --- verify_stick.c: all exports of a stick, and whether they go on from each other --- */
struct stick;
/* An enum ctl_exit. */
int verify_stick(const struct stick *s, int folder, const char *ca);
#endif
