/* station.h - the running station: the bench, and the adapters it is wired to. */
#ifndef STATIOND_STATION_H
#define STATIOND_STATION_H
#include "io/journal.h"
#include "io/loop.h"
#include "io/panelsock.h"
#include "io/serial.h"
#include "station/bench.h"
#include "station/settings.h"

struct station;

#define STATION_CHUNK 4096 /* bytes a scanner hands over at once (serial.h) */

/* A scanner: its framer, and bytes that wait because the queue of scans is full. */
struct station_scanner {
	struct station *station;
	uint8_t index;
	bool present;
	bool was_paused; /* and the bytes that waited meanwhile are not all fed yet */
	struct serial *serial;
	struct framer framer;
	struct loop_source *idle;
	uint8_t held[STATION_CHUNK];
	size_t held_len;
};

struct station {
	struct settings settings;
	struct settings_board board;
	char serial_number[65];
	char boot[EVENT_UUID + 1];
	char aside[256];
	struct bench bench;
	struct bench_out out;
	struct loop *loop;
	struct loop_source *timer;
	struct loop_source *status_due;
	struct loop_source *signals[3];
	struct journal *journal;
	struct panelsock *panel; /* the simulated board; NULL on others */
	struct panelsock *view;
	struct station_scanner scanner[SETTINGS_SCANNERS];
	bool ready;
	bool resumed;	    /* the journal was read for what is open */
	bool resuming;	    /* the parcel of it is being looked up */
	bool paused;	    /* sources are held back */
	uint64_t held_back; /* how often */
	uint64_t stop_by;   /* monotonic ms: give up waiting for station.stopped */
	bool stopping;
	char show[BENCH_SHOW_MAX];
	char status[8192]; /* as last written */
};

/* Opens everything in order and resumes what was open. 0, or the exit code, with the reason on the
 * log. */
int station_open(struct station *s);
int station_run(struct station *s);
void station_close(struct station *s);

/* status.c: replaces status.json in the runtime folder if it changed. */
void status_write(struct station *s);
#endif
