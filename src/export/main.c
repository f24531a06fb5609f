/* main.c - station-export: copies the journal to a stick, or to any folder. Reads the journal and
 * nothing else, read-only, beside a running stationd. */
#include "make.h"
#include "options.h"
#include "tell.h"
#include <signal.h>
#include <stdio.h>

static void told(const struct made *made, const struct order *order)
{
	const struct manifest *m = &made->trip.manifest;

	if (!m->is_signed)
		(void)fprintf(stderr, "station-export: not signed: %s\n", m->why_unsigned);
	(void)printf("%s/%s/%s: ", order->dir, m->station, made->folder.name);
	if (m->last < m->first)
		(void)printf("nothing new, headquarters has all %llu events\n",
			     (unsigned long long)m->last);
	else
		(void)printf("events %llu to %llu, %llu inspections\n",
			     (unsigned long long)m->first, (unsigned long long)m->last,
			     (unsigned long long)m->inspections);
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct made made;
	int code = options_read(argc, argv, &options);

	if (code >= 0)
		return code;
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit is seen as EFBIG */
	if (options.settings.station[0])
		tell_ack(options.runtime, options.order.dir, options.settings.station);
	if (make_export(&made, &options.order)) {
		(void)fprintf(stderr, "station-export: %s\n", made.why);
		return made.unread ? OPTIONS_GONE : OPTIONS_FAILED;
	}
	tell_done(options.runtime, &made.trip.manifest);
	told(&made, &options.order);
	return fflush(stdout) == 0 ? OPTIONS_FINE : OPTIONS_FAILED;
}
