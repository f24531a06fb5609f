/* fake_evdev.c - the calls of libevdev over a pty; see fake_evdev.h. Part of test_hid, and
 * preloaded into stationd as badhid.so. */
#include "fake_evdev.h"
#include <errno.h>
#include <libevdev/libevdev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define AHEAD 100

struct libevdev {
	int fd;
	bool down[KEY_CNT];
	struct input_event queue[AHEAD];
	size_t bytes, next; /* read; events of them handed out */
	bool dropped;	    /* made-up events are on offer: */
	unsigned offered;
	struct input_event burst; /* its value: presses and releases that are left */
};

struct fake_evdev fake_evdev;
const uint16_t fake_modifiers[8] = {KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_LEFTCTRL, KEY_RIGHTCTRL,
				    KEY_LEFTALT,   KEY_RIGHTALT,   KEY_LEFTMETA, KEY_RIGHTMETA};
static const uint16_t made_up[] = {KEY_X, KEY_ENTER};

int libevdev_new_from_fd(int fd, struct libevdev **dev)
{
	if (fake_evdev.new_errno)
		return -fake_evdev.new_errno;
	*dev = calloc(1, sizeof(**dev));
	if (!*dev)
		return -ENOMEM;
	(*dev)->fd = fd;
	if (fake_evdev.down)
		(*dev)->down[fake_evdev.down] = true;
	fake_evdev.made++;
	return 0;
}

void libevdev_free(struct libevdev *dev)
{
	if (dev)
		fake_evdev.freed++;
	free(dev);
}

int libevdev_has_event_code(const struct libevdev *dev, unsigned type, unsigned code)
{
	(void)dev;
	return type == EV_KEY && code < KEY_CNT &&
	       (fake_evdev.mouse ? code == BTN_LEFT : code < BTN_MISC);
}

int libevdev_grab(struct libevdev *dev, enum libevdev_grab_mode grab)
{
	(void)dev;
	if (grab == LIBEVDEV_GRAB && !fake_evdev.grab_errno)
		fake_evdev.grabs++;
	return grab == LIBEVDEV_GRAB ? -fake_evdev.grab_errno : 0;
}

int libevdev_fetch_event_value(const struct libevdev *dev, unsigned type, unsigned code, int *value)
{
	if (!libevdev_has_event_code(dev, type, code))
		return 0;
	*value = dev->down[code];
	return 1;
}

static int read_ahead(struct libevdev *dev)
{
	size_t whole = dev->bytes / sizeof(struct input_event), rest;
	ssize_t n;

	if (dev->next < whole)
		return 0;
	rest = dev->bytes - whole * sizeof(struct input_event);
	memmove(dev->queue, dev->queue + whole, rest);
	dev->bytes = rest;
	dev->next = 0;
	n = read(dev->fd, (char *)dev->queue + rest, sizeof(dev->queue) - rest);
	if (n <= 0) /* a pty whose other end is closed says EIO */
		return n < 0 && errno != EIO ? -errno : -ENODEV;
	dev->bytes += (size_t)n;
	return dev->bytes >= sizeof(struct input_event) ? 0 : -EAGAIN;
}

static int offer(struct libevdev *dev, struct input_event *ev)
{
	if (!dev->dropped || dev->offered == sizeof(made_up) / sizeof(made_up[0])) {
		dev->dropped = false;
		return -EAGAIN;
	}
	*ev = (struct input_event){.type = EV_KEY, .code = made_up[dev->offered++], .value = 1};
	fake_evdev.made_up++;
	return LIBEVDEV_READ_STATUS_SYNC;
}

int libevdev_next_event(struct libevdev *dev, unsigned flags, struct input_event *ev)
{
	int r;

	if (flags & LIBEVDEV_READ_FLAG_SYNC)
		return offer(dev, ev);
	dev->dropped = false;
	if (dev->burst.value > 0) {
		*ev = dev->burst;
		ev->type = EV_KEY;
		ev->value = !(dev->burst.value-- & 1);
		return LIBEVDEV_READ_STATUS_SUCCESS;
	}
	r = read_ahead(dev);
	if (r < 0)
		return r;
	*ev = dev->queue[dev->next++];
	if (ev->type == FAKE_BURST) {
		dev->burst = *ev;
		dev->burst.value *= 2;
		return libevdev_next_event(dev, flags, ev);
	}
	if (ev->type == EV_SYN && ev->code == SYN_DROPPED) {
		dev->dropped = true;
		dev->offered = 0;
		memset(dev->down, 0, sizeof(dev->down));
		for (unsigned i = 0; i < 8; i++)
			dev->down[fake_modifiers[i]] = ev->value >> i & 1;
		return LIBEVDEV_READ_STATUS_SYNC;
	}
	if (ev->type == EV_KEY && ev->code < KEY_CNT)
		dev->down[ev->code] = ev->value != 0;
	return LIBEVDEV_READ_STATUS_SUCCESS;
}
