/* photos_line.c - the folder of photos as the line to headquarters sees it: what waits there, and
 * what is delivered (photos.h). */
#include "photos_folder.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int photos_line_next(const char *dir, bool (*skip)(void *user, const char *sha256), void *user,
		     char sha256[PHOTOS_HASH + 1], uint64_t *bytes)
{
	int fd = photos_folder_open(dir, PHOTOS_OUTBOX);
	struct stat oldest = {.st_size = 0};
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		int err = fd < 0 ? fd : -errno;

		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		char hash[PHOTOS_HASH + 1];
		struct stat st;

		if (e->d_name[0] == '.' || !photos_folder_holds(fd, e->d_name, &st) ||
		    st.st_size <= 0 ||
		    (oldest.st_size > 0 && !photos_folder_is_older(&st, &oldest)))
			continue;
		memcpy(hash, e->d_name, PHOTOS_HASH);
		hash[PHOTOS_HASH] = '\0';
		if (skip && skip(user, hash))
			continue;
		oldest = st;
		memcpy(sha256, hash, sizeof(hash));
	}
	(void)closedir(d);
	*bytes = (uint64_t)oldest.st_size;
	return oldest.st_size > 0 ? 0 : -ENOENT;
}

static int read_all(int fd, char *at, size_t len, uint64_t from)
{
	while (len > 0) {
		ssize_t n = pread(fd, at, len, (off_t)from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENODATA;
		at += n;
		from += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int photos_line_read(const char *dir, const char *sha256, uint64_t from, void *buf, size_t len)
{
	char name[PHOTOS_NAME];
	int folder = photos_folder_open(dir, PHOTOS_OUTBOX), fd, err;

	if (folder < 0)
		return folder;
	photos_folder_name(sha256, false, name);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	err = fd < 0 ? -errno : read_all(fd, buf, len, from);
	(void)close(folder);
	if (fd >= 0)
		(void)close(fd);
	return err;
}

/* Both folders, or -errno and none. */
static int both_open(const char *dir, int *outbox, int *folder)
{
	*folder = photos_folder_open(dir, PHOTOS_FOLDER);
	if (*folder < 0)
		return *folder;
	*outbox = photos_folder_open(dir, PHOTOS_OUTBOX);
	if (*outbox < 0)
		(void)close(*folder);
	return *outbox < 0 ? *outbox : 0;
}

int photos_line_delivered(const char *dir, const char *sha256)
{
	char name[PHOTOS_NAME];
	int outbox, folder, err = both_open(dir, &outbox, &folder);

	if (err)
		return err;
	photos_folder_name(sha256, false, name);
	if ((renameat(outbox, name, folder, name) < 0 && errno != ENOENT) || fsync(folder) < 0 ||
	    fsync(outbox) < 0)
		err = -errno;
	(void)close(outbox);
	(void)close(folder);
	return err;
}

int photos_line_again(const char *dir)
{
	int outbox, folder, err = both_open(dir, &outbox, &folder);
	DIR *d;

	if (err)
		return err == -ENOENT ? 0 : err;
	d = fdopendir(folder);
	if (!d)
		err = -errno;
	for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
		struct stat st;

		if (photos_folder_holds(folder, e->d_name, &st) &&
		    renameat(folder, e->d_name, outbox, e->d_name) < 0 && errno != ENOENT)
			err = -errno;
	}
	(void)close(outbox);
	if (d)
		(void)closedir(d);
	else
		(void)close(folder);
	return err;
}
