/* exports.c - an export that is whole becomes export.done in the journal. It changes no situation,
 * so it stands apart from the bench's groups: the journal's answers come in order, and that tells
 * whose each is. */
#include "station.h"
#include "io/exportsock.h"
#include "io/log.h"
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

/* Why it is not recorded, or NULL. Whether the hash is the event's, whoever has the chain can see.
 */
static const char *refused(struct station *s, const struct manifest_note *note)
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
	if (s->exports.writing)
		return "another one is just being recorded";
	return NULL;
}

static void on_note(void *user, const struct manifest_note *note)
{
	struct station *s = user;
	struct moment now = moments_now(s);
	const char *why = refused(s, note);
	struct event e;

	if (why) {
		log_warning("an export is not recorded: %s", why);
		return;
	}
	bench_event_exported(&s->bench, note, &now, &e);
	if (journal_append(s->journal, &e, 1) != 0) {
		log_error("the journal's queue is full");
		return;
	}
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
	if (!ok)
		log_warning("an export is not recorded: the journal can't be written");
	station_status_soon(s);
	return true;
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
