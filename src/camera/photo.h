/* photo.h - a picture file becomes a grey image. What it is, its first bytes tell, never its name;
 * size, pixels and memory are bounded before anything is decoded. */
#ifndef CAMERA_PHOTO_H
#define CAMERA_PHOTO_H
#include "station/image.h"

#define PHOTO_FILE   (64U << 20) /* bytes of a file, at most */
#define PHOTO_PIXELS 40000000U	 /* of a picture, at most; its sides IMAGE_SIDE at most */

struct photo {
	uint8_t *pixels; /* grey, packed; photo_free() */
	uint32_t width, height;
};

enum photo_verdict {
	PHOTO_READ,
	PHOTO_UNKNOWN,	 /* none of the formats */
	PHOTO_DAMAGED,	 /* or cut off, or of a kind that is not read */
	PHOTO_TOO_LARGE, /* more than the bounds above */
	PHOTO_MEMORY,
};

/* A whole file in memory: PNG, JPEG, GIF (its first picture), WebP or PGM. Unless PHOTO_READ, *out
 * holds nothing. What is transparent is white. */
enum photo_verdict photo_read(const uint8_t *bytes, size_t len, struct photo *out);
void photo_free(struct photo *p);
/* A camera's JPEG, into buf, which *out points into then; its tables may be missing. Not to be
 * freed. */
enum photo_verdict photo_jpeg_frame(const uint8_t *bytes, size_t len, uint8_t *buf, size_t cap,
				    struct photo *out);
const char *photo_words(enum photo_verdict v);

/* --- for the formats' own sources --- */

enum photo_verdict photo_png(const uint8_t *bytes, size_t len, struct photo *out);
enum photo_verdict photo_jpeg(const uint8_t *bytes, size_t len, struct photo *out);
enum photo_verdict photo_gif(const uint8_t *bytes, size_t len, struct photo *out);
enum photo_verdict photo_webp(const uint8_t *bytes, size_t len, struct photo *out);
enum photo_verdict photo_pgm(const uint8_t *bytes, size_t len, struct photo *out);
/* Bounds looked at, memory taken; the pixels are white. */
enum photo_verdict photo_make(struct photo *out, uint64_t width, uint64_t height);
/* ITU-R BT.601, on white by alpha. */
uint8_t photo_grey(unsigned red, unsigned green, unsigned blue, unsigned alpha);
#endif
