/* scanner.c - the scanners: their bytes become scans; bytes that find the queue of scans full wait
 * here, and the scanner is held back. */
#include "station.h"
#include "io/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void arm_idle(struct station_scanner *sc)
{
	if (loop_timer_set(sc->idle, framer_deadline(&sc->framer)) != 0)
		log_error("cannot set a timer");
}

static void pause_one(struct station_scanner *sc, bool paused)
{
	if (sc->hid)
		hid_pause(sc->hid, paused);
	else if (sc->camera)
		camerasock_pause(sc->camera, paused);
	else
		serial_pause(sc->serial, paused);
	if (paused) {
		sc->was_paused = true;
		return;
	}
	sc->framer.last_ms =
		loop_moment(sc->station->loop).mono_ms; /* our silence, not the scanner's */
	arm_idle(sc);
}

void scanner_pause(struct station *s, bool paused)
{
	for (uint8_t i = 0; i < s->settings.scanners; i++)
		if (s->scanner[i].serial || s->scanner[i].hid || s->scanner[i].camera)
			pause_one(&s->scanner[i], paused);
}

/* Feeds bytes until the queue of scans is full. Returns how many were taken. Bytes that waited for
 * us came without a gap. */
static size_t feed(struct station_scanner *sc, const uint8_t *bytes, size_t len)
{
	uint64_t now = loop_moment(sc->station->loop).mono_ms;
	uint64_t at = sc->was_paused ? sc->framer.last_ms : now;
	size_t i = 0;

	while (i < len && bench_room(&sc->station->bench) > 0)
		if (framer_feed(&sc->framer, bytes[i++], at) == FRAMER_SCAN)
			station_scan(sc->station, &sc->framer.scan, sc->index);
	if (i == len && !sc->station->paused) {
		sc->was_paused = false;
		sc->framer.last_ms = now;
	}
	return i;
}

static void on_bytes(void *user, const uint8_t *bytes, size_t len)
{
	struct station_scanner *sc = user;
	size_t taken = sc->held_len ? 0 : feed(sc, bytes, len);
	size_t keep = len - taken;

	if (keep > sizeof(sc->held) - sc->held_len)
		keep = sizeof(sc->held) - sc->held_len; /* paused sources send nothing more */
	memcpy(sc->held + sc->held_len, bytes + taken, keep);
	sc->held_len += keep;
	arm_idle(sc);
}

/* What came before is not to be joined to what comes. */
static void cut(struct station_scanner *sc, enum station_cut how)
{
	struct station *s = sc->station;
	const char *name = s->settings.scanner[sc->index].name;
	struct moment now = moments_now(s);
	uint32_t dropped;

	switch (how) {
	case STATION_CUT_NONE:
		break;
	case STATION_CUT_GONE:
		dropped = framer_reset(&sc->framer);
		if (dropped > 0)
			log_warning(
				"scanner %s vanished in the middle of a label: %u bytes dropped",
				name, dropped);
		break;
	case STATION_CUT_LOST:
		if (!s->paused)
			sc->was_paused = false; /* the gap counts again */
		(void)framer_spoil(&sc->framer, now.mono_ms);
		bench_scan_lost(&s->bench, &now, &s->out);
		station_act(s);
		break;
	}
	arm_idle(sc);
}

static void cut_behind_held(struct station_scanner *sc, enum station_cut how)
{
	if (sc->held_len)
		sc->held_cut = how;
	else
		cut(sc, how);
}

static void on_lost(void *user, enum hid_lost why, uint16_t key)
{
	struct station_scanner *sc = user;
	const char *name = sc->station->settings.scanner[sc->index].name;

	switch (why) {
	case HID_LOST_DEVICE:
		cut_behind_held(sc, STATION_CUT_GONE);
		return;
	case HID_LOST_KEY:
		if (!sc->held_len && framer_pending(&sc->framer) == 0)
			return; /* before a label or behind it: no part of one */
		log_write(LOG_LEVEL_WARNING, LOG_SCAN_LOST,
			  "scanner %s: key %u in a label stands for no character: the label is "
			  "dropped",
			  name, key);
		break;
	case HID_LOST_EVENTS:
		log_write(LOG_LEVEL_WARNING, LOG_SCAN_LOST,
			  "scanner %s: keys were lost on their way: the label is dropped", name);
		break;
	case HID_LOST_ROOM:
		log_write(LOG_LEVEL_WARNING, LOG_SCAN_LOST,
			  "scanner %s: keys found no room while scans waited: the label is dropped",
			  name);
		break;
	}
	cut_behind_held(sc, STATION_CUT_LOST);
}

/* Room again: first the bytes that waited, then the sources may go on. */
void scanner_feed_held(struct station *s)
{
	for (uint8_t i = 0; i < s->settings.scanners; i++) {
		struct station_scanner *sc = &s->scanner[i];
		size_t taken;

		if (!sc->held_len || !bench_room(&s->bench))
			continue;
		taken = feed(sc, sc->held, sc->held_len);
		sc->held_len -= taken;
		memmove(sc->held, sc->held + taken, sc->held_len);
		arm_idle(sc);
		if (!sc->held_len && sc->held_cut != STATION_CUT_NONE) {
			enum station_cut how = sc->held_cut;

			sc->held_cut = STATION_CUT_NONE;
			cut(sc, how);
		}
	}
}

static void on_idle(void *user)
{
	struct station_scanner *sc = user;
	uint64_t now = loop_moment(sc->station->loop).mono_ms;

	if (!sc->held_len && bench_room(&sc->station->bench) > 0 &&
	    framer_idle(&sc->framer, now) == FRAMER_SCAN)
		station_scan(sc->station, &sc->framer.scan, sc->index);
}

static void on_sight(void *user, const struct sight_line *line)
{
	struct station_scanner *sc = user;

	sc->sight = *line;
	sc->has_sight = true;
	station_status_soon(sc->station);
}

static void on_present(void *user, bool present)
{
	struct station_scanner *sc = user;
	struct station *s = sc->station;
	struct moment now;

	sc->present = present;
	sc->has_sight = sc->has_sight && present;
	if (!present && !sc->hid) /* a HID scanner's end comes by on_lost, in its order */
		cut_behind_held(sc, STATION_CUT_GONE);
	now = moments_now(s);
	bench_fault(&s->bench, (uint8_t)(CHECKLIST_FAULT_SCANNER + sc->index), !present, &now,
		    &s->out);
	station_act(s);
}

static void on_photo(void *user, uint64_t number, int fd, uint64_t bytes, const char *why)
{
	const struct station_scanner *sc = user;

	photos_came(sc->station, number, fd, bytes, why);
}

static int open_camera(struct station_scanner *sc, const struct settings_scanner *set)
{
	const struct camerasock_calls calls = {.bytes = on_bytes,
					       .sight = on_sight,
					       .present = on_present,
					       .photo = on_photo,
					       .user = sc};
	char path[SETTINGS_PATH + 16];
	struct text t = text_over(path, sizeof(path));

	settings_camera_socket(&sc->station->settings, &t);
	return camerasock_open(&sc->camera, sc->station->loop, set->name, path, &calls);
}

static int open_one(struct station_scanner *sc, const struct settings_scanner *set)
{
	struct serial_calls serial = {.bytes = on_bytes, .present = on_present, .user = sc};
	struct hid_calls hid = {
		.bytes = on_bytes, .lost = on_lost, .present = on_present, .user = sc};

	switch (set->kind) {
	case SETTINGS_SERIAL:
		return serial_open(&sc->serial, sc->station->loop, set, &serial);
	case SETTINGS_HID:
		return hid_open(&sc->hid, sc->station->loop, set, &hid);
	case SETTINGS_CAMERA:
		return open_camera(sc, set);
	}
	return -EINVAL;
}

int scanner_open(struct station *s)
{
	for (uint8_t i = 0; i < s->settings.scanners; i++) {
		struct station_scanner *sc = &s->scanner[i];
		int r;

		sc->station = s;
		sc->index = i;
		framer_init(&sc->framer, s->settings.scanner[i].gap_ms);
		r = loop_timer(s->loop, &sc->idle, on_idle, sc);
		if (r == 0)
			r = open_one(sc, &s->settings.scanner[i]);
		if (r < 0) {
			log_error("cannot set up scanner %s: %s", s->settings.scanner[i].name,
				  strerror(-r));
			return EXIT_FAILURE;
		}
	}
	return 0;
}

void scanner_close(struct station *s)
{
	for (uint8_t i = 0; i < SETTINGS_SCANNERS; i++) {
		serial_close(s->scanner[i].serial);
		hid_close(s->scanner[i].hid);
		camerasock_close(s->scanner[i].camera);
		loop_source_free(s->scanner[i].idle);
	}
}
