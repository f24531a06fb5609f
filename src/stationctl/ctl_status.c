/* ctl_status.c - stationctl status: says in plain lines how the station is and what to do where
 * something is wrong. It reads status.json in the runtime folder and asks nobody. */
#include "ctl.h"
#include "clean.h"
#include "status_file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status_option { STATUS_JSON, STATUS_OPTIONS };

static const struct args_option status_options[STATUS_OPTIONS] = {
	[STATUS_JSON] = {"json", NULL, "print the status file itself", 0},
};

/* What a fault's name means to a person; a name "scanner:gun" is looked up by what stands before
 * the colon. */
static const struct {
	const char *name, *remedy;
} status_faults[] = {
	{"scanner", "is lost: check its cable and power; it is taken up again by itself"},
	{"button", "is stuck: free it; the other buttons work meanwhile"},
	{"journal", "can't be written: see the line 'journal'"},
	{"panel",
	 "(buttons and lamps) is out of reach: see the log; it is taken up again by itself"},
	{"disk", "can't be written: make room, or change the card"},
};

static const struct {
	const char *name, *words;
} status_situations[] = {
	{"idle", "idle, waiting for a label"},
	{"step", "inspecting"},
	{"reason", "waits for a reason"},
	{"closed", "verdict given, can still be taken back"},
	{"which", "asks which unit of the return it is"},
	{"repeat", "asks whether to inspect a unit again"},
	{"unknown", "asks whether to take an unexpected return"},
	{"receiving", "receiving parcels"},
};

static void say(const char *subject)
{
	printf("%-11s ", subject);
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void say_station(const json_t *root)
{
	say("station");
	clean_puts(stdout, text_of(root, "station"));
	printf(" at site ");
	clean_puts(stdout, text_of(root, "site"));
	printf(", stationd ");
	clean_puts(stdout, text_of(root, "version"));
	printf(", pid %lld, status of ", number_of(root, "pid"));
	clean_puts(stdout, text_of(root, "at"));
	putchar('\n');
}

static void say_situation(const json_t *root)
{
	const char *situation = text_of(root, "situation");
	const char *step = text_of(root, "step"), *label = text_of(root, "label");
	const char *by = text_of(root, "by");
	const char *words = situation ? situation : "unknown";
	bool ready = json_is_true(json_object_get(root, "ready"));

	for (size_t i = 0; i < sizeof(status_situations) / sizeof(status_situations[0]); i++)
		if (situation && strcmp(situation, status_situations[i].name) == 0)
			words = status_situations[i].words;
	say("bench");
	if (!ready)
		printf("NOT READY yet; ");
	clean_puts(stdout, words);
	if (step) {
		printf(", step ");
		clean_puts(stdout, step);
	}
	if (label) {
		printf(", label ");
		clean_puts(stdout, label);
	}
	if (by) {
		printf(", badge ");
		clean_puts(stdout, by);
	}
	putchar('\n');
}

static void say_lamps(const json_t *root)
{
	json_t *lamps = json_object_get(root, "lamps"), *value;
	const char *name, *between = "";

	say("lamps");
	json_object_foreach(lamps, name, value)
	{
		const char *pattern = json_string_value(value);

		if (!pattern || strcmp(pattern, "off") == 0)
			continue;
		printf("%s", between);
		clean_puts(stdout, name);
		putchar(' ');
		clean_puts(stdout, pattern);
		between = ", ";
	}
	puts(*between ? "" : "all dark");
}

static void say_journal(const json_t *root)
{
	const json_t *journal = json_object_get(root, "journal");
	const char *problem = text_of(journal, "problem"), *aside = text_of(journal, "aside");
	bool works = json_is_true(json_object_get(journal, "works"));

	say("journal");
	printf(works ? "works" : "CAN'T RECORD");
	if (problem) {
		printf(": ");
		clean_puts(stdout, problem);
	}
	printf(works ? ", " : "; nothing is promised until it works again; ");
	printf("%lld events, ", number_of(journal, "seq"));
	printf(json_is_true(json_object_get(journal, "checked")) ? "checked\n"
								 : "check still running\n");
	say("");
	printf("id ");
	clean_puts(stdout, text_of(journal, "id"));
	printf(", head ");
	clean_puts(stdout, text_of(journal, "head"));
	putchar('\n');
	if (aside) {
		say("");
		printf("an older journal was SET ASIDE in ");
		clean_puts(stdout, aside);
		printf(": keep the file, tell your supervisor\n");
	}
}

static const struct {
	const char *name, *words;
} status_lines[] = {
	{"good", "in touch"},
	{"offline", "NO LINE now; work goes on, and it is tried again by itself"},
	{"person", "NEEDS A PERSON"},
	{"off", "not set up"},
};

/* A status of a version that knew no headquarters has no such member. */
static void say_headquarters(const json_t *root)
{
	const json_t *hq = json_object_get(root, "headquarters");
	const json_t *journal = json_object_get(root, "journal");
	const char *line = text_of(hq, "line"), *why = text_of(hq, "why");
	const char *url = text_of(hq, "url"), *next = text_of(hq, "next_try");
	long long acked = number_of(url ? hq : journal, "acked"), seq = number_of(journal, "seq");
	const char *words = line ? line : "not set up";

	for (size_t i = 0; i < sizeof(status_lines) / sizeof(status_lines[0]); i++)
		if (line && strcmp(line, status_lines[i].name) == 0)
			words = status_lines[i].words;
	say("line");
	clean_puts(stdout, words);
	if (why) {
		printf(": ");
		clean_puts(stdout, why);
	}
	if (url) {
		printf(" (");
		clean_puts(stdout, url);
		putchar(')');
	}
	putchar('\n');
	say("sent");
	printf("headquarters has %lld of %lld events", acked, seq);
	printf(acked < seq ? "; the rest is kept here until it has them" : "");
	if (text_of(hq, "last_ok")) {
		printf("; its last answer came ");
		clean_puts(stdout, text_of(hq, "last_ok"));
	}
	if (next && line && strcmp(line, "good") != 0) {
		printf("; the next try is at ");
		clean_puts(stdout, next);
	}
	putchar('\n');
}

static const struct {
	const char *state, *remedy;
} status_expiries[] = {
	{"soon", ": see that it is renewed"},
	{"urgent", ": RENEW IT NOW"},
};

static void say_certificate(const json_t *certificate, const char *whose, bool first)
{
	const char *state = text_of(certificate, "state");

	say(first ? "certificate" : "");
	printf("%s ", whose);
	if (state && strcmp(state, "expired") == 0)
		printf("HAS EXPIRED (");
	else
		printf("is good for %lld days (until ", number_of(certificate, "days"));
	clean_puts(stdout, text_of(certificate, "until"));
	putchar(')');
	for (size_t i = 0; i < sizeof(status_expiries) / sizeof(status_expiries[0]); i++)
		if (state && strcmp(state, status_expiries[i].state) == 0)
			fputs(status_expiries[i].remedy, stdout);
	if (state && strcmp(state, "expired") == 0)
		printf(": RENEW IT; inspections go on and are kept here");
	putchar('\n');
}

static const json_t *certificate_of(const json_t *root, const char *whose)
{
	const json_t *hq = json_object_get(root, "headquarters");

	return json_object_get(json_object_get(hq, "certificates"), whose);
}

/* Headquarters' one is known when a handshake has shown it. */
static void say_certificates(const json_t *root)
{
	const json_t *own = certificate_of(root, "station");
	const json_t *server = certificate_of(root, "headquarters");

	if (json_is_object(own))
		say_certificate(own, "this station's", true);
	if (json_is_object(server))
		say_certificate(server, "headquarters'", !json_is_object(own));
}

static void say_expected(const json_t *root)
{
	const json_t *expected = json_object_get(root, "expected");
	const char *file = text_of(expected, "file");
	const json_t *returns = json_object_get(expected, "returns");

	say("expected");
	if (json_is_integer(returns))
		printf("%lld returns on the list", (long long)json_integer_value(returns));
	else
		printf("no list yet: every return is taken and marked no-list");
	if (file) {
		printf(", file ");
		clean_puts(stdout, file);
	}
	putchar('\n');
}

/* A station of an older version says nothing of them. */
static void say_labels(const json_t *root)
{
	const json_t *labels = json_object_get(root, "labels");
	const char *version = text_of(labels, "version");

	if (!json_is_object(labels))
		return;
	say("labels");
	printf("%lld formats", (long long)json_integer_value(json_object_get(labels, "formats")));
	if (version) {
		printf(", version ");
		clean_puts(stdout, version);
	}
	if (json_is_true(json_object_get(labels, "refused")))
		printf("; A FILE OF THE SITE IS REFUSED, these are the last good ones: the log says why");
	putchar('\n');
}

static void say_scanners(const json_t *root)
{
	json_t *scanners = json_object_get(root, "scanners"), *scanner;
	size_t i;

	say("scanners");
	if (json_array_size(scanners) == 0)
		puts("none set up");
	json_array_foreach(scanners, i, scanner)
	{
		bool present = json_is_true(json_object_get(scanner, "present"));

		if (i > 0)
			say("");
		clean_puts(stdout, text_of(scanner, "name"));
		printf(present ? " is there (" : " is LOST (");
		clean_puts(stdout, text_of(scanner, "device"));
		puts(present ? ")" : "): plug it in; it is taken up by itself");
	}
}

static void say_faults(const json_t *root)
{
	json_t *faults = json_object_get(root, "faults"), *fault;
	size_t i;

	say("faults");
	if (json_array_size(faults) == 0)
		puts("none");
	json_array_foreach(faults, i, fault)
	{
		const char *name = json_string_value(fault);
		const char *remedy = "needs a person";

		for (size_t k = 0; name && k < sizeof(status_faults) / sizeof(status_faults[0]);
		     k++) {
			size_t len = strlen(status_faults[k].name);

			if (strncmp(name, status_faults[k].name, len) == 0 &&
			    (name[len] == ':' || name[len] == '\0'))
				remedy = status_faults[k].remedy;
		}
		if (i > 0)
			say("");
		clean_puts(stdout, name);
		printf(" %s\n", remedy);
	}
}

static void say_rest(const json_t *root)
{
	const json_t *queue = json_object_get(root, "queue");
	const char *clock = text_of(root, "clock");

	say("queue");
	printf("%lld scans waiting; scanners were held back %lld times\n",
	       number_of(queue, "waiting"), number_of(queue, "held_back"));
	say("clock");
	if (clock && strcmp(clock, "trusted") == 0)
		puts("trusted");
	else
		puts("untrusted: no time source has answered since start; times are marked so and "
		     "put right later");
}

static void status_say(const json_t *root)
{
	say_station(root);
	say_situation(root);
	say_lamps(root);
	say_journal(root);
	say_headquarters(root);
	say_certificates(root);
	say_expected(root);
	say_labels(root);
	say_scanners(root);
	say_faults(root);
	say_rest(root);
}

static bool certificate_well(const json_t *certificate)
{
	const char *state = text_of(certificate, "state");

	return !state || (strcmp(state, "urgent") != 0 && strcmp(state, "expired") != 0);
}

/* An untrusted clock needs nobody: most boards have none of their own and inspect without. */
static bool status_well(const json_t *root)
{
	const json_t *journal = json_object_get(root, "journal");
	const char *line = text_of(json_object_get(root, "headquarters"), "line");
	json_t *scanner;
	size_t i;

	json_array_foreach(json_object_get(root, "scanners"), i, scanner)
	{
		if (!json_is_true(json_object_get(scanner, "present")))
			return false;
	}
	return json_is_true(json_object_get(root, "ready")) &&
	       json_is_true(json_object_get(journal, "works")) && !text_of(journal, "aside") &&
	       !(line && strcmp(line, "person") == 0) &&
	       !json_is_true(json_object_get(json_object_get(root, "labels"), "refused")) &&
	       !json_is_true(json_object_get(json_object_get(root, "reasons"), "refused")) &&
	       certificate_well(certificate_of(root, "station")) &&
	       certificate_well(certificate_of(root, "headquarters")) &&
	       json_array_size(json_object_get(root, "faults")) == 0;
}

static int status_report(const char *path, const char *text, size_t len, bool json)
{
	const char *why = NULL;
	json_t *root = status_file_parse(text, len, &why);
	int code;

	if (!root) {
		ctl_error("%s is not a status file: %s", path, why);
		code = CTL_GONE;
	} else if (!status_file_runs(root)) {
		ctl_error("the station is not running (its process %lld is gone); "
			  "'systemctl status stationd' says why",
			  number_of(root, "pid"));
		code = CTL_GONE;
	} else if (json) {
		if (text[len - 1] == '\n')
			len--;
		if (isatty(STDOUT_FILENO))
			clean_print(stdout, text, len);
		else
			fwrite(text, 1, len, stdout);
		putchar('\n');
		code = status_well(root) ? CTL_FINE : CTL_WRONG;
	} else {
		status_say(root);
		code = status_well(root) ? CTL_FINE : CTL_WRONG;
	}
	json_decref(root);
	return code;
}

static int status_run(struct ctl *ctl)
{
	char path[CTL_PATH];
	char *text;
	size_t len = 0;
	int err, code;

	if (!ctl_runtime_path(ctl, "status.json", path))
		return CTL_GONE;
	text = malloc(STATUS_FILE_MAX);
	if (!text) {
		ctl_error("out of memory");
		return CTL_GONE;
	}
	err = status_file_read(path, text, &len);
	if (err == -ENOENT) {
		ctl_error(
			"the station is not running (no %s); 'systemctl status stationd' says why",
			path);
		code = CTL_GONE;
	} else if (err) {
		ctl_error("can't read %s: %s", path,
			  err == -EFBIG ? "it is too large for a status file" : strerror(-err));
		code = CTL_GONE;
	} else {
		code = status_report(path, text, len, ctl->own.value[STATUS_JSON] != NULL);
	}
	free(text);
	return code;
}

const struct ctl_command ctl_status = {
	.name = "status",
	.usage = "[--json]",
	.summary = "how the station is, and what to do where something is wrong",
	.options = {status_options, STATUS_OPTIONS},
	.run = status_run,
};
