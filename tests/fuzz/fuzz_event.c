/* fuzz_event.c - reads any bytes as an event's line. What is accepted must stand within its bounds,
 * and written again from its parts it must say the same. */
#include "station/event.h"
#include "station/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void span_inside(const struct event_span *s, const char *line, size_t len)
{
	must(s->at >= line && s->len <= len && s->at + s->len <= line + len);
}

static void span_same(const struct event_span *a, const struct event_span *b, size_t cap)
{
	char x[EVENT_LINE_MAX + 1], y[EVENT_LINE_MAX + 1];

	must(event_span_copy(a, x, cap) && event_span_copy(b, y, cap));
	must(strcmp(x, y) == 0);
	must(text_is_utf8(x, strlen(x)));
}

static void view_check(const struct event_view *v, const char *line, size_t len)
{
	const struct event_span *spans[] = {&v->kind_name,  &v->station, &v->journal,
					    &v->id,	    &v->boot,	 &v->by,
					    &v->inspection, &v->label,	 &v->data};

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		span_inside(spans[i], line, len);
	must(v->v >= 1 && v->seq >= 1 && v->seq <= INT64_MAX);
	must((v->line == 0) == (v->unit == 0));
	must(v->data.at[0] == '{' && v->data.at[v->data.len - 1] == '}');
}

static void data_look(const struct event_view *v)
{
	static const char *const keys[] = {"", "raw", "step", "a", "\"", "\xc3\xa4"};
	struct event_span got;
	char out[64];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!event_data(&v->data, keys[i], &got))
			continue;
		span_inside(&got, v->data.at, v->data.len);
		(void)event_span_copy(&got, out, sizeof(out));
	}
}

/* False when it does not fit what we write ourselves. */
static bool event_rebuild(const struct event_view *v, struct event *e)
{
	*e = (struct event){
		.kind = v->kind, .seq = v->seq, .at = v->at, .line = v->line, .unit = v->unit};
	memcpy(e->prev, v->prev, sizeof(e->prev));
	must(event_span_copy(&v->station, e->station, sizeof(e->station)));
	must(event_span_copy(&v->journal, e->journal, sizeof(e->journal)));
	must(event_span_copy(&v->id, e->id, sizeof(e->id)));
	must(event_span_copy(&v->boot, e->boot, sizeof(e->boot)));
	must(event_span_copy(&v->by, e->by, sizeof(e->by)));
	must(event_span_copy(&v->inspection, e->inspection, sizeof(e->inspection)));
	must(event_span_copy(&v->label, e->label, sizeof(e->label)));
	if (v->data.len >= sizeof(e->data))
		return false;
	memcpy(e->data, v->data.at, v->data.len);
	return true;
}

static void round_trip(const struct event_view *v)
{
	struct event e;
	struct event_view again;
	char line[EVENT_LINE_MAX + 1], twice[EVENT_LINE_MAX + 1];

	if (!event_rebuild(v, &e))
		return;
	size_t len = event_encode(&e, line, sizeof(line));

	must(len > 0 && len == strlen(line));
	must(event_read(line, len, &again) == EVENT_OK);
	must(again.kind == v->kind && again.seq == v->seq && again.v == v->v);
	must(again.line == v->line && again.unit == v->unit);
	must(again.at.wall_ms == v->at.wall_ms && again.at.mono_ms == v->at.mono_ms &&
	     again.at.trusted == v->at.trusted);
	must(memcmp(again.prev, v->prev, sizeof(v->prev)) == 0);
	must(again.data.len == v->data.len && memcmp(again.data.at, v->data.at, v->data.len) == 0);
	span_same(&again.station, &v->station, sizeof(e.station));
	span_same(&again.journal, &v->journal, sizeof(e.journal));
	span_same(&again.id, &v->id, sizeof(e.id));
	span_same(&again.boot, &v->boot, sizeof(e.boot));
	span_same(&again.by, &v->by, sizeof(e.by));
	span_same(&again.inspection, &v->inspection, sizeof(e.inspection));
	span_same(&again.label, &v->label, sizeof(e.label));
	/* our form has one spelling: written once more it is the same to the byte */
	must(event_rebuild(&again, &e));
	must(event_encode(&e, twice, sizeof(twice)) == len && memcmp(line, twice, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	struct event_view view;
	struct event_chain chain;
	enum event_fault fault, fed;
	enum event_link link;

	fault = event_read(line, size, &view);
	must(strlen(event_fault_text(fault)) > 0);
	event_chain_init(&chain);
	link = event_chain_feed(&chain, line, size, &fed);
	must(fed == fault && (link == EVENT_LINK_LINE) == (fault != EVENT_OK));
	if (fault != EVENT_OK)
		return 0;
	must(size <= EVENT_LINE_MAX && text_is_utf8(line, size));
	view_check(&view, line, size);
	data_look(&view);
	/* the same line again never follows itself */
	must(link != EVENT_LINK_OK || event_chain_feed(&chain, line, size, &fed) == EVENT_LINK_SEQ);
	if (view.v == EVENT_VERSION && view.kind != EVENT_UNKNOWN)
		round_trip(&view);
	return 0;
}
