/* feed.c - raw frames on a command's standard output (feed.h). */
#include "feed.h"
#include "station/moment.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DRAIN	   8 /* frames that one call reads at most: a flood must not keep it for ever */
#define PIPE_BYTES (1 << 20)
#define END_MS	   100 /* that a command whose output ended has to end itself */

struct feed {
	struct feed_is is;
	size_t size; /* bytes of a frame */
	pid_t pid;   /* 0: not running */
	int fd;
	size_t have;	       /* bytes of the frame that comes */
	uint64_t due_ms;       /* start, or hang */
	uint64_t wait_ms;      /* before the next start */
	uint64_t fine_ms;      /* frames have come since then; MOMENT_NEVER: none yet */
	char said[128];	       /* why there are no frames, as last said; "" = there are */
	uint8_t *coming, *got; /* two frames */
	uint8_t *grey;
};

/* Once for each reason. */
static void say(struct feed *f, const char *words)
{
	if (strcmp(f->said, words) == 0)
		return;
	(void)text_copy(f->said, sizeof(f->said), words);
	(void)fprintf(stderr, "station-camera: the camera's command %s; it is started again\n",
		      words);
}

enum feed_pixels feed_pixels_of(const char *name)
{
	static const char *const names[FEED_FORMATS] = {"yuv420", "grey", "yuyv"};
	unsigned i = 0;

	while (i < FEED_FORMATS && strcmp(name, names[i]) != 0)
		i++;
	return (enum feed_pixels)i;
}

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

int feed_open(struct feed **out, const struct feed_is *is)
{
	struct feed *f;

	if (is->width == 0 || is->height == 0 || is->width > IMAGE_SIDE ||
	    is->height > IMAGE_SIDE || is->pixels >= FEED_FORMATS)
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->is = *is;
	f->fd = -1;
	f->size = frame_size(is);
	f->wait_ms = FEED_AGAIN_MS;
	f->fine_ms = MOMENT_NEVER;
	f->coming = malloc(f->size);
	f->got = malloc(f->size);
	f->grey = is->pixels == FEED_YUYV ? malloc((size_t)is->width * is->height) : NULL;
	if (!f->coming || !f->got || (is->pixels == FEED_YUYV && !f->grey)) {
		feed_close(f);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}

/* --- the command --- */

/* In a group of its own, so that what it starts ends with it. */
static int spawn(struct feed *f, int out)
{
	char *argv[] = {"sh", "-c", (char *)f->is.command, NULL};
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
		e = posix_spawn(&f->pid, "/bin/sh", &files, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return e;
}

static void later(struct feed *f, uint64_t now_ms)
{
	f->fine_ms = MOMENT_NEVER;
	f->due_ms = now_ms + f->wait_ms;
	f->wait_ms = 2 * f->wait_ms < FEED_LATEST_MS ? 2 * f->wait_ms : FEED_LATEST_MS;
}

static void start(struct feed *f, uint64_t now_ms)
{
	int ends[2], e = pipe2(ends, O_CLOEXEC);
	char words[128];

	if (e == 0) {
		(void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES); /* fewer will do */
		e = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : spawn(f, ends[1]);
		(void)close(ends[1]);
		if (e)
			(void)close(ends[0]);
	} else {
		e = errno;
	}
	if (e) {
		f->pid = 0;
		(void)snprintf(words, sizeof(words), "can't be started: %.60s", strerror(e));
		say(f, words);
		later(f, now_ms);
		return;
	}
	f->fd = ends[0];
	f->have = 0;
	f->due_ms = now_ms + FEED_SILENT_MS;
}

/* Ends all of it. Its own end, where it came to that by itself within END_MS, is in *status. */
static bool end(struct feed *f, int *status)
{
	const struct timespec moment = {.tv_nsec = 5000000};
	pid_t pid = 0;

	for (unsigned ms = 0; status && pid == 0 && ms < END_MS; ms += 5) {
		pid = waitpid(f->pid, status, WNOHANG);
		if (pid == 0)
			(void)nanosleep(&moment, NULL);
	}
	(void)kill(-f->pid, SIGKILL);
	while (pid == 0 && waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(f->fd);
	f->fd = -1;
	f->pid = 0;
	return pid > 0;
}

static void on_end(struct feed *f, uint64_t now_ms)
{
	char words[128];
	size_t have = f->have;
	int status;

	if (!end(f, &status))
		(void)snprintf(words, sizeof(words), "closed its output");
	else if (WIFSIGNALED(status))
		(void)snprintf(words, sizeof(words), "was ended by signal %d", WTERMSIG(status));
	else
		(void)snprintf(words, sizeof(words), "ended with exit code %d",
			       WEXITSTATUS(status));
	if (have) {
		size_t at = strlen(words);

		(void)snprintf(words + at, sizeof(words) - at,
			       " in the middle of a frame (%zu of %zu bytes)", have, f->size);
	}
	say(f, words);
	later(f, now_ms);
}

void feed_turn(struct feed *f, uint64_t now_ms)
{
	if (now_ms < f->due_ms)
		return;
	if (f->pid) {
		(void)end(f, NULL);
		say(f, f->have ? "hangs in the middle of a frame" : "gives no frames");
		later(f, now_ms);
		return;
	}
	start(f, now_ms);
}

uint64_t feed_due(const struct feed *f)
{
	return f->due_ms;
}

int feed_fd(const struct feed *f)
{
	return f->fd;
}

bool feed_lives(const struct feed *f)
{
	return f->fine_ms != MOMENT_NEVER;
}

/* --- frames --- */

static void whole(struct feed *f, uint64_t now_ms)
{
	uint8_t *other = f->got;

	f->got = f->coming;
	f->coming = other;
	f->have = 0;
	f->due_ms = now_ms + FEED_SILENT_MS;
	if (f->fine_ms == MOMENT_NEVER)
		f->fine_ms = now_ms;
	else if (now_ms - f->fine_ms >= FEED_FINE_MS)
		f->wait_ms = FEED_AGAIN_MS;
	if (f->said[0])
		(void)fputs("station-camera: the camera's command gives frames again\n", stderr);
	f->said[0] = '\0';
}

static struct image show(struct feed *f)
{
	struct image i = {f->got, f->is.width, f->is.height, f->is.width};

	if (f->is.pixels != FEED_YUYV)
		return i;
	for (uint32_t y = 0; y < f->is.height; y++) {
		const uint8_t *from = f->got + (size_t)y * ((f->is.width + 1) / 2 * 2) * 2;
		uint8_t *to = f->grey + (size_t)y * f->is.width;

		for (uint32_t x = 0; x < f->is.width; x++)
			to[x] = from[2 * x];
	}
	i.pixels = f->grey;
	return i;
}

bool feed_read(struct feed *f, uint64_t now_ms, struct image *frame)
{
	unsigned frames = 0;

	while (f->fd >= 0 && frames < DRAIN) {
		ssize_t n = read(f->fd, f->coming + f->have, f->size - f->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			on_end(f, now_ms);
			break;
		}
		f->have += (size_t)n;
		if (f->have == f->size) {
			whole(f, now_ms);
			frames++;
		}
	}
	if (frames == 0)
		return false;
	*frame = show(f);
	return true;
}

void feed_close(struct feed *f)
{
	if (!f)
		return;
	if (f->pid)
		(void)end(f, NULL);
	free(f->coming);
	free(f->got);
	free(f->grey);
	free(f);
}
