/* desk.h - a thread for what takes long and may wait: photos. The threads of the HTTP library, and
 * with them the intake of events, wait for none of it. */
#ifndef HQD_DESK_H
#define HQD_DESK_H
#include <microhttpd.h>
#include <stdbool.h>

#define DESK_JOBS 32 /* that wait; their bodies are in memory */

struct desk;

struct desk_job { /* the caller's, until work() was called */
	struct MHD_Connection *connection;
	void (*work)(void *user); /* on the desk's thread */
	void *user;
	struct desk_job *next;
};

/* 0 or -errno. */
int desk_open(struct desk **out);
/* From within the connection's handler: it is suspended, and goes on behind work(). False: too many
 * wait, or the desk is shut. */
bool desk_ask(struct desk *d, struct desk_job *job);
/* What waits is done, nothing more is taken. Before the HTTP library ends. NULL is fine. */
void desk_shut(struct desk *d);
void desk_free(struct desk *d); /* shuts it, too; NULL is fine */
#endif
