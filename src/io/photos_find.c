/* photos_find.c - a photo that somebody wants to read (photos.h). */
#include "photos_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int find_in(const char *dir, const char *folder, const char *sha256, bool hidden,
		   uint64_t *bytes)
{
	char name[PHOTOS_NAME];
	int at = photos_folder_open(dir, folder), fd, e = 0;
	struct stat st;

	if (at < 0)
		return at;
	photos_folder_name(sha256, hidden, name);
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

/* One may be shown, delivered, or asked for again while we look: it is moved on, then. */
int photos_find(const char *dir, const char *sha256, uint64_t *bytes)
{
	static const struct {
		const char *folder;
		bool hidden;
	} place[] = {{PHOTOS_OUTBOX, true},
		     {PHOTOS_OUTBOX, false},
		     {PHOTOS_FOLDER, false},
		     {PHOTOS_OUTBOX, false}};
	int fd = -ENOENT;

	for (size_t i = 0; fd == -ENOENT && i < sizeof(place) / sizeof(place[0]); i++)
		fd = find_in(dir, place[i].folder, sha256, place[i].hidden, bytes);
	return fd;
}
