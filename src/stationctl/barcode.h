/* barcode.h - draws barcodes as SVG elements for printed sheets (libzint). */
#ifndef STATIONCTL_BARCODE_H
#define STATIONCTL_BARCODE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define BARCODE_MODULE	      0.38 /* mm of the narrowest bar: read from an arm's length */
#define BARCODE_LEAST	      0.25 /* below it a cheap printer blurs what a cheap scanner can't read */
#define BARCODE_SQUARE_MODULE 0.8

enum barcode_kind {
	BARCODE_LINES,	   /* Code 128 */
	BARCODE_LINES_GS1, /* GS1-128; fields as "[01]04006381333931[10]LOT" */
	BARCODE_SQUARE,	   /* QR, error correction M */
};

struct zint_symbol;
struct barcode {
	enum barcode_kind kind;
	struct zint_symbol *symbol;
};

/* To be freed, also when it failed: it can't be drawn, and why says why. */
bool barcode_make(struct barcode *b, enum barcode_kind kind, const char *text, char *why,
		  size_t cap);
void barcode_free(struct barcode *b);
/* Width in millimetres with the quiet zone (10 modules at the sides of lines, 4 around a square).
 */
double barcode_width(const struct barcode *b, double module_mm);
/* An <svg> element in millimetres, with its quiet zone. bars_mm: how high the bars of lines are.
 * caption: stands beneath, printable ASCII; NULL = nothing does. */
void barcode_draw(FILE *f, const struct barcode *b, double module_mm, double bars_mm,
		  const char *caption);
#endif
