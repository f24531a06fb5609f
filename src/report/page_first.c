/* page_first.c - the first screen: whose report it is, how many, how many passed, what is late,
 * and whether headquarters has everything. */
#include "page_part.h"

static void period(const struct page *p)
{
	const struct report_calendar *c = &p->calendar;

	if (c->days == 0) {
		html_say(p->f, "no day with a sure date", "没有日期确定的日子");
		return;
	}
	(void)fputs("<b data-from=\"", p->f);
	page_day(p, c->day[0].day);
	(void)fputs("\" data-to=\"", p->f);
	page_day(p, c->day[c->days - 1].day);
	(void)fputs("\">", p->f);
	page_day(p, c->day[0].day);
	(void)fputs(" – ", p->f);
	page_day(p, c->day[c->days - 1].day);
	(void)fputs("</b>", p->f);
}

static void heading(const struct page *p)
{
	FILE *f = p->f;

	(void)fputs(
		"<header>\n<div class=\"switch\"><label for=\"lang-en\" lang=\"\">English</label>"
		"<label for=\"lang-zh\" lang=\"\">中文</label></div>\n<h1>",
		f);
	html_say(f, "Returns inspection report", "退货检验报告");
	(void)fputs("</h1>\n<p class=\"about\">", f);
	html_say(f, "Station", "工位");
	(void)fputs(" <b>", f);
	html_text(f, p->r->station[0] ? p->r->station : "?");
	(void)fputs("</b>", f);
	if (p->r->site[0]) {
		(void)fputs(" · ", f);
		html_say(f, "site", "站点");
		(void)fputs(" <b>", f);
		html_text(f, p->r->site);
		(void)fputs("</b>", f);
	}
	(void)fputs(" · ", f);
	period(p);
	(void)fputs("<br>", f);
	html_say(f, "Times are of the zone", "时间所属时区：");
	(void)fputs(" <b id=\"zone\">", f);
	html_text(f, p->o->zone);
	(void)fputs("</b> · ", f);
	html_say(f, "made", "生成于");
	(void)fputc(' ', f);
	if (p->r->config.now_ms > 0)
		page_time(p, p->r->config.now_ms);
	else
		html_say(f, "by a clock that is not set", "时钟未设置");
	(void)fprintf(f, "</p>\n</header>\n<main id=\"report\" data-now=\"%lld\">\n",
		      (long long)p->r->now_ms);
}

static void card(const struct page *p, const char *kind, const char *en, const char *zh)
{
	(void)fprintf(p->f, "<div class=\"card%s%s\"><h2>", *kind ? " " : "", kind);
	html_say(p->f, en, zh);
	(void)fputs("</h2><div class=\"big\">", p->f);
}

static void card_end(const struct page *p)
{
	(void)fputs("</p></div>\n", p->f);
}

/* " name 12" with a separator before it. */
static void also(const struct page *p, const char *before, const char *en, const char *zh,
		 const char *name, uint64_t n)
{
	(void)fputs(before, p->f);
	html_say(p->f, en, zh);
	(void)fputc(' ', p->f);
	html_figure(p->f, name, n);
}

static void card_count(const struct page *p)
{
	const struct report *r = p->r;

	card(p, "", "Inspections", "检验数");
	html_figure(p->f, "final", page_all(&r->final));
	(void)fputs("</div><p>", p->f);
	also(p, "", "passed", "合格", "pass", r->final.pass);
	also(p, " · ", "failed", "不合格", "fail", r->final.fail);
	also(p, "<br>", "provisional, not counted", "暂定（未计入）", "provisional",
	     r->provisional);
	also(p, " · ", "abandoned", "放弃", "abandoned", r->abandoned);
	card_end(p);
}

static void card_rate(const struct page *p)
{
	const struct report *r = p->r;
	uint64_t pass = r->final.pass - r->superseded.pass;
	uint64_t all = page_all(&r->final) - page_all(&r->superseded);

	card(p, "", "Pass rate", "合格率");
	html_share(p->f, "rate", r->final.pass, page_all(&r->final));
	(void)fputs("</div><p>", p->f);
	html_say(p->f, "of all final verdicts", "占全部最终结论");
	(void)fputs("<br>", p->f);
	html_say(p->f, "without replaced ones:", "不含被取代的：");
	(void)fputc(' ', p->f);
	html_share(p->f, "rate-standing", pass, all);
	also(p, " · ", "replaced", "被取代", "superseded", page_all(&r->superseded));
	card_end(p);
}

static void card_late(const struct page *p)
{
	const struct report *r = p->r;
	uint64_t late = (uint64_t)r->done.late + r->due.late;
	char en[48], zh[48];

	(void)snprintf(en, sizeof(en), "Late (over %u&nbsp;h)", r->config.deadline_h);
	(void)snprintf(zh, sizeof(zh), "超时（超过%u小时）", r->config.deadline_h);
	card(p, late ? "bad" : "good", en, zh);
	html_figure(p->f, "late", late);
	(void)fputs("</div><p>", p->f);
	also(p, "", "inspected late", "检验超时", "done-late", r->done.late);
	also(p, " · ", "late and still open", "超时未检", "due-late", r->due.late);
	also(p, "<br>", "near the deadline, open", "临近期限未检", "due-near", r->due.near);
	also(p, " · ", "open in all", "未检合计", "due", r->parcels.used);
	card_end(p);
}

static void word(const struct page *p, const char *state, const char *en, const char *zh)
{
	(void)fprintf(p->f, "<span class=\"word\" id=\"sync\" data-state=\"%s\">", state);
	html_say(p->f, en, zh);
	(void)fputs("</span>", p->f);
}

static void sync_word(const struct page *p)
{
	const struct report *r = p->r;

	if (p->o->alone)
		word(p, "none", "– none is set up", "– 未设置");
	else if (!r->config.acked_known)
		word(p, "unknown", "? not known here", "? 此处无法得知");
	else if (r->unacked == 0)
		word(p, "synced", "✓ has everything", "✓ 全部同步");
	else
		html_figure(p->f, "unacked", r->unacked);
}

static void sync_more(const struct page *p)
{
	const struct report *r = p->r;

	if (p->o->alone) {
		html_say(p->f, "This station works by itself; sticks carry its events.",
			 "本工位独立工作，事件由U盘带出。");
	} else if (!r->config.acked_known) {
		html_say(p->f, "A file of events does not tell what headquarters has.",
			 "事件文件不记录总部已收到的内容。");
	} else if (r->unacked == 0) {
		also(p, "", "up to event", "已确认至事件", "acked", r->config.acked);
	} else {
		html_say(p->f, "events are not there yet", "条事件尚未送达");
		also(p, "<br>", "verdicts among them", "其中结论", "waiting",
		     page_all(&r->waiting));
		(void)fputs(" · ", p->f);
		html_say(p->f, "the oldest of", "最早");
		(void)fputc(' ', p->f);
		page_moment(p, &r->unacked_since);
	}
}

static void card_sync(const struct page *p)
{
	const struct report *r = p->r;
	bool known = r->config.acked_known;

	card(p, !known ? "" : r->unacked ? "warn" : "good", "Headquarters", "总部同步");
	sync_word(p);
	(void)fputs("</div><p>", p->f);
	sync_more(p);
	card_end(p);
}

void page_first(const struct page *p)
{
	heading(p);
	(void)fputs("<div class=\"cards\">\n", p->f);
	card_count(p);
	card_rate(p);
	card_late(p);
	card_sync(p);
	(void)fputs("</div>\n", p->f);
}
