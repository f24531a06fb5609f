/* photos.c - evidence photos beside the journal (photos.h). */
#include "photos_folder.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define COMING	".tmp-photo" /* one is written at a time */
#define CHUNK	65536
#define PRIVATE 0750

static int folder_make(const char *dir, const char *name)
{
	char path[PHOTOS_PATH];

	if (!photos_folder_path(dir, name, path))
		return -ENAMETOOLONG;
	return mkdir(path, PRIVATE) < 0 && errno != EEXIST ? -errno : 0;
}

int photos_open(const char *dir)
{
	int e = folder_make(dir, PHOTOS_FOLDER), fd;

	if (e == 0)
		e = folder_make(dir, PHOTOS_OUTBOX);
	fd = e < 0 ? e : photos_folder_open(dir, PHOTOS_OUTBOX);
	if (fd < 0)
		return fd;
	if (unlinkat(fd, COMING, 0) < 0 && errno != ENOENT)
		e = -errno;
	(void)close(fd);
	return e;
}

/* --- what is there --- */

struct tally {
	uint64_t count, bytes;
	char oldest[PHOTOS_NAME]; /* of those that are told; "" = none */
};

static int tally(const char *dir, const char *name, struct tally *out)
{
	int fd = photos_folder_open(dir, name);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct stat oldest = {0};

	*out = (struct tally){0};
	if (!d) {
		int e = fd < 0 ? fd : -errno;

		if (fd >= 0)
			(void)close(fd);
		return e == -ENOENT ? 0 : e;
	}
	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		struct stat st;

		if (!photos_folder_holds(fd, e->d_name, &st))
			continue;
		out->count++;
		out->bytes += (uint64_t)st.st_size;
		if (e->d_name[0] == '.' ||
		    (out->oldest[0] && !photos_folder_is_older(&st, &oldest)))
			continue;
		oldest = st;
		(void)text_copy(out->oldest, PHOTOS_NAME, e->d_name);
	}
	(void)closedir(d);
	return 0;
}

int photos_look(const char *dir, struct photos_usage *out)
{
	struct tally waits = {0}, delivered = {0};
	int e = tally(dir, PHOTOS_OUTBOX, &waits);

	if (e == 0)
		e = tally(dir, PHOTOS_FOLDER, &delivered);
	if (e < 0)
		return e;
	*out = (struct photos_usage){waits.count, waits.bytes, waits.bytes + delivered.bytes};
	return 0;
}

static int drop_oldest(const char *dir, const char *name, struct tally *t)
{
	int fd = t->oldest[0] ? photos_folder_open(dir, name) : -EDQUOT, e = 0;

	if (fd < 0)
		return fd;
	if (unlinkat(fd, t->oldest, 0) < 0 && errno != ENOENT)
		e = -errno;
	(void)close(fd);
	return e < 0 ? e : tally(dir, name, t);
}

static bool disk_has(const char *dir, uint64_t bytes)
{
	struct statvfs disk;
	uint64_t stays;

	if (statvfs(dir, &disk) < 0)
		return true; /* whoever writes finds out */
	stays = (uint64_t)disk.f_blocks * disk.f_frsize / 4;
	if (stays > PHOTOS_FREE)
		stays = PHOTOS_FREE;
	return (uint64_t)disk.f_bavail * disk.f_frsize >= stays + bytes;
}

/* Removes the oldest until there is room for so many bytes more: those that were delivered first.
 */
static int make_room(const char *dir, uint64_t bytes, const struct photos_room *room)
{
	struct tally waits = {0}, delivered = {0};
	int e = tally(dir, PHOTOS_OUTBOX, &waits);

	if (e == 0 && !disk_has(dir, bytes))
		return -ENOSPC;
	if (e == 0 &&
	    (bytes > room->space || (!room->no_line && waits.bytes > room->space - bytes)))
		return -EDQUOT;
	if (e == 0)
		e = tally(dir, PHOTOS_FOLDER, &delivered);
	while (e == 0 && waits.bytes + delivered.bytes > room->space - bytes) {
		if (room->no_line && !delivered.oldest[0])
			e = drop_oldest(dir, PHOTOS_OUTBOX, &waits);
		else
			e = drop_oldest(dir, PHOTOS_FOLDER, &delivered);
	}
	return e;
}

/* --- another one --- */

static int write_all(int fd, const uint8_t *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Copies it and tells its hash. A JPEG begins with FF D8 FF and ends with FF D9. */
static int copy(int from, int to, uint64_t bytes, uint8_t hash[SHA256_DIGEST_SIZE])
{
	static const uint8_t begins[3] = {0xff, 0xd8, 0xff}, ends[2] = {0xff, 0xd9};
	uint8_t buf[CHUNK], last[2] = {0, 0};
	struct sha256_ctx ctx;
	uint64_t at = 0;
	int e = bytes < 5 ? -EBADMSG : 0;

	sha256_init(&ctx);
	while (e == 0 && at < bytes) {
		size_t want = bytes - at < CHUNK ? (size_t)(bytes - at) : CHUNK;
		ssize_t n = pread(from, buf, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EBADMSG;
		if (at == 0 && (n < 3 || memcmp(buf, begins, 3) != 0))
			return -EBADMSG;
		last[0] = n > 1 ? buf[n - 2] : last[1];
		last[1] = buf[n - 1];
		sha256_update(&ctx, (size_t)n, buf);
		at += (uint64_t)n;
		e = write_all(to, buf, (size_t)n);
	}
	sha256_digest(&ctx, SHA256_DIGEST_SIZE, hash);
	return e == 0 && memcmp(last, ends, 2) != 0 ? -EBADMSG : e;
}

static int store_in(int folder, int from, uint64_t bytes, int64_t now_ms,
		    char sha256[PHOTOS_HASH + 1])
{
	const struct timespec now = {now_ms / 1000, now_ms % 1000 * 1000000};
	const struct timespec times[2] = {now, now};
	uint8_t hash[SHA256_DIGEST_SIZE];
	char name[PHOTOS_NAME];
	struct text hex = text_over(sha256, PHOTOS_HASH + 1);
	int fd, e;

	fd = openat(folder, COMING, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	e = copy(from, fd, bytes, hash);
	if (e == 0 && futimens(fd, times) < 0)
		e = -errno;
	if (e == 0 && fsync(fd) < 0)
		e = -errno;
	if (close(fd) < 0 && e == 0)
		e = -errno;
	if (e < 0)
		return e;
	text_hex(&hex, hash, sizeof(hash));
	photos_folder_name(sha256, true, name);
	if (renameat(folder, COMING, folder, name) < 0)
		return -errno;
	return fsync(folder) < 0 ? -errno : 0;
}

int photos_store(const char *dir, int fd, uint64_t bytes, const struct photos_room *room,
		 char sha256[PHOTOS_HASH + 1])
{
	int e = bytes == 0 || bytes > PHOTOS_MAX ? -EMSGSIZE : photos_open(dir), folder;

	if (e == 0)
		e = make_room(dir, bytes, room);
	folder = e < 0 ? e : photos_folder_open(dir, PHOTOS_OUTBOX);
	if (folder < 0)
		return folder;
	e = store_in(folder, fd, bytes, room->now_ms, sha256);
	if (e < 0)
		(void)unlinkat(folder, COMING, 0);
	(void)close(folder);
	return e;
}

/* --- once the journal tells of it --- */

static int show_in(int folder, const char *sha256)
{
	char hidden[PHOTOS_NAME], name[PHOTOS_NAME];

	photos_folder_name(sha256, true, hidden);
	photos_folder_name(sha256, false, name);
	return renameat(folder, hidden, folder, name) < 0 && errno != ENOENT ? -errno : 0;
}

int photos_show(const char *dir, const char *sha256)
{
	int folder = photos_folder_open(dir, PHOTOS_OUTBOX), e;

	if (folder < 0)
		return folder;
	e = show_in(folder, sha256);
	if (e == 0 && fsync(folder) < 0)
		e = -errno;
	(void)close(folder);
	return e;
}

int photos_settle(const char *dir, bool (*told)(void *user, const char *sha256, int64_t written_ms),
		  void *user)
{
	int folder = photos_folder_open(dir, PHOTOS_OUTBOX), e = 0;
	DIR *d = folder < 0 ? NULL : fdopendir(folder);

	if (!d) {
		e = folder < 0 ? folder : -errno;
		if (folder >= 0)
			(void)close(folder);
		return e == -ENOENT ? 0 : e;
	}
	for (const struct dirent *at = readdir(d); at && e == 0; at = readdir(d)) {
		char sha256[PHOTOS_HASH + 1];
		struct stat st;

		if (at->d_name[0] != '.' || !photos_folder_holds(folder, at->d_name, &st))
			continue;
		memcpy(sha256, at->d_name + 1, PHOTOS_HASH);
		sha256[PHOTOS_HASH] = '\0';
		if (told(user, sha256,
			 (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000))
			e = show_in(folder, sha256);
		else if (unlinkat(folder, at->d_name, 0) < 0 && errno != ENOENT)
			e = -errno;
	}
	if (e == 0 && fsync(folder) < 0)
		e = -errno;
	(void)closedir(d);
	return e;
}
