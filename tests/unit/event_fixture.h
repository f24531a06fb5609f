/* event_fixture.h - one event, as it is written and as it is given. */
#ifndef TESTS_EVENT_FIXTURE_H
#define TESTS_EVENT_FIXTURE_H
#include "station/event.h"

#define JOURNAL "0b3c8d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d"
#define ID	"019ab0c1-d2e3-7f40-8a5b-6c7d8e9f0a1b"
#define BOOT	"f1e2d3c4-b5a6-4978-8695-a4b3c2d1e0f9"
#define ZEROS	"0000000000000000000000000000000000000000000000000000000000000000"

#define HEAD(v, seq)                                                                               \
	"{\"v\":" v ",\"station\":\"bench-1\",\"journal\":\"" JOURNAL "\",\"seq\":" seq            \
	",\"id\":\"" ID "\",\"at\":\"2026-11-23T08:00:00.123Z\",\"clock\":\"trusted\",\"boot\":"   \
	"\"" BOOT "\",\"mono_ms\":4711,"
#define BODY(data)                                                                                 \
	"\"kind\":\"step.answered\",\"by\":\"B7\",\"inspection\":\"" ID                            \
	"\",\"item\":{\"line\":1,\"unit\":2},\"label\":\"RAB10000001K\",\"data\":" data ","
#define TAIL   "\"prev\":\"" ZEROS "\"}"
#define ANSWER "{\"step\":\"usage\",\"answer\":\"pass\"}"
#define LINE   HEAD("1", "1") BODY(ANSWER) TAIL

static inline struct event sample(void)
{
	struct event e = {
		.kind = EVENT_STEP_ANSWERED,
		.station = "bench-1",
		.journal = JOURNAL,
		.seq = 1,
		.id = ID,
		.at = {.mono_ms = 4711, .wall_ms = INT64_C(1795420800123), .trusted = true},
		.boot = BOOT,
		.by = "B7",
		.inspection = ID,
		.line = 1,
		.unit = 2,
		.label = "RAB10000001K",
		.data = ANSWER,
	};

	return e;
}
#endif
