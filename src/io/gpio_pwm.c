/* gpio_pwm.c - a buzzer on a channel of a PWM, by sysfs; see gpio_pwm.h. */
#include "gpio_pwm.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_S 1000000000u

/* Opened anew for each value: a tone has few, and udev may give the file to us meanwhile. */
static int put(const char *folder, const char *name, unsigned value)
{
	char path[PATH_MAX], text[16];
	int len = snprintf(text, sizeof(text), "%u", value), fd, r = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)len) != len)
		r = errno ? -errno : -EIO;
	(void)close(fd);
	return r;
}

/* The name of pwmchipN's device: where its link leads, without the way. */
static bool device_of(const char *folder, const char *chip, char *out, size_t cap)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/%s/device", folder, chip);
	len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	const char *slash = strrchr(target, '/');
	return text_copy(out, cap, slash ? slash + 1 : target);
}

/* DEVICE:CHANNEL of the list that means this device; its place, or UINT_MAX. */
static unsigned rank_of(const char *list, const char *device, unsigned *channel)
{
	const char *word;
	size_t len;

	for (unsigned rank = 0; (len = settings_word(&list, &word)) > 0; rank++) {
		size_t colon = len;
		uint64_t n;

		while (colon > 0 && word[colon - 1] != ':')
			colon--;
		if (colon < 2 || strlen(device) != colon - 1 ||
		    memcmp(word, device, colon - 1) != 0 ||
		    !text_read_u64(word + colon, len - colon, UINT_MAX, &n))
			continue;
		*channel = (unsigned)n;
		return rank;
	}
	return UINT_MAX;
}

static int no_pwm(const char *list, const struct text *devices, const char *folder,
		  struct gpio_error *error)
{
	struct text t = text_over(error->text, sizeof(error->text));

	text_put(&t, "no PWM is one of: ");
	text_put(&t, list);
	text_put(&t, devices->len ? "; there are: " : "; there is none at all in ");
	text_put(&t, devices->len ? devices->buf : folder);
	return -ENODEV;
}

static int find_channel(const char *list, const char *folder, char chip[NAME_MAX + 1],
			unsigned *channel, struct gpio_error *error)
{
	char device[64], seen[256];
	struct text devices = text_over(seen, sizeof(seen));
	unsigned best = UINT_MAX;
	const struct dirent *e;
	DIR *d = opendir(folder);

	while (d && (e = readdir(d))) {
		unsigned n, rank;

		if (e->d_name[0] == '.' || !device_of(folder, e->d_name, device, sizeof(device)))
			continue;
		if (devices.len > 0)
			text_put(&devices, ", ");
		text_put(&devices, device);
		rank = rank_of(list, device, &n);
		if (rank >= best)
			continue;
		best = rank;
		*channel = n;
		(void)text_copy(chip, NAME_MAX + 1, e->d_name);
	}
	if (d)
		(void)closedir(d);
	return best < UINT_MAX ? 0 : no_pwm(list, &devices, folder, error);
}

int gpio_pwm_open(struct gpio_pwm *p, const char *list, const char *folder,
		  struct gpio_error *error)
{
	char chip[NAME_MAX + 1], chip_path[sizeof(p->path)];
	bool fresh = false;
	unsigned channel;
	int r = find_channel(list, folder, chip, &channel, error);

	if (r < 0)
		return r;
	struct text t = text_over(p->path, sizeof(p->path));
	text_put(&t, folder);
	text_char(&t, '/');
	text_put(&t, chip);
	(void)text_copy(chip_path, sizeof(chip_path), p->path);
	text_put(&t, "/pwm");
	text_u64(&t, channel);
	if (t.full)
		r = -ENAMETOOLONG;
	if (r == 0 && access(p->path, F_OK) < 0) {
		r = put(chip_path, "export", channel);
		fresh = r == 0;
	}
	/* udev hands a fresh channel's files over when it gets round to it. One that was used
	 * before may sound still; one that has no period yet refuses. */
	if (r == 0 && !fresh) {
		r = put(p->path, "enable", 0);
		r = r == -EINVAL ? 0 : r;
	}
	if (r == 0)
		return 0;
	t = text_over(error->text, sizeof(error->text));
	text_put(&t, "cannot use channel ");
	text_u64(&t, channel);
	text_put(&t, " of the PWM ");
	text_put(&t, chip);
	text_put(&t, ": ");
	text_put(&t, r == -EBUSY ? "it is taken" : strerror(-r));
	p->path[0] = '\0';
	return r;
}

int gpio_pwm_sound(const struct gpio_pwm *p, uint16_t hz)
{
	unsigned period = hz ? NS_PER_S / hz : 0;
	int r;

	if (hz == 0)
		return put(p->path, "enable", 0);
	(void)put(p->path, "duty_cycle", 0); /* refused before there is a period */
	r = put(p->path, "period", period);
	if (r == 0)
		r = put(p->path, "duty_cycle", period / 2);
	return r < 0 ? r : put(p->path, "enable", 1);
}
