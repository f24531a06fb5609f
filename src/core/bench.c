/* bench.c - one bench: scan to label to checklist, and the checklist's effects as events, lamps and
 * a view. It holds the texts (labels, products, ids) that the checklist needs not know. */
#include "station/bench.h"
#include "bench_event.h"
#include "station/gtin.h"
#include "station/symbology.h"
#include <string.h>

void bench_init(struct bench *b, const struct bench_config *config)
{
	memset(b, 0, sizeof(*b));
	b->config = *config;
	checklist_plan(&b->plan, config->settings);
	checklist_init(&b->check);
	b->deadline = MOMENT_NEVER;
}

static void out_begin(const struct bench *b, struct bench_out *out)
{
	out->count = 0;
	out->lookup = false;
	out->lamps = 0;
	out->tone = PANEL_TONE_NONE;
	out->show = false;
	out->halt = false;
	out->deadline = b->deadline;
}

/* --- the checklist's effects --- */

static void bench_adopt(struct bench *b)
{
	b->current = b->offered;
}

static void step(struct bench *b, const struct checklist_event *event, const struct moment *now,
		 struct bench_out *out)
{
	struct checklist_effects effects;

	enum checklist_at was = b->check.now.at;
	checklist_step(&b->plan, &b->check, event, now->mono_ms, &effects);
	if (was != CHECKLIST_RECEIVING && b->check.now.at == CHECKLIST_RECEIVING)
		b->arrivals = b->arrivals_next = 0;
	for (uint8_t i = 0; i < effects.count; i++) {
		const struct checklist_effect *e = &effects.of[i];

		switch (e->kind) {
		case CHECKLIST_APPEND:
			bench_event_make(b, &e->append, now, &out->events[out->count++]);
			break;
		case CHECKLIST_LAMP:
			out->lamps |= (uint8_t)(1u << e->lamp);
			break;
		case CHECKLIST_TONE:
			out->tone = e->tone;
			break;
		case CHECKLIST_SHOW:
			out->show = true;
			break;
		case CHECKLIST_ADOPT:
			bench_adopt(b);
			break;
		case CHECKLIST_ARM:
			b->deadline = e->due_ms;
			break;
		case CHECKLIST_HALT:
			out->halt = true;
			break;
		}
	}
	out->deadline = b->deadline;
}

/* --- scans --- */

/* FNV-1a: tells codes apart in the repeat window, where a clash costs one repeated scan. */
static uint64_t scan_hash(const struct scan *scan)
{
	uint64_t hash = 14695981039346656037u;

	for (uint16_t i = 0; i < scan->len; i++)
		hash = (hash ^ scan->bytes[i]) * 1099511628211u;
	return hash ^ scan->total;
}

/* F3: the same code within the window is a double read; another code is never held back. */
static bool is_double_read(struct bench *b, const struct scan *scan, uint64_t now)
{
	uint64_t hash = scan_hash(scan);

	for (int i = 0; i < BENCH_REPEATS; i++) {
		if (b->repeat[i].hash != hash || b->repeat[i].at == 0)
			continue;
		bool within = now - b->repeat[i].at < b->config.settings->repeat_ms;
		b->repeat[i].at = now;
		return within;
	}
	b->repeat[b->repeat_next].hash = hash;
	b->repeat[b->repeat_next].at = now;
	b->repeat_next = (uint8_t)((b->repeat_next + 1) % BENCH_REPEATS);
	return false;
}

/* As its barcode reads, or as the same GTIN in another length (EAN-13, UPC-A, UPC-E, GTIN-14). */
static bool is_product(const char *product, const struct label *label)
{
	if (product[0] == '\0')
		return false;
	return strcmp(product, label->text) == 0 ||
	       (label->kind == LABEL_PRODUCT && label->fault == LABEL_FAULT_NONE &&
		gtin_same(product, label->id));
}

/* Every good reading counts: what may be an EAN-8 or a UPC-E is settled by the list. */
static uint32_t matching_units(const struct bench *b)
{
	const struct parcel *p = &b->current.parcel;
	struct label all[LABEL_CANDIDATES];
	size_t count = label_candidates(&b->config.settings->labels, &b->handled.scan, all);
	uint32_t units = 0;

	for (uint8_t i = 0; i < p->units; i++)
		for (size_t k = 0; k < count; k++)
			if (is_product(p->unit[i].product, &all[k]))
				units |= 1u << i;
	return units;
}

static enum checklist_why why_of(enum label_fault fault)
{
	switch (fault) {
	case LABEL_FAULT_TOO_LONG:
		return CHECKLIST_WHY_TOO_LONG;
	case LABEL_FAULT_BYTES:
		return CHECKLIST_WHY_BYTES;
	case LABEL_FAULT_CHECK:
		return CHECKLIST_WHY_CHECK;
	case LABEL_FAULT_KEY:
		return CHECKLIST_WHY_KEY;
	case LABEL_FAULT_NO_KEY:
		return CHECKLIST_WHY_NO_KEY;
	case LABEL_FAULT_COMMAND:
		return CHECKLIST_WHY_COMMAND;
	case LABEL_FAULT_TIE:
		return CHECKLIST_WHY_TIE;
	case LABEL_FAULT_NONE:
	case LABEL_FAULT_SHAPE:
		break;
	}
	return CHECKLIST_WHY_SHAPE;
}

static enum checklist_why why_wrong(const struct label *label)
{
	switch (label->kind) {
	case LABEL_CARRIER:
		return CHECKLIST_WHY_CARRIER;
	case LABEL_PRODUCT:
		return CHECKLIST_WHY_PRODUCT;
	case LABEL_PLATE:
		return CHECKLIST_WHY_PLATE;
	case LABEL_ASSET:
		return CHECKLIST_WHY_ASSET;
	case LABEL_UNKNOWN:
	case LABEL_RETURN:
	case LABEL_HOUSE:
	case LABEL_COMMAND:
	case LABEL_REASON:
	case LABEL_BADGE:
		break;
	}
	return why_of(label->fault);
}

/* A product code counts only where the parcel asks for one; else it is a wrong label. */
static struct checklist_event unknown_label(const struct bench *b)
{
	const struct checklist_situation *s = &b->check.now;
	struct checklist_event e = {.kind = CHECKLIST_WRONG, .why = why_wrong(&b->label)};

	if (s->at != CHECKLIST_WHICH && (s->at != CHECKLIST_CLOSED || s->units < 2))
		return e;
	e.units = matching_units(b);
	if (e.units)
		e.kind = CHECKLIST_PRODUCT;
	return e;
}

/* Whether the list of expected returns may have it as a tracking number. A misread or forged label
 * of ours is none. */
static bool is_tracking(const struct label *l, char key[PARCEL_TRACKING + 1])
{
	bool could = l->kind != LABEL_UNKNOWN || l->fault == LABEL_FAULT_SHAPE ||
		     l->fault == LABEL_FAULT_TIE || (l->fault == LABEL_FAULT_CHECK && l->format);

	return could && parcel_tracking(l->id, key);
}

static void look_up(struct bench *b, const char *label, enum parcel_by by, struct bench_out *out)
{
	b->looking_up = true;
	b->tracking = by == PARCEL_BY_TRACKING;
	out->lookup = true;
	text_copy(out->lookup_label, sizeof(out->lookup_label), label);
	out->lookup_by = by;
}

static bool is_asking(const struct checklist_situation *s)
{
	return s->at == CHECKLIST_REPEAT || s->at == CHECKLIST_UNKNOWN;
}

static bool is_current(const struct bench *b, const char *id)
{
	const struct checklist_situation *s = &b->check.now;
	bool beneath = is_asking(s) && s->under != CHECKLIST_IDLE;

	if (!beneath && s->at != CHECKLIST_STEP && s->at != CHECKLIST_REASON &&
	    s->at != CHECKLIST_CLOSED && s->at != CHECKLIST_WHICH)
		return false;
	return strcmp(b->current.parcel.label, id) == 0;
}

static void hand_in_return(struct bench *b, const struct parcel *parcel, const struct moment *now,
			   struct bench_out *out)
{
	const struct checklist_situation *s = &b->check.now;
	struct checklist_event e = {.kind = CHECKLIST_RETURN};

	e.same_current = is_current(b, parcel->label);
	e.same_offer = is_asking(s) && s->offer.unit == CHECKLIST_NO_UNIT &&
		       strcmp(b->offered.parcel.label, parcel->label) == 0;
	e.offer = (struct checklist_offer){.list = parcel->list,
					   .house = parcel->house,
					   .arrived = parcel->arrived,
					   .overdue = parcel->overdue,
					   .units = parcel->units,
					   .unit = CHECKLIST_NO_UNIT};
	for (uint8_t i = 0; i < parcel->units; i++)
		if (parcel->unit[i].last.verdict != PARCEL_NONE)
			e.offer.done |= 1u << i;
	b->replaced.from = b->offered.from;
	memcpy(b->replaced.parcel.label, b->offered.parcel.label, sizeof(b->replaced.parcel.label));
	b->offered.from = b->handled;
	b->offered.parcel = *parcel;
	step(b, &e, now, out);
}

/* F9: whether the scanner says of its scan that it is of a kind that it should not read. */
static bool is_misread(const struct bench *b)
{
	const struct settings *s = b->config.settings;
	uint32_t may = 0;

	if (b->handled.source < s->scanners)
		may = s->scanner[b->handled.source].symbologies;
	return may && b->label.aim[0] && !(may & symbology_bit(b->label.aim));
}

static void hand_in(struct bench *b, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {0};
	char key[PARCEL_TRACKING + 1];

	label_parse(&b->config.settings->labels, &b->handled.scan, &b->label);
	if (is_misread(b)) {
		e = (struct checklist_event){.kind = CHECKLIST_WRONG,
					     .why = CHECKLIST_WHY_SYMBOLOGY};
		step(b, &e, now, out);
		return;
	}
	switch (b->label.kind) {
	case LABEL_UNKNOWN:
	case LABEL_CARRIER:
	case LABEL_PRODUCT:
	case LABEL_PLATE:
	case LABEL_ASSET:
		e = unknown_label(b);
		if (e.kind != CHECKLIST_PRODUCT && !b->check.broken &&
		    is_tracking(&b->label, key)) {
			look_up(b, key, PARCEL_BY_TRACKING, out);
			return;
		}
		break;
	case LABEL_RETURN:
	case LABEL_HOUSE:
		if (!b->check.broken) {
			look_up(b, b->label.id,
				b->label.kind == LABEL_HOUSE ? PARCEL_BY_HOUSE : PARCEL_BY_RMA,
				out);
			return;
		}
		e.kind = CHECKLIST_UNREADABLE;
		break;
	case LABEL_COMMAND:
		e.kind = CHECKLIST_COMMAND;
		e.command = b->label.command;
		break;
	case LABEL_REASON:
		e.kind = CHECKLIST_LABEL_REASON;
		break;
	case LABEL_BADGE:
		e.kind = CHECKLIST_BADGE;
		e.same = strcmp(b->by, b->label.id) == 0;
		text_copy(b->badge.id, sizeof(b->badge.id), b->label.id);
		b->badge.at = now->mono_ms;
		break;
	}
	step(b, &e, now, out);
}

/* Handles what waits until something is in flight: one group of events or one look-up a call. */
static void pump(struct bench *b, const struct moment *now, struct bench_out *out)
{
	while (b->queue_len && !b->looking_up && !out->count && checklist_ready(&b->check)) {
		b->handled = b->queue[b->queue_first];
		b->queue_first = (uint8_t)((b->queue_first + 1) % BENCH_QUEUE);
		b->queue_len--;
		hand_in(b, now, out);
	}
}

static void step_and_pump(struct bench *b, const struct checklist_event *event,
			  const struct moment *now, struct bench_out *out)
{
	out_begin(b, out);
	step(b, event, now, out);
	pump(b, now, out);
}

unsigned bench_room(const struct bench *b)
{
	return b->queue_len + 1 < BENCH_QUEUE ? BENCH_QUEUE - 1u - b->queue_len : 0;
}

void bench_scan(struct bench *b, const struct scan *scan, uint8_t source, const struct moment *now,
		struct bench_out *out)
{
	out_begin(b, out);
	if (is_double_read(b, scan, now->mono_ms)) {
		b->doubles++;
		return;
	}
	if (b->queue_len < BENCH_QUEUE) {
		struct bench_scan *q = &b->queue[(b->queue_first + b->queue_len) % BENCH_QUEUE];

		q->scan = *scan;
		q->source = source;
		b->queue_len++;
	}
	pump(b, now, out);
}

void bench_scan_lost(struct bench *b, const struct moment *now, struct bench_out *out)
{
	static const struct checklist_event lost = {.kind = CHECKLIST_LOST};

	step_and_pump(b, &lost, now, out);
}

/* --- the other inputs --- */

void bench_button(struct bench *b, enum panel_button button, bool down, const struct moment *now,
		  struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_EDGE, .button = button, .down = down};

	step_and_pump(b, &e, now, out);
}

void bench_button_found(struct bench *b, enum panel_button button, const struct moment *now,
			struct bench_out *out)
{
	struct checklist_event e = {
		.kind = CHECKLIST_EDGE, .button = button, .down = true, .found = true};

	step_and_pump(b, &e, now, out);
}

void bench_tick(struct bench *b, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_TICK};

	step_and_pump(b, &e, now, out);
}

void bench_stored(struct bench *b, bool ok, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {.kind = ok ? CHECKLIST_STORED : CHECKLIST_REFUSED};

	if (ok) {
		memcpy(b->by, b->by_next, sizeof(b->by));
		b->given = b->given_next;
		memcpy(b->inspection, b->inspection_next, sizeof(b->inspection));
		b->line = b->line_next;
		b->unit = b->unit_next;
		b->arrivals = b->arrivals_next;
	} else {
		bench_event_forget(b);
	}
	step_and_pump(b, &e, now, out);
}

void bench_found(struct bench *b, const struct parcel *parcel, const struct moment *now,
		 struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_UNREADABLE};

	out_begin(b, out);
	if (b->check.writing) { /* a press came first: the label waits its turn again */
		b->looking_up = false;
		b->queue_first = (uint8_t)((b->queue_first + BENCH_QUEUE - 1) % BENCH_QUEUE);
		b->queue[b->queue_first] = b->handled;
		b->queue_len++;
		return;
	}
	b->looking_up = false;
	if (parcel && parcel->label[0]) {
		hand_in_return(b, parcel, now, out);
	} else {
		if (parcel)
			e = unknown_label(b);
		step(b, &e, now, out);
	}
	pump(b, now, out);
}

void bench_journal(struct bench *b, bool works, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {.kind = works ? CHECKLIST_RECOVERED : CHECKLIST_BROKEN};

	step_and_pump(b, &e, now, out);
}

void bench_fault(struct bench *b, uint8_t fault, bool raised, const struct moment *now,
		 struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_FAULT, .fault = fault, .raised = raised};

	step_and_pump(b, &e, now, out);
}

void bench_link(struct bench *b, enum checklist_link link, const struct moment *now,
		struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_LINK, .link = link};

	step_and_pump(b, &e, now, out);
}

void bench_stick(struct bench *b, enum checklist_stick stick, const struct moment *now,
		 struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_STICK, .stick = stick};

	step_and_pump(b, &e, now, out);
}

void bench_clock(struct bench *b, int64_t by_ms, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_CLOCK, .by_ms = by_ms};

	step_and_pump(b, &e, now, out);
}

void bench_labels(struct bench *b, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_LABELS};

	step_and_pump(b, &e, now, out);
}

void bench_stop(struct bench *b, const char *why, const struct moment *now, struct bench_out *out)
{
	struct checklist_event e = {.kind = CHECKLIST_STOP};

	text_copy(b->why_stopped, sizeof(b->why_stopped), why);
	step_and_pump(b, &e, now, out);
}

void bench_start(struct bench *b, const struct moment *now, bool works, struct bench_out *out)
{
	struct checklist_situation s = b->check.now;
	struct checklist_event e = {.kind = works ? CHECKLIST_TICK : CHECKLIST_BROKEN};

	if (s.at == CHECKLIST_RECEIVING && !bench_resume_receiving(b, now))
		s.at = CHECKLIST_IDLE;
	checklist_resume(&b->plan, &b->check, &s, now->mono_ms);
	step_and_pump(b, &e, now, out);
}

enum panel_pattern bench_lamp(const struct bench *b, enum panel_lamp lamp)
{
	return b->check.shown[lamp];
}
