/* framer.c - from bytes to scans (scan.h): one scan of whatever pieces the wire delivered.
 * What comes out depends on the bytes and their times only, never on who looked at the clock. */
#include "station/scan.h"
#include "station/moment.h"

#define STX 0x02
#define ETX 0x03

static bool byte_ends(uint8_t byte)
{
	return byte == '\r' || byte == '\n' || byte == ETX;
}

static void scan_clear(struct scan *s)
{
	s->len = 0;
	s->total = 0;
}

static void scan_push(struct scan *s, uint8_t byte)
{
	if (s->len < SCAN_MAX)
		s->bytes[s->len++] = byte;
	if (s->total < UINT32_MAX)
		s->total++;
}

/* A finished scan stays readable until the next call; here that call begins. */
static void framer_begin(struct framer *f)
{
	if (!f->complete)
		return;
	f->complete = false;
	scan_clear(&f->scan);
	if (f->has_held)
		scan_push(&f->scan, f->held);
	f->has_held = false;
}

static bool framer_quiet(const struct framer *f, uint64_t now_ms)
{
	return f->gap_ms > 0 && now_ms >= f->last_ms && now_ms - f->last_ms >= f->gap_ms;
}

static bool framer_late(const struct framer *f, uint64_t now_ms)
{
	return f->scan.total > 0 && framer_quiet(f, now_ms);
}

/* The rest of a broken scan is no scan: nothing is taken until it is over. */
static void feed_spoilt(struct framer *f, uint8_t byte, bool quiet)
{
	f->spoilt = !quiet && byte != STX && !byte_ends(byte);
	if (!f->spoilt && byte != STX && !byte_ends(byte))
		scan_push(&f->scan, byte);
}

void framer_init(struct framer *f, uint32_t gap_ms)
{
	*f = (struct framer){.gap_ms = gap_ms};
}

enum framer_verdict framer_feed(struct framer *f, uint8_t byte, uint64_t now_ms)
{
	framer_begin(f);
	bool late = framer_late(f, now_ms), quiet = framer_quiet(f, now_ms);
	f->last_ms = now_ms;
	if (f->spoilt) {
		feed_spoilt(f, byte, quiet);
		return FRAMER_MORE;
	}
	if (late) {
		f->complete = true;
		f->has_held = byte != STX && !byte_ends(byte);
		f->held = byte;
		return FRAMER_SCAN;
	}
	if (byte == STX) {
		scan_clear(&f->scan);
		return FRAMER_MORE;
	}
	if (!byte_ends(byte)) {
		scan_push(&f->scan, byte);
		return FRAMER_MORE;
	}
	if (f->scan.total == 0)
		return FRAMER_MORE;
	f->complete = true;
	return FRAMER_SCAN;
}

enum framer_verdict framer_idle(struct framer *f, uint64_t now_ms)
{
	framer_begin(f);
	if (!framer_late(f, now_ms))
		return FRAMER_MORE;
	f->complete = true;
	return FRAMER_SCAN;
}

uint32_t framer_pending(const struct framer *f)
{
	return f->complete ? f->has_held : f->scan.total;
}

uint64_t framer_deadline(const struct framer *f)
{
	if (framer_pending(f) == 0 || f->gap_ms == 0 || f->last_ms > MOMENT_NEVER - f->gap_ms)
		return MOMENT_NEVER;
	return f->last_ms + f->gap_ms;
}

uint32_t framer_reset(struct framer *f)
{
	framer_begin(f);
	uint32_t dropped = f->scan.total;
	scan_clear(&f->scan);
	f->spoilt = false;
	return dropped;
}

uint32_t framer_spoil(struct framer *f, uint64_t now_ms)
{
	uint32_t dropped = framer_reset(f);
	f->spoilt = true;
	f->last_ms = now_ms;
	return dropped;
}
