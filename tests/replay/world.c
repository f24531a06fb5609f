/* world.c - a bench in virtual time (world.h). */
#include "world.h"
#include <stdlib.h>
#include <string.h>

#define RESUME_EXTRA 8 /* as in io/journal_guard.c */

void world_die(const char *what)
{
	(void)fprintf(stderr, "replay: %s\n", what);
	exit(2);
}

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		world_die("out of memory");
	return p;
}

static void say(struct world *w, const char *what)
{
	if (w->transcript)
		(void)fprintf(w->transcript, "%8llu  %s\n",
			      (unsigned long long)(w->now.mono_ms - w->began), what);
}

/* --- the journal in memory --- */

static void say_event(struct world *w, const struct event *e)
{
	char what[EVENT_LINE_MAX];

	(void)snprintf(what, sizeof(what), "event %s %s %u/%u by=%s %s", event_kind_name(e->kind),
		       e->label[0] ? e->label : "-", e->line, e->unit, e->by[0] ? e->by : "-",
		       e->data);
	say(w, what);
}

static void put_line(struct world *w, const char *line, size_t len)
{
	w->lines = grow(w->lines, (w->count + 1) * sizeof(*w->lines));
	w->lines[w->count] = grow(NULL, len + 1);
	memcpy(w->lines[w->count++], line, len + 1);
}

static void journal_put(struct world *w, struct event *e)
{
	char line[EVENT_LINE_MAX + 1];
	enum event_fault fault;
	size_t len;

	e->seq = w->chain.seq + 1;
	memcpy(e->journal, w->journal, sizeof(e->journal));
	if (w->chain.begun)
		memcpy(e->prev, w->chain.head, sizeof(e->prev));
	len = event_encode(e, line, sizeof(line));
	if (!len || event_chain_feed(&w->chain, line, len, &fault) != EVENT_LINK_OK)
		world_die("an event the bench made cannot be written or read");
	put_line(w, line, len);
	say_event(w, e);
}

void world_row(struct world *w, const struct parcel_row *row)
{
	w->rows = grow(w->rows, (w->row_count + 1) * sizeof(*row));
	w->rows[w->row_count++] = *row;
}

void world_seed(struct world *w, const char *line)
{
	enum event_fault fault;

	if (event_chain_feed(&w->chain, line, strlen(line), &fault) != EVENT_LINK_OK)
		world_die("the chain is broken");
	memcpy(w->journal, w->chain.journal, sizeof(w->journal));
	put_line(w, line, strlen(line));
}

/* --- what the journal says of a return --- */

/* The verdict a unit has by the journal so far. */
static void guard(const struct world *w, const char *label, struct parcel_unit *u)
{
	for (size_t i = 0; i < w->count; i++) {
		struct event_view e;
		struct event_span verdict;

		if (event_read(w->lines[i], strlen(w->lines[i]), &e) != EVENT_OK ||
		    !event_span_is(&e.label, label) || e.line != u->line || e.unit != u->unit)
			continue;
		if (e.kind == EVENT_INSPECTION_CLOSED && event_data(&e.data, "verdict", &verdict)) {
			struct text at = text_over(u->last.at, sizeof(u->last.at));

			u->last.verdict =
				event_span_is(&verdict, "pass") ? PARCEL_PASS : PARCEL_FAIL;
			(void)event_span_copy(&e.inspection, u->last.inspection,
					      sizeof(u->last.inspection));
			(void)event_span_copy(&e.station, u->last.station, sizeof(u->last.station));
			(void)event_span_copy(&e.by, u->last.by, sizeof(u->last.by));
			text_time(&at, e.at.wall_ms);
		} else if (e.kind == EVENT_INSPECTION_REOPENED) {
			u->last = (struct parcel_last){0};
		}
	}
}

/* As in io/journal_guard.c: monotonic time within a boot, else two times that are trusted. */
static int64_t age(const struct world *w, const struct event_view *e)
{
	if (event_span_is(&e->boot, w->boot))
		return (int64_t)(w->now.mono_ms - e->at.mono_ms);
	return w->now.trusted && e->at.trusted ? w->now.wall_ms - e->at.wall_ms : 0;
}

static void find_arrival(const struct world *w, struct parcel *p)
{
	for (size_t i = 0; i < w->count; i++) {
		struct event_view e;

		if (event_read(w->lines[i], strlen(w->lines[i]), &e) == EVENT_OK &&
		    e.kind == EVENT_PARCEL_ARRIVED && event_span_is(&e.label, p->label)) {
			p->arrived = true;
			p->overdue = age(w, &e) > (int64_t)w->settings.deadline_h * 3600 * 1000;
		}
	}
}

static void find_expected(const struct world *w, struct parcel *p)
{
	p->list = w->has_list ? PARCEL_UNKNOWN : PARCEL_NO_LIST;
	p->units = 0;
	for (size_t i = 0; i < w->row_count; i++) {
		const struct parcel_row *r = &w->rows[i];

		if (strcmp(r->rma, p->label) != 0 || !r->approved)
			continue;
		p->list = PARCEL_KNOWN;
		memcpy(p->wish, r->wish, sizeof(p->wish));
		for (uint16_t n = 1; n <= r->quantity && p->units < PARCEL_UNITS; n++) {
			p->unit[p->units] = r->unit;
			p->unit[p->units].line = r->line;
			p->unit[p->units++].unit = n;
		}
	}
	if (!p->units)
		p->units = 1;
}

/* The one return that the list has the number for. */
static const char *tracked(const struct world *w, const char *number)
{
	const char *rma = "";

	for (size_t i = 0; i < w->row_count; i++) {
		const struct parcel_row *r = &w->rows[i];

		if (strcmp(r->tracking, number) != 0 && strcmp(r->rma, number) != 0)
			continue;
		if (rma[0] && strcmp(rma, r->rma) != 0)
			return "";
		rma = r->rma;
	}
	return rma;
}

static void lookup(const struct world *w, const char *label, enum parcel_by by, struct parcel *p)
{
	bool house = by == PARCEL_BY_HOUSE;

	memset(p, 0, sizeof(*p));
	if (by == PARCEL_BY_TRACKING)
		label = tracked(w, label);
	(void)text_copy(p->label, sizeof(p->label), label);
	if (!label[0])
		return;
	p->house = house;
	if (house) {
		p->list = w->has_list ? PARCEL_UNKNOWN : PARCEL_NO_LIST;
		p->units = 1;
	} else {
		find_expected(w, p);
	}
	if (w->known)
		w->known(w->user, label, p);
	for (uint8_t i = 0; i < p->units; i++)
		guard(w, label, &p->unit[i]);
	find_arrival(w, p);
}

/* --- what the bench wants done --- */

static void show_out(struct world *w)
{
	for (int i = 0; i < PANEL_LAMPS; i++) {
		char what[64];

		if (!(w->out.lamps & (1u << i)))
			continue;
		(void)snprintf(what, sizeof(what), "lamp %s %s",
			       panel_lamp_name((enum panel_lamp)i),
			       panel_pattern_name(bench_lamp(&w->bench, (enum panel_lamp)i)));
		say(w, what);
	}
	if (w->out.tone != PANEL_TONE_NONE) {
		char what[64];

		(void)snprintf(what, sizeof(what), "tone %s", panel_tone_name(w->out.tone));
		say(w, what);
	}
	if (w->out.halt)
		say(w, "halt");
}

/* The view may change only when the bench says so, or a screen would be wrong. */
static void check_view(struct world *w)
{
	char json[BENCH_SHOW_MAX];
	struct text t = text_over(json, sizeof(json));

	bench_show(&w->bench, &t);
	if (t.full)
		world_die("the view does not fit");
	if (!w->out.show && w->bench.check.writing && !w->bench.check.slow)
		return; /* what is in flight shows when it is on disk */
	if (!w->out.show && w->shown[0] && strcmp(json, w->shown) != 0)
		say(w, "view changed untold");
	memcpy(w->shown, json, t.len + 1);
}

static void act(struct world *w)
{
	static struct parcel parcel;

	for (;;) {
		show_out(w);
		check_view(w);
		if (w->out.lookup && w->lookup_held) {
			(void)text_copy(w->asked, sizeof(w->asked), w->out.lookup_label);
			w->asked_by = w->out.lookup_by;
			return;
		} else if (w->out.lookup && w->lookup_broken) {
			bench_found(&w->bench, NULL, &w->now, &w->out);
		} else if (w->out.lookup) {
			lookup(w, w->out.lookup_label, w->out.lookup_by, &parcel);
			bench_found(&w->bench, &parcel, &w->now, &w->out);
		} else if (w->out.count && w->disk_held) {
			memcpy(w->held, w->out.events, sizeof(w->held));
			w->waiting = w->out.count;
			return;
		} else if (w->out.count) {
			bool ok = !w->disk_broken;

			for (uint8_t i = 0; ok && i < w->out.count; i++)
				journal_put(w, &w->out.events[i]);
			bench_stored(&w->bench, ok, &w->now, &w->out);
		} else {
			return;
		}
	}
}

/* --- clocks --- */

/* It is mono_ms. Returns whether the wall clock stepped. */
static bool read_clock(struct world *w, uint64_t mono_ms, int64_t *by)
{
	w->now = (struct moment){.mono_ms = mono_ms,
				 .wall_ms = (int64_t)mono_ms + w->wall_offset,
				 .trusted = w->wall_trusted};
	return clock_read(&w->clock, &w->now, by);
}

static void look_at_clock(struct world *w, uint64_t mono_ms)
{
	int64_t by;

	if (!read_clock(w, mono_ms, &by))
		return;
	bench_clock(&w->bench, by, &w->now, &w->out);
	act(w);
}

void world_clock(struct world *w, int64_t by_ms, bool trusted)
{
	w->wall_offset += by_ms;
	w->wall_trusted = trusted;
	look_at_clock(w, w->now.mono_ms);
}

void world_reboot(struct world *w)
{
	uint64_t elapsed = w->now.mono_ms - w->began;

	w->now.mono_ms = 10000;
	w->wall_offset = 0;
	w->wall_trusted = false;
	w->began = w->now.mono_ms - elapsed; /* wraps; only differences count */
	w->boot[EVENT_UUID - 1] = w->boot[EVENT_UUID - 1] == '0' ? '1' : '0';
	world_restart(w, "power cut, no battery clock");
}

void world_time(struct world *w)
{
	char time[32], last[32], what[160];
	struct text t = text_over(time, sizeof(time)), l = text_over(last, sizeof(last));
	struct event_view e;

	if (event_read(w->lines[w->count - 1], strlen(w->lines[w->count - 1]), &e) != EVENT_OK)
		world_die("a line of the journal is not an event");
	text_time(&t, w->now.wall_ms);
	text_time(&l, e.at.wall_ms);
	(void)snprintf(what, sizeof(what), "time %s %s, last event %s %s %s", time,
		       w->now.trusted ? "trusted" : "untrusted", event_kind_name(e.kind), last,
		       e.at.trusted ? "trusted" : "untrusted");
	say(w, what);
}

/* --- the outside --- */

static const uint8_t site_key[LABEL_KEY] = "replay's key, known to everybody";

void world_init(struct world *w, FILE *transcript)
{
	memset(w, 0, sizeof(*w));
	settings_defaults(&w->settings);
	(void)text_copy(w->settings.station, sizeof(w->settings.station), "bench-1");
	(void)text_copy(w->settings.labels.site, sizeof(w->settings.labels.site), "AMS");
	memcpy(w->settings.labels.key, site_key, LABEL_KEY);
	w->settings.labels.has_key = true;
	w->now = (struct moment){.mono_ms = 100000, .wall_ms = 1795507200000, .trusted = true};
	w->wall_offset = w->now.wall_ms - (int64_t)w->now.mono_ms;
	w->wall_trusted = true;
	clock_init(&w->clock, 0);
	w->began = w->now.mono_ms;
	w->bench.deadline = MOMENT_NEVER; /* no bench yet */
	(void)text_copy(w->journal, sizeof(w->journal), "00000000-0000-7000-8000-000000000001");
	(void)text_copy(w->boot, sizeof(w->boot), "00000000-0000-4000-8000-0000000000b0");
	event_chain_init(&w->chain);
	w->transcript = transcript;
}

/* Hands out what io/journal does: the events since the open inspection's first, or the last few,
 * and before them the badge that is in. */
static void resume(struct world *w)
{
	size_t from = w->count > RESUME_EXTRA ? w->count - RESUME_EXTRA : 0, badge = SIZE_MAX,
	       opened = 0;
	struct event_view e;
	bool open = false;

	for (size_t i = 0; i < w->count; i++) {
		if (event_read(w->lines[i], strlen(w->lines[i]), &e) != EVENT_OK)
			world_die("a line of the journal is not an event");
		if (e.kind == EVENT_BADGE_IN || e.kind == EVENT_BADGE_OUT)
			badge = i;
		if (e.kind == EVENT_INSPECTION_FINAL || e.kind == EVENT_INSPECTION_ABANDONED)
			open = false;
		if (e.kind == EVENT_INSPECTION_OPENED) {
			open = true;
			opened = i;
		}
	}
	if (open)
		from = opened;
	for (size_t i = 0; i < w->count; i++)
		if ((i >= from || i == badge) &&
		    event_read(w->lines[i], strlen(w->lines[i]), &e) == EVENT_OK) {
			bench_resume(&w->bench, &e);
			clock_known(&w->clock, &e.at, event_span_is(&e.boot, w->boot));
		}
}

static void begin(struct world *w)
{
	struct bench_config config = {.settings = &w->settings, .software = "replay"};
	const char *label;
	bool house, stepped;
	int64_t by;

	memcpy(config.boot, w->boot, sizeof(config.boot));
	config.seed[0] = (uint8_t)w->count;
	bench_init(&w->bench, &config);
	clock_init(&w->clock, 0);
	resume(w);
	stepped = read_clock(w, w->now.mono_ms, &by);
	label = bench_resume_label(&w->bench, &house);
	if (label[0]) {
		static struct parcel parcel;

		lookup(w, label, house ? PARCEL_BY_HOUSE : PARCEL_BY_RMA, &parcel);
		bench_resume_parcel(&w->bench, &parcel);
	}
	bench_start(&w->bench, &w->now, !w->disk_broken, &w->out);
	act(w);
	if (!stepped)
		return;
	bench_clock(&w->bench, by, &w->now, &w->out);
	act(w);
}

void world_start(struct world *w)
{
	struct settings_error error;

	if (!settings_finish(&w->settings, "the script", &error))
		world_die(error.text);
	begin(w);
}

void world_restart(struct world *w, const char *why)
{
	char what[64];

	(void)snprintf(what, sizeof(what), "--- %s ---", why);
	say(w, what);
	w->waiting = 0;
	w->disk_held = w->lookup_held = w->lookup_broken = false;
	w->asked[0] = w->shown[0] = '\0';
	begin(w);
}

void world_until(struct world *w, uint64_t mono_ms)
{
	while (w->bench.deadline <= mono_ms) {
		uint64_t due =
			w->bench.deadline > w->now.mono_ms ? w->bench.deadline : w->now.mono_ms;

		look_at_clock(w, due);
		bench_tick(&w->bench, &w->now, &w->out);
		act(w);
	}
	look_at_clock(w, mono_ms);
}

void world_tick(struct world *w)
{
	bench_tick(&w->bench, &w->now, &w->out);
	act(w);
}

void world_stop(struct world *w, const char *why)
{
	bench_stop(&w->bench, why, &w->now, &w->out);
	act(w);
}

void world_scan(struct world *w, const uint8_t *bytes, size_t len, uint32_t total)
{
	struct scan scan = {.len = (uint16_t)(len < SCAN_MAX ? len : SCAN_MAX), .total = total};

	memcpy(scan.bytes, bytes, scan.len);
	bench_scan(&w->bench, &scan, BENCH_SOURCE_PANEL, &w->now, &w->out);
	act(w);
}

void world_contact(struct world *w, enum panel_button button, bool down)
{
	bench_button(&w->bench, button, down, &w->now, &w->out);
	act(w);
}

void world_input(struct world *w,
		 void (*fn)(struct bench *, const struct moment *, struct bench_out *, int),
		 int argument)
{
	fn(&w->bench, &w->now, &w->out, argument);
	act(w);
}

void world_disk(struct world *w, const char *how)
{
	size_t waiting = w->waiting;

	w->disk_held = strcmp(how, "held") == 0;
	w->disk_broken = strcmp(how, "broken") == 0 || strcmp(how, "found-broken") == 0;
	if (strcmp(how, "found-broken") == 0) {
		bench_journal(&w->bench, false, &w->now, &w->out);
		act(w);
	}
	if (w->disk_held)
		return;
	if (waiting) { /* the append that waited is answered now */
		w->waiting = 0;
		for (size_t i = 0; !w->disk_broken && i < waiting; i++)
			journal_put(w, &w->held[i]);
		bench_stored(&w->bench, !w->disk_broken, &w->now, &w->out);
		act(w);
	}
	if (!w->disk_broken && w->bench.check.broken) {
		bench_journal(&w->bench, true, &w->now, &w->out);
		act(w);
	}
}

void world_lookup(struct world *w, const char *how)
{
	static struct parcel parcel;

	w->lookup_held = strcmp(how, "held") == 0;
	w->lookup_broken = strcmp(how, "broken") == 0;
	if (w->lookup_held || !w->asked[0])
		return;
	lookup(w, w->asked, w->asked_by, &parcel);
	w->asked[0] = '\0';
	bench_found(&w->bench, w->lookup_broken ? NULL : &parcel, &w->now, &w->out);
	act(w);
}

void world_free(struct world *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->lines[i]);
	free(w->lines);
	free(w->rows);
}
