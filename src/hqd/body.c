/* body.c - a request's body as it comes: bounded, unpacked on the way, its memory given back as
 * soon as it is of no use. */
#include "body.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define ALL_MAX	  (64U << 20) /* of all bodies together */
#define FIRST_CAP 16384

static atomic_size_t all; /* bytes that are held */

static void give_back(struct body *b)
{
	if (b->bytes)
		atomic_fetch_sub(&all, b->cap);
	free(b->bytes);
	b->bytes = NULL;
	b->len = b->cap = 0;
}

void body_open(struct body *b, size_t most, bool gzip, bool skip)
{
	*b = (struct body){.most = most, .gzip = gzip, .skip = skip};
	/* 15 + 16: the largest window, gzip's frame and no other */
	if (gzip && !skip && inflateInit2(&b->z, 15 + 16) != Z_OK)
		b->state = BODY_BUSY;
}

static void body_fail(struct body *b, enum body_state state)
{
	b->state = state;
	give_back(b);
}

/* Room for one byte more; doubles, and never beyond the bound. */
static bool body_grow(struct body *b)
{
	size_t cap = b->cap ? 2 * b->cap : FIRST_CAP;

	if (b->len < b->cap)
		return true;
	if (b->len >= b->most) {
		body_fail(b, BODY_LARGE);
		return false;
	}
	if (cap > b->most)
		cap = b->most;
	if (atomic_fetch_add(&all, cap - b->cap) + (cap - b->cap) > ALL_MAX) {
		atomic_fetch_sub(&all, cap - b->cap);
		body_fail(b, BODY_BUSY);
		return false;
	}
	char *bytes = realloc(b->bytes, cap);
	if (!bytes) {
		atomic_fetch_sub(&all, cap - b->cap);
		body_fail(b, BODY_BUSY);
		return false;
	}
	b->bytes = bytes;
	b->cap = cap;
	return true;
}

static void feed_plain(struct body *b, const char *data, size_t len)
{
	while (len > 0 && body_grow(b)) {
		size_t n = b->cap - b->len < len ? b->cap - b->len : len;

		memcpy(b->bytes + b->len, data, n);
		b->len += n;
		data += n;
		len -= n;
	}
}

/* A byte over the bound is asked for last, to tell a body that just fits from one that doesn't. */
static void feed_gzip(struct body *b, const char *data, size_t len)
{
	b->z.next_in = (Bytef *)(uintptr_t)data;
	b->z.avail_in = (uInt)len;
	while (b->state == BODY_OK && !b->ended) {
		unsigned char over = 0;
		bool full = b->len >= b->most;

		if (!full && !body_grow(b))
			return;
		b->z.next_out = full ? &over : (unsigned char *)b->bytes + b->len;
		b->z.avail_out = full ? 1 : (uInt)(b->cap - b->len);
		uInt room = b->z.avail_out;
		int n = inflate(&b->z, Z_NO_FLUSH);
		uInt made = room - b->z.avail_out;
		if (full && made > 0) {
			body_fail(b, BODY_LARGE);
			return;
		}
		if (!full)
			b->len += made;
		if (n == Z_STREAM_END)
			b->ended = true;
		else if (n == Z_BUF_ERROR || (n == Z_OK && b->z.avail_out > 0))
			break; /* it wants more input */
		else if (n != Z_OK)
			body_fail(b, n == Z_MEM_ERROR ? BODY_BUSY : BODY_BROKEN);
	}
	if (b->ended && b->z.avail_in > 0)
		body_fail(b, BODY_BROKEN);
}

bool body_feed(struct body *b, const char *data, size_t len)
{
	b->sent += len;
	if (b->sent > BODY_MAX) {
		body_fail(b, BODY_LARGE);
		return false;
	}
	if (b->skip || b->state != BODY_OK || len == 0)
		return true;
	if (!b->gzip)
		feed_plain(b, data, len);
	else if (b->ended)
		body_fail(b, BODY_BROKEN);
	else
		feed_gzip(b, data, len);
	return true;
}

enum body_state body_end(struct body *b)
{
	if (b->state == BODY_OK && b->gzip && !b->skip && !b->ended)
		body_fail(b, BODY_BROKEN);
	return b->state;
}

void body_close(struct body *b)
{
	give_back(b);
	if (b->gzip && !b->skip)
		(void)inflateEnd(&b->z);
}
