/* confdir.c - finds the settings file and its drop-ins and the site key, and feeds their lines to
 * the core's reader. Board and label formats are in confdir_board.c and confdir_labels.c. */
#include "confdir.h"
#include "confdir_file.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAIN_FILE    "station.conf"
#define DROP_INS     ".d" /* behind the main file's name */
#define KEY_FILE_MAX 4096

/* Highest first. */
static const char *const places[] = {"/etc/station", "/run/station", "/usr/lib/station"};
#define PLACES (sizeof(places) / sizeof(places[0]))

static bool feed_settings(struct settings *s, const char *path, bool can_mask,
			  struct settings_error *error)
{
	struct content c;
	struct settings_reader r;
	if (!confdir_file_read(&c, path, CONFDIR_FILE_MAX, error))
		return false;
	bool ok = true;
	if (!c.masks) {
		settings_reader_init(&r, s, path);
		ok = confdir_file_lines(&r, &c, error);
	} else if (!can_mask && !S_ISREG(c.mode)) {
		ok = fail(error, path, ": not a regular file");
	}
	free(c.at);
	return ok;
}

/* The main file of the highest place that has one. */
static bool find_main(const char *root, struct path *out, struct settings_error *error)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct stat st;
		if (!confdir_file_join(out, root, places[i], "/" MAIN_FILE, error))
			return false;
		if (stat(out->at, &st) == 0)
			return true;
		if (errno != ENOENT && errno != ENOTDIR)
			return fail(error, out->at, ": ", strerror(errno));
	}
	return fail(error, root, "/etc/station/" MAIN_FILE,
		    ": there is none, nor in /run/station or /usr/lib/station; it is required");
}

/* dir[] holds the drop-in folders, highest first. */
static bool feed_drop_ins(struct settings *s, const struct path *dir, size_t count,
			  struct settings_error *error)
{
	struct entries list;
	struct path file;
	if (!confdir_file_open(&list, error))
		return false;
	bool ok = true;
	for (size_t i = 0; i < count && ok; i++)
		ok = confdir_file_add(&list, dir[i].at, ".conf", error);
	confdir_file_sort(&list);
	for (size_t i = 0; i < list.count && ok; i++)
		ok = confdir_file_join(&file, list.at[i].dir, "/", list.at[i].name, error) &&
		     feed_settings(s, file.at, true, error);
	free(list.at);
	return ok;
}

static bool settle_paths(struct settings *s, const char *folder, struct settings_error *error)
{
	char *const paths[] = {s->state_dir,	 s->runtime_dir, s->key_file,	  s->reasons_file,
			       s->expected_file, s->hq.ca_file,	 s->hq.cert_file, s->hq.key_file,
			       s->hq.crl_file,	 s->encrypt_to,	 s->hq.ack_file,  s->token_file};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!confdir_file_settle(paths[i], folder, error))
			return false;
	for (size_t i = 0; i < s->scanners; i++)
		if (!confdir_file_settle(s->scanner[i].device, folder, error))
			return false;
	return strchr(s->board, '/') ? confdir_file_settle(s->board, folder, error) : true;
}

/* The key makes commands and badges: whoever reads it can print them. */
static bool read_key(struct settings *s, struct settings_error *error)
{
	struct content c;
	if (s->key_file[0] == '\0')
		return true;
	if (!confdir_file_read(&c, s->key_file, KEY_FILE_MAX, error))
		return false;
	bool ok;
	if (!S_ISREG(c.mode))
		ok = fail(error, s->key_file, ": not a regular file");
	else if (c.mode & 0007)
		ok = fail(error, s->key_file,
			  ": everybody on this machine can get at the site key; chmod 640 it");
	else if (!settings_key(c.at, c.len, s->labels.key))
		ok = fail(error, s->key_file, ": not a site key; it holds 64 hex digits");
	else
		ok = s->labels.has_key = true;
	explicit_bzero(c.at, c.len);
	free(c.at);
	return ok;
}

bool confdir_settings_under(const char *root, const char *path, struct settings *s,
			    struct settings_error *error)
{
	struct path main_file, folder, dir[PLACES];
	size_t dirs = 0;
	if (path) {
		if (!confdir_file_join(&main_file, path, "", "", error) ||
		    !confdir_file_join(&dir[dirs++], path, DROP_INS, "", error))
			return false;
	} else {
		if (!find_main(root, &main_file, error))
			return false;
		for (; dirs < PLACES; dirs++)
			if (!confdir_file_join(&dir[dirs], root, places[dirs],
					       "/" MAIN_FILE DROP_INS, error))
				return false;
	}
	settings_defaults(s);
	/* Paths are settled before the whole is looked at: it compares scanners' devices. */
	return confdir_file_folder(&folder, main_file.at, error) &&
	       feed_settings(s, main_file.at, false, error) && feed_drop_ins(s, dir, dirs, error) &&
	       settle_paths(s, folder.at, error) && settings_finish(s, main_file.at, error) &&
	       read_key(s, error);
}

bool confdir_settings(const char *path, struct settings *s, struct settings_error *error)
{
	return confdir_settings_under("", path, s, error);
}

bool confdir_there(const char *path)
{
	bool there = path != NULL;
	struct settings_error error;
	struct path file;

	for (size_t i = 0; i < PLACES && !there; i++)
		there = confdir_file_join(&file, places[i], "/" MAIN_FILE, "", &error) &&
			access(file.at, F_OK) == 0;
	return there;
}
