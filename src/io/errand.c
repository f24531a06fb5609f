/* errand.c - work for which the loop can't wait (errand.h). */
#include "errand.h"
#include "log.h"
#include "thread.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *run(void *user)
{
	struct errand *e = user;
	uint64_t one = 1;

	e->work(e->user);
	if (write(e->fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		log_error("cannot tell that a thread has ended: %s", strerror(errno));
	return NULL;
}

static void on_ended(void *user, int fd, uint32_t events)
{
	struct errand *e = user;

	(void)fd;
	(void)events;
	errand_end(e);
	e->done(e->user);
}

int errand_begin(struct errand *e, struct loop *loop, void (*work)(void *user), loop_fn done,
		 void *user)
{
	int r;

	*e = (struct errand){.work = work, .done = done, .user = user};
	e->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->fd < 0)
		return -errno;
	r = loop_io(loop, &e->source, e->fd, EPOLLIN, on_ended, e);
	if (r == 0)
		r = thread_begin(&e->thread, THREAD_ANYWHERE, run, e);
	if (r == 0) {
		e->running = true;
		return 0;
	}
	loop_source_free(e->source);
	(void)close(e->fd);
	return r;
}

void errand_end(struct errand *e)
{
	if (!e->running)
		return;
	if (pthread_join(e->thread, NULL) != 0)
		log_error("cannot join a thread");
	e->running = false;
	loop_source_free(e->source);
	(void)close(e->fd);
}
