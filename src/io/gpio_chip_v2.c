/* gpio_chip_v2.c - GPIO lines by libgpiod 2 (Debian 13); see gpio_chip.h. A request is one file
 * descriptor, whatever the number of its lines, and outlives its chip. */
#include "gpio_chip.h"
#include "station/text.h"
#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>

struct gpio_chip {
	struct gpiod_chip *chip;
	struct gpiod_chip_info *info;
};

struct gpio_lines {
	struct gpiod_line_request *request;
	struct gpiod_edge_event_buffer *events; /* of inputs */
	unsigned count;
	unsigned offset[GPIO_CHIP_LINES];
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
	int r;

	if (!c)
		return -ENOMEM;
	c->chip = gpiod_chip_open(path);
	if (!c->chip) {
		r = failed();
		goto free;
	}
	c->info = gpiod_chip_get_info(c->chip);
	if (!c->info) {
		r = failed();
		goto close;
	}
	*out = c;
	return 0;
close:
	gpiod_chip_close(c->chip);
free:
	free(c);
	return r;
}

const char *gpio_chip_label(const struct gpio_chip *c)
{
	return gpiod_chip_info_get_label(c->info);
}

void gpio_chip_close(struct gpio_chip *c)
{
	if (!c)
		return;
	gpiod_chip_info_free(c->info);
	gpiod_chip_close(c->chip);
	free(c);
}

int gpio_chip_find(struct gpio_chip *c, const char *name, unsigned *offset)
{
	int at = gpiod_chip_get_line_offset_from_name(c->chip, name);

	if (at < 0)
		return failed();
	*offset = (unsigned)at;
	return 0;
}

int gpio_chip_holder(struct gpio_chip *c, unsigned offset, char *user, size_t cap)
{
	struct gpiod_line_info *info = gpiod_chip_get_line_info(c->chip, offset);
	const char *name;
	bool used;

	user[0] = '\0';
	if (!info)
		return failed();
	used = gpiod_line_info_is_used(info);
	name = gpiod_line_info_get_consumer(info);
	if (used && name)
		(void)text_copy(user, cap, name);
	gpiod_line_info_free(info);
	return used;
}

static enum gpiod_line_bias bias_of(enum settings_bias bias)
{
	switch (bias) {
	case SETTINGS_PULL_UP:
		return GPIOD_LINE_BIAS_PULL_UP;
	case SETTINGS_PULL_DOWN:
		return GPIOD_LINE_BIAS_PULL_DOWN;
	case SETTINGS_BIAS_OFF:
		return GPIOD_LINE_BIAS_DISABLED;
	case SETTINGS_BIAS_AS_IS:
		break;
	}
	return GPIOD_LINE_BIAS_AS_IS;
}

/* Requests the lines with these settings. */
static int request(struct gpio_chip *c, struct gpio_lines *l, struct gpiod_line_settings *settings)
{
	struct gpiod_request_config *as = gpiod_request_config_new();
	struct gpiod_line_config *lines = gpiod_line_config_new();
	int r = 0;

	if (!as || !lines ||
	    gpiod_line_config_add_line_settings(lines, l->offset, l->count, settings) < 0) {
		r = failed();
		goto out;
	}
	gpiod_request_config_set_consumer(as, GPIO_CHIP_USER);
	l->request = gpiod_chip_request_lines(c->chip, as, lines);
	if (!l->request)
		r = failed();
out:
	gpiod_line_config_free(lines);
	gpiod_request_config_free(as);
	return r;
}

static int lines_new(struct gpio_lines **out, struct gpiod_line_settings **settings,
		     const unsigned *offsets, unsigned count)
{
	struct gpio_lines *l = calloc(1, sizeof(*l));

	*settings = gpiod_line_settings_new();
	if (!l || !*settings) {
		free(l);
		gpiod_line_settings_free(*settings);
		return -ENOMEM;
	}
	l->count = count;
	for (unsigned i = 0; i < count; i++)
		l->offset[i] = offsets[i];
	*out = l;
	return 0;
}

static int lines_done(struct gpio_lines **out, struct gpio_lines *l,
		      struct gpiod_line_settings *settings, int r)
{
	gpiod_line_settings_free(settings);
	if (r < 0) {
		gpio_chip_release(l);
		return r;
	}
	*out = l;
	return 0;
}

int gpio_chip_listen(struct gpio_chip *c, struct gpio_lines **out, const unsigned *offsets,
		     unsigned count, bool active_low, enum settings_bias bias)
{
	struct gpiod_line_settings *settings;
	struct gpio_lines *l;
	int r = lines_new(&l, &settings, offsets, count);

	if (r < 0)
		return r;
	gpiod_line_settings_set_active_low(settings, active_low);
	l->events = gpiod_edge_event_buffer_new(GPIO_CHIP_EVENTS);
	if (!l->events ||
	    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT) < 0 ||
	    gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH) < 0 ||
	    gpiod_line_settings_set_bias(settings, bias_of(bias)) < 0 ||
	    gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC) < 0)
		r = failed();
	else
		r = request(c, l, settings);
	return lines_done(out, l, settings, r);
}

int gpio_chip_drive(struct gpio_chip *c, struct gpio_lines **out, const unsigned *offsets,
		    unsigned count, bool active_low)
{
	struct gpiod_line_settings *settings;
	struct gpio_lines *l;
	int r = lines_new(&l, &settings, offsets, count);

	if (r < 0)
		return r;
	gpiod_line_settings_set_active_low(settings, active_low);
	if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT) < 0 ||
	    gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE) < 0)
		r = failed();
	else
		r = request(c, l, settings);
	return lines_done(out, l, settings, r);
}

unsigned gpio_chip_fds(const struct gpio_lines *l, int fds[GPIO_CHIP_LINES])
{
	fds[0] = gpiod_line_request_get_fd(l->request);
	return 1;
}

static uint8_t index_of(const struct gpio_lines *l, unsigned offset)
{
	uint8_t i = 0;

	while (i < l->count && l->offset[i] != offset)
		i++;
	return i;
}

int gpio_chip_edges(struct gpio_lines *l, unsigned fd_index, struct gpio_edge *out)
{
	int n = gpiod_line_request_read_edge_events(l->request, l->events, GPIO_CHIP_EVENTS);
	int kept = 0;

	(void)fd_index; /* there is one */
	if (n < 0)
		return failed();
	for (int i = 0; i < n; i++) {
		struct gpiod_edge_event *e =
			gpiod_edge_event_buffer_get_event(l->events, (unsigned long)i);
		struct gpio_edge edge = {
			.at_ns = gpiod_edge_event_get_timestamp_ns(e),
			.line = index_of(l, gpiod_edge_event_get_line_offset(e)),
			.active =
				gpiod_edge_event_get_event_type(e) == GPIOD_EDGE_EVENT_RISING_EDGE,
		};

		if (edge.line < l->count)
			out[kept++] = edge;
	}
	return kept;
}

int gpio_chip_values(struct gpio_lines *l, uint8_t *bits)
{
	enum gpiod_line_value value[GPIO_CHIP_LINES];
	unsigned all = 0;

	if (gpiod_line_request_get_values_subset(l->request, l->count, l->offset, value) < 0)
		return failed();
	for (unsigned i = 0; i < l->count; i++)
		all |= (unsigned)(value[i] == GPIOD_LINE_VALUE_ACTIVE) << i;
	*bits = (uint8_t)all;
	return 0;
}

int gpio_chip_set(struct gpio_lines *l, uint8_t bits)
{
	enum gpiod_line_value value[GPIO_CHIP_LINES];

	for (unsigned i = 0; i < l->count; i++)
		value[i] = bits >> i & 1 ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
	return gpiod_line_request_set_values_subset(l->request, l->count, l->offset, value) < 0
		       ? failed()
		       : 0;
}

void gpio_chip_release(struct gpio_lines *l)
{
	if (!l)
		return;
	if (l->request)
		gpiod_line_request_release(l->request);
	gpiod_edge_event_buffer_free(l->events);
	free(l);
}
