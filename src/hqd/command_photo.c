/* command_photo.c - `hqd photo`: the photos that stations told of, or one of them. */
#include "album.h"
#include "command.h"
#include "io/log.h"
#include "station/text.h"
#include "store_photo.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

static bool print_photo(void *user, const struct store_photo *p)
{
	char at[32];
	struct text t = text_over(at, sizeof(at));

	(void)user;
	if (p->kept_ms)
		text_time(&t, p->kept_ms);
	else
		text_put(&t, "missing");
	return printf("%s\t%" PRIu64 "\t%s\t%s\t%s\n", p->sha256, p->bytes, p->station,
		      p->inspection[0] ? p->inspection : "-", at) > 0;
}

static int list(const struct options *o)
{
	struct store *s = command_store(o, false);

	if (!s)
		return OPTIONS_GONE;
	int err = store_photo_each(s, print_photo, NULL);
	store_close(s);
	if (err < 0)
		log_error("can't read %s: %s", o->db, strerror(-err));
	return command_flushed(err < 0 ? OPTIONS_GONE : OPTIONS_FINE);
}

static int copy_out(int fd)
{
	static char block[BLOCK];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		if (fwrite(block, 1, (size_t)n, stdout) != (size_t)n)
			return 0; /* command_flushed tells */
	return n < 0 ? -errno : 0;
}

int command_photo(const struct options *o)
{
	struct album album;
	uint64_t bytes = 0;

	if (!o->photo)
		return list(o);
	int fd = album_open(&album, o->db);
	if (fd == 0)
		fd = album_read(&album, o->photo, &bytes);
	if (fd < 0) {
		log_error("the photo %s: %s", o->photo,
			  fd == -ENOENT ? "it is not here" : strerror(-fd));
		return fd == -ENOENT ? OPTIONS_WRONG : OPTIONS_GONE;
	}
	int err = copy_out(fd);
	(void)close(fd);
	if (err < 0)
		log_error("the photo %s: %s", o->photo, strerror(-err));
	return command_flushed(err < 0 ? OPTIONS_GONE : OPTIONS_FINE);
}
