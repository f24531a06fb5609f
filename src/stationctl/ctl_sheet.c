/* ctl_sheet.c - stationctl sheet: prints a sheet of barcodes as HTML. Each sheet is a file of its
 * own. */
#include "ctl.h"
#include "sheet.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct sheet *const sheets[] = {&sheet_doctor};
#define SHEETS (sizeof(sheets) / sizeof(sheets[0]))

void sheet_text(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			(void)fputs("&amp;", f);
		else if (*text == '<')
			(void)fputs("&lt;", f);
		else if (*text == '>')
			(void)fputs("&gt;", f);
		else
			(void)fputc(*text >= ' ' && *text < 0x7f ? *text : '?', f);
	}
}

void sheet_begin(FILE *f, const char *title)
{
	(void)fputs(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
		f);
	sheet_text(f, title);
	(void)fputs(
		"</title>\n<style>\n"
		"@page { size: A4; margin: 14mm }\n"
		"body { font: 11pt/1.35 sans-serif; color: #000; background: #fff; "
		"max-width: 180mm; margin: 0 auto }\n"
		"h1 { font-size: 17pt; margin: 0 0 2mm } h2 { font-size: 12pt; margin: 0 }\n"
		"p, ol { margin: 1mm 0 2mm } code { font-family: monospace; font-size: 10pt }\n"
		"section { break-inside: avoid; border-top: 0.3mm solid #999; padding: 3mm 0 1mm }\n"
		"svg { display: block; margin: 1mm 0 }\n"
		"</style>\n</head>\n<body>\n<h1>",
		f);
	sheet_text(f, title);
	(void)fputs("</h1>\n", f);
}

void sheet_end(FILE *f)
{
	(void)fputs("</body>\n</html>\n", f);
}

static int sheet_run(struct ctl *ctl)
{
	const char *name = ctl->words.word[0], *nearest = NULL;

	for (size_t i = 0; i < SHEETS; i++) {
		nearest = args_nearest(name, nearest, sheets[i]->name);
		if (strcmp(sheets[i]->name, name) != 0)
			continue;
		if (isatty(STDOUT_FILENO)) {
			ctl_error("sheet: send it to a file and print that from a browser: "
				  "stationctl sheet %s >%s.html",
				  name, name);
			return CTL_USAGE;
		}
		return sheets[i]->print(stdout) ? CTL_FINE : CTL_GONE;
	}
	ctl_error("sheet: there is no sheet '%s'%s%s%s", name, nearest ? "; did you mean '" : "",
		  nearest ? nearest : "", nearest ? "'?" : "");
	return CTL_USAGE;
}

const struct ctl_command ctl_sheet = {
	.name = "sheet",
	.usage = "doctor >FILE.html",
	.summary = "a sheet of barcodes as HTML, to print; doctor: what a scanner is tested with",
	.words_least = 1,
	.words_most = 1,
	.run = sheet_run,
};
