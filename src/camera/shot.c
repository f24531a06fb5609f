/* shot.c - a frame becomes a JPEG (shot.h). */
#include "shot.h"
#include "jpeg.h"
#include "station/cameraline.h"
#include <stdlib.h>
#include <string.h>

#define SCALE_MAX 64 /* pixels of a frame, each way, that become one */

/* What of the device's bytes is the JPEG: a driver may pad it. 0: a viewer could not open it, since
 * cameras may leave out the tables that all of them use. */
static size_t own_length(const struct shot_own *own)
{
	size_t len = own->len;

	if (!own->bytes || len < 4 || own->bytes[0] != 0xff || own->bytes[1] != 0xd8 ||
	    own->bytes[2] != 0xff || !memmem(own->bytes, len, "\xff\xc4", 2))
		return 0;
	while (len >= 4 && !(own->bytes[len - 2] == 0xff && own->bytes[len - 1] == 0xd9))
		len--;
	return len >= 4 && len <= CAMERALINE_PHOTO ? len : 0;
}

static bool copy(const struct shot_own *own, size_t len, struct shot *out)
{
	out->bytes = malloc(len);
	if (!out->bytes)
		return false;
	memcpy(out->bytes, own->bytes, len);
	out->len = len;
	return true;
}

/* A row of means of scale x scale pixels. */
static void shrink(const struct image *in, uint32_t row, uint32_t scale, uint32_t width,
		   uint8_t *to)
{
	for (uint32_t x = 0; x < width; x++) {
		uint32_t sum = 0;

		for (uint32_t dy = 0; dy < scale; dy++) {
			const uint8_t *p = in->pixels + ((size_t)row * scale + dy) * in->stride +
					   (size_t)x * scale;

			for (uint32_t dx = 0; dx < scale; dx++)
				sum += p[dx];
		}
		to[x] = (uint8_t)(sum / (scale * scale));
	}
}

/* Into buf, which has *len bytes; *len becomes what it took. libjpeg's own buffer, which grows,
 * can't be freed safely behind a failure: so it gets one that it never has to leave. */
static bool encode(const struct image *in, uint32_t scale, uint32_t quality, uint8_t *buf,
		   unsigned long *len)
{
	unsigned char *to = buf;
	struct jpeg_compress_struct j;
	struct jpeg_trouble trouble;
	JSAMPARRAY row;

	j.err = jpeg_quiet(&trouble);
	if (setjmp(trouble.out)) {
		jpeg_destroy_compress(&j);
		return false;
	}
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &to, len);
	j.image_width = in->width / scale;
	j.image_height = in->height / scale;
	j.input_components = 1;
	j.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, (int)quality, TRUE);
	jpeg_start_compress(&j, TRUE);
	row = (*j.mem->alloc_sarray)((j_common_ptr)&j, JPOOL_IMAGE, j.image_width, 1);
	while (j.next_scanline < j.image_height) {
		shrink(in, j.next_scanline, scale, j.image_width, row[0]);
		(void)jpeg_write_scanlines(&j, row, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	if (to != buf)
		free(to);
	return to == buf;
}

bool shot_make(const struct shot_is *is, const struct image *frame, const struct shot_own *own,
	       struct shot *out)
{
	uint32_t side = frame->width > frame->height ? frame->width : frame->height;
	uint32_t scale = is->side ? (side + is->side - 1) / is->side : 1;
	size_t own_len = own_length(own);
	unsigned long len = CAMERALINE_PHOTO;

	*out = (struct shot){NULL, 0};
	if (scale <= 1 && own_len > 0)
		return copy(own, own_len, out);
	scale = scale ? scale : 1;
	if (!image_is_sound(frame) || scale > SCALE_MAX || frame->width < scale ||
	    frame->height < scale)
		return false;
	out->bytes = malloc(len); /* what is not touched costs nothing */
	if (!out->bytes || !encode(frame, scale, is->quality, out->bytes, &len)) {
		shot_free(out);
		return false;
	}
	out->len = len;
	return true;
}

void shot_free(struct shot *s)
{
	free(s->bytes);
	*s = (struct shot){NULL, 0};
}
