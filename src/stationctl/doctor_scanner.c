/* doctor_scanner.c - stationctl doctor's check of the scanners: there and openable, and what they
 * make of the printed sheet (F7). */
#include "ask.h"
#include "doctor.h"
#include "io/hid.h"
#include "io/serial.h"
#include "station/scantest.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RAW_MAX	   600
#define SILENCE_MS 300	 /* ends a scan, whatever its suffix is */
#define SCAN_MS	   60000 /* for a scan */

struct gun {
	struct ask *ask;
	struct loop *loop;
	struct serial *serial;
	struct hid *hid;
	struct loop_source *silence;
	const struct settings_scanner *set;
	uint8_t raw[RAW_MAX];
	size_t len;
	bool lost;
	unsigned told; /* bit per finding that was told already, by its text */
	const char *said[SCANTEST_FINDINGS * SCANTEST_CODES];
};

/* As the running station has it. */
static void by_status(const struct doctor *d, struct doctor_row *row,
		      const struct settings_scanner *set)
{
	const json_t *scanners = json_object_get(d->status, "scanners"), *scanner;
	size_t i;

	json_array_foreach(scanners, i, scanner)
	{
		const char *name = json_string_value(json_object_get(scanner, "name"));

		if (!name || strcmp(name, set->name) != 0)
			continue;
		if (json_is_true(json_object_get(scanner, "present")))
			doctor_say(row, DOCTOR_OK, "%s: stationd has it open (%s)", set->name,
				   set->kind == SETTINGS_CAMERA ? "station-camera" : set->device);
		else if (set->kind == SETTINGS_CAMERA)
			doctor_say(row, DOCTOR_FAIL,
				   "%s: stationd has LOST it: 'journalctl -u station-camera' says "
				   "why",
				   set->name);
		else
			doctor_say(row, DOCTOR_FAIL,
				   "%s: stationd has LOST it (%s): look at its cable", set->name,
				   set->device);
		return;
	}
	doctor_say(row, DOCTOR_WARN,
		   "%s: the running stationd does not know it: 'systemctl restart stationd'",
		   set->name);
}

/* True: it can be opened. */
static bool by_opening(struct doctor_row *row, const struct settings_scanner *set)
{
	bool types = set->kind == SETTINGS_HID;
	int r = types ? hid_try(set) : serial_try(set);

	if (r == 0)
		doctor_say(row, DOCTOR_OK, "%s: %s opens", set->name, set->device);
	else if (!doctor_denied(row, r, set->device, !types))
		doctor_say(row, DOCTOR_FAIL, "%s: %s: %s%s", set->name, set->device,
			   types ? hid_reason(r) : serial_reason(r),
			   r != -ENOENT ? ""
			   : types	? ": plug it in; 'ls /dev/input/by-id' shows what there is"
				   : ": plug it in; 'ls /dev/serial/by-id' shows what there is");
	if (strncmp(set->device, "/dev/ttyUSB", 11) == 0 ||
	    strncmp(set->device, "/dev/ttyACM", 11) == 0)
		doctor_say(row, DOCTOR_WARN,
			   "%s: that name changes with the socket: name it by /dev/serial/by-id",
			   set->name);
	if (strncmp(set->device, "/dev/input/event", 16) == 0)
		doctor_say(row, DOCTOR_WARN,
			   "%s: that number changes at every boot: name it by /dev/input/by-id",
			   set->name);
	return r == 0;
}

/* --- the printed sheet --- */

static void on_bytes(void *user, const uint8_t *bytes, size_t len)
{
	struct gun *g = user;
	size_t room = sizeof(g->raw) - g->len;

	memcpy(g->raw + g->len, bytes, len < room ? len : room);
	g->len += len < room ? len : room;
	if (loop_timer_set(g->silence, loop_moment(g->loop).mono_ms + SILENCE_MS) < 0)
		ask_stop(g->ask);
}

/* A scan with a hole is none of the sheet's. */
static void on_lost(void *user, enum hid_lost why, uint16_t key)
{
	struct gun *g = user;
	char text[48];

	if (why == HID_LOST_KEY)
		(void)snprintf(text, sizeof(text), "<key %u>", (unsigned)key);
	else
		(void)snprintf(text, sizeof(text), "<lost>");
	on_bytes(g, (const uint8_t *)text, strlen(text));
}

static void on_silence(void *user)
{
	ask_stop(((struct gun *)user)->ask);
}

static void on_present(void *user, bool present)
{
	struct gun *g = user;

	g->lost = !present;
	if (!present)
		ask_stop(g->ask);
}

static const char *const code_words[SCANTEST_CODES] = {
	[SCANTEST_PLAIN] = "1, Code 128",
	[SCANTEST_CASE] = "2, small and capital letters",
	[SCANTEST_GS1] = "3, GS1-128",
	[SCANTEST_QR] = "4, QR",
};

static json_t *scan_json(const struct gun *g, const struct scantest *t)
{
	char raw[4 * RAW_MAX + 1], substitute[4 * SCANTEST_MORE + 1];
	struct text escaped = text_over(raw, sizeof(raw));
	struct text other = text_over(substitute, sizeof(substitute));

	text_escape(&escaped, g->raw, g->len);
	text_escape(&other, t->substitute, t->substitute_len);
	if (t->code == SCANTEST_CODES)
		return json_pack("{s:s, s:s, s:s}", "scanner", g->set->name, "code", "unknown",
				 "raw", raw);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "scanner", g->set->name,
			 "code", scantest_code_name(t->code), "raw", raw, "suffix",
			 scantest_say_end(t->end), "aim", t->aim, "fnc1",
			 scantest_say_fnc1(t->fnc1), "substitute", substitute, "case",
			 scantest_say_case(t->letters), "layout", scantest_say_layout(t->layout));
}

/* A finding that holds for all codes is told once. */
static void say_findings(struct gun *g, struct doctor_row *row, const struct scantest *t)
{
	struct scantest_finding finding[SCANTEST_FINDINGS];
	size_t count = scantest_say(t, g->set->gap_ms, finding);

	for (size_t i = 0; i < count; i++) {
		unsigned k = 0;

		while (k < g->told && g->said[k] != finding[i].text)
			k++;
		if (k < g->told)
			continue;
		g->said[g->told++] = finding[i].text;
		doctor_say(row, finding[i].grade == SCANTEST_BAD ? DOCTOR_FAIL : DOCTOR_WARN, "%s",
			   finding[i].text);
	}
}

/* Until that code was scanned, or the person says that it can't be. False: that is the end. */
static bool ask_code(struct gun *g, struct doctor_row *row, enum scantest_code code, json_t *scans,
		     struct scantest *t)
{
	enum ask_answer answer = ASK_YES;

	t->code = SCANTEST_CODES;
	while (answer == ASK_YES || (answer == ASK_STOPPED && t->code != code)) {
		(void)fprintf(stderr, "%s: scan code %s [n/q] ", g->set->name, code_words[code]);
		g->len = 0;
		answer = ask_wait(g->ask, SCAN_MS);
		if (g->lost) {
			doctor_say(row, DOCTOR_FAIL, "%s was lost", g->set->name);
			return false;
		}
		if (answer != ASK_STOPPED || g->len == 0)
			continue;
		scantest_read(g->raw, g->len, t);
		(void)json_array_append_new(scans, scan_json(g, t));
		say_findings(g, row, t);
		if (t->code == SCANTEST_CODES) {
			(void)fputs("... came, but is none of the sheet's\n", stderr);
			break;
		}
		(void)fprintf(stderr, "... code %u came\n", (unsigned)t->code + 1);
	}
	if (answer == ASK_QUIT)
		doctor_say(row, DOCTOR_SKIPPED, "%s: ended by hand at code %s", g->set->name,
			   code_words[code]);
	else if (answer == ASK_NO || answer == ASK_LATE)
		doctor_say(row, code == SCANTEST_QR ? DOCTOR_WARN : DOCTOR_FAIL,
			   "%s can't read code %s: is it switched on in the scanner%s",
			   g->set->name, code_words[code],
			   code == SCANTEST_QR ? ", or has it a laser, which reads lines only?"
					       : "?");
	return answer != ASK_QUIT;
}

/* What the scanner does right. */
static void say_good(const struct gun *g, struct doctor_row *row, const struct scantest *t)
{
	doctor_say(row, DOCTOR_OK, "%s: the sheet was read: suffix %s, AIM ids %s", g->set->name,
		   scantest_say_end(t->end), t->aim[0] ? "are sent" : "are not sent");
}

static int open_gun(struct gun *g, const struct settings_scanner *set)
{
	const struct serial_calls serial = {.bytes = on_bytes, .present = on_present, .user = g};
	const struct hid_calls hid = {
		.bytes = on_bytes, .lost = on_lost, .present = on_present, .user = g};

	return set->kind == SETTINGS_HID ? hid_open(&g->hid, g->loop, set, &hid)
					 : serial_open(&g->serial, g->loop, set, &serial);
}

static void scan_sheet(struct doctor_row *row, const struct settings_scanner *set, json_t *scans)
{
	static struct gun g;
	struct scantest t = {.code = SCANTEST_CODES}, last = t;
	int r;

	g = (struct gun){.set = set};
	r = loop_open(&g.loop);
	if (r == 0)
		r = ask_open(&g.ask, g.loop, true);
	if (r == 0)
		r = loop_timer(g.loop, &g.silence, on_silence, &g);
	if (r == 0)
		r = open_gun(&g, set);
	if (r < 0)
		doctor_say(row, DOCTOR_FAIL, "%s", strerror(-r));
	else
		(void)fputs("The codes are on the sheet that 'stationctl sheet doctor' makes.\n"
			    "n: it can't be read, q: end\n",
			    stderr);
	for (unsigned c = 0; r == 0 && c < SCANTEST_CODES; c++) {
		if (!ask_code(&g, row, (enum scantest_code)c, scans, &t))
			break;
		if (t.code != SCANTEST_CODES)
			last = t;
	}
	if (last.code != SCANTEST_CODES)
		say_good(&g, row, &last);
	serial_close(g.serial);
	hid_close(g.hid);
	loop_source_free(g.silence);
	ask_close(g.ask);
	loop_close(g.loop);
}

void doctor_scanner(struct doctor *d, struct doctor_row *row)
{
	const struct settings *s = d->settings;
	json_t *scans = json_array();
	bool scanned = false;

	if (d->veiled && s->scanners > 0) {
		json_decref(scans);
		doctor_say(row, DOCTOR_WARN,
			   "not checked: whether stationd has it can't be told without permission "
			   "for %s: use sudo, or the group station",
			   s->runtime_dir);
		return;
	}
	if (s->scanners == 0)
		doctor_say(row, DOCTOR_WARN, "none is set up ([scanner NAME] device)");
	for (unsigned i = 0; i < s->scanners; i++) {
		if (d->status) {
			by_status(d, row, &s->scanner[i]);
		} else if (s->scanner[i].kind == SETTINGS_CAMERA) {
			doctor_say(row, DOCTOR_SKIPPED,
				   "%s: whether station-camera sees, only a running stationd can "
				   "tell",
				   s->scanner[i].name);
		} else if (by_opening(row, &s->scanner[i])) {
			scanned = true;
			if (d->asks)
				scan_sheet(row, &s->scanner[i], scans);
		}
	}
	(void)json_object_set_new(row->fields, "scans", scans);
	if (d->status && s->scanners > 0)
		doctor_say(
			row, DOCTOR_OK,
			"what it makes of the sheet was not looked at: 'systemctl stop stationd', "
			"then again");
	else if (scanned && !d->asks)
		doctor_say(
			row, DOCTOR_OK,
			"what it makes of the sheet ('stationctl sheet doctor') was not looked at: "
			"nobody sits at a terminal");
}
