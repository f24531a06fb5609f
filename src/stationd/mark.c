/* mark.c - a file that says "a time source has set the clock": made in a process of its own, so
 * that the daemon's sandbox need not hold the calls by which a clock is set. */
#include "mark.h"
#include "io/log.h"
#include "io/loop.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_S 5

int mark_clock(const char *path)
{
	const struct timespec pause = {.tv_sec = LOOK_EVERY_S};

	/* A source that only slews tells nobody: there is nothing to wait on but time. */
	while (!loop_clock_kept())
		(void)nanosleep(&pause, NULL);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 || close(fd) < 0) {
		log_error("%s: %s", path, strerror(errno));
		return EXIT_FAILURE;
	}
	log_info("a time source has set the clock");
	return EXIT_SUCCESS;
}
