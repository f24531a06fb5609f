/* main.c - stationctl, the person's tool: finds the command, reads its options, runs it. What each
 * command does is in a file of its own. */
#include "ctl.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct args_option global_options[CTL_OPTIONS] = {
	[CTL_CONFIG] = {"config", "FILE", "the settings, with FILE.d/*.conf", 0},
	[CTL_STATE] = {"state", "DIR", "state folder, instead of the settings' one", 0},
	[CTL_RUNTIME] = {"runtime", "DIR", "runtime folder, instead of the settings' one", 0},
	[CTL_HELP] = {"help", NULL, "this help", 0},
	[CTL_VERSION] = {"version", NULL, "print the version", 0},
};
static const struct args_table global_table = {global_options, CTL_OPTIONS};

static const struct ctl_command *const commands[] = {
	&ctl_status, &ctl_watch, &ctl_log,    &ctl_label,  &ctl_verify, &ctl_panel,
	&ctl_doctor, &ctl_sheet, &ctl_export, &ctl_report, &ctl_token,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	printf("usage: stationctl [OPTIONS] COMMAND ...\n\n"
	       "The tool of the person at a return station.\n\ncommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
	printf("\noptions:\n");
	args_help(stdout, &global_table);
	printf("\n'stationctl COMMAND --help' tells the options of a command.\n"
	       "exit codes: 0 fine; 1 not well, not found or broken; 2 usage; "
	       "3 not running or not readable; doctor's are its own\n");
}

static void print_command_help(const struct ctl_command *c)
{
	printf("usage: stationctl [OPTIONS] %s %s\n\n%s\n%s\noptions:\n", c->name, c->usage,
	       c->summary, c->more ? c->more : "");
	args_help(stdout, &c->options);
	args_help(stdout, &global_table);
}

static const struct ctl_command *find_command(const char *name)
{
	const char *nearest = NULL;

	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	for (size_t i = 0; i < COMMANDS; i++)
		nearest = args_nearest(name, nearest, commands[i]->name);
	if (nearest)
		ctl_error("unknown command '%s'; did you mean '%s'?", name, nearest);
	else
		ctl_error("unknown command '%s'; 'stationctl --help' lists them", name);
	return NULL;
}

static int refuse(const struct ctl_command *c, const char *error)
{
	ctl_error("%s%s%s", c ? c->name : "", c ? ": " : "", error);
	if (c)
		fprintf(stderr, "usage: stationctl [OPTIONS] %s %s\n", c->name, c->usage);
	else
		fprintf(stderr, "usage: stationctl [--config FILE] [--state DIR] [--runtime DIR] "
				"COMMAND ...\n");
	return c && c->usage_exit ? c->usage_exit : CTL_USAGE;
}

static int run_command(struct ctl *ctl, const struct ctl_command *c, int argc, char **argv)
{
	char error[160];

	if (args_read(&global_table, &ctl->global, &c->options, &ctl->own, &ctl->words, argc, argv,
		      error, sizeof(error)) < 0)
		return refuse(c, error);
	if (ctl->global.value[CTL_HELP]) {
		print_command_help(c);
		return ctl_flush(CTL_FINE);
	}
	if (ctl->global.value[CTL_VERSION]) {
		printf("stationctl %s\n", STATION_VERSION);
		return ctl_flush(CTL_FINE);
	}
	if (ctl->words.count < c->words_least)
		return refuse(c, "something is missing");
	if (ctl->words.count > c->words_most)
		return refuse(c, "too many words");
	return ctl_flush(c->run(ctl));
}

int main(int argc, char **argv)
{
	static struct ctl ctl;
	const struct args_table none = {NULL, 0};
	const struct ctl_command *command;
	char error[160];
	int used;

	setlocale(LC_ALL, "");
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away is seen as EPIPE */
	used = args_read(&global_table, &ctl.global, &none, &ctl.own, NULL, argc - 1, argv + 1,
			 error, sizeof(error));
	if (used < 0)
		return refuse(NULL, error);
	if (ctl.global.value[CTL_VERSION]) {
		printf("stationctl %s\n", STATION_VERSION);
		return ctl_flush(CTL_FINE);
	}
	argc -= used + 1;
	argv += used + 1;
	if (argc == 0 && ctl.global.value[CTL_HELP]) {
		print_help();
		return ctl_flush(CTL_FINE);
	}
	if (argc == 0)
		return refuse(NULL, "a command is missing; 'stationctl --help' lists them");
	command = find_command(argv[0]);
	return command ? run_command(&ctl, command, argc - 1, argv + 1) : CTL_USAGE;
}
