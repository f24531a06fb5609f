/* sheet.h - printed sheets: HTML of one file, to be printed from any browser, or an SVG file a
 * code. A sheet of cards is a list of codes and what people are told of them; how they are laid out
 * is one of few ways. */
#ifndef STATIONCTL_SHEET_H
#define STATIONCTL_SHEET_H
#include "ctl.h"
#include "station/reasons.h"
#include <stdbool.h>
#include <stdio.h>

#define SHEET_CARDS 1000

enum sheet_option {
	SHEET_PLATES,
	SHEET_FROM,
	SHEET_IDS,
	SHEET_SVG,
	SHEET_QR,
	SHEET_SITE,
	SHEET_KEY,
	SHEET_OPTIONS
};

struct sheet_card {
	char id[LABEL_MAX + 1];				 /* for people */
	char code[LABEL_MAX + 1];			 /* in the barcode */
	char en[REASONS_TEXT + 1], zh[REASONS_TEXT + 1]; /* what it is called */
	const char *does_en, *does_zh;			 /* what it does; NULL = that is plain */
	bool apart; /* for the supervisor only: on a page of its own */
};

struct sheet_cards {
	struct sheet_card *card;
	unsigned count;
};

enum sheet_layout {
	SHEET_ROWS,   /* a code a row, to be hung up */
	SHEET_BADGES, /* two a row, to be cut out and worn */
	SHEET_STICKS, /* three a row, to be cut out and stuck on parcels */
};

struct sheet_style {
	enum sheet_layout layout;
	const char *title_en, *title_zh;
	const char *how_en, *how_zh; /* a sentence or two */
};

struct sheet {
	const char *name;
	enum label_kind kind; /* of its cards */
	/* Writes a document of its own: print; or it has cards. False: said why. */
	bool (*print)(FILE *f);
	bool (*fill)(struct ctl *ctl, struct sheet_cards *cards);
	struct sheet_style style;
};

extern const struct sheet sheet_doctor;
extern const struct sheet sheet_commands;
extern const struct sheet sheet_reasons;
extern const struct sheet sheet_badges;
extern const struct sheet sheet_plates;

/* Another card, with the code that a barcode of this kind holds; *code: what label_make wants.
 * NULL: said why. */
struct sheet_card *sheet_add(struct ctl *ctl, struct sheet_cards *cards, enum label_kind kind,
			     const char *id);

/* sheet_html.c: what every sheet begins and ends with; an open <header>. on_paper: the title is
 * printed, too; else only a screen has it. */
void sheet_begin(FILE *f, const char *title_en, const char *title_zh, bool on_paper);
void sheet_end(FILE *f);
/* As HTML; text is UTF-8, its control characters become '?'. */
void sheet_text(FILE *f, const char *text);
/* The whole document. False: said why. */
bool sheet_html(FILE *f, const struct sheet *sheet, const char *site,
		const struct sheet_cards *cards);

/* sheet_svg.c. The folder, made if need be, that files can be written into; -1: said why. */
int sheet_svg_folder(const char *where);
/* A file a code and symbology into that folder, which is closed. False: said why. */
bool sheet_svg(int dir, const char *where, const struct sheet *sheet,
	       const struct sheet_cards *cards);
/* One code to f. */
bool sheet_svg_one(FILE *f, bool square, const struct sheet_card *card);
#endif
