/* record.h - events told as inspections: one record each, as a table has them in a row. The steps
 * are told by checklist_fold, as on the bench. */
#ifndef STATION_RECORD_H
#define STATION_RECORD_H
#include "station/checklist.h"
#include "station/text.h"

enum record_state {
	RECORD_NONE,
	RECORD_OPEN,
	RECORD_CLOSED, /* a verdict that is not final yet */
	RECORD_FINAL,
	RECORD_ABANDONED,
};

struct record {
	enum record_state state;
	uint64_t first, last; /* seq of its events */
	char station[33];
	char inspection[EVENT_UUID + 1];
	char supersedes[EVENT_UUID + 1]; /* or "" */
	char label[LABEL_MAX + 1];
	uint16_t line, unit; /* 0: no list */
	char list[9];	     /* as in the event; "" = its opening was not read */
	char by[LABEL_CODE_MAX + 1];
	char reason[CHECKLIST_STEPS][LABEL_CODE_MAX + 1];
	int64_t opened_ms, closed_ms, ended_ms; /* wall clock, 0 = not yet; ended: final or
						   abandoned */
	bool untrusted;				/* one of these times is */
	uint64_t took_ms; /* from the opening to the verdict or the end; 0 = over a restart */
	struct checklist_situation now; /* answers, verdict */
	/* Private: where took_ms counts from. */
	uint64_t opened_mono;
	char boot[EVENT_UUID + 1];
};

struct record_fold {
	struct record now; /* the one that is going on */
};

void record_init(struct record_fold *f);
/* Events in the chain's order. True: *out is one that has come to its end. A chain may begin in the
 * middle of an inspection; what came before is unknown then. */
bool record_feed(struct record_fold *f, const struct event_view *e, struct record *out);
/* The one that is going on at the end of the chain; false: there is none. */
bool record_end(struct record_fold *f, struct record *out);

const char *record_state_name(enum record_state state);

/* --- as a row of inspections.csv (csv.h) --- */
#define RECORD_ROW 4096			/* bytes of a row, and of the header */
void record_csv_header(struct text *t); /* with the mark */
/* goods: what the list of expected returns says of the unit, or NULL. */
void record_csv_row(struct text *t, const struct record *r, const struct parcel_unit *goods);
#endif
