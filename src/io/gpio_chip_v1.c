/* gpio_chip_v1.c - GPIO lines by libgpiod 1.6 (Debian 12); see gpio_chip.h. Here a line of events
 * has a file descriptor of its own, and lines live inside their chip: a request holds the chip
 * open too. */
#include "gpio_chip.h"
#include "station/text.h"
#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>

struct gpio_chip {
	struct gpiod_chip *chip;
	unsigned holders; /* of this struct: the caller, and every request */
};

struct gpio_lines {
	struct gpio_chip *chip;
	struct gpiod_line_bulk bulk;
};

/* libgpiod tells by errno; one that forgot must not read as success. */
static int failed(void)
{
	int err = errno;

	return err > 0 ? -err : -EIO;
}

int gpio_chip_open(struct gpio_chip **out, const char *path)
{
	struct gpio_chip *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->holders = 1;
	c->chip = gpiod_chip_open(path);
	if (!c->chip) {
		int r = failed();

		free(c);
		return r;
	}
	*out = c;
	return 0;
}

const char *gpio_chip_label(const struct gpio_chip *c)
{
	return gpiod_chip_label(c->chip);
}

void gpio_chip_close(struct gpio_chip *c)
{
	if (!c || --c->holders > 0)
		return;
	gpiod_chip_close(c->chip);
	free(c);
}

int gpio_chip_find(struct gpio_chip *c, const char *name, unsigned *offset)
{
	struct gpiod_line *line = gpiod_chip_find_line(c->chip, name);

	if (!line)
		return failed();
	*offset = gpiod_line_offset(line);
	return 0;
}

int gpio_chip_holder(struct gpio_chip *c, unsigned offset, char *user, size_t cap)
{
	struct gpiod_line *line = gpiod_chip_get_line(c->chip, offset);

	user[0] = '\0';
	if (!line || gpiod_line_update(line) < 0)
		return failed();
	if (!gpiod_line_is_used(line))
		return 0;
	(void)text_copy(user, cap, gpiod_line_consumer(line) ? gpiod_line_consumer(line) : "");
	return 1;
}

/* NULL: errno tells. */
static struct gpio_lines *lines_new(struct gpio_chip *c, const unsigned *offsets, unsigned count)
{
	struct gpio_lines *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->chip = c;
	for (unsigned i = 0; i < count; i++) {
		struct gpiod_line *line = gpiod_chip_get_line(c->chip, offsets[i]);

		if (!line) {
			free(l);
			return NULL;
		}
		gpiod_line_bulk_add(&l->bulk, line);
	}
	return l;
}

static int lines_done(struct gpio_lines **out, struct gpio_lines *l, int r)
{
	if (r < 0) {
		r = failed();
		free(l);
		return r;
	}
	l->chip->holders++;
	*out = l;
	return 0;
}

static int bias_flag(enum settings_bias bias)
{
	switch (bias) {
	case SETTINGS_PULL_UP:
		return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
	case SETTINGS_PULL_DOWN:
		return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
	case SETTINGS_BIAS_OFF:
		return GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
	case SETTINGS_BIAS_AS_IS:
		break;
	}
	return 0;
}

static int low_flag(bool active_low)
{
	return active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
}

int gpio_chip_listen(struct gpio_chip *c, struct gpio_lines **out, const unsigned *offsets,
		     unsigned count, bool active_low, enum settings_bias bias)
{
	struct gpio_lines *l = lines_new(c, offsets, count);
	int r;

	if (!l)
		return failed();
	r = gpiod_line_request_bulk_both_edges_events_flags(&l->bulk, GPIO_CHIP_USER,
							    low_flag(active_low) | bias_flag(bias));
	return lines_done(out, l, r);
}

int gpio_chip_drive(struct gpio_chip *c, struct gpio_lines **out, const unsigned *offsets,
		    unsigned count, bool active_low)
{
	static const int off[GPIO_CHIP_LINES];
	struct gpio_lines *l = lines_new(c, offsets, count);
	int r;

	if (!l)
		return failed();
	r = gpiod_line_request_bulk_output_flags(&l->bulk, GPIO_CHIP_USER, low_flag(active_low),
						 off);
	return lines_done(out, l, r);
}

unsigned gpio_chip_fds(const struct gpio_lines *l, int fds[GPIO_CHIP_LINES])
{
	for (unsigned i = 0; i < l->bulk.num_lines; i++)
		fds[i] = gpiod_line_event_get_fd(l->bulk.lines[i]);
	return l->bulk.num_lines;
}

int gpio_chip_edges(struct gpio_lines *l, unsigned fd_index, struct gpio_edge *out)
{
	struct gpiod_line_event event[GPIO_CHIP_EVENTS];
	int n = gpiod_line_event_read_multiple(l->bulk.lines[fd_index], event, GPIO_CHIP_EVENTS);

	if (n < 0)
		return failed();
	for (int i = 0; i < n; i++)
		out[i] = (struct gpio_edge){
			.at_ns = (uint64_t)event[i].ts.tv_sec * 1000000000u +
				 (uint64_t)event[i].ts.tv_nsec,
			.line = (uint8_t)fd_index,
			.active = event[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
		};
	return n;
}

int gpio_chip_values(struct gpio_lines *l, uint8_t *bits)
{
	unsigned all = 0;

	for (unsigned i = 0; i < l->bulk.num_lines; i++) {
		int value = gpiod_line_get_value(l->bulk.lines[i]);

		if (value < 0)
			return failed();
		all |= (unsigned)(value > 0) << i;
	}
	*bits = (uint8_t)all;
	return 0;
}

int gpio_chip_set(struct gpio_lines *l, uint8_t bits)
{
	int value[GPIO_CHIP_LINES];

	for (unsigned i = 0; i < l->bulk.num_lines; i++)
		value[i] = bits >> i & 1;
	return gpiod_line_set_value_bulk(&l->bulk, value) < 0 ? failed() : 0;
}

void gpio_chip_release(struct gpio_lines *l)
{
	if (!l)
		return;
	gpiod_line_release_bulk(&l->bulk);
	gpio_chip_close(l->chip);
	free(l);
}
