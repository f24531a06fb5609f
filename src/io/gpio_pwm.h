/* gpio_pwm.h - a buzzer on a channel of a PWM, by sysfs. The PWM is found by its device's name:
 * the numbers of pwmchips change as those of GPIO chips do (F13). */
#ifndef IO_GPIO_PWM_H
#define IO_GPIO_PWM_H
#include "gpio.h"

struct gpio_pwm {
	char path[320]; /* folder of the channel; "" = none */
};

/* list as in settings_gpio.pwm; folder: /sys/class/pwm. 0, or -errno with error filled. */
int gpio_pwm_open(struct gpio_pwm *p, const char *list, const char *folder,
		  struct gpio_error *error);
int gpio_pwm_sound(const struct gpio_pwm *p, uint16_t hz); /* 0 Hz = silence; 0 or -errno */
#endif
