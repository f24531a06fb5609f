/* page_ranked.c - what comes most often first: reasons with their running total (Pareto),
 * products, inspectors. */
#include "chart.h"
#include "page_part.h"
#include <stdlib.h>
#include <string.h>

#define PRODUCTS 25 /* shown by name */

/* A row to be ranked, and where it is. */
struct rank {
	uint64_t n;
	uint32_t at;
	const char *name;
};

static int by_count(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void nothing(const struct page *p, const char *en, const char *zh)
{
	(void)fputs("<p class=\"soft\">", p->f);
	html_say(p->f, en, zh);
	(void)fputs("</p>\n", p->f);
}

static uint64_t cells(const uint32_t n[REPORT_CELLS])
{
	return (uint64_t)n[REPORT_A] + n[REPORT_B] + n[REPORT_C];
}

/* --- reasons --- */

/* The step letters' columns and what the whole comes to, then the bar. */
static void reason_cells(const struct page *p, const uint32_t n[REPORT_CELLS], uint64_t *total,
			 uint64_t whole)
{
	uint64_t own = cells(n);

	*total += own;
	page_cell(p, "appearance", n[REPORT_A]);
	page_cell(p, "accessories", n[REPORT_B]);
	page_cell(p, "usage", n[REPORT_C]);
	page_cell(p, "all", own);
	(void)fputs("<td>", p->f);
	html_share(p->f, NULL, *total, whole);
	(void)fputs("</td>", p->f);
	chart_cell(p->f, own, *total, whole);
	(void)fputs("</tr>\n", p->f);
}

static void reason_name(const struct page *p, const char *code)
{
	const struct reason *words = reasons_find(p->o->reasons, code);

	(void)fputs("<tr data-reason=\"", p->f);
	html_value(p->f, code);
	(void)fputs("\"><th scope=\"row\">", p->f);
	if (strcmp(code, "UNSPECIFIED") == 0)
		html_say(p->f, "unspecified", "未说明");
	else
		html_text(p->f, code);
	if (words) {
		(void)fputs(" <span class=\"soft\">", p->f);
		html_say_text(p->f, words->en, words->zh);
		(void)fputs("</span>", p->f);
	}
	(void)fputs("</th>", p->f);
}

static uint64_t reasons_rank(const struct report *r, struct rank rank[REPORT_ROWS])
{
	uint64_t whole = cells(r->reasons.other) + r->unexplained;

	for (uint32_t i = 0; i < r->reasons.used; i++) {
		rank[i] = (struct rank){cells(r->reasons.row[i].n), i, r->reasons.row[i].name};
		whole += rank[i].n;
	}
	qsort(rank, r->reasons.used, sizeof(rank[0]), by_count);
	return whole;
}

static void reasons_rest(const struct page *p, uint64_t *total, uint64_t whole)
{
	const struct report *r = p->r;
	const uint32_t untold[REPORT_CELLS] = {r->unexplained, 0, 0};

	if (cells(r->reasons.other)) {
		(void)fputs("<tr data-reason-other=\"\"><th scope=\"row\">", p->f);
		html_say(p->f, "other codes", "其他代码");
		(void)fputs("</th>", p->f);
		reason_cells(p, r->reasons.other, total, whole);
	}
	if (!r->unexplained)
		return;
	*total += r->unexplained;
	(void)fputs("<tr data-reason-none=\"\"><th scope=\"row\">", p->f);
	html_say(p->f, "no reason in here", "此处无原因记录");
	(void)fputs("</th><td></td><td></td><td></td>", p->f);
	page_cell(p, "all", untold[0]);
	(void)fputs("<td>", p->f);
	html_share(p->f, NULL, *total, whole);
	(void)fputs("</td>", p->f);
	chart_cell(p->f, untold[0], *total, whole);
	(void)fputs("</tr>\n", p->f);
}

void page_ranked_reasons(const struct page *p)
{
	struct rank rank[REPORT_ROWS] = {{.n = 0}};
	uint64_t whole = reasons_rank(p->r, rank), total = 0;

	page_open(p, "reasons", "Why inspections failed", "不合格原因");
	if (whole == 0) {
		nothing(p, "No inspection failed.", "没有不合格的检验。");
		page_close(p);
		return;
	}
	(void)fputs("<table><caption>", p->f);
	html_say(p->f,
		 "Reasons of failed steps, most frequent first; the tick is the running total.",
		 "不合格步骤的原因，按次数排列；竖线为累计。");
	(void)fputs("</caption><thead><tr>", p->f);
	page_column(p, "reason", "原因");
	page_column(p, "appear&shy;ance", "外观");
	page_column(p, "acces&shy;sories", "配件");
	page_column(p, "usage", "使用");
	page_column(p, "all", "合计");
	page_column(p, "run&shy;ning total", "累计");
	(void)fputs("<td></td></tr></thead><tbody>\n", p->f);
	for (uint32_t i = 0; i < p->r->reasons.used; i++) {
		const struct report_row *row = &p->r->reasons.row[rank[i].at];

		reason_name(p, row->name);
		reason_cells(p, row->n, &total, whole);
	}
	reasons_rest(p, &total, whole);
	(void)fputs("</tbody></table>\n", p->f);
	page_close(p);
}

/* --- products, inspectors: passed, failed, pass rate --- */

static void verdict_columns(const struct page *p, const char *en, const char *zh)
{
	(void)fputs("<thead><tr>", p->f);
	page_column(p, en, zh);
	page_column(p, "inspec&shy;tions", "检验数");
	page_column(p, "passed", "合格");
	page_column(p, "failed", "不合格");
	page_column(p, "pass rate", "合格率");
	(void)fputs("<td></td></tr></thead><tbody>\n", p->f);
}

static void verdict_cells(const struct page *p, const struct report_count *n, uint64_t whole)
{
	page_cell(p, "all", page_all(n));
	page_cell(p, "pass", n->pass);
	page_cell(p, "fail", n->fail);
	(void)fputs("<td>", p->f);
	html_share(p->f, NULL, n->pass, page_all(n));
	(void)fputs("</td>", p->f);
	chart_cell(p->f, page_all(n), 0, whole);
	(void)fputs("</tr>\n", p->f);
}

static void verdict_words(const struct page *p, const char *key, const struct report_count *n,
			  const char *en, const char *zh)
{
	if (page_all(n) == 0)
		return;
	(void)fprintf(p->f, "<tr data-%s=\"\"><th scope=\"row\">", key);
	html_say(p->f, en, zh);
	(void)fputs("</th>", p->f);
	verdict_cells(p, n, page_all(&p->r->final));
}

static void product(const struct page *p, const struct report_made *made)
{
	(void)fputs("<tr data-product=\"", p->f);
	html_value(p->f, made->code);
	(void)fputs("\"><th scope=\"row\">", p->f);
	html_text(p->f, made->code);
	if (made->title[0]) {
		(void)fputs(" <span class=\"soft\">", p->f);
		html_text(p->f, made->title);
		(void)fputs("</span>", p->f);
	}
	(void)fputs("</th>", p->f);
	verdict_cells(p, &made->n, page_all(&p->r->final));
}

void page_ranked_products(const struct page *p)
{
	static struct rank rank[REPORT_PRODUCTS];
	const struct report *r = p->r;
	struct report_count other = r->made_other;
	uint32_t count = 0;

	for (uint32_t i = r->products.oldest; i != REPORT_NONE; i = r->products.node[i].newer)
		rank[count++] = (struct rank){page_all(&r->made[i].n), i, r->made[i].code};
	qsort(rank, count, sizeof(rank[0]), by_count);
	page_open(p, "products", "By product", "按产品");
	if (count == 0) {
		nothing(p,
			"No product is known here: events carry none, and the list of expected returns "
			"is not in this file or has these returns no longer.",
			"此处没有产品信息：事件不含产品，预期退货清单不在此文件中或已不含这些退货。");
		page_close(p);
		return;
	}
	(void)fputs("<table>", p->f);
	verdict_columns(p, "product", "产品");
	for (uint32_t i = 0; i < count; i++) {
		if (i < PRODUCTS) {
			product(p, &r->made[rank[i].at]);
			continue;
		}
		other.pass += r->made[rank[i].at].n.pass;
		other.fail += r->made[rank[i].at].n.fail;
	}
	verdict_words(p, "product-other", &other, "all other products", "其他产品");
	verdict_words(p, "product-unknown", &r->made_unknown, "product not known", "产品未知");
	(void)fputs("</tbody></table>\n", p->f);
	page_close(p);
}

static struct report_count verdicts(const uint32_t n[REPORT_CELLS])
{
	return (struct report_count){.pass = n[REPORT_A], .fail = n[REPORT_B]};
}

void page_ranked_inspectors(const struct page *p)
{
	const struct report_list *l = &p->r->inspectors;
	struct report_count other = verdicts(l->other);
	struct rank rank[REPORT_ROWS] = {{.n = 0}};

	if (!p->r->config.inspectors)
		return;
	for (uint32_t i = 0; i < l->used; i++)
		rank[i] = (struct rank){cells(l->row[i].n), i, l->row[i].name};
	qsort(rank, l->used, sizeof(rank[0]), by_count);
	page_open(p, "inspectors", "By inspector (badge)", "按检验员（工牌）");
	(void)fputs("<table>", p->f);
	verdict_columns(p, "badge", "工牌");
	for (uint32_t i = 0; i < l->used; i++) {
		const struct report_row *row = &l->row[rank[i].at];
		struct report_count n = verdicts(row->n);

		(void)fputs("<tr data-badge=\"", p->f);
		html_value(p->f, row->name);
		(void)fputs("\"><th scope=\"row\">", p->f);
		if (row->name[0])
			html_text(p->f, row->name);
		else
			html_say(p->f, "nobody was signed in", "无人登录");
		(void)fputs("</th>", p->f);
		verdict_cells(p, &n, page_all(&p->r->final));
	}
	verdict_words(p, "badge-other", &other, "all other badges", "其他工牌");
	(void)fputs("</tbody></table>\n", p->f);
	page_close(p);
}
