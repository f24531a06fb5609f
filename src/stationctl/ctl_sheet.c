/* ctl_sheet.c - stationctl sheet: prints a sheet of barcodes as HTML, or its codes as SVG. Each
 * sheet is a file of its own. */
#include "ctl.h"
#include "rules.h"
#include "sheet.h"
#include "station/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct sheet *const sheets[] = {
	&sheet_doctor, &sheet_commands, &sheet_reasons, &sheet_badges, &sheet_plates,
};
#define SHEETS (sizeof(sheets) / sizeof(sheets[0]))

static const struct args_option sheet_options[SHEET_OPTIONS] = {
	[SHEET_PLATES] = {"plates", "N", "so many house labels; 21 fill a page", 0},
	[SHEET_FROM] = {"from", "SERIAL", "their first number, instead of the next unused one", 0},
	[SHEET_IDS] = {"ids", "FILE", "badges: a file of ids, one a line", 0},
	[SHEET_SVG] = {"svg", "DIR", "an SVG file a code into DIR; - = the one code itself", 0},
	[SHEET_QR] = {"qr", NULL, "with --svg -: QR instead of Code 128", 0},
	[SHEET_SITE] = {"site", "NAME", "the site's name, instead of the settings' one", 0},
	[SHEET_KEY] = {"key", "FILE", "file of the site's key, instead of the settings' one", 0},
};

static bool is_keyed(enum label_kind kind)
{
	return kind == LABEL_COMMAND || kind == LABEL_REASON || kind == LABEL_BADGE;
}

struct sheet_card *sheet_add(struct ctl *ctl, struct sheet_cards *cards, enum label_kind kind,
			     const char *id)
{
	struct sheet_card *card = &cards->card[cards->count];

	if (cards->count == SHEET_CARDS) {
		ctl_error("sheet: more than %d codes", SHEET_CARDS);
		return NULL;
	}
	memset(card, 0, sizeof(*card));
	if (!label_make(&ctl->settings.labels, kind, id, card->code, sizeof(card->code))) {
		ctl_error("sheet: can't make a %s of '%s'", label_kind_name(kind), id);
		return NULL;
	}
	if (!text_copy(card->id, sizeof(card->id), kind == LABEL_HOUSE ? card->code : id))
		return NULL;
	for (char *c = card->id; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	cards->count++;
	return card;
}

static bool to_a_person(const char *name)
{
	if (!isatty(STDOUT_FILENO))
		return false;
	ctl_error("sheet: send it to a file and print that from a browser: "
		  "stationctl sheet %s >%s.html",
		  name, name);
	return true;
}

static bool to_stdout(const char *svg)
{
	return svg && strcmp(svg, "-") == 0;
}

static bool is_one(uint64_t count)
{
	if (count != 1)
		ctl_error("sheet: --svg - is for one code, and these are %llu: give a folder",
			  (unsigned long long)count);
	return count == 1;
}

/* Told before the numbers are used up. What is no number the sheet itself refuses. */
static bool plates_fit(const struct ctl *ctl, const struct sheet *sheet)
{
	const char *wanted = ctl->own.value[SHEET_PLATES];
	uint64_t count;

	return sheet != &sheet_plates || !wanted || !to_stdout(ctl->own.value[SHEET_SVG]) ||
	       !text_read_u64(wanted, strlen(wanted), SHEET_CARDS, &count) || is_one(count);
}

static int print_cards(struct ctl *ctl, const struct sheet *sheet, struct sheet_cards *cards)
{
	const char *const *value = ctl->own.value;
	const char *svg = value[SHEET_SVG];
	bool one = to_stdout(svg), ok;
	int dir = -1;

	/* The folder first: who fills a sheet of house labels has used up their numbers. */
	if (svg && !one) {
		dir = sheet_svg_folder(svg);
		if (dir < 0)
			return CTL_GONE;
	}
	if (!sheet->fill(ctl, cards)) {
		if (dir >= 0)
			(void)close(dir);
		return CTL_WRONG;
	}
	if (one && !is_one(cards->count))
		return CTL_USAGE;
	if (one)
		ok = sheet_svg_one(stdout, value[SHEET_QR] != NULL, &cards->card[0]);
	else if (svg)
		ok = sheet_svg(dir, svg, sheet, cards);
	else
		ok = sheet_html(stdout, sheet, ctl->settings.labels.site, cards);
	return ok ? CTL_FINE : CTL_GONE;
}

/* Only the cards' options for the sheet that has them: what would be left out is told. */
static bool options_fit(const struct ctl *ctl, const struct sheet *sheet)
{
	const char *const *value = ctl->own.value;
	const char *wrong = NULL;

	if ((value[SHEET_PLATES] || value[SHEET_FROM]) && sheet != &sheet_plates)
		wrong = "--plates and --from are for sheet plates";
	else if (value[SHEET_IDS] && sheet != &sheet_badges)
		wrong = "--ids is for sheet badges";
	else if (value[SHEET_QR] && (!value[SHEET_SVG] || strcmp(value[SHEET_SVG], "-") != 0))
		wrong = "--qr goes with --svg -; a folder gets both";
	else if (value[SHEET_SVG] && !sheet->fill)
		wrong = "the doctor's sheet is printed as a whole";
	else if (ctl->words.count > 2 && sheet != &sheet_badges)
		wrong = "too many words";
	else if (ctl->words.count > 1 && sheet != &sheet_badges && sheet != &sheet_reasons)
		wrong = "too many words";
	if (wrong)
		ctl_error("sheet: %s", wrong);
	return !wrong;
}

static int run(struct ctl *ctl, const struct sheet *sheet)
{
	const char *const *value = ctl->own.value;
	struct sheet_cards cards = {0};
	int code;

	if (!options_fit(ctl, sheet) || !plates_fit(ctl, sheet))
		return CTL_USAGE;
	if (!value[SHEET_SVG] && to_a_person(sheet->name))
		return CTL_USAGE;
	if (sheet->print)
		return sheet->print(stdout) ? CTL_FINE : CTL_GONE;
	code = rules_read(ctl, "sheet", value[SHEET_SITE], value[SHEET_KEY]);
	if (code != CTL_FINE)
		return code;
	if (is_keyed(sheet->kind) && !ctl->settings.labels.has_key) {
		ctl_error("sheet: %s are signed with the site's key; give --key FILE, or --config "
			  "FILE with key_file in it",
			  sheet->name);
		return CTL_WRONG;
	}
	cards.card = calloc(SHEET_CARDS, sizeof(*cards.card));
	if (!cards.card) {
		ctl_error("out of memory");
		return CTL_GONE;
	}
	code = print_cards(ctl, sheet, &cards);
	free(cards.card);
	return code;
}

static int sheet_run(struct ctl *ctl)
{
	const char *name = ctl->words.count ? ctl->words.word[0] : NULL, *nearest = NULL;

	if (!name && ctl->own.value[SHEET_PLATES])
		return run(ctl, &sheet_plates);
	if (!name) {
		ctl_error("sheet: something is missing: which one? doctor, commands, reasons, "
			  "badges or plates");
		return CTL_USAGE;
	}
	for (size_t i = 0; i < SHEETS; i++) {
		nearest = args_nearest(name, nearest, sheets[i]->name);
		if (strcmp(sheets[i]->name, name) == 0)
			return run(ctl, sheets[i]);
	}
	ctl_error("sheet: there is no sheet '%s'%s%s%s", name, nearest ? "; did you mean '" : "",
		  nearest ? nearest : "", nearest ? "'?" : "");
	return CTL_USAGE;
}

const struct ctl_command ctl_sheet = {
	.name = "sheet",
	.usage = "doctor|commands|reasons [FILE]|badges ID...|plates --plates N [--svg DIR] >FILE",
	.summary = "a sheet of barcodes to print: HTML of one file, or SVG a code",
	.more = "doctor    what a scanner is tested with\n"
		"commands  receiving mode, parcel done, badge out; the supervisor's apart\n"
		"reasons   what a FAIL is explained with, from the site's file\n"
		"badges    to sign in with\n"
		"plates    house labels for parcels without a label, each printed once\n",
	.options = {sheet_options, SHEET_OPTIONS},
	.words_most = ARGS_WORDS,
	.run = sheet_run,
};
