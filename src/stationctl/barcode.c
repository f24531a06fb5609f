/* barcode.c - draws barcodes as SVG elements (barcode.h). zint makes the rectangles; they are
 * written here, so that a sheet is one file. */
#include "barcode.h"
#include <string.h>
#include <zint.h>

#define HEIGHT_MM 18.0 /* of the bars: a hand's tremble */

static const struct {
	int symbology, option;
	double module_mm;
} kinds[] = {
	[BARCODE_LINES] = {BARCODE_CODE128, -1, 0.38},
	[BARCODE_LINES_GS1] = {BARCODE_GS1_128, -1, 0.38},
	[BARCODE_SQUARE] = {BARCODE_QRCODE, 2, 0.8},
};

static struct zint_symbol *encode(enum barcode_kind kind, const char *text)
{
	struct zint_symbol *s = ZBarcode_Create();

	if (!s)
		return NULL;
	s->symbology = kinds[kind].symbology;
	s->option_1 = kinds[kind].option;
	s->show_hrt = 0;
	if (ZBarcode_Encode_and_Buffer_Vector(s, (const unsigned char *)text, (int)strlen(text),
					      0) >= ZINT_ERROR ||
	    !s->vector || !s->vector->rectangles || s->width < 1) {
		if (!s->errtxt[0])
			(void)snprintf(s->errtxt, sizeof(s->errtxt), "nothing was drawn");
		return s;
	}
	s->errtxt[0] = '\0'; /* warnings */
	return s;
}

/* The quiet zone is 10 modules at the sides of lines, 4 around a square. */
static void draw(FILE *f, enum barcode_kind kind, const struct zint_symbol *s)
{
	const struct zint_vector_rect *r = s->vector->rectangles;
	double left = r->x, right = r->x, top = r->y, bottom = r->y, unit, mm, quiet;
	double stretch = 1, high;

	for (; r; r = r->next) {
		left = r->x < left ? r->x : left;
		top = r->y < top ? r->y : top;
		right = r->x + r->width > right ? r->x + r->width : right;
		bottom = r->y + r->height > bottom ? r->y + r->height : bottom;
	}
	mm = kinds[kind].module_mm;
	unit = (right - left) / s->width / mm; /* units a millimetre */
	quiet = mm * (kind == BARCODE_SQUARE ? 4 : 10);
	high = (bottom - top) / unit;
	if (kind != BARCODE_SQUARE) {
		stretch = HEIGHT_MM / high;
		high = HEIGHT_MM;
	}
	(void)fprintf(
		f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.2fmm\" height=\"%.2fmm\" "
		"viewBox=\"0 0 %.2f %.2f\" shape-rendering=\"crispEdges\">"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/><path d=\"",
		(right - left) / unit + 2 * quiet, high + 2 * quiet,
		(right - left) / unit + 2 * quiet, high + 2 * quiet);
	for (r = s->vector->rectangles; r; r = r->next)
		(void)fprintf(f, "M%.3f %.3fh%.3fv%.3fh-%.3fz", (r->x - left) / unit + quiet,
			      (r->y - top) / unit * stretch + quiet, r->width / unit,
			      r->height / unit * stretch, r->width / unit);
	(void)fputs("\"/></svg>", f);
}

bool barcode_svg(FILE *f, enum barcode_kind kind, const char *text, char *why, size_t cap)
{
	struct zint_symbol *s = encode(kind, text);
	bool ok = s && !s->errtxt[0];

	if (ok)
		draw(f, kind, s);
	else
		(void)snprintf(why, cap, "%s", s ? s->errtxt : "no memory");
	ZBarcode_Delete(s);
	return ok;
}
