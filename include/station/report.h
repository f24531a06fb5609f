/* report.h - a journal told in figures: fed one event at a time in the chain's order, in bounded
 * memory that the caller owns. Only inspection.final counts as an outcome. What does not fit its
 * bounds, or can't be known, is counted as such and never dropped in silence. */
#ifndef STATION_REPORT_H
#define STATION_REPORT_H
#include "station/checklist.h"
#include "station/event.h"
#include "station/times.h"
#include <stdbool.h>
#include <stdint.h>

#define REPORT_DAYS	1100  /* days with verdicts that are told apart */
#define REPORT_QUARTERS 96    /* quarters of an hour: every time zone's days are made of them */
#define REPORT_PENDING	8192  /* verdicts of a boot whose clock was not set yet */
#define REPORT_PARCELS	32768 /* parcels that have arrived and were not inspected yet */
#define REPORT_VERDICTS 65536 /* latest verdicts that a later one may replace */
#define REPORT_PRODUCTS 4096
#define REPORT_ROWS	64 /* reasons, inspectors, scanners, faults */
#define REPORT_NAME	65
#define REPORT_LABEL	32    /* of a parcel's label, for the list of open ones */
#define REPORT_TENTHS	12000 /* of a second: times up to 20 minutes are told exactly */
#define REPORT_KEY	16
#define REPORT_NONE	UINT32_MAX
#define REPORT_NEAR	4 /* near = in the last quarter of the time to the deadline */

struct report_config {
	bool inspectors;     /* the site allows figures per badge; else none are kept */
	uint32_t deadline_h; /* parcel.arrived to inspection.final */
	int64_t now_ms;	     /* UTC, when it is made; 0, or before 2020: by no clock */
	bool acked_known;    /* headquarters has everything up to `acked` */
	uint64_t acked;
};

/* A unit's product, as the list of expected returns has it. */
struct report_product {
	const char *code, *title;
};

struct report_count {
	uint32_t pass, fail;
};

/* --- days, in UTC until somebody asks for another zone's --- */
struct report_day {
	int32_t day; /* since 1970 */
	struct report_count quarter[REPORT_QUARTERS];
};

struct report_pending {
	struct times_moment at;
	bool pass;
};

struct report_days {
	struct report_day day[REPORT_DAYS];
	uint16_t order[REPORT_DAYS]; /* by date */
	uint16_t used;
	struct report_count early;   /* before the oldest day that is kept */
	struct report_count undated; /* by a clock that nothing vouched for */
	uint16_t waiting;
	struct report_pending pending[REPORT_PENDING];
};

/* Days and hours of a time zone. */
struct report_calendar {
	struct {
		int32_t day;
		struct report_count n;
	} day[2 * REPORT_DAYS];
	uint16_t days;
	struct report_count hour[24]; /* of all these days */
};

/* --- names, as they come; what comes when all rows are taken counts as other --- */
enum report_cell { REPORT_A, REPORT_B, REPORT_C, REPORT_CELLS };
struct report_row {
	char name[REPORT_NAME];
	uint32_t n[REPORT_CELLS];
};
struct report_list {
	struct report_row row[REPORT_ROWS];
	uint16_t used;
	uint32_t other[REPORT_CELLS];
};

/* --- what is found again by a key; the oldest goes when there is no more room --- */
struct report_node {
	uint8_t key[REPORT_KEY];
	uint32_t next, older, newer;
	bool used;
};
struct report_table {
	struct report_node *node;
	uint32_t *head;
	uint32_t most, used, free, oldest, newest;
};

struct report_parcel {
	struct times_moment at;
	int64_t boot; /* and its monotonic time: within one boot they tell the age exactly */
	uint64_t mono_ms;
	char label[REPORT_LABEL];
	bool cut; /* the label is longer */
};

struct report_finish { /* a parcel's end, by a clock that may still be set */
	struct times_moment arrived, done;
};

struct report_clock { /* parcels, from parcel.arrived to the verdict of their last unit */
	uint32_t on_time, near, late;
	uint32_t unsure; /* by a clock that nothing vouched for */
};

struct report_times {		       /* how long something took, by tenths of a second */
	uint32_t n[REPORT_TENTHS + 1]; /* the last one: longer */
	uint32_t count;
};

struct report_made { /* of one product */
	char code[REPORT_NAME], title[REPORT_NAME];
	struct report_count n;
};

struct report_open { /* the inspection at work */
	bool is;
	bool timed; /* in one boot: its steps can be timed */
	bool holed; /* some of its events are missing */
	char id[EVENT_UUID + 1], label[LABEL_MAX + 1];
	char supersedes[EVENT_UUID + 1];
	char by[REPORT_NAME], product[REPORT_NAME];
	char reason[CHECKLIST_STEPS][REPORT_NAME];
	struct checklist_situation now;
	struct times_moment opened, closed;
	int64_t boot;
	uint64_t mono_ms;
	uint64_t spent_ms[CHECKLIST_STEPS];
};

struct report_fault {
	uint32_t raised, untimed; /* untimed: how long it lasted is not known */
	uint64_t lasted_ms;
	bool open;
	struct times_moment since;
	int64_t boot;
	uint64_t mono_ms;
};

struct report {
	struct report_config config;
	/* What it is about: as the last event says. */
	char station[33], site[REPORT_NAME], timezone[REPORT_NAME], software[REPORT_NAME];
	char journal[EVENT_UUID + 1];
	uint32_t journals;
	uint64_t events, first_seq, last_seq;
	uint64_t missing;	   /* events between these that were not there */
	uint64_t newer;		   /* kinds or versions that this program does not know */
	uint64_t odd;		   /* events of inspections that don't follow from those before */
	uint64_t again;		   /* written again in a child journal, and counted in its parent */
	int64_t first_ms, last_ms; /* sure times; 0 = none */
	int64_t now_ms; /* as of when it is told: config's, or the last sure time if that is later
			 */
	/* Inspections. */
	struct report_count final, waiting, superseded; /* waiting: for headquarters */
	uint32_t replaced; /* finals that name an earlier verdict; superseded: which is in here */
	uint32_t opened, reopened, withdrawn, abandoned;
	uint32_t cut;	      /* open when another began */
	uint32_t partial;     /* finals whose beginning is not in here */
	uint32_t provisional; /* closed at the end, in their hold window: 0 or 1 */
	struct report_open open;
	struct report_days days;
	struct report_times step[CHECKLIST_STEPS], inspection;
	uint32_t untimed;
	struct report_list reasons;	   /* of final fails, by step */
	uint32_t unexplained;		   /* failed steps without a reason in here */
	struct report_list inspectors;	   /* A pass, B fail */
	struct report_list scanners;	   /* A opened, B arrived, C rejected */
	uint32_t listed[PARCEL_KNOWN + 1]; /* opened, by what the list of returns says */
	uint32_t rejected[CHECKLIST_WHYS];
	/* Products. */
	struct report_made made[REPORT_PRODUCTS];
	struct report_count made_other, made_unknown;
	/* Parcels. */
	struct report_clock done, due;
	uint32_t arrived;
	uint32_t unarrived; /* parcels done without an arrival in here */
	uint32_t forgotten; /* arrivals that had to make room */
	struct report_parcel parcel[REPORT_PARCELS];
	uint32_t unsettled; /* arrivals whose time may still be put right */
	uint16_t finishing;
	struct report_finish finish[REPORT_PENDING];
	/* The machine. */
	struct report_list faults; /* A raised */
	struct report_fault fault[REPORT_ROWS];
	uint32_t starts, crashes, clock_steps, badges, photos, exports;
	bool running; /* no station.stopped since the last start */
	/* Headquarters, by config. */
	uint64_t unacked;
	struct times_moment unacked_since;
	/* The clock. */
	struct times_boot boot;
	char boot_id[EVENT_UUID + 1];
	uint64_t last_mono_ms;	     /* of the last event */
	int64_t known;		     /* latest sure time, as times_see keeps it */
	char parent[EVENT_UUID + 1]; /* of the journal, if it stands right before it */
	/* Tables, and what they are made of. */
	struct report_table verdicts, parcels, products;
	bool verdict_pass[REPORT_VERDICTS];
	struct report_node verdict_node[REPORT_VERDICTS], parcel_node[REPORT_PARCELS],
		product_node[REPORT_PRODUCTS];
	uint32_t verdict_head[REPORT_VERDICTS], parcel_head[REPORT_PARCELS],
		product_head[REPORT_PRODUCTS];
};

/* Some 13 MB; it holds pointers into itself, so it stays where it is. */
void report_init(struct report *r, const struct report_config *config);
/* The next event. product: of an inspection.final, or NULL where it is not known: then the code
 * that opened the inspection tells it, if it was a product's. */
void report_event(struct report *r, const struct event_view *e,
		  const struct report_product *product);
/* No more events: what was still waiting is settled, and the figures can be read. */
void report_end(struct report *r);

/* Days and hours in a zone. offset_s: seconds east of UTC at a time. */
void report_days_calendar(const struct report *r, int32_t (*offset_s)(void *user, int64_t utc_s),
			  void *user, struct report_calendar *out);
/* Tenths of a second that `percent` of the times don't exceed (nearest rank); REPORT_TENTHS stands
 * for longer. 0 when there are none. */
uint32_t report_times_quantile(const struct report_times *t, uint32_t percent);
/* The open parcel that has waited longest, then the next: pass REPORT_NONE, then what it returned
 * last. REPORT_NONE: no more. */
uint32_t report_parcel_next(const struct report *r, uint32_t after);
/* How long it has waited; false: not sure. */
bool report_parcel_age(const struct report *r, uint32_t parcel, int64_t *ms);
#endif
