/* ctl_doctor.c - stationctl doctor: checks a board before its first shift, a row each: what was
 * found, and what to do. It changes nothing. */
#include "clean.h"
#include "doctor.h"
#include "io/confdir.h"
#include "io/log.h"
#include "status_file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOARDS	STATION_SHARE "/boards"
#define COLUMNS 79
#define INDENT	20

enum doctor_exit { EXIT_OK = 0, EXIT_WARN = 1, EXIT_FAIL = 2, EXIT_CANT = 3 };

enum doctor_option { DOCTOR_JSON, DOCTOR_NO_ASK, DOCTOR_BOARDS, DOCTOR_OPTIONS };

static const struct args_option doctor_options[DOCTOR_OPTIONS] = {
	[DOCTOR_JSON] = {"json", NULL, "one JSON object instead of lines", 0},
	[DOCTOR_NO_ASK] = {"no-ask", NULL, "ask nobody anything", 0},
	[DOCTOR_BOARDS] = {"boards", "DIR", "folder of the board files", 0},
};

static const struct doctor_check {
	const char *name;
	void (*run)(struct doctor *d, struct doctor_row *row);
} checks[] = {
	{"settings", doctor_settings},
	{"board", doctor_board},
	{"lamps", doctor_lamps},
	{"tones", doctor_tones},
	{"buttons", doctor_buttons},
	{"scanner", doctor_scanner},
	{"camera", doctor_camera},
	{"journal", doctor_journal},
	{"disk", doctor_disk},
	{"clock", doctor_clock},
	{"headquarters", doctor_headquarters},
	{"certificate", doctor_certificate},
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

static const char *result_name(enum doctor_result result)
{
	switch (result) {
	case DOCTOR_OK:
		return "ok";
	case DOCTOR_SKIPPED:
		return "skipped";
	case DOCTOR_WARN:
		return "warn";
	case DOCTOR_FAIL:
		break;
	}
	return "fail";
}

/* Bit per check; 0: a name is wrong, and that was said. */
static unsigned chosen(const struct args_words *words)
{
	unsigned bits = 0;

	for (unsigned w = 0; w < words->count; w++) {
		const char *nearest = NULL;
		size_t i = 0;

		while (i < CHECKS && strcmp(checks[i].name, words->word[w]) != 0) {
			nearest = args_nearest(words->word[w], nearest, checks[i].name);
			i++;
		}
		if (i == CHECKS) {
			ctl_error("doctor: there is no check '%s'%s%s%s", words->word[w],
				  nearest ? "; did you mean '" : "; see 'stationctl doctor --help'",
				  nearest ? nearest : "", nearest ? "'?" : "");
			return 0;
		}
		bits |= 1u << i;
	}
	return bits ? bits : (1u << CHECKS) - 1;
}

/* --- what all checks lean on --- */

static void find_station(struct doctor *d)
{
	char path[CTL_PATH];
	struct status_file file;

	(void)snprintf(path, sizeof(path), "%s/status.json", d->settings->runtime_dir);
	if (status_file_open(&file, path))
		d->status = json_incref(file.root);
	d->veiled = file.denied;
	status_file_close(&file);
}

/* Who may not read the site key may check all the rest. */
static bool only_key_denied(const struct settings *s, const struct settings_error *error)
{
	size_t len = strlen(s->key_file);

	return len > 0 && strncmp(error->text, s->key_file, len) == 0 &&
	       access(s->key_file, R_OK) < 0 && errno == EACCES;
}

/* False: there are no settings to go by; row says why. */
static bool prepare(struct doctor *d, struct doctor_row *row)
{
	const struct args *global = &d->ctl->global;
	const char *boards = d->ctl->own.value[DOCTOR_BOARDS];
	struct settings_error error = {{0}};
	char serial[65];
	bool fits = true;

	if (!confdir_settings(global->value[CTL_CONFIG], d->settings, &error)) {
		d->key_denied = only_key_denied(d->settings, &error);
		if (!d->key_denied) {
			doctor_say(row, DOCTOR_FAIL, "%s", error.text);
			return false;
		}
	}
	if (global->value[CTL_STATE])
		fits = text_copy(d->settings->state_dir, sizeof(d->settings->state_dir),
				 global->value[CTL_STATE]);
	if (global->value[CTL_RUNTIME])
		fits = text_copy(d->settings->runtime_dir, sizeof(d->settings->runtime_dir),
				 global->value[CTL_RUNTIME]) &&
		       fits;
	if (!fits) {
		doctor_say(row, DOCTOR_FAIL, "a folder's name is too long");
		return false;
	}
	d->has_settings = true;
	d->has_board =
		confdir_board(d->settings, boards ? boards : BOARDS, &d->board, serial, &error);
	if (!d->has_board)
		(void)text_copy(d->why_board, sizeof(d->why_board), error.text);
	find_station(d);
	return true;
}

/* --- what comes of it --- */

/* Words between spaces, broken before COLUMNS. */
static void print_wrapped(const char *text)
{
	size_t column = INDENT;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > INDENT && column + 1 + len > COLUMNS) {
			printf("\n%*s", INDENT, "");
			column = INDENT;
		} else if (column > INDENT) {
			putchar(' ');
			column++;
		}
		clean_print(stdout, text, len);
		column += len;
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void print_row(const char *name, const struct doctor_row *row)
{
	static const char *const loud[] = {[DOCTOR_OK] = "ok",
					   [DOCTOR_SKIPPED] = "-",
					   [DOCTOR_WARN] = "WARN",
					   [DOCTOR_FAIL] = "FAIL"};

	printf("%-13s %-5s ", name, loud[row->result]);
	print_wrapped(row->buf);
	(void)fflush(stdout);
}

/* Text from outside may be no UTF-8: then the row's words are left out rather than the row. */
static json_t *row_json(const char *name, struct doctor_row *row)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "name", json_string(name));
	(void)json_object_set_new(object, "result", json_string(result_name(row->result)));
	if (json_object_set_new(object, "text", json_string(row->buf)) < 0)
		(void)json_object_set_new(object, "text", json_string(""));
	(void)json_object_update(object, row->fields);
	return object;
}

static int exit_of(const struct doctor *d, enum doctor_result worst)
{
	if (!d->has_settings)
		return EXIT_CANT;
	switch (worst) {
	case DOCTOR_OK:
	case DOCTOR_SKIPPED:
		return EXIT_OK;
	case DOCTOR_WARN:
		return EXIT_WARN;
	case DOCTOR_FAIL:
		break;
	}
	return EXIT_FAIL;
}

static enum doctor_result run_check(struct doctor *d, size_t i, bool wanted, json_t *rows)
{
	static struct doctor_row row;

	row = (struct doctor_row){.fields = json_object()};
	row.text = text_over(row.buf, sizeof(row.buf));
	if (i == 0 && !prepare(d, &row))
		wanted = true; /* whatever was asked for */
	else if (wanted)
		checks[i].run(d, &row);
	if (wanted && rows)
		(void)json_array_append_new(rows, row_json(checks[i].name, &row));
	else if (wanted)
		print_row(checks[i].name, &row);
	json_decref(row.fields);
	return row.result;
}

static int doctor_run(struct ctl *ctl)
{
	struct doctor d = {.ctl = ctl, .settings = &ctl->settings, .named = ctl->words.count > 0};
	json_t *rows = ctl->own.value[DOCTOR_JSON] ? json_array() : NULL;
	enum doctor_result worst = DOCTOR_OK;
	unsigned count[DOCTOR_FAIL + 1] = {0};
	unsigned bits = chosen(&ctl->words);
	json_t *all;

	log_open("stationctl", LOG_LEVEL_ERROR);
	d.asks = !ctl->own.value[DOCTOR_NO_ASK] && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	if (!bits) {
		json_decref(rows);
		return EXIT_CANT;
	}
	for (size_t i = 0; i < CHECKS && (i == 0 || d.has_settings); i++) {
		enum doctor_result result = run_check(&d, i, bits >> i & 1, rows);

		worst = result > worst ? result : worst;
		count[result] += bits >> i & 1 || !d.has_settings;
	}
	if (rows) {
		all = json_pack("{s:i, s:s, s:o}", "v", 1, "result", result_name(worst), "rows",
				rows);
		(void)json_dumpf(all, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(all);
	} else {
		printf("\n%u ok, %u skipped, %u to be looked at, %u failed\n", count[DOCTOR_OK],
		       count[DOCTOR_SKIPPED], count[DOCTOR_WARN], count[DOCTOR_FAIL]);
	}
	json_decref(d.status);
	return exit_of(&d, worst);
}

const struct ctl_command ctl_doctor = {
	.name = "doctor",
	.usage = "[--json] [--no-ask] [--boards DIR] [CHECK...]",
	.summary = "check a board before its first shift: what was found, and what to do",
	.more = "checks: settings board lamps tones buttons scanner camera journal disk\n"
		"        clock headquarters certificate; all of them when none is named\n"
		"exit codes: 0 nothing wrong; 1 something to be looked at; 2 something failed;\n"
		"            3 could not run\n",
	.options = {doctor_options, DOCTOR_OPTIONS},
	.words_most = ARGS_WORDS,
	.run = doctor_run,
	.usage_exit = EXIT_CANT,
};
