/* settings_board.c - whether a board file tells all that its driver needs (settings.h). */
#include "station/settings.h"
#include "station/text.h"
#include "words.h"
#include <string.h>

static bool refuse(const char *where, const char *words, struct settings_error *error)
{
	struct text t = words_where(error->text, sizeof(error->text), where);

	text_put(&t, ": ");
	text_put(&t, words);
	return false;
}

/* The lines of a panel in one row: buttons, lamps, buzzer. */
struct use {
	const char *section, *key, *line;
};

#define USES (PANEL_BUTTONS + PANEL_LAMPS + 1)

static void uses_of(const struct settings_gpio *g, struct use use[USES])
{
	unsigned n = 0;

	for (unsigned i = 0; i < PANEL_BUTTONS; i++)
		use[n++] = (struct use){"buttons", panel_button_name((enum panel_button)i),
					g->button[i]};
	for (unsigned i = 0; i < PANEL_LAMPS; i++)
		use[n++] = (struct use){"lamps", panel_lamp_name((enum panel_lamp)i), g->lamp[i]};
	use[n] = (struct use){"buzzer", "line", g->buzzer};
}

static void put_use(struct text *t, const struct use *u)
{
	text_char(t, '[');
	text_put(t, u->section);
	text_put(t, "] ");
	text_put(t, u->key);
}

static bool lines_fit(const struct settings_gpio *g, const char *where,
		      struct settings_error *error)
{
	struct use use[USES];
	struct text t = words_where(error->text, sizeof(error->text), where);

	text_put(&t, ": ");
	uses_of(g, use);
	for (unsigned i = 0; i < USES; i++) {
		if (use[i].line[0] == '\0' && i + 1 < USES) { /* the buzzer is optional */
			put_use(&t, &use[i]);
			text_put(&t, " = ... is missing: the name of its GPIO line");
			return false;
		}
		for (unsigned j = 0; j < i; j++) {
			if (use[i].line[0] == '\0' || strcmp(use[i].line, use[j].line) != 0)
				continue;
			put_use(&t, &use[i]);
			text_put(&t, " and ");
			put_use(&t, &use[j]);
			text_put(&t, " have the same line");
			return false;
		}
	}
	return true;
}

static bool gpio_fits(const struct settings_gpio *g, const char *where,
		      struct settings_error *error)
{
	const char *list = g->chip, *word;

	if (settings_word(&list, &word) == 0)
		return refuse(where,
			      "[gpio] chip = ... is missing: the GPIO chip's label, as gpiodetect "
			      "shows it",
			      error);
	if (!lines_fit(g, where, error))
		return false;
	if (g->buzzer[0] && g->pwm[0])
		return refuse(where,
			      "[buzzer] line and pwm exclude each other: a buzzer hangs on a line, "
			      "or on a PWM",
			      error);
	return true;
}

bool settings_board_finish(struct settings_board *b, const char *where,
			   struct settings_error *error)
{
	if (b->name[0] == '\0')
		return refuse(where, "[board] name = ... is missing", error);
	if (b->driver[0] == '\0')
		return refuse(where, "[board] driver = ... is missing", error);
	if ((b->serial[0] == '\0') == (b->serial_file[0] == '\0'))
		return refuse(where,
			      "[board] needs the board's serial number: either serial = TEXT "
			      "or serial_file = PATH, not both",
			      error);
	return strcmp(b->driver, "gpio") != 0 || gpio_fits(&b->gpio, where, error);
}
