/* doctor_panel.c - stationctl doctor's checks of the panel by hand and eye: each lamp, each tone,
 * each button in turn. They take the board's lines, so the station must not run. */
#include "ask.h"
#include "doctor.h"
#include "io/gpio.h"
#include "station/melody.h"
#include "station/presstest.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PRESS_MS  30000 /* for a press */
#define SETTLE_MS 300	/* contacts bounce, after a press too */

static const char *const lamp_words[PANEL_LAMPS] = {
	[PANEL_LAMP_APPEARANCE] = "appearance (blue)",
	[PANEL_LAMP_ACCESSORIES] = "accessories (blue)",
	[PANEL_LAMP_USAGE] = "usage (blue)",
	[PANEL_LAMP_PASS] = "PASS (green)",
	[PANEL_LAMP_FAIL] = "FAIL (amber)",
	[PANEL_LAMP_ATTENTION] = "ATTENTION (red)",
	[PANEL_LAMP_LINK] = "LINK (white)",
};
static const char *const button_words[PANEL_BUTTONS] = {
	[PANEL_PASS] = "PASS",
	[PANEL_FAIL] = "FAIL",
	[PANEL_BACK] = "BACK",
};

struct panel {
	struct doctor *doctor;
	struct loop *loop;
	struct ask *ask;
	struct gpio *gpio;
	bool down[PANEL_BUTTONS];
	bool works, testing;
	struct presstest test;
	enum presstest_verdict verdict;
};

/* What a person is shown, one after the other. */
struct sight {
	const char *(*name)(unsigned i);
	void (*show)(struct panel *p, unsigned i);
	const char *question; /* with a %s for the name; r: again */
	const char *complaint;
};

static void on_button(void *user, enum panel_button button, bool down, uint64_t at_ms)
{
	struct panel *p = user;

	(void)at_ms;
	p->down[button] = down;
	if (!p->testing)
		return;
	p->verdict = presstest_edge(&p->test, button, down);
	if (p->verdict != PRESSTEST_WAITS)
		ask_stop(p->ask);
}

static void on_found(void *user, enum panel_button button)
{
	on_button(user, button, true, 0);
}

static void on_works(void *user, bool works)
{
	struct panel *p = user;

	p->works = works;
	ask_stop(p->ask);
}

static void panel_close(struct panel *p)
{
	gpio_close(p->gpio);
	ask_close(p->ask);
	loop_close(p->loop);
}

/* What is in the way is told. hands: the check needs a person. */
static bool panel_open(struct panel *p, struct doctor *d, struct doctor_row *row, bool hands)
{
	const struct gpio_calls calls = {
		.button = on_button, .found = on_found, .works = on_works, .user = p};
	const struct gpio_config config = {.lines = &d->board.gpio};
	struct gpio_error error = {0};
	int r;

	*p = (struct panel){.doctor = d, .works = true};
	if (!d->has_board)
		doctor_say(row, DOCTOR_FAIL, "%s", d->why_board);
	else if (strcmp(d->board.driver, "gpio") != 0)
		doctor_say(row, DOCTOR_SKIPPED,
			   "the board is simulated: 'stationctl panel' shows it");
	else if (d->status)
		doctor_say(row, DOCTOR_SKIPPED,
			   "stationd has the lines: 'systemctl stop stationd', then again");
	else if (d->veiled)
		doctor_say(
			row, DOCTOR_SKIPPED,
			"whether stationd runs can't be told without permission for %s: use sudo",
			d->settings->runtime_dir);
	else if (!d->asks && (hands || !d->named))
		doctor_say(row, DOCTOR_SKIPPED, "nobody sits at a terminal to answer%s",
			   hands ? "" : "; name this check to run it all the same");
	else if ((r = loop_open(&p->loop)) < 0 || (r = ask_open(&p->ask, p->loop, d->asks)) < 0)
		doctor_say(row, DOCTOR_FAIL, "%s", strerror(-r));
	else if ((r = gpio_open(&p->gpio, p->loop, &config, &calls, &error)) < 0)
		doctor_say(row,
			   r == -EACCES || r == -EPERM ? DOCTOR_WARN
			   : r == -EBUSY	       ? DOCTOR_SKIPPED
						       : DOCTOR_FAIL,
			   "%s%s", r == -EACCES || r == -EPERM ? "not checked: " : "", error.text);
	else
		return true;
	panel_close(p);
	return false;
}

/* Shows it and asks, as often as it is wanted; without a person it is shown for a while. What is
 * wrong is told. False: that is the end of this check. */
static bool seen(struct panel *p, struct doctor_row *row, const struct sight *sight, unsigned i,
		 json_t *list)
{
	enum ask_answer answer;

	do {
		if (p->doctor->asks)
			(void)fprintf(stderr, sight->question, sight->name(i));
		sight->show(p, i);
		answer = p->doctor->asks ? ask_wait_again(p->ask) : ask_wait(p->ask, MELODY_MS_MAX);
	} while (answer == ASK_AGAIN);
	switch (answer) {
	case ASK_YES:
	case ASK_LATE:
	case ASK_AGAIN:
		return true;
	case ASK_NO:
		doctor_say(row, DOCTOR_FAIL, "%s %s", sight->name(i), sight->complaint);
		(void)json_array_append_new(list, json_string(sight->name(i)));
		return true;
	case ASK_STOPPED:
		doctor_say(row, DOCTOR_FAIL, "the chip was lost at %s", sight->name(i));
		return false;
	case ASK_QUIT:
		break;
	}
	doctor_say(row, DOCTOR_SKIPPED, "ended by hand at %s", sight->name(i));
	return false;
}

static const char *lamp_name(unsigned i)
{
	return lamp_words[i];
}

static void lamp_show(struct panel *p, unsigned lamp)
{
	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		gpio_lamp(p->gpio, (enum panel_lamp)i, i == lamp ? PANEL_ON : PANEL_OFF);
}

static const char *tone_name(unsigned i)
{
	return panel_tone_name((enum panel_tone)i);
}

static void tone_show(struct panel *p, unsigned i)
{
	gpio_tone(p->gpio, (enum panel_tone)i);
}

void doctor_lamps(struct doctor *d, struct doctor_row *row)
{
	static const struct sight sight = {lamp_name, lamp_show,
					   "The lamp %s is lit, no other. Seen? [y/n/r/q] ",
					   "was not seen: look at LED, resistor, wire"};
	struct panel p;
	json_t *dark;
	bool more = true;

	if (!panel_open(&p, d, row, false))
		return;
	dark = json_array();
	for (unsigned i = 0; more && i < PANEL_LAMPS; i++)
		more = seen(&p, row, &sight, i, dark);
	if (more && row->result == DOCTOR_OK)
		doctor_say(
			row, d->asks ? DOCTOR_OK : DOCTOR_SKIPPED,
			d->asks ? "all seven were seen"
				: "each of the seven was lit in turn; nobody was asked whether it "
				  "was seen");
	(void)json_object_set_new(row->fields, "dark", dark);
	panel_close(&p);
}

void doctor_tones(struct doctor *d, struct doctor_row *row)
{
	static const struct sight sight = {tone_name, tone_show,
					   "The tone %s sounds. Heard? [y/n/r/q] ",
					   "was not heard: look at buzzer and transistor"};
	struct panel p;
	json_t *silent;
	bool more = true;

	if (d->has_board && strcmp(d->board.driver, "gpio") == 0 && !d->board.gpio.buzzer[0] &&
	    !d->board.gpio.pwm[0]) {
		doctor_say(row, DOCTOR_SKIPPED, "the board has no buzzer; every tone has a lamp");
		return;
	}
	if (!panel_open(&p, d, row, false))
		return;
	silent = json_array();
	for (unsigned i = PANEL_TONE_NONE + 1; more && i < PANEL_TONES; i++)
		more = seen(&p, row, &sight, i, silent);
	if (more && row->result == DOCTOR_OK)
		doctor_say(
			row, d->asks ? DOCTOR_OK : DOCTOR_SKIPPED,
			d->asks ? "all were heard"
				: "each was played in turn; nobody was asked whether it was heard");
	(void)json_object_set_new(row->fields, "silent", silent);
	panel_close(&p);
}

static void say_button(const struct panel *p, struct doctor_row *row, enum panel_button asked)
{
	const struct settings_gpio *set = &p->doctor->board.gpio;
	const char *name = button_words[asked];
	const char *other =
		p->test.other < PANEL_BUTTONS ? button_words[p->test.other] : "another one";

	doctor_word(row, panel_button_name(asked), presstest_name(p->verdict));
	switch (p->verdict) {
	case PRESSTEST_WAITS:
	case PRESSTEST_GOOD:
		break;
	case PRESSTEST_OTHER:
		doctor_say(row, DOCTOR_FAIL, "%s was asked for and %s came: swapped wires?", name,
			   other);
		break;
	case PRESSTEST_BRIDGED:
		doctor_say(row, DOCTOR_FAIL, "%s and %s came together: are their lines bridged?",
			   name, other);
		break;
	case PRESSTEST_INVERTED:
		doctor_say(
			row, DOCTOR_FAIL,
			"%s is inverted: it reads as pressed while it is not; [buttons] active_low "
			"of the board file is %s and wants to be %s, or the contact is one that "
			"opens",
			name, set->buttons_low == SETTINGS_YES ? "yes" : "no",
			set->buttons_low == SETTINGS_YES ? "no" : "yes");
		break;
	case PRESSTEST_STUCK:
		doctor_say(row, DOCTOR_FAIL,
			   "%s is stuck: it reads as pressed all the time (line %s)", name,
			   set->button[asked]);
		break;
	case PRESSTEST_FREED:
		doctor_say(row, DOCTOR_FAIL,
			   "%s sticks: it read as pressed until it was touched (line %s)", name,
			   set->button[asked]);
		break;
	case PRESSTEST_SILENT:
		doctor_say(row, DOCTOR_FAIL, "%s is dead: no press came on line %s", name,
			   set->button[asked]);
		break;
	}
}

/* As ask_wait, but y is no answer here. */
static enum ask_answer wait_press(struct panel *p, uint64_t ms)
{
	enum ask_answer answer;

	do {
		answer = ask_wait(p->ask, ms);
	} while (answer == ASK_YES);
	return answer;
}

/* False: that is the end of this check. */
static bool test_button(struct panel *p, struct doctor_row *row, enum panel_button asked)
{
	enum ask_answer answer = wait_press(p, SETTLE_MS);

	presstest_begin(&p->test, asked, p->down);
	p->verdict = PRESSTEST_WAITS;
	p->testing = true;
	if (answer == ASK_LATE || answer == ASK_NO) {
		(void)fprintf(stderr, "Press %s within %d s [n: nothing happens, q: end] ",
			      button_words[asked], PRESS_MS / 1000);
		answer = wait_press(p, PRESS_MS);
		(void)fputs(answer == ASK_STOPPED ? "... came\n"
			    : answer == ASK_LATE  ? "\n"
						  : "",
			    stderr);
	}
	p->testing = false;
	if (answer == ASK_QUIT) {
		doctor_say(row, DOCTOR_SKIPPED, "ended by hand at %s", button_words[asked]);
		return false;
	}
	if (!p->works) {
		doctor_say(row, DOCTOR_FAIL, "the chip was lost at %s", button_words[asked]);
		return false;
	}
	if (p->verdict == PRESSTEST_WAITS)
		p->verdict = presstest_end(&p->test);
	say_button(p, row, asked);
	return true;
}

void doctor_buttons(struct doctor *d, struct doctor_row *row)
{
	struct panel p;
	bool more = true;

	if (!panel_open(&p, d, row, true))
		return;
	for (unsigned i = 0; more && i < PANEL_BUTTONS; i++)
		more = test_button(&p, row, (enum panel_button)i);
	if (more && row->result == DOCTOR_OK)
		doctor_say(row, DOCTOR_OK, "PASS, FAIL and BACK came when they were pressed");
	panel_close(&p);
}
