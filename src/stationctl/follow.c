/* follow.c - waits until there may be more in a journal: its folder is watched by inotify, because
 * what changes is the log beside the database. */
#include "follow.h"
#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLLOW_POLL_MS 1000

static volatile sig_atomic_t follow_stopped;

static void follow_stop(int signo)
{
	(void)signo;
	follow_stopped = 1;
}

/* The signals are let in only while waiting, so that none is missed between look and wait. */
static void follow_signals(void)
{
	struct sigaction action = {.sa_handler = follow_stop};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int follow_open(struct follow *f, const char *path)
{
	char folder[4096];
	struct stat st;

	f->path = path;
	f->fd = -1;
	follow_signals();
	if (stat(path, &st) < 0)
		return -errno;
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	snprintf(folder, sizeof(folder), "%s", path);
	f->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (f->fd >= 0 &&
	    inotify_add_watch(f->fd, dirname(folder), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
		close(f->fd); /* looking once a second does it too */
		f->fd = -1;
	}
	return 0;
}

enum follow_news follow_wait(struct follow *f)
{
	/* Events on stdout are not asked for; the kernel tells of a closed pipe unasked. */
	struct pollfd fds[2] = {{.fd = STDOUT_FILENO}, {.fd = f->fd, .events = POLLIN}};
	const struct timespec second = {.tv_sec = FOLLOW_POLL_MS / 1000};
	char events[4096];
	struct stat st;
	sigset_t none;

	sigemptyset(&none);
	ppoll(fds, 2, &second, &none);
	if (follow_stopped || (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL)))
		return FOLLOW_STOP;
	while (f->fd >= 0 && read(f->fd, events, sizeof(events)) > 0)
		; /* how often it changed does not matter */
	if (stat(f->path, &st) == 0 && (st.st_dev != f->dev || st.st_ino != f->ino)) {
		f->dev = st.st_dev;
		f->ino = st.st_ino;
		return FOLLOW_OTHER_FILE;
	}
	return FOLLOW_MORE;
}

void follow_close(struct follow *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
