/* options.c - station-camera's command line. */
#include "options.h"
#include "station/reading.h"
#include "station/settings.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char usage[] =
	"Usage: station-camera --image [--only SYMBOLOGY[,...]] [--itf DIGITS[,...]] FILE...\n"
	"       station-camera --device PATH [--size WxH] [--controls LIST] [--socket PATH]\n"
	"       station-camera --pipe COMMAND --size WxH [--format FORMAT] [--socket PATH]\n"
	"       station-camera --station [--config FILE]\n"
	"Reads the bar codes and QR codes of pictures (PNG, JPEG, GIF, WebP, PGM), or of a camera's\n"
	"frames, and prints a line for each label: FILE, tab, SYMBOLOGY, tab, TEXT.\n\n"
	"  --image             read pictures\n"
	"  --device PATH       read the frames of this V4L2 device; FILE is -\n"
	"  --controls LIST     set its controls: NAME=NUMBER[,...]\n"
	"  --pipe COMMAND      read raw frames on the output of this shell command; FILE is -\n"
	"  --size WxH          size of a frame, 4 million pixels at most; of a device's, at least\n"
	"                      (1280x720 by default)\n"
	"  --format FORMAT     yuv420 (default), grey or yuyv\n"
	"  --socket PATH       tell stationd at this socket, and print nothing\n"
	"  --station           the camera of the station's settings, for stationd\n"
	"  --config FILE       settings instead of /etc/station/station.conf\n"
	"  --only SYMBOLOGIES  only these of CODE-128, CODE-93, CODE-39, Codabar, I2/5, EAN-13,\n"
	"                      EAN-8, UPC-A, UPC-E, QR-Code; all by default\n"
	"  --itf DIGITS        only an I2/5 of so many digits (14)\n"
	"  --help, --version\n\n"
	"Exit codes: 0 all files were read, with labels or without, or ended by a signal, 1 a file\n"
	"could not be read, 2 usage, 78 settings refused. See station-camera(8).\n";

enum option_id {
	OPTION_IMAGE = 256,
	OPTION_ONLY,
	OPTION_ITF,
	OPTION_PIPE,
	OPTION_DEVICE,
	OPTION_CONTROLS,
	OPTION_SIZE,
	OPTION_FORMAT,
	OPTION_SOCKET,
	OPTION_STATION,
	OPTION_CONFIG,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option known[] = {
	{"image", no_argument, NULL, OPTION_IMAGE},
	{"only", required_argument, NULL, OPTION_ONLY},
	{"itf", required_argument, NULL, OPTION_ITF},
	{"pipe", required_argument, NULL, OPTION_PIPE},
	{"device", required_argument, NULL, OPTION_DEVICE},
	{"controls", required_argument, NULL, OPTION_CONTROLS},
	{"size", required_argument, NULL, OPTION_SIZE},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"socket", required_argument, NULL, OPTION_SOCKET},
	{"station", no_argument, NULL, OPTION_STATION},
	{"config", required_argument, NULL, OPTION_CONFIG},
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

static int take_mode(struct options *o, enum options_mode mode)
{
	if (o->mode != OPTIONS_NONE && o->mode != mode)
		return refuse("--image, --device, --pipe and --station exclude each other", "");
	o->mode = mode;
	return -1;
}

/* Settings between commas or spaces; kept with spaces. */
static int take_controls(struct options *o, char *list)
{
	struct settings_control control;
	const char *at = list;
	int r = 1;

	for (char *c = list; *c; c++)
		if (*c == ',')
			*c = ' ';
	while (r > 0)
		r = settings_camera_control(&at, &control);
	if (r < 0)
		return refuse("--controls takes NAME=NUMBER[,...], not ", at);
	o->feed.controls = list;
	return -1;
}

/* -1, or the exit code. */
static int take(struct options *o, int id)
{
	switch (id) {
	case OPTION_IMAGE:
		return take_mode(o, OPTIONS_IMAGE);
	case OPTION_PIPE:
		o->feed.command = optarg;
		return take_mode(o, OPTIONS_PIPE);
	case OPTION_DEVICE:
		o->feed.device = optarg;
		return take_mode(o, OPTIONS_DEVICE);
	case OPTION_CONTROLS:
		return take_controls(o, optarg);
	case OPTION_STATION:
		return take_mode(o, OPTIONS_STATION);
	case OPTION_ONLY:
		return take_only(o, optarg);
	case OPTION_ITF:
		return take_itf(o, optarg);
	case OPTION_SIZE:
		if (settings_camera_size(optarg, strlen(optarg), &o->feed.width, &o->feed.height))
			return -1;
		return refuse(
			"--size takes WIDTHxHEIGHT, 16 to 4096 on a side, 4 million in all, not ",
			optarg);
	case OPTION_FORMAT:
		o->feed.pixels = feed_pixels_of(optarg);
		if (o->feed.pixels < FEED_FORMATS)
			return -1;
		return refuse("--format takes yuv420, grey or yuyv, not ", optarg);
	case OPTION_SOCKET:
		o->socket = optarg;
		return -1;
	case OPTION_CONFIG:
		o->config = optarg;
		return -1;
	case OPTION_HELP:
		(void)fputs(usage, stdout);
		return OPTIONS_FINE;
	case OPTION_VERSION:
		(void)puts("station-camera " STATION_VERSION);
		return OPTIONS_FINE;
	default:
		return OPTIONS_USAGE; /* getopt has said which */
	}
}

/* Whether what was given fits together. */
static int judge(const struct options *o)
{
	switch (o->mode) {
	case OPTIONS_IMAGE:
		return o->count > 0 ? -1 : refuse("no file is named", "");
	case OPTIONS_PIPE:
		if (o->feed.width == 0)
			return refuse("--size is missing", "");
		break;
	case OPTIONS_DEVICE:
	case OPTIONS_STATION:
		break;
	case OPTIONS_NONE:
		return refuse("--image, --device, --pipe or --station is missing", "");
	}
	return o->count == 0 ? -1 : refuse("what is this for: ", o->files[0]);
}

int options_read(int argc, char **argv, struct options *o)
{
	int id;

	*o = (struct options){.allowed = READING_ALL, .itf = READING_ITF_14};
	while ((id = getopt_long(argc, argv, "", known, NULL)) != -1) {
		int code = take(o, id);

		if (code >= 0)
			return code;
	}
	if (o->mode == OPTIONS_DEVICE && o->feed.width == 0)
		(void)settings_camera_size(SETTINGS_CAMERA_SIZE, strlen(SETTINGS_CAMERA_SIZE),
					   &o->feed.width, &o->feed.height);
	o->files = argv + optind;
	o->count = argc - optind;
	return judge(o);
}
