/* main.c - station-export: copies the journal to a stick, or to any folder. Reads the journal and
 * its photos and nothing else, read-only, beside a running stationd. */
#include "device.h"
#include "gate.h"
#include "io/log.h"
#include "make.h"
#include "options.h"
#include "tell.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void photos(const char *before, uint64_t n, const char *behind)
{
	(void)printf("%s%llu photo%s%s", before, (unsigned long long)n, n == 1 ? "" : "s", behind);
}

static void told(const struct made *made, const struct order *order)
{
	const struct manifest *m = &made->trip.manifest;
	const struct roll *roll = &made->trip.roll;

	if (!m->is_signed)
		(void)fprintf(stderr, "station-export: not signed: %s\n", m->why_unsigned);
	(void)printf("%s/%s/%s: ", order->dir, m->station, made->folder.name);
	if (m->last < m->first)
		(void)printf("nothing new, headquarters has all %llu events",
			     (unsigned long long)m->last);
	else
		(void)printf("events %llu to %llu, %llu inspections", (unsigned long long)m->first,
			     (unsigned long long)m->last, (unsigned long long)m->inspections);
	if (m->photos)
		photos(", ", m->photos, "");
	if (roll->gone)
		photos("; ", roll->gone,
		       roll->gone == 1 ? " is not here any more" : " are not here any more");
	if (roll->left)
		photos("; no room for ", roll->left, "");
	(void)printf("\n");
}

/* Nobody sits before a stick that was plugged in: the panel and the log tell. */
static void failed(const struct options *o, const char *why)
{
	if (o->stick)
		log_write(LOG_LEVEL_ERROR, LOG_STICK_REFUSED, "no export on the stick %s: %s",
			  o->stick, why);
	else
		(void)fprintf(stderr, "station-export: %s\n", why);
}

/* Before the range is planned: what headquarters has need not be copied once more. */
static struct tell_paper paper;

static void carry(const struct options *o)
{
	if (o->settings.station[0])
		tell_ack(o->runtime, o->order.dir, o->settings.station, &paper);
}

static int export_run(const struct options *o)
{
	static struct made made;

	tell_ack_wait(&paper, o->order.journal);
	if (make_export(&made, &o->order)) {
		failed(o, made.why);
		return made.unread ? OPTIONS_GONE : OPTIONS_FAILED;
	}
	tell_done(o->runtime, &made.trip.manifest);
	told(&made, &o->order);
	return fflush(stdout) == 0 ? OPTIONS_FINE : OPTIONS_FAILED;
}

static int refused(const struct options *o, const char *why)
{
	failed(o, why);
	tell_stick(o->runtime, CHECKLIST_STICK_REFUSED, o->stick);
	return OPTIONS_FAILED;
}

/* Whoever has mounted it says when it can be taken out. */
static int stick_run(const struct options *o)
{
	char why[GATE_WHY];
	int code;

	/* Headquarters has signed it, whoever brings it. */
	carry(o);
	if (!gate_look(o, why))
		return refused(o, why);
	tell_stick(o->runtime, CHECKLIST_STICK_COPYING, o->stick);
	code = export_run(o);
	if (code || !o->mount)
		tell_stick(o->runtime, code ? CHECKLIST_STICK_REFUSED : CHECKLIST_STICK_TAKE_OUT,
			   o->stick);
	return code;
}

/* Started when somebody has plugged it in; ends when it is taken out. Nothing of the stick is read
 * before the right to mount is given up. */
static int device_run(struct options *o)
{
	char why[DEVICE_WHY];
	int fd = device_mount(o->stick, why), code;

	if (device_drop() < 0) {
		log_error("root can't do this: start station-export@%s.service", o->stick);
		return OPTIONS_FAILED;
	}
	if (fd == -EBUSY) {
		log_info("%s is left alone: %s", o->stick, why);
		return OPTIONS_FINE;
	}
	code = options_settle(o);
	if (code >= 0)
		return code;
	if (fd < 0)
		code = refused(o, why);
	else
		code = fchdir(fd) < 0 ? refused(o, strerror(errno)) : stick_run(o);
	if (fd >= 0 && (chdir("/") < 0 || close(fd) < 0)) /* unmounts it */
		log_error("%s: %s", o->stick, strerror(errno));
	else if (code == OPTIONS_FINE)
		tell_stick(o->runtime, CHECKLIST_STICK_TAKE_OUT, o->stick);
	device_wait_gone(o->stick);
	return code;
}

int main(int argc, char **argv)
{
	static struct options options;
	int code = options_read(argc, argv, &options);

	if (code >= 0)
		return code;
	log_open("station-export", LOG_LEVEL_INFO);
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit is seen as EFBIG */
	if (options.mount)
		return device_run(&options);
	code = options_settle(&options);
	if (code >= 0)
		return code;
	if (options.gone) {
		tell_stick(options.runtime, CHECKLIST_STICK_NONE, options.stick);
		return OPTIONS_FINE;
	}
	if (options.stick)
		return stick_run(&options);
	carry(&options);
	return export_run(&options);
}
