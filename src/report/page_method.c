/* page_method.c - how it was counted, and what this report can't know; the page's foot. */
#include "page_part.h"

static void item(const struct page *p, const char *en, const char *zh)
{
	(void)fputs("<li>", p->f);
	html_say(p->f, en, zh);
	(void)fputs("</li>\n", p->f);
}

static void rules(const struct page *p)
{
	item(p,
	     "One inspection is one unit. Only a final verdict counts; a provisional one can still "
	     "be taken back.",
	     "一次检验对应一件。只计最终结论；暂定结论仍可撤回。");
	item(p,
	     "An inspection belongs to the day and hour of its last press, in the zone named above.",
	     "检验归入最后一次按键的日期与小时，时区见上。");
	item(p,
	     "Where no time source had set the clock, an inspection has no day, unless the clock was "
	     "set before the next start: then it is put right.",
	     "若时钟未经可靠来源设置，检验不归入任何一天；若在下次启动前设置，则事后更正。");
	item(p,
	     "This is one station's journal. A parcel that arrived here and was inspected at another "
	     "bench counts as open here; headquarters knows better.",
	     "本报告仅基于一个工位的日志。在此到货而在别处检验的包裹在此仍计为未检；以总部为准。");
	item(p,
	     "Events carry no product. It is known from the list of expected returns as it is now, "
	     "or from a product's own code that was scanned.",
	     "事件不含产品。产品来自当前的预期退货清单，或所扫描的产品码。");
	if (!p->r->config.inspectors)
		item(p, "Figures per inspector are not kept: the site's settings don't allow them.",
		     "不统计每位检验员：站点设置不允许。");
}

void page_method(const struct page *p)
{
	const struct report *r = p->r;

	page_open(p, "method", "How it was counted", "统计方法");
	(void)fputs("<ul>\n", p->f);
	rules(p);
	(void)fputs("</ul>\n", p->f);
	page_close(p);
	(void)fputs("</main>\n<footer>", p->f);
	html_say(p->f, "Journal", "日志");
	(void)fputc(' ', p->f);
	html_text(p->f, r->journal);
	(void)fputs(" · ", p->f);
	html_say(p->f, "events", "事件");
	(void)fputc(' ', p->f);
	html_figure(p->f, "first-seq", r->first_seq);
	(void)fputs(" – ", p->f);
	html_figure(p->f, "last-seq", r->last_seq);
	(void)fputs(" (", p->f);
	html_figure(p->f, "events", r->events);
	(void)fputs(") · station ", p->f);
	html_text(p->f, r->software[0] ? r->software : "?");
	if (p->o->version) {
		(void)fputs(" · ", p->f);
		html_text(p->f, p->o->version);
	}
	(void)fputs("</footer>\n", p->f);
}
