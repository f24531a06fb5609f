/* plan.c - what an export will hold (plan.h). */
#include "plan.h"
#include "station/text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int failed(struct trip *trip, int rc, const char *what)
{
	(void)snprintf(trip->why, sizeof(trip->why), "%s: %s", what, strerror(-rc));
	return rc;
}

/* The last event says whose journal it is: the settings may be another station's by now. */
static bool take_station(void *user, uint64_t seq, const char *line, size_t len,
			 const uint8_t hash[EVENT_HASH])
{
	struct manifest *m = user;
	struct event_view view;

	(void)seq;
	(void)hash;
	if (event_read(line, len, &view) == EVENT_OK)
		event_span_copy(&view.station, m->station, sizeof(m->station));
	if (!manifest_name(m->station, strlen(m->station)) || strchr(m->station, '/'))
		text_copy(m->station, sizeof(m->station), "station");
	return false;
}

/* A moment's look, in one transaction; what is appended behind it is not of this export. */
static int look(struct trip *trip)
{
	struct journal_look now;
	struct manifest *m = &trip->manifest;
	int rc = journal_reader_look(trip->reader, 0, &now);

	if (rc)
		return failed(trip, rc, "the journal can't be read");
	if (now.damage[0] || now.seq == 0) {
		(void)snprintf(trip->why, sizeof(trip->why),
			       "the journal is damaged or empty; 'stationctl verify' tells more");
		return -EBADMSG;
	}
	text_copy(m->journal, sizeof(m->journal), now.journal);
	m->acked = now.acked;
	m->anchor = now.anchor;
	m->last = now.seq;
	m->first = (m->all ? now.anchor : now.acked) + 1;
	rc = journal_reader_lines(trip->reader, m->last - 1, 1, take_station, m);
	return rc < 0 ? failed(trip, rc, "the journal can't be read") : 0;
}

int plan_make(struct trip *trip, const struct order *order, int64_t now_ms)
{
	struct journal_report report;
	struct manifest *m = &trip->manifest;
	struct text made = text_over(m->made, sizeof(m->made));
	int rc = journal_reader_open(&trip->reader, order->journal, &report);

	if (rc) {
		text_copy(trip->why, sizeof(trip->why), report.text);
		return rc;
	}
	trip->order = order;
	trip->now_ms = now_ms;
	text_copy(m->software, sizeof(m->software), STATION_VERSION);
	text_time(&made, now_ms);
	m->all = order->all;
	rc = look(trip);
	if (!rc && m->first > 1) {
		rc = journal_reader_hash(trip->reader, m->first - 1, m->prev);
		if (rc)
			(void)failed(trip, rc, "the event before the first can't be read");
	}
	return rc;
}

void plan_end(struct trip *trip)
{
	journal_reader_close(trip->reader);
	trip->reader = NULL;
	roll_end(&trip->roll);
}
