/* page.c - the page as a whole, its order, and what its sections share. */
#include "page.h"
#include "page_part.h"
#include "station/text.h"
#include <errno.h>

#define DAY_S INT64_C(86400)

static int32_t utc(void *user, int64_t utc_s)
{
	(void)user;
	(void)utc_s;
	return 0;
}

static int64_t offset_ms(const struct page *p, int64_t ms)
{
	return (int64_t)p->o->offset_s(p->o->user, ms / 1000) * 1000;
}

void page_time(const struct page *p, int64_t ms)
{
	char at[32];
	struct text t = text_over(at, sizeof(at));

	text_time(&t, ms + offset_ms(p, ms));
	(void)fprintf(p->f, "<time>%.10s %.5s</time>", at, at + 11);
}

void page_moment(const struct page *p, const struct times_moment *m)
{
	if (m->clock == TIMES_TRUSTED || m->clock == TIMES_CORRECTED)
		page_time(p, m->at);
	else
		html_say(p->f, "time not sure", "时间不确定");
}

void page_day(const struct page *p, int32_t day)
{
	char at[32];
	struct text t = text_over(at, sizeof(at));

	text_time(&t, day * DAY_S * 1000);
	(void)fprintf(p->f, "%.10s", at);
}

void page_column(const struct page *p, const char *en, const char *zh)
{
	(void)fputs("<th scope=\"col\">", p->f);
	html_say(p->f, en, zh);
	(void)fputs("</th>", p->f);
}

void page_cell(const struct page *p, const char *key, uint64_t n)
{
	(void)fprintf(p->f, "<td data-%s=\"%llu\">", key, (unsigned long long)n);
	html_number(p->f, n);
	(void)fputs("</td>", p->f);
}

void page_open(const struct page *p, const char *id, const char *en, const char *zh)
{
	(void)fprintf(p->f, "<section id=\"%s\">\n<h2>", id);
	html_say(p->f, en, zh);
	(void)fputs("</h2>\n", p->f);
}

void page_close(const struct page *p)
{
	(void)fputs("</section>\n", p->f);
}

static void body(const struct page *p)
{
	page_first(p);
	page_notes(p);
	page_days(p);
	page_ranked_reasons(p);
	(void)fputs("<div class=\"two\">\n", p->f);
	page_clock(p);
	(void)fputs("<div class=\"stack\">\n", p->f);
	page_days_hours(p);
	page_steps(p);
	(void)fputs("</div>\n</div>\n", p->f);
	page_ranked_products(p);
	page_ranked_inspectors(p);
	page_machine(p);
	page_method(p);
}

int page_write(FILE *f, const struct report *r, const struct page_options *o)
{
	struct page_options own = *o;
	struct page p = {.f = f, .r = r, .o = &own};

	if (!own.offset_s)
		own.offset_s = utc;
	if (!own.zone || own.zone[0] == '\0')
		own.zone = "UTC";
	report_days_calendar(r, own.offset_s, own.user, &p.calendar);
	for (uint16_t i = 0; i < p.calendar.days; i++) {
		p.dated.pass += p.calendar.day[i].n.pass;
		p.dated.fail += p.calendar.day[i].n.fail;
	}
	page_head(&p);
	body(&p);
	page_head_end(&p);
	errno = 0;
	if (fflush(f) != 0 || ferror(f))
		return errno ? -errno : -EIO;
	return 0;
}
