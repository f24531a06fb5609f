/* test_gpio.c - the panel on GPIO lines at work: contacts in, lamps and tones out, a chip that
 * vanishes. */
#include "gpio_fixture.h"
#include <errno.h>
#include <sys/stat.h>

#define MS 1000000u /* in nanoseconds */

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
	fake_vanish(&fake_chip[0]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
