/* page_steps.c - how long the steps took. */
#include "chart.h"
#include "page_part.h"

static void duration(const struct page *p, const char *key, const struct report_times *t,
		     uint32_t tenths)
{
	(void)fprintf(p->f, "<td data-%s=\"%u\">", key, tenths);
	if (tenths >= REPORT_TENTHS)
		(void)fputs("&gt;&nbsp;", p->f);
	if (t->count)
		html_tenths(p->f, tenths);
	else
		(void)fputs("–", p->f);
	(void)fputs("</td>", p->f);
}

static void step_row(const struct page *p, const char *key, const struct report_times *t,
		     uint32_t whole, const char *en, const char *zh)
{
	uint32_t low = report_times_quantile(t, 10), middle = report_times_quantile(t, 50),
		 high = report_times_quantile(t, 90);

	(void)fprintf(p->f, "<tr data-step=\"%s\" data-timed=\"%u\"><th scope=\"row\">", key,
		      t->count);
	html_say(p->f, en, zh);
	(void)fputs("</th>", p->f);
	duration(p, "median", t, middle);
	duration(p, "p90", t, high);
	chart_range(p->f, low, middle, high, whole);
	(void)fputs("</tr>\n", p->f);
}

void page_steps(const struct page *p)
{
	const struct report *r = p->r;
	uint32_t whole = report_times_quantile(&r->inspection, 90);

	for (int i = 0; i < CHECKLIST_STEPS; i++)
		if (report_times_quantile(&r->step[i], 90) > whole)
			whole = report_times_quantile(&r->step[i], 90);
	page_open(p, "steps", "Time per step", "各步骤用时");
	(void)fputs("<p class=\"soft\">", p->f);
	html_say(
		p->f,
		"Half of the inspections took no longer than the median, nine in ten no longer than "
		"“90 %”. The bar goes from the fastest tenth to the slowest. A failed step "
		"includes its reason.",
		"半数检验用时不超过中位数，九成不超过“90 %”。横条自最快一成至最慢一成。不合格步骤含"
		"选择原因的时间。");
	(void)fputs("</p>\n<table><thead><tr>", p->f);
	page_column(p, "step", "步骤");
	page_column(p, "median", "中位数");
	page_column(p, "90 %", "90 %");
	(void)fputs("<td></td></tr></thead><tbody>\n", p->f);
	step_row(p, "appearance", &r->step[0], whole, "appearance", "外观");
	step_row(p, "accessories", &r->step[1], whole, "accessories", "配件");
	step_row(p, "usage", &r->step[2], whole, "usage", "使用");
	step_row(p, "inspection", &r->inspection, whole, "whole inspection", "整次检验");
	(void)fputs("</tbody></table>\n<p class=\"soft\">", p->f);
	html_say(p->f, "Inspections that were timed:", "有用时的检验：");
	(void)fputc(' ', p->f);
	html_figure(p->f, "timed", r->inspection.count);
	(void)fputs("; ", p->f);
	html_say(p->f,
		 "not timed (power cut, or a part is missing):", "无用时（断电或部分缺失）：");
	(void)fputc(' ', p->f);
	html_figure(p->f, "untimed", r->untimed);
	(void)fputs("</p>\n", p->f);
	page_close(p);
}
