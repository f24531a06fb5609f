/* part_lines.c - events.jsonl: the chain's very bytes, a line each. */
#include "part.h"

static int begin(void *state, struct trip *trip, struct sink *to)
{
	(void)state;
	(void)trip;
	(void)to;
	return 0;
}

static int line(void *state, struct trip *trip, struct sink *to, const struct part_line *l)
{
	int rc = sink_write(to, l->line, l->len);

	(void)state;
	(void)trip;
	return rc ? rc : sink_write(to, "\n", 1);
}

const struct part part_lines = {
	.name = MANIFEST_EVENTS,
	.begin = begin,
	.line = line,
	.end = begin,
};
