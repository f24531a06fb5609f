/* checklist.h - the panel's behaviour: what each label, button and moment does in each situation.
 * Pure: time is an argument, and what is to happen comes back as a bounded list of effects. A
 * situation changes by events only, and only once they are on disk: an append shows dark lamps
 * until CHECKLIST_STORED; what comes back as CHECKLIST_REFUSED never happened. */
#ifndef STATION_CHECKLIST_H
#define STATION_CHECKLIST_H
#include "station/button.h"
#include "station/event.h"
#include "station/panel.h"
#include "station/parcel.h"
#include "station/settings.h"
#include <stdbool.h>
#include <stdint.h>

#define CHECKLIST_STEPS	  3
#define CHECKLIST_GROUP	  4  /* most appends of one step; they stand or fall together */
#define CHECKLIST_EFFECTS 32 /* most effects of one step */
#define CHECKLIST_NO_UNIT 0xff

/* All times in milliseconds. */
struct checklist_plan {
	struct button_rules button;
	uint32_t guard_ms; /* a press that begins this soon after the lamp came on is no answer to
			      it */
	uint32_t back_ms;  /* BACK held at least this long: abandon */
	uint32_t hold_ms;  /* provisional verdict, BACK can stop it */
	uint32_t question_ms;  /* a question nobody answers is dropped */
	uint32_t remind_ms;    /* nothing for so long: the lamp reminds */
	uint32_t receiving_ms; /* receiving mode ends when idle for so long */
	uint32_t slow_ms;      /* an append in flight for longer shows as "can't record" */
	enum settings_unknown unknown;
};

void checklist_plan(struct checklist_plan *plan, const struct settings *settings);

enum checklist_at {
	CHECKLIST_IDLE,
	CHECKLIST_STEP,	     /* step `step` is to be answered */
	CHECKLIST_REASON,    /* step `step` failed: a reason is wanted */
	CHECKLIST_CLOSED,    /* verdict provisional: hold window */
	CHECKLIST_WHICH,     /* several units: which one? */
	CHECKLIST_REPEAT,    /* question: already inspected */
	CHECKLIST_UNKNOWN,   /* question: unknown or unapproved return */
	CHECKLIST_RECEIVING, /* receiving mode */
	CHECKLIST_ATS
};

enum checklist_why { /* of label.rejected; also what the alert is about */
		     CHECKLIST_WHY_NONE,
		     CHECKLIST_WHY_SHAPE,
		     CHECKLIST_WHY_TOO_LONG,
		     CHECKLIST_WHY_BYTES,
		     CHECKLIST_WHY_CHECK,
		     CHECKLIST_WHY_KEY,
		     CHECKLIST_WHY_NO_KEY,
		     CHECKLIST_WHY_COMMAND,
		     CHECKLIST_WHY_BUSY,    /* another return label while one is open */
		     CHECKLIST_WHY_REFUSED, /* unknown return, and the setting says refuse */
		     CHECKLIST_WHY_LEFT, /* a question was answered "leave", replaced or timed out;
					    raises no alert */
		     /* the wrong label on the box, and which one it is: */
		     CHECKLIST_WHY_CARRIER,
		     CHECKLIST_WHY_PRODUCT,
		     CHECKLIST_WHY_PLATE,
		     CHECKLIST_WHY_ASSET,
		     CHECKLIST_WHY_TIE,	      /* it may be several of them */
		     CHECKLIST_WHY_SYMBOLOGY, /* of a kind that the scanner should not read */
		     CHECKLIST_WHYS
};

/* What a scanned return (or house) label is, as far as the checklist cares. */
struct checklist_offer {
	enum parcel_list list;
	bool house;
	bool arrived;
	bool overdue;
	uint8_t units; /* 1..PARCEL_UNITS */
	uint8_t unit;  /* REPEAT about one unit of the current parcel: its index; else
			  CHECKLIST_NO_UNIT */
	uint32_t done; /* bit per unit that has a verdict */
};

/* Everything in here can be told again from the journal (checklist_fold), but an open question. */
struct checklist_situation {
	enum checklist_at at;
	enum checklist_at under;  /* REPEAT, UNKNOWN: where "leave" leads: IDLE, CLOSED or WHICH */
	enum checklist_why alert; /* ATTENTION fast until a press */
	uint8_t step;		  /* 0..2 */
	enum parcel_verdict answer[CHECKLIST_STEPS]; /* NONE = unanswered */
	enum parcel_verdict verdict;
	uint8_t unit, units; /* of the current parcel */
	uint32_t done;
	bool badged;
	bool overdue; /* the current parcel is past its deadline */
	bool refused; /* a supervisor's ACCEPT may still open the offer */
	struct checklist_offer offer;
};

enum checklist_link {
	CHECKLIST_LINK_OFF,
	CHECKLIST_LINK_SYNC,
	CHECKLIST_LINK_OFFLINE,
	CHECKLIST_LINK_PERSON
};
enum checklist_stick {
	CHECKLIST_STICK_NONE,
	CHECKLIST_STICK_COPYING,
	CHECKLIST_STICK_TAKE_OUT,
	CHECKLIST_STICK_REFUSED
};

/* Faults: bits that are raised and cleared from outside; each change becomes fault.raised /
 * fault.cleared. */
#define CHECKLIST_FAULT_BUTTON	0 /* + enum panel_button */
#define CHECKLIST_FAULT_JOURNAL 3 /* it was unable to record; told once it can again */
#define CHECKLIST_FAULT_SCANNER 4 /* + index of the scanner */
#define CHECKLIST_FAULT_PANEL	8 /* the board's buttons and lamps are out of reach */
#define CHECKLIST_FAULTS	9

struct checklist {
	struct checklist_situation now;	 /* all of it is on disk (or needs not to be) */
	struct checklist_situation next; /* becomes `now` when the append is stored */
	bool writing;
	bool slow;   /* this append takes longer than slow_ms */
	bool broken; /* can't record */
	bool started, stopping,
		stopped; /* station.started is recorded; station.stopped is wanted; is recorded */
	bool reminded;
	bool adopt;		   /* with `next`, the offer becomes the current parcel */
	uint8_t fault_in_flight;   /* bit index + 1 of the fault being recorded */
	uint16_t faults, recorded; /* bits */
	bool clock_stepped;	   /* the wall clock, not recorded yet, ... */
	bool clock_in_flight;	   /* ... being recorded */
	bool labels_changed;	   /* other formats are in force, not recorded yet, ... */
	bool labels_in_flight;	   /* ... being recorded */
	int64_t clock_by;	   /* by so much; while it is in flight: by so much more */
	int64_t clock_by_in_flight;
	enum panel_tone tone; /* to sound when stored */
	enum checklist_link link;
	enum checklist_stick stick;
	struct button_set buttons;
	uint64_t written_at; /* when the append was handed out */
	uint64_t lit_at;     /* when the acting lamps last changed */
	uint64_t hold_due;   /* CLOSED, also beneath a question */
	uint64_t due; /* WHICH, REPEAT, UNKNOWN, RECEIVING, refused; STEP and REASON: reminder */
	uint64_t overdue_until; /* the double blink at opening */
	enum panel_tone echo;	/* the lamp echo of a tone */
	uint64_t echo_until;
	enum panel_pattern shown[PANEL_LAMPS];
};

enum checklist_event_kind {
	CHECKLIST_EDGE,	   /* a contact: button, down, found */
	CHECKLIST_RETURN,  /* a return or house label: offer, same_current, same_offer */
	CHECKLIST_PRODUCT, /* a product code of the current parcel: units (bits) */
	CHECKLIST_WRONG,   /* any other label: why */
	CHECKLIST_LABEL_REASON,
	CHECKLIST_COMMAND,    /* command */
	CHECKLIST_BADGE,      /* same: this badge is in already */
	CHECKLIST_UNREADABLE, /* the journal could not say what it knows of a label */
	CHECKLIST_LOST,	      /* a part of a scan never arrived; none of it counts */
	CHECKLIST_TICK,	      /* only time */
	CHECKLIST_STORED,     /* the append in flight is on disk */
	CHECKLIST_REFUSED,    /* the append in flight failed */
	CHECKLIST_BROKEN,     /* the journal can't record, found without an append */
	CHECKLIST_RECOVERED,
	CHECKLIST_FAULT, /* fault (bit index), raised */
	CHECKLIST_LINK,
	CHECKLIST_STICK,
	CHECKLIST_STOP,
	CHECKLIST_CLOCK,  /* by_ms: the wall clock stepped */
	CHECKLIST_LABELS, /* other label formats are in force */
};

struct checklist_event {
	enum checklist_event_kind kind;
	enum panel_button button;
	bool down;
	bool found; /* it is down already: when it closed nobody saw */
	struct checklist_offer offer;
	bool same_current; /* the label of the open (or provisional, or asked-about) parcel */
	bool same_offer;   /* the label that is being asked about */
	bool same;
	uint32_t units;
	enum checklist_why why;
	enum label_command command;
	uint8_t fault;
	bool raised;
	enum checklist_link link;
	enum checklist_stick stick;
	int64_t by_ms;
};

enum checklist_target {			    /* which label an append is about */
			CHECKLIST_CURRENT,  /* the open inspection's */
			CHECKLIST_OFFERED,  /* the one just offered or asked about */
			CHECKLIST_REPLACED, /* the one asked about before the present offer */
			CHECKLIST_SCANNED,  /* the scan being handled; no return label */
};

struct checklist_append {
	enum event_kind kind;
	enum checklist_target target;
	uint8_t step;
	enum parcel_verdict answer; /* also the verdict */
	enum checklist_why why;
	bool unspecified; /* reason: FAIL pressed a second time */
	uint8_t unit;	  /* opened, final */
	uint8_t units;	  /* opened, final: of the parcel, with `done` so far */
	uint32_t done;
	uint8_t fault;
	int64_t by_ms; /* clock stepped */
};

enum checklist_effect_kind {
	CHECKLIST_APPEND, /* append; all of one step form one group */
	CHECKLIST_LAMP,	  /* lamp, pattern */
	CHECKLIST_TONE,	  /* tone */
	CHECKLIST_SHOW,	  /* the view changed */
	CHECKLIST_ADOPT,  /* the offered parcel is the current one from here on */
	CHECKLIST_ARM,	  /* next CHECKLIST_TICK is due at due_ms (MOMENT_NEVER: none) */
	CHECKLIST_HALT,	  /* station.stopped is on disk, or can't be */
};

struct checklist_effect {
	enum checklist_effect_kind kind;
	struct checklist_append append;
	enum panel_lamp lamp;
	enum panel_pattern pattern;
	enum panel_tone tone;
	uint64_t due_ms;
};

struct checklist_effects {
	struct checklist_effect of[CHECKLIST_EFFECTS];
	uint8_t count;
};

/* Idle, dark, nothing recorded yet: the first step appends station.started. */
void checklist_init(struct checklist *c);
void checklist_step(const struct checklist_plan *plan, struct checklist *c,
		    const struct checklist_event *event, uint64_t now_ms,
		    struct checklist_effects *out);
/* One recorded event applied to a situation: the only way in which recorded situations change, live
 * and after a power cut alike. */
void checklist_fold(struct checklist_situation *s, const struct checklist_append *append);
/* What a recorded event tells to checklist_fold, of a parcel of one unit. */
void checklist_read(const struct event_view *e, struct checklist_append *append);
/* After a start: takes a folded situation; a provisional verdict gets a full new hold window with
 * the first step. */
void checklist_resume(const struct checklist_plan *plan, struct checklist *c,
		      const struct checklist_situation *s, uint64_t now_ms);
/* Monotonic ms at which a CHECKLIST_TICK is due, or MOMENT_NEVER. */
uint64_t checklist_deadline(const struct checklist_plan *plan, const struct checklist *c);
/* Whether a label may be handed in: not while an append is in flight. */
bool checklist_ready(const struct checklist *c);

const char *checklist_name_at(enum checklist_at at); /* "idle" "step" "reason" "closed" "which"
							"repeat" "unknown" "receiving" */
const char *
checklist_name_why(enum checklist_why why); /* "" "shape" "too-long" "bytes" "check" "key" "no-key"
					       "command" "busy" "refused" "left" "carrier" "product"
					       "plate" "asset" "tie" "symbology" */
const char *checklist_name_step(uint8_t step); /* "appearance" "accessories" "usage" */

/* The lamps as they should be now. */
void picture_lamps(const struct checklist *c, uint64_t now_ms,
		   enum panel_pattern lamps[PANEL_LAMPS]);
/* Lamp echo of a tone: which lamps (bits) and for how long; every tone but NONE has one. */
struct picture_echo {
	uint8_t lamps;
	uint16_t ms;
	bool flicker;
};
struct picture_echo picture_echo(enum panel_tone tone);
#define PICTURE_OVERDUE_MS 2000
#endif
