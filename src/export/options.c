/* options.c - station-export's command line and settings. */
#include "options.h"
#include "io/confdir.h"
#include "io/journal.h"
#include "io/zone.h"
#include "station/slip.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"Usage: station-export [--config FILE] [--state DIR] [--runtime DIR] [--all] [--stick NAME] FOLDER\n"
	"       station-export [...] --stick NAME --mount | --gone\n"
	"Copies the station's journal to a stick: FOLDER/STATION/DATE_TIME/ with events.jsonl,\n"
	"inspections.csv, report.html, manifest.json, SHA256SUMS and its signature\n"
	"SHA256SUMS.p7s.\n\n"
	"  --all             the whole journal; by default what headquarters does not have yet\n"
	"  --config FILE     the settings, with FILE.d/*.conf\n"
	"  --state DIR       state folder, instead of the settings' one\n"
	"  --runtime DIR     runtime folder, instead of the settings' one\n"
	"  --stick NAME      somebody plugged it in: who may is asked, the panel tells\n"
	"  --mount           mount /dev/NAME, copy to it, unmount, wait until it is taken out\n"
	"  --gone            tell the panel that it was taken out\n"
	"  --help, --version\n\n"
	"Exit codes: 0 written, 1 not written, 2 usage, 3 the journal or the settings can't be\n"
	"read. See station-export(8).\n";

enum option_id {
	OPTION_ALL = 256,
	OPTION_CONFIG,
	OPTION_STATE,
	OPTION_RUNTIME,
	OPTION_STICK,
	OPTION_MOUNT,
	OPTION_GONE,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option known[] = {
	{"all", no_argument, NULL, OPTION_ALL},
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"state", required_argument, NULL, OPTION_STATE},
	{"runtime", required_argument, NULL, OPTION_RUNTIME},
	{"stick", required_argument, NULL, OPTION_STICK},
	{"mount", no_argument, NULL, OPTION_MOUNT},
	{"gone", no_argument, NULL, OPTION_GONE},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

static int refuse(const char *words)
{
	(void)fprintf(stderr, "station-export: %s; try 'station-export --help'\n", words);
	return OPTIONS_USAGE;
}

int options_read(int argc, char **argv, struct options *o)
{
	int id;

	*o = (struct options){.order = {.all = false}};
	while ((id = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (id == OPTION_ALL) {
			o->order.all = true;
		} else if (id == OPTION_CONFIG) {
			o->config = optarg;
		} else if (id == OPTION_STATE) {
			o->state = optarg;
		} else if (id == OPTION_RUNTIME) {
			o->runtime = optarg;
		} else if (id == OPTION_STICK) {
			o->stick = optarg;
		} else if (id == OPTION_MOUNT) {
			o->mount = true;
		} else if (id == OPTION_GONE) {
			o->gone = true;
		} else if (id == OPTION_HELP) {
			(void)fputs(usage, stdout);
			return OPTIONS_FINE;
		} else if (id == OPTION_VERSION) {
			(void)puts("station-export " STATION_VERSION);
			return OPTIONS_FINE;
		} else {
			return OPTIONS_USAGE; /* getopt has said which */
		}
	}
	if (o->stick && !slip_stick_name(o->stick))
		return refuse("--stick takes the kernel's name of a device, such as sda1");
	if ((o->mount || o->gone) && !o->stick)
		return refuse("--mount and --gone go with --stick");
	if (argc - optind != (o->mount || o->gone ? 0 : 1))
		return refuse(argc == optind ? "no folder is named" : "too many words");
	o->order.dir = o->mount ? "." : argv[optind];
	return -1;
}

/* What the report needs of this machine's files is read here, while all of them can be. A report
 * without the reasons' words is better than no export. */
static void look_for_report(struct options *o)
{
	const struct settings *s = &o->settings;
	struct settings_error error;
	bool named = s->reasons_file[0] != '\0';
	bool have = named && confdir_reasons(s->reasons_file, &o->reasons, &error);

	if (named && !have)
		(void)fprintf(stderr, "station-export: the report has codes without words: %s\n",
			      error.text);
	o->order.reasons = have ? &o->reasons : NULL;
	o->order.zone = s->timezone;
	o->order.zone_unknown = !zone_use(s->timezone);
	o->order.inspectors = s->inspectors == SETTINGS_YES;
	o->order.deadline_h = s->deadline_h;
	o->order.headquarters = s->hq.url[0] != '\0';
}

int options_settle(struct options *o)
{
	struct settings_error error;
	const char *state;
	int n;

	settings_defaults(&o->settings);
	if (confdir_there(o->config) && !confdir_settings(o->config, &o->settings, &error)) {
		(void)fprintf(stderr, "station-export: %s\n", error.text);
		return OPTIONS_GONE;
	}
	state = o->state ? o->state : o->settings.state_dir;
	n = snprintf(o->journal, sizeof(o->journal), "%s/" JOURNAL_FILE, state);
	if (n < 0 || (size_t)n >= sizeof(o->journal))
		return refuse("the state folder's name is too long");
	o->order.journal = o->journal;
	o->order.state = state;
	o->order.cert = o->settings.hq.cert_file;
	o->order.key = o->settings.hq.key_file;
	o->order.encrypt_to = o->settings.encrypt_to;
	if (!o->runtime)
		o->runtime = o->settings.runtime_dir;
	look_for_report(o);
	return -1;
}
