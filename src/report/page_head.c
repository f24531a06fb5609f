/* page_head.c - the page's head: what it may load (nothing), how it looks on screens and paper,
 * and the few lines of script that the language switch is more comfortable with. */
#include "page_part.h"
#include "station/text.h"
#include <string.h>

static const char style[] =
	":root{color-scheme:light dark;--bg:#f3f5f8;--card:#fff;--ink:#17212e;--soft:#566375;"
	"--line:#d8dee7;--grid:#e6eaf0;--pass:#1b7f5a;--fail:#b3530f;--bad:#b3261e;--mark:#245ea8;"
	"--near:#8a6d00;--track:#e9edf2}"
	"@media (prefers-color-scheme:dark){:root{--bg:#10151b;--card:#19212a;--ink:#e7edf4;"
	"--soft:#9caabb;--line:#303b48;--grid:#28323e;--pass:#48c08c;--fail:#f0a35a;--bad:#ff8a80;"
	"--mark:#7ab2ff;--near:#e2c04a;--track:#2a3440}}"
	"*{box-sizing:border-box}"
	"body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"
	"\"Segoe UI\",Roboto,\"Noto Sans\",\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK "
	"SC\",\"WenQuanYi Micro Hei\",sans-serif}"
	"main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}"
	"header{padding-top:20px}h1{font-size:26px;line-height:1.2;margin:0 0 4px}"
	"h2{font-size:19px;margin:0 0 10px}p{margin:0 0 10px}.soft{color:var(--soft)}"
	".about{color:var(--soft);margin:0 0 16px}.about b{color:var(--ink);font-weight:600}"
	".pick{position:absolute;opacity:0;pointer-events:none}"
	".switch{float:right;border:1px solid var(--line);border-radius:8px;overflow:hidden;"
	"background:var(--card);margin-left:16px}"
	".switch label{display:inline-block;padding:4px 12px;cursor:pointer;color:var(--soft)}"
	"#lang-en:checked~header label[for=lang-en],#lang-zh:checked~header label[for=lang-zh]"
	"{background:var(--mark);color:var(--card);font-weight:600}"
	".pick:focus-visible~header .switch{outline:3px solid var(--mark);outline-offset:2px}"
	"#lang-en:checked~* [lang=zh],#lang-zh:checked~* [lang=en]{display:none}"
	".cards{display:grid;grid-template-columns:repeat(4,1fr);gap:14px;margin-bottom:14px}"
	".card,section,.notes{background:var(--card);border:1px solid var(--line);border-radius:12px;"
	"padding:16px 18px}"
	".card{border-top:4px solid var(--mark)}.card.good{border-top-color:var(--pass)}"
	".card.warn{border-top-color:var(--fail)}.card.bad{border-top-color:var(--bad)}"
	".card h2{font-size:14px;font-weight:600;color:var(--soft);margin:0}"
	".card .big{font-size:38px;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums;"
	"margin:2px 0 4px;white-space:nowrap}.card .big b{font-weight:inherit}"
	".card.bad .big{color:var(--bad)}.card p{margin:0;font-size:14px;color:var(--soft)}"
	".card p b{color:var(--ink)}.card .word{display:block;font-size:22px;line-height:1.25;"
	"min-height:46px;padding-top:9px;white-space:normal}"
	".word [lang=zh],thead [lang=zh],td [lang=zh]{word-break:keep-all}"
	"section,.notes{margin-bottom:14px;overflow-x:auto}.notes ul{margin:0;padding-left:20px}"
	".notes{border-left:4px solid var(--fail)}.notes h2{font-size:16px;margin:0 0 4px}"
	".two{display:grid;grid-template-columns:1fr 1fr;gap:14px}.two section,.stack{min-width:0}table+table{margin-top:14px}"
	"table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:15px}"
	"caption{text-align:left;color:var(--soft);font-size:14px;padding-bottom:4px}"
	"th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--grid);"
	"vertical-align:middle}"
	"th{font-weight:600;color:var(--soft);font-size:14px;hyphens:none}td b{font-weight:inherit}"
	"th:first-child,td:first-child,.left{text-align:left}tbody th{color:var(--ink);font-size:15px;"
	"font-weight:500;overflow-wrap:break-word}time{white-space:nowrap}"
	"tr.sum th,tr.sum td{border-top:2px solid var(--line);border-bottom:0;font-weight:600}"
	"td.bar{width:34%;padding-right:0}#reasons td.bar{width:26%}td.bar svg{width:100%;height:16px}"
	"svg{display:block;width:100%;height:auto}svg text{font-size:12px;fill:var(--soft);"
	"font-variant-numeric:tabular-nums}"
	".grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--line);stroke-width:1}"
	".pass{fill:var(--pass)}.fail{fill:url(#hatch)}.hatch0{fill:var(--fail)}"
	".hatch1{stroke:var(--card);stroke-width:1.6;opacity:.55}.near{fill:url(#dots)}"
	".dots0{fill:var(--near)}.dots1{fill:var(--card);opacity:.6}.mark{fill:var(--mark)}"
	".late{fill:url(#cross)}.late0{fill:var(--bad)}.late1{stroke:var(--card);stroke-width:1.4;"
	"opacity:.6;fill:none}.unsure{fill:var(--track);stroke:var(--soft);stroke-dasharray:3 2}"
	".track{fill:var(--track)}.tick{stroke:var(--ink);stroke-width:2}"
	".key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 8px;padding:0;list-style:none;"
	"font-size:14px;color:var(--soft)}.key svg{display:inline-block;width:14px;height:14px;"
	"margin-right:6px;vertical-align:-2px}"
	"details{margin-top:8px}summary{cursor:pointer;color:var(--mark);font-size:14px}"
	".pattern{position:absolute;width:0;height:0}"
	"footer{color:var(--soft);font-size:13px;padding-bottom:28px}"
	"@media (max-width:900px){.cards{grid-template-columns:1fr 1fr}.two{grid-template-columns:1fr}}"
	"@media screen and (max-width:560px){.cards{grid-template-columns:1fr}"
	"main,header,footer{padding:0 10px}section,.notes,.card{padding:12px}"
	"td.bar,thead td{display:none}table,tbody th{font-size:13px}th,caption{font-size:11.5px}"
	"th,td{padding:5px 2px}th{hyphens:manual}td time{white-space:normal}"
	".chart{overflow-x:auto}.chart .bars{min-width:480px}.chart .bars.wide{min-width:760px}}"
	"@media print{@page{size:A4;margin:12mm}:root{color-scheme:light;--bg:#fff;--card:#fff;"
	"--ink:#000;--soft:#444;--line:#bbb;--grid:#ddd;--pass:#1b7f5a;--fail:#b3530f;--bad:#b3261e;"
	"--mark:#245ea8;--near:#8a6d00;--track:#eee}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"body{font-size:10pt;line-height:1.35}main,header,footer{max-width:none;padding:0 1px}"
	".switch{display:none}h1{font-size:18pt}h2{font-size:12pt;break-after:avoid}"
	".cards{grid-template-columns:repeat(4,1fr);gap:6px}.card{padding:8px 10px}"
	".card .big{font-size:20pt}.card .word{font-size:11.5pt;min-height:24pt;padding-top:4pt}"
	".two{grid-template-columns:1fr 1fr;gap:6px;align-items:start}"
	"section,.notes,.card{border-radius:0;margin-bottom:6px;padding:8px 10px;overflow:visible}"
	"figure,tr,.card,section{break-inside:avoid}#days,.two section{break-inside:auto}thead{display:table-header-group}"
	"table{font-size:9pt}th,caption,.card p,.key{font-size:8.5pt}tbody th{font-size:9pt}"
	"th,td{padding:2px 5px}.two table{font-size:8pt}.two th,.two td{padding:2px 3px}"
	"summary{display:none}"
	"details::details-content{content-visibility:visible;display:block;height:auto}}"
	"table+p{margin-top:10px}th .key{margin:0}"
	".chart{margin:0}";

/* Without it the switch works all the same; it follows the address (#zh), the browser's language,
 * and opens the tables for the printer. */
static const char script[] =
	"(function(){var d=document,r=d.documentElement,zh=d.getElementById('lang-zh'),"
	"en=d.getElementById('lang-en');"
	"function told(){r.lang=zh.checked?'zh':'en';}"
	"function read(){var h=location.hash;"
	"if(h==='#zh'||h==='#en'){zh.checked=h==='#zh';en.checked=!zh.checked;}told();}"
	"if(!location.hash&&/^zh/i.test(navigator.language||'')){zh.checked=true;}"
	"zh.addEventListener('change',told);en.addEventListener('change',told);"
	"window.addEventListener('hashchange',read);"
	"window.addEventListener('beforeprint',function(){d.querySelectorAll('details').forEach("
	"function(x){x.open=true;});});read();})();";

static void digest(FILE *f, const char *text)
{
	uint8_t hash[EVENT_HASH];
	char coded[64];
	struct text t = text_over(coded, sizeof(coded));

	event_hash(text, strlen(text), hash);
	text_base64(&t, hash, sizeof(hash));
	(void)fprintf(f, "'sha256-%s'", coded);
}

/* Only what stands in the page itself runs; nothing is fetched. */
static void policy(FILE *f)
{
	(void)fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src ",
		    f);
	digest(f, style);
	(void)fputs("; script-src ", f);
	digest(f, script);
	(void)fputs("; img-src data:; base-uri 'none'; form-action 'none'\">\n", f);
}

/* Hatched, dotted, crossed: told apart without their colours. */
static void patterns(FILE *f)
{
	(void)fputs(
		"<svg class=\"pattern\" aria-hidden=\"true\"><defs>"
		"<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
		"patternTransform=\"rotate(45)\"><rect class=\"hatch0\" width=\"6\" height=\"6\"/>"
		"<line class=\"hatch1\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern>"
		"<pattern id=\"dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
		"<rect class=\"dots0\" width=\"6\" height=\"6\"/>"
		"<circle class=\"dots1\" cx=\"3\" cy=\"3\" r=\"1.2\"/></pattern>"
		"<pattern id=\"cross\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\">"
		"<rect class=\"late0\" width=\"7\" height=\"7\"/>"
		"<path class=\"late1\" d=\"M0 0L7 7M7 0L0 7\"/></pattern></defs></svg>\n",
		f);
}

void page_head(const struct page *p)
{
	FILE *f = p->f;

	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", f);
	policy(f);
	(void)fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n"
		    "<link rel=\"icon\" href=\"data:,\">\n<title>Report 报告 · ",
		    f);
	html_value(f, p->r->station);
	(void)fprintf(f, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
	patterns(f);
	(void)fputs("<input class=\"pick\" type=\"radio\" name=\"lang\" id=\"lang-en\" "
		    "aria-label=\"English\" checked>\n"
		    "<input class=\"pick\" type=\"radio\" name=\"lang\" id=\"lang-zh\" "
		    "aria-label=\"中文\">\n",
		    f);
}

void page_head_end(const struct page *p)
{
	(void)fprintf(p->f, "<script>%s</script>\n</body>\n</html>\n", script);
}
