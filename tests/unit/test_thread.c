/* test_thread.c - who runs where: the loop's thread and those at home on one processor, the last
 * that may be used, while nothing else is at work; all others on any. */
#include "io/thread.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct seen {
	cpu_set_t may;
	sigset_t blocked;
};

static void *look(void *user)
{
	struct seen *s = user;

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
		(void)alarm(60); /* one that hangs says so */
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

static int processors(void)
{
	cpu_set_t may;

	assert_int_equal(sched_getaffinity(0, sizeof(may), &may), 0);
	return CPU_COUNT(&may);
}

/* A thread at home that says on how many processors it may run, whenever it is asked. */
struct asked {
	pthread_t thread;
	sem_t ask, answer;
	int processors;
};

static void *answers(void *user)
{
	struct asked *a = user;

	for (;;) {
		cpu_set_t may;

		while (sem_wait(&a->ask) != 0)
			;
		if (a->processors < 0)
			return NULL;
		a->processors = sched_getaffinity(0, sizeof(may), &may) ? 0 : CPU_COUNT(&may);
		(void)sem_post(&a->answer);
	}
}

static void begin(struct asked *a)
{
	a->processors = 0;
	assert_int_equal(sem_init(&a->ask, 0, 0) | sem_init(&a->answer, 0, 0), 0);
	assert_int_equal(thread_begin(&a->thread, THREAD_HOME, answers, a), 0);
}

static int ask(struct asked *a)
{
	(void)sem_post(&a->ask);
	while (sem_wait(&a->answer) != 0)
		;
	return a->processors;
}

static void end(struct asked *a)
{
	a->processors = -1;
	(void)sem_post(&a->ask);
	thread_end(a->thread);
}

/* All that are at home go and come together, those begun meanwhile too. */
static void roaming(void)
{
	struct asked before, meanwhile;
	int all = processors();

	assert_int_equal(thread_settle(), 0);
	begin(&before);
	assert_int_equal(ask(&before), 1);
	thread_roam(true);
	begin(&meanwhile);
	assert_int_equal(processors(), all);
	assert_int_equal(ask(&before), all);
	assert_int_equal(ask(&meanwhile), all);
	thread_roam(false);
	assert_int_equal(processors(), 1);
	assert_int_equal(ask(&before), 1);
	assert_int_equal(ask(&meanwhile), 1);
	end(&before); /* it is forgotten, the other is not */
	thread_roam(true);
	assert_int_equal(ask(&meanwhile), all);
	end(&meanwhile);
	thread_roam(false);
	assert_int_equal(processors(), 1);
}

/* There is room for some, and it is given back. */
static void many(void)
{
	struct asked all[4];
	pthread_t none;
	unsigned n = 0;

	assert_int_equal(thread_settle(), 0);
	for (int round = 0; round < 3; round++) {
		for (n = 0; n < 4; n++)
			begin(&all[n]);
		assert_int_equal(thread_begin(&none, THREAD_HOME, look, NULL), -EAGAIN);
		while (n > 0)
			end(&all[--n]);
	}
}

static void *back(void *user)
{
	int *nice_to = user;

	assert_true(thread_step_back(3));
	*nice_to = getpriority(PRIO_PROCESS, 0);
	return NULL;
}

/* One thread, by levels, from where the process is. */
static void step_back(void)
{
	int here = getpriority(PRIO_PROCESS, 0), there = 99;
	pthread_t thread;

	assert_int_equal(thread_begin(&thread, THREAD_ANYWHERE, back, &there), 0);
	thread_end(thread);
	assert_int_equal(there, here + 3 > 19 ? 19 : here + 3);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), here);
}

static void not_settled(void)
{
	struct seen s;
	cpu_set_t all;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	thread_roam(true);
	assert_null(look(&s));
	assert_true(CPU_EQUAL(&s.may, &all));
	thread_roam(false);
	assert_null(look(&s));
	assert_true(CPU_EQUAL(&s.may, &all));
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
}

static void test_room_for_threads(void **state)
{
	(void)state;
	in_a_child(many);
}

static void test_step_back(void **state)
{
	(void)state;
	in_a_child(step_back);
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
		cmocka_unit_test(test_settled),		 cmocka_unit_test(test_roaming),
		cmocka_unit_test(test_room_for_threads), cmocka_unit_test(test_step_back),
		cmocka_unit_test(test_not_settled),	 cmocka_unit_test(test_one_processor),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
