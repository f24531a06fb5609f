/* checklist.c - what each label, button and moment does in each situation (the panel table of
 * DESIGN). A step works out which events to append; the situation they lead to is checklist_fold's,
 * and shows once they are on disk. */
#include "station/checklist.h"
#include "station/moment.h"
#include <string.h>

/* One step at work: what it was given and what it collects. */
struct step {
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

void checklist_plan(struct checklist_plan *plan, const struct settings *s)
{
	*plan = (struct checklist_plan){
		.button = {.bounce_ms = 30, .stuck_ms = 10000},
		.guard_ms = 250,
		.back_ms = 2000,
		.hold_ms = s->hold_s * 1000,
		.question_ms = s->question_s * 1000,
		.remind_ms = s->remind_s * 1000,
		.receiving_ms = s->receiving_s * 1000,
		.slow_ms = 2000,
		.unknown = s->unknown,
	};
}

/* --- situations change by events --- */

static uint32_t unit_bit(uint8_t unit)
{
	return 1u << (unit % PARCEL_UNITS);
}

static uint32_t units_mask(uint8_t units)
{
	return units >= PARCEL_UNITS ? UINT32_MAX : (1u << units) - 1;
}

static bool all_done(uint8_t units, uint32_t done)
{
	return (done & units_mask(units)) == units_mask(units);
}

static void fold_opened(struct checklist_situation *s, const struct checklist_append *a)
{
	s->at = CHECKLIST_STEP;
	s->step = 0;
	for (int i = 0; i < CHECKLIST_STEPS; i++)
		s->answer[i] = PARCEL_NONE;
	s->verdict = PARCEL_NONE;
	s->unit = a->unit;
	s->units = a->units;
	s->done = a->done;
	s->alert = CHECKLIST_WHY_NONE;
	s->refused = false;
}

/* The inspection is over; a parcel with more units asks for the next one. */
static void fold_final(struct checklist_situation *s)
{
	enum checklist_at after;

	s->done |= unit_bit(s->unit);
	after = all_done(s->units, s->done) ? CHECKLIST_IDLE : CHECKLIST_WHICH;
	if (s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN)
		s->under = after;
	else
		s->at = after;
}

static void fold_step(struct checklist_situation *s, const struct checklist_append *a)
{
	s->alert = CHECKLIST_WHY_NONE; /* a press that counts proves that it was silenced before */
	s->step = a->step;
	s->answer[a->step] = a->answer;
	if (a->answer == PARCEL_FAIL)
		s->at = CHECKLIST_REASON;
	else if (a->step + 1 < CHECKLIST_STEPS)
		s->step = (uint8_t)(a->step + 1);
}

static void fold_rejected(struct checklist_situation *s, enum checklist_why why)
{
	bool of_inspecting = why == CHECKLIST_WHY_LEFT || why == CHECKLIST_WHY_REFUSED;

	if (s->at == CHECKLIST_RECEIVING && of_inspecting)
		s->at = CHECKLIST_IDLE; /* receiving mode asks nothing and refuses nothing: it has
					   ended */
	if (why != CHECKLIST_WHY_LEFT) {
		s->alert = why;
		if (why == CHECKLIST_WHY_REFUSED)
			s->refused = true;
		return;
	}
	if (s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN)
		s->at = s->under;
}

void checklist_fold(struct checklist_situation *s, const struct checklist_append *a)
{
	switch (a->kind) {
	case EVENT_INSPECTION_OPENED:
		fold_opened(s, a);
		break;
	case EVENT_STEP_ANSWERED:
		fold_step(s, a);
		break;
	case EVENT_STEP_WITHDRAWN:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_STEP;
		s->step = a->step;
		s->answer[a->step] = PARCEL_NONE;
		break;
	case EVENT_REASON_GIVEN:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_STEP;
		if (a->step + 1 < CHECKLIST_STEPS)
			s->step = (uint8_t)(a->step + 1);
		break;
	case EVENT_INSPECTION_CLOSED:
		s->at = CHECKLIST_CLOSED;
		s->verdict = a->answer;
		break;
	case EVENT_INSPECTION_REOPENED:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_STEP;
		s->step = CHECKLIST_STEPS - 1;
		s->answer[s->step] = PARCEL_NONE;
		s->verdict = PARCEL_NONE;
		break;
	case EVENT_INSPECTION_FINAL:
		fold_final(s);
		break;
	case EVENT_INSPECTION_ABANDONED:
	case EVENT_PARCEL_CLOSED:
		s->alert = CHECKLIST_WHY_NONE;
		s->at = CHECKLIST_IDLE;
		break;
	case EVENT_PARCEL_ARRIVED:
		s->at = CHECKLIST_RECEIVING;
		s->alert = CHECKLIST_WHY_NONE;
		break;
	case EVENT_LABEL_REJECTED:
		fold_rejected(s, a->why);
		break;
	case EVENT_BADGE_IN:
	case EVENT_BADGE_OUT:
		s->badged = a->kind == EVENT_BADGE_IN;
		break;
	case EVENT_STATION_STOPPED: /* a planned stop forgets what was only asked or shown */
		if (s->at == CHECKLIST_WHICH || s->at == CHECKLIST_RECEIVING)
			s->at = CHECKLIST_IDLE;
		s->alert = CHECKLIST_WHY_NONE;
		s->refused = false;
		break;
	case EVENT_STATION_STARTED:
	case EVENT_CLOCK_STEPPED:
	case EVENT_PHOTO_TAKEN:
	case EVENT_EXPORT_DONE:
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
}

/* --- the tools of a step --- */

static void append(struct step *t, struct checklist_append a)
{
	if (t->appends == CHECKLIST_GROUP)
		return; /* no step of the table asks for more */
	if (t->appends == 0)
		t->c->next = t->c->now;
	t->c->writing = true;
	t->append[t->appends++] = a;
	checklist_fold(&t->c->next, &a);
}

/* Where this step is heading: `next` once something is being appended. */
static struct checklist_situation *heading(struct step *t)
{
	return t->appends ? &t->c->next : &t->c->now;
}

static void move(struct step *t, enum checklist_at at)
{
	heading(t)->at = at;
	heading(t)->alert = CHECKLIST_WHY_NONE;
	heading(t)->refused = false;
	t->moved = true;
}

/* The tone of a change: it sounds when the change is on disk, at once if there is nothing to write.
 */
static enum panel_tone *tone_of(struct step *t)
{
	return t->appends ? &t->then : &t->tone;
}

/* Presses count for the lamps they are an answer to. */
static void lamps_changed(struct step *t)
{
	t->c->lit_at = t->now;
	button_spoil(&t->c->buttons);
}

static void error_tick(struct step *t)
{
	t->tone = PANEL_TONE_ERROR;
}

static void append_final(struct step *t)
{
	append(t, (struct checklist_append){.kind = EVENT_INSPECTION_FINAL,
					    .answer = t->c->now.verdict});
}

/* The third answer closes the inspection in the same group. */
static void append_closed(struct step *t)
{
	enum parcel_verdict verdict = PARCEL_PASS;

	for (int i = 0; i < CHECKLIST_STEPS; i++)
		if (t->c->next.answer[i] == PARCEL_FAIL)
			verdict = PARCEL_FAIL;
	append(t, (struct checklist_append){.kind = EVENT_INSPECTION_CLOSED, .answer = verdict});
	t->then = verdict == PARCEL_PASS ? PANEL_TONE_CHIME : PANEL_TONE_CHIME_FAIL;
}

static void append_opened(struct step *t, enum checklist_target target, uint8_t unit)
{
	const struct checklist_situation *s = &t->c->now;
	bool offered = target == CHECKLIST_OFFERED;

	append(t, (struct checklist_append){.kind = EVENT_INSPECTION_OPENED,
					    .target = target,
					    .unit = unit,
					    .units = offered ? s->offer.units : heading(t)->units,
					    .done = offered ? s->offer.done : heading(t)->done});
	t->then = PANEL_TONE_BEEP;
}

static void append_rejected(struct step *t, enum checklist_target target, enum checklist_why why)
{
	append(t, (struct checklist_append){
			  .kind = EVENT_LABEL_REJECTED, .target = target, .why = why});
}

/* --- buttons --- */

static void answer(struct step *t, enum parcel_verdict verdict)
{
	uint8_t step = t->c->now.step;

	append(t, (struct checklist_append){
			  .kind = EVENT_STEP_ANSWERED, .step = step, .answer = verdict});
	t->then = PANEL_TONE_TICK;
	if (verdict == PARCEL_PASS && step + 1 == CHECKLIST_STEPS)
		append_closed(t);
}

static void give_reason(struct step *t, bool unspecified)
{
	uint8_t step = t->c->now.step;

	append(t, (struct checklist_append){
			  .kind = EVENT_REASON_GIVEN, .step = step, .unspecified = unspecified});
	t->then = PANEL_TONE_TICK;
	if (step + 1 == CHECKLIST_STEPS)
		append_closed(t);
}

static void withdraw(struct step *t, uint8_t step)
{
	append(t, (struct checklist_append){.kind = EVENT_STEP_WITHDRAWN,
					    .step = step,
					    .answer = t->c->now.answer[step]});
	t->then = PANEL_TONE_TICK;
}

static void abandon(struct step *t)
{
	append(t, (struct checklist_append){.kind = EVENT_INSPECTION_ABANDONED});
	t->then = PANEL_TONE_FALLING;
}

/* The offer is accepted: the label's inspection opens, or its parcel asks which unit. A provisional
 * one beneath is final now. */
static void accept_offer(struct step *t, enum checklist_at under, bool again)
{
	struct checklist_offer o = t->c->now.offer;

	if (o.unit != CHECKLIST_NO_UNIT) { /* one unit of the current parcel, once more */
		append_opened(t, CHECKLIST_CURRENT, o.unit);
		return;
	}
	if (under == CHECKLIST_CLOSED)
		append_final(t);
	if (o.units == 1) {
		append_opened(t, CHECKLIST_OFFERED, 0);
	} else {
		move(t, CHECKLIST_WHICH);
		heading(t)->units = o.units;
		heading(t)->done = again ? 0 : o.done;
		*tone_of(t) = PANEL_TONE_BEEP;
	}
	t->adopt = true;
	heading(t)->overdue = o.overdue;
}

/* What a question is about: a label that was offered, or a unit of the current parcel. */
static enum checklist_target asked(const struct checklist_situation *s,
				   enum checklist_target offered)
{
	return s->offer.unit == CHECKLIST_NO_UNIT ? offered : CHECKLIST_CURRENT;
}

/* A question is answered "leave", or nobody answered it. */
static void leave(struct step *t)
{
	append_rejected(t, asked(&t->c->now, CHECKLIST_OFFERED), CHECKLIST_WHY_LEFT);
	t->then = PANEL_TONE_FALLING;
}

static uint8_t first_unit(uint32_t wanted)
{
	uint8_t unit = 0;

	while (unit < PARCEL_UNITS && !(wanted & unit_bit(unit)))
		unit++;
	return unit;
}

static void press_step(struct step *t, const struct button_news *n)
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
			error_tick(t);
		break;
	case PANEL_BUTTONS:
		break;
	}
}

static void press_reason(struct step *t, const struct button_news *n)
{
	switch (n->button) {
	case PANEL_PASS:
		error_tick(t);
		break;
	case PANEL_FAIL:
		give_reason(t, true);
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

static void press_question(struct step *t, enum panel_button button)
{
	const struct checklist_situation *s = &t->c->now;

	switch (button) {
	case PANEL_PASS:
		if (s->at != CHECKLIST_WHICH)
			accept_offer(t, s->under, s->at == CHECKLIST_REPEAT);
		else
			append_opened(t, CHECKLIST_CURRENT,
				      first_unit(~s->done & units_mask(s->units)));
		break;
	case PANEL_FAIL:
		if (s->at == CHECKLIST_REPEAT)
			leave(t);
		else
			error_tick(t);
		break;
	case PANEL_BACK:
		if (s->at != CHECKLIST_WHICH) {
			leave(t);
		} else { /* the parcel stays open */
			move(t, CHECKLIST_IDLE);
			t->tone = PANEL_TONE_FALLING;
		}
		break;
	case PANEL_BUTTONS:
		break;
	}
}

static void press(struct step *t, const struct button_news *n)
{
	struct checklist *c = t->c;

	if (c->writing || c->broken || !c->started || c->stopping) {
		error_tick(t);
		return;
	}
	if (c->now.alert != CHECKLIST_WHY_NONE) { /* the next press only silences it */
		c->now.alert = CHECKLIST_WHY_NONE;
		t->show = true;
		lamps_changed(t);
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
			append(t, (struct checklist_append){.kind = EVENT_INSPECTION_REOPENED});
			t->then = PANEL_TONE_TICK;
		} else {
			error_tick(t);
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
		error_tick(t);
		break;
	}
}

static void buttons_news(struct step *t, const struct button_news *n)
{
	switch (n->kind) {
	case BUTTON_NOTHING:
		break;
	case BUTTON_PRESSED:
		t->c->stick = CHECKLIST_STICK_NONE;
		press(t, n);
		break;
	case BUTTON_IGNORED:
		error_tick(t);
		break;
	case BUTTON_JAMMED:
		t->c->faults |= (uint8_t)(1u << (CHECKLIST_FAULT_BUTTON + n->button));
		error_tick(t);
		t->show = true;
		break;
	case BUTTON_FREED:
		t->c->faults &= (uint8_t) ~(1u << (CHECKLIST_FAULT_BUTTON + n->button));
		t->show = true;
		break;
	}
}

static bool too_early(const struct step *t)
{
	return t->c->writing || t->now - t->c->lit_at < t->plan->guard_ms;
}

/* --- labels --- */

static void ask(struct step *t, enum checklist_at question, enum checklist_at under)
{
	move(t, question);
	heading(t)->under = under;
	*tone_of(t) = PANEL_TONE_QUESTION;
}

static void refuse_offer(struct step *t)
{
	append_rejected(t, CHECKLIST_OFFERED, CHECKLIST_WHY_REFUSED);
	t->then = PANEL_TONE_WRONG_LABEL;
}

/* A return label where one may be accepted: from idle, the hold window, or in place of a question.
 */
static void offer(struct step *t, enum checklist_at under)
{
	const struct checklist_offer *o = &t->event->offer;

	if (all_done(o->units, o->done)) {
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
	accept_offer(t, under, false);
}

static void same_again(struct step *t)
{
	heading(t)->alert = CHECKLIST_WHY_NONE;
	heading(t)->refused = false; /* this scan took the refused one's place */
	t->tone = PANEL_TONE_DOUBLE_TICK;
	t->show = true;
}

static void arrived(struct step *t)
{
	if (t->event->offer.arrived) {
		same_again(t);
		return;
	}
	append(t, (struct checklist_append){.kind = EVENT_PARCEL_ARRIVED,
					    .target = CHECKLIST_OFFERED});
	t->then = PANEL_TONE_BEEP;
}

/* While a question is open, another return label replaces it; the label of the parcel beneath leads
 * back to that. */
static void label_in_question(struct step *t)
{
	struct checklist_situation *s = &t->c->now;
	enum checklist_target left = asked(s, CHECKLIST_REPLACED);
	enum checklist_at under = s->under;

	if (t->event->same_offer) {
		same_again(t);
		return;
	}
	s->offer = t->event->offer;
	append_rejected(t, left, CHECKLIST_WHY_LEFT);
	if (t->event->same_current && under != CHECKLIST_IDLE)
		t->then = PANEL_TONE_DOUBLE_TICK;
	else
		offer(t, under == CHECKLIST_CLOSED ? CHECKLIST_CLOSED : CHECKLIST_IDLE);
}

static void label_return(struct step *t)
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
			append_rejected(t, CHECKLIST_OFFERED, CHECKLIST_WHY_BUSY);
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
static void label_product(struct step *t)
{
	struct checklist_situation *s = &t->c->now;
	uint32_t done = s->done, left;

	if (s->at == CHECKLIST_CLOSED)
		done |= unit_bit(s->unit);
	left = t->event->units & ~done & units_mask(s->units);
	if (left && s->at == CHECKLIST_CLOSED)
		append_final(t);
	if (left) {
		append_opened(t, CHECKLIST_SCANNED, first_unit(left));
		return;
	}
	if (s->at == CHECKLIST_CLOSED) {
		same_again(t);
		return;
	}
	s->offer = (struct checklist_offer){.list = PARCEL_KNOWN,
					    .units = s->units,
					    .done = s->done,
					    .unit = first_unit(t->event->units)};
	ask(t, CHECKLIST_REPEAT, CHECKLIST_WHICH);
}

static void label_wrong(struct step *t)
{
	append_rejected(t, CHECKLIST_SCANNED, t->event->why);
	t->then = PANEL_TONE_WRONG_LABEL;
}

static void command_receiving(struct step *t)
{
	if (t->c->now.at == CHECKLIST_IDLE) {
		move(t, CHECKLIST_RECEIVING);
		t->tone = PANEL_TONE_BEEP;
	} else if (t->c->now.at == CHECKLIST_RECEIVING) {
		move(t, CHECKLIST_IDLE);
		t->tone = PANEL_TONE_FALLING;
	} else {
		error_tick(t);
	}
}

static void label_command(struct step *t)
{
	const struct checklist_situation *s = &t->c->now;

	switch (t->event->command) {
	case LABEL_COMMAND_RECEIVING:
		command_receiving(t);
		return;
	case LABEL_COMMAND_PARCEL_DONE:
		if (s->at != CHECKLIST_WHICH)
			break;
		append(t, (struct checklist_append){.kind = EVENT_PARCEL_CLOSED, .done = s->done});
		t->then = PANEL_TONE_TICK;
		return;
	case LABEL_COMMAND_BADGE_OUT:
		if (!s->badged)
			break;
		append(t, (struct checklist_append){.kind = EVENT_BADGE_OUT});
		t->then = PANEL_TONE_TICK;
		return;
	case LABEL_COMMAND_ACCEPT:
		if (!s->refused)
			break;
		accept_offer(t, s->at == CHECKLIST_CLOSED ? CHECKLIST_CLOSED : CHECKLIST_IDLE,
			     false);
		return;
	}
	error_tick(t);
}

static void label_badge(struct step *t)
{
	if (t->event->same) {
		t->tone = PANEL_TONE_DOUBLE_TICK;
		return;
	}
	append(t, (struct checklist_append){.kind = EVENT_BADGE_IN});
	t->then = PANEL_TONE_BEEP;
}

/* The label kinds, handed in only when nothing is in flight (checklist_ready). */
static void label(struct step *t)
{
	struct checklist *c = t->c;

	if (c->writing || c->broken || !c->started) {
		error_tick(t);
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
			error_tick(t);
		break;
	case CHECKLIST_WRONG:
		label_wrong(t);
		break;
	case CHECKLIST_LABEL_REASON:
		if (c->now.at == CHECKLIST_REASON)
			give_reason(t, false);
		else
			error_tick(t);
		break;
	case CHECKLIST_COMMAND:
		label_command(t);
		break;
	case CHECKLIST_BADGE:
		label_badge(t);
		break;
	case CHECKLIST_UNREADABLE:
		error_tick(t);
		break;
	case CHECKLIST_EDGE:
	case CHECKLIST_TICK:
	case CHECKLIST_STORED:
	case CHECKLIST_REFUSED:
	case CHECKLIST_BROKEN:
	case CHECKLIST_RECOVERED:
	case CHECKLIST_FAULT:
	case CHECKLIST_LINK:
	case CHECKLIST_STICK:
	case CHECKLIST_STOP:
		break;
	}
}

/* --- time --- */

static bool back_is_down(const struct checklist *c)
{
	enum button_is is = c->buttons.of[PANEL_BACK].is;

	return is == BUTTON_DOWN;
}

static bool holding(const struct checklist_situation *s)
{
	return s->at == CHECKLIST_CLOSED ||
	       ((s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN) &&
		s->under == CHECKLIST_CLOSED);
}

/* When the hold window ends; BACK pressed inside it still counts when it is released. */
static uint64_t hold_deadline(const struct checklist *c)
{
	if (!holding(&c->now) || (c->now.at == CHECKLIST_CLOSED && back_is_down(c)))
		return MOMENT_NEVER;
	return c->hold_due;
}

static uint64_t situation_deadline(const struct checklist *c)
{
	switch (c->now.at) {
	case CHECKLIST_STEP:
	case CHECKLIST_REASON:
		return c->reminded ? MOMENT_NEVER : c->due;
	case CHECKLIST_WHICH:
	case CHECKLIST_REPEAT:
	case CHECKLIST_UNKNOWN:
	case CHECKLIST_RECEIVING:
		return c->due;
	case CHECKLIST_IDLE:
	case CHECKLIST_CLOSED:
	case CHECKLIST_ATS:
		return c->now.refused ? c->due : MOMENT_NEVER;
	}
	return MOMENT_NEVER;
}

static void situation_due(struct step *t)
{
	switch (t->c->now.at) {
	case CHECKLIST_STEP:
	case CHECKLIST_REASON:
		t->c->reminded = true;
		break;
	case CHECKLIST_WHICH: /* the parcel stays open */
	case CHECKLIST_RECEIVING:
		move(t, CHECKLIST_IDLE);
		t->tone = PANEL_TONE_FALLING;
		break;
	case CHECKLIST_REPEAT:
	case CHECKLIST_UNKNOWN:
		leave(t);
		break;
	case CHECKLIST_IDLE:
	case CHECKLIST_CLOSED:
	case CHECKLIST_ATS:
		t->c->now.refused = false;
		break;
	}
}

/* What is due by time alone, and only while nothing is in flight and the journal works. */
static void timers(struct step *t)
{
	struct checklist *c = t->c;

	if (c->writing && t->now - c->written_at >= t->plan->slow_ms)
		c->slow = true;
	if (c->writing || c->broken || !c->started || t->moved)
		return;
	if (t->now >= hold_deadline(c)) {
		append_final(t);
		return;
	}
	if (t->now >= situation_deadline(c))
		situation_due(t);
}

static void tick_buttons(struct step *t)
{
	struct button_news n;

	do {
		n = button_tick(&t->c->buttons, &t->plan->button, t->now);
		buttons_news(t, &n);
	} while (n.kind != BUTTON_NOTHING);
}

/* --- the journal's answers --- */

static void entered(struct step *t, bool situation_changed)
{
	struct checklist *c = t->c;

	lamps_changed(t);
	c->reminded = false;
	t->show = true;
	if (c->now.at == CHECKLIST_RECEIVING)
		c->due = t->now + t->plan->receiving_ms;
	else if (c->now.at == CHECKLIST_STEP || c->now.at == CHECKLIST_REASON)
		c->due = t->now + t->plan->remind_ms;
	else if (situation_changed || c->now.refused)
		c->due = t->now + t->plan->question_ms;
}

static void stored(struct step *t)
{
	struct checklist *c = t->c;
	bool was_holding = holding(&c->now);
	enum checklist_at was = c->now.at;

	if (!c->writing)
		return;
	c->writing = c->slow = false;
	if (was != CHECKLIST_STEP && was != CHECKLIST_REASON && c->next.at == CHECKLIST_STEP &&
	    c->next.step == 0 && c->next.overdue)
		c->overdue_until = t->now + PICTURE_OVERDUE_MS;
	c->now = c->next;
	t->adopt = c->adopt;
	t->tone = c->tone;
	if (holding(&c->now) && !was_holding)
		c->hold_due = t->now + t->plan->hold_ms;
	if (c->fault_in_flight) {
		uint8_t bit = (uint8_t)(1u << (c->fault_in_flight - 1));

		c->recorded ^= bit;
		if (c->fault_in_flight - 1 == CHECKLIST_FAULT_JOURNAL)
			c->faults &= (uint8_t)~bit; /* it works, or this would not be on disk */
	}
	if (!c->started) {
		c->started = true;
		c->hold_due = t->now + t->plan->hold_ms; /* resumed: a full new window */
		was = CHECKLIST_ATS;
	}
	t->halt = c->stopped;
	entered(t, was != c->now.at);
	c->adopt = false;
	c->fault_in_flight = 0;
}

static void broken(struct checklist *c)
{
	c->broken = true;
	c->faults |= 1u << CHECKLIST_FAULT_JOURNAL;
}

static void fail(struct step *t)
{
	struct checklist *c = t->c;

	c->writing = c->slow = false;
	c->adopt = false;
	c->fault_in_flight = 0;
	c->stopped = false;
	if (c->now.at == CHECKLIST_REPEAT || c->now.at == CHECKLIST_UNKNOWN)
		c->now.at = c->now.under; /* a question promises nothing: scan again */
	broken(c);
	t->tone = PANEL_TONE_ERROR;
	t->show = true;
}

/* It can record again: windows and questions start afresh. */
static void recovered(struct step *t)
{
	struct checklist *c = t->c;

	if (!c->broken)
		return;
	c->broken = false;
	c->hold_due = t->now + t->plan->hold_ms;
	entered(t, true);
}

/* What the station itself has to record, one at a time, when nothing else is in flight. */
static void settle(struct step *t)
{
	struct checklist *c = t->c;
	unsigned differ = (unsigned)(c->faults ^ c->recorded);

	if (c->stopping && c->broken && !c->writing)
		t->halt = true;
	if (c->writing || c->broken || c->stopped || t->appends)
		return;
	if (!c->started) {
		append(t, (struct checklist_append){.kind = EVENT_STATION_STARTED});
	} else if (differ) {
		uint8_t fault = 0;

		while (!(differ & (1u << fault)))
			fault++;
		append(t, (struct checklist_append){.kind = c->faults & (1u << fault)
								    ? EVENT_FAULT_RAISED
								    : EVENT_FAULT_CLEARED,
						    .fault = fault});
		c->fault_in_flight = (uint8_t)(fault + 1);
	} else if (c->stopping) {
		append(t, (struct checklist_append){.kind = EVENT_STATION_STOPPED});
		c->stopped = true;
	}
}

/* --- effects --- */

static struct checklist_effect *effect(struct checklist_effects *out,
				       enum checklist_effect_kind kind)
{
	struct checklist_effect *e =
		&out->of[out->count < CHECKLIST_EFFECTS - 1 ? out->count++ : out->count];
	*e = (struct checklist_effect){.kind = kind};
	return e;
}

static void show_lamps(struct step *t, struct checklist_effects *out)
{
	enum panel_pattern lamps[PANEL_LAMPS];

	if (t->now >= t->c->echo_until)
		t->c->echo = PANEL_TONE_NONE;
	if (t->now >= t->c->overdue_until)
		t->c->overdue_until = 0;
	picture_lamps(t->c, t->now, lamps);
	for (int i = 0; i < PANEL_LAMPS; i++) {
		struct checklist_effect *e;

		if (lamps[i] == t->c->shown[i])
			continue;
		t->c->shown[i] = lamps[i];
		e = effect(out, CHECKLIST_LAMP);
		e->lamp = (enum panel_lamp)i;
		e->pattern = lamps[i];
	}
}

/* A lamp that comes on with the tone is its echo; where none does, one winks. */
static void begin_echo(struct step *t)
{
	struct picture_echo echo = picture_echo(t->tone);
	enum panel_pattern lamps[PANEL_LAMPS];

	t->c->echo = PANEL_TONE_NONE;
	picture_lamps(t->c, t->now, lamps);
	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		if (echo.lamps & (1u << i) && lamps[i] != PANEL_OFF && lamps[i] != t->c->shown[i])
			return;
	t->c->echo = t->tone;
	t->c->echo_until = t->now + echo.ms;
}

static void emit(struct step *t, struct checklist_effects *out)
{
	struct checklist *c = t->c;

	if (t->appends) {
		c->written_at = t->now;
		c->tone = t->then;
		c->adopt = t->adopt;
		for (uint8_t i = 0; i < t->appends; i++)
			effect(out, CHECKLIST_APPEND)->append = t->append[i];
		t->adopt = false;
	} else if (t->moved) {
		entered(t, true);
	}
	if (t->adopt)
		effect(out, CHECKLIST_ADOPT);
	if (t->tone != PANEL_TONE_NONE)
		begin_echo(t);
	show_lamps(t, out);
	if (t->tone != PANEL_TONE_NONE)
		effect(out, CHECKLIST_TONE)->tone = t->tone;
	if (t->show)
		effect(out, CHECKLIST_SHOW);
	if (t->halt)
		effect(out, CHECKLIST_HALT);
	effect(out, CHECKLIST_ARM)->due_ms = checklist_deadline(t->plan, c);
}

/* --- one step --- */

static bool is_label(enum checklist_event_kind kind)
{
	return kind >= CHECKLIST_RETURN && kind <= CHECKLIST_UNREADABLE;
}

static void handle(struct step *t)
{
	struct checklist *c = t->c;
	const struct checklist_event *e = t->event;

	switch (e->kind) {
	case CHECKLIST_EDGE: {
		struct button_news n = button_edge(&c->buttons, &t->plan->button, e->button,
						   e->down, too_early(t), t->now);
		buttons_news(t, &n);
		break;
	}
	case CHECKLIST_RETURN:
	case CHECKLIST_PRODUCT:
	case CHECKLIST_WRONG:
	case CHECKLIST_LABEL_REASON:
	case CHECKLIST_COMMAND:
	case CHECKLIST_BADGE:
	case CHECKLIST_UNREADABLE:
		label(t);
		break;
	case CHECKLIST_TICK:
		break;
	case CHECKLIST_STORED:
		stored(t);
		break;
	case CHECKLIST_REFUSED:
		if (c->writing)
			fail(t);
		break;
	case CHECKLIST_BROKEN:
		broken(c);
		t->show = true;
		break;
	case CHECKLIST_RECOVERED:
		recovered(t);
		break;
	case CHECKLIST_FAULT:
		if (e->raised)
			c->faults |= (uint8_t)(1u << (e->fault % CHECKLIST_FAULTS));
		else
			c->faults &= (uint8_t) ~(1u << (e->fault % CHECKLIST_FAULTS));
		t->show = true;
		break;
	case CHECKLIST_LINK:
		c->link = e->link;
		break;
	case CHECKLIST_STICK:
		c->stick = e->stick;
		if (e->stick == CHECKLIST_STICK_REFUSED)
			t->tone = PANEL_TONE_ERROR;
		break;
	case CHECKLIST_STOP:
		c->stopping = true;
		break;
	}
}

/* Anything a person does starts the reminder's time afresh. */
static void activity(struct step *t)
{
	struct checklist *c = t->c;

	if (c->writing || (c->now.at != CHECKLIST_STEP && c->now.at != CHECKLIST_REASON))
		return;
	c->reminded = false;
	c->due = t->now + t->plan->remind_ms;
}

void checklist_step(const struct checklist_plan *plan, struct checklist *c,
		    const struct checklist_event *event, uint64_t now_ms,
		    struct checklist_effects *out)
{
	struct step t = {.plan = plan, .c = c, .event = event, .now = now_ms};

	out->count = 0;
	tick_buttons(&t);
	if (event->kind == CHECKLIST_EDGE)
		timers(&t); /* what was due before this press */
	handle(&t);
	if (event->kind == CHECKLIST_EDGE || is_label(event->kind))
		activity(&t);
	timers(&t);
	settle(&t);
	emit(&t, out);
}

void checklist_init(struct checklist *c)
{
	memset(c, 0, sizeof(*c));
	c->now.units = 1;
	c->now.offer.unit = CHECKLIST_NO_UNIT;
	c->now.offer.units = 1;
}

void checklist_resume(const struct checklist_plan *plan, struct checklist *c,
		      const struct checklist_situation *s, uint64_t now_ms)
{
	c->now = *s;
	c->hold_due = now_ms + plan->hold_ms;
	c->due = now_ms + plan->question_ms;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t checklist_deadline(const struct checklist_plan *plan, const struct checklist *c)
{
	uint64_t due = button_deadline(&c->buttons, &plan->button);

	if (c->echo != PANEL_TONE_NONE)
		due = earlier(due, c->echo_until);
	if (c->now.at == CHECKLIST_STEP && c->overdue_until)
		due = earlier(due, c->overdue_until);
	if (c->writing)
		return c->slow ? due : earlier(due, c->written_at + plan->slow_ms);
	if (c->broken || !c->started)
		return due;
	return earlier(due, earlier(hold_deadline(c), situation_deadline(c)));
}

bool checklist_ready(const struct checklist *c)
{
	return !c->writing && !c->stopping && (c->started || c->broken);
}

/* --- names --- */

const char *checklist_at_name(enum checklist_at at)
{
	static const char *const names[CHECKLIST_ATS + 1] = {
		[CHECKLIST_IDLE] = "idle",
		[CHECKLIST_STEP] = "step",
		[CHECKLIST_REASON] = "reason",
		[CHECKLIST_CLOSED] = "closed",
		[CHECKLIST_WHICH] = "which",
		[CHECKLIST_REPEAT] = "repeat",
		[CHECKLIST_UNKNOWN] = "unknown",
		[CHECKLIST_RECEIVING] = "receiving",
		[CHECKLIST_ATS] = "",
	};

	return names[at];
}

const char *checklist_why_name(enum checklist_why why)
{
	static const char *const names[CHECKLIST_WHYS + 1] = {
		[CHECKLIST_WHY_NONE] = "",
		[CHECKLIST_WHY_SHAPE] = "shape",
		[CHECKLIST_WHY_TOO_LONG] = "too-long",
		[CHECKLIST_WHY_BYTES] = "bytes",
		[CHECKLIST_WHY_CHECK] = "check",
		[CHECKLIST_WHY_KEY] = "key",
		[CHECKLIST_WHY_NO_KEY] = "no-key",
		[CHECKLIST_WHY_COMMAND] = "command",
		[CHECKLIST_WHY_BUSY] = "busy",
		[CHECKLIST_WHY_REFUSED] = "refused",
		[CHECKLIST_WHY_LEFT] = "left",
		[CHECKLIST_WHYS] = "",
	};

	return names[why];
}

const char *checklist_step_name(uint8_t step)
{
	static const char *const names[CHECKLIST_STEPS] = {"appearance", "accessories", "usage"};

	return step < CHECKLIST_STEPS ? names[step] : "";
}
