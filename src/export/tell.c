/* tell.c - what a running station is told (tell.h). */
#include "tell.h"
#include "io/exportsock.h"
#include "io/stickfile.h"
#include "station/settings.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell(const char *runtime, const void *bytes, size_t len)
{
	char path[SETTINGS_PATH + 16];
	int rc = snprintf(path, sizeof(path), "%s/" EXPORTSOCK_NAME, runtime);

	rc = rc < 0 || (size_t)rc >= sizeof(path) ? -ENAMETOOLONG
						  : exportsock_tell(path, bytes, len);
	if (rc && rc != -ENOENT && rc != -ECONNREFUSED)
		(void)fprintf(stderr, "station-export: the station was not told: %s: %s\n", path,
			      strerror(-rc));
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
	tell(runtime, line, t.len);
}

void tell_stick(const char *runtime, enum checklist_stick how, const char *name)
{
	struct slip_stick stick = {.how = how};
	char line[SLIP_STICK_LINE];
	struct text t = text_over(line, sizeof(line));

	(void)text_copy(stick.name, sizeof(stick.name), name);
	slip_stick_write(&t, &stick);
	tell(runtime, line, t.len);
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

void tell_ack(const char *runtime, const char *dir, const char *station)
{
	char bytes[SLIP_PARCEL + 1];
	struct text parcel = text_over(bytes, sizeof(bytes));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return; /* whoever writes to it says so */
	rc = ack_read(fd, station, &parcel);
	(void)close(fd);
	if (!rc)
		tell(runtime, bytes, parcel.len);
	else if (rc != -ENOENT)
		(void)fprintf(stderr, "station-export: %s/%s/" SLIP_ACK " is passed over: %s\n",
			      dir, station, strerror(-rc));
}
