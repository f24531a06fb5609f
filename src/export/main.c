/* main.c - station-export: copies the journal to a stick, or to any folder. Reads the journal and
 * nothing else, read-only, beside a running stationd. */
#include "make.h"
#include "options.h"
#include "io/exportsock.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

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

/* So that the journal says export.done. A station that does not run can't; its journal is copied
 * all the same. */
static void tell_station(const struct made *made, const char *runtime)
{
	const struct manifest *m = &made->trip.manifest;
	struct manifest_note note = {.first = m->first, .last = m->last};
	char path[SETTINGS_PATH + 16];
	int rc;

	if (m->last < m->first)
		return;
	memcpy(note.journal, m->journal, sizeof(note.journal));
	memcpy(note.head, m->head, EVENT_HASH);
	rc = snprintf(path, sizeof(path), "%s/" EXPORTSOCK_NAME, runtime);
	rc = rc < 0 || (size_t)rc >= sizeof(path) ? -ENAMETOOLONG : exportsock_tell(path, &note);
	if (rc && rc != -ENOENT && rc != -ECONNREFUSED)
		(void)fprintf(stderr, "station-export: the station was not told: %s: %s\n", path,
			      strerror(-rc));
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct made made;
	int code = options_read(argc, argv, &options);

	if (code >= 0)
		return code;
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit is seen as EFBIG */
	if (make_export(&made, &options.order)) {
		(void)fprintf(stderr, "station-export: %s\n", made.why);
		return made.unread ? OPTIONS_GONE : OPTIONS_FAILED;
	}
	tell_station(&made, options.runtime);
	told(&made, &options.order);
	return fflush(stdout) == 0 ? OPTIONS_FINE : OPTIONS_FAILED;
}
