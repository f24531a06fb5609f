/* ctl.c - what the commands of stationctl share: where the settings and folders are, how it speaks
 * of errors. */
#include "ctl.h"
#include "clean.h"
#include "io/confdir.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void ctl_error(const char *format, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	fputs("stationctl: ", stderr);
	clean_puts(stderr, line);
	fputc('\n', stderr);
}

bool ctl_settings(struct ctl *ctl)
{
	const char *config = ctl->global.value[CTL_CONFIG];
	struct settings_error error = {{0}};

	if (!confdir_there(config)) {
		settings_defaults(&ctl->settings);
		return true;
	}
	if (confdir_settings(config, &ctl->settings, &error))
		return true;
	ctl_error("%s", error.text);
	return false;
}

static bool ctl_join(const char *dir, const char *file, char path[CTL_PATH])
{
	int n = snprintf(path, CTL_PATH, "%s/%s", dir, file);

	if (n > 0 && n < CTL_PATH)
		return true;
	ctl_error("the folder's name is too long: %.60s...", dir);
	return false;
}

int ctl_is_database(int fd, bool *yes)
{
	static const char magic[] = "SQLite format 3"; /* its NUL is part of it */
	char head[sizeof(magic)];
	ssize_t n;

	do
		n = pread(fd, head, sizeof(head), 0);
	while (n < 0 && errno == EINTR);
	*yes = n == (ssize_t)sizeof(head) && memcmp(head, magic, sizeof(head)) == 0;
	return n < 0 && errno != ESPIPE ? -errno : 0;
}

bool ctl_state_path(struct ctl *ctl, const char *file, char path[CTL_PATH])
{
	const char *dir = ctl->global.value[CTL_STATE];

	if (!dir && !ctl_settings(ctl))
		return false;
	return ctl_join(dir ? dir : ctl->settings.state_dir, file, path);
}

bool ctl_runtime_path(struct ctl *ctl, const char *file, char path[CTL_PATH])
{
	const char *dir = ctl->global.value[CTL_RUNTIME];

	if (!dir && !ctl_settings(ctl))
		return false;
	return ctl_join(dir ? dir : ctl->settings.runtime_dir, file, path);
}

int ctl_flush(int code)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return CTL_FINE;
	ctl_error("can't write the output: %s", strerror(errno ? errno : EIO));
	return CTL_GONE;
}
