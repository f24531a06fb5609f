/* stickfile.c - files and folders of a stick that anybody may have written (stickfile.h). */
#include "stickfile.h"
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536
#define PART  128 /* bytes of a folder's name */

bool stickfile_has(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int stickfile_folder(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

DIR *stickfile_list(int at, const char *name)
{
	int fd = stickfile_folder(at, name);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		(void)close(fd);
	return d;
}

static int open_at(int at, const char *name)
{
	struct stat st;
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : 0;

	if (!rc && fstat(fd, &st) < 0)
		rc = -errno;
	else if (!rc && !S_ISREG(st.st_mode))
		rc = -EINVAL;
	if (rc && fd >= 0)
		(void)close(fd);
	return rc ? rc : fd;
}

int stickfile_open(int at, const char *name)
{
	const char *slash = strchr(name, '/');
	char part[PART];
	int sub, fd;

	if (!slash)
		return open_at(at, name);
	if ((size_t)(slash - name) >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, name, (size_t)(slash - name));
	part[slash - name] = '\0';
	sub = stickfile_folder(at, part);
	if (sub < 0)
		return sub;
	fd = open_at(sub, slash + 1);
	(void)close(sub);
	return fd;
}

ssize_t stickfile_read(int fd, void *buf, size_t len)
{
	size_t all = 0;

	while (all < len) {
		ssize_t n = read(fd, (char *)buf + all, len - all);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		all += (size_t)n;
	}
	return (ssize_t)all;
}

int stickfile_whole(int at, const char *name, size_t most, uint8_t **bytes, size_t *len)
{
	int fd = stickfile_open(at, name);
	ssize_t n = -ENOMEM;

	*bytes = NULL;
	*len = 0;
	if (fd < 0)
		return fd;
	*bytes = malloc(most + 1);
	if (*bytes)
		n = stickfile_read(fd, *bytes, most + 1);
	(void)close(fd);
	if (n >= 0 && (size_t)n <= most) {
		*len = (size_t)n;
		return 0;
	}
	free(*bytes);
	*bytes = NULL;
	return n < 0 ? (int)n : -EFBIG;
}

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int stickfile_put(int at, const char *name, const void *bytes, size_t len)
{
	char temporary[PART];
	int fd, rc, n = snprintf(temporary, sizeof(temporary), ".%s.part", name);

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	if (unlinkat(at, temporary, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(at, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, bytes, len);
	if (!rc && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && !rc)
		rc = -errno;
	if (!rc && renameat(at, temporary, at, name) < 0)
		rc = -errno;
	if (rc)
		(void)unlinkat(at, temporary, 0);
	else if (fsync(at) < 0 && errno != EINVAL && errno != ENOTSUP)
		rc = -errno; /* some file systems have no sync of a folder */
	return rc;
}

int stickfile_copy(int fd, int to, uint64_t most, uint8_t sum[STICKFILE_SUM])
{
	uint8_t *piece = malloc(PIECE);
	struct sha256_ctx sha;
	ssize_t n = -ENOMEM;

	sha256_init(&sha);
	while (piece && (n = stickfile_read(fd, piece, PIECE)) > 0) {
		int rc = (uint64_t)n > most ? -EFBIG : 0;

		most -= rc ? 0 : (uint64_t)n;
		if (!rc && to >= 0)
			rc = write_all(to, piece, (size_t)n);
		if (rc) {
			n = rc;
			break;
		}
		sha256_update(&sha, (size_t)n, piece);
	}
	sha256_digest(&sha, STICKFILE_SUM, sum);
	free(piece);
	return n < 0 ? (int)n : 0;
}

int stickfile_hash(int fd, uint8_t sum[STICKFILE_SUM])
{
	return stickfile_copy(fd, -1, UINT64_MAX, sum);
}
