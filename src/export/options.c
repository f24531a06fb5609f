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
	"Copies the station's journal to a stick: FOLDER/STATION/DATE_TIME/ with events.jsonl,\n"
	"inspections.csv, report.html, manifest.json, SHA256SUMS and its signature\n"
	"SHA256SUMS.p7s.\n\n"
	"  --all             the whole journal; by default what headquarters does not have yet\n"
	"  --config FILE     the settings, with FILE.d/*.conf\n"
	"  --state DIR       state folder, instead of the settings' one\n"
	"  --runtime DIR     runtime folder, instead of the settings' one\n"
	"  --stick NAME      somebody plugged it in: who may is asked, the panel tells\n"
	"  --help, --version\n\n"
	"Exit codes: 0 written, 1 not written, 2 usage, 3 the journal or the settings can't be\n"
	"read. See station-export(8).\n";

enum option_id {
	OPTION_ALL = 256,
	OPTION_CONFIG,
	OPTION_STATE,
	OPTION_RUNTIME,
	OPTION_STICK,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option known[] = {
	{"all", no_argument, NULL, OPTION_ALL},
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"state", required_argument, NULL, OPTION_STATE},
	{"runtime", required_argument, NULL, OPTION_RUNTIME},
	{"stick", required_argument, NULL, OPTION_STICK},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

struct given {
	const char *config, *state, *runtime;
};

static int refuse(const char *words)
{
	(void)fprintf(stderr, "station-export: %s; try 'station-export --help'\n", words);
	return OPTIONS_USAGE;
}

/* -1: all of the command line is read. */
static int take(int argc, char **argv, struct options *o, struct given *g)
{
	int id;

	while ((id = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (id == OPTION_ALL) {
			o->order.all = true;
		} else if (id == OPTION_CONFIG) {
			g->config = optarg;
		} else if (id == OPTION_STATE) {
			g->state = optarg;
		} else if (id == OPTION_RUNTIME) {
			g->runtime = optarg;
		} else if (id == OPTION_STICK) {
			o->stick = optarg;
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
	if (argc - optind != 1)
		return refuse(argc == optind ? "no folder is named" : "too many words");
	if (o->stick && !slip_stick_name(o->stick))
		return refuse("--stick takes the kernel's name of a device, such as sda1");
	o->order.dir = argv[optind];
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

int options_read(int argc, char **argv, struct options *o)
{
	struct given g = {NULL, NULL, NULL};
	struct settings_error error;
	int code, n;

	*o = (struct options){.order = {.all = false}};
	code = take(argc, argv, o, &g);
	if (code >= 0)
		return code;
	settings_defaults(&o->settings);
	if (confdir_there(g.config) && !confdir_settings(g.config, &o->settings, &error)) {
		(void)fprintf(stderr, "station-export: %s\n", error.text);
		return OPTIONS_GONE;
	}
	n = snprintf(o->journal, sizeof(o->journal), "%s/" JOURNAL_FILE,
		     g.state ? g.state : o->settings.state_dir);
	if (n < 0 || (size_t)n >= sizeof(o->journal))
		return refuse("the state folder's name is too long");
	o->order.journal = o->journal;
	o->order.cert = o->settings.hq.cert_file;
	o->order.key = o->settings.hq.key_file;
	o->order.encrypt_to = o->settings.encrypt_to;
	o->runtime = g.runtime ? g.runtime : o->settings.runtime_dir;
	look_for_report(o);
	return -1;
}
