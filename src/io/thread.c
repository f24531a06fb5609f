/* thread.c - threads and the processor at home (thread.h). */
#include "thread.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define HOME_MOST 4 /* threads at home besides the one that settled */

/* What the process may use, and its home; written once, before there are threads. */
static cpu_set_t anywhere, home;
static bool settled;
static atomic_bool roaming;
/* Only the thread that settled looks at them. */
static pthread_t at_home[HOME_MOST];
static unsigned homes;

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
	bool stays = place == THREAD_HOME;
	pthread_attr_t attr;
	sigset_t all, old;
	int rc = stays && homes == HOME_MOST ? -EAGAIN : -pthread_attr_init(&attr);

	if (rc)
		return rc;
	if (settled)
		rc = -pthread_attr_setaffinity_np(
			&attr, sizeof(home), stays && !atomic_load(&roaming) ? &home : &anywhere);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!rc)
		rc = -pthread_create(thread, &attr, run, user);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (!rc && stays)
		at_home[homes++] = *thread;
	return rc;
}

void thread_end(pthread_t thread)
{
	pthread_join(thread, NULL);
	for (unsigned i = 0; i < homes; i++)
		if (pthread_equal(at_home[i], thread)) {
			at_home[i] = at_home[--homes];
			return;
		}
}

void thread_roam(bool roam)
{
	const cpu_set_t *to = roam ? &anywhere : &home;

	if (!settled || roam == atomic_load(&roaming) || sched_setaffinity(0, sizeof(*to), to) < 0)
		return;
	atomic_store(&roaming, roam);
	for (unsigned i = 0; i < homes; i++)
		(void)pthread_setaffinity_np(at_home[i], sizeof(*to), to);
}

bool thread_step_back(int by)
{
	errno = 0;
	return nice(by) != -1 || errno == 0;
}

void thread_give_way(void)
{
	if (settled && !atomic_load(&roaming))
		(void)sched_yield();
}
