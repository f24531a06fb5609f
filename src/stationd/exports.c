/* exports.c - what station-export tells. An export that is whole becomes export.done in the
 * journal. It changes no situation, so it stands apart from the bench's groups: the journal's
 * answers come in order, and that tells whose each is. How a stick is goes to the panel, and
 * headquarters' ack.json to acks.c. */
#include "station.h"
#include "io/exportsock.h"
#include "io/log.h"
#include "station/text.h"
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#define A_NOTE_MS   1000 /* one each, in the long run: each is an event for ever */
#define A_BURST_MS  3000
#define A_REASON_MS 1000 /* and one line in the log */
#define A_TONE_MS   1000 /* a refusal sounds no more often */
#define A_LOOK_MS   1000 /* while a stick has a sign: whether a scan or a press has cleared it */

/* Why it is not recorded, or NULL. The hash of the last event is at hand; that of an older one only
 * the journal's thread could look up, and whoever has the chain sees it. */
static const char *refused(struct station *s, const struct manifest_note *note, uint64_t now_ms)
{
	const struct checklist *c = &s->bench.check;
	struct journal_state state;

	journal_state(s->journal, &state);
	if (s->stopping || !c->started || c->broken || !state.works)
		return "nothing can be recorded now";
	if (strcmp(note->journal, state.journal) != 0)
		return "it is of another journal";
	if (note->last > state.seq)
		return "it tells of events that are not there";
	if (note->first <= state.anchor)
		return "it tells of events that are here no more";
	if (note->last == state.seq && memcmp(note->head, state.head, EVENT_HASH) != 0)
		return "its hash is not that of the journal's last event";
	if (s->exports.writing)
		return "another one is just being recorded";
	if (s->exports.due_ms > now_ms + A_BURST_MS)
		return "there are more than one a second";
	return NULL;
}

static void tell(struct station *s, const char *why, uint64_t now_ms)
{
	if (now_ms < s->exports.quiet_ms)
		return;
	s->exports.quiet_ms = now_ms + A_REASON_MS;
	log_warning("an export is not recorded: %s", why);
}

static void on_note(void *user, const struct manifest_note *note)
{
	struct station *s = user;
	struct moment now = moments_now(s);
	const char *why = refused(s, note, now.mono_ms);
	struct event e;

	if (why) {
		tell(s, why, now.mono_ms);
		return;
	}
	bench_event_exported(&s->bench, note, &now, &e);
	if (journal_append(s->journal, &e, 1) != 0) {
		log_error("the journal's queue is full");
		return;
	}
	if (s->exports.due_ms < now.mono_ms)
		s->exports.due_ms = now.mono_ms;
	s->exports.due_ms += A_NOTE_MS;
	s->exports.next = (struct station_export){e.at.wall_ms, note->first, note->last};
	s->exports.writing = true;
	s->exports.before = (uint8_t)(s->bench.check.writing + s->photos.writing);
}

/* --- sticks --- */

/* One of which this is still to be said, or NULL. */
static struct station_stick *stick_with(struct station_exports *x, enum checklist_stick how)
{
	for (size_t i = 0; i < STATION_STICKS; i++)
		if (x->stick[i].how == how)
			return &x->stick[i];
	return NULL;
}

/* What the panel has to say of all of them: the worst first. */
static enum checklist_stick stick_sign(struct station_exports *x)
{
	static const enum checklist_stick order[] = {
		CHECKLIST_STICK_REFUSED, CHECKLIST_STICK_COPYING, CHECKLIST_STICK_TAKE_OUT};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (stick_with(x, order[i]))
			return order[i];
	return CHECKLIST_STICK_NONE;
}

static struct station_stick *stick_named(struct station_exports *x, const char *name)
{
	for (size_t i = 0; i < STATION_STICKS; i++)
		if (strcmp(x->stick[i].name, name) == 0)
			return &x->stick[i];
	return NULL;
}

/* A place for one that is new, or NULL: one that is copied to never loses its own, a person would
 * take it out. */
static struct station_stick *stick_place(struct station_exports *x, const char *name)
{
	static const enum checklist_stick order[] = {CHECKLIST_STICK_NONE, CHECKLIST_STICK_TAKE_OUT,
						     CHECKLIST_STICK_REFUSED};
	struct station_stick *place = NULL;

	for (size_t i = 0; !place && i < sizeof(order) / sizeof(*order); i++)
		place = stick_with(x, order[i]);
	if (place)
		(void)text_copy(place->name, sizeof(place->name), name);
	else if (!x->crowded)
		log_warning("%d sticks are copied to: the panel says nothing of another one, %s",
			    STATION_STICKS, name);
	x->crowded = x->crowded || !place;
	return place;
}

/* Whether a scan or a press has cleared the sign. What it said need not be said again, but for the
 * copying, which goes on. */
static bool stick_seen(struct station *s)
{
	struct station_exports *x = &s->exports;
	bool seen =
		x->shown != CHECKLIST_STICK_NONE && s->bench.check.stick == CHECKLIST_STICK_NONE;

	if (!seen)
		return false;
	for (size_t i = 0; i < STATION_STICKS; i++)
		if (x->stick[i].how == x->shown && x->shown != CHECKLIST_STICK_COPYING)
			x->stick[i].how = CHECKLIST_STICK_NONE;
	x->shown = CHECKLIST_STICK_NONE;
	return true;
}

static void stick_later(struct station *s, uint64_t at_ms)
{
	if (loop_timer_set(s->exports.again, at_ms) != 0)
		log_error("cannot set a timer");
}

static void stick_show(struct station *s, const struct moment *now)
{
	struct station_exports *x = &s->exports;
	enum checklist_stick sign = stick_sign(x);
	bool refused = sign == CHECKLIST_STICK_REFUSED;

	if (s->stopping)
		return;
	x->untold = x->untold && refused;
	if (refused && (x->untold || x->shown != sign) && now->mono_ms < x->tone_ms) {
		stick_later(s, x->tone_ms);
		return;
	}
	if (x->untold || x->shown != sign) {
		if (refused)
			x->tone_ms = now->mono_ms + A_TONE_MS;
		x->untold = false;
		x->shown = sign;
		bench_stick(&s->bench, sign, now, &s->out);
		station_act(s);
	}
	stick_later(s, sign == CHECKLIST_STICK_NONE ? MOMENT_NEVER : now->mono_ms + A_LOOK_MS);
}

/* Whoever has cleared the sign sees the bench's own lamps for a moment at least. */
static void on_again(void *user)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	if (stick_seen(s))
		stick_later(s, now.mono_ms + A_LOOK_MS);
	else
		stick_show(s, &now);
}

static void on_stick(void *user, const struct slip_stick *told)
{
	struct station *s = user;
	struct station_exports *x = &s->exports;
	struct moment now = moments_now(s);
	struct station_stick *stick = stick_named(x, told->name);
	enum checklist_stick how = told->how;

	(void)stick_seen(s);
	if (!stick && how != CHECKLIST_STICK_NONE)
		stick = stick_place(x, told->name);
	if (!stick)
		return;
	if (how == CHECKLIST_STICK_NONE) {
		/* Whoever copied to it ended without a word. */
		if (stick->how == CHECKLIST_STICK_COPYING)
			how = CHECKLIST_STICK_REFUSED;
		/* A refusal stays until somebody has seen it. */
		else if (stick->how == CHECKLIST_STICK_REFUSED)
			return;
	}
	stick->how = how;
	if (how == CHECKLIST_STICK_REFUSED)
		x->untold = true; /* refused again is said again */
	stick_show(s, &now);
}

const char *exports_supervisor(const struct station *s, uint64_t *ms)
{
	const char *id = s->bench.badge.id, *at = s->settings.badges;
	size_t len = strlen(id);

	*ms = s->bench.badge.at;
	while (len && (at = strstr(at, id)) != NULL) {
		bool begins = at == s->settings.badges || at[-1] == ' ';

		if (begins && (at[len] == ' ' || at[len] == '\0'))
			return id;
		at += len;
	}
	return NULL;
}

bool exports_stored(struct station *s, bool ok)
{
	if (!s->exports.writing)
		return false;
	if (s->exports.before) {
		s->exports.before--;
		return false;
	}
	s->exports.writing = false;
	if (ok)
		s->exports.done = s->exports.next;
	else
		log_warning("an export is not recorded: the journal can't be written");
	station_status_soon(s);
	return true;
}

void exports_resume(struct station *s, const struct event_view *event)
{
	struct station_export done = {.at_ms = event->at.wall_ms};
	struct event_span first, last;

	if (event->kind != EVENT_EXPORT_DONE || !event_data(&event->data, "first", &first) ||
	    !event_data(&event->data, "last", &last) ||
	    !text_read_u64(first.at, first.len, INT64_MAX, &done.first) ||
	    !text_read_u64(last.at, last.len, INT64_MAX, &done.last))
		return;
	s->exports.done = done;
}

int exports_open(struct station *s)
{
	struct exportsock_calls calls = {
		.note = on_note, .ack = acks_look, .stick = on_stick, .user = s};
	char path[SETTINGS_PATH + 16];
	int r = loop_timer(s->loop, &s->exports.again, on_again, s);

	if (r < 0) {
		log_error("cannot set up a timer: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	(void)snprintf(path, sizeof(path), "%s/" EXPORTSOCK_NAME, s->settings.runtime_dir);
	r = exportsock_open(&s->exports.sock, s->loop, path, &calls);
	if (r < 0)
		log_error("cannot open %s: %s", path, strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

void exports_close(struct station *s)
{
	exportsock_close(s->exports.sock);
	acks_close(s);
	loop_source_free(s->exports.again);
}
