/* checklist_turn.c - the moves of a step that labels, buttons and time share: appending, moving on,
 * accepting, leaving. */
#include "checklist_turn.h"

void checklist_turn_append(struct checklist_turn *t, struct checklist_append a)
{
	if (t->appends == CHECKLIST_GROUP)
		return; /* no step of the table asks for more */
	if (t->appends == 0) {
		t->c->next = t->c->now;
		t->c->written_at = t->now;
	}
	t->c->writing = true;
	t->append[t->appends++] = a;
	checklist_fold(&t->c->next, &a);
}

/* Where this step is heading: `next` once something is being appended. */
struct checklist_situation *checklist_turn_heading(struct checklist_turn *t)
{
	return t->appends ? &t->c->next : &t->c->now;
}

void checklist_turn_move(struct checklist_turn *t, enum checklist_at at)
{
	checklist_turn_heading(t)->at = at;
	checklist_turn_heading(t)->alert = CHECKLIST_WHY_NONE;
	checklist_turn_heading(t)->refused = false;
	t->moved = true;
}

/* The tone of a change: it sounds when the change is on disk, at once if there is nothing to write.
 */
enum panel_tone *checklist_turn_tone(struct checklist_turn *t)
{
	return t->appends ? &t->then : &t->tone;
}

/* Presses count for the lamps they are an answer to. */
void checklist_turn_lamps(struct checklist_turn *t)
{
	t->c->lit_at = t->now;
	button_spoil(&t->c->buttons);
}

void checklist_turn_error(struct checklist_turn *t)
{
	t->tone = PANEL_TONE_ERROR;
}

void checklist_turn_final(struct checklist_turn *t)
{
	const struct checklist_situation *s = &t->c->now;

	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_INSPECTION_FINAL,
							   .answer = s->verdict,
							   .unit = s->unit,
							   .units = s->units,
							   .done = s->done});
}

/* The third answer closes the inspection in the same group. */
void checklist_turn_close(struct checklist_turn *t)
{
	enum parcel_verdict verdict = PARCEL_PASS;

	for (int i = 0; i < CHECKLIST_STEPS; i++)
		if (t->c->next.answer[i] == PARCEL_FAIL)
			verdict = PARCEL_FAIL;
	checklist_turn_append(
		t, (struct checklist_append){.kind = EVENT_INSPECTION_CLOSED, .answer = verdict});
	t->then = verdict == PARCEL_PASS ? PANEL_TONE_CHIME : PANEL_TONE_CHIME_FAIL;
}

void checklist_turn_open(struct checklist_turn *t, enum checklist_target target, uint8_t unit)
{
	const struct checklist_situation *s = &t->c->now;
	bool offered = target == CHECKLIST_OFFERED;

	checklist_turn_append(
		t, (struct checklist_append){
			   .kind = EVENT_INSPECTION_OPENED,
			   .target = target,
			   .unit = unit,
			   .units = offered ? s->offer.units : checklist_turn_heading(t)->units,
			   .done = offered ? s->offer.done : checklist_turn_heading(t)->done});
	t->then = PANEL_TONE_BEEP;
}

void checklist_turn_reject(struct checklist_turn *t, enum checklist_target target,
			   enum checklist_why why)
{
	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_LABEL_REJECTED,
							   .target = target,
							   .why = why});
}

void checklist_turn_reason(struct checklist_turn *t, bool unspecified)
{
	uint8_t step = t->c->now.step;

	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_REASON_GIVEN,
							   .step = step,
							   .unspecified = unspecified});
	t->then = PANEL_TONE_TICK;
	if (step + 1 == CHECKLIST_STEPS)
		checklist_turn_close(t);
}

/* The offer is accepted: the label's inspection opens, or its parcel asks which unit. A provisional
 * one beneath is final now. */
void checklist_turn_accept(struct checklist_turn *t, enum checklist_at under, bool again)
{
	struct checklist_offer o = t->c->now.offer;

	if (o.unit != CHECKLIST_NO_UNIT) { /* one unit of the current parcel, once more */
		checklist_turn_open(t, CHECKLIST_CURRENT, o.unit);
		return;
	}
	if (under == CHECKLIST_CLOSED)
		checklist_turn_final(t);
	if (o.units == 1) {
		checklist_turn_open(t, CHECKLIST_OFFERED, 0);
	} else {
		checklist_turn_move(t, CHECKLIST_WHICH);
		checklist_turn_heading(t)->units = o.units;
		checklist_turn_heading(t)->done = again ? 0 : o.done;
		*checklist_turn_tone(t) = PANEL_TONE_BEEP;
	}
	t->adopt = true;
	checklist_turn_heading(t)->overdue = o.overdue;
}

/* What a question is about: a label that was offered, or a unit of the current parcel. */
enum checklist_target checklist_turn_asked(const struct checklist_situation *s,
					   enum checklist_target offered)
{
	return s->offer.unit == CHECKLIST_NO_UNIT ? offered : CHECKLIST_CURRENT;
}

/* A question is answered "leave", or nobody answered it. */
void checklist_turn_leave(struct checklist_turn *t)
{
	checklist_turn_reject(t, checklist_turn_asked(&t->c->now, CHECKLIST_OFFERED),
			      CHECKLIST_WHY_LEFT);
	t->then = PANEL_TONE_FALLING;
}

uint8_t checklist_turn_first_unit(uint32_t wanted)
{
	uint8_t unit = 0;

	while (unit < PARCEL_UNITS && !(wanted & checklist_fold_bit(unit)))
		unit++;
	return unit;
}
