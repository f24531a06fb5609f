/* page_days.c - inspections a day, a week or a month, whichever fits the period, and by the hour
 * of the day. */
#include "chart.h"
#include "page_part.h"
#include "station/text.h"
#include <string.h>

enum unit { DAYS, WEEKS, MONTHS };

struct spans {
	enum unit unit;
	struct chart_bar bar[CHART_BARS];
	char first[CHART_BARS][CHART_NAME]; /* the date on which it begins */
	unsigned count;
	struct report_count before; /* what had to be left out in front */
};

static void date(int32_t day, char out[CHART_NAME])
{
	char at[32];
	struct text t = text_over(at, sizeof(at));

	text_time(&t, (int64_t)day * 86400000);
	at[10] = '\0';
	(void)text_copy(out, CHART_NAME, at);
}

static int32_t monday(int32_t day) /* 1970-01-01 was a Thursday */
{
	int32_t since = (day + 3) % 7;

	return day - (since < 0 ? since + 7 : since);
}

/* Days until the next span begins. */
static int32_t next(enum unit unit, int32_t day)
{
	char now[CHART_NAME], then[CHART_NAME];
	int32_t n = 1;

	if (unit == DAYS)
		return day + 1;
	if (unit == WEEKS)
		return monday(day) + 7;
	date(day, now);
	do
		date(day + n++, then);
	while (memcmp(now, then, 7) == 0);
	return day + n - 1;
}

/* The first day of the span that a day is in. */
static int32_t start(enum unit unit, int32_t day)
{
	char at[CHART_NAME];

	if (unit == WEEKS)
		return monday(day);
	date(day, at);
	return unit == MONTHS ? day - (at[8] - '0') * 10 - (at[9] - '0') + 1 : day;
}

static void name(struct spans *s, int32_t day)
{
	char at[CHART_NAME];

	date(day, at);
	(void)text_copy(s->first[s->count], CHART_NAME, at);
	if (s->unit == MONTHS)
		at[7] = '\0';
	(void)text_copy(s->bar[s->count].name, CHART_NAME, s->unit == MONTHS ? at : at + 5);
}

static void room(struct spans *s)
{
	if (s->count < CHART_BARS)
		return;
	s->before.pass += s->bar[0].n.pass;
	s->before.fail += s->bar[0].n.fail;
	memmove(&s->bar[0], &s->bar[1], sizeof(s->bar) - sizeof(s->bar[0]));
	memmove(&s->first[0], &s->first[1], sizeof(s->first) - sizeof(s->first[0]));
	s->count--;
}

static void spans_fill(struct spans *s, const struct report_calendar *c)
{
	int32_t last = c->day[c->days - 1].day, from = c->day[0].day, after;
	int32_t long_ago = last - CHART_BARS * 40;

	s->unit = last - from < CHART_BARS	     ? DAYS
		  : last - from < CHART_BARS * 7 - 7 ? WEEKS
						     : MONTHS;
	for (uint16_t i = 0; from < long_ago; i++) {
		if (c->day[i].day >= long_ago) {
			from = c->day[i].day;
		} else {
			s->before.pass += c->day[i].n.pass;
			s->before.fail += c->day[i].n.fail;
		}
	}
	from = start(s->unit, from);
	for (uint16_t i = 0; from <= last; from = after) {
		after = next(s->unit, from);
		room(s);
		s->bar[s->count].n = (struct report_count){0};
		name(s, from);
		for (; i < c->days && c->day[i].day < after; i++) {
			if (c->day[i].day < from)
				continue;
			s->bar[s->count].n.pass += c->day[i].n.pass;
			s->bar[s->count].n.fail += c->day[i].n.fail;
		}
		s->count++;
	}
}

static void columns(const struct page *p, const char *en, const char *zh)
{
	(void)fputs("<thead><tr>", p->f);
	page_column(p, en, zh);
	page_column(p, "passed", "合格");
	page_column(p, "failed", "不合格");
	page_column(p, "all", "合计");
	page_column(p, "pass rate", "合格率");
}

static void counts(const struct page *p, const struct report_count *n)
{
	page_cell(p, "pass", n->pass);
	page_cell(p, "fail", n->fail);
	page_cell(p, "all", page_all(n));
	(void)fputs("<td>", p->f);
	html_share(p->f, NULL, n->pass, page_all(n));
	(void)fputs("</td>", p->f);
}

static void summary(const struct page *p)
{
	(void)fputs("<details><summary>", p->f);
	html_say(p->f, "The same as a table", "以表格显示");
	(void)fputs("</summary><table>", p->f);
}

static void row_of_words(const struct page *p, const char *id, const struct report_count *n,
			 const char *en, const char *zh)
{
	if (page_all(n) == 0)
		return;
	(void)fprintf(p->f, "<tr data-span=\"%s\"><th scope=\"row\">", id);
	html_say(p->f, en, zh);
	(void)fputs("</th>", p->f);
	counts(p, n);
	(void)fputs("</tr>\n", p->f);
}

static void days_table(const struct page *p, const struct spans *s)
{
	static const char *const en[] = {"day", "week from Monday", "month"};
	static const char *const zh[] = {"日期", "周（自周一）", "月份"};
	struct report_count before = s->before;

	summary(p);
	columns(p, en[s->unit], zh[s->unit]);
	(void)fputs("</tr></thead><tbody>\n", p->f);
	before.pass += p->r->days.early.pass;
	before.fail += p->r->days.early.fail;
	row_of_words(p, "before", &before, "before", "更早");
	for (unsigned i = 0; i < s->count; i++) {
		if (page_all(&s->bar[i].n) == 0)
			continue;
		(void)fprintf(p->f, "<tr data-span=\"%s\"><th scope=\"row\">%.*s</th>", s->first[i],
			      s->unit == MONTHS ? 7 : 10, s->first[i]);
		counts(p, &s->bar[i].n);
		(void)fputs("</tr>\n", p->f);
	}
	row_of_words(p, "undated", &p->r->days.undated, "no sure date", "日期不确定");
	(void)fputs("</tbody></table></details>\n", p->f);
}

void page_days(const struct page *p)
{
	static const char *const en[] = {"Inspections a day", "Inspections a week",
					 "Inspections a month"};
	static const char *const zh[] = {"每日检验数", "每周检验数", "每月检验数"};
	struct spans s = {.unit = DAYS};

	if (p->calendar.days > 0)
		spans_fill(&s, &p->calendar);
	page_open(p, "days", en[s.unit], zh[s.unit]);
	chart_key(p->f);
	(void)fputs("<figure class=\"chart\">", p->f);
	chart_bars(p->f, s.bar, s.count, CHART_WIDE);
	(void)fputs("</figure>\n", p->f);
	days_table(p, &s);
	page_close(p);
}

void page_days_hours(const struct page *p)
{
	struct chart_bar bar[24] = {{.name = ""}};
	unsigned days = p->calendar.days;

	for (unsigned h = 0; h < 24; h++) {
		(void)snprintf(bar[h].name, CHART_NAME, "%02u:00", h);
		bar[h].n = p->calendar.hour[h];
	}
	page_open(p, "hours", "By hour of the day", "按一天中的小时");
	(void)fputs("<p class=\"soft\">", p->f);
	html_say(p->f, "Inspections that were finished in each hour, of all days with work:",
		 "各小时完成的检验数，有作业的天数：");
	(void)fputc(' ', p->f);
	html_figure(p->f, "days", days);
	(void)fputs("</p>\n<figure class=\"chart\">", p->f);
	chart_bars(p->f, bar, 24, CHART_HALF);
	(void)fputs("</figure>\n", p->f);
	summary(p);
	columns(p, "hour", "小时");
	page_column(p, "an average day", "日均");
	(void)fputs("</tr></thead><tbody>\n", p->f);
	for (unsigned h = 0; h < 24; h++) {
		uint64_t all = page_all(&bar[h].n);

		if (all == 0)
			continue;
		(void)fprintf(p->f, "<tr data-hour=\"%u\"><th scope=\"row\">%02u:00</th>", h, h);
		counts(p, &bar[h].n);
		(void)fprintf(p->f, "<td>%llu.%llu</td></tr>\n",
			      (unsigned long long)(all * 10 / days / 10),
			      (unsigned long long)(all * 10 / days % 10));
	}
	(void)fputs("</tbody></table></details>\n", p->f);
	page_close(p);
}
