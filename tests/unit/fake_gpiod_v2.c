/* fake_gpiod_v2.c - the calls of libgpiod 2; see fake_gpiod.h. */
#include "fake_gpiod.h"
#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const int fake_gpiod_version = 2;

struct gpiod_chip {
	struct fake_chip *fake;
};

struct gpiod_chip_info {
	struct fake_chip *fake;
};

struct gpiod_line_info {
	struct fake_line line;
};

struct gpiod_line_settings {
	bool active_low, output, edges;
	char bias;
	enum gpiod_line_clock clock;
	enum gpiod_line_value value;
};

struct gpiod_line_config {
	unsigned offset[FAKE_LINES];
	size_t count;
	struct gpiod_line_settings settings;
};

struct gpiod_request_config {
	char consumer[32];
};

struct gpiod_line_request {
	struct fake_chip *fake;
	unsigned offset[FAKE_LINES];
	size_t count;
	int fd[2];
};

struct gpiod_edge_event {
	struct fake_edge edge;
};

struct gpiod_edge_event_buffer {
	struct gpiod_edge_event event[64];
	size_t capacity, count;
};

static int gone(const struct fake_chip *c)
{
	if (!c->gone)
		return 0;
	errno = ENODEV;
	return -1;
}

struct gpiod_chip *gpiod_chip_open(const char *path)
{
	struct fake_chip *c = fake_find_chip(path);
	struct gpiod_chip *chip = c ? calloc(1, sizeof(*chip)) : NULL;

	if (!chip)
		return NULL;
	c->opened++;
	chip->fake = c;
	return chip;
}

void gpiod_chip_close(struct gpiod_chip *chip)
{
	chip->fake->closed++;
	free(chip);
}

struct gpiod_chip_info *gpiod_chip_get_info(struct gpiod_chip *chip)
{
	struct gpiod_chip_info *info = calloc(1, sizeof(*info));

	if (info)
		info->fake = chip->fake;
	return info;
}

void gpiod_chip_info_free(struct gpiod_chip_info *info)
{
	free(info);
}

const char *gpiod_chip_info_get_label(struct gpiod_chip_info *info)
{
	return info->fake->label;
}

int gpiod_chip_get_line_offset_from_name(struct gpiod_chip *chip, const char *name)
{
	return gone(chip->fake) < 0 ? -1 : fake_find_line(chip->fake, name);
}

struct gpiod_line_info *gpiod_chip_get_line_info(struct gpiod_chip *chip, unsigned offset)
{
	struct gpiod_line_info *info;

	if (gone(chip->fake) < 0)
		return NULL;
	info = calloc(1, sizeof(*info));
	if (info)
		info->line = chip->fake->line[offset];
	return info;
}

void gpiod_line_info_free(struct gpiod_line_info *info)
{
	free(info);
}

bool gpiod_line_info_is_used(struct gpiod_line_info *info)
{
	return info->line.holder || info->line.ours;
}

const char *gpiod_line_info_get_consumer(struct gpiod_line_info *info)
{
	const char *name = info->line.ours ? info->line.consumer : info->line.holder;

	return name && name[0] ? name : NULL;
}

struct gpiod_line_settings *gpiod_line_settings_new(void)
{
	return calloc(1, sizeof(struct gpiod_line_settings));
}

void gpiod_line_settings_free(struct gpiod_line_settings *settings)
{
	free(settings);
}

void gpiod_line_settings_set_active_low(struct gpiod_line_settings *settings, bool active_low)
{
	settings->active_low = active_low;
}

int gpiod_line_settings_set_direction(struct gpiod_line_settings *settings,
				      enum gpiod_line_direction direction)
{
	settings->output = direction == GPIOD_LINE_DIRECTION_OUTPUT;
	return 0;
}

int gpiod_line_settings_set_edge_detection(struct gpiod_line_settings *settings,
					   enum gpiod_line_edge edge)
{
	settings->edges = edge == GPIOD_LINE_EDGE_BOTH;
	return 0;
}

int gpiod_line_settings_set_bias(struct gpiod_line_settings *settings, enum gpiod_line_bias bias)
{
	settings->bias = "?a?oud"[bias];
	return 0;
}

int gpiod_line_settings_set_event_clock(struct gpiod_line_settings *settings,
					enum gpiod_line_clock clock)
{
	settings->clock = clock;
	return 0;
}

int gpiod_line_settings_set_output_value(struct gpiod_line_settings *settings,
					 enum gpiod_line_value value)
{
	settings->value = value;
	return 0;
}

struct gpiod_line_config *gpiod_line_config_new(void)
{
	return calloc(1, sizeof(struct gpiod_line_config));
}

void gpiod_line_config_free(struct gpiod_line_config *config)
{
	free(config);
}

int gpiod_line_config_add_line_settings(struct gpiod_line_config *config, const unsigned *offsets,
					size_t count, struct gpiod_line_settings *settings)
{
	memcpy(config->offset, offsets, count * sizeof(*offsets));
	config->count = count;
	config->settings = *settings;
	return 0;
}

struct gpiod_request_config *gpiod_request_config_new(void)
{
	return calloc(1, sizeof(struct gpiod_request_config));
}

void gpiod_request_config_free(struct gpiod_request_config *config)
{
	free(config);
}

void gpiod_request_config_set_consumer(struct gpiod_request_config *config, const char *consumer)
{
	strncpy(config->consumer, consumer, sizeof(config->consumer) - 1);
}

static void let_go(struct gpiod_line_request *r)
{
	for (size_t i = 0; i < r->count; i++)
		fake_let_go(&r->fake->line[r->offset[i]]);
}

struct gpiod_line_request *gpiod_chip_request_lines(struct gpiod_chip *chip,
						    struct gpiod_request_config *as,
						    struct gpiod_line_config *config)
{
	const struct gpiod_line_settings *s = &config->settings;
	struct gpiod_line_request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	if (!s->output && (!s->edges || s->clock != GPIOD_LINE_CLOCK_MONOTONIC)) {
		errno = EINVAL; /* the adapter asked for something else than it should */
		goto free;
	}
	r->fake = chip->fake;
	for (; r->count < config->count; r->count++) {
		unsigned at = config->offset[r->count];

		if (fake_take(r->fake, at, s->output, s->active_low, s->output ? 'a' : s->bias,
			      as->consumer) < 0)
			goto release;
		r->offset[r->count] = at;
		if (s->output)
			r->fake->line[at].level =
				(s->value == GPIOD_LINE_VALUE_ACTIVE) ^ s->active_low;
	}
	if (pipe(r->fd) < 0)
		goto release;
	for (size_t i = 0; i < r->count; i++)
		r->fake->line[r->offset[i]].queue = s->output ? -1 : r->fd[1];
	fake_changed(r->fake);
	return r;
release:
	let_go(r);
free:
	free(r);
	return NULL;
}

void gpiod_line_request_release(struct gpiod_line_request *r)
{
	bool open = false; /* a test that pulls the chip closes the writing end */

	for (size_t i = 0; i < r->count; i++)
		open = open || r->fake->line[r->offset[i]].queue >= 0;
	if (open || r->fake->line[r->offset[0]].output)
		(void)close(r->fd[1]);
	(void)close(r->fd[0]);
	let_go(r);
	free(r);
}

int gpiod_line_request_get_fd(struct gpiod_line_request *r)
{
	return r->fd[0];
}

static size_t index_of(const struct gpiod_line_request *r, unsigned offset)
{
	size_t i = 0;

	while (i < r->count && r->offset[i] != offset)
		i++;
	return i;
}

int gpiod_line_request_get_values_subset(struct gpiod_line_request *r, size_t count,
					 const unsigned *offsets, enum gpiod_line_value *values)
{
	if (gone(r->fake) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct fake_line *l = &r->fake->line[offsets[i]];

		if (index_of(r, offsets[i]) == r->count) {
			errno = EINVAL;
			return -1;
		}
		values[i] = l->level ^ l->active_low ? GPIOD_LINE_VALUE_ACTIVE
						     : GPIOD_LINE_VALUE_INACTIVE;
	}
	return 0;
}

int gpiod_line_request_set_values_subset(struct gpiod_line_request *r, size_t count,
					 const unsigned *offsets,
					 const enum gpiod_line_value *values)
{
	if (gone(r->fake) < 0)
		return -1;
	r->fake->sets++;
	for (size_t i = 0; i < count; i++) {
		struct fake_line *l = &r->fake->line[offsets[i]];

		l->level = (values[i] == GPIOD_LINE_VALUE_ACTIVE) ^ l->active_low;
	}
	fake_changed(r->fake);
	return 0;
}

struct gpiod_edge_event_buffer *gpiod_edge_event_buffer_new(size_t capacity)
{
	struct gpiod_edge_event_buffer *b = calloc(1, sizeof(*b));

	if (b)
		b->capacity = capacity < 64 ? capacity : 64;
	return b;
}

void gpiod_edge_event_buffer_free(struct gpiod_edge_event_buffer *buffer)
{
	free(buffer);
}

int gpiod_line_request_read_edge_events(struct gpiod_line_request *r,
					struct gpiod_edge_event_buffer *buffer, size_t max)
{
	struct fake_edge edge[64];
	ssize_t n;

	if (gone(r->fake) < 0)
		return -1;
	max = max < buffer->capacity ? max : buffer->capacity;
	n = read(r->fd[0], edge, max * sizeof(edge[0]));
	if (n < 0)
		return -1;
	buffer->count = (size_t)n / sizeof(edge[0]);
	for (size_t i = 0; i < buffer->count; i++)
		buffer->event[i].edge = edge[i];
	return (int)buffer->count;
}

struct gpiod_edge_event *gpiod_edge_event_buffer_get_event(struct gpiod_edge_event_buffer *buffer,
							   unsigned long index)
{
	return index < buffer->count ? &buffer->event[index] : NULL;
}

uint64_t gpiod_edge_event_get_timestamp_ns(struct gpiod_edge_event *event)
{
	return event->edge.at_ns;
}

unsigned gpiod_edge_event_get_line_offset(struct gpiod_edge_event *event)
{
	return event->edge.line;
}

enum gpiod_edge_event_type gpiod_edge_event_get_event_type(struct gpiod_edge_event *event)
{
	return event->edge.active ? GPIOD_EDGE_EVENT_RISING_EDGE : GPIOD_EDGE_EVENT_FALLING_EDGE;
}
