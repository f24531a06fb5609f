/* test_settings_board.c - the reader of board files: values, and what it says of mistakes. */
#include "settings_fixture.h"
#include <stdio.h>

static bool board_read(const char *text, struct settings_board *b, struct settings_error *error)
{
	struct settings_reader r;

	memset(b, 'x', sizeof(*b));
	settings_reader_board(&r, b, "x.board");
	return settings_read(&r, text, error) && settings_board_finish(b, "x.board", error);
}

static void test_board(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"[board]\ndriver = sim\nserial = 1\n", "x.board: [board] name = ... is missing"},
		{"[board]\nname = x\nserial = 1\n", "x.board: [board] driver = ... is missing"},
		{"[board]\nname = x\ndriver = sim\n",
		 "x.board: [board] needs the board's serial number: either serial = TEXT or "
		 "serial_file = PATH, not both"},
		{"[board]\nname = x\ndriver = sim\nserial = 1\nserial_file = /f\n",
		 "x.board: [board] needs the board's serial number: either serial = TEXT or "
		 "serial_file = PATH, not both"},
		{"[board]\ndriver = gpoi\n", "x.board:2: driver = 'gpoi': this is sim or gpio"},
		{"[station]\nname = x\n",
		 "x.board:1: unknown section 'station'; the sections are board, gpio, buttons, lamps, "
		 "buzzer"},
		{"name = x\n", "x.board:1: a key before any section; begin with [board]"},
		{"[board]\nhold_s = 1\n",
		 "x.board:2: unknown key 'hold_s' in [board]; its keys are name, driver, "
		 "compatible, serial or serial_file"},
	};
	struct settings_board b;
	struct settings_error error;
	(void)state;

	assert_true(
		board_read("[board]\nname = sim\ndriver = sim\nserial = simulated\n", &b, &error));
	assert_string_equal(b.name, "sim");
	assert_string_equal(b.driver, "sim");
	assert_string_equal(b.compatible, "");
	assert_string_equal(b.serial, "simulated");
	assert_string_equal(b.serial_file, "");
	assert_true(board_read("[board]\nname = pi\ndriver = sim\nserial_file = /proc/x\n"
			       "compatible = raspberrypi,5-model-b\n",
			       &b, &error));
	assert_string_equal(b.compatible, "raspberrypi,5-model-b");
	assert_string_equal(b.serial_file, "/proc/x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(board_read(bad[i].text, &b, &error));
		assert_string_equal(error.text, bad[i].message);
	}
}

#define GPIO_HEAD    "[board]\nname = x\ndriver = gpio\nserial = 1\n"
#define GPIO_CHIP    "[gpio]\nchip = one two\n"
#define GPIO_BUTTONS "[buttons]\npass = B1\nfail = B2\nback = B3\n"
#define GPIO_LAMPS                                                                                 \
	"[lamps]\nappearance = L1\naccessories = L2\nusage = L3\npass = L4\nfail = L5\n"           \
	"attention = L6\nlink = L7\n"
#define GPIO_BOARD GPIO_HEAD GPIO_CHIP GPIO_BUTTONS GPIO_LAMPS

static void test_gpio_board(void **state)
{
	struct settings_board b;
	struct settings_error error;
	const struct settings_gpio *g = &b.gpio;
	(void)state;

	assert_true(board_read(GPIO_BOARD, &b, &error));
	assert_string_equal(b.driver, "gpio");
	assert_string_equal(g->chip, "one two");
	assert_string_equal(g->button[PANEL_BACK], "B3");
	assert_string_equal(g->lamp[PANEL_LAMP_APPEARANCE], "L1");
	assert_string_equal(g->lamp[PANEL_LAMP_LINK], "L7");
	assert_int_equal(g->bias, SETTINGS_PULL_UP);
	assert_int_equal(g->buttons_low, SETTINGS_YES);
	assert_int_equal(g->lamps_low, SETTINGS_NO);
	assert_int_equal(g->buzzer_low, SETTINGS_NO);
	assert_string_equal(g->buzzer, "");
	assert_string_equal(g->pwm, "");
	assert_true(board_read(
		GPIO_BOARD "[buttons]\nbias = as-is\nactive_low = no\n[lamps]\nactive_low = yes\n"
			   "[buzzer]\nline = A buzzer\nactive_low = yes\n",
		&b, &error));
	assert_int_equal(g->bias, SETTINGS_BIAS_AS_IS);
	assert_int_equal(g->buttons_low, SETTINGS_NO);
	assert_int_equal(g->lamps_low, SETTINGS_YES);
	assert_int_equal(g->buzzer_low, SETTINGS_YES);
	assert_string_equal(g->buzzer, "A buzzer");
	assert_true(board_read(GPIO_BOARD "[buzzer]\npwm = fe20c000.pwm:0  1f00098000.pwm:2\n", &b,
			       &error));
	assert_string_equal(g->pwm, "fe20c000.pwm:0  1f00098000.pwm:2");
}

static void test_gpio_board_mistakes_F13(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{GPIO_HEAD GPIO_BUTTONS GPIO_LAMPS,
		 "x.board: [gpio] chip = ... is missing: the GPIO chip's label, as gpiodetect shows "
		 "it"},
		{GPIO_HEAD "[gpio]\nnumber = 4\n",
		 "x.board:6: unknown key 'number' in [gpio]; its keys are chip"},
		{GPIO_HEAD "[gpio]\npass = GPIO5\n",
		 "x.board:6: unknown key 'pass' in [gpio]; it belongs in [lamps]"},
		{GPIO_HEAD GPIO_CHIP GPIO_LAMPS "[buttons]\npass = B1\nfail = B2\n",
		 "x.board: [buttons] back = ... is missing: the name of its GPIO line"},
		{GPIO_HEAD GPIO_CHIP GPIO_BUTTONS "[lamps]\npass = L4\n",
		 "x.board: [lamps] appearance = ... is missing: the name of its GPIO line"},
		{GPIO_BOARD "[lamps]\nlink = B2\n",
		 "x.board: [lamps] link and [buttons] fail have the same line"},
		{GPIO_BOARD "[buzzer]\nline = L6\n",
		 "x.board: [buzzer] line and [lamps] attention have the same line"},
		{GPIO_BOARD "[buzzer]\nline = X\npwm = a:0\n",
		 "x.board: [buzzer] line and pwm exclude each other: a buzzer hangs on a line, or "
		 "on a PWM"},
		{"[buttons]\nbias = up\n",
		 "x.board:2: bias = 'up': this is pull-up, pull-down, off or as-is"},
		{"[lamps]\nactive_low = 1\n", "x.board:2: active_low = '1': this is no or yes"},
		{"[lamps]\nlink =\n",
		 "x.board:2: link = '': this is the name of a GPIO line, as gpioinfo shows it"},
		{"[lamps]\nlink = a-name-that-no-kernel-would-give\n",
		 "x.board:2: link = 'a-name-that-no-kernel-would-give': this is too long"},
		{"[lamps]\nlinc = x\n",
		 "x.board:2: unknown key 'linc' in [lamps]; did you mean 'link'?"},
		{"[lamp]\n", "x.board:1: unknown section 'lamp'; did you mean 'lamps'?"},
	};
	static const char *const bad_pwm[] = {"pwm",   "pwm:", ":0",	"a:64",	  "a:-1",
					      "a/b:0", "..:0", "a:0 b", ".pwm:0", "a:0,b:1"};
	struct settings_board b;
	struct settings_error error;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(board_read(bad[i].text, &b, &error));
		assert_string_equal(error.text, bad[i].message);
	}
	for (size_t i = 0; i < sizeof(bad_pwm) / sizeof(bad_pwm[0]); i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "[buzzer]\npwm = %s\n", bad_pwm[i]);
		assert_false(board_read(text, &b, &error));
		assert_non_null(strstr(error.text, "DEVICE:CHANNEL"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_gpio_board),
		cmocka_unit_test(test_gpio_board_mistakes_F13),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
