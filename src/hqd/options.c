/* options.c - hqd's command line: the words of serve, import, export, status and photo. */
#include "options.h"
#include "piece.h"
#include "station/text.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_S     30
#define PATIENCE_S_MAX 3600

static const char usage[] =
	"Usage: hqd --listen ADDR:PORT --db FILE --cert PEM --key PEM --client-ca PEM [...]\n"
	"       hqd import --db FILE CSV\n"
	"       hqd import --db FILE --client-ca PEM [--crl PEM] [--cert PEM --key PEM] FOLDER\n"
	"       hqd export --db FILE [--journal UUID] [--from SEQ]\n"
	"       hqd status --db FILE\n"
	"       hqd photo --db FILE [SHA256]\n"
	"The reference headquarters: takes the events of return stations over HTTPS.\n\n"
	"  --listen ADDR:PORT  where to serve; port 0 = any free one, told on the log\n"
	"  --db FILE           the database; serving and importing make it when there is none\n"
	"  --cert PEM          the server's certificate, with the chain behind it\n"
	"  --key PEM           its private key\n"
	"  --client-ca PEM     who signs the stations' certificates\n"
	"  --crl PEM           certificates that are revoked\n"
	"  --metrics-open      /metrics needs no certificate\n"
	"  --patience SECONDS  a client must have said its request by then (30)\n"
	"  --journal UUID      export: only this journal, instead of all\n"
	"  --from SEQ          export: from this event on (1)\n"
	"  --help, --version\n\n"
	"import makes CSV the list of expected returns, or takes the events of the exports in FOLDER\n"
	"(a stick), and with --cert and --key leaves ack.json there for the stations; export prints\n"
	"the received events, a line each; status prints journals and numbers as JSON; photo lists the\n"
	"photos that stations told of, or writes one (a JPEG) to standard output.\n"
	"Signals: SIGTERM ends, SIGHUP reads certificates and the CRL again.\n"
	"Exit codes: 0 fine, 1 failed or rows refused, 2 usage, 3 a file can't be read. See hqd(8).\n";

enum option_id {
	OPTION_LISTEN = 256,
	OPTION_DB,
	OPTION_CERT,
	OPTION_KEY,
	OPTION_CLIENT_CA,
	OPTION_CRL,
	OPTION_METRICS_OPEN,
	OPTION_PATIENCE,
	OPTION_JOURNAL,
	OPTION_FROM,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option known[] = {
	{"listen", required_argument, NULL, OPTION_LISTEN},
	{"db", required_argument, NULL, OPTION_DB},
	{"cert", required_argument, NULL, OPTION_CERT},
	{"key", required_argument, NULL, OPTION_KEY},
	{"client-ca", required_argument, NULL, OPTION_CLIENT_CA},
	{"crl", required_argument, NULL, OPTION_CRL},
	{"metrics-open", no_argument, NULL, OPTION_METRICS_OPEN},
	{"patience", required_argument, NULL, OPTION_PATIENCE},
	{"journal", required_argument, NULL, OPTION_JOURNAL},
	{"from", required_argument, NULL, OPTION_FROM},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

/* Which command takes an option: bits 1 << enum options_command. */
#define SERVE  (1U << OPTIONS_SERVE)
#define EXPORT (1U << OPTIONS_EXPORT)
#define EVERYWHERE                                                                                 \
	(SERVE | EXPORT | 1U << OPTIONS_IMPORT | 1U << OPTIONS_STATUS | 1U << OPTIONS_PHOTO)

static unsigned options_takers(int id)
{
	if (id == OPTION_DB || id == OPTION_HELP || id == OPTION_VERSION)
		return EVERYWHERE;
	if (id == OPTION_CLIENT_CA || id == OPTION_CRL || id == OPTION_CERT || id == OPTION_KEY)
		return SERVE | 1U << OPTIONS_IMPORT;
	return id == OPTION_JOURNAL || id == OPTION_FROM ? EXPORT : SERVE;
}

static int refuse(const char *format, const char *word)
{
	(void)fputs("hqd: ", stderr);
	(void)fprintf(stderr, format, word); /* NOLINT: ours, each with one %s */
	(void)fputs("; try 'hqd --help'\n", stderr);
	return OPTIONS_USAGE;
}

static bool take_number(const char *s, uint64_t least, uint64_t most, uint64_t *out)
{
	return text_read_u64(s, strlen(s), most, out) && *out >= least;
}

/* -1 = go on. */
static int take(struct options *o, int id, const char *value)
{
	uint64_t n = 0;

	if (id == OPTION_LISTEN)
		o->listen = value;
	else if (id == OPTION_DB)
		o->db = value;
	else if (id == OPTION_CERT)
		o->cert = value;
	else if (id == OPTION_KEY)
		o->key = value;
	else if (id == OPTION_CLIENT_CA)
		o->client_ca = value;
	else if (id == OPTION_CRL)
		o->crl = value;
	else if (id == OPTION_METRICS_OPEN)
		o->metrics_open = true;
	else if (id == OPTION_JOURNAL && !text_is_uuid(value, strlen(value)))
		return refuse("'%s' is no UUID", value);
	else if (id == OPTION_JOURNAL)
		o->journal = value;
	else if (id == OPTION_PATIENCE && !take_number(value, 1, PATIENCE_S_MAX, &n))
		return refuse("--patience takes 1 to 3600 seconds, not '%s'", value);
	else if (id == OPTION_PATIENCE)
		o->patience_s = (unsigned)n;
	else if (id == OPTION_FROM && !take_number(value, 1, INT64_MAX, &o->from))
		return refuse("--from takes an event's number, not '%s'", value);
	return -1;
}

/* The command, taken out of argv; OPTIONS_SERVE when none is told. False: no such command. */
static bool options_command(int *argc, char **argv, enum options_command *out)
{
	static const char *const names[] = {
		[OPTIONS_IMPORT] = "import",
		[OPTIONS_EXPORT] = "export",
		[OPTIONS_STATUS] = "status",
		[OPTIONS_PHOTO] = "photo",
	};

	*out = OPTIONS_SERVE;
	if (*argc < 2 || argv[1][0] == '-')
		return true;
	for (unsigned i = OPTIONS_IMPORT; i <= OPTIONS_PHOTO; i++) {
		if (strcmp(argv[1], names[i]) != 0)
			continue;
		*out = (enum options_command)i;
		memmove(argv + 1, argv + 2, (size_t)(*argc - 1) * sizeof(*argv));
		(*argc)--;
		return true;
	}
	return false;
}

static int options_complete(const struct options *o)
{
	if (!o->db)
		return refuse("%s is missing", "--db");
	if (o->command == OPTIONS_IMPORT && !o->csv)
		return refuse("%s is missing", "the CSV file or the folder of exports");
	if (o->command == OPTIONS_IMPORT && !o->cert != !o->key)
		return refuse("%s is missing", o->cert ? "--key" : "--cert");
	if (o->command != OPTIONS_SERVE)
		return -1;
	if (!o->listen)
		return refuse("%s is missing", "--listen");
	if (!o->cert || !o->key)
		return refuse("%s is missing", o->cert ? "--key" : "--cert");
	return o->client_ca ? -1 : refuse("%s is missing", "--client-ca");
}

int options_read(int argc, char **argv, struct options *o)
{
	int id, code, at = 0;

	*o = (struct options){.from = 1, .patience_s = PATIENCE_S};
	if (!options_command(&argc, argv, &o->command))
		return refuse("unknown command '%s'", argv[1]);
	while ((id = getopt_long(argc, argv, "", known, &at)) != -1) {
		if (id == OPTION_HELP) {
			(void)fputs(usage, stdout);
			return OPTIONS_FINE;
		}
		if (id == OPTION_VERSION) {
			(void)puts("hqd " STATION_VERSION);
			return OPTIONS_FINE;
		}
		if (id == '?') {
			(void)fputs("Try 'hqd --help'.\n", stderr);
			return OPTIONS_USAGE;
		}
		if (!(options_takers(id) & 1U << o->command))
			return refuse("--%s is not for this command", known[at].name);
		code = take(o, id, optarg);
		if (code >= 0)
			return code;
	}
	if (o->command == OPTIONS_IMPORT && optind < argc)
		o->csv = argv[optind++];
	if (o->command == OPTIONS_PHOTO && optind < argc)
		o->photo = argv[optind++];
	if (o->photo && !piece_is_hash(o->photo))
		return refuse("'%s' is no SHA-256 (64 lower hex digits)", o->photo);
	if (optind < argc)
		return refuse("what is '%s'?", argv[optind]);
	return options_complete(o);
}
