/* chart.c - bars as plain SVG (chart.h). All measures are whole numbers of the drawing's own units.
 */
#include "chart.h"
#include "html.h"

#define HEIGHT 230
#define LEFT   44
#define TOP    10
#define BOTTOM 204 /* the axis */
#define LABEL  76  /* from name to name under the bars, at least */

/* The least round number, four times, that is not below the highest bar: the axis has five lines.
 */
static uint64_t axis_top(uint64_t most)
{
	static const uint8_t steps[] = {10, 15, 20, 25, 30, 40, 50, 60, 80};

	if (most <= 4 * 9)
		return (most + 3) / 4 * 4;
	for (uint64_t ten = 1;; ten *= 10)
		for (unsigned i = 0; i < sizeof(steps); i++)
			if (steps[i] * ten * 4 >= most)
				return steps[i] * ten * 4;
}

static void axis(FILE *f, uint64_t top, unsigned width)
{
	for (unsigned i = 0; i <= 4; i++) {
		unsigned y = BOTTOM - i * (BOTTOM - TOP) / 4;

		(void)fprintf(f,
			      "<line class=\"%s\" x1=\"%d\" y1=\"%u\" x2=\"%u\" y2=\"%u\"/>"
			      "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">",
			      i ? "grid" : "axis", LEFT, y, width, y, LEFT - 6, y + 4);
		html_number(f, top * i / 4);
		(void)fputs("</text>", f);
	}
}

static void bar(FILE *f, const struct chart_bar *b, double x, double wide, uint64_t top)
{
	double pass = (double)b->n.pass * (BOTTOM - TOP) / (double)top;
	double fail = (double)b->n.fail * (BOTTOM - TOP) / (double)top;

	(void)fprintf(f, "<g><title>%s: ✓ %u, ✗ %u</title>", b->name, b->n.pass, b->n.fail);
	if (b->n.pass)
		(void)fprintf(f,
			      "<rect class=\"pass\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			      "height=\"%.1f\"/>",
			      x, BOTTOM - pass, wide, pass);
	if (b->n.fail)
		(void)fprintf(f,
			      "<rect class=\"fail\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			      "height=\"%.1f\"/>",
			      x, BOTTOM - pass - fail, wide, fail);
	(void)fputs("</g>", f);
}

void chart_bars(FILE *f, const struct chart_bar *bars, unsigned count, unsigned width)
{
	uint64_t most = 1, top;
	double each = (double)(width - LEFT) / (count ? count : 1);
	double wide = each * 0.78 < 44 ? each * 0.78 : 44;
	unsigned every = 1;

	for (unsigned i = 0; i < count; i++)
		if ((uint64_t)bars[i].n.pass + bars[i].n.fail > most)
			most = (uint64_t)bars[i].n.pass + bars[i].n.fail;
	while (each * every < LABEL)
		every++;
	top = axis_top(most);
	(void)fprintf(f, "<svg class=\"bars%s\" viewBox=\"0 0 %u %d\" aria-hidden=\"true\">",
		      width > CHART_HALF ? " wide" : "", width, HEIGHT);
	axis(f, top, width);
	for (unsigned i = 0; i < count; i++) {
		double x = LEFT + each * i;

		bar(f, &bars[i], x + (each - wide) / 2, wide, top);
		if (i % every == 0)
			(void)fprintf(f,
				      "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
				      x + each / 2, BOTTOM + 20, bars[i].name);
	}
	(void)fputs("</svg>\n", f);
}

static void key(FILE *f, const char *class, const char *en, const char *zh)
{
	(void)fprintf(f,
		      "<li><svg viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"%s\" "
		      "width=\"14\" height=\"14\"/></svg>",
		      class);
	html_say(f, en, zh);
	(void)fputs("</li>", f);
}

void chart_key(FILE *f)
{
	(void)fputs("<ul class=\"key\">", f);
	key(f, "pass", "passed", "合格");
	key(f, "fail", "failed (hatched)", "不合格（斜纹）");
	(void)fputs("</ul>\n", f);
}

static double part(uint64_t n, uint64_t whole)
{
	return whole ? (double)n * 200 / (double)whole : 0;
}

void chart_cell(FILE *f, uint64_t own, uint64_t total, uint64_t whole)
{
	(void)fprintf(
		f,
		"<td class=\"bar\"><svg viewBox=\"0 0 200 16\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\"><rect class=\"track\" y=\"2\" width=\"200\" height=\"12\"/>"
		"<rect class=\"mark\" y=\"2\" width=\"%.2f\" height=\"12\"/>",
		part(own, whole));
	if (total)
		(void)fprintf(f,
			      "<line class=\"tick\" x1=\"%.2f\" y1=\"0\" x2=\"%.2f\" y2=\"16\"/>",
			      part(total, whole) - 0.5, part(total, whole) - 0.5);
	(void)fputs("</svg></td>", f);
}

void chart_range(FILE *f, uint64_t low, uint64_t middle, uint64_t high, uint64_t whole)
{
	(void)fprintf(
		f,
		"<td class=\"bar\"><svg viewBox=\"0 0 200 16\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\"><rect class=\"track\" y=\"2\" width=\"200\" height=\"12\"/>"
		"<rect class=\"mark\" x=\"%.2f\" y=\"2\" width=\"%.2f\" height=\"12\"/>"
		"<line class=\"tick\" x1=\"%.2f\" y1=\"0\" x2=\"%.2f\" y2=\"16\"/></svg></td>",
		part(low, whole), part(high - low, whole), part(middle, whole),
		part(middle, whole));
}

void chart_clock(FILE *f, const struct report_clock *c)
{
	static const char *const class[] = {"pass", "near", "late", "unsure"};
	const uint64_t n[] = {c->on_time, c->near, c->late, c->unsure};
	uint64_t whole = n[0] + n[1] + n[2] + n[3];
	double x = 0;

	(void)fputs("<svg viewBox=\"0 0 460 20\" aria-hidden=\"true\">"
		    "<rect class=\"track\" width=\"460\" height=\"18\"/>",
		    f);
	for (unsigned i = 0; i < 4 && whole; i++) {
		double wide = (double)n[i] * 460 / (double)whole;

		if (n[i])
			(void)fprintf(
				f, "<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" height=\"18\"/>",
				class[i], x, wide);
		x += wide;
	}
	(void)fputs("</svg>\n", f);
}
