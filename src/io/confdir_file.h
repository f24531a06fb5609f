/* confdir_file.h - paths, whole files and folders of settings, bounded. Private to confdir*.c. All
 * that return bool: false when it failed, and error says what and where. */
#ifndef IO_CONFDIR_FILE_H
#define IO_CONFDIR_FILE_H
#include "station/settings.h"
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONFDIR_FILE_MAX (1024 * 1024)

struct path {
	char at[PATH_MAX];
};

struct content {
	char *at; /* len bytes, the caller's to free */
	size_t len;
	bool masks; /* /dev/null or empty */
	mode_t mode;
};

struct entry {
	char name[NAME_MAX + 1];
	const char *dir;
};

struct entries {
	struct entry *at; /* the caller's to free */
	size_t count;
};

void confdir_file_error(struct settings_error *error, const char *const *pieces);
/* Fills error from the pieces; false. */
#define fail(error, ...)                                                                           \
	(confdir_file_error(error, (const char *const[]){__VA_ARGS__, NULL}), false)

bool confdir_file_join(struct path *out, const char *a, const char *b, const char *c,
		       struct settings_error *error);
/* The folder of a file, without links and dots. */
bool confdir_file_folder(struct path *out, const char *file, struct settings_error *error);
/* A setting that names a path: taken from folder when it is relative. */
bool confdir_file_settle(char path[SETTINGS_PATH], const char *folder,
			 struct settings_error *error);
/* The file in memory, at most max bytes of it. */
bool confdir_file_read(struct content *c, const char *path, size_t max,
		       struct settings_error *error);
bool confdir_file_lines(struct settings_reader *r, const struct content *c,
			struct settings_error *error);
bool confdir_file_open(struct entries *list, struct settings_error *error);
/* Adds the names in dir that end in suffix; those that are there already stay as they are. A folder
 * that doesn't exist has none. */
bool confdir_file_add(struct entries *list, const char *dir, const char *suffix,
		      struct settings_error *error);
void confdir_file_sort(struct entries *list);
#endif
