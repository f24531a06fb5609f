/* disk.c - what can be told of the disk under a folder (disk.h). That a card keeps what it said it
 * had, only a power cut can prove; this finds what is plainly wrong. */
#include "disk.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define APPEND 512
#define PROBE  ".doctor.tmp"

static uint64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static void insert(struct disk_look *out, uint64_t us)
{
	unsigned at = out->syncs++;
	uint32_t value = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;

	for (; at > 0 && out->sync_us[at - 1] > value; at--)
		out->sync_us[at] = out->sync_us[at - 1];
	out->sync_us[at] = value;
}

static void time_syncs(int fd, struct disk_look *out)
{
	char bytes[APPEND];

	memset(bytes, 'x', sizeof(bytes));
	while (out->syncs < DISK_SYNCS) {
		uint64_t begun = now_us();
		ssize_t n = write(fd, bytes, sizeof(bytes));

		if (n != (ssize_t)sizeof(bytes)) {
			out->write_error = n < 0 ? -errno : -ENOSPC;
			return;
		}
		if (fdatasync(fd) < 0) {
			out->sync_error = -errno;
			return;
		}
		insert(out, now_us() - begun);
	}
}

/* A file with a name: file systems don't bother to sync one that has none. What an earlier look
 * left is replaced. */
static void probe(int dir, struct disk_look *out)
{
	int fd;

	(void)unlinkat(dir, PROBE, 0);
	fd = openat(dir, PROBE, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0) {
		out->write_error = -errno;
		return;
	}
	time_syncs(fd, out);
	(void)close(fd);
	(void)unlinkat(dir, PROBE, 0);
}

/* The first line of a file, or "". */
static void read_line(const char *path, char *line, size_t cap)
{
	FILE *f = fopen(path, "re");

	line[0] = '\0';
	if (!f)
		return;
	if (!fgets(line, (int)cap, f))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	(void)fclose(f);
}

static enum disk_cache cache_of(const char *folder)
{
	char path[PATH_MAX + 32], line[32];

	(void)snprintf(path, sizeof(path), "%s/queue/write_cache", folder);
	read_line(path, line, sizeof(line));
	if (strcmp(line, "write back") == 0)
		return DISK_CACHE_BACK;
	return strcmp(line, "write through") == 0 ? DISK_CACHE_THROUGH : DISK_CACHE_UNKNOWN;
}

/* A partition's queue is its disk's, one folder up. */
static void find_device(dev_t dev, struct disk_look *out)
{
	char link[64], path[PATH_MAX];
	char *slash;

	(void)snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	if (!realpath(link, path) || !(slash = strrchr(path, '/')))
		return;
	(void)text_copy(out->device, sizeof(out->device), slash + 1);
	out->cache = cache_of(path);
	if (out->cache == DISK_CACHE_UNKNOWN) {
		*slash = '\0';
		out->cache = cache_of(path);
	}
}

static bool has_word(const char *options, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = options; (at = strstr(at, word)) != NULL; at += len)
		if ((at == options || at[-1] == ',' || at[-1] == ' ') &&
		    strchr(", \n", at[len]) != NULL)
			return true;
	return false;
}

/* A line of mountinfo: "36 35 98:0 /root /mount options - type source options". */
static void find_mount(dev_t dev, struct disk_look *out)
{
	char *line = NULL, number[32];
	size_t cap = 0;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	if (!f)
		return;
	(void)snprintf(number, sizeof(number), " %u:%u ", major(dev), minor(dev));
	while (getline(&line, &cap, f) > 0)
		if (strstr(line, number) &&
		    (has_word(line, "nobarrier") || has_word(line, "barrier=0")))
			out->barriers_off = true;
	free(line);
	(void)fclose(f);
}

int disk_look(const char *dir, struct disk_look *out)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statvfs room = {0};
	struct statfs kind = {0};
	struct stat st = {0};
	int r = 0;

	*out = (struct disk_look){0};
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || fstatvfs(fd, &room) < 0 || fstatfs(fd, &kind) < 0)
		r = -errno;
	if (r == 0) {
		out->free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
		out->free_files = room.f_favail;
		out->counts_files = room.f_files > 0;
		out->in_memory = (unsigned long)kind.f_type == TMPFS_MAGIC ||
				 (unsigned long)kind.f_type == RAMFS_MAGIC;
		find_device(st.st_dev, out);
		find_mount(st.st_dev, out);
		probe(fd, out);
	}
	(void)close(fd);
	return r;
}
