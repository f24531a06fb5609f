/* barcode.h - draws barcodes as SVG elements for printed sheets (libzint). */
#ifndef STATIONCTL_BARCODE_H
#define STATIONCTL_BARCODE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum barcode_kind {
	BARCODE_LINES,	   /* Code 128 */
	BARCODE_LINES_GS1, /* GS1-128; fields as "[01]04006381333931[10]LOT" */
	BARCODE_SQUARE,	   /* QR, error correction M */
};

/* An <svg> element in millimetres with its quiet zone, 0.38 mm a module (0.8 mm of a QR). False: it
 * can't be drawn, why says why. */
bool barcode_svg(FILE *f, enum barcode_kind kind, const char *text, char *why, size_t cap);
#endif
