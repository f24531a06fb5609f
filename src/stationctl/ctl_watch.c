/* ctl_watch.c - stationctl watch: the ten lines of status, again with every change. Sleeps until
 * the file is replaced or the station ends (inotify, pidfd); a station that comes back is taken up.
 * At a terminal the screen is redrawn; else what changed is a line each. */
#include "clean.h"
#include "ctl.h"
#include "health.h"
#include "status_file.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#define AGAIN_MS 1000  /* where nothing tells that the folder is there */
#define AGE_MS	 30000 /* at a terminal: ages grow while nothing happens */

struct watch {
	const char *folder, *path;
	int inotify, folder_watch; /* -1 = not watched */
	int process;		   /* pidfd of the station, -1 = none */
	pid_t pid;
	bool terminal, begun;
	struct health shown;
};

static volatile sig_atomic_t stopped, resized;

static void on_stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static void on_resize(int signo)
{
	(void)signo;
	resized = 1;
}

/* Let in only while waiting, so that none is missed between look and wait. */
static void catch_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_stop};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		sigaddset(&set, ends[i]);
		sigaction(ends[i], &action, NULL);
	}
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	action.sa_handler = on_resize;
	sigaction(SIGWINCH, &action, NULL);
}

/* --- what there is to see --- */

static void follow_process(struct watch *w, pid_t pid)
{
	if (pid == w->pid && w->process >= 0)
		return;
	if (w->process >= 0)
		close(w->process);
	w->process = pid > 0 ? pidfd_open(pid, 0) : -1;
	w->pid = pid;
}

/* True: the station runs. Else the verdict alone says that it does not. */
static bool look(struct watch *w, struct health *out)
{
	struct health_now now;
	struct status_file file;
	bool runs = status_file_open(&file, w->path);

	follow_process(w, runs ? status_file_pid(file.root) : 0);
	if (runs) {
		health_look(file.root, &now);
		health_make(file.root, &now, out);
	} else {
		memset(out, 0, sizeof(*out));
		(void)snprintf(out->line[HEALTH_VERDICT], HEALTH_TEXT, "NOT RUNNING: %s", file.why);
	}
	status_file_close(&file);
	return runs;
}

static void now_put(FILE *f, const char *format)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&now, &tm))
		(void)strftime(text, sizeof(text), format, &tm);
	fputs(text, f);
}

/* --- showing it --- */

static void draw(const struct health *r, bool runs)
{
	char *page = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&page, &len);

	if (!f)
		return;
	for (unsigned i = 0; i < (runs ? HEALTH_LINES : 1u); i++)
		health_put(f, r, (enum health_line)i, health_columns());
	now_put(f, "\n%H:%M:%S UTC; Ctrl-C ends");
	if (fclose(f) != 0)
		return;
	fputs("\033[H", stdout);
	for (size_t i = 0; i < len; i++) {
		if (page[i] == '\n')
			fputs("\033[K\n", stdout);
		else
			putchar(page[i]);
	}
	fputs("\033[K\033[J", stdout);
	free(page);
}

static void print_changes(const struct watch *w, const struct health *r, bool runs)
{
	for (unsigned i = 0; i < (runs ? HEALTH_LINES : 1u); i++) {
		if (w->begun && strcmp(w->shown.line[i], r->line[i]) == 0)
			continue;
		now_put(stdout, "%Y-%m-%dT%H:%M:%SZ ");
		health_put(stdout, r, (enum health_line)i, 0);
	}
}

/* False: nobody reads it any more. */
static bool show(struct watch *w)
{
	struct health fresh;
	bool runs = look(w, &fresh);

	if (w->terminal)
		draw(&fresh, runs);
	else
		print_changes(w, &fresh, runs);
	w->shown = fresh;
	w->begun = true;
	return fflush(stdout) == 0;
}

/* The alternate screen without a cursor, and back. */
static void screen(bool on)
{
	fputs(on ? "\033[?1049h\033[?25l" : "\033[?25h\033[?1049l", stdout);
	fflush(stdout);
}

/* --- waiting --- */

static void watch_folder(struct watch *w)
{
	if (w->inotify >= 0 && w->folder_watch < 0)
		w->folder_watch = inotify_add_watch(w->inotify, w->folder,
						    IN_MOVED_TO | IN_DELETE | IN_MOVE_SELF |
							    IN_DELETE_SELF | IN_ONLYDIR);
}

/* Whether something of it is about the status; the folder's own end, too. */
static bool read_changes(struct watch *w)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool ours = false;
	ssize_t n;

	while (w->inotify >= 0 && (n = read(w->inotify, events, sizeof(events))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(events + at);

			if (e->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT)) {
				(void)inotify_rm_watch(w->inotify, e->wd);
				w->folder_watch = -1;
			}
			ours = ours || e->len == 0 || strcmp(e->name, "status.json") == 0;
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	return ours;
}

/* Until there may be something new. False: it is over. */
static bool wait_news(struct watch *w)
{
	/* Events on stdout are not asked for; the kernel tells of a closed pipe unasked. */
	struct pollfd fds[] = {{.fd = STDOUT_FILENO},
			       {.fd = w->inotify, .events = POLLIN},
			       {.fd = w->process, .events = POLLIN}};
	bool told = w->folder_watch >= 0 && (w->process >= 0 || w->pid == 0);
	int ms = !told ? AGAIN_MS : w->terminal ? AGE_MS : -1;
	const struct timespec limit = {.tv_sec = ms / 1000};
	sigset_t none;

	sigemptyset(&none);
	for (;;) {
		int n = ppoll(fds, 3, ms < 0 ? NULL : &limit, &none);

		if (stopped || (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL)))
			return false;
		if (n == 0 || resized || (n > 0 && fds[2].revents) || read_changes(w)) {
			resized = 0;
			return true;
		}
	}
}

static int watch_run(struct ctl *ctl)
{
	char path[CTL_PATH], folder[CTL_PATH];
	const char *term = getenv("TERM");
	struct watch w = {.folder = folder, .path = path, .folder_watch = -1, .process = -1};
	bool reader = true;

	if (!ctl_runtime_path(ctl, "status.json", path) || !ctl_runtime_path(ctl, ".", folder))
		return CTL_GONE;
	w.terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
	w.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	catch_signals();
	if (w.terminal)
		screen(true);
	do {
		watch_folder(&w);
		reader = show(&w);
	} while (reader && wait_news(&w));
	if (w.terminal)
		screen(false);
	follow_process(&w, 0);
	if (w.inotify >= 0)
		close(w.inotify);
	return CTL_FINE;
}

const struct ctl_command ctl_watch = {
	.name = "watch",
	.usage = "",
	.summary = "the status, again with every change; Ctrl-C ends",
	.more = "At a terminal the screen is redrawn; into a file or pipe goes a line for each that "
		"changed.\n",
	.run = watch_run,
};
