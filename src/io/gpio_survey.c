/* gpio_survey.c - the board's lines one by one: there or not, free or taken and by whom, without
 * taking any (gpio.h). */
#include "gpio.h"
#include "gpio_chip.h"
#include "gpio_find.h"
#include "station/text.h"
#include <errno.h>
#include <string.h>

static int add(struct gpio_survey *out, struct gpio_chip *chip, const char *section,
	       const char *key, const char *name)
{
	unsigned i = out->lines++, offset;
	int r = gpio_chip_find(chip, name, &offset);

	out->line[i].section = section;
	out->line[i].key = key;
	out->line[i].name = name;
	if (r == -ENOENT) {
		out->line[i].state = GPIO_SURVEY_MISSING;
		return 0;
	}
	if (r == 0)
		r = gpio_chip_holder(chip, offset, out->line[i].holder,
				     sizeof(out->line[i].holder));
	if (r > 0)
		out->line[i].state = GPIO_SURVEY_TAKEN;
	return r < 0 ? r : 0;
}

int gpio_survey(const struct gpio_config *config, struct gpio_survey *out, struct gpio_error *error)
{
	const struct settings_gpio *set = config->lines;
	struct gpio_chip *chip;
	int r;

	*out = (struct gpio_survey){.lines = 0};
	r = gpio_find_chip(&chip, set, config->dev ? config->dev : "/dev", error);
	if (r < 0)
		return r;
	(void)text_copy(out->label, sizeof(out->label), gpio_chip_label(chip));
	for (unsigned i = 0; r == 0 && i < PANEL_BUTTONS; i++)
		r = add(out, chip, "buttons", panel_button_name((enum panel_button)i),
			set->button[i]);
	for (unsigned i = 0; r == 0 && i < PANEL_LAMPS; i++)
		r = add(out, chip, "lamps", panel_lamp_name((enum panel_lamp)i), set->lamp[i]);
	if (r == 0 && set->buzzer[0])
		r = add(out, chip, "buzzer", "line", set->buzzer);
	gpio_chip_close(chip);
	if (r < 0)
		(void)text_copy(error->text, sizeof(error->text), strerror(-r));
	return r;
}
