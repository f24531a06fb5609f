/* confdir_reasons.c - feeds the file of the site's reasons to the core's reader. */
#include "confdir.h"
#include "confdir_file.h"
#include <stdlib.h>
#include <string.h>

bool confdir_reasons(const char *path, struct reasons *out, struct settings_error *error)
{
	struct reasons_reader r;
	struct content c;
	bool ok = true;

	reasons_init(out);
	if (!confdir_file_read(&c, path, CONFDIR_FILE_MAX, error))
		return false;
	reasons_read_init(&r, out, path);
	for (size_t at = 0; at < c.len && ok;) {
		const char *end = memchr(c.at + at, '\n', c.len - at);
		size_t len = end ? (size_t)(end - c.at) - at : c.len - at;

		ok = reasons_read_line(&r, c.at + at, len, error);
		at += len + 1;
	}
	ok = ok && reasons_read_end(&r, error);
	free(c.at);
	return ok;
}
