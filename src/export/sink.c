/* sink.c - where the bytes of one file go (sink.h). */
#include "sink.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SYNC_EVERY (8 << 20)

void sink_begin(struct sink *s, int (*put)(void *user, const void *bytes, size_t len), void *user)
{
	s->put = put;
	s->user = user;
	s->size = 0;
	s->error = 0;
	s->len = 0;
	sha256_init(&s->sha);
}

static void flush(struct sink *s)
{
	if (s->len == 0)
		return;
	sha256_update(&s->sha, s->len, (const uint8_t *)s->piece);
	if (!s->error && s->put)
		s->error = s->put(s->user, s->piece, s->len);
	s->len = 0;
}

int sink_write(struct sink *s, const void *bytes, size_t len)
{
	const char *at = bytes;

	s->size += len;
	while (len > 0) {
		size_t room = sizeof(s->piece) - s->len, n = len < room ? len : room;

		memcpy(s->piece + s->len, at, n);
		s->len += n;
		at += n;
		len -= n;
		if (s->len == sizeof(s->piece))
			flush(s);
	}
	return s->error;
}

int sink_end(struct sink *s, uint8_t sum[SHA256_DIGEST_SIZE])
{
	flush(s);
	sha256_digest(&s->sha, SHA256_DIGEST_SIZE, sum);
	return s->error;
}

int sink_put_file(void *user, const void *bytes, size_t len)
{
	struct sink_file *f = user;
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(f->fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
		f->unsynced += (size_t)n;
	}
	if (f->unsynced < SYNC_EVERY)
		return 0;
	f->unsynced = 0;
	return fdatasync(f->fd) == 0 ? 0 : -errno;
}
