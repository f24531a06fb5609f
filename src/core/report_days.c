/* report_days.c - verdicts by day and quarter of an hour, in UTC: days and hours of any zone, with
 * its summer time, are made of these afterwards. A verdict whose time is not sure waits for its
 * boot's clock to be set; it is never put on a day by a guess (F1). */
#include "report_part.h"
#include <string.h>

#define DAY_MS	   INT64_C(86400000)
#define QUARTER_MS INT64_C(900000)
#define QUARTER_S  900

static int64_t floor_div(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

/* Where the day is in `order`, or would be. */
static uint16_t place(const struct report_days *d, int32_t day)
{
	uint16_t low = 0, high = d->used;

	/* Mostly it is the last one. */
	if (high > 0 && d->day[d->order[high - 1]].day < day)
		return high;
	while (low < high) {
		uint16_t middle = (uint16_t)((low + high) / 2);

		if (d->day[d->order[middle]].day < day)
			low = (uint16_t)(middle + 1);
		else
			high = middle;
	}
	return low;
}

static void day_sum(const struct report_day *day, struct report_count *to)
{
	for (unsigned q = 0; q < REPORT_QUARTERS; q++) {
		to->pass += day->quarter[q].pass;
		to->fail += day->quarter[q].fail;
	}
}

static void order_remove(struct report_days *d, uint16_t at)
{
	d->used--;
	memmove(&d->order[at], &d->order[at + 1], (d->used - at) * sizeof(d->order[0]));
}

/* The day's counters; NULL: it is before all that there is room for. */
static struct report_day *day_of(struct report_days *d, int32_t day)
{
	uint16_t at = place(d, day), slot = d->used;

	if (at < d->used && d->day[d->order[at]].day == day)
		return &d->day[d->order[at]];
	if (d->used == REPORT_DAYS) {
		if (at == 0)
			return NULL;
		slot = d->order[0];
		day_sum(&d->day[slot], &d->early);
		order_remove(d, 0);
		at--;
	}
	memmove(&d->order[at + 1], &d->order[at], (d->used - at) * sizeof(d->order[0]));
	d->order[at] = slot;
	d->used++;
	d->day[slot] = (struct report_day){.day = day};
	return &d->day[slot];
}

static void put(struct report_days *d, int64_t ms, bool pass)
{
	int64_t day = floor_div(ms, DAY_MS);
	struct report_day *to = day_of(d, (int32_t)day);

	if (to)
		report_count(&to->quarter[(ms - day * DAY_MS) / QUARTER_MS], pass);
	else
		report_count(&d->early, pass);
}

void report_days_add(struct report *r, const struct times_moment *at, bool pass)
{
	struct report_days *d = &r->days;

	if (report_sure(at))
		put(d, at->at, pass);
	else if (at->boot == r->boot.number && d->waiting < REPORT_PENDING)
		d->pending[d->waiting++] = (struct report_pending){.at = *at, .pass = pass};
	else
		report_count(&d->undated, pass);
}

void report_days_settle(struct report *r)
{
	struct report_days *d = &r->days;
	uint16_t waiting = d->waiting;

	d->waiting = 0;
	for (uint16_t i = 0; i < waiting; i++) {
		struct report_pending p = d->pending[i];

		(void)times_correct(&r->boot, &p.at);
		report_days_add(r, &p.at, p.pass);
	}
}

void report_days_give_up(struct report *r)
{
	for (uint16_t i = 0; i < r->days.waiting; i++)
		report_count(&r->days.undated, r->days.pending[i].pass);
	r->days.waiting = 0;
}

/* A day that is later than the end of the chain and than now is one of a clock that was wrong,
 * whoever vouched for it. */
void report_days_end(struct report *r)
{
	struct report_days *d = &r->days;

	report_days_give_up(r);
	while (d->used > 0 && r->now_ms > 0) {
		struct report_day *last = &d->day[d->order[d->used - 1]];

		if (last->day <= floor_div(r->now_ms, DAY_MS) + 1)
			break;
		day_sum(last, &d->undated);
		d->used--;
	}
}

static void calendar_put(struct report_calendar *c, int64_t local_s, const struct report_count *n)
{
	int32_t day = (int32_t)floor_div(local_s, DAY_MS / 1000);
	int64_t hour = floor_div(local_s, 3600) - (int64_t)day * 24;

	/* A zone that moves its clock never moves it by a day. */
	if (c->days == 0 || c->day[c->days - 1].day < day) {
		c->day[c->days].n = (struct report_count){0};
		c->day[c->days++].day = day;
	}
	for (uint16_t i = c->days; i-- > 0;) {
		if (c->day[i].day != day)
			continue;
		c->day[i].n.pass += n->pass;
		c->day[i].n.fail += n->fail;
		break;
	}
	c->hour[hour].pass += n->pass;
	c->hour[hour].fail += n->fail;
}

void report_days_calendar(const struct report *r, int32_t (*offset_s)(void *user, int64_t utc_s),
			  void *user, struct report_calendar *out)
{
	const struct report_days *d = &r->days;

	*out = (struct report_calendar){.days = 0};
	for (uint16_t i = 0; i < d->used; i++) {
		const struct report_day *day = &d->day[d->order[i]];

		for (unsigned q = 0; q < REPORT_QUARTERS; q++) {
			int64_t at = (int64_t)day->day * (DAY_MS / 1000) + q * QUARTER_S;

			if (day->quarter[q].pass + day->quarter[q].fail == 0)
				continue;
			calendar_put(out, at + offset_s(user, at), &day->quarter[q]);
		}
	}
}
