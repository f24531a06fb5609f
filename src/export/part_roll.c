/* part_roll.c - the photos that the events of an export tell of; copied behind the walk (roll.h).
 */
#include "part.h"

static int begin(void *state, struct trip *trip, struct sink *to)
{
	(void)state;
	(void)to;
	roll_begin(&trip->roll);
	return 0;
}

static int line(void *state, struct trip *trip, struct sink *to, const struct part_line *l)
{
	(void)state;
	(void)to;
	return roll_take(&trip->roll, trip->order->state, l->event);
}

static int end(void *state, struct trip *trip, struct sink *to)
{
	(void)state;
	(void)to;
	roll_settle(&trip->roll);
	return 0;
}

const struct part part_roll = {
	.begin = begin,
	.line = line,
	.end = end,
};
