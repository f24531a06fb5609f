/* metrics.c - counters of the front, and the Prometheus text of them and of the store's numbers. */
#include "metrics.h"
#include "refusal.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static const unsigned statuses[] = {200, 400, 401, 403, 404, 405, 409,
				    413, 415, 422, 429, 503, 507};
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))

static const char *const calls[METRICS_CALLS] = {
	[METRICS_EVENTS] = "events",	 [METRICS_ANCHOR] = "anchor",
	[METRICS_EXPECTED] = "expected", [METRICS_HEALTH] = "healthz",
	[METRICS_METRICS] = "metrics",	 [METRICS_OTHER] = "other",
	[METRICS_PHOTO] = "photos",
};

static atomic_uint_fast64_t requests[METRICS_CALLS][STATUSES];
static atomic_uint_fast64_t bytes_sent, bytes_unpacked, ingests, ingest_us;

void metrics_request(enum metrics_call call, unsigned status)
{
	for (size_t i = 0; i < STATUSES; i++)
		if (statuses[i] == status)
			atomic_fetch_add(&requests[call][i], 1);
}

void metrics_ingest(uint64_t sent, uint64_t unpacked, uint64_t took_us)
{
	atomic_fetch_add(&bytes_sent, sent);
	atomic_fetch_add(&bytes_unpacked, unpacked);
	atomic_fetch_add(&ingests, 1);
	atomic_fetch_add(&ingest_us, took_us);
}

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	(void)fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(FILE *f, const char *name, const char *type, const char *help, uint64_t value)
{
	head(f, name, type, help);
	(void)fprintf(f, "%s %" PRIu64 "\n", name, value);
}

static void store_text(FILE *f, const struct store_numbers *n)
{
	one(f, "hqd_store_up", "gauge", "Whether the store can be read.", n != NULL);
	if (!n)
		return;
	one(f, "hqd_journals", "gauge", "Journals that are stored.", n->journals);
	one(f, "hqd_events", "gauge", "Events that are stored.", n->events);
	one(f, "hqd_inspections", "gauge", "Inspections that are known.", n->inspections);
	head(f, "hqd_outcomes", "gauge", "Units by their final verdict.");
	(void)fprintf(f,
		      "hqd_outcomes{verdict=\"pass\"} %" PRIu64
		      "\nhqd_outcomes{verdict=\"fail\"} %" PRIu64 "\n",
		      n->passed, n->failed);
	one(f, "hqd_holes", "gauge",
	    "Runs of events that a station had removed before they came here.", n->holes);
	one(f, "hqd_forks", "gauge", "Journals that came with two histories.", n->forks);
	one(f, "hqd_set_aside", "gauge", "Events that could not be interpreted.", n->set_aside);
	one(f, "hqd_conflicts", "gauge", "Units with more than one outcome.", n->conflicts);
	one(f, "hqd_expected", "gauge", "Returns that are expected.", n->expected);
}

static void photos_text(FILE *f, const struct store_photo_numbers *n, unsigned parts)
{
	one(f, "hqd_photo_parts", "gauge", "Photos of which a part is here.", parts);
	if (!n)
		return;
	one(f, "hqd_photos", "gauge", "Photos that are here.", n->kept);
	one(f, "hqd_photo_bytes", "gauge", "Bytes of the photos that are here.", n->bytes);
	one(f, "hqd_photos_missing", "gauge", "Photos that an event told of and that are not here.",
	    n->missing);
}

static void requests_text(FILE *f)
{
	head(f, "hqd_requests_total", "counter", "Requests that were answered.");
	for (size_t c = 0; c < METRICS_CALLS; c++)
		for (size_t i = 0; i < STATUSES; i++)
			if (requests[c][i] > 0)
				(void)fprintf(f,
					      "hqd_requests_total{call=\"%s\",status=\"%u\"} "
					      "%" PRIuFAST64 "\n",
					      calls[c], statuses[i], requests[c][i]);
	head(f, "hqd_refused_total", "counter", "What was refused, by problem type.");
	for (unsigned r = 0; r < REFUSAL_KINDS; r++)
		(void)fprintf(f, "hqd_refused_total{problem=\"%s\"} %" PRIu64 "\n",
			      refusal_name((enum refusal)r), refusal_count((enum refusal)r));
}

static void ingest_text(FILE *f)
{
	uint64_t us = ingest_us;

	head(f, "hqd_received_bytes_total", "counter",
	     "Bytes of events: as they were sent, and unpacked.");
	(void)fprintf(f,
		      "hqd_received_bytes_total{form=\"sent\"} %" PRIuFAST64
		      "\nhqd_received_bytes_total{form=\"unpacked\"} %" PRIuFAST64 "\n",
		      bytes_sent, bytes_unpacked);
	head(f, "hqd_ingest_seconds", "summary",
	     "Time in the store for a body of events, waiting for its turn included.");
	(void)fprintf(f,
		      "hqd_ingest_seconds_sum %" PRIu64 ".%06" PRIu64
		      "\nhqd_ingest_seconds_count %" PRIuFAST64 "\n",
		      us / 1000000, us % 1000000, ingests);
}

char *metrics_text(const struct store_numbers *numbers, const struct store_photo_numbers *photos,
		   unsigned parts, unsigned connections, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		return NULL;
	head(f, "hqd_info", "gauge", "The version.");
	(void)fprintf(f, "hqd_info{version=\"%s\"} 1\n", STATION_VERSION);
	store_text(f, numbers);
	photos_text(f, photos, parts);
	one(f, "hqd_connections", "gauge", "Connections that are open.", connections);
	requests_text(f);
	ingest_text(f);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}
