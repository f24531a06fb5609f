/* bench_event.c - the checklist's appends as events: labels, items, raw scans and ids put in.
 * Shapes of `data` are those of docs/events/. */
#include "bench_event.h"
#include "bench_given.h"
#include "station/formats.h"
#include "station/reasons.h"
#include <nettle/sha2.h>
#include <string.h>

/* UUIDv7 from the clock and SHA-256(seed, count): unique for as long as the seed is fresh, and the
 * same in every replay. */
static void make_id(struct bench *b, const struct moment *now, char out[EVENT_UUID + 1])
{
	struct sha256_ctx ctx;
	uint8_t random[10];
	uint8_t count[8];

	for (unsigned i = 0; i < sizeof(count); i++)
		count[i] = (uint8_t)(b->ids >> (8 * i));
	b->ids++;
	sha256_init(&ctx);
	sha256_update(&ctx, sizeof(b->config.seed), b->config.seed);
	sha256_update(&ctx, sizeof(count), count);
	sha256_digest(&ctx, sizeof(random), random);
	event_uuid7(out, now->wall_ms, random);
}

/* --- data: a JSON object, member by member --- */

static void member(struct text *t, const char *key)
{
	text_put(t, t->len > 1 ? ",\"" : "\"");
	text_put(t, key);
	text_put(t, "\":");
}

static void member_text(struct text *t, const char *key, const char *value)
{
	member(t, key);
	text_json(t, value, strlen(value));
}

static void member_scan(struct text *t, const struct bench *b, const struct bench_scan *from)
{
	member(t, "raw");
	text_char(t, '"');
	text_base64(t, from->scan.bytes, from->scan.len);
	text_char(t, '"');
	member_text(t, "scanner", bench_name_source(b, from->source));
}

/* The units that are not done. */
static void member_units(struct text *t, const char *key, const struct parcel *p, uint32_t done)
{
	bool first = true;

	member(t, key);
	text_char(t, '[');
	for (uint8_t i = 0; i < p->units; i++) {
		if (done & (1u << i))
			continue;
		text_put(t, first ? "{\"line\":" : ",{\"line\":");
		text_u64(t, p->unit[i].line);
		text_put(t, ",\"unit\":");
		text_u64(t, p->unit[i].unit);
		text_char(t, '}');
		first = false;
	}
	text_char(t, ']');
}

/* A return of several units may be inspected in rounds: what is left of this one, the journal's
 * verdicts don't tell. */
static void member_left(struct text *t, const struct parcel *p, const struct checklist_append *a)
{
	if (p->units > 1)
		member_units(t, "left", p, a->done | 1u << a->unit);
}

static void data_opened(struct text *t, const struct bench *b, const struct bench_label *about,
			const struct bench_scan *from, const struct checklist_append *a)
{
	const struct parcel_last *last = &about->parcel.unit[a->unit].last;

	member_scan(t, b, from);
	member_text(t, "list", parcel_list_name(about->parcel.list));
	member(t, "supersedes");
	if (last->verdict != PARCEL_NONE && last->inspection[0])
		text_json(t, last->inspection, strlen(last->inspection));
	else
		text_put(t, "null");
	member_left(t, &about->parcel, a);
}

static void data_rejected(struct text *t, const struct bench *b, const struct bench_scan *from,
			  enum checklist_why why)
{
	member_scan(t, b, from);
	member_text(t, "why", checklist_name_why(why));
	member(t, "bytes");
	text_u64(t, from->scan.total);
}

static void member_labels(struct text *t, const struct bench *b)
{
	const struct formats *formats = b->config.settings->labels.formats;

	member_text(t, "labels", formats ? formats->version : "builtin-1");
}

static void member_reasons(struct text *t, const struct bench *b)
{
	const struct reasons *reasons = b->config.settings->reasons;

	member_text(t, "reasons", reasons ? reasons->version : "keyed-1");
}

static void data_started(struct text *t, const struct bench *b)
{
	member_text(t, "site", b->config.settings->labels.site);
	member_text(t, "timezone", b->config.settings->timezone);
	member_text(t, "software", b->config.software);
	member_reasons(t, b);
	member_labels(t, b);
}

static void data_fault(struct text *t, const struct bench *b, uint8_t fault)
{
	char name[64];
	struct text n = text_over(name, sizeof(name));

	bench_name_fault(b, fault, &n);
	member_text(t, "what", name);
}

static const struct bench_label *about(const struct bench *b, const struct checklist_append *a)
{
	switch (a->target) {
	case CHECKLIST_OFFERED:
		return &b->offered;
	case CHECKLIST_REPLACED:
		return &b->replaced;
	case CHECKLIST_CURRENT:
	case CHECKLIST_SCANNED:
		break;
	}
	return &b->current;
}

static void data_step(struct text *t, const struct checklist_append *a)
{
	member_text(t, "step", checklist_name_step(a->step));
	member_text(t, "answer", parcel_verdict_name(a->answer));
}

static const char *reason_code(const struct bench *b, const struct checklist_append *a)
{
	return a->unspecified ? "UNSPECIFIED" : b->label.id;
}

static void write_data(const struct bench *b, const struct checklist_append *a, struct event *e)
{
	const struct bench_label *l = about(b, a);
	const struct bench_scan *from = a->target == CHECKLIST_SCANNED ? &b->handled : &l->from;
	struct text t = text_over(e->data, sizeof(e->data));

	text_char(&t, '{');
	switch (a->kind) {
	case EVENT_STATION_STARTED:
		data_started(&t, b);
		break;
	case EVENT_STATION_STOPPED:
		member_text(&t, "why", b->why_stopped);
		break;
	case EVENT_BADGE_IN:
		member_text(&t, "badge", b->label.id);
		break;
	case EVENT_BADGE_OUT:
		member_text(&t, "badge", b->by);
		break;
	case EVENT_PARCEL_ARRIVED:
		member_scan(&t, b, from);
		member_text(&t, "list", parcel_list_name(l->parcel.list));
		break;
	case EVENT_PARCEL_CLOSED:
		member_units(&t, "missing", &l->parcel, a->done);
		break;
	case EVENT_LABEL_REJECTED:
		data_rejected(&t, b, from, a->why);
		break;
	case EVENT_INSPECTION_OPENED:
		data_opened(&t, b, l, from, a);
		break;
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
		data_step(&t, a);
		break;
	case EVENT_REASON_GIVEN:
		member_text(&t, "step", checklist_name_step(a->step));
		member_text(&t, "code", reason_code(b, a));
		break;
	case EVENT_INSPECTION_CLOSED:
		member_text(&t, "verdict", parcel_verdict_name(a->answer));
		break;
	case EVENT_INSPECTION_FINAL:
		member_text(&t, "verdict", parcel_verdict_name(a->answer));
		member_left(&t, &l->parcel, a);
		break;
	case EVENT_INSPECTION_REOPENED:
		member_text(&t, "step", checklist_name_step(CHECKLIST_STEPS - 1));
		break;
	case EVENT_FAULT_RAISED:
	case EVENT_FAULT_CLEARED:
		data_fault(&t, b, a->fault);
		break;
	case EVENT_CLOCK_STEPPED:
		member(&t, "by_ms");
		text_i64(&t, a->by_ms);
		break;
	case EVENT_LABELS_LOADED:
		member_labels(&t, b);
		member_reasons(&t, b);
		break;
	case EVENT_INSPECTION_ABANDONED:
	case EVENT_PHOTO_TAKEN:
	case EVENT_EXPORT_DONE:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
	text_char(&t, '}');
}

/* What becomes true once the event is stored. */
static void note_opened(struct bench *b, const struct checklist_append *a, struct event *e)
{
	const struct parcel_unit *u = &about(b, a)->parcel.unit[a->unit];

	b->line_next = u->line;
	b->unit_next = u->unit;
	memcpy(b->inspection_next, e->id, sizeof(b->inspection_next));
	memcpy(e->inspection, e->id, sizeof(e->inspection));
	e->line = u->line;
	e->unit = u->unit;
}

/* The unit has its verdict: a repeat within this parcel shows and supersedes it. */
static void note_final(struct bench *b, const struct checklist_append *a, const struct event *e)
{
	struct parcel_last *last = &b->current.parcel.unit[b->check.now.unit].last;
	struct text at = text_over(last->at, sizeof(last->at));

	last->verdict = a->answer;
	memcpy(last->inspection, b->inspection, sizeof(last->inspection));
	memcpy(last->station, e->station, sizeof(last->station));
	memcpy(last->by, e->by, sizeof(last->by));
	text_time(&at, e->at.wall_ms);
	b->inspection_next[0] = '\0';
	b->line_next = b->unit_next = 0;
}

static bool is_of_inspection(enum event_kind kind)
{
	return kind == EVENT_STEP_ANSWERED || kind == EVENT_STEP_WITHDRAWN ||
	       kind == EVENT_REASON_GIVEN || kind == EVENT_INSPECTION_CLOSED ||
	       kind == EVENT_INSPECTION_REOPENED || kind == EVENT_INSPECTION_FINAL ||
	       kind == EVENT_INSPECTION_ABANDONED;
}

/* Whether the event is about a return's label at all. */
static bool has_label(const struct checklist_append *a)
{
	return is_of_inspection(a->kind) || a->kind == EVENT_INSPECTION_OPENED ||
	       a->kind == EVENT_PARCEL_ARRIVED || a->kind == EVENT_PARCEL_CLOSED ||
	       (a->kind == EVENT_LABEL_REJECTED && a->target != CHECKLIST_SCANNED);
}

void bench_event_make(struct bench *b, const struct checklist_append *a, const struct moment *now,
		      struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = a->kind;
	text_copy(e->station, sizeof(e->station), b->config.settings->station);
	make_id(b, now, e->id);
	e->at = *now;
	memcpy(e->boot, b->config.boot, sizeof(e->boot));
	if (a->kind == EVENT_BADGE_IN)
		text_copy(b->by_next, sizeof(b->by_next), b->label.id);
	text_copy(e->by, sizeof(e->by), a->kind == EVENT_BADGE_IN ? b->by_next : b->by);
	if (a->kind == EVENT_BADGE_OUT)
		b->by_next[0] = '\0';
	if (has_label(a))
		text_copy(e->label, sizeof(e->label), about(b, a)->parcel.label);
	if (is_of_inspection(a->kind)) {
		memcpy(e->inspection, b->inspection, sizeof(e->inspection));
		e->line = b->line;
		e->unit = b->unit;
	}
	bench_given_note(&b->given_next, a->kind, a->step, reason_code(b, a));
	write_data(b, a, e);
	if (a->kind == EVENT_INSPECTION_OPENED)
		note_opened(b, a, e);
	else if (a->kind == EVENT_INSPECTION_FINAL)
		note_final(b, a, e);
	else if (a->kind == EVENT_INSPECTION_ABANDONED)
		b->inspection_next[0] = '\0';
	else if (a->kind == EVENT_PARCEL_ARRIVED)
		b->arrivals_next = b->arrivals + 1;
}

void bench_event_exported(struct bench *b, const struct manifest_note *note,
			  const struct moment *now, struct event *e)
{
	struct text t = text_over(e->data, sizeof(e->data));

	memset(e, 0, sizeof(*e));
	e->kind = EVENT_EXPORT_DONE;
	text_copy(e->station, sizeof(e->station), b->config.settings->station);
	make_id(b, now, e->id);
	e->at = *now;
	memcpy(e->boot, b->config.boot, sizeof(e->boot));
	text_char(&t, '{');
	member(&t, "first");
	text_u64(&t, note->first);
	member(&t, "last");
	text_u64(&t, note->last);
	member(&t, "anchor");
	text_char(&t, '"');
	text_hex(&t, note->head, EVENT_HASH);
	text_put(&t, "\"}");
}

void bench_event_photo(struct bench *b, const struct event *reason, const char *sha256,
		       uint64_t bytes, const struct moment *now, struct event *e)
{
	struct text t = text_over(e->data, sizeof(e->data));

	memset(e, 0, sizeof(*e));
	e->kind = EVENT_PHOTO_TAKEN;
	text_copy(e->station, sizeof(e->station), b->config.settings->station);
	make_id(b, now, e->id);
	e->at = *now;
	memcpy(e->boot, b->config.boot, sizeof(e->boot));
	text_copy(e->by, sizeof(e->by), reason->by);
	memcpy(e->inspection, reason->inspection, sizeof(e->inspection));
	e->line = reason->line;
	e->unit = reason->unit;
	text_copy(e->label, sizeof(e->label), reason->label);
	text_char(&t, '{');
	member_text(&t, "sha256", sha256);
	member(&t, "bytes");
	text_u64(&t, bytes);
	text_char(&t, '}');
}

void bench_event_forget(struct bench *b)
{
	memcpy(b->by_next, b->by, sizeof(b->by_next));
	b->given_next = b->given;
	memcpy(b->inspection_next, b->inspection, sizeof(b->inspection_next));
	b->line_next = b->line;
	b->unit_next = b->unit;
	b->arrivals_next = b->arrivals;
}
