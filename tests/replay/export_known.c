/* export_known.c - what the list of expected returns must have said of a label, told from the
 * events that an export holds of it, later ones included. */
#include "export.h"
#include <stdlib.h>
#include <string.h>

static struct parcel_unit *unit_of(struct parcel *p, uint16_t line, uint16_t unit)
{
	for (uint8_t i = 0; i < p->units; i++)
		if (p->unit[i].line == line && p->unit[i].unit == unit)
			return &p->unit[i];
	if (p->units == PARCEL_UNITS)
		return &p->unit[0];
	p->unit[p->units] = (struct parcel_unit){.line = line, .unit = unit};
	return &p->unit[p->units++];
}

static bool is_recorded(const struct export *x, const char *inspection)
{
	for (size_t i = 0; i < x->count; i++)
		if (event_span_is(&x->of[i].e.inspection, inspection))
			return true;
	return false;
}

/* It supersedes an inspection that the export does not hold: headquarters knew of that one. */
static void note_superseded(const struct export *x, const struct event_view *e,
			    struct parcel_unit *u)
{
	char id[EVENT_UUID + 1];

	export_data(e, "supersedes", id, sizeof(id));
	if (strlen(id) != EVENT_UUID || is_recorded(x, id))
		return;
	u->last.verdict = PARCEL_PASS;
	memcpy(u->last.inspection, id, sizeof(id));
}

/* Whether units of this return were chosen from: it has several, or `left` tells of them. Else a
 * label that is not the return's is its tracking number. */
static bool has_choice(const struct export *x, const struct event_view *e)
{
	struct event_span left;

	for (size_t i = 0; i < x->count; i++) {
		const struct event_view *o = &x->of[i].e;

		if (o->label.len != e->label.len || o->kind != EVENT_INSPECTION_OPENED ||
		    memcmp(o->label.at, e->label.at, o->label.len) != 0)
			continue;
		if (o->line != e->line || o->unit != e->unit || event_data(&o->data, "left", &left))
			return true;
	}
	return false;
}

/* The code that named the unit, where it was not the return's label. */
static bool note_product(const struct export *x, const struct event_view *e, struct parcel_unit *u)
{
	struct scan scan = {0};
	struct label label;

	scan.len = (uint16_t)export_raw(e, scan.bytes);
	scan.total = scan.len;
	label_parse(&x->w.settings.labels, &scan, &label);
	if (event_span_is(&e->label, label.id) || !has_choice(x, e))
		return false;
	(void)text_copy(u->product, sizeof(u->product), label.text);
	return true;
}

static void note_missing(const struct event_view *e, struct parcel *p)
{
	struct event_span s;
	unsigned line, unit;
	char text[EVENT_DATA_MAX];
	const char *at = text;

	if (!event_data(&e->data, "missing", &s) || s.len >= sizeof(text))
		return;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	while ((at = strstr(at, "{\"line\":")) &&
	       sscanf(at, "{\"line\":%u,\"unit\":%u}", &line, &unit) == 2) {
		(void)unit_of(p, (uint16_t)line, (uint16_t)unit);
		at++;
	}
}

static void note_list(const struct event_view *e, struct parcel *p)
{
	char list[16];

	export_data(e, "list", list, sizeof(list));
	for (int l = PARCEL_NO_LIST; l <= PARCEL_KNOWN; l++)
		if (strcmp(list, parcel_list_name((enum parcel_list)l)) == 0)
			p->list = (enum parcel_list)l;
}

static int by_item(const void *a, const void *b)
{
	const struct parcel_unit *x = a, *y = b;

	return x->line != y->line ? x->line - y->line : x->unit - y->unit;
}

/* Every unit can be asked for by a code; one that was never scanned is made up. */
static void name_units(struct parcel *p)
{
	for (uint8_t i = 0; i < p->units; i++)
		if (p->units > 1 && !p->unit[i].product[0])
			(void)snprintf(p->unit[i].product, sizeof(p->unit[i].product), "unit %u/%u",
				       p->unit[i].line, p->unit[i].unit);
}

void export_known(void *user, const char *label, struct parcel *p)
{
	const struct export *x = user;

	bool asked = false; /* "which one?" */

	p->units = 0;
	p->list = PARCEL_UNKNOWN; /* one that was never opened was refused or asked about */
	for (size_t i = 0; i < x->count; i++) {
		const struct event_view *e = &x->of[i].e;

		if (!event_span_is(&e->label, label))
			continue;
		note_list(e, p);
		if (e->kind == EVENT_INSPECTION_OPENED) {
			struct parcel_unit *u = unit_of(p, e->line, e->unit);

			note_superseded(x, e, u);
			asked = note_product(x, e, u) || asked;
		}
	}
	for (size_t i = 0; i < x->count; i++)
		if (x->of[i].e.kind == EVENT_PARCEL_CLOSED &&
		    event_span_is(&x->of[i].e.label, label)) {
			note_missing(&x->of[i].e, p);
			asked = true;
		}
	if (asked && p->units < 2) /* there were more: done at headquarters */
		unit_of(p, UINT16_MAX, 1)->last.verdict = PARCEL_PASS;
	if (!p->units)
		(void)unit_of(p, p->list == PARCEL_KNOWN, p->list == PARCEL_KNOWN);
	qsort(p->unit, p->units, sizeof(*p->unit), by_item);
	name_units(p);
}
