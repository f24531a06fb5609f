/* sheet_html.c - sheets as HTML of one file (sheet.h). It names no size of paper: what is 180 mm
 * wide and never parts a card fits A4 and Letter alike. */
#include "barcode.h"
#include "sheet.h"
#include <string.h>
#include <time.h>

/* How codes are drawn in a layout, in mm. */
static const struct {
	double lines, bars, square; /* width there is for lines, their height; a square's module */
	unsigned across;
	const char *class;
} layouts[] = {
	[SHEET_ROWS] = {100, 14, 0.66, 1, "row"},
	[SHEET_BADGES] = {80, 16, 0.62, 2, "badge"},
	[SHEET_STICKS] = {57, 13, 0.5, 3, "stick"},
};

static const char style[] =
	"@page { margin: 12mm }\n"
	"* { box-sizing: border-box }\n"
	"body { font: 11pt/1.3 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', "
	"Arial, sans-serif; color: #000; background: #fff; width: 180mm; margin: 0 auto }\n"
	"header { display: flex; justify-content: space-between; align-items: baseline; "
	"border-bottom: 0.6mm solid #000; margin-bottom: 2mm }\n"
	"h1 { font-size: 20pt; margin: 0 } h2 { font-size: 13pt; margin: 0; line-height: 1.2 }\n"
	"p { margin: 1mm 0 2mm } p.how { font-size: 10pt } [lang=zh] { font-weight: inherit }\n"
	"code { font: 9pt monospace; white-space: nowrap } svg { display: block }\n"
	"section { break-inside: avoid; border-top: 0.3mm solid #999; padding: 3mm 0 1mm }\n"
	".strip { display: flex; break-inside: avoid } .apart { break-before: page }\n"
	".row { width: 180mm; display: flex; align-items: center; justify-content: space-between; "
	"gap: 2mm; padding: 2mm 0; border-bottom: 0.2mm solid #888 }\n"
	".row .about { width: 52mm } .row .about p { font-size: 9pt; margin: 1mm 0 0 }\n"
	".row .lines { width: 102mm } .lines svg, .lines code { display: block; margin: 0 auto }\n"
	".lines { text-align: center } .row.big { flex-wrap: wrap; padding: 7mm 0 } "
	".row.big .about { width: 100% } .row.big h2 { font-size: 18pt } "
	".row.big .about p { font-size: 12pt; margin: 1mm 0 3mm } .row.big .lines { width: 120mm; text-align: left } .row.big .lines svg { margin: 0 } .row.big .lines code { margin-left: 4mm }\n"
	".badge, .stick { display: flex; flex-direction: column; justify-content: space-between; "
	"border: 0.2mm dashed #777 }\n"
	".badge { width: 86mm; height: 54mm; padding: 2mm } .badge.wide { width: 172mm }\n"
	".top { display: flex; justify-content: space-between } .about h2 { white-space: normal }\n"
	".badge .about { padding: 1mm 0 0 2mm } .badge .id { font-size: 26pt; font-weight: bold; "
	"line-height: 1.1 } .badge .name { display: block; font-size: 8pt; margin-top: 4mm; "
	"width: 50mm; border-bottom: 0.2mm solid #000 } .badge .about h2 { font-size: 10pt }\n"
	".stick { width: 60mm; height: 36mm; padding: 1mm } .stick .about { padding: 1mm 0 0 2mm } "
	".stick .about h2 { font-size: 9pt } .stick .id { font-size: 14pt; font-weight: bold } "
	".stick .top svg { margin: -0.5mm 0 } .stick code { font-size: 11pt; font-weight: bold }\n"
	"@media screen { body { padding: 8mm 0 } }\n"
	"@media print { .screen { display: none } }\n";

void sheet_text(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			(void)fputs("&amp;", f);
		else if (*text == '<')
			(void)fputs("&lt;", f);
		else if (*text == '>')
			(void)fputs("&gt;", f);
		else if (*text == '"')
			(void)fputs("&quot;", f);
		else
			(void)fputc((unsigned char)*text >= ' ' && *text != 0x7f ? *text : '?', f);
	}
}

static void put_both(FILE *f, const char *tag, const char *en, const char *between, const char *zh)
{
	(void)fprintf(f, "<%s>", tag);
	sheet_text(f, en);
	if (strcmp(en, zh) != 0) {
		(void)fprintf(f, "%s<span lang=\"zh\">", between);
		sheet_text(f, zh);
		(void)fputs("</span>", f);
	}
	(void)fprintf(f, "</%s>\n", tag);
}

void sheet_begin(FILE *f, const char *title_en, const char *title_zh, bool on_paper)
{
	(void)fputs(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
		f);
	sheet_text(f, title_en);
	(void)fprintf(f, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header%s>", style,
		      on_paper ? "" : " class=\"screen\"");
	put_both(f, "h1", title_en, " ", title_zh);
}

void sheet_end(FILE *f)
{
	(void)fputs("</body>\n</html>\n", f);
}

/* Behind the title: whose it is, and when it was printed. */
static void put_site(FILE *f, const char *site)
{
	time_t now = time(NULL);
	struct tm tm;
	char date[16] = "";

	if (gmtime_r(&now, &tm))
		(void)strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	(void)fputs("<div>", f);
	sheet_text(f, site);
	(void)fprintf(f, " &#183; %s</div></header>\n", date);
}

static void put_how(FILE *f, const struct sheet_style *s)
{
	(void)fputs("<p class=\"how screen\">Print it at 100 %, without headers and footers of the "
		    "browser. <span lang=\"zh\">请以 100% "
		    "比例打印，不要打印浏览器的页眉页脚。</span></p>\n",
		    f);
	if (s->layout == SHEET_ROWS)
		(void)fputs("<div class=\"how\">", f);
	else
		(void)fputs("<div class=\"how screen\">", f);
	put_both(f, "p", s->how_en, "<br/>", s->how_zh);
	(void)fputs("</div>\n", f);
}

/* --- a card --- */

struct codes {
	struct barcode lines, square;
	double module; /* of lines */
	bool wide;     /* lines need more room than a card has */
};

static void codes_free(struct codes *c)
{
	barcode_free(&c->lines);
	barcode_free(&c->square);
}

static bool codes_make(struct codes *c, const struct sheet_card *card, enum sheet_layout layout)
{
	double room = layouts[layout].lines;
	char why[128];

	*c = (struct codes){0};
	if (!barcode_make(&c->lines, BARCODE_LINES, card->code, why, sizeof(why)) ||
	    !barcode_make(&c->square, BARCODE_SQUARE, card->code, why, sizeof(why))) {
		ctl_error("sheet: %s can't be drawn: %s", card->code, why);
		codes_free(c);
		return false;
	}
	c->wide = barcode_width(&c->lines, BARCODE_LEAST) > room;
	if (c->wide)
		room *= 2;
	c->module = room / barcode_width(&c->lines, 1);
	if (c->module > BARCODE_MODULE)
		c->module = BARCODE_MODULE;
	return true;
}

static void put_lines(FILE *f, const struct codes *c, const struct sheet_card *card,
		      enum sheet_layout layout)
{
	(void)fputs("<div class=\"lines\">", f);
	barcode_draw(f, &c->lines, c->module, layouts[layout].bars, NULL);
	(void)fprintf(f, "<code>%s</code></div>\n", card->code);
}

static void put_row(FILE *f, const struct codes *c, const struct sheet_card *card)
{
	(void)fprintf(f, "<div class=\"row%s\" id=\"%s\">\n<div class=\"about\">",
		      card->does_en ? " big" : "", card->id);
	put_both(f, "h2", card->en, "<br/>", card->zh);
	if (card->does_en)
		put_both(f, "p", card->does_en, "<br/>", card->does_zh);
	(void)fputs("</div>\n", f);
	put_lines(f, c, card, SHEET_ROWS);
	barcode_draw(f, &c->square, layouts[SHEET_ROWS].square, 0, NULL);
	(void)fputs("</div>\n", f);
}

static void put_small(FILE *f, const struct codes *c, const struct sheet_card *card,
		      const char *site, enum sheet_layout layout)
{
	(void)fprintf(f, "<div class=\"%s%s\" id=\"%s\"><div class=\"top\"><div class=\"about\">",
		      layouts[layout].class, c->wide ? " wide" : "", card->id);
	put_both(f, "h2", card->en, " ", card->zh);
	if (layout == SHEET_BADGES)
		(void)fprintf(f,
			      "<div class=\"id\">%s</div><span class=\"name\">Name "
			      "<span lang=\"zh\">姓名</span></span>",
			      card->id);
	else
		(void)fprintf(f, "<span class=\"id\">%s</span>", site);
	(void)fputs("</div>\n", f);
	barcode_draw(f, &c->square, layouts[layout].square, 0, NULL);
	(void)fputs("</div>\n", f);
	put_lines(f, c, card, layout);
	(void)fputs("</div>\n", f);
}

/* --- all of them --- */

struct strip {
	FILE *f;
	unsigned used, across;
};

static void strip_end(struct strip *s)
{
	if (s->used > 0)
		(void)fputs("</div>\n", s->f);
	s->used = 0;
}

/* Room for a card, which is as wide as the strip or one of several in it. */
static void strip_take(struct strip *s, bool wide)
{
	unsigned takes = wide ? s->across : 1;

	if (s->used + takes > s->across)
		strip_end(s);
	if (s->used == 0)
		(void)fputs("<div class=\"strip\">\n", s->f);
	s->used += takes;
}

static void put_apart(FILE *f, const char *site)
{
	(void)fputs("<div class=\"apart\"><header>", f);
	put_both(f, "h1", "For the supervisor only", " ", "仅限主管使用");
	put_site(f, site);
	(void)fputs("<div class=\"how\">", f);
	put_both(f, "p", "Keep this page: do not hang it up.", "<br/>",
		 "请妥善保管此页，不要张贴。");
	(void)fputs("</div></div>\n", f);
}

static bool put_card(struct strip *s, const struct sheet *sheet, const char *site,
		     const struct sheet_card *card)
{
	enum sheet_layout layout = sheet->style.layout;
	struct codes codes;

	if (!codes_make(&codes, card, layout))
		return false;
	if (card->apart) {
		strip_end(s);
		put_apart(s->f, site);
	}
	strip_take(s, codes.wide);
	if (layout == SHEET_ROWS)
		put_row(s->f, &codes, card);
	else
		put_small(s->f, &codes, card, site, layout);
	codes_free(&codes);
	return true;
}

bool sheet_html(FILE *f, const struct sheet *sheet, const char *site,
		const struct sheet_cards *cards)
{
	const struct sheet_style *style_of = &sheet->style;
	struct strip strip = {f, 0, layouts[style_of->layout].across};
	bool ok = true;

	sheet_begin(f, style_of->title_en, style_of->title_zh, style_of->layout == SHEET_ROWS);
	put_site(f, site);
	put_how(f, style_of);
	for (unsigned i = 0; ok && i < cards->count; i++)
		ok = put_card(&strip, sheet, site, &cards->card[i]);
	strip_end(&strip);
	sheet_end(f);
	return ok;
}
