/* report_fixture.h - tells a report events as a bench writes them, for the tests of report*.c. */
#ifndef TEST_REPORT_FIXTURE_H
#define TEST_REPORT_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/report.h"
#include "station/text.h"
#include <stdio.h>
#include <string.h>

#define NOON	INT64_C(1795435200000) /* 2026-11-23T12:00:00Z, a Monday */
#define HOUR	INT64_C(3600000)
#define STEP_MS 1000 /* between two events */
#define STARTED                                                                                     \
	"{\"site\":\"AMS\",\"timezone\":\"Europe/Amsterdam\",\"software\":\"1\",\"reasons\":\"r\"," \
	"\"labels\":\"l\"}"

static struct event told; /* the last event */
static unsigned told_ids;

/* The line lives until the next call. */
static inline void told_view(struct event_view *view, enum event_kind kind, const char *data)
{
	static char line[EVENT_LINE_MAX + 1];
	size_t len;

	snprintf(told.id, sizeof(told.id), "0190b8a0-0000-7000-8000-%012x", ++told_ids);
	told.kind = kind == EVENT_UNKNOWN ? EVENT_EXPORT_DONE : kind;
	told.seq++;
	told.at.mono_ms += STEP_MS;
	told.at.wall_ms += STEP_MS;
	text_copy(told.data, sizeof(told.data), data);
	if (kind == EVENT_INSPECTION_OPENED)
		memcpy(told.inspection, told.id, sizeof(told.id));
	len = event_encode(&told, line, sizeof(line));
	assert_true(len > 0);
	assert_int_equal(event_read(line, len, view), EVENT_OK);
	if (kind == EVENT_UNKNOWN)
		view->kind = EVENT_UNKNOWN;
}

static inline void tell_of(struct report *r, enum event_kind kind, const char *data,
			   const struct report_product *product)
{
	struct event_view view;

	told_view(&view, kind, data);
	report_event(r, &view, product);
}

static inline void tell(struct report *r, enum event_kind kind, const char *data)
{
	tell_of(r, kind, data, NULL);
}

static inline void tell_step(struct report *r, enum event_kind kind, const char *step,
			     const char *answer)
{
	char data[96];

	snprintf(data, sizeof(data), "{\"step\":\"%s\",\"answer\":\"%s\"}", step, answer);
	tell(r, kind, data);
}

/* p and f, step by step; an f has its reason, but for the last of an unfinished run. */
static inline void tell_answers(struct report *r, const char *answers)
{
	for (uint8_t i = 0; answers[i]; i++)
		tell_step(r, EVENT_STEP_ANSWERED, checklist_name_step(i),
			  answers[i] == 'p' ? "pass" : "fail");
}

static inline void tell_open(struct report *r, const char *data)
{
	told.line = told.unit = 1;
	tell(r, EVENT_INSPECTION_OPENED, data);
}

static inline void tell_opened(struct report *r, const char *label, const char *supersedes)
{
	char data[160];

	text_copy(told.label, sizeof(told.label), label);
	snprintf(data, sizeof(data),
		 "{\"raw\":\"\",\"scanner\":\"gun\",\"list\":\"known\",\"supersedes\":%s%s%s}",
		 supersedes ? "\"" : "", supersedes ? supersedes : "null", supersedes ? "\"" : "");
	tell_open(r, data);
}

/* The third answer is the verdict; a fail has a reason. */
static inline void tell_inspection(struct report *r, const char *label, const char *answers,
				   const char *supersedes)
{
	bool fail = answers[2] == 'f';

	tell_opened(r, label, supersedes);
	tell_answers(r, answers);
	if (fail)
		tell(r, EVENT_REASON_GIVEN, "{\"step\":\"usage\",\"code\":\"DEAD\"}");
	tell(r, EVENT_INSPECTION_CLOSED,
	     fail ? "{\"verdict\":\"fail\"}" : "{\"verdict\":\"pass\"}");
	tell(r, EVENT_INSPECTION_FINAL, fail ? "{\"verdict\":\"fail\"}" : "{\"verdict\":\"pass\"}");
}

static inline void tell_arrived(struct report *r, const char *label)
{
	text_copy(told.label, sizeof(told.label), label);
	told.inspection[0] = '\0';
	told.line = told.unit = 0;
	tell(r, EVENT_PARCEL_ARRIVED, "{\"raw\":\"\",\"scanner\":\"gun\",\"list\":\"known\"}");
}

/* From here on: another boot, whose wall clock goes on but may be trusted or not. */
static inline void boot(unsigned number, uint64_t mono_ms, bool trusted)
{
	snprintf(told.boot, sizeof(told.boot), "b0b0b0b0-0000-4000-8000-%012x", number);
	told.at.mono_ms = mono_ms;
	told.at.trusted = trusted;
}

static inline int report_setup(void **state)
{
	static struct report r;
	struct report_config config = {.deadline_h = 48};

	memset(&told, 0, sizeof(told));
	told_ids = 0;
	text_copy(told.station, sizeof(told.station), "bench-1");
	text_copy(told.journal, sizeof(told.journal), "0190b8a0-0000-7000-8000-0000000000aa");
	told.at.wall_ms = NOON;
	boot(1, 5000, true);
	report_init(&r, &config);
	*state = &r;
	return 0;
}

#define report_test(name) cmocka_unit_test_setup(name, report_setup)
#endif
