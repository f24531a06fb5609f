/* ctl_verify.c - stationctl verify: proves a journal, a file of events, the folder of an export or
 * a whole stick, or names what is wrong with it. */
#include "ctl.h"
#include "stick.h"
#include "verify.h"
#include "io/confdir.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADVICE "from here on the events can't be trusted; keep the file as it is"

enum verify_option { VERIFY_CA, VERIFY_OPTIONS };

static const struct args_option verify_options[VERIFY_OPTIONS] = {
	[VERIFY_CA] = {"ca", "FILE",
		       "who issued the stations' certificates; by default the settings' ca_file",
		       0},
};

static int verify_result(const struct verify *v)
{
	char hex[2 * EVENT_HASH + 1];
	struct text t = text_over(hex, sizeof(hex));

	if (v->broken) {
		ctl_error(ADVICE);
		return CTL_WRONG;
	}
	if (v->events == 0) {
		ctl_error("there is no event in it");
		return CTL_WRONG;
	}
	text_hex(&t, v->chain.head, EVENT_HASH);
	printf("ok: %llu events, seq %llu to %llu, journal %s, head %s\n",
	       (unsigned long long)v->events, (unsigned long long)v->first,
	       (unsigned long long)v->chain.seq, v->chain.journal, hex);
	if (v->in_journal && v->first > 1)
		printf("begins at seq %llu (older ones removed after acknowledgement)\n",
		       (unsigned long long)v->first);
	return CTL_FINE;
}

/* Something that holds no event is not damaged: it is something else. */
static bool is_foreign(const struct verify *v, int fd)
{
	return v->broken && v->events == 0 && v->link == EVENT_LINK_LINE &&
	       !verify_file_has_event(fd);
}

static int verify_lines(const char *path, int fd)
{
	struct verify v;
	int rc;

	verify_begin(&v);
	rc = verify_file(&v, fd);
	if (rc) {
		ctl_error("can't read %s: %s", path, strerror(-rc));
		return CTL_GONE;
	}
	if (is_foreign(&v, fd)) {
		ctl_error("%s is neither a journal nor an export: no line of it is an event", path);
		return CTL_GONE;
	}
	verify_file_why(&v, fd, NULL);
	return verify_result(&v);
}

static int verify_database(const char *path)
{
	struct verify v;
	int code;

	verify_begin(&v);
	code = verify_journal(&v, path);
	return code == CTL_FINE ? verify_result(&v) : code;
}

static int verify_folder(struct ctl *ctl, const char *path, int fd)
{
	const char *ca = ctl->own.value[VERIFY_CA];
	struct stick stick;
	int code = CTL_GONE, rc;

	if (!ca && !ctl_settings(ctl))
		return CTL_GONE;
	if (!ca && ctl->settings.hq.ca_file[0])
		ca = ctl->settings.hq.ca_file;
	rc = stick_look(&stick, fd);
	if (rc)
		ctl_error("can't read %s: %s", path, strerror(-rc));
	else if (!stick.count)
		ctl_error("%s is a folder without an export: name a stick, the folder STATION or "
			  "DATE_TIME on one, a journal.db or a .jsonl file",
			  path);
	else if (stick.count == 1 && !stick.export->path[0])
		code = verify_export(path, fd, ca, NULL, 0);
	else
		code = verify_stick(&stick, fd, ca);
	stick_free(&stick);
	return code;
}

static int verify_run(struct ctl *ctl)
{
	const char *path = ctl->words.word[0];
	bool database = false;
	struct stat st = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), code = CTL_GONE, rc = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		rc = -errno;
	else if (S_ISDIR(st.st_mode))
		code = verify_folder(ctl, path, fd);
	else
		rc = ctl_is_database(fd, &database);
	if (rc)
		ctl_error("can't read %s: %s", path, strerror(-rc));
	else if (!S_ISDIR(st.st_mode))
		code = database ? verify_database(path) : verify_lines(path, fd);
	if (fd >= 0)
		close(fd);
	return code;
}

const struct ctl_command ctl_verify = {
	.name = "verify",
	.usage = "[--ca FILE] STICK|FOLDER|FILE|DB",
	.summary = "prove a stick, the folder of an export, a .jsonl file or a journal.db, or name "
		   "what is wrong with it",
	.options = {verify_options, VERIFY_OPTIONS},
	.words_least = 1,
	.words_most = 1,
	.run = verify_run,
};
