/* options.c - station-camera's command line. */
#include "options.h"
#include "station/reading.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char usage[] =
	"Usage: station-camera --image [--only SYMBOLOGY[,...]] [--itf DIGITS[,...]] FILE...\n"
	"Reads the bar codes and QR codes of pictures (PNG, JPEG, GIF, WebP, PGM), and prints a line\n"
	"for each label: FILE, tab, SYMBOLOGY, tab, TEXT.\n\n"
	"  --image             read pictures\n"
	"  --only SYMBOLOGIES  only these of CODE-128, CODE-93, CODE-39, Codabar, I2/5, EAN-13,\n"
	"                      EAN-8, UPC-A, UPC-E, QR-Code; all by default\n"
	"  --itf DIGITS        only an I2/5 of so many digits (8 or more)\n"
	"  --help, --version\n\n"
	"Exit codes: 0 all files were read, with labels or without, 1 a file could not be read,\n"
	"2 usage. See station-camera(8).\n";

enum option_id { OPTION_IMAGE = 256, OPTION_ONLY, OPTION_ITF, OPTION_HELP, OPTION_VERSION };

static const struct option known[] = {
	{"image", no_argument, NULL, OPTION_IMAGE},
	{"only", required_argument, NULL, OPTION_ONLY},
	{"itf", required_argument, NULL, OPTION_ITF},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

static int refuse(const char *words, const char *word)
{
	(void)fprintf(stderr, "station-camera: %s%s; try 'station-camera --help'\n", words, word);
	return OPTIONS_USAGE;
}

/* Names between commas. */
static int take_only(struct options *o, const char *names)
{
	o->allowed = 0;
	for (;;) {
		size_t len = strcspn(names, ",");
		unsigned s = 0;

		for (; s < READING_SYMBOLOGIES; s++) {
			const char *name = reading_name((enum reading_symbology)s);

			if (strlen(name) == len && strncasecmp(name, names, len) == 0)
				break;
		}
		if (s == READING_SYMBOLOGIES)
			return refuse("no such symbology: ", names);
		o->allowed |= 1U << s;
		if (names[len] == '\0')
			return -1;
		names += len + 1;
	}
}

/* Numbers of digits between commas. */
static int take_itf(struct options *o, const char *lengths)
{
	const char *at = lengths;

	o->itf = 0;
	for (;;) {
		size_t len = strcspn(at, ",");
		uint64_t n;

		if (!text_read_u64(at, len, 30, &n) || n < 2 || n % 2)
			return refuse("--itf takes even numbers of digits, 2 to 30, not ", lengths);
		o->itf |= 1U << n / 2;
		if (at[len] == '\0')
			return -1;
		at += len + 1;
	}
}

int options_read(int argc, char **argv, struct options *o)
{
	bool image = false;
	int id;

	*o = (struct options){.allowed = READING_ALL, .itf = READING_ITF_8};
	while ((id = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (id == OPTION_IMAGE) {
			image = true;
		} else if (id == OPTION_ONLY) {
			if (take_only(o, optarg) >= 0)
				return OPTIONS_USAGE;
		} else if (id == OPTION_ITF) {
			if (take_itf(o, optarg) >= 0)
				return OPTIONS_USAGE;
		} else if (id == OPTION_HELP) {
			(void)fputs(usage, stdout);
			return OPTIONS_FINE;
		} else if (id == OPTION_VERSION) {
			(void)puts("station-camera " STATION_VERSION);
			return OPTIONS_FINE;
		} else {
			return OPTIONS_USAGE; /* getopt has said which */
		}
	}
	o->files = argv + optind;
	o->count = argc - optind;
	if (!image)
		return refuse("--image is missing", "");
	if (o->count == 0)
		return refuse("no file is named", "");
	return -1;
}
