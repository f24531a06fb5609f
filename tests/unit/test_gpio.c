/* test_gpio.c - the panel on GPIO lines, over a stand-in for libgpiod (fake_gpiod.h) on a real
 * loop: what it finds and refuses (F13), contacts in, lamps and tones out, a chip that vanishes. */
#include "io/gpio.h"
#include "fake_gpiod.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_MS 10000
#define ALL_LAMPS   ((1u << PANEL_LAMPS) - 1)
#define MS	    1000000u /* in nanoseconds */

struct bench {
	struct loop *loop;
	struct loop_source *deadline, *again;
	struct settings_gpio set;
	struct gpio_config config;
	struct gpio *gpio;
	struct gpio_error error;
	char dir[32], pwm[64];
	char trace[1024]; /* what the calls were: "+pass -pass lost back " */
	uint64_t at_ms[64];
	unsigned told;
	bool (*until)(struct bench *b);
	bool late;
	int fds; /* open before the test */
};

/* --- the stand-in's chips --- */

void fake_changed(const struct fake_chip *c)
{
	(void)c; /* tests look at the lines themselves */
}

/* A chip with the panel's lines behind some others; the contacts are open: pulled up. */
static struct fake_chip *add_chip(struct bench *b, unsigned i, const char *file, const char *label)
{
	static const char *const names[] = {NULL, "SDA", "B1", "B2", "B3", "L1",  "L2",
					    "L3", "L4",	 "L5", "L6", "L7", "BUZZ"};
	struct fake_chip *c = &fake_chip[i];
	char path[64];
	int fd;

	*c = (struct fake_chip){.file = file, .label = label};
	for (; c->lines < sizeof(names) / sizeof(names[0]); c->lines++)
		c->line[c->lines] =
			(struct fake_line){.name = names[c->lines], .level = true, .queue = -1};
	(void)snprintf(path, sizeof(path), "%s/%s", b->dir, file);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	return c;
}

static struct fake_line *line(const char *name)
{
	for (unsigned i = 0; i < FAKE_CHIPS; i++) {
		int at = fake_chip[i].file ? fake_find_line(&fake_chip[i], name) : -1;

		if (at >= 0 && fake_chip[i].line[at].ours)
			return &fake_chip[i].line[at];
	}
	fail_msg("line %s is not taken", name);
	return NULL;
}

/* An edge as the kernel queues it. */
static void queue_edge(const char *name, bool active, uint64_t at_ns)
{
	struct fake_line *l = line(name);
	struct fake_edge edge = {.at_ns = at_ns, .active = active};

	for (unsigned i = 0; i < FAKE_CHIPS; i++)
		if (l >= fake_chip[i].line && l < fake_chip[i].line + FAKE_LINES)
			edge.line = (unsigned)(l - fake_chip[i].line);
	l->level = active ^ l->active_low;
	assert_int_equal(write(l->queue, &edge, sizeof(edge)), sizeof(edge));
}

static void chip_vanishes(struct fake_chip *c)
{
	c->gone = true;
	for (unsigned i = 0; i < c->lines; i++) {
		int fd = c->line[i].queue;

		for (unsigned k = 0; k < c->lines; k++)
			if (c->line[k].queue == fd)
				c->line[k].queue = -1;
		if (fd >= 0)
			(void)close(fd);
	}
}

/* Bit per lamp: what the wires say. */
static unsigned lit(void)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < PANEL_LAMPS; i++) {
		const char name[] = {'L', (char)('1' + i), '\0'};

		bits |= (unsigned)line(name)->level << i;
	}
	return bits;
}

/* --- the bench --- */

static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void trace(struct bench *b, const char *what)
{
	size_t len = strlen(b->trace);

	(void)snprintf(b->trace + len, sizeof(b->trace) - len, "%s ", what);
}

static void check(struct bench *b)
{
	if (b->until && b->until(b))
		loop_quit(b->loop);
}

static void on_button(void *user, enum panel_button button, bool down, uint64_t at_ms)
{
	struct bench *b = user;
	char what[16];

	assert_true(at_ms <= loop_moment(b->loop).mono_ms);
	(void)snprintf(what, sizeof(what), "%c%s", down ? '+' : '-', panel_button_name(button));
	trace(b, what);
	if (b->told < 64)
		b->at_ms[b->told++] = at_ms;
	check(b);
}

static void on_found(void *user, enum panel_button button)
{
	struct bench *b = user;
	char what[16];

	(void)snprintf(what, sizeof(what), "=%s", panel_button_name(button));
	trace(b, what);
	check(b);
}

static void on_works(void *user, bool works)
{
	trace(user, works ? "back" : "lost");
	check(user);
}

static void on_deadline(void *user)
{
	struct bench *b = user;

	b->late = true;
	loop_quit(b->loop);
}

/* Looks every millisecond: the stand-in's wires wake nobody. */
static void on_again(void *user)
{
	struct bench *b = user;

	check(b);
	assert_int_equal(loop_timer_set(b->again, loop_moment(b->loop).mono_ms + 1), 0);
}

static void wait_until(struct bench *b, bool (*until)(struct bench *b))
{
	uint64_t now = loop_moment(b->loop).mono_ms;

	b->until = until;
	assert_int_equal(loop_timer_set(b->deadline, now + DEADLINE_MS), 0);
	assert_int_equal(loop_timer_set(b->again, now), 0);
	assert_int_equal(loop_run(b->loop), 0);
	assert_int_equal(loop_timer_set(b->again, MOMENT_NEVER), 0);
	b->until = NULL;
	assert_false(b->late);
}

static const char *wanted;

static bool is_traced(struct bench *b)
{
	return strstr(b->trace, wanted) != NULL;
}

static void wait_for(struct bench *b, const char *trace_part)
{
	wanted = trace_part;
	wait_until(b, is_traced);
}

static int panel_open(struct bench *b)
{
	struct gpio_calls calls = {
		.button = on_button, .found = on_found, .works = on_works, .user = b};

	return gpio_open(&b->gpio, b->loop, &b->config, &calls, &b->error);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	memset(fake_chip, 0, sizeof(fake_chip));
	b->fds = open_fds();
	(void)snprintf(b->dir, sizeof(b->dir), "/tmp/test_gpio.XXXXXX");
	if (!mkdtemp(b->dir) || loop_open(&b->loop) != 0 ||
	    loop_timer(b->loop, &b->deadline, on_deadline, b) != 0 ||
	    loop_timer(b->loop, &b->again, on_again, b) != 0)
		return -1;
	(void)snprintf(b->pwm, sizeof(b->pwm), "%s/pwm", b->dir);
	b->set = (struct settings_gpio){
		.chip = "rp1 panel",
		.button = {"B1", "B2", "B3"},
		.lamp = {"L1", "L2", "L3", "L4", "L5", "L6", "L7"},
		.buttons_low = SETTINGS_YES,
		.buzzer = "BUZZ",
	};
	b->config = (struct gpio_config){.lines = &b->set, .dev = b->dir, .pwm = b->pwm};
	*state = b;
	return 0;
}

/* Whatever happened: nothing is left open, taken, or lit. */
static int teardown(void **state)
{
	struct bench *b = *state;
	char command[64];

	gpio_close(b->gpio);
	loop_close(b->loop);
	for (unsigned i = 0; i < FAKE_CHIPS; i++) {
		assert_int_equal(fake_chip[i].opened, fake_chip[i].closed);
		for (unsigned k = 0; k < fake_chip[i].lines; k++)
			assert_false(fake_chip[i].line[k].ours);
	}
	assert_int_equal(open_fds(), b->fds);
	(void)snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

/* --- finding --- */

static void test_chip_by_label_whatever_its_number_F13(void **state)
{
	struct bench *b = *state;
	char path[64];

	add_chip(b, 0, "gpiochip0", "brcmstb");
	add_chip(b, 1, "gpiochip13", "panel");
	(void)snprintf(path, sizeof(path), "%s/gpiochip4", b->dir);
	assert_int_equal(symlink("gpiochip13", path), 0); /* as a Pi 5 has */
	assert_int_equal(panel_open(b), 0);
	assert_true(fake_chip[1].line[2].ours);
	assert_false(fake_chip[0].line[2].ours);
}

static void test_first_label_of_the_list_wins_F13(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	add_chip(b, 1, "gpiochip1", "rp1");
	add_chip(b, 2, "gpiochip2", "rp1");
	assert_int_equal(panel_open(b), 0);
	assert_true(fake_chip[1].line[2].ours);
	assert_false(fake_chip[0].line[2].ours || fake_chip[2].line[2].ours);
}

static void test_no_chip_says_which_labels_exist_F13(void **state)
{
	struct bench *b = *state;
	char text[256];

	assert_int_equal(panel_open(b), -ENODEV);
	(void)snprintf(text, sizeof(text),
		       "no GPIO chip has the label rp1 or panel; there is none at all in %s",
		       b->dir);
	assert_string_equal(b->error.text, text);
	add_chip(b, 0, "gpiochip0", "rp");
	assert_int_equal(panel_open(b), -ENODEV);
	assert_string_equal(b->error.text,
			    "no GPIO chip has the label rp1 or panel; there are: rp");
	add_chip(b, 1, "gpiochip1", "rp1")->open_errno = EACCES;
	assert_int_equal(panel_open(b), -EACCES);
	(void)snprintf(text, sizeof(text),
		       "no GPIO chip has the label rp1 or panel; there are: rp; cannot open "
		       "%s/gpiochip1: Permission denied",
		       b->dir);
	assert_string_equal(b->error.text, text);
}

static void test_no_line_of_that_name(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	fake_chip[0].line[fake_find_line(&fake_chip[0], "L6")].name = "GPIO25";
	assert_int_equal(panel_open(b), -ENOENT);
	assert_string_equal(b->error.text,
			    "the GPIO chip panel has no line L6 ([lamps] attention); gpioinfo "
			    "shows the names of its lines");
}

static void test_who_has_a_line_is_said(void **state)
{
	static const struct {
		const char *name, *holder, *text;
	} cases[] = {
		{"B2", "gpio-keys",
		 "line B2 ([buttons] fail) of the GPIO chip panel is taken by gpio-keys"},
		{"L7", "",
		 "line L7 ([lamps] link) of the GPIO chip panel is taken by somebody who "
		 "gives no name"},
		{"BUZZ", "stationd",
		 "line BUZZ ([buzzer] line) of the GPIO chip panel is taken by stationd, another "
		 "one than this"},
	};
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_line *l =
			&fake_chip[0].line[fake_find_line(&fake_chip[0], cases[i].name)];

		l->holder = cases[i].holder;
		assert_int_equal(panel_open(b), -EBUSY);
		assert_string_equal(b->error.text, cases[i].text);
		l->holder = NULL;
	}
	assert_int_equal(panel_open(b), 0); /* and the others were let go each time */
}

/* All at once, and nothing is taken. */
static void test_a_survey_tells_every_line_F13(void **state)
{
	struct bench *b = *state;
	struct gpio_survey survey;

	add_chip(b, 0, "gpiochip0", "panel");
	fake_chip[0].line[fake_find_line(&fake_chip[0], "B2")].holder = "gpio-keys";
	fake_chip[0].line[fake_find_line(&fake_chip[0], "L7")].holder = "";
	fake_chip[0].line[fake_find_line(&fake_chip[0], "L6")].name = "GPIO25";
	assert_int_equal(gpio_survey(&b->config, &survey, &b->error), 0);
	assert_string_equal(survey.label, "panel");
	assert_int_equal(survey.lines, GPIO_SURVEY_LINES);
	for (unsigned i = 0; i < survey.lines; i++) {
		const char *name = survey.line[i].name;
		enum gpio_survey_state is = strcmp(name, "B2") == 0   ? GPIO_SURVEY_TAKEN
					    : strcmp(name, "L7") == 0 ? GPIO_SURVEY_TAKEN
					    : strcmp(name, "L6") == 0 ? GPIO_SURVEY_MISSING
								      : GPIO_SURVEY_FREE;

		assert_int_equal(survey.line[i].state, is);
		assert_string_equal(survey.line[i].holder,
				    strcmp(name, "B2") == 0 ? "gpio-keys" : "");
	}
	assert_string_equal(survey.line[1].section, "buttons");
	assert_string_equal(survey.line[1].key, "fail");
	assert_string_equal(survey.line[GPIO_SURVEY_LINES - 1].name, "BUZZ");
	b->set.buzzer[0] = '\0';
	assert_int_equal(gpio_survey(&b->config, &survey, &b->error), 0);
	assert_int_equal(survey.lines, GPIO_SURVEY_LINES - 1);
}

static void test_a_survey_without_a_chip_F13(void **state)
{
	struct bench *b = *state;
	struct gpio_survey survey;

	add_chip(b, 0, "gpiochip0", "other");
	assert_int_equal(gpio_survey(&b->config, &survey, &b->error), -ENODEV);
	assert_non_null(strstr(b->error.text, "there are: other"));
	fake_chip[0].open_errno = EACCES;
	assert_int_equal(gpio_survey(&b->config, &survey, &b->error), -EACCES);
}

static void test_a_chip_that_refuses(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel")->request_errno = EPERM;
	assert_int_equal(panel_open(b), -EPERM);
	assert_string_equal(b->error.text,
			    "cannot take the lines of [buttons] of the GPIO chip panel: Operation "
			    "not permitted");
	fake_chip[0].request_errno = EOPNOTSUPP;
	assert_int_equal(panel_open(b), -EOPNOTSUPP);
	assert_non_null(strstr(b->error.text, "no such bias"));
}

static void test_lines_are_taken_as_the_board_says(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	b->set.bias = SETTINGS_PULL_DOWN;
	b->set.buttons_low = SETTINGS_NO;
	b->set.lamps_low = SETTINGS_YES;
	assert_int_equal(panel_open(b), 0);
	assert_int_equal(line("B3")->bias, 'd');
	assert_false(line("B3")->active_low || line("B3")->output);
	assert_true(line("L1")->active_low && line("L1")->output);
	assert_int_equal(lit(), ALL_LAMPS); /* high is dark here */
	assert_false(line("BUZZ")->active_low || line("BUZZ")->level);
	assert_string_equal(line("L4")->consumer, "stationd");
	gpio_lamp(b->gpio, PANEL_LAMP_USAGE, PANEL_ON);
	assert_int_equal(lit(), ALL_LAMPS & ~(1u << PANEL_LAMP_USAGE));
	for (unsigned bias = SETTINGS_PULL_UP; bias <= SETTINGS_BIAS_AS_IS; bias++) {
		gpio_close(b->gpio);
		b->set.bias = (enum settings_bias)bias;
		assert_int_equal(panel_open(b), 0);
		assert_int_equal(line("B1")->bias, "udoa"[bias]);
	}
}

/* --- contacts --- */

static void test_contacts_at_the_kernels_times(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	queue_edge("B1", true, (now - 500) * MS);
	queue_edge("B1", false, (now - 420) * MS + 999999);
	queue_edge("B3", true, (now + 3600000) * MS); /* no kernel's, but then it is now */
	wait_for(b, "+back");
	assert_string_equal(b->trace, "+pass -pass +back ");
	assert_int_equal(b->at_ms[0], now - 500);
	assert_int_equal(b->at_ms[1], now - 420);
}

/* With libgpiod 1 each line has a queue: a chord must not read as one press after the other. */
static void test_edges_of_all_lines_in_the_order_of_their_times(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	if (fake_gpiod_version == 1) {
		queue_edge("B2", true, (now - 90) * MS);
		queue_edge("B2", false, (now - 30) * MS);
		queue_edge("B1", true, (now - 100) * MS);
		queue_edge("B1", false, (now - 50) * MS);
	} else {
		queue_edge("B1", true, (now - 100) * MS);
		queue_edge("B2", true, (now - 90) * MS);
		queue_edge("B1", false, (now - 50) * MS);
		queue_edge("B2", false, (now - 30) * MS);
	}
	wait_for(b, "-fail");
	assert_string_equal(b->trace, "+pass +fail -pass -fail ");
}

static void test_a_button_down_at_the_start_is_found_first(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	fake_chip[0].line[fake_find_line(&fake_chip[0], "B3")].level = false;
	assert_int_equal(panel_open(b), 0);
	assert_string_equal(b->trace, ""); /* not before the loop runs */
	wait_for(b, "=back");
	queue_edge("B3", false, loop_moment(b->loop).mono_ms * MS);
	wait_for(b, "-back");
	queue_edge("B3", true, loop_moment(b->loop).mono_ms * MS);
	wait_for(b, "+back"); /* a press like any other */
	assert_string_equal(b->trace, "=back -back +back ");
}

static bool has_read_all(struct bench *b)
{
	return b->told >= 21;
}

/* A bouncing contact overflows the kernel's queue: the last edge is missing, the level tells. */
static void test_a_lost_edge_is_made_good(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	for (unsigned i = 0; i < 20; i++) /* more than are read at once */
		queue_edge("B2", i % 2 == 0, (now - 100 + i) * MS);
	line("B2")->level = false; /* down again */
	wait_until(b, has_read_all);
	assert_int_equal(b->told, 21);
	assert_string_equal(b->trace + strlen(b->trace) - 6, "+fail ");
}

static void test_an_edge_told_twice_is_one(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	queue_edge("B1", true, (now - 9) * MS);
	queue_edge("B1", true, (now - 8) * MS);
	queue_edge("B1", false, (now - 7) * MS);
	wait_for(b, "-pass");
	assert_string_equal(b->trace, "+pass -pass ");
}

/* --- lamps and tones --- */

static bool all_dark(struct bench *b)
{
	(void)b;
	return lit() == 0;
}

static bool two_lit(struct bench *b)
{
	(void)b;
	return lit() == (1u << PANEL_LAMP_FAIL | 1u << PANEL_LAMP_USAGE);
}

static void test_lamps_blink_together_and_rest_when_steady(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	assert_int_equal(lit(), 0);
	gpio_lamp(b->gpio, PANEL_LAMP_FAIL, PANEL_FLICKER);
	gpio_lamp(b->gpio, PANEL_LAMP_USAGE, PANEL_FLICKER);
	assert_true(two_lit(b)); /* at once, not in the next turn */
	fake_chip[0].sets = 0;
	wait_until(b, all_dark);
	wait_until(b, two_lit);
	wait_until(b, all_dark);
	assert_int_equal(fake_chip[0].sets, 3); /* once a change, both lamps together */
	gpio_lamp(b->gpio, PANEL_LAMP_FAIL, PANEL_ON);
	gpio_lamp(b->gpio, PANEL_LAMP_USAGE, PANEL_ON);
	fake_chip[0].sets = 0;
	gpio_lamp(b->gpio, PANEL_LAMP_USAGE, PANEL_ON);
	assert_true(two_lit(b));
	assert_int_equal(fake_chip[0].sets, 0);
}

static bool buzzes(void)
{
	return line("BUZZ")->level;
}

static bool buzzes_again(struct bench *b)
{
	(void)b;
	return buzzes() && fake_chip[0].sets >= 2;
}

static bool is_silent(struct bench *b)
{
	(void)b;
	return !buzzes();
}

static void test_a_tone_sounds_and_ends(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	gpio_tone(b->gpio, PANEL_TONE_WRONG_LABEL);
	assert_true(buzzes());
	fake_chip[0].sets = 0;
	wait_until(b, buzzes_again);
	wait_until(b, is_silent);
	assert_int_equal(fake_chip[0].sets % 2, 1); /* set only when it changes */
	gpio_tone(b->gpio, PANEL_TONE_CHIME);
	assert_true(buzzes());
	gpio_tone(b->gpio, PANEL_TONE_NONE); /* cut off by silence */
	assert_false(buzzes());
}

static void test_a_board_without_a_buzzer(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	b->set.buzzer[0] = '\0';
	assert_int_equal(panel_open(b), 0);
	assert_false(fake_chip[0].line[12].ours);
	gpio_tone(b->gpio, PANEL_TONE_BEEP);
	assert_int_equal(fake_chip[0].sets, 0);
}

static void test_lamps_go_out_with_the_station(void **state)
{
	struct bench *b = *state;
	struct fake_line *first;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	gpio_lamp(b->gpio, PANEL_LAMP_APPEARANCE, PANEL_ON);
	gpio_tone(b->gpio, PANEL_TONE_BEEP);
	first = line("L1");
	assert_true(first->level);
	gpio_close(b->gpio);
	b->gpio = NULL;
	assert_false(first->level);
	assert_false(fake_chip[0].line[12].level);
}

/* --- a PWM --- */

static void put(const struct bench *b, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", b->pwm, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void assert_holds(const struct bench *b, const char *name, const char *text)
{
	char path[128], got[32] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", b->pwm, name);
	f = fopen(path, "r");
	assert_non_null(f);
	if (!fgets(got, sizeof(got), f))
		got[0] = '\0'; /* it is empty */
	(void)fclose(f);
	assert_string_equal(got, text);
}

static void add_pwm(const struct bench *b, const char *chip, const char *device)
{
	char path[128], target[128];

	(void)mkdir(b->pwm, 0700);
	(void)snprintf(path, sizeof(path), "%s/%s", b->pwm, chip);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/%s/device", b->pwm, chip);
	(void)snprintf(target, sizeof(target), "../../../%s", device);
	assert_int_equal(symlink(target, path), 0);
	(void)snprintf(path, sizeof(path), "%s/export", chip);
	put(b, path, "");
}

static bool pwm_is_silent(struct bench *b)
{
	char path[128], got = '?';
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/pwmchip2/pwm3/enable", b->pwm);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (fread(&got, 1, 1, f) != 1)
		got = '?';
	(void)fclose(f);
	return got == '0';
}

static void test_a_buzzer_on_a_pwm(void **state)
{
	struct bench *b = *state;
	char path[128];

	add_chip(b, 0, "gpiochip0", "panel");
	b->set.buzzer[0] = '\0';
	(void)snprintf(b->set.pwm, sizeof(b->set.pwm), "3f20c000.pwm:0 fe20c000.pwm:3");
	assert_int_equal(panel_open(b), -ENODEV);
	(void)snprintf(path, sizeof(path), "there is none at all in %s", b->pwm);
	assert_non_null(strstr(b->error.text, path));
	add_pwm(b, "pwmchip0", "other.pwm");
	assert_int_equal(panel_open(b), -ENODEV);
	assert_string_equal(b->error.text, "no PWM is one of: 3f20c000.pwm:0 fe20c000.pwm:3; "
					   "there are: other.pwm");
	add_pwm(b, "pwmchip2", "fe20c000.pwm");
	(void)snprintf(path, sizeof(path), "%s/pwmchip2/pwm3", b->pwm);
	assert_int_equal(mkdir(path, 0700), 0);
	put(b, "pwmchip2/pwm3/enable", "1"); /* still, from a station that died */
	put(b, "pwmchip2/pwm3/period", "0");
	put(b, "pwmchip2/pwm3/duty_cycle", "0");
	assert_int_equal(panel_open(b), 0);
	assert_true(pwm_is_silent(b));
	gpio_tone(b->gpio, PANEL_TONE_ERROR);
	assert_holds(b, "pwmchip2/pwm3/period", "2000000"); /* 500 Hz */
	assert_holds(b, "pwmchip2/pwm3/duty_cycle", "1000000");
	assert_holds(b, "pwmchip2/pwm3/enable", "1");
	wait_until(b, pwm_is_silent);
	assert_holds(b, "pwmchip2/export", ""); /* it was there already */
}

static void test_a_pwm_channel_is_asked_for(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	b->set.buzzer[0] = '\0';
	(void)snprintf(b->set.pwm, sizeof(b->set.pwm), "a.pwm:2");
	add_pwm(b, "pwmchip0", "a.pwm");
	assert_int_equal(panel_open(b), 0);
	assert_holds(b, "pwmchip0/export", "2");
	gpio_tone(b->gpio, PANEL_TONE_TICK); /* its files are not there yet: no harm */
}

/* --- a chip that vanishes --- */

static void test_a_chip_that_vanishes_and_comes_back(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	gpio_lamp(b->gpio, PANEL_LAMP_LINK, PANEL_ON);
	queue_edge("B2", true, loop_moment(b->loop).mono_ms * MS);
	wait_for(b, "+fail");
	chip_vanishes(&fake_chip[0]);
	wait_for(b, "lost");
	assert_false(fake_chip[0].line[2].ours);
	gpio_lamp(b->gpio, PANEL_LAMP_LINK, PANEL_OFF); /* kept until then */
	gpio_lamp(b->gpio, PANEL_LAMP_USAGE, PANEL_ON);
	gpio_tone(b->gpio, PANEL_TONE_BEEP);
	fake_chip[0].gone = false;
	fake_chip[0].line[fake_find_line(&fake_chip[0], "B2")].level = true; /* was let go */
	wait_for(b, "-fail");
	wait_for(b, "back");
	assert_string_equal(b->trace, "+fail lost -fail back ");
	assert_int_equal(lit(), 1u << PANEL_LAMP_USAGE);
}

static void test_a_chip_that_is_lost_by_a_lamp(void **state)
{
	struct bench *b = *state;

	add_chip(b, 0, "gpiochip0", "panel");
	assert_int_equal(panel_open(b), 0);
	fake_chip[0].gone = true; /* nothing is told of it */
	gpio_lamp(b->gpio, PANEL_LAMP_LINK, PANEL_ON);
	assert_string_equal(b->trace, ""); /* not from inside */
	wait_for(b, "lost");
	fake_chip[0].gone = false;
	wait_for(b, "back");
	assert_int_equal(lit(), 1u << PANEL_LAMP_LINK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_chip_by_label_whatever_its_number_F13),
		TEST(test_first_label_of_the_list_wins_F13),
		TEST(test_no_chip_says_which_labels_exist_F13),
		TEST(test_no_line_of_that_name),
		TEST(test_who_has_a_line_is_said),
		TEST(test_a_survey_tells_every_line_F13),
		TEST(test_a_survey_without_a_chip_F13),
		TEST(test_a_chip_that_refuses),
		TEST(test_lines_are_taken_as_the_board_says),
		TEST(test_contacts_at_the_kernels_times),
		TEST(test_edges_of_all_lines_in_the_order_of_their_times),
		TEST(test_a_button_down_at_the_start_is_found_first),
		TEST(test_a_lost_edge_is_made_good),
		TEST(test_an_edge_told_twice_is_one),
		TEST(test_lamps_blink_together_and_rest_when_steady),
		TEST(test_a_tone_sounds_and_ends),
		TEST(test_a_board_without_a_buzzer),
		TEST(test_lamps_go_out_with_the_station),
		TEST(test_a_buzzer_on_a_pwm),
		TEST(test_a_pwm_channel_is_asked_for),
		TEST(test_a_chip_that_vanishes_and_comes_back),
		TEST(test_a_chip_that_is_lost_by_a_lamp),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
