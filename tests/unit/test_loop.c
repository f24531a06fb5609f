/* test_loop.c - the event loop: timers, deferred calls, descriptors, signals, freeing inside
 * handlers, the watchdog, and that an idle loop sleeps. */
#include "io/loop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 5000

struct bench {
	struct loop *loop;
	struct loop_source *deadline;
	struct loop_source *a, *b, *c;
	int pipe[2];
	char trace[64];
	unsigned count;
	bool late;
};

static void on_deadline(void *user)
{
	struct bench *b = user;
	b->late = true;
	loop_quit(b->loop);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	assert_int_equal(loop_open(&b->loop), 0);
	assert_int_equal(loop_timer(b->loop, &b->deadline, on_deadline, b), 0);
	assert_int_equal(pipe(b->pipe), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	loop_close(b->loop);
	close(b->pipe[0]);
	close(b->pipe[1]);
	free(b);
	return 0;
}

/* Runs until a handler quits; the deadline makes a failure of what would hang. */
static void run(struct bench *b)
{
	uint64_t at = loop_moment(b->loop).mono_ms + DEADLINE_MS;
	assert_int_equal(loop_timer_set(b->deadline, at), 0);
	assert_int_equal(loop_run(b->loop), 0);
	assert_false(b->late);
}

static void put(struct bench *b, const char *s)
{
	strcat(b->trace, s);
}

static void on_a(void *user)
{
	put(user, "a");
}

static void on_b(void *user)
{
	put(user, "b");
}

static void on_quit(void *user)
{
	struct bench *b = user;
	put(b, "q");
	loop_quit(b->loop);
}

static void timers_fire_in_order_of_time(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;
	assert_int_equal(loop_timer(b->loop, &b->a, on_a, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->b, on_b, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->c, now + 60), 0);
	assert_int_equal(loop_timer_set(b->a, now + 40), 0);
	assert_int_equal(loop_timer_set(b->b, now + 20), 0);
	run(b);
	assert_string_equal(b->trace, "baq");
	assert_true(loop_moment(b->loop).mono_ms >= now + 60);
}

/* All are due when the loop first looks, as after a stall. */
static void late_timers_fire_in_order_too(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;
	assert_int_equal(loop_timer(b->loop, &b->a, on_a, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->b, on_b, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->b, now - 3), 0);
	assert_int_equal(loop_timer_set(b->c, now - 1), 0);
	assert_int_equal(loop_timer_set(b->a, now - 2), 0);
	run(b);
	assert_string_equal(b->trace, "baq");
}

static void a_timer_of_zero_or_of_the_past_fires(void **state)
{
	struct bench *b = *state;
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->c, 0), 0);
	run(b);
	assert_int_equal(loop_timer_set(b->c, loop_moment(b->loop).mono_ms - 1), 0);
	run(b);
	assert_string_equal(b->trace, "qq");
}

static void a_disarmed_timer_stays_silent(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;
	assert_int_equal(loop_timer(b->loop, &b->a, on_a, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->b, on_b, b), 0); /* never set */
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->a, now + 10), 0);
	assert_int_equal(loop_timer_set(b->a, MOMENT_NEVER), 0);
	assert_int_equal(loop_timer_set(b->c, now + 30), 0);
	run(b);
	assert_string_equal(b->trace, "q");
}

static void a_timer_is_one_shot(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;
	assert_int_equal(loop_timer(b->loop, &b->a, on_a, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->a, now), 0);
	assert_int_equal(loop_timer_set(b->c, now + 30), 0);
	run(b);
	assert_string_equal(b->trace, "aq");
}

static void arm_twice(void *user)
{
	struct bench *b = user;
	assert_int_equal(loop_defer_arm(b->a), 0);
	assert_int_equal(loop_defer_arm(b->a), 0);
	put(b, "t");
}

static void a_deferred_call_comes_once_behind_the_turn(void **state)
{
	struct bench *b = *state;
	uint64_t now = loop_moment(b->loop).mono_ms;
	assert_int_equal(loop_defer(b->loop, &b->a, on_a, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->b, arm_twice, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->b, now), 0);
	assert_int_equal(loop_timer_set(b->c, now + 30), 0);
	run(b);
	assert_string_equal(b->trace, "taq");
}

static void rearm_thrice(void *user)
{
	struct bench *b = user;
	if (++b->count < 3)
		assert_int_equal(loop_defer_arm(b->a), 0);
	else
		loop_quit(b->loop);
}

static void a_deferred_call_may_arm_itself_again(void **state)
{
	struct bench *b = *state;
	assert_int_equal(loop_defer(b->loop, &b->a, rearm_thrice, b), 0);
	assert_int_equal(loop_defer_arm(b->a), 0);
	run(b);
	assert_int_equal(b->count, 3);
}

static void on_flood(void *user, int fd, uint32_t events)
{
	struct bench *b = user;
	(void)fd;
	(void)events;
	b->count++; /* the byte stays: the descriptor is always readable */
}

static void a_flood_does_not_starve_deferred_calls(void **state)
{
	struct bench *b = *state;
	assert_int_equal(write(b->pipe[1], "x", 1), 1);
	assert_int_equal(loop_io(b->loop, &b->a, b->pipe[0], EPOLLIN, on_flood, b), 0);
	assert_int_equal(loop_defer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_defer_arm(b->c), 0);
	run(b);
	assert_in_range(b->count, 1, 1000);
}

static void on_byte(void *user, int fd, uint32_t events)
{
	struct bench *b = user;
	char c;
	assert_true(events & EPOLLIN);
	assert_int_equal(read(fd, &c, 1), 1);
	put(b, (char[]){c, '\0'});
	if (c == 'z')
		loop_quit(b->loop);
}

static void a_paused_descriptor_is_silent_even_when_hung_up(void **state)
{
	struct bench *b = *state;
	assert_int_equal(loop_io(b->loop, &b->a, b->pipe[0], EPOLLIN, on_byte, b), 0);
	assert_int_equal(loop_io_events(b->a, 0), 0);
	assert_int_equal(write(b->pipe[1], "yz", 2), 2);
	close(b->pipe[1]);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->c, loop_moment(b->loop).mono_ms + 30), 0);
	run(b);
	assert_string_equal(b->trace, "q");
	assert_int_equal(loop_io_events(b->a, EPOLLIN), 0);
	run(b);
	assert_string_equal(b->trace, "qyz");
	b->pipe[1] = dup(b->pipe[0]); /* for teardown */
}

static void free_both(void *user)
{
	struct bench *b = user;
	put(b, "f");
	loop_source_free(b->a); /* whichever of the two this is */
	loop_source_free(b->b);
	b->a = b->b = NULL;
}

/* Both are due in the same turn: the first to run frees itself and the other. */
static void a_handler_may_free_itself_and_others(void **state)
{
	struct bench *b = *state;
	assert_int_equal(loop_timer(b->loop, &b->a, free_both, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->b, free_both, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->a, 0), 0);
	assert_int_equal(loop_timer_set(b->b, 0), 0);
	assert_int_equal(loop_timer_set(b->c, loop_moment(b->loop).mono_ms + 30), 0);
	run(b);
	assert_string_equal(b->trace, "fq");
	assert_int_equal(loop_defer(b->loop, &b->a, free_both, b), 0);
	assert_int_equal(loop_defer(b->loop, &b->b, free_both, b), 0);
	assert_int_equal(loop_defer_arm(b->a), 0);
	assert_int_equal(loop_defer_arm(b->b), 0);
	assert_int_equal(loop_timer_set(b->c, loop_moment(b->loop).mono_ms + 30), 0);
	run(b);
	assert_string_equal(b->trace, "fqfq");
}

static void on_signal(void *user, int signo)
{
	struct bench *b = user;
	b->count = (unsigned)signo;
	loop_quit(b->loop);
}

static void a_signal_is_delivered_in_the_loop(void **state)
{
	struct bench *b = *state;
	assert_int_equal(loop_signal(b->loop, &b->a, SIGUSR1, on_signal, b), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(b->count, 0); /* blocked until the loop takes it */
	run(b);
	assert_int_equal(b->count, SIGUSR1);
}

static void the_moment_is_the_clocks_moment(void **state)
{
	struct bench *b = *state;
	struct timespec mono, wall;
	struct moment m = loop_moment(b->loop);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	assert_in_range((uint64_t)mono.tv_sec * 1000 + (uint64_t)mono.tv_nsec / 1000000 - m.mono_ms,
			0, DEADLINE_MS);
	assert_in_range((int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000 - m.wall_ms, 0,
			DEADLINE_MS);
}

static void an_idle_loop_sleeps(void **state)
{
	struct bench *b = *state;
	struct rusage before, after;
	assert_int_equal(loop_io(b->loop, &b->a, b->pipe[0], EPOLLIN, on_byte, b), 0);
	assert_int_equal(loop_timer(b->loop, &b->c, on_quit, b), 0);
	assert_int_equal(loop_timer_set(b->c, loop_moment(b->loop).mono_ms + 300), 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	run(b);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	/* one sleep, woken by the one timer; a little room for what the kernel does besides */
	assert_in_range(after.ru_nvcsw - before.ru_nvcsw, 1, 5);
}

/* A socket that plays systemd gets the watchdog's beats and what loop_notify sends. */
static void on_beat(void *user, int fd, uint32_t events)
{
	struct bench *b = user;
	char buf[128];
	(void)events;
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0);
	assert_true(n > 0);
	buf[n] = '\0';
	if (strcmp(buf, "WATCHDOG=1") == 0)
		b->count++;
	else
		put(b, buf);
	if (b->count == 3)
		loop_quit(b->loop);
}

static void the_watchdog_is_fed_and_systemd_is_told(void **state)
{
	struct bench *b = *state;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct loop *l;
	char dir[] = "/tmp/test_loop.XXXXXX", pid[24];
	assert_non_null(mkdtemp(dir));
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/notify", dir);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("NOTIFY_SOCKET", a.sun_path, 1);
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "100000", 1);
	loop_close(b->loop);
	assert_int_equal(loop_open(&l), 0);
	b->loop = l;
	assert_int_equal(loop_timer(l, &b->deadline, on_deadline, b), 0);
	assert_int_equal(loop_io(l, &b->a, fd, EPOLLIN, on_beat, b), 0);
	loop_notify(l, "READY=1");
	run(b);
	assert_string_equal(b->trace, "READY=1");
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	close(fd);
	unlink(a.sun_path);
	rmdir(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(timers_fire_in_order_of_time),
		T(late_timers_fire_in_order_too),
		T(a_timer_of_zero_or_of_the_past_fires),
		T(a_disarmed_timer_stays_silent),
		T(a_timer_is_one_shot),
		T(a_deferred_call_comes_once_behind_the_turn),
		T(a_deferred_call_may_arm_itself_again),
		T(a_flood_does_not_starve_deferred_calls),
		T(a_paused_descriptor_is_silent_even_when_hung_up),
		T(a_handler_may_free_itself_and_others),
		T(a_signal_is_delivered_in_the_loop),
		T(the_moment_is_the_clocks_moment),
		T(an_idle_loop_sleeps),
		T(the_watchdog_is_fed_and_systemd_is_told),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
