/* exports.c - what station-export tells. An export that is whole becomes export.done in the
 * journal. It changes no situation, so it stands apart from the bench's groups: the journal's
 * answers come in order, and that tells whose each is. How a stick is goes to the panel.
 * Headquarters' ack.json moves the cursor, behind which retention may remove events: whoever read
 * the stick is only the courier, so the signature is looked at here, and the hash by the journal. A
 * reader that a hostile stick has taken over can say nothing here that headquarters has not signed.
 */
#include "station.h"
#include "io/cms.h"
#include "io/exportsock.h"
#include "io/log.h"
#include "station/text.h"
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#define A_NOTE_MS   1000 /* one each, in the long run: each is an event for ever */
#define A_BURST_MS  3000
#define A_REASON_MS 1000 /* and one line in the log */
#define AN_ACK_MS   1000 /* a signature takes a millisecond that a lamp might wait for */

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

/* --- headquarters' word --- */

/* Why it does not count, or NULL with *ack. */
static const char *ack_refused(struct station *s, const struct slip_parcel *parcel,
			       const struct journal_state *state, struct slip_ack *ack,
			       struct cms_why *why)
{
	const char *by = s->settings.hq.ack_file;
	struct cms_signer signer;

	if (!by[0])
		return "[headquarters] ack_file does not say whose counts";
	if (!state->works)
		return "nothing can be recorded now";
	if (cms_verify_by(by, parcel->text.at, parcel->text.len, parcel->signature.at,
			  parcel->signature.len, &signer, why) != CMS_GOOD)
		return why->text;
	if (!slip_ack_find(parcel->text.at, parcel->text.len, state->journal, ack))
		return "it is not of this journal";
	if (strcmp(ack->station, s->settings.station) != 0)
		return "it is of another station";
	if (strcmp(ack->headquarters, signer.name) != 0)
		return "another headquarters has signed it than the one that it names";
	if (ack->acked > state->seq)
		return "it tells of events that are not there";
	return NULL;
}

static void on_ack(void *user, const struct slip_parcel *parcel)
{
	struct station *s = user;
	struct moment now = moments_now(s);
	struct journal_state state;
	struct slip_ack ack;
	struct cms_why words = {.text = ""};
	const char *why;

	if (now.mono_ms < s->exports.ack_ms)
		return;
	s->exports.ack_ms = now.mono_ms + AN_ACK_MS;
	journal_state(s->journal, &state);
	why = ack_refused(s, parcel, &state, &ack, &words);
	if (why)
		log_write(LOG_LEVEL_WARNING, LOG_ACK_REFUSED,
			  "an acknowledgement does not count: %s", why);
	else if (ack.acked <= state.acked)
		log_info("an acknowledgement says nothing new: event %llu of %llu",
			 (unsigned long long)ack.acked, (unsigned long long)state.acked);
	else
		journal_proved(s->journal, ack.acked, ack.hash);
}

/* --- sticks --- */

/* The place of a stick; of one that is new, a place that says nothing any more. */
static size_t stick_find(const struct station_exports *x, const char *name)
{
	size_t free = 0;

	for (size_t i = 0; i < STATION_STICKS; i++) {
		if (strcmp(x->stick[i].name, name) == 0)
			return i;
		if (x->stick[i].how != CHECKLIST_STICK_COPYING)
			free = i;
	}
	return free;
}

/* One that is still copied to is what a person must not take out. */
static void on_stick(void *user, const struct slip_stick *stick)
{
	struct station *s = user;
	struct station_exports *x = &s->exports;
	struct moment now = moments_now(s);
	enum checklist_stick how = stick->how;
	size_t at = stick_find(x, stick->name);

	/* Whoever copied to it ended without a word. */
	if (how == CHECKLIST_STICK_NONE && x->stick[at].how == CHECKLIST_STICK_COPYING &&
	    strcmp(x->stick[at].name, stick->name) == 0)
		how = CHECKLIST_STICK_REFUSED;
	(void)text_copy(x->stick[at].name, sizeof(x->stick[at].name), stick->name);
	x->stick[at].how = how;
	for (size_t i = 0; i < STATION_STICKS; i++)
		if (x->stick[i].how == CHECKLIST_STICK_COPYING && how != CHECKLIST_STICK_REFUSED)
			how = CHECKLIST_STICK_COPYING;
	/* It was taken out as it should be; a refusal stays until somebody has seen it. */
	if (how == CHECKLIST_STICK_NONE && s->bench.check.stick == CHECKLIST_STICK_REFUSED)
		return;
	/* Refused again is said again. */
	if (s->stopping || (s->bench.check.stick == how && how != CHECKLIST_STICK_REFUSED))
		return;
	bench_stick(&s->bench, how, &now, &s->out);
	station_act(s);
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
		.note = on_note, .ack = on_ack, .stick = on_stick, .user = s};
	char path[SETTINGS_PATH + 16];
	int r;

	(void)snprintf(path, sizeof(path), "%s/" EXPORTSOCK_NAME, s->settings.runtime_dir);
	r = exportsock_open(&s->exports.sock, s->loop, path, &calls);
	if (r < 0)
		log_error("cannot open %s: %s", path, strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

void exports_close(struct station *s)
{
	exportsock_close(s->exports.sock);
}
