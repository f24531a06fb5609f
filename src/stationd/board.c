/* board.c - the panel of a board with GPIO lines: its contacts go to the bench at the kernel's
 * times, its loss is a fault. */
#include "io/log.h"
#include "station.h"
#include <stdlib.h>
#include <string.h>

static void on_button(void *user, enum panel_button button, bool down, uint64_t at_ms)
{
	struct station *s = user;
	struct moment at = moments_at(s, at_ms);

	bench_button(&s->bench, button, down, &at, &s->out);
	station_act(s);
}

static void on_found(void *user, enum panel_button button)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	bench_button_found(&s->bench, button, &now, &s->out);
	station_act(s);
}

static void on_works(void *user, bool works)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	bench_fault(&s->bench, CHECKLIST_FAULT_PANEL, !works, &now, &s->out);
	station_act(s);
}

int board_open(struct station *s)
{
	struct gpio_calls calls = {
		.button = on_button, .found = on_found, .works = on_works, .user = s};
	struct gpio_config config = {.lines = &s->board.gpio};
	struct gpio_error error;
	int r;

	if (strcmp(s->board.driver, "gpio") != 0)
		return 0;
	r = gpio_open(&s->gpio, s->loop, &config, &calls, &error);
	if (r < 0) {
		log_error("board %s: %s", s->board.name, error.text);
		return EXIT_FAILURE;
	}
	return 0;
}

void board_lamp(struct station *s, enum panel_lamp lamp, enum panel_pattern pattern)
{
	if (s->gpio)
		gpio_lamp(s->gpio, lamp, pattern);
}

void board_tone(struct station *s, enum panel_tone tone)
{
	if (s->gpio)
		gpio_tone(s->gpio, tone);
}

void board_close(struct station *s)
{
	gpio_close(s->gpio);
	s->gpio = NULL;
}
