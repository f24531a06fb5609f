/* page_notes.c - what a reader has to know of this report beside its figures: what is missing in
 * it, what is not sure, what was wrong. Nothing odd, no notes. */
#include "page_part.h"

struct notes {
	const struct page *p;
	unsigned count;
};

static void begin(struct notes *n)
{
	if (n->count++ == 0) {
		(void)fputs("<div class=\"notes\"><h2>", n->p->f);
		html_say(n->p->f, "Worth knowing", "请注意");
		(void)fputs("</h2><ul>\n", n->p->f);
	}
	(void)fputs("<li>", n->p->f);
}

static void note(struct notes *n, const char *name, uint64_t figure, const char *en, const char *zh)
{
	if (figure == 0)
		return;
	begin(n);
	html_say(n->p->f, en, zh);
	(void)fputc(' ', n->p->f);
	html_figure(n->p->f, name, figure);
	(void)fputs("</li>\n", n->p->f);
}

static void open_inspection(struct notes *n)
{
	const struct report *r = n->p->r;

	if (!r->open.is)
		return;
	begin(n);
	if (r->provisional)
		html_say(n->p->f, "A verdict is provisional (BACK can still stop it):",
			 "一个结论仍为暂定（可按 BACK 撤回）：");
	else
		html_say(n->p->f, "An inspection is open:", "一次检验正在进行：");
	(void)fputs(" <b id=\"open\">", n->p->f);
	html_text(n->p->f, r->open.label);
	(void)fputs("</b>, ", n->p->f);
	html_say(n->p->f, "since", "开始于");
	(void)fputc(' ', n->p->f);
	page_moment(n->p, &r->open.opened);
	(void)fputs("</li>\n", n->p->f);
}

static void zone(struct notes *n)
{
	if (!n->p->o->zone_unknown)
		return;
	begin(n);
	html_say(n->p->f, "This machine does not know the station's time zone; times are UTC:",
		 "本机不认识该工位的时区，时间以 UTC 表示：");
	(void)fputc(' ', n->p->f);
	html_text(n->p->f, n->p->o->zone_unknown);
	(void)fputs("</li>\n", n->p->f);
}

static uint64_t faults_open(const struct report *r)
{
	uint64_t n = 0;

	for (uint16_t i = 0; i < r->faults.used; i++)
		n += r->fault[i].open;
	return n;
}

void page_notes(const struct page *p)
{
	const struct report *r = p->r;
	struct notes n = {.p = p};

	note(&n, "faults-open", faults_open(r),
	     "Faults that are not cleared, see below:", "尚未解除的故障（见下文）：");
	open_inspection(&n);
	note(&n, "undated", page_all(&r->days.undated),
	     "Inspections without a sure date: no time source had set the clock. They count in all "
	     "totals, but on no day:",
	     "没有确定日期的检验（当时时钟未经可靠来源设置），计入合计，但不计入任何一天：");
	note(&n, "early", page_all(&r->days.early),
	     "Inspections of days before those told apart here:", "早于此处分列日期的检验：");
	note(&n, "missing", r->missing,
	     "Events that are missing between the first and the last, so that figures are too low:",
	     "首尾之间缺失的事件（数字因此偏低）：");
	note(&n, "unreadable", p->o->unreadable,
	     "Lines that are no events and were left out:", "不是事件而未计入的行：");
	note(&n, "odd", r->odd, "Events that don't follow from those before and were left out:",
	     "与之前的事件不相符而未计入的事件：");
	note(&n, "newer", r->newer,
	     "Events of a newer version that were left out:", "来自更新版本而未计入的事件：");
	note(&n, "again", r->again,
	     "Events that were in here twice and count once:", "重复出现、只计一次的事件：");
	note(&n, "partial", r->partial,
	     "Inspections that began before the first event in here, so that reasons and times are "
	     "not known:",
	     "始于首条事件之前、原因与用时未知的检验：");
	note(&n, "cut", r->cut,
	     "Inspections that have no end in here:", "在此没有结束记录的检验：");
	note(&n, "forgotten", r->forgotten,
	     "Arrivals that had to make room for later ones, so that their parcels count as not "
	     "arrived:",
	     "因容量限制被舍去的到货记录（其包裹按未到货计）：");
	zone(&n);
	if (n.count > 0)
		(void)fputs("</ul></div>\n", p->f);
}
