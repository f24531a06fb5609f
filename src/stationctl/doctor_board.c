/* doctor_board.c - stationctl doctor's checks of what the station is told: its settings, and the
 * board with chip and lines (F13). */
#include "doctor.h"
#include "io/certificate.h"
#include "io/confdir.h"
#include "io/gpio.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A station whose label formats are refused does not start. */
static void label_formats(const struct doctor *d, struct doctor_row *row)
{
	static struct formats formats;
	static char beside[CONFDIR_PATH];
	struct settings_error error;

	if (!confdir_labels(d->ctl->global.value[CTL_CONFIG],
			    confdir_labels_packaged(STATION_SHARE "/labels.d", beside), true,
			    &formats, &error))
		doctor_say(row, DOCTOR_FAIL, "%s", error.text);
	else if (formats.count == 0)
		doctor_say(row, DOCTOR_WARN, "no label formats: waybills and products are unknown");
	else
		doctor_say(row, DOCTOR_OK, "%u label formats", (unsigned)formats.count);
}

static void reasons(const struct settings *s, struct doctor_row *row)
{
	static struct reasons reasons;
	struct settings_error error;

	if (!s->reasons_file[0])
		return;
	if (!confdir_reasons(s->reasons_file, &reasons, &error))
		doctor_say(row, DOCTOR_FAIL, "%s", error.text);
	else
		doctor_say(row, DOCTOR_OK, "%u reasons", (unsigned)reasons.count);
}

static enum doctor_result doubt_result(enum certificate_doubt_kind kind)
{
	switch (kind) {
	case CERTIFICATE_NOTE:
		return DOCTOR_OK;
	case CERTIFICATE_OLD:
		return DOCTOR_WARN;
	case CERTIFICATE_WRONG:
		break;
	}
	return DOCTOR_FAIL;
}

/* The bench works without sticks, and nobody would see it before one is plugged in. */
static void sticks(const struct settings *s, struct doctor_row *row)
{
	struct certificate_doubt doubt[CERTIFICATE_DOUBTS];
	size_t count = certificate_doubts(s, (int64_t)time(NULL) * 1000, doubt);
	json_t *keys = json_array();

	for (size_t i = 0; i < count; i++) {
		(void)json_array_append_new(keys, json_string(doubt[i].key));
		if (!doubt[i].path || !doctor_denied(row, doubt[i].error, doubt[i].path, false))
			doctor_say(row, doubt_result(doubt[i].kind), "%s", doubt[i].text);
	}
	(void)json_object_set_new(row->fields, "sticks", keys);
}

void doctor_settings(struct doctor *d, struct doctor_row *row)
{
	const struct settings *s = d->settings;

	doctor_say(row, DOCTOR_OK, "station %s at site %s", s->station, s->labels.site);
	doctor_word(row, "station", s->station);
	doctor_word(row, "site", s->labels.site);
	if (d->key_denied)
		(void)doctor_denied(row, -EACCES, s->key_file, false);
	else if (!s->labels.has_key)
		doctor_say(row, DOCTOR_WARN,
			   "no site key ([site] key_file): reasons, badges and commands can't be "
			   "scanned");
	if (!s->hq.url[0])
		doctor_say(row, DOCTOR_OK, "no headquarters ([headquarters] url)");
	if (s->scanners == 0)
		doctor_say(row, DOCTOR_WARN, "no [scanner NAME]: nothing can be scanned");
	label_formats(d, row);
	reasons(s, row);
	sticks(s, row);
}

static void say_line(struct doctor_row *row, const struct gpio_survey *survey, unsigned i,
		     bool runs)
{
	const char *holder = survey->line[i].holder;
	const bool ours = strcmp(holder, "stationd") == 0;

	switch (survey->line[i].state) {
	case GPIO_SURVEY_FREE:
		break;
	case GPIO_SURVEY_MISSING:
		doctor_say(row, DOCTOR_FAIL,
			   "the chip has no line %s ([%s] %s); gpioinfo shows the names",
			   survey->line[i].name, survey->line[i].section, survey->line[i].key);
		break;
	case GPIO_SURVEY_TAKEN:
		if (!ours)
			doctor_say(row, DOCTOR_FAIL, "line %s ([%s] %s) is taken by %s",
				   survey->line[i].name, survey->line[i].section,
				   survey->line[i].key,
				   holder[0] ? holder : "somebody who gives no name");
		else if (!runs)
			doctor_say(row, DOCTOR_WARN, "line %s is taken by another stationd",
				   survey->line[i].name);
		break;
	}
}

static void look_at_lines(struct doctor *d, struct doctor_row *row)
{
	struct gpio_config config = {.lines = &d->board.gpio};
	struct gpio_survey survey;
	struct gpio_error error = {0};
	json_t *lines = json_array();
	unsigned taken = 0;
	int r = gpio_survey(&config, &survey, &error);
	static const char *const states[] = {"free", "taken", "missing"};

	if (r == -EACCES || r == -EPERM) {
		json_decref(lines);
		doctor_say(row, DOCTOR_WARN,
			   "not checked: %s; the group gpio has the permission (adduser NAME gpio, "
			   "then log in anew), or use sudo",
			   error.text);
		doctor_word(row, "denied", "/dev/gpiochip*");
		return;
	}
	for (unsigned i = 0; r == 0 && i < survey.lines; i++) {
		bool ours = survey.line[i].state == GPIO_SURVEY_TAKEN &&
			    strcmp(survey.line[i].holder, "stationd") == 0;

		taken += ours;
		(void)json_array_append_new(
			lines,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "section", survey.line[i].section,
				  "key", survey.line[i].key, "line", survey.line[i].name, "state",
				  states[survey.line[i].state], "holder", survey.line[i].holder));
	}
	(void)json_object_set_new(row->fields, "lines", lines);
	if (r < 0) {
		doctor_say(row, DOCTOR_FAIL, "%s", error.text);
		return;
	}
	doctor_word(row, "chip", survey.label);
	doctor_say(row, DOCTOR_OK, "board %s, chip %s", d->board.name, survey.label);
	for (unsigned i = 0; i < survey.lines; i++)
		say_line(row, &survey, i, d->status != NULL);
	if (row->result == DOCTOR_OK)
		doctor_say(row, DOCTOR_OK, "all %u lines found, %s", survey.lines,
			   taken ? "in the hands of the running stationd" : "all free");
}

void doctor_board(struct doctor *d, struct doctor_row *row)
{
	if (!d->has_board) {
		doctor_say(row, DOCTOR_FAIL, "%s", d->why_board);
		return;
	}
	doctor_word(row, "board", d->board.name);
	doctor_word(row, "driver", d->board.driver);
	if (strcmp(d->board.driver, "gpio") == 0)
		look_at_lines(d, row);
	else
		doctor_say(row, DOCTOR_OK, "board %s is simulated: it has no chip and no lines",
			   d->board.name);
}
