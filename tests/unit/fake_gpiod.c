/* fake_gpiod.c - the chips in memory that fake_gpiod_v1.c and fake_gpiod_v2.c serve; see
 * fake_gpiod.h. */
#include "fake_gpiod.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fake_chip fake_chip[FAKE_CHIPS];

struct fake_chip *fake_find_chip(const char *path)
{
	const char *slash = strrchr(path, '/');

	for (unsigned i = 0; i < FAKE_CHIPS; i++) {
		struct fake_chip *c = &fake_chip[i];

		if (!c->file || !slash || strcmp(c->file, slash + 1) != 0)
			continue;
		errno = c->gone ? ENODEV : c->open_errno;
		return errno ? NULL : c;
	}
	errno = ENOENT;
	return NULL;
}

int fake_find_line(const struct fake_chip *c, const char *name)
{
	for (unsigned i = 0; i < c->lines; i++)
		if (c->line[i].name && strcmp(c->line[i].name, name) == 0)
			return (int)i;
	errno = ENOENT;
	return -1;
}

int fake_take(struct fake_chip *c, unsigned line, bool output, bool active_low, char bias,
	      const char *consumer)
{
	struct fake_line *l = &c->line[line];

	errno = c->gone ? ENODEV : l->holder || l->ours ? EBUSY : c->request_errno;
	if (errno)
		return -1;
	l->ours = true;
	l->output = output;
	l->active_low = active_low;
	l->bias = bias;
	l->queue = -1;
	(void)snprintf(l->consumer, sizeof(l->consumer), "%s", consumer);
	return 0;
}

void fake_let_go(struct fake_line *l)
{
	l->ours = l->output = false;
	l->queue = -1;
}

void fake_vanish(struct fake_chip *c)
{
	c->gone = true;
	for (unsigned i = 0; i < c->lines; i++) {
		int fd = c->line[i].queue;

		for (unsigned k = 0; k < c->lines; k++)
			if (c->line[k].queue == fd)
				c->line[k].queue = -1;
		if (fd >= 0)
			(void)close(fd);
	}
}
