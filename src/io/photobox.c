/* photobox.c - the folder of evidence photos as the line to headquarters sees it (photobox.h). */
#include "photobox.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "photos"
#define OUTBOX "photos/outbox"
#define SUFFIX ".jpg"
#define PATH   4096

/* An open folder under dir, or -errno. */
static int folder_open(const char *dir, const char *name)
{
	char path[PATH];
	struct text t = text_over(path, sizeof(path));
	int fd;

	text_put(&t, dir);
	text_char(&t, '/');
	text_put(&t, name);
	if (t.full)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void name_of(const char *sha256, char out[PHOTOBOX_HASH + sizeof(SUFFIX)])
{
	struct text t = text_over(out, PHOTOBOX_HASH + sizeof(SUFFIX));

	text_put(&t, sha256);
	text_put(&t, SUFFIX);
}

static bool is_photo(const char *name, char sha256[PHOTOBOX_HASH + 1])
{
	if (strspn(name, "0123456789abcdef") != PHOTOBOX_HASH ||
	    strcmp(name + PHOTOBOX_HASH, SUFFIX) != 0)
		return false;
	memcpy(sha256, name, PHOTOBOX_HASH);
	sha256[PHOTOBOX_HASH] = '\0';
	return true;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

int photobox_next(const char *dir, bool (*skip)(void *user, const char *sha256), void *user,
		  char sha256[PHOTOBOX_HASH + 1], uint64_t *bytes)
{
	int fd = folder_open(dir, OUTBOX);
	struct timespec oldest = {0};
	bool found = false;
	DIR *d;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		int err = -errno;
		(void)close(fd);
		return err;
	}
	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		char name[PHOTOBOX_HASH + 1];
		struct stat st;

		if (!is_photo(e->d_name, name) ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
		    st.st_size <= 0 || (found && !is_older(&st.st_mtim, &oldest)) ||
		    (skip && skip(user, name)))
			continue;
		found = true;
		oldest = st.st_mtim;
		*bytes = (uint64_t)st.st_size;
		memcpy(sha256, name, sizeof(name));
	}
	(void)closedir(d);
	return found ? 0 : -ENOENT;
}

int photobox_read(const char *dir, const char *sha256, uint64_t from, void *buf, size_t len)
{
	char name[PHOTOBOX_HASH + sizeof(SUFFIX)], *at = buf;
	int folder = folder_open(dir, OUTBOX), fd, err = 0;

	if (folder < 0)
		return folder;
	name_of(sha256, name);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		err = -errno;
	(void)close(folder);
	while (err == 0 && len > 0) {
		ssize_t n = pread(fd, at, len, (off_t)from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err = n < 0 ? -errno : -ENODATA;
			break;
		}
		at += n;
		from += (uint64_t)n;
		len -= (size_t)n;
	}
	if (fd >= 0)
		(void)close(fd);
	return err;
}

int photobox_delivered(const char *dir, const char *sha256)
{
	char name[PHOTOBOX_HASH + sizeof(SUFFIX)];
	int from = folder_open(dir, OUTBOX), to = folder_open(dir, FOLDER), err = 0;

	name_of(sha256, name);
	if (from < 0 || to < 0)
		err = from < 0 ? from : to;
	else if (renameat(from, name, to, name) < 0 && errno != ENOENT)
		err = -errno;
	else if (fsync(to) < 0 || fsync(from) < 0)
		err = -errno;
	if (from >= 0)
		(void)close(from);
	if (to >= 0)
		(void)close(to);
	return err;
}

static int move_all(DIR *d, int from, int to)
{
	int err = 0;

	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		char name[PHOTOBOX_HASH + 1];

		if (is_photo(e->d_name, name) && renameat(from, e->d_name, to, e->d_name) < 0 &&
		    errno != ENOENT)
			err = -errno;
	}
	return err;
}

int photobox_again(const char *dir)
{
	int from = folder_open(dir, FOLDER), to = folder_open(dir, OUTBOX), err = 0;
	DIR *d = from < 0 || to < 0 ? NULL : fdopendir(from);

	if (!d)
		err = from == -ENOENT || to == -ENOENT ? 0 : from < 0 ? from : to < 0 ? to : -errno;
	else
		err = move_all(d, from, to);
	if (d)
		(void)closedir(d);
	else if (from >= 0)
		(void)close(from);
	if (to >= 0)
		(void)close(to);
	return err;
}
