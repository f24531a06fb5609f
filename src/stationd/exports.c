/* exports.c - an export that is whole becomes export.done in the journal. It changes no situation,
 * so it stands apart from the bench's groups: the journal's answers come in order, and that tells
 * whose each is. */
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
	s->exports.before = s->bench.check.writing;
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
	char path[SETTINGS_PATH + 16];
	int r;

	(void)snprintf(path, sizeof(path), "%s/" EXPORTSOCK_NAME, s->settings.runtime_dir);
	r = exportsock_open(&s->exports.sock, s->loop, path, on_note, s);
	if (r < 0)
		log_error("cannot open %s: %s", path, strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

void exports_close(struct station *s)
{
	exportsock_close(s->exports.sock);
}
