/* page_machine.c - the machine: faults, scanners, labels that were not taken, starts. */
#include "page_part.h"

static void caption(const struct page *p, const char *en, const char *zh)
{
	(void)fputs("<table><caption>", p->f);
	html_say(p->f, en, zh);
	(void)fputs("</caption><thead><tr>", p->f);
}

static void name(const struct page *p, const char *key, const char *text)
{
	(void)fprintf(p->f, "<tr data-%s=\"", key);
	html_value(p->f, text);
	(void)fputs("\"><th scope=\"row\">", p->f);
	html_text(p->f, text);
	(void)fputs("</th>", p->f);
}

static void faults(const struct page *p)
{
	const struct report *r = p->r;

	if (r->faults.used == 0) {
		(void)fputs("<p class=\"soft\">", p->f);
		html_say(p->f, "No fault was raised.", "没有故障。");
		(void)fputs("</p>\n", p->f);
		return;
	}
	caption(p, "Faults", "故障");
	page_column(p, "what", "对象");
	page_column(p, "times", "次数");
	page_column(p, "lasted in all", "合计时长");
	page_column(p, "now", "现状");
	(void)fputs("</tr></thead><tbody>\n", p->f);
	for (uint16_t i = 0; i < r->faults.used; i++) {
		const struct report_fault *fault = &r->fault[i];

		name(p, "fault", r->faults.row[i].name);
		page_cell(p, "raised", fault->raised);
		(void)fprintf(p->f, "<td data-lasted=\"%llu\">%s",
			      (unsigned long long)fault->lasted_ms,
			      fault->untimed ? "≥&nbsp;" : "");
		if (fault->open && fault->lasted_ms == 0) /* that it lasts, the next cell tells */
			(void)fputs("–", p->f);
		else
			html_age(p->f, (int64_t)fault->lasted_ms);
		(void)fputs("</td><td>", p->f);
		if (fault->open) {
			html_say(p->f, "<b>open</b> since", "<b>未解除</b>，自");
			(void)fputc(' ', p->f);
			page_moment(p, &fault->since);
		} else {
			html_say(p->f, "cleared", "已解除");
		}
		(void)fputs("</td></tr>\n", p->f);
	}
	(void)fputs("</tbody></table>\n", p->f);
}

static void scanners(const struct page *p)
{
	const struct report_list *l = &p->r->scanners;

	if (l->used == 0)
		return;
	caption(p, "Scanners", "扫描器");
	page_column(p, "scanner", "扫描器");
	page_column(p, "inspections begun", "开始检验");
	page_column(p, "arrivals", "到货");
	page_column(p, "not taken", "未接受");
	(void)fputs("</tr></thead><tbody>\n", p->f);
	for (uint16_t i = 0; i < l->used; i++) {
		name(p, "scanner", l->row[i].name);
		page_cell(p, "opened", l->row[i].n[REPORT_A]);
		page_cell(p, "arrived", l->row[i].n[REPORT_B]);
		page_cell(p, "rejected", l->row[i].n[REPORT_C]);
		(void)fputs("</tr>\n", p->f);
	}
	(void)fputs("</tbody></table>\n", p->f);
}

struct words {
	const char *en, *zh;
};

static struct words why_words(enum checklist_why why)
{
	static const struct words words[CHECKLIST_WHYS] = {
		[CHECKLIST_WHY_NONE] = {"other", "其他"},
		[CHECKLIST_WHY_SHAPE] = {"no label that is known", "无法识别的标签"},
		[CHECKLIST_WHY_TOO_LONG] = {"too long", "过长"},
		[CHECKLIST_WHY_BYTES] = {"unreadable characters", "字符无法读取"},
		[CHECKLIST_WHY_CHECK] = {"wrong check character", "校验码错误"},
		[CHECKLIST_WHY_KEY] = {"not signed for this site", "非本站点签名"},
		[CHECKLIST_WHY_NO_KEY] = {"the station has no key", "工位没有密钥"},
		[CHECKLIST_WHY_COMMAND] = {"unknown command", "未知命令"},
		[CHECKLIST_WHY_BUSY] = {"another inspection was open", "另一检验正在进行"},
		[CHECKLIST_WHY_REFUSED] = {"not an approved return", "退货未批准"},
		[CHECKLIST_WHY_LEFT] = {"a question was not answered with PASS", "未以 PASS 确认"},
		[CHECKLIST_WHY_CARRIER] = {"wrong label: a waybill", "错误标签：运单"},
		[CHECKLIST_WHY_PRODUCT] = {"wrong label: a product code", "错误标签：产品码"},
		[CHECKLIST_WHY_PLATE] = {"wrong label: a licence plate", "错误标签：箱号"},
		[CHECKLIST_WHY_ASSET] = {"wrong label: an asset", "错误标签：资产"},
		[CHECKLIST_WHY_TIE] = {"wrong label: one of several", "错误标签：多种可能"},
	};

	return words[why];
}

static void rejected(const struct page *p)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < CHECKLIST_WHYS; i++)
		all += p->r->rejected[i];
	if (all == 0)
		return;
	caption(p, "Scans that were not followed", "未被接受的扫描");
	page_column(p, "why", "原因");
	page_column(p, "times", "次数");
	(void)fputs("</tr></thead><tbody>\n", p->f);
	for (unsigned i = 0; i < CHECKLIST_WHYS; i++) {
		struct words words = why_words((enum checklist_why)i);

		if (p->r->rejected[i] == 0)
			continue;
		(void)fprintf(p->f, "<tr data-why=\"%s\"><th scope=\"row\">",
			      checklist_name_why((enum checklist_why)i));
		html_say(p->f, words.en, words.zh);
		(void)fputs("</th>", p->f);
		page_cell(p, "times", p->r->rejected[i]);
		(void)fputs("</tr>\n", p->f);
	}
	(void)fputs("</tbody></table>\n", p->f);
}

static void row(const struct page *p, const char *key, uint64_t n, const char *en, const char *zh)
{
	(void)fputs("<tr><th scope=\"row\">", p->f);
	html_say(p->f, en, zh);
	(void)fputs("</th><td>", p->f);
	html_figure(p->f, key, n);
	(void)fputs("</td></tr>\n", p->f);
}

static void work(const struct page *p)
{
	const struct report *r = p->r;

	(void)fputs("<table><tbody>\n", p->f);
	row(p, "opened", r->opened, "inspections begun", "开始的检验");
	row(p, "known", r->listed[PARCEL_KNOWN], "… of returns on the list", "……清单内的退货");
	row(p, "unknown", r->listed[PARCEL_UNKNOWN], "… of returns not on the list",
	    "……清单外的退货");
	row(p, "no-list", r->listed[PARCEL_NO_LIST], "… before there was a list", "……尚无清单时");
	row(p, "arrived", r->arrived, "parcels received", "到货包裹");
	row(p, "replaced", r->replaced, "inspected again, to replace a verdict",
	    "复检（取代原结论）");
	row(p, "withdrawn", r->withdrawn, "answers taken back", "撤回的回答");
	row(p, "reopened", r->reopened, "verdicts taken back in time", "及时撤回的结论");
	row(p, "badges", r->badges, "badge-ins", "工牌登录");
	row(p, "photos", r->photos, "photos", "照片");
	row(p, "exports", r->exports, "sticks filled", "导出到U盘");
	row(p, "starts", r->starts, "starts of the station", "工位启动");
	row(p, "crashes", r->crashes, "… after a power cut or crash", "……断电或崩溃之后");
	row(p, "clock-steps", r->clock_steps, "times the clock jumped", "时钟跳变");
	(void)fputs("</tbody></table>\n", p->f);
}

void page_machine(const struct page *p)
{
	(void)fputs("<div class=\"two\">\n", p->f);
	page_open(p, "work", "Work in numbers", "作业统计");
	work(p);
	page_close(p);
	page_open(p, "machine", "The machine", "设备");
	faults(p);
	scanners(p);
	rejected(p);
	page_close(p);
	(void)fputs("</div>\n", p->f);
}
