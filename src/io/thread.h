/* thread.h - threads beside the loop's, and the processor on which a press is answered.
 *
 * The way of a press goes from the loop to the journal's writer and back. A processor that sleeps
 * needs tens of microseconds to wake, a virtual one hundreds; so these two share one processor, at
 * home: the last that the process may use, because interrupts mostly go to the first. Other
 * threads may run on any. Where something else is at work, a processor is awake already, and one
 * that is home may be taken while another is free: then those two roam as well. */
#ifndef IO_THREAD_H
#define IO_THREAD_H
#include <pthread.h>
#include <stdbool.h>

enum thread_place {
	THREAD_HOME, /* with the thread that settled */
	THREAD_ANYWHERE,
};

/* From now on the calling thread, and what it begins at home, stay on one processor. Once, before
 * any thread is begun. 0, also where there is only one; or -errno: then all run anywhere, which is
 * slower and nothing else. */
int thread_settle(void);
/* Begins a thread; it gets no signals, which are the loop's. One at home is begun and ended by the
 * thread that settled. 0 or -errno. */
int __attribute__((warn_unused_result))
thread_begin(pthread_t *thread, enum thread_place place, void *(*run)(void *), void *user);
void thread_end(pthread_t thread); /* waits for its end */
/* While something else is at work those at home may run anywhere. For the thread that settled. */
void thread_roam(bool roam);
/* The calling thread goes behind others of the process: nice levels, on Linux a thread's own.
 * Whether it does. */
bool thread_step_back(int by);
/* For one at home that has just woken the other: that one goes first. */
void thread_give_way(void);
#endif
