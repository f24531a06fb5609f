/* station.c - wires the bench to the world: scans and contacts in, events, lamps and view out.
 * station_open opens things in order, station_close closes them in reverse. */
#include "station.h"
#include "io/log.h"
#include "io/pages.h"
#include "io/thread.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define STOP_MS 5000 /* station.stopped may take so long; then the journal is left as it is */

/* --- out: what the bench wants done --- */

static void pause_sources(struct station *s, bool paused)
{
	if (s->paused == paused)
		return;
	s->paused = paused;
	if (paused && s->held_back++ == 0)
		log_write(LOG_LEVEL_WARNING, LOG_SCANS_HELD_BACK,
			  "the queue of %d scans is full: scanners are held back", BENCH_QUEUE - 1);
	if (s->panel)
		panelsock_pause(s->panel, paused);
	scanner_pause(s, paused);
}

static void show(struct station *s)
{
	struct text t = text_over(s->show, sizeof(s->show));

	bench_show(&s->bench, &t);
	if (s->panel)
		panelsock_show(s->panel, s->show);
	panelsock_show(s->view, s->show);
}

static void show_lamps(struct station *s, uint8_t lamps)
{
	for (int i = 0; i < PANEL_LAMPS; i++) {
		enum panel_pattern pattern = bench_lamp(&s->bench, (enum panel_lamp)i);

		if (!(lamps & (1u << i)))
			continue;
		if (s->panel)
			panelsock_lamp(s->panel, (enum panel_lamp)i, pattern);
		board_lamp(s, (enum panel_lamp)i, pattern);
		panelsock_lamp(s->view, (enum panel_lamp)i, pattern);
	}
}

static void become_ready(struct station *s)
{
	if (s->ready || !(s->bench.check.started || s->bench.check.broken))
		return;
	s->ready = true;
	status_write(s); /* who was told "ready" finds it */
	if (s->panel)
		panelsock_ready(s->panel, true);
	panelsock_ready(s->view, true);
	loop_notify(s->loop, "READY=1");
}

/* Not while an append is in flight: what follows it is said at once, and the disk has other things
 * to do. */
void station_status_soon(struct station *s)
{
	const struct checklist *c = &s->bench.check;

	if ((!c->writing || c->slow) && loop_defer_arm(s->status_due) != 0)
		log_error("cannot defer");
}

/* Does what the bench asked for, lamps first: they are what a person waits for. */
void station_act(struct station *s)
{
	struct bench_out *out = &s->out;

	if (out->count && journal_append(s->journal, out->events, out->count) != 0)
		log_error("the journal's queue is full"); /* one group is in flight at a time */
	photos_appended(s, out->events, out->count);
	if (out->lamps)
		show_lamps(s, out->lamps);
	if (out->tone != PANEL_TONE_NONE) {
		if (s->panel)
			panelsock_tone(s->panel, out->tone);
		board_tone(s, out->tone);
		panelsock_tone(s->view, out->tone);
	}
	if (out->show)
		show(s);
	if (out->lookup &&
	    journal_lookup(s->journal, out->lookup_label, out->lookup_by, &s->now) != 0)
		log_error("the journal's queue is full");
	if (loop_timer_set(s->timer, out->deadline) != 0)
		log_error("cannot set a timer");
	become_ready(s);
	pause_sources(s, bench_room(&s->bench) == 0);
	station_status_soon(s);
	if (out->halt)
		loop_quit(s->loop);
}

/* --- in: what happened --- */

static void on_timer(void *user)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	if (s->stopping && now.mono_ms >= s->stop_by) {
		log_warning("stopping without a last event: the journal does not answer");
		loop_quit(s->loop);
		return;
	}
	bench_tick(&s->bench, &now, &s->out);
	station_act(s);
	if (s->stopping && loop_timer_set(s->timer, s->stop_by) != 0)
		loop_quit(s->loop);
}

static void on_button(void *user, enum panel_button button, bool down)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	bench_button(&s->bench, button, down, &now, &s->out);
	station_act(s);
}

void station_scan(struct station *s, const struct scan *scan, uint8_t source)
{
	struct moment now = moments_now(s);

	bench_scan(&s->bench, scan, source, &now, &s->out);
	station_act(s);
}

static void on_panel_scan(void *user, const uint8_t *bytes, size_t len)
{
	struct scan scan = {.len = (uint16_t)(len < SCAN_MAX ? len : SCAN_MAX),
			    .total = (uint32_t)len};

	memcpy(scan.bytes, bytes, scan.len);
	station_scan(user, &scan, BENCH_SOURCE_PANEL);
}

static void on_stored(void *user, bool ok)
{
	struct station *s = user;
	struct moment now = moments_now(s);
	bool export = exports_stored(s, ok); /* each counts what is before its own */
	bool photo = photos_stored(s, ok);

	if (export || photo)
		return;
	photos_recorded(s, ok);
	bench_stored(&s->bench, ok, &now, &s->out);
	station_act(s);
	scanner_feed_held(s);
}

/* The bench comes back at the step at which it was cut off. */
static void resume_event(void *user, const struct event_view *event)
{
	struct station *s = user;

	clock_known(&s->clock, &event->at, event_span_is(&event->boot, s->boot));
	exports_resume(s, event);
	photos_resume(s, event);
	bench_resume(&s->bench, event);
}

static void journal_is(struct station *s, bool works)
{
	struct moment now = moments_now(s);

	bench_journal(&s->bench, works, &now, &s->out);
	station_act(s);
	scanner_feed_held(s);
}

/* The journal could not be opened at the start, and can now: what was open is told by it first. */
static void resume_late(struct station *s)
{
	struct moment now = moments_now(s);
	const char *label;
	bool house;

	s->resumed = true;
	if (journal_resume(s->journal, resume_event, s) < 0)
		log_error("cannot read the journal");
	label = bench_resume_label(&s->bench, &house);
	s->resuming =
		label[0] && journal_lookup(s->journal, label,
					   house ? PARCEL_BY_HOUSE : PARCEL_BY_RMA, &now) == 0;
	if (!s->resuming)
		journal_is(s, true);
}

static void on_found(void *user, const struct parcel *parcel)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	if (s->resuming) {
		s->resuming = false;
		if (parcel)
			bench_resume_parcel(&s->bench, parcel);
		journal_is(s, true);
		return;
	}
	bench_found(&s->bench, parcel, &now, &s->out);
	station_act(s);
	scanner_feed_held(s);
}

static void on_works(void *user, bool works)
{
	struct station *s = user;

	if (works)
		line_begin(s);
	if (works && !s->resumed)
		resume_late(s);
	else
		journal_is(s, works);
}

static void on_changed(void *user)
{
	line_follow(user);
	station_status_soon(user);
}

static void on_sealed(void *user, bool ok)
{
	line_sealed(user, ok);
}

static void on_proved(void *user, uint64_t seq)
{
	line_proved(user, seq);
}

static void on_returned(void *user, bool ok)
{
	line_returned(user, ok);
}

static void load_list(struct station *s)
{
	if (s->settings.expected_file[0] &&
	    journal_expect(s->journal, s->settings.expected_file) != 0)
		log_write(LOG_LEVEL_ERROR, LOG_LIST_REFUSED,
			  "the list of expected returns is being read already");
}

static void on_signal(void *user, int signo)
{
	struct station *s = user;
	struct moment now = moments_now(s);

	if (signo == SIGHUP) {
		load_list(s);
		labels_reload(s);
		line_retry(s);
		return;
	}
	if (s->stopping)
		return;
	s->stopping = true;
	s->stop_by = now.mono_ms + STOP_MS;
	loop_notify(s->loop, "STOPPING=1");
	bench_stop(&s->bench, "signal", &now, &s->out);
	station_act(s);
	if (!s->out.halt && loop_timer_set(s->timer, s->stop_by) != 0)
		loop_quit(s->loop);
}

static void on_status_due(void *user)
{
	(void)moments_now(user);
	status_write(user);
}

/* --- opening, in order --- */

static bool read_boot_id(char boot[EVENT_UUID + 1])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	bool ok = f && fread(boot, 1, EVENT_UUID, f) == EVENT_UUID;

	boot[ok ? EVENT_UUID : 0] = '\0';
	if (f)
		(void)fclose(f);
	return ok;
}

static int open_loop(struct station *s)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	/* What decodes a camera's frames would often be found at home, and waited for. */
	int r = station_camera(s) ? 0 : thread_settle();

	if (r < 0)
		log_warning("lamps are slower: cannot stay on one processor: %s", strerror(-r));
	r = loop_open(&s->loop);
	if (r == 0)
		r = loop_timer(s->loop, &s->timer, on_timer, s);
	if (r == 0)
		r = loop_defer(s->loop, &s->status_due, on_status_due, s);
	for (size_t i = 0; r == 0 && i < sizeof(signals) / sizeof(*signals); i++)
		r = loop_signal(s->loop, &s->signals[i], signals[i], on_signal, s);
	if (r == 0)
		r = moments_open(s);
	if (r < 0)
		log_error("cannot set up the event loop: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

static int open_journal(struct station *s)
{
	struct journal_report report = {0};
	struct journal_config config = {
		.dir = s->settings.state_dir,
		.board = s->serial_number,
		.station = s->settings.station,
		.deadline_ms = (uint64_t)s->settings.deadline_h * 3600u * 1000u,
		.now = loop_moment(s->loop),
		.boot = s->boot,
		.retain_ms = (uint64_t)s->settings.retain_days * 24u * 3600u * 1000u,
	};
	int r = journal_open(&s->journal, &config, &report);

	if (report.aside[0]) {
		(void)snprintf(s->aside, sizeof(s->aside), "%s", report.aside);
		log_write(LOG_LEVEL_ERROR, LOG_JOURNAL_ASIDE, "%s", report.text);
	}
	if (r < 0 && report.trouble != JOURNAL_CANT) {
		log_error("%s", report.text[0] ? report.text : strerror(-r));
		return EX_CONFIG;
	}
	if (!s->journal) {
		log_error("cannot open the journal: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	return 0;
}

static int open_panel(struct station *s)
{
	struct panelsock_calls calls = {.button = on_button, .scan = on_panel_scan, .user = s};
	char path[SETTINGS_PATH + 16];
	int r = 0;

	if (mkdir(s->settings.runtime_dir, 0755) != 0 && errno != EEXIST)
		r = -errno;
	(void)snprintf(path, sizeof(path), "%s/view.sock", s->settings.runtime_dir);
	if (r == 0)
		r = panelsock_open(&s->view, s->loop, path, NULL);
	if (r == 0 && strcmp(s->board.driver, "sim") == 0) {
		(void)snprintf(path, sizeof(path), "%s/panel.sock", s->settings.runtime_dir);
		r = panelsock_open(&s->panel, s->loop, path, &calls);
	}
	if (r < 0)
		log_error("cannot open %s: %s", path, strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

static int resume(struct station *s)
{
	struct parcel *parcel = &s->bench.offered.parcel; /* free as yet, and large */
	struct moment now = moments_now(s);
	struct journal_state state;
	const char *label;
	bool house;
	int r;

	journal_state(s->journal, &state);
	if (!state.works)
		return 0;
	s->resumed = true;
	r = journal_resume(s->journal, resume_event, s);
	label = bench_resume_label(&s->bench, &house);
	if (r == 0 && label[0]) {
		r = journal_find(s->journal, label, house ? PARCEL_BY_HOUSE : PARCEL_BY_RMA, &now,
				 parcel);
		if (r == 0)
			bench_resume_parcel(&s->bench, parcel);
	}
	if (r < 0)
		log_error("cannot read the journal: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

static int start(struct station *s)
{
	struct journal_calls calls = {.stored = on_stored,
				      .found = on_found,
				      .works = on_works,
				      .sealed = on_sealed,
				      .proved = on_proved,
				      .returned = on_returned,
				      .changed = on_changed,
				      .user = s};
	struct moment now = moments_now(s);
	struct journal_state state;
	int r = journal_start(s->journal, s->loop, &calls);

	if (r < 0) {
		log_error("cannot start the journal's thread: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	journal_state(s->journal, &state);
	load_list(s);
	bench_start(&s->bench, &now, state.works, &s->out);
	s->out.lamps = (1u << PANEL_LAMPS) - 1;
	s->out.show = true;
	station_act(s);
	moments_start(s);
	return 0;
}

int station_open(struct station *s)
{
	struct bench_config config = {.settings = &s->settings, .software = STATION_VERSION};
	int (*const rooms[])(struct station *) = {
		labels_open,  open_loop, board_open, open_journal, open_panel,	exports_open,
		photos_begin, resume,	 start,	     line_open,	   scanner_open};

	if (!read_boot_id(s->boot) ||
	    getrandom(config.seed, sizeof(config.seed), 0) != (ssize_t)sizeof(config.seed)) {
		log_error("cannot read the boot id or random bytes");
		return EXIT_FAILURE;
	}
	memcpy(config.boot, s->boot, sizeof(config.boot));
	bench_init(&s->bench, &config);
	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		int code = rooms[i](s);

		if (code)
			return code;
	}
	pages_trim();
	log_write(LOG_LEVEL_NOTICE, LOG_STARTED, "%s at site %s, version %s, board %s",
		  s->settings.station, s->settings.labels.site, STATION_VERSION, s->board.name);
	return 0;
}

int station_run(struct station *s)
{
	int r = loop_run(s->loop);

	if (r < 0)
		log_error("the event loop failed: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : 0;
}

void station_close(struct station *s)
{
	scanner_close(s);
	photos_end(s);
	labels_close(s);
	line_close(s);
	journal_close(s->journal);
	panelsock_close(s->panel);
	panelsock_close(s->view);
	exports_close(s);
	board_close(s);
	for (size_t i = 0; i < sizeof(s->signals) / sizeof(*s->signals); i++)
		loop_source_free(s->signals[i]);
	moments_close(s);
	loop_source_free(s->status_due);
	loop_source_free(s->timer);
	loop_close(s->loop);
}
