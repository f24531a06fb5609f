/* main.c - station-camera: reads pictures, and prints the labels that are on them; or a camera's
 * frames, for stationd. */
#include "live.h"
#include "look.h"
#include "options.h"
#include "photo.h"
#include "print.h"
#include "setup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A whole file, PHOTO_FILE at most; *bytes is freed by the caller. 0 or -errno. */
static int read_file(const char *path, uint8_t **bytes, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t n = 1;
	int e = 0;

	*bytes = NULL;
	*len = 0;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		e = -errno;
	else if (S_ISDIR(st.st_mode))
		e = -EISDIR;
	else if (st.st_size > (off_t)PHOTO_FILE)
		e = -EFBIG;
	else if (!(*bytes = malloc(PHOTO_FILE + 1))) /* what is not touched costs nothing */
		e = -ENOMEM;
	while (e == 0 && n > 0 && *len <= PHOTO_FILE) {
		n = read(fd, *bytes + *len, PHOTO_FILE + 1 - *len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			e = -errno;
		else
			*len += (size_t)n;
	}
	if (e == 0 && *len > PHOTO_FILE)
		e = -EFBIG;
	(void)close(fd);
	return e;
}

static bool complain(const char *path, const char *why)
{
	(void)fprintf(stderr, "station-camera: %s: %s\n", path, why);
	return false;
}

/* False: said why. */
static bool look_into(struct look *look, const char *path)
{
	uint8_t *bytes;
	size_t len;
	struct photo photo;
	enum photo_verdict v;
	const struct reading *r;
	struct image image;
	int e = read_file(path, &bytes, &len);

	if (e < 0) {
		free(bytes);
		return complain(path, strerror(-e));
	}
	v = photo_read(bytes, len, &photo);
	free(bytes);
	if (v != PHOTO_READ)
		return complain(path, photo_words(v));
	image = (struct image){photo.pixels, photo.width, photo.height, photo.width};
	e = look_at(look, &image);
	photo_free(&photo);
	if (e < 0)
		return complain(path, strerror(-e));
	r = look_reading(look);
	for (unsigned i = 0; i < r->labels; i++)
		if (reading_accepts(r, i))
			print_label(path, &r->label[i]);
	return true;
}

static int images(const struct options *o)
{
	struct look *look;
	int code = OPTIONS_FINE;

	if (look_open(&look, o->allowed, o->itf) < 0) {
		(void)complain("start", strerror(ENOMEM));
		return OPTIONS_UNREAD;
	}
	for (int i = 0; i < o->count; i++)
		if (!look_into(look, o->files[i]))
			code = OPTIONS_UNREAD;
	look_close(look);
	return code;
}

/* Until a signal ends it. */
static int live(const struct options *o)
{
	struct live_is is = {o->feed,
			     o->socket,
			     o->allowed,
			     o->itf,
			     .photo_side = SETTINGS_PHOTO_SIDE,
			     .photo_quality = SETTINGS_PHOTO_QUALITY};
	static struct setup setup;
	int e;

	if (o->mode == OPTIONS_STATION) {
		e = setup_read(&setup, o->config, o->socket, &is);
		if (e > 0)
			return e;
	}
	e = live_run(&is);
	if (e == 0)
		return OPTIONS_FINE;
	(void)complain("start", strerror(-e));
	return OPTIONS_UNREAD;
}

int main(int argc, char **argv)
{
	struct options o;
	int code = options_read(argc, argv, &o);

	if (code >= 0)
		return code;
	code = o.mode == OPTIONS_IMAGE ? images(&o) : live(&o);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		(void)complain("standard output", strerror(errno));
		code = OPTIONS_UNREAD;
	}
	return code;
}
