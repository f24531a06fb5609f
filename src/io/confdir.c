/* confdir.c - finds the settings files and drop-ins, the board file, the site key and the label
 * formats, and feeds
 * their lines to the core's reader. */
#include "confdir.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MAIN_FILE	"station.conf"
#define DROP_INS	".d" /* behind the main file's name */
#define FILE_MAX	(1024 * 1024)
#define KEY_FILE_MAX	4096
#define ENTRIES_MAX	256
#define DEVICE_TREE	"/proc/device-tree/compatible"
#define SERIAL_FILE_MAX 4096

/* Highest first. */
static const char *const places[] = {"/etc/station", "/run/station", "/usr/lib/station"};
#define PLACES	     (sizeof(places) / sizeof(places[0]))
#define LABELS	     "labels.d"
#define LABEL_PLACES 2 /* the packaged ones lie elsewhere */

struct path {
	char at[PATH_MAX];
};

struct content {
	char *at;
	size_t len;
	bool masks; /* /dev/null or empty */
	mode_t mode;
};

struct entry {
	char name[NAME_MAX + 1];
	const char *dir;
};

struct entries {
	struct entry *at;
	size_t count;
};

static void error_put(struct settings_error *error, const char *const *pieces)
{
	struct text t = text_over(error->text, sizeof(error->text));
	for (; *pieces; pieces++)
		text_put(&t, *pieces);
}

/* Fills error from the pieces; false. */
#define fail(error, ...) (error_put(error, (const char *const[]){__VA_ARGS__, NULL}), false)

static bool path_join(struct path *out, const char *a, const char *b, const char *c,
		      struct settings_error *error)
{
	struct text t = text_over(out->at, sizeof(out->at));
	text_put(&t, a);
	text_put(&t, b);
	text_put(&t, c);
	return t.full ? fail(error, a, b, c, ": this path is too long") : true;
}

/* The folder of a file, without links and dots. */
static bool path_folder(struct path *out, const char *file, struct settings_error *error)
{
	struct path name;
	if (!path_join(&name, file, "", "", error))
		return false;
	char *slash = strrchr(name.at, '/');
	if (slash)
		slash[slash == name.at ? 1 : 0] = '\0';
	if (!realpath(slash ? name.at : ".", out->at))
		return fail(error, file, ": its folder: ", strerror(errno));
	return true;
}

/* A setting that names a path: taken from folder when it is relative. */
static bool path_settle(char path[SETTINGS_PATH], const char *folder, struct settings_error *error)
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
static bool content_read(struct content *c, const char *path, size_t max,
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
			   max == FILE_MAX ? "1 MiB" : "4 KiB", " is read");
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

static bool feed_lines(struct settings_reader *r, const struct content *c,
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

static bool feed_settings(struct settings *s, const char *path, bool can_mask,
			  struct settings_error *error)
{
	struct content c;
	struct settings_reader r;
	if (!content_read(&c, path, FILE_MAX, error))
		return false;
	bool ok = true;
	if (!c.masks) {
		settings_reader_init(&r, s, path);
		ok = feed_lines(&r, &c, error);
	} else if (!can_mask && !S_ISREG(c.mode)) {
		ok = fail(error, path, ": not a regular file");
	}
	free(c.at);
	return ok;
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
static bool entries_add(struct entries *list, const char *dir, const char *suffix,
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

static bool entries_open(struct entries *list, struct settings_error *error)
{
	list->count = 0;
	list->at = calloc(ENTRIES_MAX, sizeof(*list->at));
	return list->at ? true : fail(error, strerror(ENOMEM));
}

static void entries_sort(struct entries *list)
{
	qsort(list->at, list->count, sizeof(*list->at), entry_compare);
}

/* --- settings --- */

/* The main file of the highest place that has one. */
static bool find_main(const char *root, struct path *out, struct settings_error *error)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct stat st;
		if (!path_join(out, root, places[i], "/" MAIN_FILE, error))
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
	if (!entries_open(&list, error))
		return false;
	bool ok = true;
	for (size_t i = 0; i < count && ok; i++)
		ok = entries_add(&list, dir[i].at, ".conf", error);
	entries_sort(&list);
	for (size_t i = 0; i < list.count && ok; i++)
		ok = path_join(&file, list.at[i].dir, "/", list.at[i].name, error) &&
		     feed_settings(s, file.at, true, error);
	free(list.at);
	return ok;
}

static bool settle_paths(struct settings *s, const char *folder, struct settings_error *error)
{
	char *const paths[] = {s->state_dir,  s->runtime_dir,  s->key_file,    s->expected_file,
			       s->hq.ca_file, s->hq.cert_file, s->hq.key_file, s->hq.crl_file};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!path_settle(paths[i], folder, error))
			return false;
	for (size_t i = 0; i < s->scanners; i++)
		if (!path_settle(s->scanner[i].device, folder, error))
			return false;
	return strchr(s->board, '/') ? path_settle(s->board, folder, error) : true;
}

/* The key makes commands and badges: whoever reads it can print them. */
static bool read_key(struct settings *s, struct settings_error *error)
{
	struct content c;
	if (s->key_file[0] == '\0')
		return true;
	if (!content_read(&c, s->key_file, KEY_FILE_MAX, error))
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
		if (!path_join(&main_file, path, "", "", error) ||
		    !path_join(&dir[dirs++], path, DROP_INS, "", error))
			return false;
	} else {
		if (!find_main(root, &main_file, error))
			return false;
		for (; dirs < PLACES; dirs++)
			if (!path_join(&dir[dirs], root, places[dirs], "/" MAIN_FILE DROP_INS,
				       error))
				return false;
	}
	settings_defaults(s);
	/* Paths are settled before the whole is looked at: it compares scanners' devices. */
	return path_folder(&folder, main_file.at, error) &&
	       feed_settings(s, main_file.at, false, error) && feed_drop_ins(s, dir, dirs, error) &&
	       settle_paths(s, folder.at, error) && settings_finish(s, main_file.at, error) &&
	       read_key(s, error);
}

bool confdir_settings(const char *path, struct settings *s, struct settings_error *error)
{
	return confdir_settings_under("", path, s, error);
}

/* --- the label formats --- */

static bool feed_labels(struct formats *f, const char *path, struct settings_error *error)
{
	struct formats_reader r;
	struct content c;
	bool ok = true;

	if (!content_read(&c, path, FILE_MAX, error))
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
		if (!path_folder(&folder, config, error) ||
		    !path_join(&dir[(*count)++], folder.at, "/" LABELS, "", error))
			return false;
	} else if (site) {
		for (size_t i = 0; i < LABEL_PLACES; i++)
			if (!path_join(&dir[(*count)++], root, places[i], "/" LABELS, error))
				return false;
	}
	return path_join(&dir[(*count)++], packaged, "", "", error);
}

bool confdir_labels_under(const char *root, const char *config, const char *packaged, bool site,
			  struct formats *f, struct settings_error *error)
{
	struct path dir[3], file;
	struct entries list;
	size_t dirs;

	formats_init(f);
	if (!label_folders(root, config, packaged, site, dir, &dirs, error) ||
	    !entries_open(&list, error))
		return false;
	bool ok = true;
	for (size_t i = 0; i < dirs && ok; i++)
		ok = entries_add(&list, dir[i].at, ".conf", error);
	entries_sort(&list);
	for (size_t i = 0; i < list.count && ok; i++)
		ok = path_join(&file, list.at[i].dir, "/", list.at[i].name, error) &&
		     feed_labels(f, file.at, error);
	free(list.at);
	formats_finish(f);
	return ok;
}

const char *confdir_packaged(const char *installed, char beside[CONFDIR_PATH])
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

/* --- the board --- */

static bool read_board(struct settings_board *b, const char *path, struct settings_error *error)
{
	struct content c;
	struct settings_reader r;
	struct path folder;
	if (!content_read(&c, path, FILE_MAX, error))
		return false;
	settings_reader_board(&r, b, path);
	bool ok = feed_lines(&r, &c, error) && settings_board_finish(b, path, error) &&
		  path_folder(&folder, path, error) &&
		  path_settle(b->serial_file, folder.at, error);
	free(c.at);
	return ok;
}

/* Where in the device tree's list (strings with NULs between, most specific first) text stands. */
static size_t compatible_index(const struct content *tree, const char *text, size_t text_len)
{
	size_t index = 0;
	for (size_t at = 0; at < tree->len; index++) {
		size_t len = strnlen(tree->at + at, tree->len - at);
		if (len > 0 && text_len == len && memcmp(tree->at + at, text, len) == 0)
			return index;
		at += len + 1;
	}
	return SIZE_MAX;
}

/* The best of the strings that a board file names. */
static size_t compatible_best(const struct content *tree, const char *list)
{
	size_t best = SIZE_MAX, len;
	const char *word;
	while ((len = settings_word(&list, &word)) > 0) {
		size_t index = compatible_index(tree, word, len);
		best = index < best ? index : best;
	}
	return best;
}

static bool choose_board(const struct content *tree, const struct entries *list,
			 struct settings_board *out, struct settings_error *error)
{
	size_t best = SIZE_MAX;
	struct settings_board b;
	struct path file;
	for (size_t i = 0; i < list->count; i++) {
		if (!path_join(&file, list->at[i].dir, "/", list->at[i].name, error) ||
		    !read_board(&b, file.at, error))
			return false;
		size_t index = compatible_best(tree, b.compatible);
		if (index < best) {
			best = index;
			*out = b;
		}
	}
	if (best != SIZE_MAX)
		return true;
	char name[128]; /* the list's first string, which may lack its NUL */
	size_t len = strnlen(tree->at, tree->len);
	len = len < sizeof(name) ? len : sizeof(name) - 1;
	memcpy(name, tree->at, len);
	name[len] = '\0';
	return fail(error, "no board file says compatible = ", name,
		    "; name a board in [station] with board =");
}

static bool board_by_tree(const char *root, const char *boards, struct settings_board *board,
			  struct settings_error *error)
{
	struct path tree_file;
	struct content tree;
	struct entries list;
	if (!path_join(&tree_file, root, DEVICE_TREE, "", error))
		return false;
	if (access(tree_file.at, F_OK) < 0)
		return fail(error, "this machine has no device tree that tells the board; name it "
				   "in [station], for example: board = sim");
	if (!content_read(&tree, tree_file.at, KEY_FILE_MAX, error))
		return false;
	bool ok = entries_open(&list, error);
	if (ok) {
		ok = entries_add(&list, boards, ".board", error);
		entries_sort(&list);
		ok = ok && choose_board(&tree, &list, board, error);
		free(list.at);
	}
	free(tree.at);
	return ok;
}

/* Says which boards there are. */
static bool no_such_board(const char *name, const char *boards, struct settings_error *error)
{
	struct entries list;
	if (!entries_open(&list, error))
		return false;
	bool listed = entries_add(&list, boards, ".board", error);
	entries_sort(&list);
	if (listed) {
		struct text t = text_over(error->text, sizeof(error->text));
		text_put(&t, "no board '");
		text_put(&t, name);
		text_put(&t, "' in ");
		text_put(&t, boards);
		text_put(&t, list.count ? "; there are:" : "; there is none at all");
		for (size_t i = 0; i < list.count; i++) {
			text_char(&t, ' ');
			text_bytes(&t, list.at[i].name, strlen(list.at[i].name) - strlen(".board"));
		}
	}
	free(list.at);
	return false;
}

/* The first line of the file that holds the board's serial number (the device tree ends it with a
 * NUL). */
static bool read_serial(const char *path, char serial[65], struct settings_error *error)
{
	struct content c;
	if (!content_read(&c, path, SERIAL_FILE_MAX, error))
		return false;
	size_t from = 0, to = 0;
	while (to < c.len && c.at[to] != '\n' && c.at[to] != '\0')
		to++;
	while (from < to && strchr(" \t\r", c.at[from]))
		from++;
	while (to > from && strchr(" \t\r", c.at[to - 1]))
		to--;
	bool ok = to > from && to - from <= 64;
	for (size_t i = from; i < to && ok; i++)
		ok = c.at[i] >= ' ' && c.at[i] <= '~';
	if (ok) {
		memcpy(serial, c.at + from, to - from);
		serial[to - from] = '\0';
	} else {
		(void)fail(
			error, path,
			": no serial number in its first line; 1 to 64 printable characters are meant");
	}
	free(c.at);
	return ok;
}

bool confdir_board_under(const char *root, const struct settings *s, const char *boards,
			 struct settings_board *board, char serial[65],
			 struct settings_error *error)
{
	struct path name, file;
	if (s->board[0] == '\0') {
		if (!board_by_tree(root, boards, board, error))
			return false;
	} else if (strchr(s->board, '/')) {
		if (!read_board(board, s->board, error))
			return false;
	} else {
		if (!path_join(&name, boards, "/", s->board, error) ||
		    !path_join(&file, name.at, ".board", "", error))
			return false;
		if (access(file.at, F_OK) < 0)
			return no_such_board(s->board, boards, error);
		if (!read_board(board, file.at, error))
			return false;
	}
	if (board->serial_file[0] != '\0')
		return read_serial(board->serial_file, serial, error);
	(void)text_copy(serial, 65, board->serial);
	return true;
}

bool confdir_board(const struct settings *s, const char *boards, struct settings_board *board,
		   char serial[65], struct settings_error *error)
{
	return confdir_board_under("", s, boards, board, serial, error);
}
