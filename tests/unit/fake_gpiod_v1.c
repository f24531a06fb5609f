/* fake_gpiod_v1.c - the calls of libgpiod 1.6; see fake_gpiod.h. */
#include "fake_gpiod.h"
#include <errno.h>
#include <gpiod.h>
#include <string.h>
#include <unistd.h>

const int fake_gpiod_version = 1;

static struct fake_chip *chip_of(struct gpiod_chip *c)
{
	return (struct fake_chip *)c;
}

static struct fake_line *line_of(struct gpiod_line *l)
{
	return (struct fake_line *)l;
}

static struct fake_chip *owner(const struct fake_line *l)
{
	for (unsigned i = 0; i < FAKE_CHIPS; i++)
		if (l >= fake_chip[i].line && l < fake_chip[i].line + FAKE_LINES)
			return &fake_chip[i];
	return NULL;
}

static int gone(const struct fake_line *l)
{
	if (!owner(l)->gone)
		return 0;
	errno = ENODEV;
	return -1;
}

struct gpiod_chip *gpiod_chip_open(const char *path)
{
	struct fake_chip *c = fake_find_chip(path);

	if (c)
		c->opened++;
	return (struct gpiod_chip *)c;
}

void gpiod_chip_close(struct gpiod_chip *chip)
{
	struct fake_chip *c = chip_of(chip);

	c->closed++;
}

const char *gpiod_chip_label(struct gpiod_chip *chip)
{
	return chip_of(chip)->label;
}

struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *chip, unsigned offset)
{
	struct fake_chip *c = chip_of(chip);

	if (offset < c->lines && !c->gone)
		return (struct gpiod_line *)&c->line[offset];
	errno = c->gone ? ENODEV : EINVAL;
	return NULL;
}

struct gpiod_line *gpiod_chip_find_line(struct gpiod_chip *chip, const char *name)
{
	int at = fake_find_line(chip_of(chip), name);

	return at < 0 ? NULL : gpiod_chip_get_line(chip, (unsigned)at);
}

unsigned gpiod_line_offset(struct gpiod_line *line)
{
	return (unsigned)(line_of(line) - owner(line_of(line))->line);
}

int gpiod_line_update(struct gpiod_line *line)
{
	return gone(line_of(line));
}

bool gpiod_line_is_used(struct gpiod_line *line)
{
	return line_of(line)->holder || line_of(line)->ours;
}

const char *gpiod_line_consumer(struct gpiod_line *line)
{
	const struct fake_line *l = line_of(line);
	const char *name = l->ours ? l->consumer : l->holder;

	return name && name[0] ? name : NULL;
}

static char bias_of(int flags)
{
	if (flags & GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP)
		return 'u';
	if (flags & GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN)
		return 'd';
	return flags & GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE ? 'o' : 'a';
}

static int take(struct gpiod_line_bulk *bulk, bool output, int flags, const char *consumer)
{
	for (unsigned i = 0; i < bulk->num_lines; i++) {
		struct fake_line *l = line_of(bulk->lines[i]);

		if (fake_take(owner(l), gpiod_line_offset(bulk->lines[i]), output,
			      flags & GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW, bias_of(flags),
			      consumer) == 0)
			continue;
		while (i-- > 0)
			fake_let_go(line_of(bulk->lines[i]));
		return -1;
	}
	return 0;
}

int gpiod_line_request_bulk_both_edges_events_flags(struct gpiod_line_bulk *bulk,
						    const char *consumer, int flags)
{
	if (take(bulk, false, flags, consumer) < 0)
		return -1;
	for (unsigned i = 0; i < bulk->num_lines; i++) {
		struct fake_line *l = line_of(bulk->lines[i]);
		int fd[2];

		if (pipe(fd) < 0)
			return -1;
		l->read_fd = fd[0];
		l->queue = fd[1];
	}
	return 0;
}

int gpiod_line_request_bulk_output_flags(struct gpiod_line_bulk *bulk, const char *consumer,
					 int flags, const int *values)
{
	if (take(bulk, true, flags, consumer) < 0)
		return -1;
	for (unsigned i = 0; i < bulk->num_lines; i++)
		line_of(bulk->lines[i])->level = values[i] ^ line_of(bulk->lines[i])->active_low;
	fake_changed(owner(line_of(bulk->lines[0])));
	return 0;
}

void gpiod_line_release_bulk(struct gpiod_line_bulk *bulk)
{
	for (unsigned i = 0; i < bulk->num_lines; i++) {
		struct fake_line *l = line_of(bulk->lines[i]);

		if (l->queue >= 0)
			(void)close(l->queue);
		if (!l->output)
			(void)close(l->read_fd);
		fake_let_go(l);
	}
}

int gpiod_line_event_get_fd(struct gpiod_line *line)
{
	return line_of(line)->read_fd;
}

int gpiod_line_event_read_multiple(struct gpiod_line *line, struct gpiod_line_event *events,
				   unsigned max)
{
	struct fake_edge edge[64];
	ssize_t n;

	if (gone(line_of(line)) < 0)
		return -1;
	n = read(line_of(line)->read_fd, edge, sizeof(edge[0]) * (max < 64 ? max : 64));
	if (n < 0)
		return -1;
	n /= (ssize_t)sizeof(edge[0]);
	for (ssize_t i = 0; i < n; i++) {
		events[i].ts.tv_sec = (time_t)(edge[i].at_ns / 1000000000u);
		events[i].ts.tv_nsec = (long)(edge[i].at_ns % 1000000000u);
		events[i].event_type = edge[i].active ? GPIOD_LINE_EVENT_RISING_EDGE
						      : GPIOD_LINE_EVENT_FALLING_EDGE;
	}
	return (int)n;
}

int gpiod_line_get_value(struct gpiod_line *line)
{
	const struct fake_line *l = line_of(line);

	return gone(l) < 0 ? -1 : l->level ^ l->active_low;
}

int gpiod_line_set_value_bulk(struct gpiod_line_bulk *bulk, const int *values)
{
	if (gone(line_of(bulk->lines[0])) < 0)
		return -1;
	owner(line_of(bulk->lines[0]))->sets++;
	for (unsigned i = 0; i < bulk->num_lines; i++)
		line_of(bulk->lines[i])->level = values[i] ^ line_of(bulk->lines[i])->active_low;
	fake_changed(owner(line_of(bulk->lines[0])));
	return 0;
}
