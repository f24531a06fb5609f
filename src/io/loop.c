/* loop.c - the event loop: sd-event with our words, one timestamp a turn. Deferred calls are kept
 * here, so that they come behind everything else of a turn and yet cannot be starved; timers too,
 * so that those which are late together still fire in the order of their times. */
#include "loop.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#define TIMER_ACCURACY_US   1000
#define DEFER_AFTER	    64 /* dispatches after which deferred calls no longer wait for quiet */
#define TRUST_READ_EVERY_MS 1000
#define TRUST_JUMP_MS	    1000

/* Made when a source has set the clock: by systemd-timesyncd, and by station-clock.service. */
static const char *const time_marks[] = {"/run/systemd/timesync/synchronized",
					 "/run/station-clock/synchronized"};

struct loop {
	sd_event *event;
	sd_event_source *clock; /* set to the earliest timer */
	struct loop_source *sources;
	unsigned armed;		 /* deferred sources that wait */
	unsigned waited;	 /* dispatches since deferred calls last ran */
	uint64_t round;		 /* of deferred calls */
	uint64_t trust_due;	 /* when the kernel is asked again */
	int64_t trust_offset_ms; /* wall minus monotonic time then */
	bool trusted;
	bool quit;
	int err; /* why loop_run has to give up */
};

struct loop_source {
	struct loop *loop;
	struct loop_source *prev, *next;
	sd_event_source *event; /* NULL for timers and deferred calls */
	union {
		loop_io_fn io;
		loop_fn plain; /* timer, deferred */
		loop_signal_fn signal;
	} fn;
	void *user;
	uint64_t at_ms; /* timer: when; MOMENT_NEVER for all others too */
	bool armed;	/* deferred: waits for its call ... */
	uint64_t round; /* ... since this round */
};

/* Sets the one clock to the earliest timer. */
static int clock_arm(struct loop *l)
{
	uint64_t at_ms = MOMENT_NEVER;
	for (const struct loop_source *s = l->sources; s; s = s->next)
		if (s->at_ms < at_ms)
			at_ms = s->at_ms;
	if (at_ms == MOMENT_NEVER)
		return sd_event_source_set_enabled(l->clock, SD_EVENT_OFF);
	int err = sd_event_source_set_time(l->clock, at_ms * 1000);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(l->clock, SD_EVENT_ONESHOT);
}

static void clock_arm_or_stop(struct loop *l)
{
	int err = clock_arm(l);
	if (err < 0) {
		l->err = err;
		l->quit = true;
	}
}

/* One timer a turn: others that are due come in the next turns. */
static int on_clock(sd_event_source *event, uint64_t usec, void *user)
{
	(void)event;
	(void)usec;
	struct loop *l = user;
	struct loop_source *first = NULL;
	uint64_t now = loop_moment(l).mono_ms;
	for (struct loop_source *s = l->sources; s; s = s->next)
		if (s->at_ms <= now && (!first || s->at_ms < first->at_ms))
			first = s;
	if (first)
		first->at_ms = MOMENT_NEVER;
	clock_arm_or_stop(l);
	if (first)
		first->fn.plain(first->user);
	return 0;
}

int loop_open(struct loop **out)
{
	struct loop *l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	int err = sd_event_new(&l->event);
	if (err < 0)
		goto fail;
	err = sd_event_set_watchdog(l->event, true);
	if (err < 0)
		goto fail;
	err = sd_event_add_time(l->event, &l->clock, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US,
				on_clock, l);
	if (err < 0)
		goto fail;
	err = sd_event_source_set_enabled(l->clock, SD_EVENT_OFF);
	if (err < 0)
		goto fail;
	*out = l;
	return 0;
fail:
	loop_close(l);
	return err;
}

void loop_close(struct loop *l)
{
	if (!l)
		return;
	for (struct loop_source *s = l->sources, *next; s; s = next) {
		next = s->next;
		loop_source_free(s);
	}
	sd_event_source_disable_unref(l->clock);
	sd_event_unref(l->event);
	free(l);
}

/* A call that arms itself again waits for the next round. A call may free any source, so the walk
 * begins anew after each. */
static void run_deferred(struct loop *l)
{
	uint64_t round = l->round++;
	struct loop_source *s = l->sources;
	while (s) {
		if (!s->armed || s->round > round) {
			s = s->next;
			continue;
		}
		s->armed = false;
		l->armed--;
		s->fn.plain(s->user);
		s = l->sources;
	}
}

int loop_run(struct loop *l)
{
	int err = 0;
	while (!l->quit) {
		err = sd_event_run(l->event, l->armed > 0 ? 0 : UINT64_MAX);
		if (err < 0)
			break;
		bool quiet = err == 0;
		err = 0;
		if (l->armed > 0 && !l->quit && (quiet || ++l->waited >= DEFER_AFTER)) {
			l->waited = 0;
			run_deferred(l);
		}
	}
	l->quit = false;
	return err < 0 ? err : l->err;
}

void loop_quit(struct loop *l)
{
	l->quit = true;
}

static uint64_t clock_us(struct loop *l, clockid_t clock)
{
	uint64_t us = 0;
	if (sd_event_now(l->event, clock, &us) >= 0)
		return us;
	struct timespec t = {0};
	(void)clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

bool loop_clock_kept(void)
{
	struct timex t = {0};
	int state = adjtimex(&t); /* without modes it only reads */
	return state >= 0 && state != TIME_ERROR && !(t.status & STA_UNSYNC);
}

/* A sandbox may forbid even reading; then a mark tells. And the kernel forgets when no source has
 * answered for hours, a mark stays for this boot. */
static bool clock_synchronised(void)
{
	bool kept = loop_clock_kept();
	for (size_t i = 0; !kept && i < sizeof(time_marks) / sizeof(time_marks[0]); i++)
		kept = access(time_marks[i], F_OK) == 0;
	return kept;
}

struct moment loop_moment(struct loop *l)
{
	struct moment m = {
		.mono_ms = clock_us(l, CLOCK_MONOTONIC) / 1000,
		.wall_ms = (int64_t)(clock_us(l, CLOCK_REALTIME) / 1000),
	};
	int64_t offset_ms;

	offset_ms = m.wall_ms - (int64_t)m.mono_ms;
	/* A clock that jumped was set, most likely by a source that vouches for it from now on. */
	if (m.mono_ms >= l->trust_due || llabs(offset_ms - l->trust_offset_ms) > TRUST_JUMP_MS) {
		l->trusted = clock_synchronised();
		l->trust_due = m.mono_ms + TRUST_READ_EVERY_MS;
		l->trust_offset_ms = offset_ms;
	}
	m.trusted = l->trusted;
	return m;
}

static struct loop_source *source_new(struct loop *l, void *user)
{
	struct loop_source *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->loop = l;
	s->user = user;
	s->at_ms = MOMENT_NEVER;
	s->next = l->sources;
	if (s->next)
		s->next->prev = s;
	l->sources = s;
	return s;
}

void loop_source_free(struct loop_source *s)
{
	if (!s)
		return;
	if (s->prev)
		s->prev->next = s->next;
	else
		s->loop->sources = s->next;
	if (s->next)
		s->next->prev = s->prev;
	if (s->armed)
		s->loop->armed--;
	if (s->at_ms != MOMENT_NEVER)
		clock_arm_or_stop(s->loop);
	sd_event_source_disable_unref(s->event);
	free(s);
}

/* Hands s out, or frees it when err says that sd-event refused it. */
static int source_done(struct loop_source **out, struct loop_source *s, int err)
{
	if (err < 0) {
		loop_source_free(s);
		return err;
	}
	*out = s;
	return 0;
}

/* The handlers below don't touch s after the call: it may be freed by then. */
static int on_io(sd_event_source *event, int fd, uint32_t events, void *user)
{
	(void)event;
	struct loop_source *s = user;
	s->fn.io(s->user, fd, events);
	return 0;
}

int loop_io(struct loop *l, struct loop_source **out, int fd, uint32_t epoll_events, loop_io_fn fn,
	    void *user)
{
	struct loop_source *s = source_new(l, user);
	if (!s)
		return -ENOMEM;
	s->fn.io = fn;
	int err = sd_event_add_io(l->event, &s->event, fd, epoll_events, on_io, s);
	if (err >= 0 && epoll_events == 0)
		err = sd_event_source_set_enabled(s->event, SD_EVENT_OFF);
	return source_done(out, s, err);
}

/* With no events wanted epoll still reports a hang-up, again and again: so it is switched off. */
int loop_io_events(struct loop_source *s, uint32_t epoll_events)
{
	if (epoll_events == 0)
		return sd_event_source_set_enabled(s->event, SD_EVENT_OFF);
	int err = sd_event_source_set_io_events(s->event, epoll_events);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(s->event, SD_EVENT_ON);
}

int loop_timer(struct loop *l, struct loop_source **out, loop_fn fn, void *user)
{
	struct loop_source *s = source_new(l, user);
	if (!s)
		return -ENOMEM;
	s->fn.plain = fn;
	*out = s;
	return 0;
}

int loop_timer_set(struct loop_source *s, uint64_t at_ms)
{
	s->at_ms = at_ms < UINT64_MAX / 1000 ? at_ms : MOMENT_NEVER;
	return clock_arm(s->loop);
}

int loop_defer(struct loop *l, struct loop_source **out, loop_fn fn, void *user)
{
	struct loop_source *s = source_new(l, user);
	if (!s)
		return -ENOMEM;
	s->fn.plain = fn;
	*out = s;
	return 0;
}

int loop_defer_arm(struct loop_source *s)
{
	if (s->armed)
		return 0;
	s->armed = true;
	s->round = s->loop->round;
	s->loop->armed++;
	return 0;
}

static int on_signal(sd_event_source *event, const struct signalfd_siginfo *info, void *user)
{
	(void)event;
	struct loop_source *s = user;
	s->fn.signal(s->user, (int)info->ssi_signo);
	return 0;
}

int loop_signal(struct loop *l, struct loop_source **out, int signo, loop_signal_fn fn, void *user)
{
	sigset_t set;
	sigemptyset(&set);
	if (sigaddset(&set, signo) < 0)
		return -errno;
	int err = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (err)
		return -err;
	struct loop_source *s = source_new(l, user);
	if (!s)
		return -ENOMEM;
	s->fn.signal = fn;
	err = sd_event_add_signal(l->event, &s->event, signo, on_signal, s);
	return source_done(out, s, err);
}

void loop_notify(struct loop *l, const char *state)
{
	(void)l;
	(void)sd_notify(0, state);
}
