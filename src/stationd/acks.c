/* acks.c - headquarters' ack.json, which moves the cursor behind which retention may remove events.
 * Whoever read the stick is only the courier, so the signature is looked at here, and the hash by
 * the journal: a reader that a hostile stick has taken over can say nothing here that headquarters
 * has not signed. A thread reads the certificate and looks at the signature, since the loop waits
 * for no disk and a small board needs some milliseconds for it. */
#include "io/cms.h"
#include "io/log.h"
#include "station.h"
#include <errno.h>
#include <string.h>

#define AN_ACK_MS 1000 /* one each */

static void refused(const char *why)
{
	log_write(LOG_LEVEL_WARNING, LOG_ACK_REFUSED, "an acknowledgement does not count: %s", why);
}

/* Why one that headquarters has signed does not count, or NULL with *ack. */
static const char *unfit(const struct station *s, const struct journal_state *state,
			 struct slip_ack *ack)
{
	const struct station_ack *a = &s->ack;

	if (!state->works)
		return "nothing can be recorded now";
	if (!slip_ack_find(a->text, a->text_len, state->journal, ack))
		return "it is not of this journal";
	if (strcmp(ack->station, s->settings.station) != 0)
		return "it is of another station";
	if (strcmp(ack->headquarters, a->signer.name) != 0)
		return "another headquarters has signed it than the one that it names";
	if (ack->acked > state->seq)
		return "it tells of events that are not there";
	return NULL;
}

/* The signature was looked at. */
static void decide(void *user)
{
	struct station *s = user;
	const struct station_ack *a = &s->ack;
	struct journal_state state;
	struct slip_ack ack;
	const char *why = a->why.text;

	journal_state(s->journal, &state);
	if (a->verdict == CMS_GOOD)
		why = unfit(s, &state, &ack);
	if (why)
		refused(why);
	else if (ack.acked <= state.acked)
		log_info("an acknowledgement says nothing new: event %llu of %llu",
			 (unsigned long long)ack.acked, (unsigned long long)state.acked);
	else
		journal_proved(s->journal, ack.acked, ack.hash);
}

static void look(void *user)
{
	struct station *s = user;
	struct station_ack *a = &s->ack;

	a->verdict = cms_verify_by(s->settings.hq.ack_file, a->text, a->text_len, a->signature,
				   a->signature_len, &a->signer, &a->why);
}

/* False: it is too long, which slip_parcel_read does not let through. */
static bool take(struct station_ack *a, const struct slip_parcel *parcel)
{
	if (parcel->text.len > sizeof(a->text) || parcel->signature.len > sizeof(a->signature))
		return false;
	memcpy(a->text, parcel->text.at, parcel->text.len);
	memcpy(a->signature, parcel->signature.at, parcel->signature.len);
	a->text_len = parcel->text.len;
	a->signature_len = parcel->signature.len;
	return true;
}

void acks_look(void *user, const struct slip_parcel *parcel)
{
	struct station *s = user;
	struct station_ack *a = &s->ack;
	struct moment now = moments_now(s);
	int r;

	if (a->looking.running || now.mono_ms < a->due_ms) {
		if (!a->dropped)
			log_info("an acknowledgement is dropped: there are more than one a second");
		a->dropped = true;
		return;
	}
	a->dropped = false;
	a->due_ms = now.mono_ms + AN_ACK_MS;
	if (!s->settings.hq.ack_file[0])
		refused("[headquarters] ack_file does not say whose counts");
	else if (take(a, parcel) && (r = errand_begin(&a->looking, s->loop, look, decide, s)) < 0)
		refused(strerror(-r));
}

void acks_close(struct station *s)
{
	errand_end(&s->ack.looking);
}
