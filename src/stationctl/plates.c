/* plates.c - the numbers of house labels (plates.h). A line a sheet: SITE FIRST LAST TIME. A last
 * line without its LF was cut off by a power cut, before anything was printed. */
#include "plates.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)
#define BLOCK	 1000 /* a first number is a multiple of it */

struct plates {
	const char *path, *site;
	int fd;
	char *text; /* whole lines of the file */
	size_t len;
	char *why;
	size_t cap;
};

struct range {
	char site[9];
	uint64_t first, last;
};

static bool fail(const struct plates *p, const char *what)
{
	(void)snprintf(p->why, p->cap, "%s: %s", p->path, what);
	return false;
}

/* The next word of a line that ends at end. */
static size_t word(const char **at, const char *end, const char **out)
{
	const char *space = memchr(*at, ' ', (size_t)(end - *at));
	size_t len = (size_t)((space ? space : end) - *at);

	*out = *at;
	*at = space ? space + 1 : end;
	return len;
}

static bool range_read(const char *at, const char *end, struct range *r)
{
	const char *w;
	size_t len = word(&at, end, &w);

	if (len < 2 || len >= sizeof(r->site))
		return false;
	memcpy(r->site, w, len);
	r->site[len] = '\0';
	len = word(&at, end, &w);
	if (!text_read_u64(w, len, PLATES_END - 1, &r->first))
		return false;
	len = word(&at, end, &w);
	return text_read_u64(w, len, PLATES_END - 1, &r->last) && r->first <= r->last;
}

/* Calls for the ranges of the site; *hit: one that holds one of [first, first + count). *behind:
 * one above the last that was taken, 0 = none was. */
static bool look(const struct plates *p, uint64_t first, unsigned count, struct range *hit,
		 uint64_t *behind)
{
	unsigned number = 0;
	struct range r;

	hit->site[0] = '\0';
	*behind = 0;
	for (size_t at = 0; at < p->len;) {
		const char *line = p->text + at;
		const char *end = memchr(line, '\n', p->len - at);

		number++;
		if (!range_read(line, end, &r)) {
			(void)snprintf(p->why, p->cap,
				       "%s:%u: not SITE FIRST LAST TIME; it tells which house "
				       "labels are printed: put it right, or take it away and give "
				       "--from a number that was never printed",
				       p->path, number);
			return false;
		}
		at += (size_t)(end - line) + 1;
		if (strcmp(r.site, p->site) != 0)
			continue;
		*behind = r.last + 1;
		if (r.first < first + count && first <= r.last)
			*hit = r;
	}
	return true;
}

static bool find_first(const struct plates *p, unsigned count, uint64_t *first)
{
	struct range hit;
	uint32_t random;
	uint64_t next;

	if (!look(p, 0, 0, &hit, &next))
		return false;
	if (next == 0) {
		if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
			return fail(p, strerror(errno));
		next = (uint64_t)(random % (PLATES_END / BLOCK)) * BLOCK;
	}
	for (unsigned tries = 0; tries < 100000; tries++) {
		uint64_t behind;

		if (next + count > PLATES_END)
			next = 0;
		if (!look(p, next, count, &hit, &behind))
			return false;
		*first = next;
		if (!hit.site[0])
			return true;
		next = hit.last + 1;
	}
	return fail(p, "the numbers of this site are used up");
}

static bool is_free(const struct plates *p, uint64_t first, unsigned count)
{
	struct range hit;
	uint64_t behind;

	if (first + count > PLATES_END)
		return fail(p, "house labels go up to 99999999");
	if (!look(p, first, count, &hit, &behind))
		return false;
	if (!hit.site[0])
		return true;
	(void)snprintf(p->why, p->cap,
		       "%s: %llu to %llu are printed already; two parcels must not bear one label",
		       p->path, (unsigned long long)hit.first, (unsigned long long)hit.last);
	return false;
}

static bool keep(const struct plates *p, uint64_t first, unsigned count)
{
	char line[96];
	struct text t = text_over(line, sizeof(line));
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	text_put(&t, p->site);
	text_char(&t, ' ');
	text_u64(&t, first);
	text_char(&t, ' ');
	text_u64(&t, first + count - 1);
	text_char(&t, ' ');
	text_time(&t, (int64_t)now.tv_sec * 1000);
	text_char(&t, '\n');
	if (p->len + t.len > FILE_MAX)
		return fail(p, "it is full");
	errno = 0;
	if (ftruncate(p->fd, (off_t)p->len) != 0 ||
	    pwrite(p->fd, line, t.len, (off_t)p->len) != (ssize_t)t.len || fsync(p->fd) != 0)
		return fail(p, strerror(errno ? errno : ENOSPC));
	return true;
}

static bool load(struct plates *p)
{
	ssize_t n = 0;

	p->text = malloc(FILE_MAX + 1);
	if (!p->text)
		return fail(p, strerror(ENOMEM));
	do {
		p->len += (size_t)n;
		n = read(p->fd, p->text + p->len, FILE_MAX + 1 - p->len);
	} while (n > 0);
	if (n < 0 || p->len > FILE_MAX)
		return fail(p, n < 0 ? strerror(errno) : "it is larger than 1 MiB");
	while (p->len > 0 && p->text[p->len - 1] != '\n')
		p->len--;
	return true;
}

/* Made by root in the station's folder, it is the station's; its name is on disk as well. */
static void settle(const struct plates *p)
{
	char dir[4096];
	struct text t = text_over(dir, sizeof(dir));
	char *slash;
	struct stat st;
	int fd;

	text_put(&t, p->path);
	slash = t.full ? NULL : strrchr(dir, '/');
	if (!slash)
		return;
	*slash = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (geteuid() == 0 && fstat(fd, &st) == 0 && fchown(p->fd, st.st_uid, st.st_gid) != 0)
		errno = 0; /* root's it stays */
	(void)fsync(fd);
	close(fd);
}

bool plates_take(const char *path, const char *site, unsigned count, bool chosen, uint64_t *first,
		 char *why, size_t cap)
{
	struct plates p = {.path = path, .site = site, .why = why, .cap = cap};
	bool ok;

	p.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
	if (p.fd < 0)
		return fail(&p, errno == ENOENT ? "its folder, where it is kept which numbers are "
						  "printed, is not there: --state DIR names another"
						: strerror(errno));
	ok = flock(p.fd, LOCK_EX) == 0 || fail(&p, strerror(errno));
	ok = ok && load(&p);
	ok = ok && (chosen ? is_free(&p, *first, count) : find_first(&p, count, first));
	ok = ok && keep(&p, *first, count);
	if (ok)
		settle(&p);
	free(p.text);
	close(p.fd);
	return ok;
}
