/* body.h - a request's body as it comes: bounded, unpacked on the way (gzip, RFC 1952), so that
 * nothing is kept that would be refused. All bodies together are bounded too. */
#ifndef HQD_BODY_H
#define HQD_BODY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#define BODY_MAX (1U << 20) /* as sent, and unpacked */

enum body_state {
	BODY_OK,
	BODY_LARGE,  /* over a bound: nothing more is unpacked */
	BODY_BROKEN, /* not gzip, or something behind it */
	BODY_BUSY,   /* no room for it now */
};

struct body {
	enum body_state state;
	bool skip, gzip, ended;
	char *bytes; /* unpacked */
	size_t len, cap, most;
	uint64_t sent; /* bytes as they came */
	z_stream z;
};

/* most: bytes unpacked, at most BODY_MAX. skip: it is only counted, as its request is refused. */
void body_open(struct body *b, size_t most, bool gzip, bool skip);
/* False: more than BODY_MAX came, it is not worth waiting for the end. */
bool body_feed(struct body *b, const char *data, size_t len);
/* The end: whether all is there. */
enum body_state body_end(struct body *b);
void body_close(struct body *b);
#endif
