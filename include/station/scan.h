/* scan.h - from bytes to scans: one framer a source makes one scan of whatever pieces the wire
 * delivered. A scan ends at CR, LF, ETX, or when the source has been silent for the idle
 * gap; empty scans are dropped, so CRLF ends one scan, not two (F3). STX begins a new scan. The
 * same framer serves serial, HID, camera and replay. */
#ifndef STATION_SCAN_H
#define STATION_SCAN_H
#include <stdbool.h>
#include <stdint.h>

#define SCAN_MAX                                                                                   \
	512 /* bytes kept of one scan; the rest of an overlong one is counted and dropped */

struct scan {
	uint8_t bytes[SCAN_MAX];
	uint16_t len;	/* bytes kept, 1..SCAN_MAX */
	uint32_t total; /* bytes received for this scan, saturating; > len when it was overlong */
};

struct framer {
	struct scan scan; /* the scan being collected, or just completed */
	uint64_t last_ms; /* when the last byte came, monotonic */
	uint32_t gap_ms;  /* silence that ends a scan; 0 = only a terminator does */
	bool complete;	  /* scan holds a finished scan; the next byte starts afresh */
	bool spoilt;	  /* bytes of this scan were lost: the rest of it is dropped */
	bool has_held;	  /* held came so late that the gap ended the scan before it: */
	uint8_t held;	  /* it begins the next scan */
};

enum framer_verdict {
	FRAMER_MORE, /* nothing finished */
	FRAMER_SCAN, /* framer->scan is a whole scan; valid until the next call on this framer */
};

void framer_init(struct framer *f, uint32_t gap_ms);
/* Feeds one byte. An STX that interrupts collected bytes drops them: they belong to a scan that was
 * cut off. A byte that comes after the gap ends the scan before it, whether or not framer_idle()
 * was called in between. */
enum framer_verdict framer_feed(struct framer *f, uint8_t byte, uint64_t now_ms);
/* Call when framer_deadline() has come. */
enum framer_verdict framer_idle(struct framer *f, uint64_t now_ms);
/* Monotonic ms at which framer_idle() is due, or MOMENT_NEVER. */
uint64_t framer_deadline(const struct framer *f);
/* Bytes of the scan that is being collected. */
uint32_t framer_pending(const struct framer *f);
/* The source vanished: a partial scan is dropped. Returns the number of bytes dropped. */
uint32_t framer_reset(struct framer *f);
/* Bytes were lost on the way, and the source goes on: a partial scan is dropped, and so is what
 * still comes of it, up to its terminator, an STX or the gap. Returns the number of bytes dropped
 * so far. */
uint32_t framer_spoil(struct framer *f, uint64_t now_ms);
#endif
