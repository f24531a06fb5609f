/* desk.c - a thread for what takes long and may wait (desk.h): jobs go in by a bounded queue, each
 * of a connection that is suspended until it is done. */
#include "desk.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct desk {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct desk_job *first, **last; /* under lock, as are these */
	unsigned waiting;
	bool shut, running;
};

static struct desk_job *take(struct desk *d)
{
	struct desk_job *job;

	(void)pthread_mutex_lock(&d->lock);
	while (!d->first && !d->shut)
		(void)pthread_cond_wait(&d->wake, &d->lock);
	job = d->first;
	if (job) {
		d->first = job->next;
		d->waiting--;
		if (!d->first)
			d->last = &d->first;
	}
	(void)pthread_mutex_unlock(&d->lock);
	return job;
}

static void *run(void *arg)
{
	struct desk *d = arg;
	struct desk_job *job;

	while ((job = take(d)) != NULL) {
		struct MHD_Connection *c = job->connection;

		job->work(job->user);
		MHD_resume_connection(c);
	}
	return NULL;
}

int desk_open(struct desk **out)
{
	struct desk *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->last = &d->first;
	(void)pthread_mutex_init(&d->lock, NULL);
	(void)pthread_cond_init(&d->wake, NULL);
	err = pthread_create(&d->thread, NULL, run, d);
	if (err) {
		desk_free(d);
		return -err;
	}
	d->running = true;
	*out = d;
	return 0;
}

bool desk_ask(struct desk *d, struct desk_job *job)
{
	bool taken;

	(void)pthread_mutex_lock(&d->lock);
	taken = !d->shut && d->waiting < DESK_JOBS;
	if (taken) {
		MHD_suspend_connection(job->connection);
		job->next = NULL;
		*d->last = job;
		d->last = &job->next;
		d->waiting++;
		(void)pthread_cond_signal(&d->wake);
	}
	(void)pthread_mutex_unlock(&d->lock);
	return taken;
}

void desk_shut(struct desk *d)
{
	if (!d || !d->running)
		return;
	(void)pthread_mutex_lock(&d->lock);
	d->shut = true;
	(void)pthread_cond_signal(&d->wake);
	(void)pthread_mutex_unlock(&d->lock);
	(void)pthread_join(d->thread, NULL);
	d->running = false;
}

void desk_free(struct desk *d)
{
	if (!d)
		return;
	desk_shut(d);
	(void)pthread_cond_destroy(&d->wake);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}
