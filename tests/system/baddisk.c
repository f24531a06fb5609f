/* baddisk.c - preloaded into a program: its disk under $BADDISK_DIR stalls, is slow, full or broken
 * at a test's word. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* $BADDISK_CONTROL: a file. Who holds it locked (LOCK_EX) stalls every sync; its content "full",
 * "eio" or "rofs" makes writes fail ("full" also leaves no room, "tight" only that), "nosync" makes
 * syncs do nothing, "lies" keeps zeros instead of what is written. $BADDISK_DELAY_US: how long
 * every sync takes at least, as on a card; without a control file nothing but a sync is touched, so
 * that a program is not measured slower for writing in more pieces. */

static int is_ours(int fd)
{
	const char *dir = getenv("BADDISK_DIR");
	char link[64], path[PATH_MAX];

	if (dir == NULL)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return 0;
	path[len] = '\0';
	return strncmp(path, dir, strlen(dir)) == 0;
}

static int is_controlled(int fd)
{
	return getenv("BADDISK_CONTROL") != NULL && is_ours(fd);
}

static int open_control(void)
{
	const char *control = getenv("BADDISK_CONTROL");
	return control == NULL ? -1 : open(control, O_RDONLY | O_CLOEXEC);
}

static void read_word(char word[8])
{
	int fd = open_control();

	memset(word, 0, 8);
	if (fd < 0)
		return;
	if (read(fd, word, 7) < 0)
		word[0] = '\0';
	close(fd);
}

/* The errno that the control file asks for, or 0. */
static int asked_errno(void)
{
	char word[8];

	read_word(word);
	if (strncmp(word, "full", 4) == 0)
		return ENOSPC;
	if (strncmp(word, "eio", 3) == 0)
		return EIO;
	return strncmp(word, "rofs", 4) == 0 ? EROFS : 0;
}

static int refused(int fd)
{
	int saved = errno;
	int error = is_controlled(fd) ? asked_errno() : 0;

	errno = error ? error : saved;
	return error != 0;
}

/* A stick that is smaller than it says: it takes bytes and does not keep them. */
static const char nothing[1 << 17];

static int lies(int fd)
{
	char word[8];

	if (!is_controlled(fd))
		return 0;
	read_word(word);
	return strncmp(word, "lies", 4) == 0;
}

static void stall(void)
{
	int fd = open_control();

	if (fd < 0)
		return;
	while (flock(fd, LOCK_SH) < 0 && errno == EINTR)
		;
	close(fd);
}

/* Until a sync that began then has taken as long as it should. */
static void linger(const struct timespec *begun)
{
	const char *delay = getenv("BADDISK_DELAY_US");
	struct timespec end = *begun;
	long us = delay != NULL ? strtol(delay, NULL, 10) : 0;

	if (us <= 0)
		return;
	end.tv_sec += us / 1000000;
	end.tv_nsec += us % 1000000 * 1000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

static int sync_ours(int (*real)(int), int fd)
{
	struct timespec begun;
	char word[8];
	int result;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	stall();
	read_word(word);
	if (strncmp(word, "nosync", 6) == 0)
		return 0;
	/* A full disk still syncs; a broken one does not. */
	if (strncmp(word, "eio", 3) == 0) {
		errno = EIO;
		return -1;
	}
	result = real(fd);
	if (result == 0)
		linger(&begun);
	return result;
}

static int sync_file(const char *name, int fd)
{
	int (*real)(int);

	*(void **)&real = dlsym(RTLD_NEXT, name);
	return is_ours(fd) ? sync_ours(real, fd) : real(fd);
}

int fsync(int fd)
{
	return sync_file("fsync", fd);
}

int fdatasync(int fd)
{
	return sync_file("fdatasync", fd);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "write");
	return refused(fd) ? -1 : real(fd, lies(fd) && len <= sizeof(nothing) ? nothing : buf, len);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pwrite");
	return refused(fd) ? -1 : real(fd, buf, len, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
	return refused(fd) ? -1 : real(fd, buf, len, at);
}

int ftruncate(int fd, off_t len)
{
	static int (*real)(int, off_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "ftruncate");
	return refused(fd) ? -1 : real(fd, len);
}

int fallocate(int fd, int mode, off_t at, off_t len)
{
	static int (*real)(int, int, off_t, off_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fallocate");
	return refused(fd) ? -1 : real(fd, mode, at, len);
}

int fstatvfs(int fd, struct statvfs *st)
{
	static int (*real)(int, struct statvfs *);
	char word[8];
	int r;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fstatvfs");
	r = real(fd, st);
	if (r == 0 && is_controlled(fd)) {
		read_word(word);
		if (strncmp(word, "full", 4) == 0 || strncmp(word, "tight", 5) == 0)
			st->f_bavail = 0;
	}
	return r;
}
