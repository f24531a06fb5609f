/* part_report.c - report.html: all events that the journal still has in figures, also those that
 * headquarters has already and that are not copied again. It is what `stationctl report` says at
 * the same moment. */
#include "part.h"
#include "io/zone.h"
#include "report/page.h"
#include <errno.h>
#include <stdlib.h>

struct telling {
	struct report report;
	struct parcel_unit goods;
};

static int begin(void *state, struct trip *trip, struct sink *to)
{
	struct telling *t = state;
	const struct order *o = trip->order;
	const struct report_config config = {
		.inspectors = o->inspectors,
		.deadline_h = o->deadline_h,
		.now_ms = trip->now_ms,
		.acked_known = o->headquarters || trip->manifest.acked > 0,
		.acked = trip->manifest.acked,
	};

	(void)to;
	report_init(&t->report, &config);
	return 0;
}

static int feed(void *state, struct trip *trip, const struct event_view *e)
{
	struct telling *t = state;
	struct report_product product = {t->goods.product, t->goods.title};
	char label[LABEL_MAX + 1];
	int found = 0;

	if (e->kind == EVENT_INSPECTION_FINAL && e->line &&
	    event_span_copy(&e->label, label, sizeof(label)))
		found = journal_reader_goods(trip->reader, label, e->line, e->unit, &t->goods);
	if (found < 0)
		return found;
	report_event(&t->report, e, found ? &product : NULL);
	return 0;
}

static int line(void *state, struct trip *trip, struct sink *to, const struct part_line *l)
{
	(void)to;
	return feed(state, trip, l->event);
}

/* The page is small, whatever the journal's length. */
static int write_page(const struct telling *t, const struct page_options *o, struct sink *to)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int rc = f ? page_write(f, &t->report, o) : -ENOMEM;

	if (f && fclose(f) != 0 && !rc)
		rc = -ENOMEM;
	if (!rc)
		rc = sink_write(to, text, len);
	free(text);
	return rc;
}

static int end(void *state, struct trip *trip, struct sink *to)
{
	struct telling *t = state;
	const struct order *o = trip->order;
	const struct page_options options = {
		.zone = o->zone_unknown ? "UTC" : o->zone,
		.offset_s = zone_offset,
		.zone_unknown = o->zone_unknown ? o->zone : NULL,
		.reasons = o->reasons,
		.version = "station-export " STATION_VERSION,
		.alone = !t->report.config.acked_known,
	};

	report_end(&t->report);
	return write_page(t, &options, to);
}

const struct part part_report = {
	.name = "report.html",
	.size = sizeof(struct telling),
	.begin = begin,
	.before = feed,
	.line = line,
	.end = end,
};
