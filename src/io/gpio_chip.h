/* gpio_chip.h - what the panel asks of libgpiod, whose versions 1 and 2 have nothing in common:
 * gpio_chip_v1.c and gpio_chip_v2.c, one of which is built (pkg-config says which libgpiod there
 * is). Times are CLOCK_MONOTONIC; values are logical (active_low is done by the kernel). */
#ifndef IO_GPIO_CHIP_H
#define IO_GPIO_CHIP_H
#include "station/settings.h"
#include <stdbool.h>
#include <stdint.h>

#define GPIO_CHIP_LINES	 8	    /* most lines of one request */
#define GPIO_CHIP_EVENTS 16	    /* edges read at once, a file descriptor */
#define GPIO_CHIP_USER	 "stationd" /* what gpioinfo shows as our lines' consumer */

struct gpio_chip;  /* an open chip */
struct gpio_lines; /* lines of a chip that are ours */

struct gpio_edge {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	uint8_t line;	/* index in the request */
	bool active;
};

/* All return 0 or -errno unless told otherwise. */
int gpio_chip_open(struct gpio_chip **out, const char *path);
const char *gpio_chip_label(const struct gpio_chip *c); /* lives as long as the chip */
void gpio_chip_close(struct gpio_chip *c);		/* its lines stay ours; NULL is fine */
/* -ENOENT: no line of that name. */
int gpio_chip_find(struct gpio_chip *c, const char *name, unsigned *offset);
/* 1: somebody holds the line, user says who ("" = nameless); 0: it is free. */
int gpio_chip_holder(struct gpio_chip *c, unsigned offset, char *user, size_t cap);

/* Inputs that report both edges. -EBUSY: one is taken. */
int gpio_chip_listen(struct gpio_chip *c, struct gpio_lines **out, const unsigned *offsets,
		     unsigned count, bool active_low, enum settings_bias bias);
/* Outputs, inactive at first. */
int gpio_chip_drive(struct gpio_chip *c, struct gpio_lines **out, const unsigned *offsets,
		    unsigned count, bool active_low);
/* The file descriptors to wait for; their number, 1..count. They stay the lines'. */
unsigned gpio_chip_fds(const struct gpio_lines *l, int fds[GPIO_CHIP_LINES]);
/* Reads edges that fd has (it has to be readable); their number, or -errno. */
int gpio_chip_edges(struct gpio_lines *l, unsigned fd_index, struct gpio_edge *out);
/* Bit per line: which are active now. */
int gpio_chip_values(struct gpio_lines *l, uint8_t *bits);
int gpio_chip_set(struct gpio_lines *l, uint8_t bits);
void gpio_chip_release(struct gpio_lines *l); /* NULL is fine */
#endif
