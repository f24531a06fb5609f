/* moments.c - the station's time: the wall clock made fit for events (station/clock.h). A step is
 * noticed when it happens, also while nothing else does. */
#include "io/log.h"
#include "station.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define FAR_OFF (sizeof(time_t) > 4 ? (time_t)7258118400 : (time_t)0x7fffffff) /* 2200, or 2038 */

/* A timer that never comes, but is cancelled when somebody sets the clock. */
static int watch_clock(int fd)
{
	struct itimerspec far_off = {.it_value.tv_sec = FAR_OFF};

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far_off, NULL) < 0
		       ? -errno
		       : 0;
}

static void on_clock_set(void *user, int fd, uint32_t events)
{
	struct station *s = user;
	uint64_t times;
	int r = 0;

	(void)events;
	if (read(fd, &times, sizeof(times)) < 0 && errno == ECANCELED)
		r = watch_clock(fd);
	if (r < 0)
		log_warning("cannot watch the clock: %s", strerror(-r));
	(void)moments_now(s);
	station_status_soon(s);
}

static void step(struct station *s)
{
	int64_t by_ms = s->stepped_ms;
	struct moment now = s->now;

	s->stepped = false;
	s->stepped_ms = 0;
	log_write(LOG_LEVEL_NOTICE, LOG_CLOCK_STEPPED,
		  by_ms <= CLOCK_STEP_MS && by_ms >= -CLOCK_STEP_MS
			  ? "a time source vouches for the clock; it was %lld ms behind"
			  : "the clock stepped by %lld ms",
		  (long long)by_ms);
	bench_clock(&s->bench, by_ms, &now, &s->out);
	station_act(s);
}

static void read_clocks(struct station *s)
{
	struct moment now = loop_moment(s->loop);
	int64_t by_ms;

	if (clock_read(&s->clock, &now, &by_ms)) {
		s->stepped = true;
		s->stepped_ms += by_ms;
	}
	s->now = now;
	if (s->stepped && s->started)
		step(s);
}

struct moment moments_now(struct station *s)
{
	read_clocks(s);
	s->told_ms = s->now.mono_ms;
	return s->now;
}

/* A contact that closed before the lamp was lit is told no earlier than the lamp: it is too early
 * for it all the same. */
struct moment moments_at(struct station *s, uint64_t at_ms)
{
	struct moment at;

	read_clocks(s);
	at = s->now;
	if (at_ms < at.mono_ms)
		at.mono_ms = at_ms > s->told_ms ? at_ms : s->told_ms;
	s->told_ms = at.mono_ms;
	return at;
}

void moments_start(struct station *s)
{
	s->started = true;
	(void)moments_now(s);
}

int moments_open(struct station *s)
{
	int r;

	clock_init(&s->clock, 0);
	s->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->clock_fd < 0)
		return -errno;
	r = watch_clock(s->clock_fd);
	if (r == 0)
		r = loop_io(s->loop, &s->clock_set, s->clock_fd, EPOLLIN, on_clock_set, s);
	(void)moments_now(s);
	return r;
}

void moments_close(struct station *s)
{
	if (!s->clock_set)
		return;
	loop_source_free(s->clock_set);
	(void)close(s->clock_fd);
}
