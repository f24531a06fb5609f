/* part_table.c - inspections.csv: a row for each inspection that an event of the export is about.
 */
#include "part.h"
#include "station/record.h"

struct table {
	struct record_fold fold;
	struct record done;
	struct parcel_unit goods;
	char row[RECORD_ROW];
};

static int begin(void *state, struct trip *trip, struct sink *to)
{
	struct table *t = state;
	struct text row = text_over(t->row, sizeof(t->row));

	trip->manifest.inspections = 0;
	record_init(&t->fold);
	record_csv_header(&row);
	return sink_write(to, t->row, row.len);
}

/* An inspection may be going on where the export begins. */
static int before(void *state, struct trip *trip, const struct event_view *event)
{
	struct table *t = state;

	(void)trip;
	(void)record_feed(&t->fold, event, &t->done);
	return 0;
}

/* The list tells product and title as it is now; of an inspection without an item it can't. */
static int put(struct table *t, struct trip *trip, struct sink *to)
{
	struct text row = text_over(t->row, sizeof(t->row));
	const struct record *r = &t->done;
	int found =
		r->line ? journal_reader_goods(trip->reader, r->label, r->line, r->unit, &t->goods)
			: 0;

	if (found < 0)
		return found;
	trip->manifest.inspections++;
	record_csv_row(&row, r, found ? &t->goods : NULL);
	return sink_write(to, t->row, row.len);
}

static int line(void *state, struct trip *trip, struct sink *to, const struct part_line *l)
{
	struct table *t = state;

	/* One that came to no end before the first event is not of this export. */
	if (!record_feed(&t->fold, l->event, &t->done) || t->done.last < trip->manifest.first)
		return 0;
	return put(t, trip, to);
}

static int end(void *state, struct trip *trip, struct sink *to)
{
	struct table *t = state;

	if (!record_end(&t->fold, &t->done) || t->done.last < trip->manifest.first)
		return 0;
	return put(t, trip, to);
}

const struct part part_table = {
	.name = "inspections.csv",
	.size = sizeof(struct table),
	.begin = begin,
	.before = before,
	.line = line,
	.end = end,
};
