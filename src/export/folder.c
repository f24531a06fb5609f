/* folder.c - the folder of an export on a stick (folder.h). */
#include "folder.h"
#include "io/stickfile.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PART	  ".part" /* ends the name of a folder that is not finished */
#define TRIES	  100	  /* exports of one second */
#define LEFT_MOST 1000	  /* folders that are looked at */
#define FILE_MOST 100000  /* files of a folder that are removed */

static int failed(struct folder *f, const char *what, const char *name)
{
	int error = errno;

	(void)snprintf(f->why, sizeof(f->why), "%s %.100s: %s", what, name,
		       error == ENOTDIR || error == ELOOP
			       ? "something that is no folder has this name"
			       : strerror(error));
	return -error;
}

static int open_folder(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Removes a folder with its files, and folders in it, so deep; what else is in it stays, and so
 * does the folder. */
static void remove_folder(int at, const char *name, int depth)
{
	DIR *d = stickfile_list(at, name);
	const struct dirent *e;

	for (int n = 0; d && n < FILE_MOST && (e = readdir(d)) != NULL; n++)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    unlinkat(dirfd(d), e->d_name, 0) < 0 && depth > 0)
			remove_folder(dirfd(d), e->d_name, depth - 1);
	if (d)
		(void)closedir(d);
	(void)unlinkat(at, name, AT_REMOVEDIR);
}

static bool is_unfinished(const char *name)
{
	size_t len = strlen(name), end = strlen(PART);

	return name[0] == '.' && len > end + 1 && len < FOLDER_NAME &&
	       strcmp(name + len - end, PART) == 0;
}

/* What a stick that was pulled midway still holds. */
static void remove_unfinished(struct folder *f)
{
	DIR *d = stickfile_list(f->station, ".");
	const struct dirent *e;

	for (int n = 0; d && n < LEFT_MOST && (e = readdir(d)) != NULL; n++)
		if (is_unfinished(e->d_name))
			remove_folder(f->station, e->d_name, 1);
	if (d)
		(void)closedir(d);
}

static int open_station(struct folder *f, const char *dir, const char *station)
{
	int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (top < 0)
		return failed(f, "can't open", dir);
	if (mkdirat(top, station, 0755) < 0 && errno != EEXIST)
		rc = failed(f, "can't make the folder", station);
	if (!rc && (f->station = open_folder(top, station)) < 0)
		rc = failed(f, "can't open the folder", station);
	(void)close(top);
	if (!rc && flock(f->station, LOCK_EX | LOCK_NB) < 0) {
		(void)snprintf(f->why, sizeof(f->why), "another export is being written to %.100s",
			       station);
		rc = -EBUSY;
	}
	return rc;
}

/* 2026-11-23_08-00-00Z, and -2 and so on behind it when there is one already. */
static void give_name(struct folder *f, int64_t now_ms, unsigned n)
{
	char at[32];
	struct text t = text_over(at, sizeof(at)), name = text_over(f->name, sizeof(f->name)),
		    temporary = text_over(f->temporary, sizeof(f->temporary));

	text_time(&t, now_ms);
	for (size_t i = 0; i < t.len && i < 19; i++) {
		if (at[i] == 'T')
			at[i] = '_';
		if (at[i] == ':')
			at[i] = '-';
	}
	text_bytes(&name, at, 19);
	text_char(&name, 'Z');
	if (n > 1) {
		text_char(&name, '-');
		text_u64(&name, n);
	}
	text_char(&temporary, '.');
	text_put(&temporary, f->name);
	text_put(&temporary, PART);
}

int folder_open(struct folder *f, const char *dir, const char *station, int64_t now_ms)
{
	int rc;

	*f = (struct folder){.station = -1, .own = -1, .sub = -1};
	rc = open_station(f, dir, station);
	if (rc) {
		folder_drop(f);
		return rc;
	}
	remove_unfinished(f);
	for (unsigned n = 1; n <= TRIES; n++) {
		give_name(f, now_ms, n);
		if (!stickfile_has(f->station, f->name) && !stickfile_has(f->station, f->temporary))
			break;
	}
	if (mkdirat(f->station, f->temporary, 0755) < 0)
		rc = failed(f, "can't make the folder", f->temporary);
	else if ((f->own = open_folder(f->station, f->temporary)) < 0)
		rc = failed(f, "can't open the folder", f->temporary);
	if (rc)
		folder_drop(f);
	return rc;
}

int folder_sub(struct folder *f, const char *name)
{
	if (mkdirat(f->own, name, 0755) < 0)
		return failed(f, "can't make the folder", name);
	f->sub = open_folder(f->own, name);
	return f->sub < 0 ? failed(f, "can't open the folder", name) : 0;
}

void folder_unsub(struct folder *f, const char *name)
{
	(void)close(f->sub);
	f->sub = -1;
	(void)unlinkat(f->own, name, AT_REMOVEDIR);
}

uint64_t folder_room(const struct folder *f)
{
	struct statvfs disk;

	return fstatvfs(f->own, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

int folder_file(struct folder *f, const char *name)
{
	int fd = openat(f->own, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	return fd < 0 ? failed(f, "can't make", name) : fd;
}

int folder_check(struct folder *f, const char *name, const uint8_t sum[32])
{
	uint8_t found[STICKFILE_SUM];
	int fd = stickfile_open(f->own, name), rc = fd;

	if (fd >= 0) {
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		rc = stickfile_hash(fd, found);
		(void)close(fd);
	}
	if (!rc && memcmp(found, sum, sizeof(found)) == 0)
		return 0;
	(void)snprintf(
		f->why, sizeof(f->why),
		"%.100s does not come back as it was written: the stick is broken, or smaller "
		"than it says",
		name);
	return rc < 0 ? rc : -EIO;
}

void folder_remove(struct folder *f, const char *name)
{
	(void)unlinkat(f->own, name, 0);
}

int folder_close_file(int fd)
{
	int rc = fsync(fd) < 0 ? -errno : 0;

	if (close(fd) < 0 && !rc)
		rc = -errno;
	return rc;
}

/* Some file systems have no sync of a folder. */
static int sync_folder(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP ? -errno : 0;
}

int folder_finish(struct folder *f)
{
	int rc = f->sub < 0 ? 0 : sync_folder(f->sub);

	if (!rc)
		rc = sync_folder(f->own);
	/* not every file system knows RENAME_NOREPLACE */
	if (!rc && stickfile_has(f->station, f->name))
		rc = -EEXIST;
	if (!rc && renameat(f->station, f->temporary, f->station, f->name) < 0)
		rc = -errno;
	if (!rc) {
		(void)close(f->own);
		f->own = -1;
		rc = sync_folder(f->station);
	}
	if (rc) {
		errno = -rc;
		(void)failed(f, "can't finish", f->name);
	}
	return rc;
}

void folder_drop(struct folder *f)
{
	if (f->sub >= 0)
		(void)close(f->sub);
	if (f->own >= 0) {
		(void)close(f->own);
		remove_folder(f->station, f->temporary, 1);
	}
	if (f->station >= 0)
		(void)close(f->station);
	f->own = f->station = -1;
}
