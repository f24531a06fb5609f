/* record_csv.c - an inspection as a row of inspections.csv, for people and their spreadsheets. */
#include "station/csv.h"
#include "station/record.h"
#include <string.h>

static const char *const titles[] = {
	"station",
	"seq",
	"inspection",
	"label",
	"line",
	"unit",
	"product",
	"title",
	"list",
	"opened_utc",
	"verdict_utc",
	"ended_utc",
	"clock",
	"seconds",
	"by",
	"state",
	"verdict",
	"appearance",
	"accessories",
	"usage",
	"reason_appearance",
	"reason_accessories",
	"reason_usage",
	"supersedes",
};

void record_csv_header(struct text *t)
{
	struct csv c = csv_over(t);

	text_put(t, CSV_MARK);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		csv_text(&c, titles[i]);
	csv_end(&c);
}

/* As spreadsheets know a date: 2026-11-23 08:00:00. */
static void cell_time(struct csv *c, int64_t ms)
{
	char at[32];
	struct text t = text_over(at, sizeof(at));

	if (!ms) {
		csv_text(c, "");
		return;
	}
	text_time(&t, ms);
	if (t.len > 19) {
		at[10] = ' ';
		at[19] = '\0';
	}
	csv_text(c, at);
}

static void cell_count(struct csv *c, uint64_t n)
{
	if (n)
		csv_number(c, n);
	else
		csv_text(c, "");
}

/* Whole seconds, rounded; a wink is one. */
static void cell_seconds(struct csv *c, uint64_t ms)
{
	uint64_t s = (ms + 500) / 1000;

	cell_count(c, ms && !s ? 1 : s);
}

void record_csv_row(struct text *t, const struct record *r, const struct parcel_unit *goods)
{
	struct csv c = csv_over(t);

	csv_text(&c, r->station);
	csv_number(&c, r->first);
	csv_text(&c, r->inspection);
	csv_text(&c, r->label);
	cell_count(&c, r->line);
	cell_count(&c, r->unit);
	csv_text(&c, goods ? goods->product : "");
	csv_text(&c, goods ? goods->title : "");
	csv_text(&c, r->list);
	cell_time(&c, r->opened_ms);
	cell_time(&c, r->closed_ms);
	cell_time(&c, r->ended_ms);
	csv_text(&c, r->untrusted ? "untrusted" : "trusted");
	cell_seconds(&c, r->took_ms);
	csv_text(&c, r->by);
	csv_text(&c, record_state_name(r->state));
	csv_text(&c, r->state == RECORD_ABANDONED ? "" : parcel_verdict_name(r->now.verdict));
	for (int i = 0; i < CHECKLIST_STEPS; i++)
		csv_text(&c, parcel_verdict_name(r->now.answer[i]));
	for (int i = 0; i < CHECKLIST_STEPS; i++)
		csv_text(&c, r->reason[i]);
	csv_text(&c, r->supersedes);
	csv_end(&c);
}
