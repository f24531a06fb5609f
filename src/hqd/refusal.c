/* refusal.c - what was refused: counted, and told once a minute a kind, so that a million bad
 * requests are a handful of lines on the log. */
#include "refusal.h"
#include "io/log.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define EVERY_MS 60000

static const struct {
	const char *name;
	unsigned status;
	const char *title;
} kinds[] = {
	[REFUSAL_NOT_FOUND] = {"not-found", 404, "There is nothing here"},
	[REFUSAL_METHOD] = {"method-not-allowed", 405, "This method is not for this path"},
	[REFUSAL_NO_CERTIFICATE] = {"no-certificate", 401, "A client certificate is needed"},
	[REFUSAL_CERTIFICATE] = {"unusable-certificate", 403,
				 "The client certificate can't be used"},
	[REFUSAL_FOREIGN] = {"foreign-journal", 403, "The journal belongs to another station"},
	[REFUSAL_BAD_EVENTS] = {"bad-events", 400, "Not a run of events of this journal"},
	[REFUSAL_BAD_ANCHOR] = {"bad-anchor", 400, "Not an anchor"},
	[REFUSAL_BAD_CURSOR] = {"bad-cursor", 400, "Not a cursor"},
	[REFUSAL_GAP] = {"gap", 409, "Events before these are missing here"},
	[REFUSAL_FORK] = {"fork", 409, "Another history is stored under this journal"},
	[REFUSAL_BAD_PIECE] = {"bad-piece", 400, "Not a piece of a photo"},
	[REFUSAL_PIECE_GAP] = {"piece-gap", 409, "The piece does not follow what is here"},
	[REFUSAL_UNKNOWN_PHOTO] = {"unknown-photo", 404, "No event of the station tells of it"},
	[REFUSAL_WRONG_HASH] = {"wrong-hash", 422, "The bytes are not those of this photo"},
	[REFUSAL_TOO_LARGE] = {"too-large", 413, "The body is too large"},
	[REFUSAL_MEDIA_TYPE] = {"unsupported-media-type", 415, "This media type is not taken here"},
	[REFUSAL_ENCODING] = {"unsupported-encoding", 415,
			      "This content encoding is not taken here"},
	[REFUSAL_TOO_MANY] = {"too-many-requests", 429,
			      "The station has too many requests under way"},
	[REFUSAL_BUSY] = {"busy", 503, "Headquarters is busy"},
	[REFUSAL_UNWRITABLE] = {"store-failed", 503, "The store can't be written or read"},
	[REFUSAL_DISK_FULL] = {"disk-full", 507, "There is no room for photos"},
	[REFUSAL_STOPPING] = {"stopping", 503, "Headquarters is stopping"},
	[REFUSAL_SLOW] = {"slow", 0, ""},
	[REFUSAL_HTTP] = {"http", 0, ""},
	[REFUSAL_NONE] = {"none", 200, ""},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	uint64_t count, held, told_ms;
	bool told;
} tally[REFUSAL_KINDS];

const char *refusal_name(enum refusal r)
{
	return kinds[r].name;
}

unsigned refusal_status(enum refusal r)
{
	return kinds[r].status;
}

const char *refusal_title(enum refusal r)
{
	return kinds[r].title;
}

void refusal_note(enum refusal r, uint64_t now_ms, const char *format, ...)
{
	char text[512];
	va_list args;
	bool tell;

	if (r == REFUSAL_NONE)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)pthread_mutex_lock(&lock);
	tally[r].count++;
	tell = !tally[r].told || now_ms - tally[r].told_ms >= EVERY_MS;
	if (tell) {
		tally[r].told = true;
		tally[r].told_ms = now_ms;
	} else {
		tally[r].held++;
	}
	(void)pthread_mutex_unlock(&lock);
	if (tell)
		log_write(LOG_LEVEL_WARNING, LOG_REFUSED, "refused (%s): %s", refusal_name(r),
			  text);
}

void refusal_tick(uint64_t now_ms)
{
	for (unsigned r = 0; r < REFUSAL_KINDS; r++) {
		uint64_t held = 0;

		(void)pthread_mutex_lock(&lock);
		if (tally[r].held > 0 &&
		    (now_ms == UINT64_MAX || now_ms - tally[r].told_ms >= EVERY_MS)) {
			held = tally[r].held;
			tally[r].held = 0;
			tally[r].told_ms = now_ms;
		}
		(void)pthread_mutex_unlock(&lock);
		if (held > 0)
			log_write(LOG_LEVEL_WARNING, LOG_REFUSED,
				  "refused (%s): %" PRIu64 " more like the one before",
				  refusal_name((enum refusal)r), held);
	}
}

uint64_t refusal_count(enum refusal r)
{
	(void)pthread_mutex_lock(&lock);
	uint64_t count = tally[r].count;
	(void)pthread_mutex_unlock(&lock);
	return count;
}
