/* report.c - a journal told in figures (report.h): where each event belongs, which clock it was
 * written by, and what of the chain is not in here. */
#include "station/report.h"
#include "report_part.h"
#include "station/text.h"
#include <string.h>

#define NO_LIMIT  INT64_C(253402300799999) /* the last moment that an event can write */
#define NEVER_SET INT64_C(1577836800000)   /* 2020: a clock before it was never set */

void report_init(struct report *r, const struct report_config *config)
{
	memset(r, 0, sizeof(*r));
	r->config = *config;
	if (config->now_ms < NEVER_SET)
		r->config.now_ms = 0;
	report_table_init(&r->verdicts, r->verdict_node, r->verdict_head, REPORT_VERDICTS);
	report_table_init(&r->parcels, r->parcel_node, r->parcel_head, REPORT_PARCELS);
	report_table_init(&r->products, r->product_node, r->product_head, REPORT_PRODUCTS);
}

/* --- when it was --- */

static void boot_enter(struct report *r, const struct event_view *e)
{
	if (event_span_is(&e->boot, r->boot_id))
		return;
	report_days_give_up(r);
	report_parcel_give_up(r);
	(void)event_span_copy(&e->boot, r->boot_id, sizeof(r->boot_id));
	r->boot = (struct times_boot){.number = r->boot.number + 1};
}

static void see(struct report *r, const struct event_view *e, struct times_moment *at)
{
	int64_t now = r->config.now_ms > 0 ? r->config.now_ms : NO_LIMIT;

	boot_enter(r, e);
	r->last_mono_ms = e->at.mono_ms;
	if (times_see(&r->boot, &e->at, &r->known, now, at)) {
		report_days_settle(r);
		report_parcel_settle(r);
		report_inspect_settle(r);
		report_fault_settle(r);
		(void)times_correct(&r->boot, &r->unacked_since);
	}
	if (!report_sure(at))
		return;
	r->last_ms = at->at;
	if (r->first_ms == 0)
		r->first_ms = at->at;
}

/* --- where it stands in the chain --- */

/* A child that follows its parent has events of it once more. */
static void journal_enter(struct report *r, const struct event_view *e)
{
	struct event_span parent, id;

	r->parent[0] = '\0';
	if (r->journals > 0 && e->kind == EVENT_JOURNAL_OPENED &&
	    event_data(&e->data, "parent", &parent) && parent.at[0] == '{' &&
	    event_data(&parent, "journal", &id) && event_span_is(&id, r->journal))
		(void)event_span_copy(&id, r->parent, sizeof(r->parent));
	(void)event_span_copy(&e->journal, r->journal, sizeof(r->journal));
	r->journals++;
	r->first_seq = e->seq;
	r->last_seq = e->seq;
}

/* False: it was here before. */
static bool place(struct report *r, const struct event_view *e)
{
	struct event_span origin;
	bool known = event_span_is(&e->journal, r->journal);

	if (known && e->seq <= r->last_seq) {
		r->again++;
		return false;
	}
	if (!known) {
		journal_enter(r, e);
	} else if (e->seq > r->last_seq + 1) {
		r->missing += e->seq - r->last_seq - 1;
		r->open.holed = true;
	}
	r->last_seq = e->seq;
	if (r->parent[0] != '\0' && event_data(&e->data, "origin", &origin)) {
		r->again++;
		return false;
	}
	return true;
}

/* --- what it says --- */

static void started(struct report *r, const struct event_view *e, const struct times_moment *at)
{
	r->starts++;
	r->crashes += r->running;
	r->running = true;
	(void)report_list_member(e, "site", r->site);
	(void)report_list_member(e, "timezone", r->timezone);
	(void)report_list_member(e, "software", r->software);
	report_fault_started(r, e, at);
}

static void rejected(struct report *r, const struct event_view *e)
{
	struct checklist_append a;
	char scanner[REPORT_NAME];

	checklist_read(e, &a);
	r->rejected[a.why]++;
	if (report_list_member(e, "scanner", scanner))
		(void)report_list_add(&r->scanners, scanner, REPORT_C);
}

static void arrived(struct report *r, const struct event_view *e, const struct times_moment *at)
{
	char scanner[REPORT_NAME];

	report_parcel_arrived(r, e, at);
	if (report_list_member(e, "scanner", scanner))
		(void)report_list_add(&r->scanners, scanner, REPORT_B);
}

/* What a station at work writes; that it started may be before the first event that is in here. */
static bool at_work(enum event_kind kind)
{
	return kind != EVENT_JOURNAL_OPENED && kind != EVENT_STATION_STOPPED &&
	       kind != EVENT_EXPORT_DONE && kind != EVENT_UNKNOWN;
}

static void take(struct report *r, const struct event_view *e, const struct times_moment *at,
		 const struct report_product *product)
{
	switch (e->kind) {
	case EVENT_STATION_STARTED:
		started(r, e, at);
		break;
	case EVENT_STATION_STOPPED:
		r->running = false;
		break;
	case EVENT_CLOCK_STEPPED:
		r->clock_steps++;
		break;
	case EVENT_BADGE_IN:
		r->badges++;
		break;
	case EVENT_PARCEL_ARRIVED:
		arrived(r, e, at);
		break;
	case EVENT_PARCEL_CLOSED:
		report_parcel_done(r, e, at);
		break;
	case EVENT_LABEL_REJECTED:
		rejected(r, e);
		break;
	case EVENT_INSPECTION_OPENED:
	case EVENT_STEP_ANSWERED:
	case EVENT_STEP_WITHDRAWN:
	case EVENT_REASON_GIVEN:
	case EVENT_INSPECTION_CLOSED:
	case EVENT_INSPECTION_REOPENED:
	case EVENT_INSPECTION_FINAL:
	case EVENT_INSPECTION_ABANDONED:
		report_inspect(r, e, at, product);
		break;
	case EVENT_PHOTO_TAKEN:
		r->photos++;
		break;
	case EVENT_EXPORT_DONE:
		r->exports++;
		break;
	case EVENT_FAULT_RAISED:
		report_fault_raised(r, e, at);
		break;
	case EVENT_FAULT_CLEARED:
		report_fault_cleared(r, e, at);
		break;
	case EVENT_BADGE_OUT:
	case EVENT_LABELS_LOADED:
	case EVENT_JOURNAL_OPENED:
	case EVENT_UNKNOWN:
		break;
	}
}

void report_event(struct report *r, const struct event_view *e,
		  const struct report_product *product)
{
	struct times_moment at;

	if (!place(r, e))
		return;
	see(r, e, &at);
	r->events++;
	if (e->station.len < sizeof(r->station))
		(void)event_span_copy(&e->station, r->station, sizeof(r->station));
	if (r->config.acked_known && e->seq > r->config.acked && r->unacked++ == 0)
		r->unacked_since = at;
	if (e->v == EVENT_VERSION && e->kind != EVENT_UNKNOWN)
		take(r, e, &at, product);
	else
		r->newer++;
	r->running = r->running || at_work(e->kind);
}

void report_end(struct report *r)
{
	r->now_ms = r->config.now_ms > r->last_ms ? r->config.now_ms : r->last_ms;
	r->provisional = r->open.is && r->open.now.at == CHECKLIST_CLOSED;
	report_days_end(r);
	report_parcel_end(r);
}
