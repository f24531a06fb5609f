/* gpio.h - a panel of real buttons and lamps on GPIO lines (libgpiod 1.6 or 2): edges in with the
 * kernel's times, lamps and tones out by timers of the loop. The chip is found by label, the lines
 * by name (F13). Between changes of lamps, tones and edges nothing wakes up. */
#ifndef IO_GPIO_H
#define IO_GPIO_H
#include "loop.h"
#include "station/settings.h"

struct gpio;

/* Neither is called before the loop runs. */
struct gpio_calls {
	/* A contact closed or opened at at_ms (monotonic, never later than now; edges come in their
	 * order). */
	void (*button)(void *user, enum panel_button button, bool down, uint64_t at_ms);
	/* First, and after a failure: each button that is down already. */
	void (*found)(void *user, enum panel_button button);
	/* The chip failed, or works again. Meanwhile it is looked for every 2 s; lamps and tones
	 * are kept, and shown when it is back. */
	void (*works)(void *user, bool works);
	void *user;
};

struct gpio_config {
	const struct settings_gpio *lines; /* must outlive the adapter */
	const char *dev;		   /* NULL: /dev; folder of gpiochip* */
	const char *pwm;		   /* NULL: /sys/class/pwm */
};

struct gpio_error {
	char text[512]; /* what is wrong, in words: which labels there are, who holds a line */
};

#define GPIO_SURVEY_LINES (PANEL_BUTTONS + PANEL_LAMPS + 1)

enum gpio_survey_state { GPIO_SURVEY_FREE, GPIO_SURVEY_TAKEN, GPIO_SURVEY_MISSING };

struct gpio_survey {
	char label[65]; /* of the chip that was found, "" = none was */
	unsigned lines;
	struct {
		const char *section, *key,
			*name; /* [buttons] pass = GPIO5; static, or of config->lines */
		enum gpio_survey_state state;
		char holder[33]; /* of a taken one, "" = nameless */
	} line[GPIO_SURVEY_LINES];
};

/* Looks, takes nothing: which of the board's lines there are, and who has them (F13). 0, or -errno
 * with error filled: there is no such chip, it can't be opened or asked. */
int __attribute__((warn_unused_result))
gpio_survey(const struct gpio_config *config, struct gpio_survey *out, struct gpio_error *error);
/* Takes all lines, lamps off. 0, or -errno with error filled. */
int __attribute__((warn_unused_result))
gpio_open(struct gpio **out, struct loop *loop, const struct gpio_config *config,
	  const struct gpio_calls *calls, struct gpio_error *error);
void gpio_lamp(struct gpio *g, enum panel_lamp lamp, enum panel_pattern pattern);
/* Begins a tone; one that still sounds is cut off. */
void gpio_tone(struct gpio *g, enum panel_tone tone);
void gpio_close(struct gpio *g); /* lamps off, lines released; NULL is fine */
#endif
