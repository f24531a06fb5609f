/* main.c - stationd: the daemon of one bench. Reads settings and board, then runs the station until
 * SIGTERM. */
#include "io/certificate.h"
#include "io/confdir.h"
#include "io/log.h"
#include "mark.h"
#include "station.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#define BOARDS STATION_SHARE "/boards"
#define LABELS STATION_SHARE "/labels.d"

static const char usage[] =
	"Usage: stationd [--config FILE] [--boards DIR] [--labels DIR] [--check]\n"
	"       stationd --clock-mark FILE\n"
	"The return station's daemon: labels and buttons in, lamps out, journal on disk.\n\n"
	"  --config FILE  settings (and drop-ins FILE.d/*.conf) instead of /etc/station/station.conf\n"
	"  --boards DIR   folder of the board files instead of " BOARDS "\n"
	"  --labels DIR   folder of the packaged label formats instead of " LABELS "\n"
	"  --check        only say whether settings, board, label formats and reasons are right\n"
	"  --clock-mark FILE\n"
	"                 only waits until a time source has set the clock, makes FILE, ends\n"
	"  --help, --version\n\n"
	"Signals: SIGTERM stops; SIGHUP reads the list of expected returns, the label formats,\n"
	"the reasons and the certificates again, and tries the line to headquarters at once.\n"
	"Exit codes: 0 fine, 1 failed, 2 usage, 78 settings or journal refused. See stationd(8).\n";

struct options {
	const char *config;
	const char *boards;
	const char *labels;
	const char *mark;
	bool check;
};

/* -1 = go on, else the exit code. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"boards", required_argument, NULL, 'b'},
		{"labels", required_argument, NULL, 'l'},
		{"check", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{"clock-mark", required_argument, NULL, 'm'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'b':
			o->boards = optarg;
			break;
		case 'l':
			o->labels = optarg;
			break;
		case 'k':
			o->check = true;
			break;
		case 'm':
			o->mark = optarg;
			break;
		case 'h':
			(void)fputs(usage, stdout);
			return 0;
		case 'v':
			(void)puts("stationd " STATION_VERSION);
			return 0;
		default:
			(void)fputs("Try 'stationd --help'.\n", stderr);
			return 2;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "stationd: what is '%s'? Try 'stationd --help'.\n",
			      argv[optind]);
		return 2;
	}
	return -1;
}

/* What is well written and can't work all the same. False: that is a mistake for sure. The bench
 * works without sticks, so a start is not refused. */
static bool sticks_work(const struct settings *s)
{
	struct certificate_doubt doubt[CERTIFICATE_DOUBTS];
	size_t count = certificate_doubts(s, (int64_t)time(NULL) * 1000, doubt);
	bool work = true;

	for (size_t i = 0; i < count; i++) {
		log_write(doubt[i].kind == CERTIFICATE_NOTE ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
			  LOG_PLAIN, "%s", doubt[i].text);
		work = work && doubt[i].kind != CERTIFICATE_WRONG;
	}
	return work;
}

static int check(struct station *s)
{
	struct settings_error error;

	if (!confdir_labels(s->config, s->packaged, true, &s->labels.formats[0], &error)) {
		log_error("%s", error.text);
		return EX_CONFIG;
	}
	if (s->settings.reasons_file[0] &&
	    !confdir_reasons(s->settings.reasons_file, &s->labels.reasons[0], &error)) {
		log_error("%s", error.text);
		return EX_CONFIG;
	}
	if (!sticks_work(&s->settings))
		return EX_CONFIG;
	(void)printf("settings are fine: station %s, site %s, board %s, %u scanners\n",
		     s->settings.station, s->settings.labels.site, s->board.name,
		     s->settings.scanners);
	(void)printf("label formats are fine: %u, version %s\n", s->labels.formats[0].count,
		     s->labels.formats[0].version);
	if (s->settings.reasons_file[0])
		(void)printf("reasons are fine: %u, version %s\n", s->labels.reasons[0].count,
			     s->labels.reasons[0].version);
	return 0;
}

int main(int argc, char **argv)
{
	static struct station station; /* large, and there is one */
	struct options o = {.boards = BOARDS};
	struct settings_error error = {0};
	char beside[CONFDIR_PATH];
	int code = read_options(argc, argv, &o);

	if (code >= 0)
		return code;
	log_open("stationd", LOG_LEVEL_INFO);
	if (o.mark)
		return mark_clock(o.mark);
	if (!confdir_settings(o.config, &station.settings, &error) ||
	    !confdir_board(&station.settings, o.boards, &station.board, station.serial_number,
			   &error)) {
		log_error("%s", error.text);
		return EX_CONFIG;
	}
	station.config = o.config;
	station.packaged = o.labels ? o.labels : confdir_labels_packaged(LABELS, beside);
	if (o.check)
		return check(&station);
	(void)sticks_work(&station.settings);
	code = station_open(&station);
	if (code == 0)
		code = station_run(&station);
	station_close(&station);
	if (code == 0)
		log_write(LOG_LEVEL_NOTICE, LOG_STOPPED, "stopped");
	return code;
}
