/* sheet.h - printed sheets: HTML of one file, to be printed from any browser. */
#ifndef STATIONCTL_SHEET_H
#define STATIONCTL_SHEET_H
#include <stdbool.h>
#include <stdio.h>

struct sheet {
	const char *name;
	/* Writes the whole document. False: said why. */
	bool (*print)(FILE *f);
};

extern const struct sheet sheet_doctor;

/* What every sheet begins and ends with. title: no HTML. */
void sheet_begin(FILE *f, const char *title);
void sheet_end(FILE *f);
void sheet_text(FILE *f, const char *text); /* as HTML; what is no printable ASCII becomes '?' */
#endif
