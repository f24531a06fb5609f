/* checklist_label.c - what each label does in each situation (the panel table of DESIGN). */
#include "checklist_turn.h"

static void ask(struct checklist_turn *t, enum checklist_at question, enum checklist_at under)
{
	checklist_turn_move(t, question);
	checklist_turn_heading(t)->under = under;
	*checklist_turn_tone(t) = PANEL_TONE_QUESTION;
}

static void refuse_offer(struct checklist_turn *t)
{
	checklist_turn_reject(t, CHECKLIST_OFFERED, CHECKLIST_WHY_REFUSED);
	t->then = PANEL_TONE_WRONG_LABEL;
}

/* A return label where one may be accepted: from idle, the hold window, or in place of a question.
 */
static void offer(struct checklist_turn *t, enum checklist_at under)
{
	const struct checklist_offer *o = &t->event->offer;

	if (checklist_fold_done(o->units, o->done)) {
		ask(t, CHECKLIST_REPEAT, under);
		return;
	}
	if (o->list == PARCEL_UNKNOWN && !o->house) {
		switch (t->plan->unknown) {
		case SETTINGS_UNKNOWN_ACCEPT:
			break;
		case SETTINGS_UNKNOWN_CONFIRM:
			ask(t, CHECKLIST_UNKNOWN, under);
			return;
		case SETTINGS_UNKNOWN_REFUSE:
			refuse_offer(t);
			return;
		}
	}
	checklist_turn_accept(t, under, false);
}

static void same_again(struct checklist_turn *t)
{
	checklist_turn_heading(t)->alert = CHECKLIST_WHY_NONE;
	checklist_turn_heading(t)->refused = false; /* this scan took the refused one's place */
	t->tone = PANEL_TONE_DOUBLE_TICK;
	t->show = true;
}

static void arrived(struct checklist_turn *t)
{
	if (t->event->offer.arrived) {
		same_again(t);
		return;
	}
	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_PARCEL_ARRIVED,
							   .target = CHECKLIST_OFFERED});
	t->then = PANEL_TONE_BEEP;
}

/* While a question is open, another return label replaces it; the label of the parcel beneath leads
 * back to that. */
static void label_in_question(struct checklist_turn *t)
{
	struct checklist_situation *s = &t->c->now;
	enum checklist_target left = checklist_turn_asked(s, CHECKLIST_REPLACED);
	enum checklist_at under = s->under;

	if (t->event->same_offer) {
		same_again(t);
		return;
	}
	s->offer = t->event->offer;
	checklist_turn_reject(t, left, CHECKLIST_WHY_LEFT);
	if (t->event->same_current && under != CHECKLIST_IDLE)
		t->then = PANEL_TONE_DOUBLE_TICK;
	else
		offer(t, under == CHECKLIST_CLOSED ? CHECKLIST_CLOSED : CHECKLIST_IDLE);
}

static void label_return(struct checklist_turn *t)
{
	struct checklist_situation *s = &t->c->now;

	switch (s->at) {
	case CHECKLIST_IDLE:
		s->offer = t->event->offer;
		offer(t, CHECKLIST_IDLE);
		break;
	case CHECKLIST_STEP:
	case CHECKLIST_REASON:
		if (t->event->same_current) {
			same_again(t);
		} else {
			checklist_turn_reject(t, CHECKLIST_OFFERED, CHECKLIST_WHY_BUSY);
			t->then = PANEL_TONE_ERROR;
		}
		break;
	case CHECKLIST_CLOSED:
	case CHECKLIST_WHICH:
		if (t->event->same_current) {
			same_again(t);
			break;
		}
		s->offer = t->event->offer;
		offer(t, s->at == CHECKLIST_CLOSED ? CHECKLIST_CLOSED : CHECKLIST_IDLE);
		break;
	case CHECKLIST_REPEAT:
	case CHECKLIST_UNKNOWN:
		label_in_question(t);
		break;
	case CHECKLIST_RECEIVING:
		arrived(t);
		break;
	case CHECKLIST_ATS:
		break;
	}
}

/* A product code answers "which one?"; in the hold window it names the next unit. */
static void label_product(struct checklist_turn *t)
{
	struct checklist_situation *s = &t->c->now;
	uint32_t done = s->done, left;

	if (s->at == CHECKLIST_CLOSED)
		done |= checklist_fold_bit(s->unit);
	left = t->event->units & ~done & checklist_fold_mask(s->units);
	if (left && s->at == CHECKLIST_CLOSED)
		checklist_turn_final(t);
	if (left) {
		checklist_turn_open(t, CHECKLIST_SCANNED, checklist_turn_first_unit(left));
		return;
	}
	if (s->at == CHECKLIST_CLOSED) {
		same_again(t);
		return;
	}
	s->offer = (struct checklist_offer){.list = PARCEL_KNOWN,
					    .units = s->units,
					    .done = s->done,
					    .unit = checklist_turn_first_unit(t->event->units)};
	ask(t, CHECKLIST_REPEAT, CHECKLIST_WHICH);
}

static void label_wrong(struct checklist_turn *t)
{
	checklist_turn_reject(t, CHECKLIST_SCANNED, t->event->why);
	t->then = PANEL_TONE_WRONG_LABEL;
}

static void command_receiving(struct checklist_turn *t)
{
	if (t->c->now.at == CHECKLIST_IDLE) {
		checklist_turn_move(t, CHECKLIST_RECEIVING);
		t->tone = PANEL_TONE_BEEP;
	} else if (t->c->now.at == CHECKLIST_RECEIVING) {
		checklist_turn_move(t, CHECKLIST_IDLE);
		t->tone = PANEL_TONE_FALLING;
	} else {
		checklist_turn_error(t);
	}
}

static void label_command(struct checklist_turn *t)
{
	const struct checklist_situation *s = &t->c->now;

	switch (t->event->command) {
	case LABEL_COMMAND_RECEIVING:
		command_receiving(t);
		return;
	case LABEL_COMMAND_PARCEL_DONE:
		if (s->at != CHECKLIST_WHICH)
			break;
		checklist_turn_append(
			t, (struct checklist_append){.kind = EVENT_PARCEL_CLOSED, .done = s->done});
		t->then = PANEL_TONE_TICK;
		return;
	case LABEL_COMMAND_BADGE_OUT:
		if (!s->badged)
			break;
		checklist_turn_append(t, (struct checklist_append){.kind = EVENT_BADGE_OUT});
		t->then = PANEL_TONE_TICK;
		return;
	case LABEL_COMMAND_ACCEPT:
		if (!s->refused)
			break;
		checklist_turn_accept(
			t, s->at == CHECKLIST_CLOSED ? CHECKLIST_CLOSED : CHECKLIST_IDLE, false);
		return;
	}
	checklist_turn_error(t);
}

static void label_badge(struct checklist_turn *t)
{
	if (t->event->same) {
		t->tone = PANEL_TONE_DOUBLE_TICK;
		return;
	}
	checklist_turn_append(t, (struct checklist_append){.kind = EVENT_BADGE_IN});
	t->then = PANEL_TONE_BEEP;
}

/* The label kinds, handed in only when nothing is in flight (checklist_ready). */
void checklist_label(struct checklist_turn *t)
{
	struct checklist *c = t->c;

	if (c->writing || c->broken || !c->started) {
		checklist_turn_error(t);
		return;
	}
	c->stick = CHECKLIST_STICK_NONE;
	switch (t->event->kind) {
	case CHECKLIST_RETURN:
		label_return(t);
		break;
	case CHECKLIST_PRODUCT:
		if (c->now.at == CHECKLIST_WHICH || c->now.at == CHECKLIST_CLOSED)
			label_product(t);
		else
			checklist_turn_error(t);
		break;
	case CHECKLIST_WRONG:
		label_wrong(t);
		break;
	case CHECKLIST_LABEL_REASON:
		if (c->now.at == CHECKLIST_REASON)
			checklist_turn_reason(t, false);
		else
			checklist_turn_error(t);
		break;
	case CHECKLIST_COMMAND:
		label_command(t);
		break;
	case CHECKLIST_BADGE:
		label_badge(t);
		break;
	case CHECKLIST_UNREADABLE:
		checklist_turn_error(t);
		break;
	case CHECKLIST_EDGE:
	case CHECKLIST_LOST:
	case CHECKLIST_TICK:
	case CHECKLIST_STORED:
	case CHECKLIST_REFUSED:
	case CHECKLIST_BROKEN:
	case CHECKLIST_RECOVERED:
	case CHECKLIST_FAULT:
	case CHECKLIST_LINK:
	case CHECKLIST_STICK:
	case CHECKLIST_STOP:
	case CHECKLIST_CLOCK:
	case CHECKLIST_LABELS:
		break;
	}
}
