/* photo_pgm.c - portable graymaps (PGM), binary and plain, of 1 to 65535 levels. The only format
 * that is read here and not by a library. */
#include "photo.h"

struct reader {
	const uint8_t *at, *end;
};

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* White space, and in the head comments to the end of their line. */
static void skip(struct reader *r)
{
	while (r->at < r->end && (is_space(*r->at) || *r->at == '#')) {
		if (*r->at == '#')
			while (r->at < r->end && *r->at != '\n')
				r->at++;
		else
			r->at++;
	}
}

/* A number of 0..max with something behind it. */
static bool number(struct reader *r, uint32_t max, uint32_t *out)
{
	const uint8_t *begin;

	skip(r);
	begin = r->at;
	*out = 0;
	while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
		*out = *out * 10 + (uint32_t)(*r->at++ - '0');
		if (*out > max)
			return false;
	}
	return r->at > begin;
}

static bool plain(struct reader *r, uint32_t max, struct photo *out)
{
	size_t all = (size_t)out->width * out->height;
	uint32_t level;

	for (size_t i = 0; i < all; i++) {
		if (!number(r, max, &level))
			return false;
		out->pixels[i] = (uint8_t)(level * 255 / max);
	}
	return true;
}

static bool binary(struct reader *r, uint32_t max, struct photo *out)
{
	size_t all = (size_t)out->width * out->height;
	size_t wide = max > 255 ? 2 : 1;

	if ((size_t)(r->end - r->at) < all * wide)
		return false;
	for (size_t i = 0; i < all; i++, r->at += wide) {
		uint32_t level = wide == 2 ? (uint32_t)r->at[0] << 8 | r->at[1] : r->at[0];

		out->pixels[i] = (uint8_t)((level > max ? max : level) * 255 / max);
	}
	return true;
}

enum photo_verdict photo_pgm(const uint8_t *bytes, size_t len, struct photo *out)
{
	struct reader r = {bytes + 2, bytes + len};
	uint32_t width, height, max;
	enum photo_verdict v;
	bool whole;

	if (len < 3 || !(is_space(bytes[2]) || bytes[2] == '#') ||
	    !number(&r, 1000000000, &width) || !number(&r, 1000000000, &height) ||
	    !number(&r, 65535, &max) || max == 0 || r.at == r.end || !is_space(*r.at))
		return PHOTO_DAMAGED;
	r.at++;
	/* a pixel takes a byte at least, so that a short file cannot ask for much memory */
	if ((uint64_t)width * height > len)
		return (uint64_t)width * height > PHOTO_PIXELS ? PHOTO_TOO_LARGE : PHOTO_DAMAGED;
	v = photo_make(out, width, height);
	if (v != PHOTO_READ)
		return v;
	whole = bytes[1] == '5' ? binary(&r, max, out) : plain(&r, max, out);
	if (whole)
		return PHOTO_READ;
	photo_free(out);
	return PHOTO_DAMAGED;
}
