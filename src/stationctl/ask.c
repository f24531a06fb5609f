/* ask.c - waits on a loop for a person's word at the terminal (ask.h). */
#include "ask.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

struct ask {
	struct loop *loop;
	struct loop_source *in, *timer, *signals[SIGNALS];
	int signo; /* that came, 0 = none */
	bool waits, gone, again;
	enum ask_answer answer;
	char line[64];
	size_t len;
};

static void answer(struct ask *a, enum ask_answer what)
{
	if (!a->waits)
		return;
	a->waits = false;
	a->answer = what;
	loop_quit(a->loop);
}

/* Only a whole line counts; it is looked at by its first letter. */
static void take_line(struct ask *a)
{
	char c = a->line[0];

	a->len = 0;
	if (c == 'y' || c == 'Y')
		answer(a, ASK_YES);
	else if (c == 'n' || c == 'N')
		answer(a, ASK_NO);
	else if (c == 'q' || c == 'Q')
		answer(a, ASK_QUIT);
	else if (a->again && (c == 'r' || c == 'R'))
		answer(a, ASK_AGAIN);
	else if (a->waits)
		(void)fputs(a->again ? "y, n, r for again, or q to end: " : "y, n, or q to end: ",
			    stderr);
}

static void on_input(void *user, int fd, uint32_t events)
{
	struct ask *a = user;
	char bytes[64];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		a->gone = true;
		loop_source_free(a->in);
		a->in = NULL;
		answer(a, ASK_QUIT);
	}
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] != '\n' && a->len < sizeof(a->line) - 1) {
			a->line[a->len++] = bytes[i];
			continue;
		}
		a->line[a->len] = '\0';
		take_line(a);
	}
}

static void on_timer(void *user)
{
	answer(user, ASK_LATE);
}

static void on_signal(void *user, int signo)
{
	struct ask *a = user;

	a->signo = signo;
	a->gone = true;
	answer(a, ASK_QUIT);
}

int ask_open(struct ask **out, struct loop *loop, bool terminal)
{
	struct ask *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return -ENOMEM;
	a->loop = loop;
	r = loop_timer(loop, &a->timer, on_timer, a);
	for (size_t i = 0; r == 0 && i < SIGNALS; i++)
		r = loop_signal(loop, &a->signals[i], signals[i], on_signal, a);
	if (r == 0 && terminal)
		r = loop_io(loop, &a->in, STDIN_FILENO, EPOLLIN, on_input, a);
	if (r < 0) {
		ask_close(a);
		return r;
	}
	*out = a;
	return 0;
}

enum ask_answer ask_wait(struct ask *a, uint64_t ms)
{
	if (a->gone)
		return ASK_QUIT;
	(void)fflush(stderr);
	a->waits = true;
	a->answer = ASK_QUIT;
	if (loop_timer_set(a->timer, ms ? loop_moment(a->loop).mono_ms + ms : MOMENT_NEVER) < 0 ||
	    loop_run(a->loop) < 0)
		a->waits = false;
	return a->answer;
}

enum ask_answer ask_wait_again(struct ask *a)
{
	enum ask_answer got;

	a->again = true;
	got = ask_wait(a, 0);
	a->again = false;
	return got;
}

void ask_stop(struct ask *a)
{
	answer(a, ASK_STOPPED);
}

void ask_close(struct ask *a)
{
	sigset_t all;
	int signo;

	if (!a)
		return;
	signo = a->signo;
	loop_source_free(a->in);
	loop_source_free(a->timer);
	(void)sigemptyset(&all);
	for (size_t i = 0; i < SIGNALS; i++) {
		loop_source_free(a->signals[i]);
		(void)sigaddset(&all, signals[i]);
	}
	free(a);
	(void)sigprocmask(SIG_UNBLOCK, &all, NULL);
	if (signo)
		(void)raise(signo);
}
