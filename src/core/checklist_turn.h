/* checklist_turn.h - private to the checklist: one step at work, and the moves that labels, buttons
 * and time share. */
#ifndef CORE_CHECKLIST_TURN_H
#define CORE_CHECKLIST_TURN_H
#include "station/checklist.h"

/* What a step was given and what it collects. */
struct checklist_turn {
	const struct checklist_plan *plan;
	struct checklist *c;
	const struct checklist_event *event;
	uint64_t now;
	struct checklist_append append[CHECKLIST_GROUP];
	uint8_t appends;
	enum panel_tone tone; /* sounds now */
	enum panel_tone then; /* sounds when stored */
	bool moved;	      /* the situation changed without an append */
	bool show;
	bool halt;
	bool adopt;
};

void checklist_turn_append(struct checklist_turn *t, struct checklist_append a);
struct checklist_situation *checklist_turn_heading(struct checklist_turn *t);
void checklist_turn_move(struct checklist_turn *t, enum checklist_at at);
enum panel_tone *checklist_turn_tone(struct checklist_turn *t);
void checklist_turn_lamps(struct checklist_turn *t);
void checklist_turn_error(struct checklist_turn *t);
void checklist_turn_final(struct checklist_turn *t);
void checklist_turn_close(struct checklist_turn *t);
void checklist_turn_open(struct checklist_turn *t, enum checklist_target target, uint8_t unit);
void checklist_turn_reject(struct checklist_turn *t, enum checklist_target target,
			   enum checklist_why why);
void checklist_turn_reason(struct checklist_turn *t, bool unspecified);
void checklist_turn_accept(struct checklist_turn *t, enum checklist_at under, bool again);
enum checklist_target checklist_turn_asked(const struct checklist_situation *s,
					   enum checklist_target offered);
void checklist_turn_leave(struct checklist_turn *t);
uint8_t checklist_turn_first_unit(uint32_t wanted);

/* A label was handed in; a button's news. */
void checklist_label(struct checklist_turn *t);
void checklist_press(struct checklist_turn *t, const struct button_news *n);

/* Units as bits. */
uint32_t checklist_fold_bit(uint8_t unit);
uint32_t checklist_fold_mask(uint8_t units);
bool checklist_fold_done(uint8_t units, uint32_t done);
#endif
