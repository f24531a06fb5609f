/* live.c - a camera that runs (live.h): one thread, which sleeps until a frame comes. A hang of the
 * decoder is a hang of all of it; systemd's watchdog and the station's see it. */
#include "live.h"
#include "print.h"
#include "shot.h"
#include "station/moment.h"
#include "tell.h"
#include "watch.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#define TURN_MS	    500 /* the longest sleep: beats are due, and the station's end is seen */
#define WATCHDOG_MS 400 /* of 2 s, while there are frames */
/* Opening a camera may take longer, and a view of a crowd of finder patterns. */
#define PATIENT "WATCHDOG_USEC=10000000"
#define QUICK	"WATCHDOG_USEC=2000000"

struct live {
	struct feed *feed;
	struct watch *watch;
	struct tell *tell; /* NULL: print */
	struct shot_is shot;
	struct sight_line told; /* as the station knows it */
	bool knows;		/* that it does */
	unsigned asked;		/* for a photo: of the so-manieth frame from now on; 0 = not */
	int signals;
	uint64_t alive_ms; /* when systemd is told next */
	bool lives;	   /* frames come, as systemd was told */
	bool crowd;	   /* it is patient for that */
};

static uint64_t clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void on_label(void *user, const struct reading_label *label)
{
	struct live *l = user;

	if (l->tell) {
		(void)tell_label(l->tell, label);
		return;
	}
	print_label("-", label);
	(void)fflush(stdout);
}

/* What the station does not know yet of how well the camera sees. */
static void report_sight(struct live *l)
{
	struct sight_line now = {.report = *watch_sight(l->watch)};
	struct text mode = text_over(now.mode, sizeof(now.mode));

	feed_mode(l->feed, &mode);
	if (!l->tell || (l->knows && sight_line_same(&now, &l->told)))
		return;
	l->knows = tell_sight(l->tell, &now);
	l->told = now;
}

/* Of the second frame after the question was heard: the first may have waited, or begun, before. */
static void photograph(struct live *l, const struct image *frame)
{
	struct shot_own own = {NULL, 0};
	struct shot made;

	own.bytes = feed_jpeg(l->feed, &own.len);
	if (!shot_make(&l->shot, frame, &own, &made))
		(void)fputs("station-camera: a photo can't be made\n", stderr);
	(void)tell_photo(l->tell, made.bytes, made.len);
	shot_free(&made);
}

/* What lies there is new to a station that has just been found. */
static void begin(struct live *l)
{
	watch_begin(l->watch);
	l->knows = false;
	l->asked = 0;
}

static void beat(struct live *l, uint64_t now)
{
	if (now < l->alive_ms)
		return;
	(void)sd_notify(0, "WATCHDOG=1");
	l->alive_ms = now + WATCHDOG_MS;
}

/* One place may hang; many take long, and that is none. */
static void on_place(void *user, bool crowd)
{
	struct live *l = user;
	uint64_t now = clock_ms();

	if (crowd != l->crowd)
		(void)sd_notify(0, crowd ? PATIENT "\nWATCHDOG=1" : QUICK "\nWATCHDOG=1");
	l->crowd = crowd;
	beat(l, now);
	if (l->tell)
		tell_goes_on(l->tell, now);
}

static void tell_systemd(struct live *l, uint64_t now)
{
	bool lives = feed_lives(l->feed);

	beat(l, now);
	if (lives == l->lives)
		return;
	l->lives = lives;
	(void)sd_notify(0, lives ? QUICK "\nSTATUS=The camera gives frames."
				 : PATIENT "\n"
					   "STATUS=The camera gives no frames; it is tried again.");
}

static int wait_ms(const struct live *l, uint64_t now)
{
	uint64_t due = feed_due(l->feed);

	if (due <= now)
		return 0;
	return due - now < TURN_MS ? (int)(due - now) : TURN_MS;
}

/* False: it is to end. */
static bool sleep_until(struct live *l)
{
	struct pollfd fds[] = {{.fd = l->signals, .events = POLLIN},
			       {.fd = feed_fd(l->feed), .events = POLLIN}};

	return poll(fds, 2, wait_ms(l, clock_ms())) <= 0 || fds[0].revents == 0;
}

static int turns(struct live *l)
{
	struct image frame;
	int e = 0;

	while (e >= 0 && sleep_until(l)) {
		uint64_t now = clock_ms();
		bool came = feed_read(l->feed, now, &frame);

		feed_turn(l->feed, now);
		if (l->tell && tell_turn(l->tell, feed_lives(l->feed), now))
			begin(l);
		tell_systemd(l, now);
		if (came && l->asked > 0 && --l->asked == 0 && tell_connected(l->tell))
			photograph(l, &frame);
		if (l->tell && tell_asked(l->tell))
			l->asked = 2;
		beat(l, clock_ms());
		if (!came || (l->tell && !tell_connected(l->tell)))
			continue;
		report_sight(l); /* before a look, which may take long, or hang */
		e = watch_frame(l->watch, &frame, now);
	}
	return e < 0 ? e : 0;
}

static int open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int live_run(const struct live_is *is)
{
	struct live l = {.shot = {is->photo_side, is->photo_quality}};
	const struct watch_is watch = {is->allowed, is->itf, on_label, on_place, &l};
	int e;

	l.signals = open_signals();
	e = l.signals < 0 ? -errno : watch_open(&l.watch, &watch);
	if (e == 0)
		e = feed_open(&l.feed, &is->feed);
	if (e == 0 && is->socket)
		e = tell_open(&l.tell, is->socket);
	if (e == 0) {
		(void)sd_notify(0, "READY=1\nSTATUS=The camera is started.");
		e = turns(&l);
	}
	(void)sd_notify(0, "STOPPING=1");
	tell_close(l.tell);
	feed_close(l.feed);
	watch_close(l.watch);
	if (l.signals >= 0)
		(void)close(l.signals);
	return e;
}
