/* ctl_export.c - stationctl export: becomes station-export, so that there is one way to a stick. */
#include "ctl.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXPORT_PROGRAM "station-export"

enum export_option { EXPORT_ALL, EXPORT_OPTIONS };

static const struct args_option export_options[EXPORT_OPTIONS] = {
	[EXPORT_ALL] = {"all", NULL,
			"the whole journal; by default what headquarters does not have yet", 0},
};

/* Beside us, as in the build's folder; else where it is installed. */
static bool export_program(char path[CTL_PATH])
{
	ssize_t n = readlink("/proc/self/exe", path, CTL_PATH - 1);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash && (size_t)(slash + 1 - path) + sizeof(EXPORT_PROGRAM) <= CTL_PATH) {
			memcpy(slash + 1, EXPORT_PROGRAM, sizeof(EXPORT_PROGRAM));
			if (access(path, X_OK) == 0)
				return true;
		}
	}
	n = snprintf(path, CTL_PATH, "%s/%s", STATION_LIBEXEC, EXPORT_PROGRAM);
	return n > 0 && n < CTL_PATH;
}

static int export_run(struct ctl *ctl)
{
	static const struct {
		enum ctl_option option;
		const char *name;
	} handed_on[] = {
		{CTL_CONFIG, "--config"}, {CTL_STATE, "--state"}, {CTL_RUNTIME, "--runtime"}};
	const char *words[2 * CTL_OPTIONS + 5];
	char program[CTL_PATH];
	size_t n = 0;

	if (!export_program(program))
		return CTL_GONE;
	words[n++] = EXPORT_PROGRAM;
	for (size_t i = 0; i < sizeof(handed_on) / sizeof(handed_on[0]); i++) {
		const char *value = ctl->global.value[handed_on[i].option];

		if (value) {
			words[n++] = handed_on[i].name;
			words[n++] = value;
		}
	}
	if (ctl->own.value[EXPORT_ALL])
		words[n++] = "--all";
	words[n++] = "--";
	words[n++] = ctl->words.word[0];
	words[n] = NULL;
	execv(program, (char *const *)words);
	ctl_error("can't run %s: %s", program, strerror(errno));
	return CTL_GONE;
}

const struct ctl_command ctl_export = {
	.name = "export",
	.usage = "[--all] FOLDER",
	.summary = "copy the journal to a stick, or to any folder; see station-export(8)",
	.options = {export_options, EXPORT_OPTIONS},
	.words_least = 1,
	.words_most = 1,
	.run = export_run,
};
