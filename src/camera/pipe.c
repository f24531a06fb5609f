/* pipe.c - raw frames on a command's standard output (pipe.h). */
#include "pipe.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DRAIN	   8 /* frames that one call reads at most: a flood must not keep it for ever */
#define PIPE_BYTES (1 << 20)
#define END_MS	   100 /* that a command whose output ended has to end itself */

struct pipe {
	struct feed_is is;
	size_t size; /* bytes of a frame */
	pid_t pid;   /* 0: not running */
	int fd;
	size_t have;	       /* bytes of the frame that comes */
	uint8_t *coming, *got; /* two frames */
	uint8_t *grey;
};

static size_t frame_size(const struct feed_is *is)
{
	size_t all = (size_t)is->width * is->height;

	switch (is->pixels) {
	case FEED_YUV420: /* halves are rounded up */
		return all + 2 * ((size_t)(is->width + 1) / 2) * ((is->height + 1) / 2);
	case FEED_YUYV:
		return 2 * (size_t)((is->width + 1) / 2 * 2) * is->height;
	case FEED_GREY:
	case FEED_FORMATS:
		break;
	}
	return all;
}

int pipe_open(struct pipe **out, const struct feed_is *is)
{
	struct pipe *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->is = *is;
	p->fd = -1;
	p->size = frame_size(is);
	p->coming = malloc(p->size);
	p->got = malloc(p->size);
	p->grey = is->pixels == FEED_YUYV ? malloc((size_t)is->width * is->height) : NULL;
	if (!p->coming || !p->got || (is->pixels == FEED_YUYV && !p->grey)) {
		pipe_close(p);
		return -ENOMEM;
	}
	*out = p;
	return 0;
}

/* --- the command --- */

/* In a group of its own, so that what it starts ends with it. */
static int spawn(struct pipe *p, int out)
{
	char *argv[] = {"sh", "-c", (char *)p->is.command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int e = posix_spawn_file_actions_init(&files);

	if (e)
		return e;
	e = posix_spawnattr_init(&attr);
	if (e) {
		(void)posix_spawn_file_actions_destroy(&files);
		return e;
	}
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	(void)posix_spawnattr_setpgroup(&attr, 0);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	e = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!e)
		e = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (!e)
		e = posix_spawn(&p->pid, "/bin/sh", &files, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return e;
}

bool pipe_start(struct pipe *p, struct text *why)
{
	int ends[2], e = pipe2(ends, O_CLOEXEC);

	if (e == 0) {
		(void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES); /* fewer will do */
		e = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : spawn(p, ends[1]);
		(void)close(ends[1]);
		if (e)
			(void)close(ends[0]);
	} else {
		e = errno;
	}
	if (e) {
		p->pid = 0;
		text_put(why, "can't be started: ");
		text_put(why, strerror(e));
		return false;
	}
	p->fd = ends[0];
	p->have = 0;
	return true;
}

/* Ends all of it. Its own end, where it came to that by itself within END_MS, is in *status. */
static bool end(struct pipe *p, int *status)
{
	const struct timespec moment = {.tv_nsec = 5000000};
	pid_t pid = 0;

	for (unsigned ms = 0; status && pid == 0 && ms < END_MS; ms += 5) {
		pid = waitpid(p->pid, status, WNOHANG);
		if (pid == 0)
			(void)nanosleep(&moment, NULL);
	}
	(void)kill(-p->pid, SIGKILL);
	while (pid == 0 && waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(p->fd);
	p->fd = -1;
	p->pid = 0;
	return pid > 0;
}

static void on_end(struct pipe *p, struct text *why)
{
	size_t have = p->have;
	int status;

	if (!end(p, &status)) {
		text_put(why, "closed its output");
	} else if (WIFSIGNALED(status)) {
		text_put(why, "was ended by signal ");
		text_i64(why, WTERMSIG(status));
	} else {
		text_put(why, "ended with exit code ");
		text_i64(why, WEXITSTATUS(status));
	}
	if (!have)
		return;
	text_put(why, " in the middle of a frame (");
	text_u64(why, have);
	text_put(why, " of ");
	text_u64(why, p->size);
	text_put(why, " bytes)");
}

void pipe_hangs(struct pipe *p, struct text *why)
{
	(void)end(p, NULL);
	text_put(why, p->have ? "hangs in the middle of a frame" : "gives no frames");
}

int pipe_fd(const struct pipe *p)
{
	return p->fd;
}

/* --- frames --- */

static void whole(struct pipe *p)
{
	uint8_t *other = p->got;

	p->got = p->coming;
	p->coming = other;
	p->have = 0;
}

static struct image show(struct pipe *p)
{
	struct image i = {p->got, p->is.width, p->is.height, p->is.width};

	if (p->is.pixels != FEED_YUYV)
		return i;
	image_of_yuyv(p->got, (size_t)((p->is.width + 1) / 2 * 2) * 2, i.width, i.height, p->grey);
	i.pixels = p->grey;
	return i;
}

enum feed_got pipe_read(struct pipe *p, struct image *frame, struct text *why)
{
	unsigned frames = 0;
	bool ended = false;

	while (!ended && frames < DRAIN) {
		ssize_t n = read(p->fd, p->coming + p->have, p->size - p->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			ended = true;
		else
			p->have += (size_t)n;
		if (p->have == p->size) {
			whole(p);
			frames++;
		}
	}
	if (frames > 0) { /* an end is met once more */
		*frame = show(p);
		return FEED_FRAME;
	}
	if (ended)
		on_end(p, why);
	return ended ? FEED_ENDED : FEED_NONE;
}

void pipe_close(struct pipe *p)
{
	if (!p)
		return;
	if (p->pid)
		(void)end(p, NULL);
	free(p->coming);
	free(p->got);
	free(p->grey);
	free(p);
}
