/* confdir_file.c - paths, whole files and folders of settings, bounded; see confdir_file.h. */
#include "confdir_file.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define ENTRIES_MAX 256

void confdir_file_error(struct settings_error *error, const char *const *pieces)
{
	struct text t = text_over(error->text, sizeof(error->text));
	for (; *pieces; pieces++)
		text_put(&t, *pieces);
}

bool confdir_file_join(struct path *out, const char *a, const char *b, const char *c,
		       struct settings_error *error)
{
	struct text t = text_over(out->at, sizeof(out->at));
	text_put(&t, a);
	text_put(&t, b);
	text_put(&t, c);
	return t.full ? fail(error, a, b, c, ": this path is too long") : true;
}

/* The folder of a file, without links and dots. */
bool confdir_file_folder(struct path *out, const char *file, struct settings_error *error)
{
	struct path name;
	if (!confdir_file_join(&name, file, "", "", error))
		return false;
	char *slash = strrchr(name.at, '/');
	if (slash)
		slash[slash == name.at ? 1 : 0] = '\0';
	if (!realpath(slash ? name.at : ".", out->at))
		return fail(error, file, ": its folder: ", strerror(errno));
	return true;
}

/* A setting that names a path: taken from folder when it is relative. */
bool confdir_file_settle(char path[SETTINGS_PATH], const char *folder, struct settings_error *error)
{
	char whole[SETTINGS_PATH];
	if (path[0] == '/' || path[0] == '\0')
		return true;
	struct text t = text_over(whole, sizeof(whole));
	text_put(&t, folder);
	if (t.len > 1)
		text_char(&t, '/');
	text_put(&t, path);
	if (t.full)
		return fail(error, folder, "/", path, ": this path is too long, at most 255 bytes");
	memcpy(path, whole, t.len + 1);
	return true;
}

/* --- reading --- */

static int read_all(int fd, struct content *c, size_t max)
{
	while (c->len <= max) {
		ssize_t n = read(fd, c->at + c->len, max + 1 - c->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		c->len += (size_t)n;
	}
	return 0;
}

/* The file in memory, to be freed by the caller (also when it masks). Opened without waiting: a
 * named pipe must not hang the start. */
bool confdir_file_read(struct content *c, const char *path, size_t max,
		       struct settings_error *error)
{
	struct stat st;
	*c = (struct content){0};
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail(error, path, ": ", strerror(errno));
	if (fstat(fd, &st) < 0) {
		(void)fail(error, path, ": ", strerror(errno));
		goto out;
	}
	c->mode = st.st_mode;
	c->masks = S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
	if (!c->masks && !S_ISREG(st.st_mode)) {
		(void)fail(error, path, ": not a regular file");
		goto out;
	}
	c->at = malloc(max + 1);
	if (!c->at) {
		(void)fail(error, path, ": ", strerror(ENOMEM));
		goto out;
	}
	int err = read_all(fd, c, max);
	if (err)
		(void)fail(error, path, ": ", strerror(-err));
	else if (c->len > max)
		(void)fail(error, path, ": too large; at most ",
			   max == CONFDIR_FILE_MAX ? "1 MiB" : "4 KiB", " is read");
	else
		goto done;
	free(c->at);
	c->at = NULL;
out:
	close(fd);
	return false;
done:
	c->masks = c->masks || c->len == 0;
	close(fd);
	return true;
}

bool confdir_file_lines(struct settings_reader *r, const struct content *c,
			struct settings_error *error)
{
	size_t at = 0;
	while (at < c->len) {
		const char *end = memchr(c->at + at, '\n', c->len - at);
		size_t len = end ? (size_t)(end - c->at) - at : c->len - at;
		if (!settings_line(r, c->at + at, len, error))
			return false;
		at += len + 1;
	}
	return true;
}

/* --- folders --- */

static bool entry_fits(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);
	return name[0] != '.' && len > tail && strcmp(name + len - tail, suffix) == 0;
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static bool entry_add(struct entries *list, const char *name, const char *dir)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->at[i].name, name) == 0)
			return true; /* a higher folder has it */
	if (list->count == ENTRIES_MAX)
		return false;
	struct entry *e = &list->at[list->count++];
	(void)text_copy(e->name, sizeof(e->name), name);
	e->dir = dir;
	return true;
}

/* Adds the names in dir that end in suffix; names that are there already stay as they are. A folder
 * that doesn't exist has none. */
bool confdir_file_add(struct entries *list, const char *dir, const char *suffix,
		      struct settings_error *error)
{
	DIR *d = opendir(dir);
	if (!d)
		return errno == ENOENT ? true : fail(error, dir, ": ", strerror(errno));
	bool ok = true;
	const struct dirent *e;
	for (errno = 0; ok && (e = readdir(d)); errno = 0)
		if (entry_fits(e->d_name, suffix) && !entry_add(list, e->d_name, dir))
			ok = fail(error, dir, ": too many files; at most 256 are read");
	if (ok && errno)
		ok = fail(error, dir, ": ", strerror(errno));
	closedir(d);
	return ok;
}

bool confdir_file_open(struct entries *list, struct settings_error *error)
{
	list->count = 0;
	list->at = calloc(ENTRIES_MAX, sizeof(*list->at));
	return list->at ? true : fail(error, strerror(ENOMEM));
}

void confdir_file_sort(struct entries *list)
{
	qsort(list->at, list->count, sizeof(*list->at), entry_compare);
}
