/* thread.c - threads and the processor at home (thread.h). */
#include "thread.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

/* What the process may use, and its home; written once, before there are threads. */
static cpu_set_t anywhere, home;
static bool settled;
static atomic_bool roaming;
static _Thread_local bool away; /* a thread of the home's that may run anywhere, for now */

int thread_settle(void)
{
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
	if (settled)
		rc = -pthread_attr_setaffinity_np(&attr, sizeof(home),
						  place == THREAD_HOME ? &home : &anywhere);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!rc)
		rc = -pthread_create(thread, &attr, run, user);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

/* Each moves itself: nobody needs to know who is at home, or still there. */
void thread_follow(void)
{
	bool roam = atomic_load(&roaming);

	if (!settled || roam == away)
		return;
	if (sched_setaffinity(0, sizeof(home), roam ? &anywhere : &home) == 0)
		away = roam;
}

void thread_roam(bool roam)
{
	atomic_store(&roaming, roam);
	thread_follow();
}

void thread_give_way(void)
{
	if (settled && !away)
		(void)sched_yield();
}
