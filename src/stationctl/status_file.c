/* status_file.c - reads status.json of the runtime folder, and tells whether the station that wrote
 * it still runs. */
#include "status_file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(const char *path, char *buf, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	*len = 0;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		err = -EINVAL;
	while (!err && *len < STATUS_FILE_MAX) {
		n = read(fd, buf + *len, STATUS_FILE_MAX - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	if (!err && *len == STATUS_FILE_MAX)
		err = -EFBIG;
	close(fd);
	return err;
}

static json_t *parse(const char *text, size_t len, const char **why)
{
	static json_error_t error;
	json_t *root;

	*why = "it is empty";
	if (len == 0)
		return NULL;
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	*why = root ? "it has no version" : error.text;
	if (json_integer_value(json_object_get(root, "v")) >= 1)
		return root;
	json_decref(root);
	return NULL;
}

/* A process that ended and that nobody has waited for yet still has its number. */
static bool is_zombie(long long pid)
{
	char path[64], line[512];
	const char *state;
	bool zombie = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%lld/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f) && (state = strrchr(line, ')')) != NULL)
		zombie = strncmp(state, ") Z", 3) == 0;
	fclose(f);
	return zombie;
}

pid_t status_file_pid(const json_t *root)
{
	long long pid = (long long)json_integer_value(json_object_get(root, "pid"));

	return pid < 1 || pid > INT_MAX ? 0 : (pid_t)pid;
}

static bool runs(pid_t pid)
{
	return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH) && !is_zombie(pid);
}

static bool __attribute__((format(printf, 2, 3)))
fail(struct status_file *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(f->why, sizeof(f->why), format, ap);
	va_end(ap);
	json_decref(f->root);
	f->root = NULL;
	return false;
}

bool status_file_open(struct status_file *f, const char *path)
{
	const char *why = NULL;
	int err;

	*f = (struct status_file){.text = malloc(STATUS_FILE_MAX)};
	if (!f->text)
		return fail(f, "out of memory");
	err = read_all(path, f->text, &f->len);
	f->absent = err == -ENOENT;
	f->denied = err == -EACCES;
	if (f->absent)
		return fail(f,
			    "the station is not running (no %.300s); 'systemctl status stationd' "
			    "says why",
			    path);
	if (err)
		return fail(f, "can't read %.300s: %s", path,
			    err == -EFBIG ? "it is too large for a status file" : strerror(-err));
	f->root = parse(f->text, f->len, &why);
	if (!f->root)
		return fail(f, "%.300s is not a status file: %s", path, why);
	f->absent = !runs(status_file_pid(f->root));
	if (f->absent)
		return fail(f,
			    "the station is not running (its process %lld is gone); 'systemctl "
			    "status stationd' says why",
			    (long long)json_integer_value(json_object_get(f->root, "pid")));
	return true;
}

void status_file_close(struct status_file *f)
{
	json_decref(f->root);
	free(f->text);
	*f = (struct status_file){0};
}
