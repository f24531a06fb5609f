/* verify_folder.c - the files of an export's folder (verify_folder.h). */
#include "verify_folder.h"
#include "clean.h"
#include "io/stickfile.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOLD_MOST 20 /* of one kind of trouble; the rest is counted */

void verify_folder_begin(struct verify_folder *f, int fd)
{
	*f = (struct verify_folder){.fd = fd};
}

void verify_folder_end(struct verify_folder *f)
{
	free(f->name);
	f->name = NULL;
}

void verify_folder_wrong(struct verify_folder *f, const char *format, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	f->wrong++;
	clean_puts(stdout, line);
	putchar('\n');
}

int verify_folder_file(const struct verify_folder *f, const char *name)
{
	return stickfile_open(f->fd, name);
}

static const char *why_not(int error)
{
	return error == -EINVAL || error == -ELOOP || error == -ENOTDIR ? "it is no file"
									: strerror(-error);
}

static void cant_open(struct verify_folder *f, const char *name, int error)
{
	if (error == -ENOENT)
		verify_folder_wrong(f, "missing: %s", name);
	else
		verify_folder_wrong(f, "%s: %s", name, why_not(error));
}

bool verify_folder_read(struct verify_folder *f, const char *name, size_t most, uint8_t **bytes,
			size_t *len)
{
	int rc = stickfile_whole(f->fd, name, most, bytes, len);

	if (rc == -EFBIG)
		verify_folder_wrong(f, "%s: it is too long", name);
	else if (rc)
		cant_open(f, name, rc);
	return rc == 0;
}

/* --- sums --- */

static void hold(struct verify_folder *f, const struct manifest_sum *s)
{
	uint8_t sum[EVENT_HASH];
	int fd = verify_folder_file(f, s->name), rc = fd;

	if (fd >= 0) {
		rc = stickfile_hash(fd, sum);
		(void)close(fd);
	}
	if (rc < 0)
		cant_open(f, s->name, rc);
	else if (memcmp(sum, s->sum, EVENT_HASH) != 0)
		verify_folder_wrong(f, "changed: %s", s->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool keep_name(struct verify_folder *f, const char *name)
{
	if (f->names == VERIFY_FOLDER_NAMES)
		return false;
	if ((f->names & (f->names - 1)) == 0) { /* a power of two: full */
		size_t room = f->names ? 2 * f->names : 1;
		void *grown = reallocarray(f->name, room, sizeof(*f->name));

		if (!grown)
			return false;
		f->name = grown;
	}
	memcpy(f->name[f->names++], name, sizeof(*f->name));
	return true;
}

static void sort_names(struct verify_folder *f)
{
	if (f->names)
		qsort(f->name, f->names, sizeof(*f->name), by_name);
	for (size_t i = 1; i < f->names; i++)
		if (strcmp(f->name[i], f->name[i - 1]) == 0)
			verify_folder_wrong(f, "SHA256SUMS names %s twice", f->name[i]);
}

void verify_folder_sums(struct verify_folder *f, const char *sums, size_t len)
{
	unsigned long long line = 0;
	size_t at = 0;

	while (at < len) {
		const char *lf = memchr(sums + at, '\n', len - at);
		size_t n = lf ? (size_t)(lf - (sums + at)) : len - at;
		struct manifest_sum s;

		line++;
		if (!manifest_sum_read(sums + at, n, &s)) {
			verify_folder_wrong(f, "SHA256SUMS: line %llu is none of ours", line);
			if (f->wrong > TOLD_MOST)
				break;
		} else if (keep_name(f, s.name)) {
			hold(f, &s);
		} else {
			verify_folder_wrong(f, "SHA256SUMS: there are too many files");
			break;
		}
		at += n + 1;
	}
	sort_names(f);
}

bool verify_folder_listed(const struct verify_folder *f, const char *name)
{
	char key[MANIFEST_NAMES + 1];

	if (!text_copy(key, sizeof(key), name) || !f->names)
		return false;
	return bsearch(key, f->name, f->names, sizeof(*f->name), by_name) != NULL;
}

/* --- what else is there --- */

static bool is_ours(const char *name)
{
	return strcmp(name, MANIFEST_SUMS) == 0 || strcmp(name, MANIFEST_SIGNATURE) == 0;
}

/* What a PC leaves in a folder that somebody looked at, on Windows or a Mac. Nobody takes it for a
 * part of the export. */
static bool is_of_a_pc(const char *name)
{
	static const char *const left[] = {"Thumbs.db", "desktop.ini", ".DS_Store"};

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (strcasecmp(name, left[i]) == 0)
			return true;
	return strncmp(name, "._", 2) == 0;
}

static bool is_file_in(int fd, const char *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

/* Counted apart, so that many of them hide nothing else. */
static void note(struct verify_folder *f, const char *path)
{
	char line[512];

	if (f->notes++ >= TOLD_MOST)
		return;
	(void)snprintf(line, sizeof(line), "note: %s was left by a PC", path);
	clean_puts(stdout, line);
	putchar('\n');
}

/* A folder whose files the sums name. */
static bool is_listed_folder(const struct verify_folder *f, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < f->names; i++)
		if (strncmp(f->name[i], name, len) == 0 && f->name[i][len] == '/')
			return true;
	return false;
}

static void extra_in(struct verify_folder *f, DIR *d, const char *folder)
{
	const struct dirent *e;
	unsigned told = 0;

	while (d && told < TOLD_MOST && (e = readdir(d)) != NULL) {
		char name[MANIFEST_NAMES + 300];

		(void)snprintf(name, sizeof(name), "%s%s%s", folder, *folder ? "/" : "", e->d_name);
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    verify_folder_listed(f, name) || (!*folder && is_ours(name)))
			continue;
		if (!*folder && is_listed_folder(f, name)) {
			extra_in(f, stickfile_list(f->fd, name), name);
			continue;
		}
		if (is_of_a_pc(e->d_name) && is_file_in(dirfd(d), e->d_name)) {
			note(f, name);
			continue;
		}
		verify_folder_wrong(f, "extra: %s", name);
		told++;
	}
	if (d)
		(void)closedir(d);
}

void verify_folder_extra(struct verify_folder *f)
{
	extra_in(f, stickfile_list(f->fd, "."), "");
}
