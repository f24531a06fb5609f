/* confdir_board.c - chooses and reads the board file, and the board's serial number. */
#include "confdir.h"
#include "confdir_file.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE_TREE	"/proc/device-tree/compatible"
#define TREE_MAX	4096
#define SERIAL_FILE_MAX 4096

static bool read_board(struct settings_board *b, const char *path, struct settings_error *error)
{
	struct content c;
	struct settings_reader r;
	struct path folder;
	if (!confdir_file_read(&c, path, CONFDIR_FILE_MAX, error))
		return false;
	settings_reader_board(&r, b, path);
	bool ok = confdir_file_lines(&r, &c, error) && settings_board_finish(b, path, error) &&
		  confdir_file_folder(&folder, path, error) &&
		  confdir_file_settle(b->serial_file, folder.at, error);
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
		if (!confdir_file_join(&file, list->at[i].dir, "/", list->at[i].name, error) ||
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
	if (!confdir_file_join(&tree_file, root, DEVICE_TREE, "", error))
		return false;
	if (access(tree_file.at, F_OK) < 0)
		return fail(error, "this machine has no device tree that tells the board; name it "
				   "in [station], for example: board = sim");
	if (!confdir_file_read(&tree, tree_file.at, TREE_MAX, error))
		return false;
	bool ok = confdir_file_open(&list, error);
	if (ok) {
		ok = confdir_file_add(&list, boards, ".board", error);
		confdir_file_sort(&list);
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
	if (!confdir_file_open(&list, error))
		return false;
	bool listed = confdir_file_add(&list, boards, ".board", error);
	confdir_file_sort(&list);
	if (listed) {
		struct text t = text_over(error->text, sizeof(error->text));
		text_put(&t, "no board '");
		text_put(&t, name);
		text_put(&t, "' in ");
		text_put(&t, boards);
		text_put(&t,
			 list.count ? "; there are:"
				    : "; there is none at all (--boards DIR names another folder)");
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
	if (!confdir_file_read(&c, path, SERIAL_FILE_MAX, error))
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
		if (!confdir_file_join(&name, boards, "/", s->board, error) ||
		    !confdir_file_join(&file, name.at, ".board", "", error))
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
