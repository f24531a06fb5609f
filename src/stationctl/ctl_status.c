/* ctl_status.c - stationctl status: says in ten lines how the station is and what to do where
 * something is wrong; for machines as JSON or for Prometheus. It reads status.json in the runtime
 * folder and asks nobody. */
#include "clean.h"
#include "ctl.h"
#include "prom.h"
#include "health.h"
#include "status_file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status_option { STATUS_JSON, STATUS_ALL, STATUS_PROM, STATUS_OUTPUT, STATUS_OPTIONS };

static const struct args_option status_options[STATUS_OPTIONS] = {
	[STATUS_JSON] = {"json", NULL, "print the status file itself", 0},
	[STATUS_ALL] = {"all", NULL, "all that is known, below the ten lines", 0},
	[STATUS_PROM] = {"prom", NULL, "for Prometheus (node_exporter's textfile collector)", 0},
	[STATUS_OUTPUT] = {"output", "FILE",
			   "with --prom: replace FILE, which has the old one until then", 0},
};

static void print_json(const char *text, size_t len)
{
	if (text[len - 1] == '\n')
		len--;
	if (isatty(STDOUT_FILENO))
		clean_print(stdout, text, len);
	else
		fwrite(text, 1, len, stdout);
	putchar('\n');
}

static int print_prom(const char *path, const json_t *root, const struct health_now *now,
		      const struct health *r)
{
	int err;

	if (!path) {
		prom_put(stdout, root, now, r);
		return CTL_FINE;
	}
	err = prom_file(path, root, now, r);
	if (err)
		ctl_error("status: can't write %s: %s", path, strerror(-err));
	return err ? CTL_GONE : CTL_FINE;
}

/* Nothing is known of the station: the old figures must not stand on as if it were well. */
static int prom_down(const char *path, int code)
{
	int written = print_prom(path, NULL, &(struct health_now){0}, NULL);

	return written == CTL_FINE ? code : written;
}

static int status_health(const struct ctl *ctl, const char *text, size_t len, const json_t *root)
{
	struct health_now now;
	struct health health;

	health_look(root, &now);
	health_make(root, &now, &health);
	if (ctl->own.value[STATUS_PROM])
		return print_prom(ctl->own.value[STATUS_OUTPUT], root, &now, &health);
	if (ctl->own.value[STATUS_JSON]) {
		print_json(text, len);
	} else {
		for (unsigned i = 0; i < HEALTH_LINES; i++)
			health_put(stdout, &health, (enum health_line)i, health_columns());
		if (ctl->own.value[STATUS_ALL])
			health_rest(stdout, root);
	}
	return health.well ? CTL_FINE : CTL_WRONG;
}

static int status_run(struct ctl *ctl)
{
	const char *const *value = ctl->own.value;
	struct status_file file;
	char path[CTL_PATH];
	int code = CTL_GONE;

	if (value[STATUS_OUTPUT] && !value[STATUS_PROM]) {
		ctl_error("status: --output goes with --prom");
		return CTL_USAGE;
	}
	if (!!value[STATUS_PROM] + !!value[STATUS_JSON] + !!value[STATUS_ALL] > 1) {
		ctl_error("status: one of --json, --all and --prom");
		return CTL_USAGE;
	}
	if (!ctl_runtime_path(ctl, "status.json", path))
		return value[STATUS_PROM] ? prom_down(value[STATUS_OUTPUT], CTL_GONE) : CTL_GONE;
	if (status_file_open(&file, path)) {
		code = status_health(ctl, file.text, file.len, file.root);
	} else {
		if (!value[STATUS_PROM] || !file.absent)
			ctl_error("%s", file.why);
		if (value[STATUS_PROM])
			code = prom_down(value[STATUS_OUTPUT], file.absent ? CTL_FINE : CTL_GONE);
	}
	status_file_close(&file);
	return code;
}

const struct ctl_command ctl_status = {
	.name = "status",
	.usage = "[--json | --all | --prom [--output FILE]]",
	.summary = "how the station is, and what to do where something is wrong",
	.options = {status_options, STATUS_OPTIONS},
	.run = status_run,
};
