/* errand.h - work for which the loop can't wait (files, signatures): a thread does it and ends,
 * then the loop is told. One at a time each. */
#ifndef IO_ERRAND_H
#define IO_ERRAND_H
#include "loop.h"
#include <pthread.h>
#include <stdbool.h>

struct errand { /* zeroed: none is under way */
	bool running;
	void (*work)(void *user); /* on the thread */
	loop_fn done;		  /* on the loop, behind it; the next may be begun there */
	void *user;
	pthread_t thread;
	int fd; /* it has ended */
	struct loop_source *source;
};

/* Not while one is running. What work() fills is the thread's until done(). 0 or -errno: then
 * neither is called. */
int __attribute__((warn_unused_result))
errand_begin(struct errand *e, struct loop *loop, void (*work)(void *user), loop_fn done,
	     void *user);
/* Waits for work() to end; done() is not called any more. Without one: nothing. */
void errand_end(struct errand *e);
#endif
