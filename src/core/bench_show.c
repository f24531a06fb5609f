/* bench_show.c - the view: what a screen beside the panel says of the parcel, one line of JSON. */
#include "station/bench.h"
#include "bench_given.h"
#include <string.h>

static void key(struct text *t, const char *name)
{
	text_put(t, t->len > 1 ? ",\"" : "\"");
	text_put(t, name);
	text_put(t, "\":");
}

static void key_text(struct text *t, const char *name, const char *value)
{
	key(t, name);
	if (value && value[0])
		text_json(t, value, strlen(value));
	else
		text_put(t, "null");
}

static void key_number(struct text *t, const char *name, uint64_t n)
{
	key(t, name);
	text_u64(t, n);
}

static const char *message(const struct bench *b)
{
	const struct checklist *c = &b->check;

	if (c->broken || (c->writing && c->slow))
		return "cannot-record";
	if (!c->started)
		return "starting";
	if (c->now.at == CHECKLIST_CLOSED)
		return c->now.verdict == PARCEL_PASS ? "closed-pass" : "closed-fail";
	return checklist_name_at(c->now.at);
}

static bool is_question(const struct checklist_situation *s)
{
	return s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN;
}

/* The parcel on view: the one asked about, else the open one. Null: none. */
static const struct parcel *viewed(const struct bench *b)
{
	const struct checklist_situation *s = &b->check.now;

	if (s->at == CHECKLIST_IDLE)
		return NULL;
	if (s->at == CHECKLIST_RECEIVING)
		return b->arrivals ? &b->offered.parcel : NULL;
	if (is_question(s) && s->offer.unit == CHECKLIST_NO_UNIT)
		return &b->offered.parcel;
	return &b->current.parcel;
}

/* Index of the unit on view; a parcel that asks "which one?" shows the next it expects. */
static uint8_t viewed_unit(const struct checklist_situation *s)
{
	uint8_t unit = s->unit;

	if (s->at == CHECKLIST_RECEIVING || (is_question(s) && s->offer.unit == CHECKLIST_NO_UNIT))
		return 0;
	if (is_question(s))
		return s->offer.unit;
	if (s->at == CHECKLIST_WHICH)
		for (unit = 0; unit + 1 < s->units && (s->done & (1u << unit)); unit++)
			;
	return unit;
}

static void show_item(struct text *t, const struct parcel_unit *u)
{
	key(t, "item");
	if (!u || !u->line) {
		text_put(t, "null");
		return;
	}
	text_put(t, "{\"line\":");
	text_u64(t, u->line);
	text_put(t, ",\"unit\":");
	text_u64(t, u->unit);
	text_char(t, '}');
}

static void show_last(struct text *t, const struct parcel_last *last)
{
	struct text inner;
	char buf[256];

	key(t, "last");
	if (!last || last->verdict == PARCEL_NONE) {
		text_put(t, "null");
		return;
	}
	inner = text_over(buf, sizeof(buf));
	text_char(&inner, '{');
	key_text(&inner, "verdict", parcel_verdict_name(last->verdict));
	key_text(&inner, "station", last->station);
	key_text(&inner, "at", last->at);
	key_text(&inner, "by", last->by);
	text_char(&inner, '}');
	text_put(t, buf);
}

void bench_show(const struct bench *b, struct text *t)
{
	const struct checklist_situation *s = &b->check.now;
	const struct parcel *p = viewed(b);
	const struct parcel_unit *u = p ? &p->unit[viewed_unit(s)] : NULL;
	bool stepping = s->at == CHECKLIST_STEP || s->at == CHECKLIST_REASON;
	uint64_t left = 0;

	for (uint8_t i = 0; p && i < p->units; i++)
		if (!(s->done & (1u << i)))
			left++;
	text_char(t, '{');
	key_text(t, "message", message(b));
	key_text(t, "alert", checklist_name_why(s->alert));
	key_text(t, "label", p ? p->label : NULL);
	show_item(t, u);
	key_number(t, "units", p ? p->units : 0);
	key_number(t, "left", s->at == CHECKLIST_WHICH ? left : 0);
	key_text(t, "product", u ? u->product : NULL);
	key_text(t, "title", u ? u->title : NULL);
	key_text(t, "accessories", u ? u->accessories : NULL);
	key_text(t, "reason", u ? u->reason : NULL);
	key_text(t, "wish", p ? p->wish : NULL);
	key_text(t, "step", stepping ? checklist_name_step(s->step) : NULL);
	key_text(t, "by", b->by);
	show_last(t, s->at == CHECKLIST_REPEAT && u ? &u->last : NULL);
	key_number(t, "arrived", b->arrivals);
	bench_given_show(b, t);
	text_char(t, '}');
}
