/* tell.c - what a running station is told (tell.h). */
#include "tell.h"
#include "io/exportsock.h"
#include "io/journal.h"
#include "io/stickfile.h"
#include "station/settings.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS	 2000
#define LOOK_MS	 20 /* between two looks at the cursor */
#define MS_IN_NS 1000000

/* Whether a station took it. */
static bool tell(const char *runtime, const void *bytes, size_t len)
{
	char path[SETTINGS_PATH + 16];
	int rc = snprintf(path, sizeof(path), "%s/" EXPORTSOCK_NAME, runtime);

	rc = rc < 0 || (size_t)rc >= sizeof(path) ? -ENAMETOOLONG
						  : exportsock_tell(path, bytes, len);
	if (rc && rc != -ENOENT && rc != -ECONNREFUSED)
		(void)fprintf(stderr, "station-export: the station was not told: %s: %s\n", path,
			      strerror(-rc));
	return rc == 0;
}

void tell_done(const char *runtime, const struct manifest *m)
{
	struct manifest_note note = {.first = m->first, .last = m->last};
	char line[MANIFEST_NOTE];
	struct text t = text_over(line, sizeof(line));

	if (m->last < m->first)
		return;
	memcpy(note.journal, m->journal, sizeof(note.journal));
	memcpy(note.head, m->head, EVENT_HASH);
	manifest_note_write(&t, &note);
	(void)tell(runtime, line, t.len);
}

void tell_stick(const char *runtime, enum checklist_stick how, const char *name)
{
	struct slip_stick stick = {.how = how};
	char line[SLIP_STICK_LINE];
	struct text t = text_over(line, sizeof(line));

	(void)text_copy(stick.name, sizeof(stick.name), name);
	slip_stick_write(&t, &stick);
	(void)tell(runtime, line, t.len);
}

/* 0, or -errno: there is none, or it is something else than a small file. */
static int ack_read(int dir, const char *station, struct text *parcel)
{
	char name[64];
	uint8_t *text = NULL, *der = NULL;
	size_t len, der_len;
	int rc;

	(void)snprintf(name, sizeof(name), "%s/" SLIP_ACK, station);
	rc = stickfile_whole(dir, name, SLIP_ACK_MAX, &text, &len);
	(void)snprintf(name, sizeof(name), "%s/" SLIP_ACK SLIP_SIGNATURE, station);
	if (!rc)
		rc = stickfile_whole(dir, name, SLIP_SIGNED, &der, &der_len);
	if (!rc) {
		slip_parcel_begin(parcel, len);
		text_bytes(parcel, text, len);
		text_bytes(parcel, der, der_len);
	}
	free(text);
	free(der);
	return rc;
}

void tell_ack(const char *runtime, const char *dir, const char *station, struct tell_paper *out)
{
	struct text parcel = text_over(out->bytes, sizeof(out->bytes));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	out->len = 0;
	if (fd < 0)
		return; /* whoever writes to it says so */
	rc = ack_read(fd, station, &parcel);
	(void)close(fd);
	if (!rc && tell(runtime, out->bytes, parcel.len))
		out->len = parcel.len;
	else if (rc && rc != -ENOENT)
		(void)fprintf(stderr, "station-export: %s/%s/" SLIP_ACK " is passed over: %s\n",
			      dir, station, strerror(-rc));
}

/* Whether the cursor may still move to where it says. */
static bool may_move(struct journal_reader *reader, const struct slip_parcel *paper)
{
	struct journal_look look;
	struct slip_ack ack;

	return journal_reader_look(reader, 0, &look) == 0 && !look.damage[0] &&
	       slip_ack_find(paper->text.at, paper->text.len, look.journal, &ack) &&
	       ack.acked > look.acked && ack.acked <= look.seq;
}

void tell_ack_wait(const struct tell_paper *told, const char *journal)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * MS_IN_NS};
	struct journal_reader *reader = NULL;
	struct journal_report report;
	struct slip_parcel paper;

	if (!told->len || !slip_parcel_read(told->bytes, told->len, &paper))
		return;
	if (journal_reader_open(&reader, journal, &report) == 0)
		for (int n = 0; n < WAIT_MS / LOOK_MS && may_move(reader, &paper); n++)
			(void)nanosleep(&pause, NULL);
	journal_reader_close(reader);
}
