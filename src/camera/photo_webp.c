/* photo_webp.c - WebP by libwebp; moving pictures are not read. */
#include "photo.h"
#include <webp/decode.h>
#include <stdlib.h>

#define BAND 4 /* bytes of a pixel that may be transparent */

static enum photo_verdict see_through(const uint8_t *bytes, size_t len, struct photo *out)
{
	size_t all = (size_t)out->width * out->height;
	uint8_t *rgba = malloc(all * BAND);
	bool ok;

	if (!rgba)
		return PHOTO_MEMORY;
	ok = WebPDecodeRGBAInto(bytes, len, rgba, all * BAND, (int)(out->width * BAND)) != NULL;
	for (size_t i = 0; ok && i < all; i++) {
		const uint8_t *p = rgba + i * BAND;

		out->pixels[i] = photo_grey(p[0], p[1], p[2], p[3]);
	}
	free(rgba);
	return ok ? PHOTO_READ : PHOTO_DAMAGED;
}

/* Only the light is wanted, 16..235; colours go into memory of their own. */
static enum photo_verdict solid(const uint8_t *bytes, size_t len, struct photo *out)
{
	size_t all = (size_t)out->width * out->height;
	uint32_t width = (out->width + 1) / 2, height = (out->height + 1) / 2;
	size_t part = (size_t)width * height;
	uint8_t *colours = malloc(2 * part);
	bool ok;

	if (!colours)
		return PHOTO_MEMORY;
	ok = WebPDecodeYUVInto(bytes, len, out->pixels, all, (int)out->width, colours, part,
			       (int)width, colours + part, part, (int)width) != NULL;
	for (size_t i = 0; ok && i < all; i++) {
		int light = (out->pixels[i] - 16) * 255 / 219;

		out->pixels[i] = (uint8_t)(light < 0 ? 0 : light > 255 ? 255 : light);
	}
	free(colours);
	return ok ? PHOTO_READ : PHOTO_DAMAGED;
}

enum photo_verdict photo_webp(const uint8_t *bytes, size_t len, struct photo *out)
{
	WebPBitstreamFeatures is;
	enum photo_verdict v;

	if (WebPGetFeatures(bytes, len, &is) != VP8_STATUS_OK || is.has_animation || is.width < 1 ||
	    is.height < 1)
		return PHOTO_DAMAGED;
	v = photo_make(out, (uint64_t)is.width, (uint64_t)is.height);
	if (v != PHOTO_READ)
		return v;
	v = is.has_alpha ? see_through(bytes, len, out) : solid(bytes, len, out);
	if (v != PHOTO_READ)
		photo_free(out);
	return v;
}
