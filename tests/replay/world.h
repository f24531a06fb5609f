/* world.h - a bench in virtual time: the core alone, with a journal in memory that answers at once.
 * What comes out (lamps, tones, events) is written to a transcript. */
#ifndef REPLAY_WORLD_H
#define REPLAY_WORLD_H
#include "station/bench.h"
#include "station/clock.h"
#include <stdio.h>

struct world {
	struct settings settings;
	struct bench bench;
	struct bench_out out;
	struct moment now; /* as the clock makes it of mono and the board's wall clock: */
	struct clock clock;
	int64_t wall_offset; /* the board's wall clock minus mono */
	bool wall_trusted;
	char boot[EVENT_UUID + 1], journal[EVENT_UUID + 1];
	struct event_chain chain;
	char **lines; /* the journal: event lines */
	size_t count;
	struct parcel_row *rows; /* the expected returns */
	size_t row_count;
	bool has_list;
	bool disk_held, disk_broken; /* appends wait / fail */
	bool lookup_held, lookup_broken;
	char asked[LABEL_MAX + 1]; /* the label of the lookup that waits, "" = none */
	enum parcel_by asked_by;
	char shown[BENCH_SHOW_MAX]; /* the view as last told */
	struct event held[CHECKLIST_GROUP];
	size_t waiting;	  /* events of the append that waits, in held */
	uint64_t began;	  /* mono_ms of the first moment, for the transcript */
	FILE *transcript; /* NULL: silent */
	/* Lets a journal's replay stand in for what the list and older journals knew. May be NULL.
	 */
	void (*known)(void *user, const char *label, struct parcel *parcel);
	void *user;
};

void world_init(struct world *w, FILE *transcript);
/* A row of the list of expected returns. */
void world_row(struct world *w, const struct parcel_row *row);
void world_seed(struct world *w, const char *line); /* a line of the journal from before */
void world_start(struct world *w); /* after the settings: opens the journal, starts the bench */
/* The bench is gone; a new one resumes from the journal. */
void world_restart(struct world *w, const char *why);
void world_until(struct world *w, uint64_t mono_ms); /* lets time pass, firing what is due */
void world_tick(struct world *w);
/* total: bytes the scanner sent, more than len when the scan was cut. */
void world_scan(struct world *w, const uint8_t *bytes, size_t len, uint32_t total);
void world_contact(struct world *w, enum panel_button button, bool down);
/* The board's wall clock jumps by by_ms; trusted: whether a time source says so. */
void world_clock(struct world *w, int64_t by_ms, bool trusted);
/* Power cut, and a board without a battery clock: another boot, in 1970. */
void world_reboot(struct world *w);
void world_time(struct world *w); /* writes what time it is, and that of the last event */
void world_disk(struct world *w, const char *how);   /* "held" "ok" "broken" "found-broken" */
void world_lookup(struct world *w, const char *how); /* likewise */
void world_input(struct world *w,
		 void (*fn)(struct bench *, const struct moment *, struct bench_out *, int),
		 int argument);
void world_stop(struct world *w, const char *why);
void world_free(struct world *w);
void world_die(const char *what) __attribute__((noreturn));
#endif
