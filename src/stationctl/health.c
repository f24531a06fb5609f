/* health.c - the ten lines that say how a bench is (health.h). Each subject tells its trouble in
 * its line, with what to do; the verdict names them. */
#include "health.h"
#include "station/text.h"
#include <stdarg.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#define DISK_FEW 67108864u /* bytes: a person is needed, as in doctor_disk.c */
#define DISK_LOW 1073741824u

static const struct {
	const char *name, *words;
} situations[] = {
	{"idle", "idle, waiting for a label"},
	{"step", "inspecting"},
	{"reason", "waits for a reason"},
	{"closed", "verdict given, can still be taken back"},
	{"which", "asks which unit of the return it is"},
	{"repeat", "asks whether to inspect a unit again"},
	{"unknown", "asks whether to take an unexpected return"},
	{"receiving", "receiving parcels"},
};

/* --- members --- */

const char *health_text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

long long health_number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

bool health_is(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

int64_t health_time_of(const json_t *object, const char *key)
{
	const char *text = health_text_of(object, key);
	int64_t ms;

	return text && text_read_time(text, strlen(text), &ms) ? ms : 0;
}

void health_look(const json_t *root, struct health_now *now)
{
	const json_t *disk = json_object_get(root, "disk");
	const char *dir = health_text_of(disk, "dir");
	struct timespec t;
	struct statvfs st;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	now->wall_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	now->disk_free = (uint64_t)health_number_of(disk, "free");
	now->disk_size = (uint64_t)health_number_of(disk, "size");
	if (dir && dir[0] == '/' && statvfs(dir, &st) == 0) {
		now->disk_free = (uint64_t)st.f_bavail * st.f_frsize;
		now->disk_size = (uint64_t)st.f_blocks * st.f_frsize;
	}
}

/* --- lines --- */

static void __attribute__((format(printf, 3, 4)))
put(struct health *r, enum health_line line, const char *format, ...)
{
	size_t len = strlen(r->line[line]);
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->line[line] + len, HEALTH_TEXT - len, format, ap);
	va_end(ap);
}

/* Somebody is needed: the verdict says so too, in few words. */
static void __attribute__((format(printf, 2, 3))) trouble(struct health *r, const char *format, ...)
{
	size_t len;
	va_list ap;

	if (!r->well)
		put(r, HEALTH_VERDICT, "; ");
	len = strlen(r->line[HEALTH_VERDICT]);
	r->well = false;
	va_start(ap, format);
	vsnprintf(r->line[HEALTH_VERDICT] + len, HEALTH_TEXT - len, format, ap);
	va_end(ap);
}

static const char *known(const char *text, const char *otherwise)
{
	return text && text[0] ? text : otherwise;
}

/* The faults whose name is what, or begins with what and a colon: the rest of their names. */
static bool fault(const json_t *root, const char *what, char *names, size_t cap)
{
	struct text t = text_over(names, cap);
	size_t i, len = strlen(what);
	json_t *value;
	bool any = false;

	json_array_foreach(json_object_get(root, "faults"), i, value)
	{
		const char *name = known(json_string_value(value), "?");

		if (strncmp(name, what, len) != 0 || (name[len] && name[len] != ':'))
			continue;
		text_put(&t, t.len ? ", " : "");
		text_put(&t, name[len] ? name + len + 1 : "");
		any = true;
	}
	return any;
}

static void put_situation(struct health *r, const json_t *root)
{
	const char *situation = health_text_of(root, "situation");
	const char *words = known(situation, "doing nothing that is known");

	for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++)
		if (situation && strcmp(situation, situations[i].name) == 0)
			words = situations[i].words;
	put(r, HEALTH_PANEL, "%s", words);
	if (health_text_of(root, "label"))
		put(r, HEALTH_PANEL, ", %s", health_text_of(root, "label"));
	if (health_text_of(root, "step"))
		put(r, HEALTH_PANEL, ", step %s", health_text_of(root, "step"));
	if (health_text_of(root, "by"))
		put(r, HEALTH_PANEL, ", badge %s", health_text_of(root, "by"));
}

static void tell_panel(struct health *r, const json_t *root)
{
	char names[128];

	if (fault(root, "panel", names, sizeof(names))) {
		put(r, HEALTH_PANEL,
		    "OUT OF REACH (buttons and lamps): see the log; it is taken up again by "
		    "itself; ");
		trouble(r, "the panel is out of reach");
	} else if (health_text_of(root, "board")) {
		put(r, HEALTH_PANEL, "%s works; ", health_text_of(root, "board"));
	}
	if (fault(root, "button", names, sizeof(names))) {
		put(r, HEALTH_PANEL, "the button %s is STUCK: free it, the others work meanwhile; ",
		    names);
		trouble(r, "the button %s is stuck", names);
	}
	put_situation(r, root);
}

static bool is_camera(const json_t *scanner, const json_t *camera)
{
	const char *name = health_text_of(scanner, "name");
	const char *other = health_text_of(camera, "name");

	return name && other && strcmp(name, other) == 0;
}

static void tell_scanners(struct health *r, const json_t *root)
{
	json_t *scanners = json_object_get(root, "scanners"), *scanner;
	const json_t *camera = json_object_get(root, "camera");
	size_t i, told = 0;

	json_array_foreach(scanners, i, scanner)
	{
		const char *name = known(health_text_of(scanner, "name"), "?");

		if (is_camera(scanner, camera))
			continue;
		put(r, HEALTH_SCANNER, "%s%s ", told++ ? "; " : "", name);
		if (health_is(scanner, "present")) {
			put(r, HEALTH_SCANNER, "is there");
			continue;
		}
		put(r, HEALTH_SCANNER,
		    "is LOST (%s): check cable and power; it is taken up again by itself",
		    known(health_text_of(scanner, "device"), "?"));
		trouble(r, "scanner %s is lost", name);
	}
	if (told == 0)
		put(r, HEALTH_SCANNER, "none set up");
}

/* How well it sees; a night without lamps is no trouble. */
static void tell_sight(struct health *r, const char *name, const json_t *sight)
{
	const char *focus = known(health_text_of(sight, "focus"), "unknown");
	const char *light = known(health_text_of(sight, "light"), "unknown");
	const char *dirt = known(health_text_of(sight, "dirt"), "unknown");

	if (strcmp(focus, "sharp") == 0)
		put(r, HEALTH_CAMERA, ", sharp");
	if (strcmp(focus, "blurred") == 0) {
		put(r, HEALTH_CAMERA, ", but BLURRED: set its focus");
		trouble(r, "camera %s is out of focus", name);
	}
	if (strcmp(light, "dark") == 0)
		put(r, HEALTH_CAMERA, ", TOO DARK: more light");
	if (strcmp(light, "bright") == 0)
		put(r, HEALTH_CAMERA, ", TOO BRIGHT: less light or exposure");
	if (strcmp(dirt, "spot") == 0)
		put(r, HEALTH_CAMERA,
		    ", SPOT at %lld %% from left, %lld %% from top: wipe its lens",
		    health_number_of(sight, "spot_x"), health_number_of(sight, "spot_y"));
	if (strcmp(dirt, "film") == 0)
		put(r, HEALTH_CAMERA, ", VEILED: wipe its lens, or a lamp shines into it");
}

/* A fail counts without one, and the next has one again: no trouble. */
static void tell_photos(struct health *r, const json_t *photos)
{
	long long waiting = health_number_of(photos, "waiting");
	const char *why = health_text_of(photos, "why");

	if (!json_is_object(photos))
		return;
	put(r, HEALTH_CAMERA, "; %lld photo%s wait%s, %lld MiB of %lld", waiting,
	    waiting == 1 ? "" : "s", waiting == 1 ? "s" : "",
	    health_number_of(photos, "bytes") >> 20, health_number_of(photos, "space") >> 20);
	if (why && *why)
		put(r, HEALTH_CAMERA, "; NO PHOTO of the last fail: %s", why);
}

static void tell_camera(struct health *r, const json_t *root)
{
	const json_t *camera = json_object_get(root, "camera");
	const char *name = known(health_text_of(camera, "name"), "?");

	if (!json_is_object(camera)) {
		put(r, HEALTH_CAMERA, "not set up");
		return;
	}
	if (health_is(camera, "present")) {
		const json_t *sight = json_object_get(camera, "sight");
		const char *mode = health_text_of(sight, "mode");

		put(r, HEALTH_CAMERA, "%s sees (%s)", name,
		    mode && *mode ? mode : known(health_text_of(camera, "size"), "?"));
		tell_sight(r, name, sight);
	} else {
		put(r, HEALTH_CAMERA,
		    "%s is LOST: 'journalctl -u station-camera' says why; it is taken up again by "
		    "itself",
		    name);
		trouble(r, "camera %s is lost", name);
	}
	tell_photos(r, json_object_get(root, "photos"));
}

static void tell_journal(struct health *r, const json_t *root)
{
	const json_t *journal = json_object_get(root, "journal");
	const char *problem = health_text_of(journal, "problem");
	const char *aside = health_text_of(journal, "aside");

	if (health_is(journal, "works")) {
		put(r, HEALTH_JOURNAL, "records, ");
	} else {
		put(r, HEALTH_JOURNAL, "CAN'T RECORD (%s), nothing is promised until it can; ",
		    known(problem, "it does not work"));
		trouble(r, "it can't record");
	}
	put(r, HEALTH_JOURNAL, "%lld events, %s", health_number_of(journal, "seq"),
	    health_is(journal, "checked") ? "checked" : "check still running");
	if (aside) {
		put(r, HEALTH_JOURNAL, "; an older one was SET ASIDE in %s: keep that file", aside);
		trouble(r, "an older journal was set aside, tell your supervisor");
	}
}

/* "3 d 4 h", of two units at most. */
static void put_age(struct health *r, enum health_line line, int64_t ms)
{
	long long minutes = ms > 0 ? ms / 60000 : 0, hours = minutes / 60, days = hours / 24;

	if (days > 0)
		put(r, line, "%lld d %lld h", days, hours % 24);
	else if (hours > 0)
		put(r, line, "%lld h %lld min", hours, minutes % 60);
	else
		put(r, line, "%lld min", minutes);
}

static void put_waiting(struct health *r, const json_t *root, const struct health_now *now)
{
	const json_t *hq = json_object_get(root, "headquarters");
	long long seq = health_number_of(json_object_get(root, "journal"), "seq");
	long long acked = health_number_of(hq, "acked");
	int64_t since = health_time_of(hq, "unsent_since");

	if (acked >= seq) {
		put(r, HEALTH_BACKLOG, "none, headquarters has all %lld events", seq);
		return;
	}
	put(r, HEALTH_BACKLOG, "%lld events wait", seq - acked);
	if (since) {
		put(r, HEALTH_BACKLOG, ", the oldest for ");
		put_age(r, HEALTH_BACKLOG, now->wall_ms - since);
	}
	put(r, HEALTH_BACKLOG, "; headquarters has %lld of %lld", acked, seq);
}

/* Photos wait behind the events, and are not missed by anybody for a while. */
static void put_photos(struct health *r, const json_t *hq)
{
	long long refused = json_integer_value(json_object_get(hq, "photos_refused"));

	if (refused > 0)
		put(r, HEALTH_BACKLOG, "; headquarters does not take %lld photos (%s)", refused,
		    known(health_text_of(hq, "photos_why"), "see the log"));
}

static void tell_backlog(struct health *r, const json_t *root, const struct health_now *now)
{
	const json_t *hq = json_object_get(root, "headquarters");
	const char *line = known(health_text_of(hq, "line"), "off");
	const char *why = health_text_of(hq, "why"), *next = health_text_of(hq, "next_try");

	if (strcmp(line, "off") == 0) {
		put(r, HEALTH_BACKLOG, "no headquarters is set up; all is kept here");
		return;
	}
	put_waiting(r, root, now);
	put_photos(r, hq);
	if (strcmp(line, "person") == 0) {
		put(r, HEALTH_BACKLOG, "; the line NEEDS A PERSON: %s", known(why, "see the log"));
		trouble(r, "the line to headquarters needs a person");
	} else if (strcmp(line, "good") != 0) {
		put(r, HEALTH_BACKLOG, "; NO LINE now (%s), work goes on", known(why, line));
		if (next)
			put(r, HEALTH_BACKLOG, ", next try at %.19sZ", next);
	}
}

static void tell_clock(struct health *r, const json_t *root)
{
	bool trusted = strcmp(known(health_text_of(root, "clock"), ""), "trusted") == 0;

	put(r, HEALTH_CLOCK, "%s",
	    trusted ? "trusted" : "untrusted, no time source yet; times are put right later");
}

static void tell_certificate(struct health *r, const json_t *certificate, const char *whose)
{
	const char *state = known(health_text_of(certificate, "state"), "");
	const char *until = known(health_text_of(certificate, "until"), "?");

	if (!json_is_object(certificate))
		return;
	put(r, HEALTH_CERTIFICATE, "%s%s", r->line[HEALTH_CERTIFICATE][0] ? "; " : "", whose);
	if (strcmp(state, "expired") == 0) {
		put(r, HEALTH_CERTIFICATE,
		    " HAS EXPIRED (%s): RENEW IT, inspections go on and are kept here", until);
		trouble(r, "%s certificate has expired", whose);
		return;
	}
	put(r, HEALTH_CERTIFICATE, " is good for %lld days (until %.10s)",
	    health_number_of(certificate, "days"), until);
	if (strcmp(state, "soon") == 0)
		put(r, HEALTH_CERTIFICATE, ": see that it is renewed");
	if (strcmp(state, "urgent") == 0) {
		put(r, HEALTH_CERTIFICATE, ": RENEW IT NOW");
		trouble(r, "%s certificate ends in %lld days", whose,
			health_number_of(certificate, "days"));
	}
}

/* Headquarters' one is known when a handshake has shown it. */
static void tell_certificates(struct health *r, const json_t *root)
{
	const json_t *all = json_object_get(json_object_get(root, "headquarters"), "certificates");

	tell_certificate(r, json_object_get(all, "station"), "this station's");
	tell_certificate(r, json_object_get(all, "headquarters"), "headquarters'");
	if (!r->line[HEALTH_CERTIFICATE][0])
		put(r, HEALTH_CERTIFICATE, "none known");
}

static void tell_disk(struct health *r, const json_t *root, const struct health_now *now)
{
	char names[8];

	if (fault(root, "disk", names, sizeof(names))) {
		put(r, HEALTH_DISK, "CAN'T BE WRITTEN: make room, or change the card; ");
		trouble(r, "the disk can't be written");
	}
	if (now->disk_size == 0) {
		put(r, HEALTH_DISK, "not known");
		return;
	}
	if (now->disk_free < DISK_LOW)
		put(r, HEALTH_DISK, "%llu MB", (unsigned long long)now->disk_free / 1000000);
	else
		put(r, HEALTH_DISK, "%.1f GB", (double)now->disk_free / 1e9);
	put(r, HEALTH_DISK, " free of %.1f GB", (double)now->disk_size / 1e9);
	if (now->disk_free < DISK_FEW) {
		put(r, HEALTH_DISK, ": MAKE ROOM, or change the card");
		trouble(r, "the disk is nearly full");
	} else if (now->disk_free < DISK_LOW) {
		put(r, HEALTH_DISK, ", which is little");
	}
}

static void tell_export(struct health *r, const json_t *root)
{
	const json_t *last = json_object_get(root, "export");
	const char *at = health_text_of(last, "at");

	put(r, HEALTH_EXPORT, "%s", at ? at : "none yet");
}

/* What no other line tells. */
static void tell_others(struct health *r, const json_t *root)
{
	static const char *const told[] = {"panel", "button", "scanner", "journal", "disk"};
	size_t i;
	json_t *value;

	if (!health_is(root, "ready"))
		trouble(r, "NOT READY yet");
	if (health_is(json_object_get(root, "labels"), "refused"))
		trouble(r, "a file of label formats is REFUSED, the log says why");
	if (health_is(json_object_get(root, "reasons"), "refused"))
		trouble(r, "the file of reasons is REFUSED, the log says why");
	json_array_foreach(json_object_get(root, "faults"), i, value)
	{
		const char *name = known(json_string_value(value), "?");
		bool elsewhere = false;

		for (size_t k = 0; k < sizeof(told) / sizeof(told[0]); k++)
			elsewhere = elsewhere || strncmp(name, told[k], strlen(told[k])) == 0;
		if (!elsewhere)
			trouble(r, "fault %s", name);
	}
	/* Told as they are by journal.works and scanners[]; a fault that those don't know counts.
	 */
	if (r->well && json_array_size(json_object_get(root, "faults")) > 0)
		trouble(r, "fault %s",
			known(json_string_value(json_array_get(json_object_get(root, "faults"), 0)),
			      "?"));
}

void health_make(const json_t *root, const struct health_now *now, struct health *out)
{
	const char *station = known(health_text_of(root, "station"), "this station");
	const char *site = known(health_text_of(root, "site"), "?");
	const json_t *hq = json_object_get(root, "headquarters");
	char troubles[HEALTH_TEXT];

	memset(out, 0, sizeof(*out));
	out->well = true;
	tell_panel(out, root);
	tell_scanners(out, root);
	tell_camera(out, root);
	tell_journal(out, root);
	tell_backlog(out, root, now);
	tell_clock(out, root);
	tell_certificates(out, root);
	tell_disk(out, root, now);
	tell_export(out, root);
	tell_others(out, root);
	memcpy(troubles, out->line[HEALTH_VERDICT], sizeof(troubles));
	out->line[HEALTH_VERDICT][0] = '\0';
	put(out, HEALTH_VERDICT, "%s: %s at site %s%s", out->well ? "WELL" : "NEEDS A PERSON",
	    station, site, out->well ? "" : ": ");
	if (out->well && strcmp(known(health_text_of(hq, "line"), ""), "offline") == 0)
		put(out, HEALTH_VERDICT, ", working offline");
	put(out, HEALTH_VERDICT, "%s", troubles);
}
