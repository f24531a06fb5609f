/* test_bench.c - the bench around the checklist: queue, repeat window, ids, and the view. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "station/bench.h"
#include "station/formats.h"
#include "station/symbology.h"

struct fixture {
	struct settings settings;
	struct bench bench;
	struct bench_out out;
	struct moment now;
	struct parcel parcel; /* what the journal knows of whatever is scanned */
	struct event last;    /* the last event stored */
	unsigned stored, rejected;
	bool keep; /* appends stay in flight */
};

static int setup(void **state)
{
	static struct fixture f;
	struct settings_error error;
	struct bench_config config = {.software = "test"};

	memset(&f, 0, sizeof(f));
	settings_defaults(&f.settings);
	(void)text_copy(f.settings.station, sizeof(f.settings.station), "bench-1");
	(void)text_copy(f.settings.labels.site, sizeof(f.settings.labels.site), "AMS");
	f.settings.labels.has_key = true;
	if (!settings_finish(&f.settings, "test", &error))
		return -1;
	config.settings = &f.settings;
	memcpy(config.boot, "00000000-0000-4000-8000-0000000000b0", sizeof(config.boot));
	f.now = (struct moment){.mono_ms = 100000, .wall_ms = 1795507200000, .trusted = true};
	f.parcel.units = 1;
	bench_init(&f.bench, &config);
	*state = &f;
	return 0;
}

/* A new bench of the same settings. */
static void setup_again(struct fixture *f)
{
	struct bench_config config = f->bench.config;

	bench_init(&f->bench, &config);
}

/* No return has the tracking number that the bench asks about. */
static void answer_untracked(struct fixture *f)
{
	if (!f->out.lookup || f->out.lookup_by != PARCEL_BY_TRACKING)
		return;
	f->parcel.label[0] = '\0';
	bench_found(&f->bench, &f->parcel, &f->now, &f->out);
}

/* Answers what the bench asks for, until it asks nothing more. */
static void answer(struct fixture *f)
{
	for (;;) {
		if (f->out.lookup && f->out.lookup_by == PARCEL_BY_TRACKING) {
			answer_untracked(f);
		} else if (f->out.lookup) {
			(void)text_copy(f->parcel.label, sizeof(f->parcel.label),
					f->out.lookup_label);
			bench_found(&f->bench, &f->parcel, &f->now, &f->out);
		} else if (f->out.count && !f->keep) {
			f->last = f->out.events[f->out.count - 1];
			f->stored += f->out.count;
			f->rejected += f->last.kind == EVENT_LABEL_REJECTED;
			bench_stored(&f->bench, true, &f->now, &f->out);
		} else {
			return;
		}
	}
}

static void start(struct fixture *f)
{
	bench_start(&f->bench, &f->now, true, &f->out);
	answer(f);
}

static void scan_from(struct fixture *f, const char *text, uint8_t source)
{
	struct scan scan = {.len = (uint16_t)strlen(text), .total = (uint32_t)strlen(text)};

	memcpy(scan.bytes, text, scan.len);
	bench_scan(&f->bench, &scan, source, &f->now, &f->out);
	answer(f);
}

static void scan(struct fixture *f, const char *text)
{
	scan_from(f, text, BENCH_SOURCE_PANEL);
}

static void scan_return(struct fixture *f, unsigned number)
{
	char code[16], label[LABEL_MAX + 1];

	(void)snprintf(code, sizeof(code), "RAMS%07u", number);
	assert_true(label_make(&f->settings.labels, LABEL_RETURN, code, label, sizeof(label)));
	scan(f, label);
}

static void scan_made(struct fixture *f, enum label_kind kind, const char *code)
{
	char label[LABEL_MAX + 1];

	assert_true(label_make(&f->settings.labels, kind, code, label, sizeof(label)));
	scan(f, label);
}

static void wait_ms(struct fixture *f, uint32_t ms)
{
	f->now.mono_ms += ms;
	f->now.wall_ms += ms;
	bench_tick(&f->bench, &f->now, &f->out);
	answer(f);
}

static void tap(struct fixture *f, enum panel_button b)
{
	wait_ms(f, 300);
	bench_button(&f->bench, b, true, &f->now, &f->out);
	wait_ms(f, 100);
	bench_button(&f->bench, b, false, &f->now, &f->out);
	answer(f);
}

/* A kind of barcode that this scanner should not read is none of ours, whatever it says; without
 * an AIM id nobody knows the kind. Other scanners and the panel have their own word. */
static void test_a_scanner_reads_the_kinds_that_it_may_F9(void **state)
{
	static const struct {
		const char *aim;
		uint8_t source;
		bool rejected;
	} scans[] = {
		{"]C0", 0, false}, {"]C1", 0, false},
		{"]Q1", 0, false}, {"]I0", 0, true},
		{"]E0", 0, true},  {"]X0", 0, true},
		{"]c0", 0, true},  {"", 0, false},
		{"]I0", 1, false}, {"]I0", BENCH_SOURCE_PANEL, false},
	};
	struct fixture *f = *state;

	f->settings.scanners = 2;
	f->settings.scanner[0].symbologies = symbology_bit("C0") | symbology_bit("Q0");
	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++) {
		char text[32];

		setup_again(f);
		start(f);
		(void)snprintf(text, sizeof(text), "%sRAMS0000002O", scans[i].aim);
		scan_from(f, text, scans[i].source);
		assert_int_equal(f->last.kind, scans[i].rejected ? EVENT_LABEL_REJECTED
								 : EVENT_INSPECTION_OPENED);
		if (scans[i].rejected)
			assert_non_null(strstr(f->last.data, "\"why\":\"symbology\""));
	}
}

/* Other formats: the version is recorded before what is read by them, and however often it takes.
 */
static void test_other_formats_are_recorded_before_the_next_scan(void **state)
{
	static struct formats formats;
	struct fixture *f = *state;

	formats_init(&formats);
	(void)text_copy(formats.version, sizeof(formats.version), "1-abc");
	start(f);
	f->keep = true;
	scan(f, "one");
	scan(f, "two");
	f->settings.labels.formats = &formats;
	bench_labels(&f->bench, &f->now, &f->out);
	assert_int_equal(f->out.count, 0); /* something is in flight */
	bench_stored(&f->bench, true, &f->now, &f->out);
	assert_int_equal(f->out.count, 1);
	assert_int_equal(f->out.events[0].kind, EVENT_LABELS_LOADED);
	assert_string_equal(f->out.events[0].data,
			    "{\"labels\":\"1-abc\",\"reasons\":\"keyed-1\"}");
	bench_stored(&f->bench, false, &f->now, &f->out);
	assert_int_equal(f->out.count, 0);
	bench_journal(&f->bench, true, &f->now, &f->out);
	assert_int_equal(f->out.events[0].kind, EVENT_LABELS_LOADED);
	bench_labels(&f->bench, &f->now, &f->out); /* and once more meanwhile */
	assert_int_equal(f->out.count, 0);
	bench_stored(&f->bench, true, &f->now, &f->out);
	assert_int_equal(f->out.events[0].kind, EVENT_LABELS_LOADED);
	bench_stored(&f->bench, true, &f->now, &f->out);
	assert_int_equal(f->out.events[0].kind,
			 EVENT_FAULT_RAISED); /* the journal's; no third one */
}

/* --- the queue --- */

static void test_64_scans_wait_and_none_is_lost_F3(void **state)
{
	struct fixture *f = *state;

	start(f);
	f->keep = true;
	scan(f, "in flight");
	assert_int_equal(bench_room(&f->bench), 64);
	for (unsigned i = 1; i <= 64; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "waits %u", i);
		scan(f, text);
		assert_int_equal(f->out.count, 0);
		assert_int_equal(bench_room(&f->bench), 64 - i);
	}
	f->keep = false;
	f->rejected = 0;
	bench_stored(&f->bench, true, &f->now, &f->out);
	for (unsigned i = 1; i <= 64; i++) { /* one at a time, in order */
		char text[16], raw[64];
		struct text t = text_over(raw, sizeof(raw));

		(void)snprintf(text, sizeof(text), "waits %u", i);
		text_base64(&t, text, strlen(text));
		answer_untracked(f);
		assert_int_equal(f->out.count, 1);
		assert_non_null(strstr(f->out.events[0].data, raw));
		bench_stored(&f->bench, true, &f->now, &f->out);
	}
	assert_int_equal(f->out.count, 0);
	assert_int_equal(bench_room(&f->bench), 64);
}

/* The journal is asked about a label; a press is faster. Even with a full queue the label waits. */
static void test_label_overtaken_by_a_press_keeps_its_place(void **state)
{
	struct fixture *f = *state;
	struct scan waits = {.bytes = "RAMS0000002O", .len = 12, .total = 12};

	start(f);
	scan_return(f, 1);
	wait_ms(f, 1000);
	bench_scan(&f->bench, &waits, BENCH_SOURCE_PANEL, &f->now, &f->out);
	assert_true(f->out.lookup);
	for (unsigned i = 0; i < 64; i++) {
		struct scan s = {.bytes = {'x', (uint8_t)('0' + i)}, .len = 2, .total = 2};

		bench_scan(&f->bench, &s, BENCH_SOURCE_PANEL, &f->now, &f->out);
		assert_int_equal(f->out.count, 0);
	}
	assert_int_equal(bench_room(&f->bench), 0);
	bench_button(&f->bench, PANEL_PASS, true, &f->now, &f->out);
	f->now.mono_ms += 100;
	bench_button(&f->bench, PANEL_PASS, false, &f->now, &f->out);
	assert_int_equal(f->out.events[0].kind, EVENT_STEP_ANSWERED);
	(void)text_copy(f->parcel.label, sizeof(f->parcel.label), "RAMS0000002O");
	bench_found(&f->bench, &f->parcel, &f->now, &f->out);
	assert_int_equal(f->out.count, 0);
	assert_int_equal(bench_room(&f->bench), 0);
	bench_stored(&f->bench, true, &f->now, &f->out);
	assert_true(f->out.lookup);
	assert_string_equal(f->out.lookup_label, "RAMS0000002O");
	f->rejected = 0;
	answer(f);
	assert_int_equal(f->rejected, 65);
}

/* --- the repeat window --- */

static void test_repeat_window_remembers_8_codes_F3(void **state)
{
	struct fixture *f = *state;

	start(f);
	for (unsigned i = 0; i < BENCH_REPEATS; i++)
		scan(f, (char[]){'a', (char)('0' + i), '\0'});
	assert_int_equal(f->rejected, BENCH_REPEATS);
	for (unsigned i = 0; i < BENCH_REPEATS; i++)
		scan(f, (char[]){'a', (char)('0' + i), '\0'});
	assert_int_equal(f->rejected, BENCH_REPEATS);
	assert_int_equal(f->bench.doubles, BENCH_REPEATS);
	scan(f, "b"); /* takes the place of the oldest, which is a scan again */
	scan(f, "a0");
	assert_int_equal(f->rejected, BENCH_REPEATS + 2);
}

static void test_codes_of_one_beginning_are_different_F3(void **state)
{
	struct fixture *f = *state;

	start(f);
	scan(f, "ab");
	scan(f, "abc");
	scan(f, "ba");
	assert_int_equal(f->rejected, 3);
}

/* --- ids --- */

static void inspect(struct fixture *f)
{
	tap(f, PANEL_PASS);
	tap(f, PANEL_PASS);
	tap(f, PANEL_PASS);
	assert_int_equal(f->last.kind, EVENT_INSPECTION_CLOSED);
	wait_ms(f, f->settings.hold_s * 1000);
	assert_int_equal(f->last.kind, EVENT_INSPECTION_FINAL);
}

static void test_inspection_is_the_id_of_its_opening_F2(void **state)
{
	struct fixture *f = *state;
	char first[EVENT_UUID + 1], supersedes[80];

	start(f);
	scan_return(f, 1);
	assert_int_equal(f->last.kind, EVENT_INSPECTION_OPENED);
	assert_true(text_is_uuid(f->last.id, strlen(f->last.id)));
	assert_string_equal(f->last.inspection, f->last.id);
	memcpy(first, f->last.id, sizeof(first));
	assert_non_null(strstr(f->last.data, "\"supersedes\":null"));
	tap(f, PANEL_PASS);
	assert_string_equal(f->last.inspection, first);
	assert_string_not_equal(f->last.id, first);
	tap(f, PANEL_PASS);
	tap(f, PANEL_PASS);
	wait_ms(f, f->settings.hold_s * 1000);
	assert_string_equal(f->last.inspection, first);
	f->parcel.unit[0].last.verdict = PARCEL_PASS;
	memcpy(f->parcel.unit[0].last.inspection, first, sizeof(first));
	scan_return(f, 1);
	tap(f, PANEL_PASS);
	assert_int_equal(f->last.kind, EVENT_INSPECTION_OPENED);
	(void)snprintf(supersedes, sizeof(supersedes), "\"supersedes\":\"%s\"", first);
	assert_non_null(strstr(f->last.data, supersedes));
	assert_string_not_equal(f->last.inspection, first);
}

/* What was refused by the journal never happened: no id, no item, no badge of it stays. */
static void test_refused_append_leaves_nothing_behind(void **state)
{
	struct fixture *f = *state;

	f->parcel.unit[0].line = f->parcel.unit[0].unit = 7;
	start(f);
	f->keep = true;
	scan_made(f, LABEL_BADGE, "7701");
	bench_stored(&f->bench, false, &f->now, &f->out);
	bench_journal(&f->bench, true, &f->now, &f->out);
	f->keep = false;
	answer(f);
	f->keep = true;
	scan_return(f, 1);
	assert_int_equal(f->out.events[0].kind, EVENT_INSPECTION_OPENED);
	assert_string_equal(f->out.events[0].by, "");
	bench_stored(&f->bench, false, &f->now, &f->out);
	bench_journal(&f->bench, true, &f->now, &f->out);
	assert_int_equal(f->out.events[0].kind, EVENT_FAULT_RAISED);
	assert_string_equal(f->out.events[0].inspection, "");
	f->keep = false;
	answer(f);
	f->parcel.unit[0].line = f->parcel.unit[0].unit = 8;
	scan_return(f, 2);
	tap(f, PANEL_PASS);
	assert_int_equal(f->last.kind, EVENT_STEP_ANSWERED);
	assert_int_equal(f->last.line, 8);
	assert_int_equal(f->last.unit, 8);
	assert_string_equal(f->last.by, "");
}

/* --- a parcel as full as can be --- */

static void fill(struct fixture *f)
{
	f->parcel.list = PARCEL_KNOWN;
	f->parcel.units = PARCEL_UNITS;
	for (uint8_t i = 0; i < PARCEL_UNITS; i++) {
		struct parcel_unit *u = &f->parcel.unit[i];

		u->line = 9999;
		u->unit = (uint16_t)(i + 1);
		memset(u->product, '"', sizeof(u->product) - 1);
		memset(u->title, '\\', sizeof(u->title) - 1);
		memset(u->accessories, '"', sizeof(u->accessories) - 1);
		memset(u->reason, '"', sizeof(u->reason) - 1);
	}
}

static void test_32_units_one_after_the_other(void **state)
{
	struct fixture *f = *state;

	fill(f);
	start(f);
	scan_return(f, 1);
	for (unsigned i = 1; i <= PARCEL_UNITS; i++) {
		assert_int_equal(f->bench.check.now.at, CHECKLIST_WHICH);
		tap(f, PANEL_PASS);
		assert_int_equal(f->last.kind, EVENT_INSPECTION_OPENED);
		assert_int_equal(f->last.unit, i);
		inspect(f);
		assert_int_equal(f->last.unit, i);
	}
	assert_int_equal(f->bench.check.now.at, CHECKLIST_IDLE);
}

static void test_32_missing_units_fit_an_event(void **state)
{
	struct fixture *f = *state;
	unsigned count = 0;

	fill(f);
	start(f);
	scan_return(f, 1);
	scan_made(f, LABEL_COMMAND, "PARCELDONE");
	assert_int_equal(f->last.kind, EVENT_PARCEL_CLOSED);
	for (const char *at = f->last.data; (at = strstr(at, "{\"line\":9999,\"unit\":")); at++)
		count++;
	assert_int_equal(count, PARCEL_UNITS);
	assert_string_equal(f->last.data + strlen(f->last.data) - 3, "}]}");
}

/* After a start with everything recorded: all units have their verdict, so nothing is asked. */
static void test_32_done_units_come_back_idle(void **state)
{
	struct fixture *f = *state;
	struct checklist_situation *s = &f->bench.check.now;

	fill(f);
	for (uint8_t i = 0; i < PARCEL_UNITS; i++)
		f->parcel.unit[i].last.verdict = PARCEL_PASS;
	s->at = CHECKLIST_WHICH;
	f->bench.line = 9999;
	f->bench.unit = PARCEL_UNITS;
	bench_resume_parcel(&f->bench, &f->parcel);
	assert_int_equal(s->at, CHECKLIST_IDLE);
	s->at = CHECKLIST_WHICH;
	f->parcel.unit[3].last.verdict = PARCEL_NONE;
	bench_resume_parcel(&f->bench, &f->parcel);
	assert_int_equal(s->at, CHECKLIST_WHICH);
	assert_int_equal(s->done, 0xfffffff7);
}

/* --- deadlines that a busy loop comes late to --- */

/* The question's time is over, but a press is told before the timer: it answers nothing. */
static void test_press_told_before_a_late_timer(void **state)
{
	struct fixture *f = *state;

	f->parcel.list = PARCEL_UNKNOWN;
	start(f);
	scan_return(f, 1);
	assert_int_equal(f->bench.check.now.at, CHECKLIST_UNKNOWN);
	f->now.mono_ms += f->settings.question_s * 1000 - 100;
	bench_button(&f->bench, PANEL_PASS, true, &f->now, &f->out);
	f->now.mono_ms += 100;
	bench_button(&f->bench, PANEL_PASS, false, &f->now, &f->out);
	assert_int_equal(f->out.count, 1);
	assert_int_equal(f->out.events[0].kind, EVENT_LABEL_REJECTED);
	assert_int_equal(f->out.tone, PANEL_TONE_ERROR);
}

/* --- the view --- */

/* A view is JSON that our own strict reader takes as the data of an event. */
static void check_show(const struct fixture *f)
{
	static char json[BENCH_SHOW_MAX], line[EVENT_LINE_MAX + 1];
	struct text t = text_over(json, sizeof(json));
	struct event_view view;
	int len;

	bench_show(&f->bench, &t);
	assert_false(t.full);
	len = snprintf(line, sizeof(line),
		       "{\"v\":1,\"station\":\"s\",\"journal\":\"%s\",\"seq\":1,\"id\":\"%s\","
		       "\"at\":\"2026-11-23T08:00:00.000Z\",\"clock\":\"trusted\",\"boot\":\"%s\","
		       "\"mono_ms\":1,\"kind\":\"view\",\"by\":null,\"inspection\":null,"
		       "\"item\":null,\"label\":null,\"data\":%s,\"prev\":\"%064d\"}",
		       f->bench.config.boot, f->bench.config.boot, f->bench.config.boot, json, 0);
	assert_true(len > 0 && len < (int)sizeof(line));
	assert_int_equal(event_read(line, (size_t)len, &view), EVENT_OK);
}

static void test_view_is_json_and_fits_in_every_situation(void **state)
{
	struct fixture *f = *state;

	fill(f);
	check_show(f);
	start(f);
	check_show(f);
	scan_return(f, 1);
	check_show(f);
	for (int i = 0; i < 4; i++) {
		tap(f, i == 2 ? PANEL_FAIL : PANEL_PASS);
		check_show(f);
	}
	scan(f, "wrong");
	check_show(f);
	for (uint8_t i = 0; i < PARCEL_UNITS; i++) {
		struct parcel_last *last = &f->parcel.unit[i].last;

		last->verdict = PARCEL_FAIL;
		memset(last->station, 'S', sizeof(last->station) - 1);
		memset(last->by, '9', sizeof(last->by) - 1);
		(void)text_copy(last->at, sizeof(last->at), "2026-11-23T08:00:00.000Z");
	}
	tap(f, PANEL_PASS); /* silences */
	wait_ms(f, 300);
	bench_button(&f->bench, PANEL_BACK, true, &f->now, &f->out);
	wait_ms(f, 3000);
	bench_button(&f->bench, PANEL_BACK, false, &f->now, &f->out);
	answer(f);
	scan_return(f, 2);
	assert_int_equal(f->bench.check.now.at, CHECKLIST_REPEAT);
	check_show(f);
}

/* Lamps and time alone tell the view nothing new. */
static void test_view_is_told_only_when_it_changes(void **state)
{
	struct fixture *f = *state;

	start(f);
	scan_return(f, 1);
	assert_true(f->out.show);
	wait_ms(f, 1000); /* the echo of the beep is over */
	assert_false(f->out.show);
	bench_link(&f->bench, CHECKLIST_LINK_SYNC, &f->now, &f->out);
	assert_int_equal(f->out.lamps, 1u << PANEL_LAMP_LINK);
	assert_false(f->out.show);
}

/* A board that is out of reach is told like a lost scanner, by its own name. */
static void test_a_panel_out_of_reach_is_a_fault(void **state)
{
	struct fixture *f = *state;
	char name[32];
	struct text t = text_over(name, sizeof(name));

	start(f);
	bench_fault(&f->bench, CHECKLIST_FAULT_PANEL, true, &f->now, &f->out);
	assert_int_equal(bench_lamp(&f->bench, PANEL_LAMP_LINK), PANEL_FAST);
	answer(f);
	assert_int_equal(f->last.kind, EVENT_FAULT_RAISED);
	assert_string_equal(f->last.data, "{\"what\":\"panel\"}");
	bench_fault(&f->bench, CHECKLIST_FAULT_PANEL, false, &f->now, &f->out);
	assert_int_equal(bench_lamp(&f->bench, PANEL_LAMP_LINK), PANEL_OFF);
	answer(f);
	assert_int_equal(f->last.kind, EVENT_FAULT_CLEARED);
	assert_int_equal(f->bench.check.faults, 0);
	bench_name_fault(&f->bench, CHECKLIST_FAULT_SCANNER, &t);
	assert_string_equal(name, "scanner:panel"); /* no scanner is set up: not our fault's name */
}

/* Every fault has the name of what it is about. */
static void test_faults_by_name_F10(void **state)
{
	static const struct {
		uint8_t fault;
		const char *name;
	} rows[] = {{CHECKLIST_FAULT_BUTTON + PANEL_PASS, "button:pass"},
		    {CHECKLIST_FAULT_BUTTON + PANEL_FAIL, "button:fail"},
		    {CHECKLIST_FAULT_BUTTON + PANEL_BACK, "button:back"},
		    {CHECKLIST_FAULT_JOURNAL, "journal"},
		    {CHECKLIST_FAULT_PANEL, "panel"},
		    {CHECKLIST_FAULT_SCANNER, "scanner:door"},
		    {CHECKLIST_FAULT_SCANNER + 1, "scanner:bench"}};
	struct fixture *f = *state;

	f->settings.scanners = 2;
	(void)text_copy(f->settings.scanner[0].name, sizeof(f->settings.scanner[0].name), "door");
	(void)text_copy(f->settings.scanner[1].name, sizeof(f->settings.scanner[1].name), "bench");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char name[32];
		struct text t = text_over(name, sizeof(name));

		bench_name_fault(&f->bench, rows[i].fault, &t);
		assert_string_equal(name, rows[i].name);
	}
}

/* --- what recorded events bring back --- */

static struct event_span span(const char *text)
{
	return (struct event_span){text, strlen(text)};
}

static void resume(struct fixture *f, enum event_kind kind, const char *label, uint16_t unit,
		   const char *data)
{
	struct event_view e = {.kind = kind, .label = span(label), .data = span(data)};

	e.boot = span(f->bench.config.boot);
	e.at = f->now;
	e.line = unit ? 1 : 0;
	e.unit = unit;
	bench_resume(&f->bench, &e);
}

/* Within a boot the monotonic clock counts, whatever the wall clock was set to. */
static void test_receiving_mode_ages_by_the_monotonic_clock_F1(void **state)
{
	struct fixture *f = *state;
	struct moment now = f->now;

	resume(f, EVENT_PARCEL_ARRIVED, "RAMS0000001Q", 0, "{}");
	now.wall_ms += 86400000;
	now.mono_ms += 1000;
	assert_true(bench_resume_receiving(&f->bench, &now));
	now.mono_ms += f->bench.plan.receiving_ms;
	now.wall_ms = f->now.wall_ms;
	assert_false(bench_resume_receiving(&f->bench, &now));
	(void)text_copy(f->bench.config.boot, sizeof(f->bench.config.boot),
			"00000000-0000-4000-8000-0000000000b1");
	struct event_view e = {.kind = EVENT_PARCEL_ARRIVED, .at = f->now};
	e.boot = span("00000000-0000-4000-8000-0000000000b0");
	bench_resume(&f->bench, &e);
	assert_true(bench_resume_receiving(&f->bench, &now)); /* another boot: the wall clock */
}

static void test_resumed_label_says_if_it_is_a_house_label(void **state)
{
	struct fixture *f = *state;
	char label[LABEL_MAX + 1];
	bool house = true;

	assert_string_equal(bench_resume_label(&f->bench, &house), "");
	assert_false(house);
	assert_true(label_make(&f->settings.labels, LABEL_HOUSE, "17", label, sizeof(label)));
	resume(f, EVENT_INSPECTION_OPENED, label, 1, "{\"left\":[{\"line\":1,\"unit\":1}]}");
	assert_string_equal(bench_resume_label(&f->bench, &house), label);
	assert_true(house);
	resume(f, EVENT_INSPECTION_ABANDONED, label, 1, "{}");
	resume(f, EVENT_INSPECTION_OPENED, "RAMS0000001Q", 1,
	       "{\"left\":[{\"line\":1,\"unit\":1}]}");
	assert_string_equal(bench_resume_label(&f->bench, &house), "RAMS0000001Q");
	assert_false(house);
}

/* Each event tells anew what is left; what an earlier one told is over. */
static void test_left_is_what_the_last_event_tells(void **state)
{
	struct fixture *f = *state;
	struct parcel parcel = {.units = 3};

	for (uint8_t i = 0; i < 3; i++) {
		parcel.unit[i].line = 1;
		parcel.unit[i].unit = i + 1;
	}
	resume(f, EVENT_INSPECTION_OPENED, "RAMS0000001Q", 1,
	       "{\"left\":[{\"line\":1,\"unit\":1},{\"line\":1,\"unit\":2},"
	       "{\"line\":1,\"unit\":3}]}");
	resume(f, EVENT_INSPECTION_FINAL, "RAMS0000001Q", 1,
	       "{\"left\":[{\"line\":1,\"unit\":2},{\"line\":1,\"unit\":3}]}");
	resume(f, EVENT_INSPECTION_OPENED, "RAMS0000001Q", 2,
	       "{\"left\":[{\"line\":1,\"unit\":2},{\"line\":1,\"unit\":3}]}");
	resume(f, EVENT_INSPECTION_FINAL, "RAMS0000001Q", 2,
	       "{\"left\":[{\"line\":1,\"unit\":3}]}");
	bench_resume_parcel(&f->bench, &parcel);
	assert_int_equal(f->bench.check.now.at, CHECKLIST_WHICH);
	assert_int_equal(f->bench.check.now.done, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_64_scans_wait_and_none_is_lost_F3, setup),
		cmocka_unit_test_setup(test_label_overtaken_by_a_press_keeps_its_place, setup),
		cmocka_unit_test_setup(test_repeat_window_remembers_8_codes_F3, setup),
		cmocka_unit_test_setup(test_codes_of_one_beginning_are_different_F3, setup),
		cmocka_unit_test_setup(test_inspection_is_the_id_of_its_opening_F2, setup),
		cmocka_unit_test_setup(test_refused_append_leaves_nothing_behind, setup),
		cmocka_unit_test_setup(test_32_units_one_after_the_other, setup),
		cmocka_unit_test_setup(test_32_missing_units_fit_an_event, setup),
		cmocka_unit_test_setup(test_32_done_units_come_back_idle, setup),
		cmocka_unit_test_setup(test_press_told_before_a_late_timer, setup),
		cmocka_unit_test_setup(test_view_is_json_and_fits_in_every_situation, setup),
		cmocka_unit_test_setup(test_view_is_told_only_when_it_changes, setup),
		cmocka_unit_test_setup(test_a_panel_out_of_reach_is_a_fault, setup),
		cmocka_unit_test_setup(test_faults_by_name_F10, setup),
		cmocka_unit_test_setup(test_receiving_mode_ages_by_the_monotonic_clock_F1, setup),
		cmocka_unit_test_setup(test_resumed_label_says_if_it_is_a_house_label, setup),
		cmocka_unit_test_setup(test_left_is_what_the_last_event_tells, setup),
		cmocka_unit_test_setup(test_a_scanner_reads_the_kinds_that_it_may_F9, setup),
		cmocka_unit_test_setup(test_other_formats_are_recorded_before_the_next_scan, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
