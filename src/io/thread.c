/* thread.c - threads and the processor at home (thread.h). */
#include "thread.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

static cpu_set_t anywhere; /* what the process may use; written once, before there are threads */
static bool settled;

int thread_settle(void)
{
	cpu_set_t home;
	size_t last = CPU_SETSIZE - 1;

	if (sched_getaffinity(0, sizeof(anywhere), &anywhere) < 0)
		return -errno;
	if (CPU_COUNT(&anywhere) < 2)
		return 0;
	while (!CPU_ISSET(last, &anywhere))
		last--;
	CPU_ZERO(&home);
	CPU_SET(last, &home);
	if (sched_setaffinity(0, sizeof(home), &home) < 0)
		return -errno;
	settled = true;
	return 0;
}

int thread_begin(pthread_t *thread, enum thread_place place, void *(*run)(void *), void *user)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int rc = -pthread_attr_init(&attr);

	if (rc)
		return rc;
	if (settled && place == THREAD_ANYWHERE)
		rc = -pthread_attr_setaffinity_np(&attr, sizeof(anywhere), &anywhere);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!rc)
		rc = -pthread_create(thread, &attr, run, user);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

void thread_give_way(void)
{
	if (settled)
		(void)sched_yield();
}
