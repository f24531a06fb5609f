/* loop.h - the event loop (sd-event): one timestamp a turn, shared by all handlers; timers are
 * monotonic. */
#ifndef IO_LOOP_H
#define IO_LOOP_H
#include "log.h"
#include "station/moment.h"
#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_source;

typedef void (*loop_io_fn)(void *user, int fd, uint32_t epoll_events);
typedef void (*loop_fn)(void *user);
typedef void (*loop_signal_fn)(void *user, int signo);

/* All return 0 or -errno. A loop belongs to one thread. */
int __attribute__((warn_unused_result)) loop_open(struct loop **out);
void loop_close(struct loop *l); /* frees its sources too; NULL is fine */
/* Runs until loop_quit. */
int __attribute__((warn_unused_result)) loop_run(struct loop *l);
void loop_quit(struct loop *l);

/* The clocks, read once a turn (CLOCK_MONOTONIC, CLOCK_REALTIME, and whether the kernel says the
 * clock is synchronised). */
struct moment loop_moment(struct loop *l);
bool loop_clock_kept(void); /* the kernel says that a source keeps its clock right; needs no loop */

/* Watches fd; the fd stays the caller's. Sources are freed with loop_source_free (safe inside any
 * handler, its own included), before fd is closed. */
int __attribute__((warn_unused_result)) loop_io(struct loop *l, struct loop_source **out, int fd,
						uint32_t epoll_events, loop_io_fn fn, void *user);
int __attribute__((warn_unused_result))
loop_io_events(struct loop_source *s, uint32_t epoll_events); /* 0 events = paused */
/* A timer, unset at first. */
int __attribute__((warn_unused_result))
loop_timer(struct loop *l, struct loop_source **out, loop_fn fn, void *user);
/* Monotonic ms; a time in the past fires in the next turn; MOMENT_NEVER disarms. Accuracy 1 ms. One
 * shot. Timers fire in the order of their times, also when the loop is late for several. */
int __attribute__((warn_unused_result)) loop_timer_set(struct loop_source *s, uint64_t at_ms);
/* Runs fn at the end of the turn once for each loop_defer_arm (several in one turn count as one).
 */
int __attribute__((warn_unused_result))
loop_defer(struct loop *l, struct loop_source **out, loop_fn fn, void *user);
int __attribute__((warn_unused_result)) loop_defer_arm(struct loop_source *s);
/* Blocks signo in this thread and delivers it here. Call before threads are started. */
int __attribute__((warn_unused_result))
loop_signal(struct loop *l, struct loop_source **out, int signo, loop_signal_fn fn, void *user);
void loop_source_free(struct loop_source *s); /* NULL is fine */

/* A device that comes and goes (F10). Missing is no fault: it is looked for every 2 s, and at once
 * where inotify can tell; while it is there nothing wakes up. */
#define LOOP_DEVICE_PATH 256
struct loop_device;
struct loop_device_is {
	char name[48]; /* for the log: "scanner gun" */
	char path[LOOP_DEVICE_PATH];
	enum log_id lost_id, back_id;
	/* Opens it: 0 and a descriptor to read from, or -errno. */
	int (*open)(void *user, int *fd);
	void (*close)(void *user); /* after an open that went well; closes the descriptor */
	/* There is something to read; calls loop_device_lost when that fails, and then nothing of
	 * the device. */
	void (*readable)(void *user, int fd);
	/* Its own words for a -errno of open or loop_device_lost, or NULL; a text that stays. */
	const char *(*reason)(int err);
	/* Open / lost, changes only; the first call comes soon after loop_device_open. */
	void (*present)(void *user, bool present);
	void *user;
};
int __attribute__((warn_unused_result))
loop_device_open(struct loop_device **out, struct loop *loop, const struct loop_device_is *is);
void loop_device_lost(struct loop_device *d, int err);	    /* only while it is open */
void loop_device_pause(struct loop_device *d, bool paused); /* paused: readable is not called */
void loop_device_close(struct loop_device *d);		    /* NULL is fine */
const char *loop_device_words(const char *own, int err);    /* own, or what -errno mostly means */

/* systemd: READY=1, STATUS=..., STOPPING=1 as given; nothing where there is no systemd. The
 * watchdog is kept fed by loop_run when systemd asks for it (WATCHDOG_USEC). */
void loop_notify(struct loop *l, const char *state);
#endif
