/* report_parcel.c - the 48-hour clock: from parcel.arrived to the verdict of the parcel's last
 * unit. Within one boot the monotonic clock tells the time, as on the bench itself; across boots
 * only times that are sure do (F1). */
#include "report_part.h"
#include "station/text.h"
#include <string.h>

#define HOUR_MS INT64_C(3600000)

/* The label's key and, cut to what is shown of it, the label. */
static bool label_of(const struct event_view *e, uint8_t key[REPORT_KEY],
		     struct report_parcel *shown)
{
	char label[LABEL_MAX + 1];

	if (e->label.len == 0 || !event_span_copy(&e->label, label, sizeof(label)))
		return false;
	report_table_key(label, strlen(label), key);
	if (shown)
		shown->cut = !text_copy(shown->label, sizeof(shown->label), label);
	return true;
}

/* The first arrival counts, as on the bench. */
void report_parcel_arrived(struct report *r, const struct event_view *e,
			   const struct times_moment *at)
{
	struct report_parcel p = {.at = *at, .boot = r->boot.number, .mono_ms = e->at.mono_ms};
	uint8_t key[REPORT_KEY];
	bool evicted;

	if (!label_of(e, key, &p)) {
		r->odd++;
		return;
	}
	r->arrived++;
	if (report_table_find(&r->parcels, key) != REPORT_NONE)
		return;
	r->parcel[report_table_add(&r->parcels, key, &evicted)] = p;
	r->forgotten += evicted;
	r->unsettled += !report_sure(at);
}

static void classify(const struct report *r, struct report_clock *c, int64_t age)
{
	int64_t deadline = (int64_t)r->config.deadline_h * HOUR_MS;

	if (age > deadline)
		c->late++;
	else if (age > deadline - deadline / REPORT_NEAR)
		c->near++;
	else
		c->on_time++;
}

static bool age_at(const struct report *r, const struct report_parcel *p, uint64_t mono_ms,
		   const struct times_moment *at, int64_t *age)
{
	if (p->boot == r->boot.number && mono_ms >= p->mono_ms)
		*age = (int64_t)(mono_ms - p->mono_ms);
	else if (report_sure(&p->at) && report_sure(at))
		*age = at->at - p->at.at;
	else
		return false;
	if (*age < 0)
		*age = 0;
	return true;
}

/* A parcel is done. Its age may be known later, when this boot's clock is set. */
static void finish(struct report *r, const struct report_parcel *p, uint64_t mono_ms,
		   const struct times_moment *at)
{
	int64_t age;

	if (age_at(r, p, mono_ms, at, &age))
		classify(r, &r->done, age);
	else if (report_sure(&p->at) && r->finishing < REPORT_PENDING)
		r->finish[r->finishing++] = (struct report_finish){p->at, *at};
	else
		r->done.unsure++;
}

void report_parcel_done(struct report *r, const struct event_view *e, const struct times_moment *at)
{
	uint8_t key[REPORT_KEY];
	uint32_t found;

	if (!label_of(e, key, NULL))
		return;
	found = report_table_find(&r->parcels, key);
	if (found == REPORT_NONE) {
		r->unarrived++;
		return;
	}
	finish(r, &r->parcel[found], e->at.mono_ms, at);
	report_table_remove(&r->parcels, found);
}

static void settle_finished(struct report *r)
{
	for (uint16_t i = 0; i < r->finishing; i++) {
		struct report_finish *f = &r->finish[i];

		(void)times_correct(&r->boot, &f->done);
		classify(r, &r->done, f->done.at > f->arrived.at ? f->done.at - f->arrived.at : 0);
	}
	r->finishing = 0;
}

/* The clock of this boot was set: its arrivals and ends are put right, once. */
void report_parcel_settle(struct report *r)
{
	settle_finished(r);
	if (r->unsettled == 0)
		return;
	for (uint32_t i = r->parcels.oldest; i != REPORT_NONE; i = r->parcels.node[i].newer)
		(void)times_correct(&r->boot, &r->parcel[i].at);
	r->unsettled = 0;
}

/* It never will be. */
void report_parcel_give_up(struct report *r)
{
	r->done.unsure += r->finishing;
	r->finishing = 0;
	r->unsettled = 0;
}

bool report_parcel_age(const struct report *r, uint32_t parcel, int64_t *ms)
{
	const struct report_parcel *p = &r->parcel[parcel];

	if (!report_sure(&p->at))
		return age_at(r, p, r->last_mono_ms, &p->at, ms);
	*ms = r->now_ms > p->at.at ? r->now_ms - p->at.at : 0;
	return true;
}

void report_parcel_end(struct report *r)
{
	int64_t age;

	report_parcel_give_up(r);
	for (uint32_t i = r->parcels.oldest; i != REPORT_NONE; i = r->parcels.node[i].newer) {
		if (report_parcel_age(r, i, &age))
			classify(r, &r->due, age);
		else
			r->due.unsure++;
	}
}

uint32_t report_parcel_next(const struct report *r, uint32_t after)
{
	return after == REPORT_NONE ? r->parcels.oldest : r->parcels.node[after].newer;
}
