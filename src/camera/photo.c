/* photo.c - which format a picture file is of, and what all formats share: bounds, memory, grey. */
#include "photo.h"
#include <stdlib.h>
#include <string.h>

static bool begins(const uint8_t *bytes, size_t len, size_t at, const char *with)
{
	size_t n = strlen(with);

	return len >= at + n && memcmp(bytes + at, with, n) == 0;
}

enum photo_verdict photo_read(const uint8_t *bytes, size_t len, struct photo *out)
{
	*out = (struct photo){0};
	if (len > PHOTO_FILE)
		return PHOTO_TOO_LARGE;
	if (begins(bytes, len, 0, "\x89PNG\r\n\x1a\n"))
		return photo_png(bytes, len, out);
	if (begins(bytes, len, 0, "\xff\xd8\xff"))
		return photo_jpeg(bytes, len, out);
	if (begins(bytes, len, 0, "GIF87a") || begins(bytes, len, 0, "GIF89a"))
		return photo_gif(bytes, len, out);
	if (begins(bytes, len, 0, "RIFF") && begins(bytes, len, 8, "WEBP"))
		return photo_webp(bytes, len, out);
	if (begins(bytes, len, 0, "P5") || begins(bytes, len, 0, "P2"))
		return photo_pgm(bytes, len, out);
	return PHOTO_UNKNOWN;
}

void photo_free(struct photo *p)
{
	free(p->pixels);
	*p = (struct photo){0};
}

const char *photo_words(enum photo_verdict v)
{
	switch (v) {
	case PHOTO_READ:
		return "fine";
	case PHOTO_UNKNOWN:
		return "not a PNG, JPEG, GIF, WebP or PGM";
	case PHOTO_DAMAGED:
		return "damaged, cut off, or of a kind that is not read";
	case PHOTO_TOO_LARGE:
		return "too large";
	case PHOTO_MEMORY:
		return "not enough memory";
	}
	return "";
}

enum photo_verdict photo_make(struct photo *out, uint64_t width, uint64_t height)
{
	*out = (struct photo){0};
	if (width == 0 || height == 0)
		return PHOTO_DAMAGED;
	if (width > IMAGE_SIDE || height > IMAGE_SIDE || width * height > PHOTO_PIXELS)
		return PHOTO_TOO_LARGE;
	out->pixels = malloc(width * height);
	if (!out->pixels)
		return PHOTO_MEMORY;
	memset(out->pixels, 255, width * height);
	out->width = (uint32_t)width;
	out->height = (uint32_t)height;
	return PHOTO_READ;
}

uint8_t photo_grey(unsigned red, unsigned green, unsigned blue, unsigned alpha)
{
	unsigned grey = (299 * red + 587 * green + 114 * blue + 500) / 1000;

	return (uint8_t)((grey * alpha + 255 * (255 - alpha) + 127) / 255);
}
