/* ask.h - waits on a loop for a person's word at the terminal, for something that happens instead,
 * or for time to pass. Questions go to stderr, so that the answer of the program can be redirected.
 */
#ifndef STATIONCTL_ASK_H
#define STATIONCTL_ASK_H
#include "io/loop.h"

struct ask;

enum ask_answer {
	ASK_YES,
	ASK_NO,
	ASK_AGAIN,   /* r, where it was offered; else it is no answer */
	ASK_QUIT,    /* q, the end of the input, Ctrl-C: the person goes away */
	ASK_LATE,    /* the deadline came */
	ASK_STOPPED, /* ask_stop */
};

/* terminal: stdin is one and is read; else only time passes. 0 or -errno. */
int __attribute__((warn_unused_result))
ask_open(struct ask **out, struct loop *loop, bool terminal);
/* Runs the loop. ms 0: no deadline. What is no answer is asked again. */
enum ask_answer ask_wait(struct ask *a, uint64_t ms);
/* As ask_wait without a deadline; r is an answer too. */
enum ask_answer ask_wait_again(struct ask *a);
/* From a handler: ask_wait returns. Nothing when nobody waits. */
void ask_stop(struct ask *a);
/* Ctrl-C (SIGINT, SIGTERM, SIGHUP) takes its effect now, if there was one: close what must not stay
 * as it is before. NULL is fine. */
void ask_close(struct ask *a);
#endif
