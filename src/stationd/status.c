/* status.c - status.json in the runtime folder: how the bench is, for stationctl, Prometheus and
 * people. Replaced by rename, only when it says something new. */
#include "io/log.h"
#include "station.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void key(struct text *t, const char *name)
{
	char last = t->len ? t->buf[t->len - 1] : '{';

	text_put(t, last == '{' || last == '[' ? "\"" : ",\"");
	text_put(t, name);
	text_put(t, "\":");
}

static void key_text(struct text *t, const char *name, const char *value)
{
	key(t, name);
	if (value && value[0])
		text_json(t, value, strlen(value));
	else
		text_put(t, "null");
}

static void key_number(struct text *t, const char *name, uint64_t n)
{
	key(t, name);
	text_u64(t, n);
}

static void key_bool(struct text *t, const char *name, bool b)
{
	key(t, name);
	text_put(t, b ? "true" : "false");
}

static void put_lamps(struct text *t, const struct bench *b)
{
	key(t, "lamps");
	text_char(t, '{');
	for (int i = 0; i < PANEL_LAMPS; i++)
		key_text(t, panel_lamp_name((enum panel_lamp)i),
			 panel_pattern_name(bench_lamp(b, (enum panel_lamp)i)));
	text_char(t, '}');
}

static void put_journal(struct text *t, const struct station *s, const struct journal_state *j)
{
	key(t, "journal");
	text_char(t, '{');
	key_text(t, "id", j->journal);
	key_bool(t, "works", j->works);
	key_text(t, "problem", j->problem);
	key_number(t, "seq", j->seq);
	key(t, "head");
	text_char(t, '"');
	text_hex(t, j->head, sizeof(j->head));
	text_char(t, '"');
	key_number(t, "acked", j->acked);
	key_bool(t, "checked", j->checked);
	key_text(t, "aside", s->aside);
	text_char(t, '}');
}

static void put_expected(struct text *t, const struct station *s, const struct journal_state *j)
{
	key(t, "expected");
	text_char(t, '{');
	key_text(t, "file", s->settings.expected_file);
	key(t, "returns");
	if (j->has_list)
		text_u64(t, j->expected);
	else
		text_put(t, "null");
	text_char(t, '}');
}

static void put_labels(struct text *t, const struct station *s)
{
	const struct formats *f = s->settings.labels.formats;

	key(t, "labels");
	text_char(t, '{');
	key_number(t, "formats", f ? f->count : 0);
	key_text(t, "version", f ? f->version : NULL);
	key_bool(t, "refused", s->labels.bad);
	text_char(t, '}');
}

static void put_reasons(struct text *t, const struct station *s)
{
	const struct reasons *r = s->settings.reasons;

	key(t, "reasons");
	text_char(t, '{');
	key_number(t, "count", r ? r->count : 0);
	key_text(t, "version", r ? r->version : NULL);
	key_bool(t, "refused", s->labels.reasons_bad);
	text_char(t, '}');
}

static const char *line_name(const struct station *s)
{
	if (!s->settings.hq.url[0])
		return "off";
	switch (s->line.state.line) {
	case SYNC_LINE_OFFLINE:
		return "offline";
	case SYNC_LINE_GOOD:
		return "good";
	case SYNC_LINE_PERSON:
		return "person";
	}
	return "";
}

static void put_certificate(struct text *t, const struct station *s, const char *name,
			    enum station_certificate which)
{
	const struct expiry *e = &s->certificates.is[which];
	enum expiry_state state = expiry_state(e, s->now.wall_ms);
	char until[25];
	struct text u = text_over(until, sizeof(until));

	key(t, name);
	if (state == EXPIRY_UNKNOWN) {
		text_put(t, "null");
		return;
	}
	text_time(&u, e->until_ms);
	text_char(t, '{');
	key_text(t, "until", until);
	key(t, "days");
	text_i64(t, expiry_days(e, s->now.wall_ms));
	key_text(t, "state", expiry_name(state));
	text_char(t, '}');
}

static void put_certificates(struct text *t, const struct station *s)
{
	key(t, "certificates");
	text_char(t, '{');
	put_certificate(t, s, "station", STATION_CERTIFICATE_OWN);
	put_certificate(t, s, "headquarters", STATION_CERTIFICATE_SERVER);
	text_char(t, '}');
}

static void key_time(struct text *t, const char *name, int64_t ms)
{
	char at[25];
	struct text u = text_over(at, sizeof(at));

	if (ms)
		text_time(&u, ms);
	key_text(t, name, ms ? at : NULL);
}

/* Times, not spans, but for the days that certificates have left: nothing else here changes by the
 * clock alone. */
static void put_headquarters(struct text *t, const struct station *s, const struct journal_state *j)
{
	const struct uplink_state *u = &s->line.state;
	uint64_t acked = s->line.uplink ? u->acked : j->acked;

	key(t, "headquarters");
	text_char(t, '{');
	key_text(t, "url", s->settings.hq.url);
	key_text(t, "line", line_name(s));
	key_text(t, "why", u->why);
	key_number(t, "acked", acked);
	key_number(t, "backlog", j->seq > acked ? j->seq - acked : 0);
	key_time(t, "unsent_since", s->settings.hq.url[0] && j->seq > acked ? j->unsent_ms : 0);
	key_text(t, "last_ok", s->line.last_ok);
	key_text(t, "next_try", s->line.next_try);
	key_number(t, "photos_refused", u->photos_aside);
	key_text(t, "photos_why", u->photos_why);
	put_certificates(t, s);
	text_char(t, '}');
}

static void put_scanners(struct text *t, const struct station *s)
{
	key(t, "scanners");
	text_char(t, '[');
	for (uint8_t i = 0; i < s->settings.scanners; i++) {
		text_put(t, i ? ",{" : "{");
		key_text(t, "name", s->settings.scanner[i].name);
		key_text(t, "device",
			 s->scanner[i].camera ? "station-camera" : s->settings.scanner[i].device);
		key_bool(t, "present", s->scanner[i].present);
		text_char(t, '}');
	}
	text_char(t, ']');
}

/* How well it sees, as it told. */
static void put_sight(struct text *t, const struct station_scanner *camera)
{
	const struct sight_report *r = &camera->sight.report;

	key(t, "sight");
	if (!camera->has_sight) {
		text_put(t, "null");
		return;
	}
	text_char(t, '{');
	key_text(t, "mode", camera->sight.mode);
	key_text(t, "focus", sight_line_focus(r->focus));
	key_number(t, "edge", r->edge);
	key_text(t, "light", sight_line_light(r->light));
	key_number(t, "bright", r->bright);
	key_number(t, "blown", r->blown);
	key_text(t, "dirt", sight_line_dirt(r->dirt));
	key_number(t, "spot_x", r->spot_x);
	key_number(t, "spot_y", r->spot_y);
	text_char(t, '}');
}

/* The scanner that is one. */
static void put_camera(struct text *t, const struct station *s)
{
	uint8_t i = 0;

	key(t, "camera");
	while (i < s->settings.scanners && !s->scanner[i].camera)
		i++;
	if (i == s->settings.scanners) {
		text_put(t, "null");
		return;
	}
	text_char(t, '{');
	key_text(t, "name", s->settings.scanner[i].name);
	key_text(t, "size",
		 s->settings.scanner[i].size[0] ? s->settings.scanner[i].size
						: SETTINGS_CAMERA_SIZE);
	key_bool(t, "present", s->scanner[i].present);
	put_sight(t, &s->scanner[i]);
	text_char(t, '}');
}

static void put_photos(struct text *t, const struct station *s)
{
	const struct station_photos *p = &s->photos;

	key(t, "photos");
	if (!p->on) {
		text_put(t, "null");
		return;
	}
	text_char(t, '{');
	key_number(t, "waiting", p->waiting);
	key_number(t, "bytes", p->kept);
	key_number(t, "space", p->room.space);
	key_text(t, "why", p->why);
	text_char(t, '}');
}

static void put_faults(struct text *t, const struct bench *b)
{
	bool first = true;

	key(t, "faults");
	text_char(t, '[');
	for (uint8_t i = 0; i < CHECKLIST_FAULTS; i++) {
		char name[64];
		struct text n = text_over(name, sizeof(name));

		if (!(b->check.faults & (1u << i)))
			continue;
		bench_name_fault(b, i, &n);
		if (!first)
			text_char(t, ',');
		text_json(t, name, n.len);
		first = false;
	}
	text_char(t, ']');
}

/* As the journal's thread saw it behind its last write: it changes with events, and is no news by
 * itself. */
static void put_disk(struct text *t, const struct station *s, const struct journal_state *j)
{
	key(t, "disk");
	text_char(t, '{');
	key_text(t, "dir", s->settings.state_dir);
	key_number(t, "free", j->disk_free);
	key_number(t, "size", j->disk_size);
	text_char(t, '}');
}

/* The last one that the journal tells. */
static void put_export(struct text *t, const struct station_export *done)
{
	key(t, "export");
	if (!done->at_ms) {
		text_put(t, "null");
		return;
	}
	text_char(t, '{');
	key_time(t, "at", done->at_ms);
	key_number(t, "first", done->first);
	key_number(t, "last", done->last);
	text_char(t, '}');
}

/* Who may have an export by a badge is told to station-export by this. */
static void put_supervisor(struct text *t, const struct station *s)
{
	uint64_t ms;
	const char *badge = exports_supervisor(s, &ms);

	key(t, "supervisor");
	if (!badge) {
		text_put(t, "null");
		return;
	}
	text_char(t, '{');
	key_text(t, "badge", badge);
	key_number(t, "mono_ms", ms);
	text_char(t, '}');
}

/* Everything but the time of writing and what follows from it, so that two can be compared. */
static void put_state(struct text *t, struct station *s, const struct journal_state *j)
{
	const struct bench *b = &s->bench;
	const struct checklist_situation *sit = &b->check.now;
	bool stepping = sit->at == CHECKLIST_STEP || sit->at == CHECKLIST_REASON;

	key_bool(t, "ready", s->ready);
	key_text(t, "situation", checklist_name_at(sit->at));
	key_text(t, "step", stepping ? checklist_name_step(sit->step) : NULL);
	key_text(t, "label", sit->at == CHECKLIST_IDLE ? NULL : b->current.parcel.label);
	key_text(t, "by", b->by);
	put_lamps(t, b);
	put_journal(t, s, j);
	put_headquarters(t, s, j);
	put_expected(t, s, j);
	put_labels(t, s);
	put_reasons(t, s);
	put_scanners(t, s);
	put_camera(t, s);
	put_photos(t, s);
	put_export(t, &s->exports.done);
	put_supervisor(t, s);
	put_faults(t, b);
	key(t, "queue");
	text_char(t, '{');
	key_number(t, "waiting", b->queue_len);
	key_number(t, "held_back", s->held_back);
	text_char(t, '}');
	key_text(t, "clock", s->now.trusted ? "trusted" : "untrusted");
	text_char(t, '}');
}

static int replace(const char *path, const char *text, size_t len)
{
	char fresh[SETTINGS_PATH + 32];
	int fd, r = 0;

	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		r = errno ? -errno : -EIO;
	if (close(fd) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(fresh, path) != 0)
		r = -errno;
	return r;
}

void status_write(struct station *s)
{
	char whole[sizeof(s->status) + 1536], state[sizeof(s->status)], path[SETTINGS_PATH + 16];
	struct text w = text_over(whole, sizeof(whole)), t = text_over(state, sizeof(state));
	struct journal_state j;
	int r;

	journal_state(s->journal, &j);
	put_state(&t, s, &j);
	if (strcmp(state, s->status) == 0)
		return;
	memcpy(s->status, state, t.len + 1);
	text_char(&w, '{');
	key_number(&w, "v", 1);
	key_text(&w, "station", s->settings.station);
	key_text(&w, "site", s->settings.labels.site);
	key_text(&w, "version", STATION_VERSION);
	key_number(&w, "pid", (uint64_t)getpid());
	key(&w, "at");
	text_char(&w, '"');
	text_time(&w, s->now.wall_ms);
	text_char(&w, '"');
	key_text(&w, "board", s->board.name);
	put_disk(&w, s, &j);
	text_char(&w, ',');
	text_put(&w, state);
	text_char(&w, '\n');
	(void)snprintf(path, sizeof(path), "%s/status.json", s->settings.runtime_dir);
	r = replace(path, whole, w.len);
	if (r < 0)
		log_warning("cannot write %s: %s", path, strerror(-r));
}
