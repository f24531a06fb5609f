/* photos_folder.c - names in the folder of photos (photos_folder.h). */
#include "photos_folder.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

bool photos_folder_path(const char *dir, const char *name, char path[PHOTOS_PATH])
{
	struct text t = text_over(path, PHOTOS_PATH);

	text_put(&t, dir);
	text_char(&t, '/');
	text_put(&t, name);
	return !t.full;
}

int photos_folder_open(const char *dir, const char *name)
{
	char path[PHOTOS_PATH];
	int fd;

	if (!photos_folder_path(dir, name, path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

void photos_folder_name(const char *sha256, bool hidden, char out[PHOTOS_NAME])
{
	struct text t = text_over(out, PHOTOS_NAME);

	text_put(&t, hidden ? "." : "");
	text_put(&t, sha256);
	text_put(&t, PHOTOS_SUFFIX);
}

bool photos_folder_holds(int folder, const char *name, struct stat *st)
{
	const char *hash = name + (name[0] == '.');

	return strspn(hash, "0123456789abcdef") == PHOTOS_HASH &&
	       strcmp(hash + PHOTOS_HASH, PHOTOS_SUFFIX) == 0 &&
	       fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode);
}

bool photos_folder_is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec < b->st_mtim.tv_sec
						      : a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}
