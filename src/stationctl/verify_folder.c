/* verify_folder.c - the files of an export's folder (verify_folder.h). */
#include "verify_folder.h"
#include "clean.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE	  65536
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

bool verify_folder_has(const struct verify_folder *f, const char *name)
{
	struct stat st;

	return fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_at(int at, const char *name)
{
	struct stat st;
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : 0;

	if (!rc && fstat(fd, &st) < 0)
		rc = -errno;
	else if (!rc && !S_ISREG(st.st_mode))
		rc = -EINVAL;
	if (rc && fd >= 0)
		(void)close(fd);
	return rc ? rc : fd;
}

int verify_folder_file(const struct verify_folder *f, const char *name)
{
	const char *slash = strchr(name, '/');
	char part[MANIFEST_NAMES + 1];
	int sub, fd;

	if (!slash)
		return open_at(f->fd, name);
	memcpy(part, name, (size_t)(slash - name));
	part[slash - name] = '\0';
	sub = openat(f->fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0)
		return -errno;
	fd = open_at(sub, slash + 1);
	(void)close(sub);
	return fd;
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

/* Reads on until len bytes or the end; how many, or -errno. */
static ssize_t read_on(int fd, void *buf, size_t len)
{
	size_t all = 0;

	while (all < len) {
		ssize_t n = read(fd, (char *)buf + all, len - all);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		all += (size_t)n;
	}
	return (ssize_t)all;
}

bool verify_folder_read(struct verify_folder *f, const char *name, size_t most, uint8_t **bytes,
			size_t *len)
{
	int fd = verify_folder_file(f, name);
	ssize_t n = -ENOMEM;

	*bytes = NULL;
	if (fd < 0) {
		cant_open(f, name, fd);
		return false;
	}
	*bytes = malloc(most + 1);
	if (*bytes)
		n = read_on(fd, *bytes, most + 1);
	(void)close(fd);
	if (n >= 0 && (size_t)n <= most) {
		*len = (size_t)n;
		return true;
	}
	verify_folder_wrong(f, "%s: %s", name, n < 0 ? strerror((int)-n) : "it is too long");
	free(*bytes);
	*bytes = NULL;
	return false;
}

/* --- sums --- */

static int hash_file(int fd, uint8_t sum[EVENT_HASH])
{
	static uint8_t piece[PIECE];
	struct sha256_ctx sha;
	ssize_t n;

	sha256_init(&sha);
	while ((n = read_on(fd, piece, sizeof(piece))) > 0)
		sha256_update(&sha, (size_t)n, piece);
	sha256_digest(&sha, EVENT_HASH, sum);
	return n < 0 ? (int)n : 0;
}

static void hold(struct verify_folder *f, const struct manifest_sum *s)
{
	uint8_t sum[EVENT_HASH];
	int fd = verify_folder_file(f, s->name), rc = fd;

	if (fd >= 0) {
		rc = hash_file(fd, sum);
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
	char key[MANIFEST_NAMES + 1] = "";
	size_t len = strlen(name);

	if (len > MANIFEST_NAMES || !f->names)
		return false;
	memcpy(key, name, len);
	return bsearch(key, f->name, f->names, sizeof(*f->name), by_name) != NULL;
}

/* --- what else is there --- */

static bool is_ours(const char *name)
{
	return strcmp(name, "SHA256SUMS") == 0 || strcmp(name, "SHA256SUMS.p7s") == 0;
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

static void extra_in(struct verify_folder *f, int fd, const char *folder)
{
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	unsigned told = 0;

	if (!d && fd >= 0)
		(void)close(fd);
	while (d && told < TOLD_MOST && (e = readdir(d)) != NULL) {
		char name[MANIFEST_NAMES + 300];

		(void)snprintf(name, sizeof(name), "%s%s%s", folder, *folder ? "/" : "", e->d_name);
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    verify_folder_listed(f, name) || (!*folder && is_ours(name)))
			continue;
		if (!*folder && is_listed_folder(f, name)) {
			extra_in(f,
				 openat(f->fd, name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
				 name);
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
	extra_in(f, openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "");
}
