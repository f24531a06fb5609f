/* stick.c - the exports on a stick (stick.h). Anybody may have written it: how much is looked at is
 * bounded. */
#include "stick.h"
#include "io/stickfile.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH	2     /* STICK/STATION/DATE_TIME */
#define FOLDERS 10000 /* names that are looked at in one folder */
#define MOST	10000 /* exports */

static enum stick_kind kind_of(int folder, struct manifest *m)
{
	enum stick_kind kind = STICK_UNTOLD;
	uint8_t *json = NULL;
	size_t len = 0;

	if (stickfile_has(folder, MANIFEST_SEALED))
		return STICK_SEALED;
	if (stickfile_whole(folder, MANIFEST_FILE, MANIFEST_MAX, &json, &len) == 0 &&
	    manifest_read((const char *)json, len, m) == MANIFEST_OK)
		kind = STICK_TOLD;
	free(json);
	return kind;
}

static int keep(struct stick *s, int folder, const char *path)
{
	struct stick_export *e;

	if (s->count == MOST) {
		s->more = true;
		return 0;
	}
	if ((s->count & (s->count - 1)) == 0) { /* a power of two: full */
		e = reallocarray(s->export, s->count ? 2 * s->count : 1, sizeof(*e));
		if (!e)
			return -ENOMEM;
		s->export = e;
	}
	e = &s->export[s->count];
	*e = (struct stick_export){.path = strdup(path)};
	if (!e->path)
		return -ENOMEM;
	e->kind = kind_of(folder, &e->manifest);
	s->count++;
	return 0;
}

static int look(struct stick *s, int folder, const char *path, unsigned depth);

static int look_below(struct stick *s, int folder, const char *path, const char *name,
		      unsigned depth)
{
	int fd = stickfile_folder(folder, name), rc = 0;
	char *below;

	if (fd < 0)
		return 0; /* no folder, or one that can't be read: none of ours */
	if (asprintf(&below, "%s%s%s", path, *path ? "/" : "", name) < 0) {
		rc = -ENOMEM;
	} else {
		rc = look(s, fd, below, depth);
		free(below);
	}
	(void)close(fd);
	return rc;
}

/* What is hidden is a PC's, or an export that came to no end. */
static int look(struct stick *s, int folder, const char *path, unsigned depth)
{
	const struct dirent *e;
	unsigned n = 0;
	int rc = 0;
	DIR *d;

	if (stickfile_has(folder, MANIFEST_SUMS) || stickfile_has(folder, MANIFEST_FILE) ||
	    stickfile_has(folder, MANIFEST_SEALED))
		return keep(s, folder, path);
	if (depth == 0)
		return 0;
	d = stickfile_list(folder, ".");
	while (d && !rc && (e = readdir(d)) != NULL) {
		s->more |= ++n > FOLDERS;
		if (n > FOLDERS)
			break;
		if (e->d_name[0] != '.')
			rc = look_below(s, folder, path, e->d_name, depth - 1);
	}
	if (d)
		(void)closedir(d);
	return rc;
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_events(const void *a, const void *b)
{
	const struct stick_export *x = a, *y = b;
	int order = strcmp(x->manifest.journal, y->manifest.journal);

	if (!order)
		order = by_number(x->manifest.last, y->manifest.last);
	if (!order)
		order = by_number(x->manifest.first, y->manifest.first);
	return order ? order : strcmp(x->path, y->path);
}

int stick_look(struct stick *s, int folder)
{
	int rc;

	*s = (struct stick){.export = NULL};
	rc = look(s, folder, "", DEPTH);
	for (size_t i = 0; i < s->count; i++)
		if (s->export[i].kind != STICK_TOLD)
			s->export[i].manifest = (struct manifest){.first = 0};
	if (s->count)
		qsort(s->export, s->count, sizeof(*s->export), by_events);
	return rc;
}

void stick_free(struct stick *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->export[i].path);
	free(s->export);
	*s = (struct stick){.export = NULL};
}

int stick_open(int folder, const struct stick_export *e)
{
	const char *slash = strchr(e->path, '/');
	char first[NAME_MAX + 1];
	int top, fd;

	if (!slash)
		return stickfile_folder(folder, e->path[0] ? e->path : ".");
	(void)snprintf(first, sizeof(first), "%.*s", (int)(slash - e->path), e->path);
	top = stickfile_folder(folder, first);
	if (top < 0)
		return top;
	fd = stickfile_folder(top, slash + 1);
	(void)close(top);
	return fd;
}

size_t stick_next(const struct stick *s, size_t from)
{
	size_t i = from;

	while (i < s->count &&
	       strcmp(s->export[i].manifest.journal, s->export[from].manifest.journal) == 0)
		i++;
	return i;
}
