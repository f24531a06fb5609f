/* sink.h - where the bytes of one file go: hashed and counted on the way, and written in pieces. */
#ifndef EXPORT_SINK_H
#define EXPORT_SINK_H
#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

#define SINK_PIECE 65536

struct sink {
	int (*put)(void *user, const void *bytes, size_t len); /* 0 or -errno; NULL: only counts */
	void *user;
	struct sha256_ctx sha;
	uint64_t size;
	int error; /* the first; what comes behind it is dropped */
	size_t len;
	char piece[SINK_PIECE];
};

void sink_begin(struct sink *s, int (*put)(void *user, const void *bytes, size_t len), void *user);
/* 0 or -errno, also of what was written before. */
int __attribute__((warn_unused_result)) sink_write(struct sink *s, const void *bytes, size_t len);
int __attribute__((warn_unused_result)) sink_end(struct sink *s, uint8_t sum[SHA256_DIGEST_SIZE]);

/* put of a file. Every few megabytes are synced: a slow stick does not fill the machine's memory,
 * and a full or pulled one is noticed early. */
struct sink_file {
	int fd;
	uint64_t unsynced;
};
int sink_put_file(void *user, const void *bytes, size_t len);
#endif
