/* fuzz_framer.c - the framer against a plain model of itself: byte by byte with times from the
 * input, once with framer_idle() called at every deadline, once never. Before a byte that comes
 * 255 ms late, bytes were lost. */
#include "station/moment.h"
#include "station/scan.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct model {
	uint8_t bytes[SCAN_MAX];
	uint32_t total;
	bool spoilt;
};

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void check_scan(const struct scan *s, const struct model *m)
{
	uint32_t kept = m->total < SCAN_MAX ? m->total : SCAN_MAX;

	check(s->total == m->total && s->len == kept && s->len >= 1);
	check(memcmp(s->bytes, m->bytes, kept) == 0);
}

/* What the byte makes of the model; true when `done` is a whole scan. */
static bool model_feed(struct model *m, uint8_t byte, bool late, struct model *done)
{
	bool ends = byte == '\r' || byte == '\n' || byte == 0x03;
	bool whole = (ends || late) && m->total > 0;

	if (m->spoilt && !late && !ends && byte != 0x02)
		return false;
	m->spoilt = false;
	if (whole)
		*done = *m;
	if (ends || late || byte == 0x02)
		m->total = 0;
	if (ends || byte == 0x02)
		return whole;
	if (m->total < SCAN_MAX)
		m->bytes[m->total] = byte;
	m->total++;
	return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct framer watched, unwatched;
	struct model m = {.total = 0}, done;
	uint32_t gap = size > 0 ? data[0] : 0;
	uint64_t now = 0, last = 0;

	framer_init(&watched, gap);
	framer_init(&unwatched, gap);
	for (size_t i = 1; i + 1 < size; i += 2) {
		now += data[i + 1];
		bool late = gap > 0 && now - last >= gap;

		if (data[i + 1] == UINT8_MAX) {
			check(framer_spoil(&watched, now) == m.total);
			check(framer_spoil(&unwatched, now) == m.total);
			m.total = 0;
			m.spoilt = true;
			late = false;
		}
		bool whole = model_feed(&m, data[i], late, &done), idle = false;

		if (framer_deadline(&watched) <= now) {
			check(framer_idle(&watched, framer_deadline(&watched) - 1) == FRAMER_MORE);
			idle = framer_idle(&watched, framer_deadline(&watched)) == FRAMER_SCAN;
			check(idle && whole);
			check_scan(&watched.scan, &done);
		}
		bool fed = framer_feed(&watched, data[i], now) == FRAMER_SCAN;
		check(whole == (idle || fed) && !(idle && fed));
		if (fed)
			check_scan(&watched.scan, &done);
		check((framer_feed(&unwatched, data[i], now) == FRAMER_SCAN) == whole);
		if (whole)
			check_scan(&unwatched.scan, &done);
		uint64_t due = m.total > 0 && gap > 0 ? now + gap : MOMENT_NEVER;
		check(framer_deadline(&watched) == due && framer_deadline(&unwatched) == due);
		last = now;
	}
	check(framer_reset(&watched) == m.total && framer_reset(&unwatched) == m.total);
	check(framer_deadline(&watched) == MOMENT_NEVER);
	return 0;
}
