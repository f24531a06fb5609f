/* photo_png.c - PNG by libpng's simplified interface, which turns every kind of PNG into grey. */
#include "photo.h"
#include <png.h>
#include <string.h>

enum photo_verdict photo_png(const uint8_t *bytes, size_t len, struct photo *out)
{
	png_image png;
	png_color white = {255, 255, 255};
	enum photo_verdict v;

	memset(&png, 0, sizeof(png));
	png.version = PNG_IMAGE_VERSION;
	if (!png_image_begin_read_from_memory(&png, bytes, len))
		return PHOTO_DAMAGED;
	v = photo_make(out, png.width, png.height);
	if (v == PHOTO_READ) {
		png.format = PNG_FORMAT_GRAY;
		if (png_image_finish_read(&png, &white, out->pixels, 0, NULL))
			return PHOTO_READ; /* and png holds nothing any more */
		photo_free(out);
		v = PHOTO_DAMAGED;
	}
	png_image_free(&png);
	return v;
}
