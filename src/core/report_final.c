/* report_final.c - an outcome, counted wherever it tells something: day, reasons, product, badge,
 * steps, the parcel's clock, and the verdict that it replaces (F2). */
#include "report_part.h"
#include "station/text.h"
#include <string.h>

/* False: this inspection has its final already. */
static bool remember(struct report *r, const struct event_view *e, bool pass)
{
	uint8_t key[REPORT_KEY];
	bool evicted;
	uint32_t at;

	report_table_key(e->inspection.at, e->inspection.len, key);
	if (report_table_find(&r->verdicts, key) != REPORT_NONE)
		return false;
	at = report_table_add(&r->verdicts, key, &evicted);
	r->verdict_pass[at] = pass;
	return true;
}

static void replace(struct report *r, const char *superseded)
{
	uint8_t key[REPORT_KEY];
	uint32_t at;

	if (superseded[0] == '\0')
		return;
	r->replaced++;
	report_table_key(superseded, strlen(superseded), key);
	at = report_table_find(&r->verdicts, key);
	if (at == REPORT_NONE)
		return;
	report_count(&r->superseded, r->verdict_pass[at]);
	report_table_remove(&r->verdicts, at);
}

static void count_reasons(struct report *r, const struct report_open *o)
{
	for (unsigned i = 0; i < CHECKLIST_STEPS; i++) {
		if (o->now.answer[i] != PARCEL_FAIL)
			continue;
		if (o->reason[i][0] != '\0')
			(void)report_list_add(&r->reasons, o->reason[i],
					      (enum report_cell)(REPORT_A + i));
		else
			r->unexplained++;
	}
}

static void count_times(struct report *r, const struct report_open *o)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < CHECKLIST_STEPS; i++) {
		report_times_add(&r->step[i], o->spent_ms[i]);
		all += o->spent_ms[i];
	}
	report_times_add(&r->inspection, all);
}

static void count_product(struct report *r, const char *code, const char *title, bool pass)
{
	uint8_t key[REPORT_KEY];
	uint32_t at;
	bool evicted;

	if (code[0] == '\0') {
		report_count(&r->made_unknown, pass);
		return;
	}
	report_table_key(code, strlen(code), key);
	at = report_table_find(&r->products, key);
	if (at == REPORT_NONE && r->products.used == REPORT_PRODUCTS) {
		report_count(&r->made_other, pass);
		return;
	}
	if (at == REPORT_NONE) {
		at = report_table_add(&r->products, key, &evicted);
		(void)text_copy(r->made[at].code, REPORT_NAME, code);
	}
	if (title[0] != '\0')
		(void)text_copy(r->made[at].title, REPORT_NAME, title);
	report_count(&r->made[at].n, pass);
}

static void count_inspector(struct report *r, const struct event_view *e,
			    const struct report_open *o, bool pass)
{
	char by[REPORT_NAME] = "";

	if (!r->config.inspectors)
		return;
	if (o && o->by[0] != '\0')
		(void)text_copy(by, sizeof(by), o->by);
	else
		(void)event_span_copy(&e->by, by, sizeof(by));
	(void)report_list_add(&r->inspectors, by, pass ? REPORT_A : REPORT_B);
}

/* The parcel is done with its last unit. */
static bool units_left(const struct event_view *e)
{
	struct event_span left;

	return event_data(&e->data, "left", &left) && !event_span_is(&left, "[]");
}

static void count_whole(struct report *r, const struct report_open *o)
{
	count_reasons(r, o);
	if (o->timed && !o->holed)
		count_times(r, o);
	else
		r->untimed++;
	replace(r, o->supersedes);
}

void report_final(struct report *r, const struct event_view *e, const struct times_moment *at,
		  const struct report_open *o, const struct report_product *product)
{
	struct event_span verdict;
	bool pass, told = event_data(&e->data, "verdict", &verdict);
	const char *scanned = o ? o->product : "";

	pass = told && event_span_is(&verdict, "pass");
	if ((!pass && !(told && event_span_is(&verdict, "fail"))) || !remember(r, e, pass)) {
		r->odd++;
		return;
	}
	report_count(&r->final, pass);
	if (r->config.acked_known && e->seq > r->config.acked)
		report_count(&r->waiting, pass);
	/* The day is that of the last press, not of the end of the hold window. */
	report_days_add(r, o && o->closed.clock != TIMES_NONE ? &o->closed : at, pass);
	if (o) {
		count_whole(r, o);
	} else {
		r->partial++;
		r->untimed++;
	}
	count_product(r, product && product->code[0] ? product->code : scanned,
		      product ? product->title : "", pass);
	count_inspector(r, e, o, pass);
	if (!units_left(e))
		report_parcel_done(r, e, at);
}
