/* checklist.c - one step of the checklist: labels and buttons to their rooms, then what is due by
 * time, then the effects. A step works out which events to append; the situation they lead to is
 * checklist_fold's, and shows once they are on disk. */
#include "checklist_turn.h"
#include "station/moment.h"
#include <string.h>

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

static bool too_early(const struct checklist_turn *t)
{
	return t->c->writing || t->now - t->c->lit_at < t->plan->guard_ms;
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

static void situation_due(struct checklist_turn *t)
{
	switch (t->c->now.at) {
	case CHECKLIST_STEP:
	case CHECKLIST_REASON:
		t->c->reminded = true;
		break;
	case CHECKLIST_WHICH: /* the parcel stays open */
	case CHECKLIST_RECEIVING:
		checklist_turn_move(t, CHECKLIST_IDLE);
		t->tone = PANEL_TONE_FALLING;
		break;
	case CHECKLIST_REPEAT:
	case CHECKLIST_UNKNOWN:
		checklist_turn_leave(t);
		break;
	case CHECKLIST_IDLE:
	case CHECKLIST_CLOSED:
	case CHECKLIST_ATS:
		t->c->now.refused = false;
		break;
	}
}

/* What is due by time alone, and only while nothing is in flight and the journal works. */
static void timers(struct checklist_turn *t)
{
	struct checklist *c = t->c;

	if (c->writing && !c->slow && t->now - c->written_at >= t->plan->slow_ms)
		c->slow = t->show = true;
	if (c->writing || c->broken || !c->started || t->moved)
		return;
	if (t->now >= hold_deadline(c)) {
		checklist_turn_final(t);
		return;
	}
	if (t->now >= situation_deadline(c))
		situation_due(t);
}

static void tick_buttons(struct checklist_turn *t)
{
	struct button_news n;

	do {
		n = button_tick(&t->c->buttons, &t->plan->button, t->now);
		checklist_press(t, &n);
	} while (n.kind != BUTTON_NOTHING);
}

/* --- the journal's answers --- */

static void entered(struct checklist_turn *t, bool situation_changed)
{
	struct checklist *c = t->c;

	checklist_turn_lamps(t);
	c->reminded = false;
	t->show = true;
	if (c->now.at == CHECKLIST_RECEIVING)
		c->due = t->now + t->plan->receiving_ms;
	else if (c->now.at == CHECKLIST_STEP || c->now.at == CHECKLIST_REASON)
		c->due = t->now + t->plan->remind_ms;
	else if (situation_changed || c->now.refused)
		c->due = t->now + t->plan->question_ms;
}

/* The lamps were dark while something was recorded that is nobody's doing: windows and reminders
 * go on. */
static void lit_again(struct checklist_turn *t)
{
	checklist_turn_lamps(t);
	t->show = true;
}

static void stored(struct checklist_turn *t)
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
		uint16_t bit = (uint16_t)(1u << (c->fault_in_flight - 1));

		c->recorded ^= bit;
		if (c->fault_in_flight - 1 == CHECKLIST_FAULT_JOURNAL)
			c->faults &= (uint16_t)~bit; /* it works, or this would not be on disk */
	}
	if (!c->started) {
		c->started = true;
		c->hold_due = t->now + t->plan->hold_ms; /* resumed: a full new window */
		was = CHECKLIST_ATS;
	}
	t->halt = c->stopped;
	if (c->clock_in_flight || c->labels_in_flight)
		lit_again(t);
	else
		entered(t, was != c->now.at);
	c->clock_in_flight = c->labels_in_flight = false;
	c->adopt = false;
	c->fault_in_flight = 0;
}

/* Steps that wait for their turn are told as one. Nobody's clock is off by more than this. */
static void add_step(struct checklist *c, int64_t by_ms)
{
	const int64_t most = INT64_C(1) << 52;

	if (by_ms > most || by_ms < -most)
		by_ms = by_ms > 0 ? most : -most;
	c->clock_stepped = true;
	c->clock_by += by_ms;
	if (c->clock_by > most || c->clock_by < -most)
		c->clock_by = c->clock_by > 0 ? most : -most;
}

static void broken(struct checklist *c)
{
	c->broken = true;
	c->faults |= 1u << CHECKLIST_FAULT_JOURNAL;
}

static void fail(struct checklist_turn *t)
{
	struct checklist *c = t->c;

	c->writing = c->slow = false;
	c->adopt = false;
	c->fault_in_flight = 0;
	if (c->clock_in_flight)
		add_step(c, c->clock_by_in_flight);
	c->clock_in_flight = false;
	c->labels_changed = c->labels_changed || c->labels_in_flight;
	c->labels_in_flight = false;
	c->stopped = false;
	if (c->now.at == CHECKLIST_REPEAT || c->now.at == CHECKLIST_UNKNOWN)
		c->now.at = c->now.under; /* a question promises nothing: scan again */
	broken(c);
	t->tone = PANEL_TONE_ERROR;
	t->show = true;
}

/* It can record again: windows and questions start afresh. */
static void recovered(struct checklist_turn *t)
{
	struct checklist *c = t->c;

	if (!c->broken)
		return;
	c->broken = false;
	c->hold_due = t->now + t->plan->hold_ms;
	entered(t, true);
}

/* What the station itself has to record, one at a time, when nothing else is in flight. */
static void settle(struct checklist_turn *t)
{
	struct checklist *c = t->c;
	unsigned differ = (unsigned)(c->faults ^ c->recorded);

	if (c->stopping && c->broken && !c->writing)
		t->halt = true;
	if (c->writing || c->broken || c->stopped || t->appends)
		return;
	if (!c->started) {
		checklist_turn_append(t, (struct checklist_append){.kind = EVENT_STATION_STARTED});
	} else if (c->clock_stepped) {
		checklist_turn_append(t, (struct checklist_append){.kind = EVENT_CLOCK_STEPPED,
								   .by_ms = c->clock_by});
		c->clock_stepped = false;
		c->clock_in_flight = true;
		c->clock_by_in_flight = c->clock_by;
		c->clock_by = 0;
	} else if (c->labels_changed) {
		checklist_turn_append(t, (struct checklist_append){.kind = EVENT_LABELS_LOADED});
		c->labels_changed = false;
		c->labels_in_flight = true;
	} else if (differ) {
		uint8_t fault = 0;

		while (!(differ & (1u << fault)))
			fault++;
		checklist_turn_append(
			t, (struct checklist_append){.kind = c->faults & (1u << fault)
								     ? EVENT_FAULT_RAISED
								     : EVENT_FAULT_CLEARED,
						     .fault = fault});
		c->fault_in_flight = (uint8_t)(fault + 1);
	} else if (c->stopping) {
		checklist_turn_append(t, (struct checklist_append){.kind = EVENT_STATION_STOPPED});
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

static void show_lamps(struct checklist_turn *t, struct checklist_effects *out)
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
static void begin_echo(struct checklist_turn *t)
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

static void emit(struct checklist_turn *t, struct checklist_effects *out)
{
	struct checklist *c = t->c;

	if (t->appends) {
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

static void contact(struct checklist_turn *t)
{
	const struct checklist_event *e = t->event;
	struct button_set *set = &t->c->buttons;
	struct button_news n;

	if (e->found) {
		button_found(set, e->button, t->now);
		return;
	}
	n = button_edge(set, &t->plan->button, e->button, e->down, too_early(t), t->now);
	checklist_press(t, &n);
}

static bool is_label(enum checklist_event_kind kind)
{
	return kind >= CHECKLIST_RETURN && kind <= CHECKLIST_UNREADABLE;
}

static void handle(struct checklist_turn *t)
{
	struct checklist *c = t->c;
	const struct checklist_event *e = t->event;

	switch (e->kind) {
	case CHECKLIST_EDGE:
		contact(t);
		break;
	case CHECKLIST_RETURN:
	case CHECKLIST_PRODUCT:
	case CHECKLIST_WRONG:
	case CHECKLIST_LABEL_REASON:
	case CHECKLIST_COMMAND:
	case CHECKLIST_BADGE:
	case CHECKLIST_UNREADABLE:
		checklist_label(t);
		break;
	case CHECKLIST_LOST:
		checklist_turn_error(t);
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
			c->faults |= (uint16_t)(1u << (e->fault % CHECKLIST_FAULTS));
		else
			c->faults &= (uint16_t) ~(1u << (e->fault % CHECKLIST_FAULTS));
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
	case CHECKLIST_CLOCK:
		add_step(c, e->by_ms);
		break;
	case CHECKLIST_LABELS:
		c->labels_changed = true;
		break;
	}
}

/* Anything a person does starts the reminder's time afresh. */
static void activity(struct checklist_turn *t)
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
	struct checklist_turn t = {.plan = plan, .c = c, .event = event, .now = now_ms};

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
	c->now.refused = false;
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
