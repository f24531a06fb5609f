/* bench.h - one bench: everything the station knows, in one struct the caller owns. Scans and
 * contacts go in; events to append, labels to look up, lamps, tones and the view come out. No I/O:
 * stationd connects it to the world, the replay to virtual time. */
#ifndef STATION_BENCH_H
#define STATION_BENCH_H
#include "station/checklist.h"
#include "station/manifest.h"
#include "station/event.h"
#include "station/parcel.h"
#include "station/scan.h"
#include "station/settings.h"
#include "station/text.h"
#include <stdbool.h>
#include <stdint.h>

#define BENCH_QUEUE	 65 /* 64 scans wait while something is in flight, and one may be put back */
#define BENCH_REPEATS	 8  /* codes remembered for the repeat window */
#define BENCH_SHOW_MAX	 4096
#define BENCH_SOURCE_MAX 33

struct bench_scan {
	struct scan scan;
	uint8_t source; /* index into the sources' names */
};

struct bench_label { /* a label and what is known of it */
	struct bench_scan from;
	struct parcel parcel; /* parcel.label is the normalised id, "" = none */
};

struct bench_given {
	char code[LABEL_CODE_MAX + 1]; /* "" = none */
	uint8_t step;
};

struct bench_config {
	const struct settings *settings; /* must outlive the bench */
	const char *software;		 /* version; must outlive the bench */
	char boot[EVENT_UUID + 1];
	uint8_t seed[32]; /* random, for event ids */
};

struct bench {
	struct checklist_plan plan;
	struct checklist check;
	struct bench_config config;
	struct bench_label current; /* of the inspection, or of the parcel that asks "which one?" */
	struct bench_label offered; /* the label last handed to the checklist */
	struct bench_label replaced; /* the one before it; its parcel is not kept */
	struct bench_scan handled;   /* the scan at work */
	struct label label;	     /* what it says */
	bool looking_up;	     /* the journal was asked about it */
	bool tracking;		     /* ... as a tracking number */
	char by[LABEL_CODE_MAX + 1];
	char by_next[LABEL_CODE_MAX + 1]; /* once the badge event is stored */
	struct { /* the last one that was scanned, whether it changed anything or not */
		char id[LABEL_CODE_MAX + 1];
		uint64_t at;
	} badge;
	struct bench_given given; /* the last reason of the open inspection */
	struct bench_given given_next;
	char inspection[EVENT_UUID + 1];
	char inspection_next[EVENT_UUID + 1];
	uint16_t line, unit; /* item under inspection; 0 = null */
	uint16_t line_next, unit_next;
	uint32_t arrivals; /* since receiving mode began */
	uint32_t arrivals_next;
	struct moment arrived_at; /* resumed: the last arrival */
	bool arrived_this_boot;
	struct { /* resumed: the parcel's other units without a verdict in this round */
		uint16_t line, unit;
	} left[PARCEL_UNITS];
	uint8_t left_count;
	bool left_told; /* else by the verdicts that are known of it */
	uint64_t ids;	/* made so far */
	struct bench_scan queue[BENCH_QUEUE];
	uint8_t queue_first, queue_len;
	uint64_t doubles; /* double reads dropped by the repeat window */
	struct {
		uint64_t hash, at;
	} repeat[BENCH_REPEATS];
	uint8_t repeat_next;
	uint64_t deadline;
	char why_stopped[17];
};

/* What the caller is to do after a call; filled afresh by each. In this order. */
struct bench_out {
	struct event events[CHECKLIST_GROUP]; /* to append as one group; journal, seq and prev are
						 the journal's */
	uint8_t count;
	bool lookup; /* look up lookup_label, answer with bench_found */
	char lookup_label[LABEL_MAX + 1];
	enum parcel_by lookup_by;
	uint8_t lamps; /* bits: lamps whose pattern changed, see bench_lamp() */
	enum panel_tone tone;
	bool show;	   /* bench_show() says something new */
	bool halt;	   /* station.stopped is recorded, or can't be: end */
	uint64_t deadline; /* monotonic ms for bench_tick, or MOMENT_NEVER */
};

void bench_init(struct bench *b, const struct bench_config *config);
/* Before bench_start: the recorded events from journal_resume, oldest first. */
void bench_resume(struct bench *b, const struct event_view *event);
/* The label whose parcel is needed to go on ("" = none); answer with bench_resume_parcel. */
const char *bench_resume_label(const struct bench *b, bool *house);
void bench_resume_parcel(struct bench *b, const struct parcel *parcel);
/* Whether receiving mode, at which the journal ends, still goes on. */
bool bench_resume_receiving(const struct bench *b, const struct moment *now);
/* Records station.started. works: the journal can record. */
void bench_start(struct bench *b, const struct moment *now, bool works, struct bench_out *out);

/* Scans: hand in only while bench_room() > 0; what waits is handled in order as soon as it can be.
 */
unsigned bench_room(const struct bench *b);
void bench_scan(struct bench *b, const struct scan *scan, uint8_t source, const struct moment *now,
		struct bench_out *out);
/* A part of a scan never arrived, and the rest was dropped: a person has to hear that. */
void bench_scan_lost(struct bench *b, const struct moment *now, struct bench_out *out);
void bench_button(struct bench *b, enum panel_button button, bool down, const struct moment *now,
		  struct bench_out *out);
/* This one is down already: it may be stuck, and the others work all the same. */
void bench_button_found(struct bench *b, enum panel_button button, const struct moment *now,
			struct bench_out *out);
void bench_tick(struct bench *b, const struct moment *now, struct bench_out *out);
/* Answers to out->events and out->lookup. parcel NULL: it could not be read. */
void bench_stored(struct bench *b, bool ok, const struct moment *now, struct bench_out *out);
void bench_found(struct bench *b, const struct parcel *parcel, const struct moment *now,
		 struct bench_out *out);
void bench_journal(struct bench *b, bool works, const struct moment *now, struct bench_out *out);
/* fault: a CHECKLIST_FAULT_ bit index. */
void bench_fault(struct bench *b, uint8_t fault, bool raised, const struct moment *now,
		 struct bench_out *out);
void bench_link(struct bench *b, enum checklist_link link, const struct moment *now,
		struct bench_out *out);
void bench_stick(struct bench *b, enum checklist_stick stick, const struct moment *now,
		 struct bench_out *out);
/* The wall clock stepped (clock_read); now is the corrected moment. After bench_start. */
void bench_clock(struct bench *b, int64_t by_ms, const struct moment *now, struct bench_out *out);
/* The settings point to other label formats or reasons from here on: their versions are recorded
 * before the next scan is handled. After bench_start. */
void bench_labels(struct bench *b, const struct moment *now, struct bench_out *out);
/* export.done, to append by itself: it changes no situation, so the bench does not wait for it.
 * It is nobody's: who exports need not be who inspects. */
void bench_event_exported(struct bench *b, const struct manifest_note *note,
			  const struct moment *now, struct event *e);
/* photo.taken, likewise, of the inspection whose reason.given is `reason`. sha256: lower hex. */
void bench_event_photo(struct bench *b, const struct event *reason, const char *sha256,
		       uint64_t bytes, const struct moment *now, struct event *e);
void bench_stop(struct bench *b, const char *why, const struct moment *now, struct bench_out *out);

enum panel_pattern bench_lamp(const struct bench *b, enum panel_lamp lamp);
/* The view as one line of JSON. */
void bench_show(const struct bench *b, struct text *t);
/* Name of a source ("panel", or a scanner's name) and of a fault ("button:back", "scanner:door",
 * "journal", "panel"). */
const char *bench_name_source(const struct bench *b, uint8_t source);
void bench_name_fault(const struct bench *b, uint8_t fault, struct text *t);
#define BENCH_SOURCE_PANEL SETTINGS_SCANNERS /* sources below it are scanners */
#endif
