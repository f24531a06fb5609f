/* test_gpio_find.c - the panel on GPIO lines: which chip and lines it finds, and what it says when
 * it can't (F13). */
#include "gpio_fixture.h"
#include <errno.h>

#define ALL_LAMPS ((1u << PANEL_LAMPS) - 1)

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
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
