/* barcode.c - draws barcodes as SVG elements (barcode.h). zint makes the rectangles; they are
 * written here, so that a sheet is one file. */
#include "barcode.h"
#include <string.h>
#include <zint.h>

#define ABOVE_MM   1.0 /* white above and below lines */
#define CAPTION_MM 5.0

static const struct {
	int symbology, option, quiet; /* modules */
} kinds[] = {
	[BARCODE_LINES] = {BARCODE_CODE128, -1, 10},
	[BARCODE_LINES_GS1] = {BARCODE_GS1_128, -1, 10},
	[BARCODE_SQUARE] = {BARCODE_QRCODE, 2, 4},
};

bool barcode_make(struct barcode *b, enum barcode_kind kind, const char *text, char *why,
		  size_t cap)
{
	struct zint_symbol *s = ZBarcode_Create();

	*b = (struct barcode){kind, s};
	if (!s) {
		(void)snprintf(why, cap, "no memory");
		return false;
	}
	s->symbology = kinds[kind].symbology;
	s->option_1 = kinds[kind].option;
	s->show_hrt = 0;
	if (ZBarcode_Encode_and_Buffer_Vector(s, (const unsigned char *)text, (int)strlen(text),
					      0) < ZINT_ERROR &&
	    s->vector && s->vector->rectangles && s->width > 0)
		return true; /* with a warning or without */
	(void)snprintf(why, cap, "%s", s->errtxt[0] ? s->errtxt : "nothing was drawn");
	return false;
}

void barcode_free(struct barcode *b)
{
	ZBarcode_Delete(b->symbol);
	b->symbol = NULL;
}

double barcode_width(const struct barcode *b, double module_mm)
{
	return (b->symbol->width + 2 * kinds[b->kind].quiet) * module_mm;
}

struct box {
	double left, right, top, bottom;
};

static struct box bounds(const struct zint_vector_rect *r)
{
	struct box box = {r->x, r->x, r->y, r->y};

	for (; r; r = r->next) {
		box.left = r->x < box.left ? r->x : box.left;
		box.top = r->y < box.top ? r->y : box.top;
		box.right = r->x + r->width > box.right ? r->x + r->width : box.right;
		box.bottom = r->y + r->height > box.bottom ? r->y + r->height : box.bottom;
	}
	return box;
}

static void draw_caption(FILE *f, double middle, double base, const char *caption)
{
	(void)fprintf(f,
		      "<text x=\"%.2f\" y=\"%.2f\" font-family=\"monospace\" font-size=\"3.4\" "
		      "text-anchor=\"middle\">",
		      middle, base);
	for (; *caption; caption++)
		(void)fputc(strchr("&<>", *caption) ? '?' : *caption, f);
	(void)fputs("</text>", f);
}

void barcode_draw(FILE *f, const struct barcode *b, double module_mm, double bars_mm,
		  const char *caption)
{
	const struct zint_vector_rect *r = b->symbol->vector->rectangles;
	struct box box = bounds(r);
	double unit = (box.right - box.left) / b->symbol->width / module_mm; /* units a mm */
	double side = kinds[b->kind].quiet * module_mm;
	double wide = barcode_width(b, module_mm), high = (box.bottom - box.top) / unit;
	double above = b->kind == BARCODE_SQUARE ? side : ABOVE_MM, stretch = 1, whole;

	if (b->kind != BARCODE_SQUARE) {
		stretch = bars_mm / high;
		high = bars_mm;
	}
	whole = high + 2 * above + (caption ? CAPTION_MM : 0);
	(void)fprintf(
		f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.2fmm\" height=\"%.2fmm\" "
		"viewBox=\"0 0 %.2f %.2f\" shape-rendering=\"crispEdges\">"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/><path d=\"",
		wide, whole, wide, whole);
	for (; r; r = r->next)
		(void)fprintf(f, "M%.3f %.3fh%.3fv%.3fh-%.3fz", (r->x - box.left) / unit + side,
			      (r->y - box.top) / unit * stretch + above, r->width / unit,
			      r->height / unit * stretch, r->width / unit);
	(void)fputs("\"/>", f);
	if (caption)
		draw_caption(f, wide / 2, high + 2 * above + CAPTION_MM - 1.8, caption);
	(void)fputs("</svg>", f);
}
