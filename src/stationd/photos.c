/* photos.c - evidence photos: once the reason of a FAIL is recorded, the camera is asked for one.
 * It is written by a thread of its own, and photo.taken follows when it is on the disk. Nothing
 * waits for any of it; what goes wrong is on the log and in the status. */
#include "io/log.h"
#include "io/photos.h"
#include "station.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 5000 /* that a camera may take */
#define FRESH_MS  2000 /* behind the reason; later something else may lie there */
#define MIB	  (1024u * 1024u)
#define TAIL	  4096 /* events that a start looks through for a photo's */

struct station_scanner *station_camera(struct station *s)
{
	for (uint8_t i = 0; i < s->settings.scanners; i++)
		if (s->settings.scanner[i].kind == SETTINGS_CAMERA)
			return &s->scanner[i];
	return NULL;
}

static void missed(struct station *s, const char *why)
{
	struct station_photos *p = &s->photos;

	p->asked = false;
	(void)text_copy(p->why, sizeof(p->why), why);
	log_write(LOG_LEVEL_WARNING, LOG_PHOTO_MISSED, "no photo of inspection %s: %s",
		  p->reason.inspection, why);
	if (loop_timer_set(p->late, MOMENT_NEVER) != 0)
		log_error("cannot set a timer");
	station_status_soon(s);
}

static void ask(struct station *s)
{
	struct station_photos *p = &s->photos;
	struct station_scanner *camera = station_camera(s);
	int e = camera && camera->camera ? camerasock_ask(camera->camera, ++p->number) : -ENOTCONN;

	if (e < 0) {
		missed(s, e == -ENOTCONN ? "the camera is not there" : strerror(-e));
		return;
	}
	p->asked = true;
	if (loop_timer_set(p->late, loop_moment(s->loop).mono_ms + ANSWER_MS) != 0)
		log_error("cannot set a timer");
}

/* The one that waits has its turn. */
static void next(struct station *s)
{
	struct station_photos *p = &s->photos;

	if (!p->again)
		return;
	p->again = false;
	p->reason = p->wants;
	if (s->stopping)
		missed(s, "the station is stopped");
	else if (loop_moment(s->loop).mono_ms - p->again_ms > FRESH_MS)
		missed(s, "the one before took too long");
	else
		ask(s);
}

static void trouble(struct station *s, const char *why)
{
	missed(s, why);
	next(s);
}

static void on_late(void *user)
{
	struct station *s = user;

	if (s->photos.asked)
		trouble(s, "the camera did not answer");
}

/* --- a reason --- */

void photos_appended(struct station *s, const struct event *events, size_t count)
{
	for (size_t i = 0; s->photos.on && i < count; i++)
		if (events[i].kind == EVENT_REASON_GIVEN) {
			s->photos.next = events[i];
			s->photos.recording = true;
		}
}

static bool is_of(const struct event *reason, const char *inspection)
{
	return strcmp(reason->inspection, inspection) == 0;
}

void photos_recorded(struct station *s, bool ok)
{
	struct station_photos *p = &s->photos;
	bool busy = p->asked || p->photo >= 0 || p->writing || p->showing.running;

	if (!p->recording)
		return;
	p->recording = false;
	if (!ok || is_of(&p->next, p->taken) || (busy && is_of(&p->next, p->reason.inspection)))
		return;
	if (p->again && !is_of(&p->next, p->wants.inspection))
		log_write(LOG_LEVEL_WARNING, LOG_PHOTO_MISSED,
			  "no photo of inspection %s: the one before is still being taken",
			  p->wants.inspection);
	p->wants = p->next;
	p->again = true;
	p->again_ms = loop_moment(s->loop).mono_ms;
	if (!busy)
		next(s);
}

/* --- the photo --- */

void photos_count(struct station_photos *p, const char *dir)
{
	struct photos_usage usage;

	if (photos_look(dir, &usage) < 0)
		return; /* whoever stores or sends one says why */
	p->waiting = usage.waiting;
	p->kept = usage.bytes;
}

static void store(void *user)
{
	struct station *s = user;
	struct station_photos *p = &s->photos;

	p->result = photos_store(s->settings.state_dir, p->photo, p->bytes, &p->room, p->sha256);
	photos_count(p, s->settings.state_dir);
}

static void show(void *user)
{
	struct station *s = user;

	s->photos.result = photos_show(s->settings.state_dir, s->photos.sha256);
}

static void photo_close(struct station_photos *p)
{
	if (p->photo >= 0)
		(void)close(p->photo);
	p->photo = -1;
}

static const char *why_not_stored(int e)
{
	switch (e) {
	case -EBADMSG:
		return "what the camera gave is no JPEG";
	case -ENOSPC:
		return "the disk is nearly full";
	case -EDQUOT:
		return "photos that headquarters does not have fill photo_space";
	default:
		return strerror(-e);
	}
}

/* It is on the disk: now the journal may say so. */
static void record(struct station *s)
{
	struct station_photos *p = &s->photos;
	const struct checklist *c = &s->bench.check;
	struct moment now = moments_now(s);
	struct event e;

	if (s->stopping || !c->started || c->broken) {
		trouble(s, "nothing can be recorded now");
		return;
	}
	bench_event_photo(&s->bench, &p->reason, p->sha256, p->bytes, &now, &e);
	if (journal_append(s->journal, &e, 1) != 0) {
		trouble(s, "the journal's queue is full");
		return;
	}
	p->writing = true;
	p->before = (uint8_t)(c->writing + s->exports.writing);
}

/* Headquarters may have it. */
static void on_shown(void *user)
{
	struct station *s = user;

	if (s->photos.result < 0)
		log_warning("the photo of inspection %s waits for the next start: %s",
			    s->photos.reason.inspection, strerror(-s->photos.result));
	else if (s->line.uplink)
		uplink_photo(s->line.uplink);
	station_status_soon(s);
	next(s);
}

static void on_stored(void *user)
{
	struct station *s = user;

	photo_close(&s->photos);
	if (s->photos.result < 0)
		trouble(s, why_not_stored(s->photos.result));
	else
		record(s);
}

bool photos_stored(struct station *s, bool ok)
{
	struct station_photos *p = &s->photos;
	int r;

	if (!p->writing)
		return false;
	if (p->before) {
		p->before--;
		return false;
	}
	p->writing = false;
	if (!ok) {
		trouble(s, "the journal can't be written");
		return true;
	}
	memcpy(p->taken, p->reason.inspection, sizeof(p->taken));
	p->why[0] = '\0';
	r = errand_begin(&p->showing, s->loop, show, on_shown, s);
	if (r < 0) {
		p->result = r;
		on_shown(s);
	}
	return true;
}

void photos_came(struct station *s, uint64_t number, int fd, uint64_t bytes, const char *why)
{
	struct station_photos *p = &s->photos;
	int r;

	/* too late, or nobody asked; whose number is not known says why, and that is of the last */
	if (!p->asked || (number && number != p->number)) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	if (why) {
		trouble(s, why);
		return;
	}
	p->asked = false;
	p->photo = fd;
	p->bytes = bytes;
	p->room.now_ms = moments_now(s).wall_ms;
	r = loop_timer_set(p->late, MOMENT_NEVER);
	if (r == 0)
		r = errand_begin(&p->storing, s->loop, store, on_stored, s);
	if (r == 0)
		return;
	photo_close(p);
	trouble(s, strerror(-r));
}

/* --- opening --- */

void photos_resume(struct station *s, const struct event_view *event)
{
	if (event->kind == EVENT_PHOTO_TAKEN &&
	    !event_span_copy(&event->inspection, s->photos.taken, sizeof(s->photos.taken)))
		s->photos.taken[0] = '\0';
}

struct search {
	const char *sha256;
	int64_t from_ms; /* of the first event that was looked at; INT64_MAX = not known */
	bool begun, found;
};

static bool look_for(void *user, uint64_t seq, const char *line, size_t len,
		     const uint8_t hash[EVENT_HASH])
{
	struct search *x = user;
	struct event_view e;

	(void)seq;
	(void)hash;
	if (!x->begun)
		x->from_ms = event_read(line, len, &e) == EVENT_OK ? e.at.wall_ms : INT64_MAX;
	x->begun = true;
	x->found |= memmem(line, len, "\"photo.taken\"", 13) &&
		    memmem(line, len, x->sha256, PHOTOS_HASH);
	return !x->found;
}

/* Mostly it was about to be told when the station ended, so that its event is among the last, or
 * nowhere. One that is older than those may have been told before, or in another journal. */
static bool is_told(void *user, const char *sha256, int64_t written_ms)
{
	struct journal_reader *r = user;
	struct journal_look look;
	struct search x = {.sha256 = sha256, .from_ms = INT64_MAX};

	/* in doubt it is kept, and headquarters says what it thinks of it */
	return journal_reader_look(r, 0, &look) < 0 ||
	       journal_reader_lines(r, look.seq > TAIL ? look.seq - TAIL : 0, TAIL, look_for, &x) <
		       0 ||
	       x.found || written_ms < x.from_ms;
}

/* What the last end cut off. 0 or -errno. */
static int settle(struct station *s)
{
	char path[SETTINGS_PATH + 16];
	struct journal_report report;
	struct journal_reader *r = NULL;
	int e;

	(void)snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, s->settings.state_dir);
	e = journal_reader_open(&r, path, &report);
	if (e == 0)
		e = photos_settle(s->settings.state_dir, is_told, r);
	journal_reader_close(r);
	return e;
}

int photos_begin(struct station *s)
{
	struct station_photos *p = &s->photos;
	int e;

	p->photo = -1;
	for (uint8_t i = 0; i < s->settings.scanners; i++) {
		const struct settings_scanner *set = &s->settings.scanner[i];

		if (set->kind != SETTINGS_CAMERA || set->photos == SETTINGS_NO)
			continue;
		p->on = true;
		p->room.space = (uint64_t)set->photo_space * MIB;
		p->room.no_line = !s->settings.hq.url[0];
	}
	if (!p->on)
		return 0;
	e = loop_timer(s->loop, &p->late, on_late, s);
	if (e < 0) {
		log_error("cannot set up photos: %s", strerror(-e));
		return EXIT_FAILURE;
	}
	e = photos_open(s->settings.state_dir); /* tried again with each photo */
	if (e == 0)
		e = settle(s);
	photos_count(p, s->settings.state_dir);
	if (e < 0)
		log_warning("the folder for photos: %s", strerror(-e));
	return 0;
}

void photos_end(struct station *s)
{
	if (!s->photos.on)
		return;
	if (s->photos.photo >= 0 || s->photos.asked)
		log_write(LOG_LEVEL_WARNING, LOG_PHOTO_MISSED,
			  "no photo of inspection %s: the station is stopped",
			  s->photos.reason.inspection);
	errand_end(&s->photos.storing);
	errand_end(&s->photos.showing);
	photo_close(&s->photos);
	loop_source_free(s->photos.late);
}
