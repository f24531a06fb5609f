/* sheet_doctor.c - the sheet that a scanner is tested with: four codes, in the order in which
 * stationctl doctor asks for them (F7). */
#include "barcode.h"
#include "sheet.h"
#include "station/scantest.h"

static const struct {
	enum barcode_kind kind;
	const char *input; /* of a code with FNC1: its fields; else the code's own bytes */
	const char *name, *tells, *shown;
} codes[SCANTEST_CODES] = {
	[SCANTEST_PLAIN] = {BARCODE_LINES, NULL, "Code 128",
			    "suffix, prefix, AIM id, and the keyboard of a scanner that types",
			    NULL},
	[SCANTEST_CASE] = {BARCODE_LINES, NULL, "Code 128, small and capital letters",
			   "whether letters stay as they are", NULL},
	[SCANTEST_GS1] = {BARCODE_LINES_GS1, "[01]04006381333931[10]DOC3[21]YZ7", "GS1-128",
			  "whether FNC1 between two fields arrives as GS",
			  "(01)04006381333931(10)DOC3(21)YZ7"},
	[SCANTEST_QR] = {BARCODE_SQUARE, NULL, "QR",
			 "whether it reads squares at all; a laser reads lines only", NULL},
};

static bool print_code(FILE *f, enum scantest_code code)
{
	const char *text = scantest_text(code);
	bool square = codes[code].kind == BARCODE_SQUARE;
	struct barcode barcode;
	char why[128];
	bool ok = barcode_make(&barcode, codes[code].kind,
			       codes[code].input ? codes[code].input : text, why, sizeof(why));

	(void)fprintf(f, "<section id=\"%s\">\n<h2>%u. ", scantest_code_name(code),
		      (unsigned)code + 1);
	sheet_text(f, codes[code].name);
	(void)fputs("</h2>\n<p>Tells ", f);
	sheet_text(f, codes[code].tells);
	(void)fputs(".</p>\n", f);
	if (ok)
		barcode_draw(f, &barcode, square ? BARCODE_SQUARE_MODULE : BARCODE_MODULE, 18.0,
			     NULL);
	else
		ctl_error("sheet: code %s can't be drawn: %s", scantest_code_name(code), why);
	barcode_free(&barcode);
	(void)fputs("\n<code>", f);
	sheet_text(f, codes[code].shown ? codes[code].shown : text);
	(void)fputs("</code>\n</section>\n", f);
	return ok;
}

static bool print(FILE *f)
{
	bool ok = true;

	sheet_begin(f, "Scanner doctor", "扫描枪检测", true);
	(void)fputs("</header>\n", f);
	(void)fputs(
		"<p class=\"how\">Print it at 100 %. On the station: <code>sudo systemctl stop stationd</code>, "
		"then <code>sudo stationctl doctor scanner</code>, and scan the codes as it asks "
		"for them. Cover the others with your hand.</p>\n",
		f);
	for (unsigned c = 0; ok && c < SCANTEST_CODES; c++)
		ok = print_code(f, (enum scantest_code)c);
	(void)fputs(
		"<section><p>A scanner is set up by the barcodes in its own manual. Good: "
		"interface USB serial (virtual COM), suffix CR (Enter), no prefix, AIM ids sent, "
		"FNC1 sent as GS (hex 1D), no case conversion.</p></section>\n",
		f);
	sheet_end(f);
	return ok;
}

const struct sheet sheet_doctor = {
	.name = "doctor",
	.print = print,
};
