/* gpio_find.h - finds the panel's chip and takes its lines, or says in words why not. */
#ifndef IO_GPIO_FIND_H
#define IO_GPIO_FIND_H
#include "gpio.h"
#include "gpio_chip.h"

struct gpio_find_lines { /* all NULL: none are ours */
	struct gpio_lines *buttons, *lamps;
	struct gpio_lines *buzzer; /* NULL: the board has no buzzer on a line */
};

/* dev: the folder of gpiochip*. 0, or -errno with error filled and nothing taken. */
int gpio_find(struct gpio_find_lines *out, const struct settings_gpio *set, const char *dev,
	      struct gpio_error *error);
/* The chip alone, open; the caller closes it. */
int gpio_find_chip(struct gpio_chip **out, const struct settings_gpio *set, const char *dev,
		   struct gpio_error *error);
void gpio_find_release(struct gpio_find_lines *l);
#endif
