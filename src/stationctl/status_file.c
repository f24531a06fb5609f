/* status_file.c - reads status.json of the runtime folder, and tells whether the station that wrote
 * it still runs. */
#include "status_file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int status_file_read(const char *path, char *buf, size_t *len)
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

json_t *status_file_parse(const char *text, size_t len, const char **why)
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

bool status_file_runs(const json_t *root)
{
	long long pid = (long long)json_integer_value(json_object_get(root, "pid"));

	if (pid < 1 || pid > INT_MAX)
		return false;
	return (kill((pid_t)pid, 0) == 0 || errno != ESRCH) && !is_zombie(pid);
}
