/* page_clock.c - the 48-hour clock: parcels that were inspected, and those that still wait. */
#include "chart.h"
#include "page_part.h"

#define WAITING 10 /* open parcels that are listed */

static uint64_t all_of(const struct report_clock *c)
{
	return (uint64_t)c->on_time + c->near + c->late + c->unsure;
}

static void clock_row(const struct page *p, const char *key, const char *class, uint32_t done,
		      uint32_t due, const char *en, const char *zh)
{
	(void)fprintf(p->f,
		      "<tr data-clock=\"%s\"><th scope=\"row\"><span class=\"key\"><span><svg "
		      "viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"%s\" width=\"14\" "
		      "height=\"14\"/></svg>",
		      key, class);
	html_say(p->f, en, zh);
	(void)fputs("</span></span></th>", p->f);
	page_cell(p, "done", done);
	(void)fputs("<td>", p->f);
	html_share(p->f, NULL, done, all_of(&p->r->done));
	(void)fputs("</td>", p->f);
	page_cell(p, "due", due);
	(void)fputs("</tr>\n", p->f);
}

static void clock_table(const struct page *p)
{
	const struct report *r = p->r;

	(void)fputs("<table><thead><tr>", p->f);
	page_column(p, "parcels", "包裹");
	page_column(p, "inspected", "已检");
	page_column(p, "share", "占比");
	page_column(p, "still open", "未检");
	(void)fputs("</tr></thead><tbody>\n", p->f);
	clock_row(p, "on-time", "pass", r->done.on_time, r->due.on_time, "on time", "按时");
	clock_row(p, "near", "near", r->done.near, r->due.near, "near: in the last quarter",
		  "临近：最后四分之一时限内");
	clock_row(p, "late", "late", r->done.late, r->due.late, "late", "超时");
	clock_row(p, "unsure", "unsure", r->done.unsure, r->due.unsure, "clock not sure",
		  "时钟不确定");
	(void)fputs("<tr class=\"sum\" data-clock=\"all\"><th scope=\"row\">", p->f);
	html_say(p->f, "all", "合计");
	(void)fputs("</th>", p->f);
	page_cell(p, "done", all_of(&r->done));
	(void)fputs("<td></td>", p->f);
	page_cell(p, "due", all_of(&r->due));
	(void)fputs("</tr>\n</tbody></table>\n", p->f);
}

static void state(const struct page *p, bool known, int64_t age)
{
	int64_t deadline = (int64_t)p->r->config.deadline_h * 3600000;

	if (!known)
		html_say(p->f, "not sure", "不确定");
	else if (age > deadline)
		html_say(p->f, "<b>late</b>", "<b>超时</b>");
	else if (age > deadline - deadline / REPORT_NEAR)
		html_say(p->f, "near", "临近");
	else
		html_say(p->f, "on time", "按时");
}

static void waiting_row(const struct page *p, uint32_t at)
{
	const struct report_parcel *parcel = &p->r->parcel[at];
	int64_t age = 0;
	bool known = report_parcel_age(p->r, at, &age);

	(void)fputs("<tr data-parcel=\"", p->f);
	html_value(p->f, parcel->label);
	(void)fputs("\"><th scope=\"row\">", p->f);
	html_text(p->f, parcel->label);
	(void)fprintf(p->f, "%s</th><td>", parcel->cut ? "…" : "");
	page_moment(p, &parcel->at);
	(void)fputs("</td><td>", p->f);
	if (known)
		html_age(p->f, age);
	(void)fputs("</td><td>", p->f);
	state(p, known, age);
	(void)fputs("</td></tr>\n", p->f);
}

static void waiting(const struct page *p)
{
	uint32_t at = report_parcel_next(p->r, REPORT_NONE);

	if (at == REPORT_NONE)
		return;
	(void)fputs("<details open><summary>", p->f);
	html_say(p->f, "Open parcels, the oldest first", "未检包裹，最早的在前");
	(void)fputs("</summary><table id=\"open-parcels\"><thead><tr>", p->f);
	page_column(p, "label", "标签");
	page_column(p, "arrived", "到货");
	page_column(p, "waits", "已等待");
	page_column(p, "state", "状态");
	(void)fputs("</tr></thead><tbody>\n", p->f);
	for (unsigned i = 0; i < WAITING && at != REPORT_NONE; i++) {
		waiting_row(p, at);
		at = report_parcel_next(p->r, at);
	}
	(void)fputs("</tbody></table>", p->f);
	if (p->r->parcels.used > WAITING) {
		(void)fputs("<p class=\"soft\">", p->f);
		html_say(p->f, "and more:", "未列出：");
		(void)fputc(' ', p->f);
		html_figure(p->f, "due-more", p->r->parcels.used - WAITING);
		(void)fputs("</p>", p->f);
	}
	(void)fputs("</details>\n", p->f);
}

void page_clock(const struct page *p)
{
	char en[64], zh[64];

	(void)snprintf(en, sizeof(en), "The %u-hour clock", p->r->config.deadline_h);
	(void)snprintf(zh, sizeof(zh), "%u小时时限", p->r->config.deadline_h);
	page_open(p, "clock", en, zh);
	(void)fputs("<p class=\"soft\">", p->f);
	html_say(p->f,
		 "From a parcel's arrival at this station to the final verdict on its last unit.",
		 "自包裹到达本工位至其最后一件的最终结论。");
	(void)fputs("</p>\n<figure class=\"chart\">", p->f);
	chart_clock(p->f, &p->r->done);
	(void)fputs("</figure>\n", p->f);
	clock_table(p);
	(void)fputs("<p class=\"soft\">", p->f);
	html_say(p->f, "Inspected, but their arrival is not in here:", "已检但在此没有到货记录：");
	(void)fputc(' ', p->f);
	html_figure(p->f, "unarrived", p->r->unarrived);
	(void)fputs("</p>\n", p->f);
	waiting(p);
	page_close(p);
}
