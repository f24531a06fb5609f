/* front.c - the store behind its lock, and what is known of its health. */
#include "front.h"
#include "conn.h"
#include "io/log.h"
#include "store_shelf.h"
#include <errno.h>
#include <string.h>
#include <time.h>

#define PROBE_MS	2000
#define SHELF_A_REQUEST 4 /* pieces: the next request takes more */

int64_t front_wall_ms(void)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Under the lock. Tells when it breaks and when it works again, once each. */
static void learn(struct front *f, int err, const char *why)
{
	if (err < 0 && f->failed == 0)
		log_write(LOG_LEVEL_ERROR, LOG_STORE_FAULT, "the store can't be written: %s", why);
	else if (err == 0 && f->failed < 0)
		log_write(LOG_LEVEL_NOTICE, LOG_STORE_WORKS, "the store can be written again");
	f->failed = err;
	f->failed_ms = conn_now_ms();
}

void front_events(struct front *f, const char *station, const char *journal, const char *body,
		  size_t len, struct store_reply *out)
{
	struct store_reply against;

	(void)pthread_mutex_lock(&f->lock);
	store_events(f->store, station, journal, body, len, front_wall_ms(), out);
	if (out->what == STORE_ACKED)
		(void)store_shelf_take(f->store, station, journal, SHELF_A_REQUEST, front_wall_ms(),
				       out, &against);
	if (out->what == STORE_FAILED)
		learn(f, -EIO, out->why);
	(void)pthread_mutex_unlock(&f->lock);
}

void front_anchor(struct front *f, const char *station, const char *journal, uint64_t seq,
		  const uint8_t hash[EVENT_HASH], struct store_reply *out)
{
	(void)pthread_mutex_lock(&f->lock);
	store_anchor(f->store, station, journal, seq, hash, front_wall_ms(), out);
	if (out->what == STORE_FAILED)
		learn(f, -EIO, out->why);
	(void)pthread_mutex_unlock(&f->lock);
}

char *front_expected(struct front *f, const char *cursor, size_t *len)
{
	(void)pthread_mutex_lock(&f->lock);
	char *text = store_expected(f->store, cursor, len);
	(void)pthread_mutex_unlock(&f->lock);
	return text;
}

int front_photo_told(struct front *f, const char *station, const char *sha256, uint64_t bytes)
{
	(void)pthread_mutex_lock(&f->lock);
	int told = store_photo_told(f->store, station, sha256, bytes);
	(void)pthread_mutex_unlock(&f->lock);
	return told;
}

int front_photo_keep(struct front *f, const char *sha256, uint64_t bytes)
{
	(void)pthread_mutex_lock(&f->lock);
	int err = store_photo_keep(f->store, sha256, bytes, front_wall_ms());
	if (err < 0)
		learn(f, err, strerror(-err));
	(void)pthread_mutex_unlock(&f->lock);
	return err;
}

bool front_numbers(struct front *f, struct store_numbers *out, struct store_photo_numbers *photos)
{
	(void)pthread_mutex_lock(&f->lock);
	int err = store_numbers(f->store, out);
	if (err == 0)
		err = store_photo_numbers(f->store, photos);
	(void)pthread_mutex_unlock(&f->lock);
	return err == 0;
}

bool front_healthy(struct front *f, uint64_t now_ms)
{
	(void)pthread_mutex_lock(&f->lock);
	if (f->failed == 0 || now_ms - f->failed_ms >= PROBE_MS) {
		int err = store_health(f->store, front_wall_ms());

		learn(f, err, strerror(-err));
	}
	bool healthy = f->failed == 0;
	(void)pthread_mutex_unlock(&f->lock);
	return healthy;
}
