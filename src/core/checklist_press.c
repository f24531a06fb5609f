/* checklist_press.c - what each button does in each situation (the panel table of DESIGN). */
#include "checklist_turn.h"

static void answer(struct checklist_turn *t, enum parcel_verdict verdict)
{
	uint8_t step = t->c->now.step;

	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_STEP_ANSWERED,
							   .step = step,
							   .answer = verdict});
	t->then = PANEL_TONE_TICK;
	if (verdict == PARCEL_PASS && step + 1 == CHECKLIST_STEPS)
		checklist_turn_close(t);
}

static void withdraw(struct checklist_turn *t, uint8_t step)
{
	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_STEP_WITHDRAWN,
							   .step = step,
							   .answer = t->c->now.answer[step]});
	t->then = PANEL_TONE_TICK;
}

static void abandon(struct checklist_turn *t)
{
	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_INSPECTION_ABANDONED});
	t->then = PANEL_TONE_FALLING;
}

static void press_step(struct checklist_turn *t, const struct button_news *n)
{
	bool held = n->held_ms >= t->plan->back_ms;

	switch (n->button) {
	case PANEL_PASS:
		answer(t, PARCEL_PASS);
		break;
	case PANEL_FAIL:
		answer(t, PARCEL_FAIL);
		break;
	case PANEL_BACK:
		if (held)
			abandon(t);
		else if (t->c->now.step > 0)
			withdraw(t, (uint8_t)(t->c->now.step - 1));
		else
			checklist_turn_error(t);
		break;
	case PANEL_BUTTONS:
		break;
	}
}

static void press_reason(struct checklist_turn *t, const struct button_news *n)
{
	switch (n->button) {
	case PANEL_PASS:
		checklist_turn_error(t);
		break;
	case PANEL_FAIL:
		checklist_turn_reason(t, true);
		break;
	case PANEL_BACK:
		if (n->held_ms >= t->plan->back_ms)
			abandon(t);
		else
			withdraw(t, t->c->now.step);
		break;
	case PANEL_BUTTONS:
		break;
	}
}

static void press_question(struct checklist_turn *t, enum panel_button button)
{
	const struct checklist_situation *s = &t->c->now;

	switch (button) {
	case PANEL_PASS:
		if (s->at != CHECKLIST_WHICH)
			checklist_turn_accept(t, s->under, s->at == CHECKLIST_REPEAT);
		else
			checklist_turn_open(t, CHECKLIST_CURRENT,
					    checklist_turn_first_unit(
						    ~s->done & checklist_fold_mask(s->units)));
		break;
	case PANEL_FAIL:
		if (s->at == CHECKLIST_REPEAT)
			checklist_turn_leave(t);
		else
			checklist_turn_error(t);
		break;
	case PANEL_BACK:
		if (s->at != CHECKLIST_WHICH) {
			checklist_turn_leave(t);
		} else { /* the parcel stays open */
			checklist_turn_move(t, CHECKLIST_IDLE);
			t->tone = PANEL_TONE_FALLING;
		}
		break;
	case PANEL_BUTTONS:
		break;
	}
}

static void press(struct checklist_turn *t, const struct button_news *n)
{
	struct checklist *c = t->c;

	if (c->writing || c->broken || !c->started || c->stopping) {
		checklist_turn_error(t);
		return;
	}
	if (c->now.alert != CHECKLIST_WHY_NONE) { /* the next press only silences it */
		c->now.alert = CHECKLIST_WHY_NONE;
		t->show = true;
		checklist_turn_lamps(t);
		return;
	}
	switch (c->now.at) {
	case CHECKLIST_STEP:
		press_step(t, n);
		break;
	case CHECKLIST_REASON:
		press_reason(t, n);
		break;
	case CHECKLIST_CLOSED:
		if (n->button == PANEL_BACK) {
			checklist_turn_append(
				t, (struct checklist_append){.kind = EVENT_INSPECTION_REOPENED});
			t->then = PANEL_TONE_TICK;
		} else {
			checklist_turn_error(t);
		}
		break;
	case CHECKLIST_WHICH:
	case CHECKLIST_REPEAT:
	case CHECKLIST_UNKNOWN:
		press_question(t, n->button);
		break;
	case CHECKLIST_IDLE:
	case CHECKLIST_RECEIVING:
	case CHECKLIST_ATS:
		checklist_turn_error(t);
		break;
	}
}

void checklist_press(struct checklist_turn *t, const struct button_news *n)
{
	switch (n->kind) {
	case BUTTON_NOTHING:
		break;
	case BUTTON_PRESSED:
		t->c->stick = CHECKLIST_STICK_NONE;
		press(t, n);
		break;
	case BUTTON_IGNORED:
		checklist_turn_error(t);
		break;
	case BUTTON_JAMMED:
		t->c->faults |= (uint16_t)(1u << (CHECKLIST_FAULT_BUTTON + n->button));
		checklist_turn_error(t);
		t->show = true;
		break;
	case BUTTON_FREED:
		t->c->faults &= (uint16_t) ~(1u << (CHECKLIST_FAULT_BUTTON + n->button));
		t->show = true;
		break;
	}
}
