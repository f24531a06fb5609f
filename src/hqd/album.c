/* album.c - the photos that headquarters keeps (album.h). A piece is on disk before it is answered
 * for, so what is told as there survives a crash; the hash is taken of the file when all is there.
 */
#include "album.h"
#include "piece.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define NAME   (ALBUM_PATH + 160)
#define BLOCK  65536
#define PARTS  "parts"
#define SUFFIX ".jpg"

/* --- names --- */

int album_open(struct album *a, const char *db)
{
	const char *slash = strrchr(db, '/');
	struct text t = text_over(a->path, sizeof(a->path));

	if (slash)
		text_bytes(&t, db, (size_t)(slash - db) + 1);
	text_put(&t, "photos");
	return t.full ? -ENAMETOOLONG : 0;
}

static void name_folder(const struct album *a, const char *sha256, char out[NAME])
{
	(void)snprintf(out, NAME, "%s/%.2s", a->path, sha256);
}

static void name_photo(const struct album *a, const char *sha256, char out[NAME])
{
	(void)snprintf(out, NAME, "%s/%.2s/%s" SUFFIX, a->path, sha256, sha256);
}

/* The hash in front, since a station's name may be "..". */
static void name_part(const struct album *a, const struct album_piece *p, char out[NAME])
{
	(void)snprintf(out, NAME, "%s/" PARTS "/%s.%s", a->path, p->sha256, p->station);
}

static int sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		err = -errno;
	(void)close(fd);
	return err;
}

/* The folder is there, and its name is on disk. parent: the folder that it lies in. */
static int make_folder(const char *path, const char *parent)
{
	if (mkdir(path, 0750) == 0)
		return sync_folder(parent);
	return errno == EEXIST ? 0 : -errno;
}

static int make_album(const struct album *a)
{
	char parent[NAME], *slash;

	(void)snprintf(parent, sizeof(parent), "%s", a->path);
	slash = strrchr(parent, '/');
	if (slash)
		slash[slash == parent] = '\0';
	return make_folder(a->path, slash ? parent : ".");
}

static int make_parts(const struct album *a)
{
	char path[NAME];
	int err = make_album(a);

	(void)snprintf(path, sizeof(path), "%s/" PARTS, a->path);
	return err ? err : make_folder(path, a->path);
}

/* --- unfinished ones --- */

unsigned album_parts(const struct album *a)
{
	char path[NAME];
	unsigned n = 0;

	(void)snprintf(path, sizeof(path), "%s/" PARTS, a->path);
	DIR *d = opendir(path);
	if (!d)
		return 0;
	for (const struct dirent *e = readdir(d); e; e = readdir(d))
		n += strlen(e->d_name) > PIECE_HASH;
	(void)closedir(d);
	return n;
}

static bool is_of(const char *name, const char *station)
{
	return strlen(name) > PIECE_HASH && name[PIECE_HASH] == '.' &&
	       strcmp(name + PIECE_HASH + 1, station) == 0;
}

/* Takes away the station's oldest. True: there may be more than are allowed. */
static bool drop_oldest(int folder, DIR *d, const char *station)
{
	char oldest[NAME_MAX + 1] = "";
	struct timespec when = {0};
	unsigned n = 0;

	rewinddir(d);
	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		struct stat st;

		if (!is_of(e->d_name, station) || fstatat(folder, e->d_name, &st, 0) < 0)
			continue;
		n++;
		if (oldest[0] &&
		    (st.st_mtim.tv_sec > when.tv_sec ||
		     (st.st_mtim.tv_sec == when.tv_sec && st.st_mtim.tv_nsec >= when.tv_nsec)))
			continue;
		when = st.st_mtim;
		(void)text_copy(oldest, sizeof(oldest), e->d_name);
	}
	return n >= ALBUM_PARTS && unlinkat(folder, oldest, 0) == 0 && n > ALBUM_PARTS;
}

/* Room for one part more of this station. */
static void make_room(const struct album *a, const char *station)
{
	char path[NAME];

	(void)snprintf(path, sizeof(path), "%s/" PARTS, a->path);
	DIR *d = opendir(path);
	if (!d)
		return;
	while (drop_oldest(dirfd(d), d, station))
		;
	(void)closedir(d);
}

/* The part, opened. *have: its bytes; what is longer than the photo is none of it. -ENOENT: there
 * is none. */
static int open_part(const char *path, uint64_t total, uint64_t *have)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	*have = 0;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || ((uint64_t)st.st_size > total && ftruncate(fd, 0) < 0)) {
		int err = -errno;
		(void)close(fd);
		return err;
	}
	*have = (uint64_t)st.st_size > total ? 0 : (uint64_t)st.st_size;
	return fd;
}

/* An empty part, whose name is on disk. */
static int begin_part(const struct album *a, const struct album_piece *p, const char *path)
{
	char folder[NAME];
	int err = make_parts(a), fd;

	if (err)
		return err;
	make_room(a, p->station);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	(void)snprintf(folder, sizeof(folder), "%s/" PARTS, a->path);
	err = sync_folder(folder);
	if (err == 0)
		return fd;
	(void)close(fd);
	return err;
}

static int write_at(int fd, const char *bytes, size_t len, uint64_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		bytes += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return fdatasync(fd) < 0 ? -errno : 0;
}

/* --- whole ones --- */

static bool is_jpeg(const void *bytes, size_t len)
{
	return len >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0;
}

/* What all of the file is: KEPT (as its name says), HASH, KIND or FAILED. */
static enum album_verdict judge(int fd, const char *sha256, int *err)
{
	static char block[BLOCK]; /* of the one thread that writes */
	uint8_t wanted[SHA256_DIGEST_SIZE], found[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	bool jpeg = false;
	off_t at = 0;
	ssize_t n;

	sha256_init(&ctx);
	while ((n = pread(fd, block, sizeof(block), at)) > 0) {
		if (at == 0)
			jpeg = is_jpeg(block, (size_t)n);
		sha256_update(&ctx, (size_t)n, (const uint8_t *)block);
		at += n;
	}
	if (n < 0) {
		*err = -errno;
		return ALBUM_FAILED;
	}
	sha256_digest(&ctx, sizeof(found), found);
	if (!text_read_hex(sha256, PIECE_HASH, wanted, sizeof(wanted)) ||
	    memcmp(wanted, found, sizeof(found)) != 0)
		return ALBUM_HASH;
	return jpeg ? ALBUM_KEPT : ALBUM_KIND;
}

static int move_in(const struct album *a, const char *sha256, const char *part)
{
	char folder[NAME], photo[NAME];
	int err;

	name_folder(a, sha256, folder);
	name_photo(a, sha256, photo);
	err = make_folder(folder, a->path);
	if (err)
		return err;
	if (rename(part, photo) < 0)
		return -errno;
	return sync_folder(folder);
}

static enum album_verdict finish(const struct album *a, const struct album_piece *p,
				 const char *part, int fd, int *err)
{
	enum album_verdict v = judge(fd, p->sha256, err);

	if (v == ALBUM_KEPT) {
		*err = move_in(a, p->sha256, part);
		return *err ? ALBUM_FAILED : ALBUM_KEPT;
	}
	if (v != ALBUM_FAILED)
		(void)unlink(part);
	return v;
}

int album_read(const struct album *a, const char *sha256, uint64_t *bytes)
{
	char path[NAME];
	struct stat st;
	int fd, err = 0;

	name_photo(a, sha256, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -ENOENT;
	if (err) {
		(void)close(fd);
		return err;
	}
	*bytes = (uint64_t)st.st_size;
	return fd;
}

/* --- a piece --- */

static bool is_kept(const struct album *a, const struct album_piece *p)
{
	char folder[NAME];
	uint64_t bytes = 0;
	int fd = album_read(a, p->sha256, &bytes);

	if (fd < 0)
		return false;
	(void)close(fd);
	name_folder(a, p->sha256, folder);
	/* It may have been moved there just before a crash. */
	return bytes == p->total && sync_folder(folder) == 0;
}

/* What did not fit is cut off; after another fault nobody knows what of it is on disk. */
static void give_up(const char *path, int fd, uint64_t before, int err)
{
	struct stat st;
	bool full = err == -ENOSPC || err == -EDQUOT;

	if (full && fstat(fd, &st) == 0 &&
	    ((uint64_t)st.st_size == before || ftruncate(fd, (off_t)before) == 0))
		return;
	(void)unlink(path);
}

static enum album_verdict add(const struct album *a, const struct album_piece *p, const char *path,
			      int fd, uint64_t *have, int *err)
{
	uint64_t before = *have;

	if (p->from == 0 && !is_jpeg(p->bytes, p->len) && p->len >= 3) {
		(void)unlink(path);
		return ALBUM_KIND;
	}
	*err = p->len > 0 ? write_at(fd, p->bytes, p->len, p->from) : 0;
	if (*err) {
		give_up(path, fd, before, *err);
		return ALBUM_FAILED;
	}
	*have = p->from + p->len;
	return *have == p->total ? finish(a, p, path, fd, err) : ALBUM_PART;
}

/* The database is on the same disk, and events come first. */
static bool has_room(int fd, size_t len)
{
	struct statvfs disk;
	uint64_t free, stays;

	if (fstatvfs(fd, &disk) < 0)
		return true; /* whoever writes finds out */
	free = (uint64_t)disk.f_bavail * disk.f_frsize;
	stays = (uint64_t)disk.f_blocks * disk.f_frsize / 20;
	return free >= len + (stays < ALBUM_FREE ? stays : ALBUM_FREE);
}

enum album_verdict album_put(const struct album *a, const struct album_piece *p, uint64_t *have,
			     int *err)
{
	char path[NAME];
	enum album_verdict v;
	int fd;

	*have = 0;
	*err = 0;
	name_part(a, p, path);
	if (is_kept(a, p)) {
		(void)unlink(path);
		*have = p->total;
		return ALBUM_KEPT;
	}
	fd = open_part(path, p->total, have);
	if (fd >= 0 && p->whole) {
		*err = ftruncate(fd, 0) < 0 ? -errno : 0;
		*have = 0;
	}
	if (fd == -ENOENT && p->len == 0)
		return ALBUM_PART;
	if (fd == -ENOENT && p->from == 0)
		fd = begin_part(a, p, path);
	if (fd == -ENOENT)
		return ALBUM_GAP;
	if (fd < 0 || *err) {
		*err = fd < 0 ? fd : *err;
		v = ALBUM_FAILED;
	} else if (p->len == 0 && *have < p->total) {
		v = ALBUM_PART;
	} else if (p->len > 0 && p->from != *have) {
		v = ALBUM_GAP;
	} else if (p->len > 0 && !has_room(fd, p->len)) {
		*err = -ENOSPC;
		v = ALBUM_FAILED;
	} else {
		struct album_piece rest = *p;

		rest.from = *have; /* of a question: all is there, and was not looked at yet */
		v = add(a, &rest, path, fd, have, err);
	}
	if (fd >= 0)
		(void)close(fd);
	if (p->whole && v != ALBUM_KEPT) /* nobody goes on with it */
		(void)unlink(path);
	return v;
}
