/* test_thread.c - who runs where: the loop's thread and those at home on one processor, the last
 * that may be used, all others on any. */
#include "io/thread.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct seen {
	cpu_set_t may;
	sigset_t blocked;
};

static void *look(void *user)
{
	struct seen *s = user;

	thread_follow();
	thread_give_way();
	assert_int_equal(sched_getaffinity(0, sizeof(s->may), &s->may), 0);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &s->blocked), 0);
	return NULL;
}

static void see(enum thread_place place, struct seen *s)
{
	pthread_t thread;

	assert_int_equal(thread_begin(&thread, place, look, s), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* Each in a process of its own: it is settled once. */
static void in_a_child(void (*test)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		test();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void settled(void)
{
	struct seen s;
	cpu_set_t all, home;
	size_t last = CPU_SETSIZE - 1;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(last, &all))
		last--;
	CPU_ZERO(&home);
	CPU_SET(last, &home);
	assert_int_equal(thread_settle(), 0);
	assert_null(look(&s));
	assert_true(CPU_EQUAL(&s.may, &home));
	assert_false(sigismember(&s.blocked, SIGTERM)); /* the loop's */
	see(THREAD_HOME, &s);
	assert_true(CPU_EQUAL(&s.may, &home));
	assert_true(sigismember(&s.blocked, SIGTERM));
	see(THREAD_ANYWHERE, &s);
	assert_true(CPU_EQUAL(&s.may, &all));
	assert_true(sigismember(&s.blocked, SIGTERM));
}

/* Those at home by themselves: the one that settled at once, others before they go to work. */
static void roaming(void)
{
	struct seen s;
	cpu_set_t all, home;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(thread_settle(), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(home), &home), 0);
	thread_roam(true);
	assert_int_equal(sched_getaffinity(0, sizeof(s.may), &s.may), 0);
	assert_true(CPU_EQUAL(&s.may, &all));
	see(THREAD_HOME, &s);
	assert_true(CPU_EQUAL(&s.may, &all));
	thread_roam(false);
	assert_int_equal(sched_getaffinity(0, sizeof(s.may), &s.may), 0);
	assert_true(CPU_EQUAL(&s.may, &home));
	see(THREAD_HOME, &s);
	assert_true(CPU_EQUAL(&s.may, &home));
}

/* One that was begun while the others roamed comes home with them. */
static void *roam_and_back(void *user)
{
	int *step = user;
	struct seen s;

	for (int i = 1; i <= 2; i++) {
		while (__atomic_load_n(step, __ATOMIC_ACQUIRE) != 2 * i - 1)
			sched_yield();
		look(&s);
		assert_int_equal(CPU_COUNT(&s.may) == 1, i == 2);
		__atomic_store_n(step, 2 * i, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void roaming_begun_away(void)
{
	pthread_t thread;
	int step = 0;

	assert_int_equal(thread_settle(), 0);
	thread_roam(true);
	assert_int_equal(thread_begin(&thread, THREAD_HOME, roam_and_back, &step), 0);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) != 2)
		sched_yield();
	thread_roam(false);
	__atomic_store_n(&step, 3, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(step, 4);
}

static void not_settled(void)
{
	struct seen s;
	cpu_set_t all;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	thread_roam(true);
	thread_roam(false);
	see(THREAD_HOME, &s);
	assert_true(CPU_EQUAL(&s.may, &all));
	see(THREAD_ANYWHERE, &s);
	assert_true(CPU_EQUAL(&s.may, &all));
}

/* As an administrator may want it (CPUAffinity=): nothing is used that was not given. */
static void given_one(void)
{
	struct seen s;
	cpu_set_t one;
	size_t first = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(one), &one), 0);
	while (!CPU_ISSET(first, &one))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(thread_settle(), 0);
	see(THREAD_ANYWHERE, &s);
	assert_true(CPU_EQUAL(&s.may, &one));
}

static void test_settled(void **state)
{
	(void)state;
	in_a_child(settled);
}

static bool one_processor(void)
{
	cpu_set_t all;

	return sched_getaffinity(0, sizeof(all), &all) != 0 || CPU_COUNT(&all) < 2;
}

static void test_roaming(void **state)
{
	(void)state;
	if (one_processor())
		skip();
	in_a_child(roaming);
	in_a_child(roaming_begun_away);
}

static void test_not_settled(void **state)
{
	(void)state;
	in_a_child(not_settled);
}

static void test_one_processor(void **state)
{
	(void)state;
	in_a_child(given_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_roaming),
		cmocka_unit_test(test_not_settled),
		cmocka_unit_test(test_one_processor),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
