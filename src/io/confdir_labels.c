/* confdir_labels.c - finds the label formats, packaged and the site's, and feeds their lines to the
 * core's reader. */
#include "confdir.h"
#include "confdir_file.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LABELS "labels.d"

/* Highest first; the packaged ones lie elsewhere. */
static const char *const places[] = {"/etc/station", "/run/station"};
#define PLACES (sizeof(places) / sizeof(places[0]))

static bool feed_labels(struct formats *f, const char *path, struct settings_error *error)
{
	struct formats_reader r;
	struct content c;
	bool ok = true;

	if (!confdir_file_read(&c, path, CONFDIR_FILE_MAX, error))
		return false;
	formats_read_init(&r, f, path);
	for (size_t at = 0; at < c.len && !c.masks && ok;) {
		const char *end = memchr(c.at + at, '\n', c.len - at);
		size_t len = end ? (size_t)(end - c.at) - at : c.len - at;

		ok = formats_read_line(&r, c.at + at, len, error);
		at += len + 1;
	}
	ok = ok && formats_read_end(&r, error);
	free(c.at);
	return ok;
}

/* The folders, highest first. */
static bool label_folders(const char *root, const char *config, const char *packaged, bool site,
			  struct path dir[3], size_t *count, struct settings_error *error)
{
	struct path folder;

	*count = 0;
	if (site && config) {
		if (!confdir_file_folder(&folder, config, error) ||
		    !confdir_file_join(&dir[(*count)++], folder.at, "/" LABELS, "", error))
			return false;
	} else if (site) {
		for (size_t i = 0; i < PLACES; i++)
			if (!confdir_file_join(&dir[(*count)++], root, places[i], "/" LABELS,
					       error))
				return false;
	}
	return confdir_file_join(&dir[(*count)++], packaged, "", "", error);
}

bool confdir_labels_under(const char *root, const char *config, const char *packaged, bool site,
			  struct formats *f, struct settings_error *error)
{
	struct path dir[3], file;
	struct entries list;
	size_t dirs;

	formats_init(f);
	if (!label_folders(root, config, packaged, site, dir, &dirs, error) ||
	    !confdir_file_open(&list, error))
		return false;
	bool ok = true;
	for (size_t i = 0; i < dirs && ok; i++)
		ok = confdir_file_add(&list, dir[i].at, ".conf", error);
	confdir_file_sort(&list);
	for (size_t i = 0; i < list.count && ok; i++)
		ok = confdir_file_join(&file, list.at[i].dir, "/", list.at[i].name, error) &&
		     feed_labels(f, file.at, error);
	free(list.at);
	formats_finish(f);
	return ok;
}

const char *confdir_labels_packaged(const char *installed, char beside[CONFDIR_PATH])
{
	ssize_t len = readlink("/proc/self/exe", beside, CONFDIR_PATH - sizeof("/" LABELS));
	char *slash;

	if (access(installed, F_OK) == 0 || len <= 0)
		return installed;
	beside[len] = '\0';
	slash = strrchr(beside, '/');
	if (!slash)
		return installed;
	memcpy(slash, "/" LABELS, sizeof("/" LABELS));
	return access(beside, F_OK) == 0 ? beside : installed;
}

bool confdir_labels(const char *config, const char *packaged, bool site, struct formats *f,
		    struct settings_error *error)
{
	return confdir_labels_under("", config, packaged, site, f, error);
}
