/* hid.c - a scanner that types: evdev by libevdev under an exclusive grab, its keys decoded by
 * station/hidkeys.h. A queue that overflowed is never made up for: what was lost is told. */
#include "hid.h"
#include "log.h"
#include "station/hidkeys.h"
#include <errno.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <linux/input.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TURN_EVENTS 256	  /* most events of one turn: others want theirs, too */
#define REST_MS	    1000  /* no scanner pauses for so long within a scan */
#define MARK	    0x100 /* in held: not a byte but a loss, with its reason */

struct hid {
	struct loop *loop;
	struct settings_scanner settings;
	struct hid_calls calls;
	struct loop_device *device;
	struct libevdev *dev;	  /* NULL: lost */
	int fd;			  /* -1: lost */
	struct loop_source *more; /* what waits here, or in libevdev, is handed on */
	struct hidkeys keys;
	uint64_t typed_at;
	uint16_t strange; /* the last key that stood for nothing */
	bool paused;
	uint16_t held[HID_HELD]; /* bytes and losses that wait, in order */
	size_t held_len;
};

/* --- what was typed, on its way up --- */

static void hold(struct hid *h, uint16_t what)
{
	if (h->held_len < HID_HELD) {
		h->held[h->held_len++] = what;
		return;
	}
	if (h->held[HID_HELD - 1] < MARK) /* once */
		h->held[HID_HELD - 1] = MARK | HID_LOST_ROOM;
}

/* Taken off before it is handed on, because that may pause or resume this. */
static void take_off(struct hid *h, size_t n)
{
	h->held_len -= n;
	memmove(h->held, h->held + n, h->held_len * sizeof(h->held[0]));
}

/* One run of bytes, or one loss. */
static void hand_on(struct hid *h)
{
	uint8_t bytes[HID_HELD];
	size_t n = 0;

	if (h->held_len == 0)
		return;
	if (h->held[0] >= MARK) {
		enum hid_lost why = (enum hid_lost)(h->held[0] & ~MARK);

		take_off(h, 1);
		h->calls.lost(h->calls.user, why, h->strange);
		return;
	}
	while (n < h->held_len && h->held[n] < MARK) {
		bytes[n] = (uint8_t)h->held[n];
		n++;
	}
	take_off(h, n);
	h->calls.bytes(h->calls.user, bytes, n);
}

static void call_again(struct hid *h)
{
	int err = loop_defer_arm(h->more);
	if (err)
		log_error("scanner %s: %s", h->settings.name, strerror(-err));
}

static void hand_all_on(struct hid *h)
{
	while (h->held_len && !h->paused)
		hand_on(h);
}

/* --- from events to bytes --- */

/* What is down by the kernel's word. Returns whether anything is. */
static bool resync(struct hid *h)
{
	uint8_t held = 0;
	bool any = false;
	int down;

	for (unsigned i = 0; i < HIDKEYS_MODIFIERS; i++)
		if (libevdev_fetch_event_value(h->dev, EV_KEY, hidkeys_modifier(i), &down) && down)
			held |= (uint8_t)(1u << i);
	for (unsigned code = 0; code < KEY_CNT; code++)
		any |= libevdev_fetch_event_value(h->dev, EV_KEY, code, &down) && down;
	hidkeys_resync(&h->keys, held);
	return any;
}

/* Events were dropped. libevdev offers such as would make up for it: their order is not that of
 * typing, so none is taken. */
static void overflowed(struct hid *h)
{
	struct input_event skipped;

	while (libevdev_next_event(h->dev, LIBEVDEV_READ_FLAG_SYNC, &skipped) ==
	       LIBEVDEV_READ_STATUS_SYNC)
		;
	(void)resync(h);
	hold(h, MARK | HID_LOST_EVENTS);
}

static void on_key(struct hid *h, const struct input_event *e)
{
	uint64_t now = loop_moment(h->loop).mono_ms;
	uint8_t byte;

	if (now - h->typed_at >= REST_MS)
		hidkeys_rest(&h->keys);
	h->typed_at = now;
	switch (hidkeys_feed(&h->keys, e->code, e->value, &byte)) {
	case HIDKEYS_NOTHING:
		break;
	case HIDKEYS_BYTE:
		hold(h, byte);
		break;
	case HIDKEYS_IGNORED:
		h->strange = e->code;
		hold(h, MARK | HID_LOST_KEY);
		break;
	}
}

/* 0, or -errno when the device is gone. */
static int read_keys(struct hid *h)
{
	for (unsigned i = 0; i < TURN_EVENTS; i++) {
		struct input_event e;
		int r = libevdev_next_event(h->dev, LIBEVDEV_READ_FLAG_NORMAL, &e);

		if (r == -EAGAIN || r == -EINTR)
			return 0;
		if (r < 0)
			return r;
		if (r == LIBEVDEV_READ_STATUS_SYNC)
			overflowed(h);
		else if (e.type == EV_KEY)
			on_key(h, &e);
	}
	call_again(h); /* libevdev has read ahead: the descriptor may say nothing of it */
	return 0;
}

static void take(struct hid *h)
{
	int err = read_keys(h);

	hand_all_on(h);
	if (err)
		loop_device_lost(h->device, err);
}

static void on_readable(void *user, int fd)
{
	(void)fd;
	take(user);
}

static void on_more(void *user)
{
	struct hid *h = user;

	hand_all_on(h);
	if (h->dev)
		take(h);
}

/* --- opening --- */

static bool is_keyboard(const struct libevdev *dev)
{
	static const unsigned needed[] = {KEY_0, KEY_1, KEY_9, KEY_A, KEY_Z, KEY_ENTER};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!libevdev_has_event_code(dev, EV_KEY, needed[i]))
			return false;
	return true;
}

/* Scan codes and lights would only take room in the kernel's queue. Kernels before 4.4 can't. */
static void mask_others(int fd)
{
	unsigned long types = 1ul << EV_SYN | 1ul << EV_KEY;
	struct input_mask mask = {.type = EV_SYN, .codes_size = sizeof(types)};

	mask.codes_ptr = (uint64_t)(uintptr_t)&types;
	(void)ioctl(fd, EVIOCSMASK, &mask);
}

static void close_device(void *user)
{
	struct hid *h = user;

	libevdev_free(h->dev);
	h->dev = NULL;
	close(h->fd); /* lets go of the grab, too */
	h->fd = -1;
}

/* To read is enough, also for the grab: nobody may write keys to a scanner. */
static int open_device(void *user, int *fd)
{
	struct hid *h = user;
	struct stat st;
	int err;

	if (stat(h->settings.device, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	h->fd = open(h->settings.device, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (h->fd < 0)
		return -errno;
	err = libevdev_new_from_fd(h->fd, &h->dev);
	if (err) {
		h->dev = NULL;
		goto close;
	}
	err = -ENOTSUP;
	if (!is_keyboard(h->dev))
		goto close;
	err = libevdev_grab(h->dev, LIBEVDEV_GRAB);
	if (err)
		goto close;
	mask_others(h->fd);
	hidkeys_init(&h->keys, hidkeys_function(h->settings.gs_key));
	h->typed_at = 0;
	if (resync(h)) /* the beginning of a scan went elsewhere */
		hold(h, MARK | HID_LOST_EVENTS);
	*fd = h->fd;
	return 0;
close:
	close_device(h);
	return err;
}

static const char *reason(int err)
{
	switch (err) {
	case -ENOTTY:
	case -EINVAL:
		return "not an input device; this wants /dev/input/by-id/...-event-kbd, or kind = "
		       "serial";
	case -ENOTSUP:
		return "an input device, but no keyboard; a scanner's has a name that ends in "
		       "-event-kbd";
	case -EBUSY:
		return "another program has grabbed it, and the kernel does not say which";
	case -EACCES:
	case -EPERM:
		return "no permission; it is not known as a scanner to udev (station.conf(5), HID "
		       "SCANNERS)";
	default:
		return NULL;
	}
}

const char *hid_reason(int error)
{
	return loop_device_words(reason(error), error);
}

int hid_try(const struct settings_scanner *settings)
{
	struct hid h = {.settings = *settings, .fd = -1};
	int fd, err = open_device(&h, &fd);

	if (!err)
		close_device(&h);
	return err;
}

static void on_present(void *user, bool present)
{
	struct hid *h = user;

	if (!present) { /* behind what still waits of it */
		hold(h, MARK | HID_LOST_DEVICE);
		hand_all_on(h);
	}
	h->calls.present(h->calls.user, present);
	if (h->held_len)
		call_again(h);
}

int hid_open(struct hid **out, struct loop *loop, const struct settings_scanner *settings,
	     const struct hid_calls *calls)
{
	struct loop_device_is is = {.lost_id = LOG_SCANNER_LOST,
				    .back_id = LOG_SCANNER_BACK,
				    .open = open_device,
				    .close = close_device,
				    .readable = on_readable,
				    .reason = reason,
				    .present = on_present};
	struct hid *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->loop = loop;
	h->settings = *settings;
	h->calls = *calls;
	h->fd = -1;
	is.user = h;
	(void)snprintf(is.name, sizeof(is.name), "scanner %s", settings->name);
	(void)snprintf(is.path, sizeof(is.path), "%s", settings->device);
	err = loop_defer(loop, &h->more, on_more, h);
	if (!err)
		err = loop_device_open(&h->device, loop, &is);
	if (err) {
		hid_close(h);
		return err;
	}
	*out = h;
	return 0;
}

void hid_pause(struct hid *h, bool paused)
{
	h->paused = paused;
	if (!paused && h->held_len)
		call_again(h);
}

void hid_close(struct hid *h)
{
	if (!h)
		return;
	loop_device_close(h->device);
	loop_source_free(h->more);
	free(h);
}
