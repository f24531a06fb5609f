/* photo_gif.c - the first picture of a GIF by giflib, on the white screen that it belongs to. */
#include "photo.h"
#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

struct source {
	const uint8_t *bytes;
	size_t len, at;
};

static int on_read(GifFileType *gif, GifByteType *to, int want)
{
	struct source *s = gif->UserData;
	size_t n = s->len - s->at;

	if (want < 0)
		return 0;
	if (n > (size_t)want)
		n = (size_t)want;
	memcpy(to, s->bytes + s->at, n);
	s->at += n;
	return (int)n;
}

/* Goes over the extensions to the first picture; *clear becomes the colour that is transparent, or
 * stays. */
static bool find(GifFileType *gif, int *clear)
{
	GifRecordType record;
	GifByteType *block;
	int code;

	while (DGifGetRecordType(gif, &record) == GIF_OK) {
		if (record == IMAGE_DESC_RECORD_TYPE)
			return DGifGetImageDesc(gif) == GIF_OK;
		if (record != EXTENSION_RECORD_TYPE ||
		    DGifGetExtension(gif, &code, &block) != GIF_OK)
			return false;
		while (block) {
			if (code == GRAPHICS_EXT_FUNC_CODE && block[0] >= 4 && block[1] & 1)
				*clear = block[4];
			if (DGifGetExtensionNext(gif, &block) != GIF_OK)
				return false;
		}
	}
	return false;
}

static void put_row(const GifPixelType *row, uint32_t width, const ColorMapObject *map, int clear,
		    uint8_t *to)
{
	for (uint32_t x = 0; x < width; x++) {
		const GifColorType *c = map->Colors + row[x];

		if (row[x] != clear && row[x] < map->ColorCount)
			to[x] = photo_grey(c->Red, c->Green, c->Blue, 255);
	}
}

/* The picture's rows, which may come in four turns. */
static bool put_rows(GifFileType *gif, int clear, struct photo *out)
{
	static const uint32_t first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	const GifImageDesc *d = &gif->Image;
	const ColorMapObject *map = d->ColorMap ? d->ColorMap : gif->SColorMap;
	uint32_t width = (uint32_t)d->Width, height = (uint32_t)d->Height;
	GifPixelType *row = malloc(width);
	bool ok = row && map;

	for (unsigned turn = 0; ok && turn < (d->Interlace ? 4 : 1); turn++) {
		uint32_t y = d->Interlace ? first[turn] : 0, by = d->Interlace ? step[turn] : 1;

		for (; ok && y < height; y += by) {
			ok = DGifGetLine(gif, row, (int)width) == GIF_OK;
			if (ok)
				put_row(row, width, map, clear,
					out->pixels + (size_t)(y + (uint32_t)d->Top) * out->width +
						(uint32_t)d->Left);
		}
	}
	free(row);
	return ok;
}

enum photo_verdict photo_gif(const uint8_t *bytes, size_t len, struct photo *out)
{
	struct source source = {bytes, len, 0};
	enum photo_verdict v = PHOTO_DAMAGED;
	int error, clear = -1;
	GifFileType *gif = DGifOpen(&source, on_read, &error);
	const GifImageDesc *d;

	if (!gif)
		return PHOTO_DAMAGED;
	d = &gif->Image;
	if (find(gif, &clear) && d->Width > 0 && d->Height > 0 && d->Left >= 0 && d->Top >= 0 &&
	    d->Left + d->Width <= gif->SWidth && d->Top + d->Height <= gif->SHeight)
		v = photo_make(out, (uint64_t)gif->SWidth, (uint64_t)gif->SHeight);
	if (v == PHOTO_READ && !put_rows(gif, clear, out)) {
		photo_free(out);
		v = PHOTO_DAMAGED;
	}
	(void)DGifCloseFile(gif, &error);
	return v;
}
