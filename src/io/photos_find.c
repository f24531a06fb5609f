/* photos_find.c - a photo that somebody wants to read (photos.h). */
#include "photos_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int find_in(const char *dir, const char *folder, const char *sha256, uint64_t *bytes)
{
	char name[PHOTOS_NAME];
	int at = photos_folder_open(dir, folder), fd, e = 0;
	struct stat st;

	if (at < 0)
		return at;
	photos_folder_name(sha256, false, name);
	fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		e = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size < 1 || st.st_size > PHOTOS_MAX)
		e = -ENOENT;
	else
		*bytes = (uint64_t)st.st_size;
	(void)close(at);
	if (e == 0 || fd < 0)
		return e ? e : fd;
	(void)close(fd);
	return e;
}

/* One that is delivered while we look is moved from the first folder to the second. */
int photos_find(const char *dir, const char *sha256, uint64_t *bytes)
{
	int fd = find_in(dir, PHOTOS_OUTBOX, sha256, bytes);

	if (fd == -ENOENT)
		fd = find_in(dir, PHOTOS_FOLDER, sha256, bytes);
	if (fd == -ENOENT) /* asked for again, it is moved back */
		fd = find_in(dir, PHOTOS_OUTBOX, sha256, bytes);
	return fd;
}
