/* photo_jpeg.c - JPEG by libjpeg-turbo, to grey only: colours are not even decoded where the file
 * keeps them apart. A file that ends early is refused, since half a picture is no picture. */
#include "photo.h"
#include "jpeg.h"
#include <jerror.h>

#define MEMORY (256L << 20) /* what libjpeg may take: a progressive picture is kept as a whole */
#define STRAY  16	    /* bytes before a marker */
#define SCANS  64	    /* of a progressive picture: more are only there to cost time */

/* Warnings: the end that came too early counts, and so does data that makes no sense: what follows
 * a gap in it is moved, and a code may be a whole one without the character that fell out. A few
 * bytes too many before a marker are a habit of cheap cameras, as are some words of its header;
 * they harm nothing. */
static bool is_harmless(const struct jpeg_error_mgr *e)
{
	switch (e->msg_code) {
	case JWRN_EXTRANEOUS_DATA:
		return e->msg_parm.i[0] <= STRAY;
	case JWRN_ADOBE_XFORM:
	case JWRN_JFIF_MAJOR:
	case JWRN_NOT_SEQUENTIAL:
		return true;
	default:
		return false;
	}
}

static void on_message(j_common_ptr c, int level)
{
	if (level < 0 && !is_harmless(c->err))
		c->err->error_exit(c);
}

static void on_progress(j_common_ptr c)
{
	if (c->is_decompressor && ((j_decompress_ptr)c)->input_scan_number > SCANS)
		c->err->error_exit(c);
}

static void read_grey(struct jpeg_decompress_struct *j, struct photo *out)
{
	while (j->output_scanline < j->output_height) {
		JSAMPROW row = out->pixels + (size_t)j->output_scanline * out->width;

		(void)jpeg_read_scanlines(j, &row, 1);
	}
}

/* Four inks: libjpeg makes no grey of them. Adobe's are inverted, as all that are met. */
static void read_inks(struct jpeg_decompress_struct *j, struct photo *out)
{
	JSAMPARRAY row = (*j->mem->alloc_sarray)((j_common_ptr)j, JPOOL_IMAGE, 4 * out->width, 1);

	while (j->output_scanline < j->output_height) {
		uint8_t *to = out->pixels + (size_t)j->output_scanline * out->width;

		(void)jpeg_read_scanlines(j, row, 1);
		for (uint32_t x = 0; x < out->width; x++) {
			const uint8_t *p = row[0] + (size_t)4 * x;

			to[x] = (uint8_t)(photo_grey(p[0], p[1], p[2], 255) * p[3] / 255);
		}
	}
}

/* Bounds looked at; memory taken, or in buf found. */
static enum photo_verdict make(struct photo *out, const struct jpeg_decompress_struct *j,
			       uint8_t *buf, size_t cap)
{
	if (!buf)
		return photo_make(out, j->image_width, j->image_height);
	if (j->image_width > IMAGE_SIDE || j->image_height > IMAGE_SIDE ||
	    (uint64_t)j->image_width * j->image_height > cap)
		return PHOTO_TOO_LARGE;
	*out = (struct photo){buf, j->image_width, j->image_height};
	return PHOTO_READ;
}

static enum photo_verdict decode(const uint8_t *bytes, size_t len, uint8_t *buf, size_t cap,
				 struct photo *out)
{
	struct jpeg_decompress_struct j;
	struct jpeg_trouble trouble;
	struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
	volatile enum photo_verdict v = PHOTO_DAMAGED;

	j.err = jpeg_quiet(&trouble);
	j.err->emit_message = on_message;
	if (setjmp(trouble.out)) {
		jpeg_destroy_decompress(&j);
		if (!buf)
			photo_free(out);
		*out = (struct photo){0};
		return v == PHOTO_READ ? PHOTO_DAMAGED : v;
	}
	jpeg_create_decompress(&j);
	j.progress = &progress;
	j.mem->max_memory_to_use = MEMORY;
	jpeg_mem_src(&j, bytes, len);
	(void)jpeg_read_header(&j, TRUE);
	v = make(out, &j, buf, cap);
	if (v != PHOTO_READ)
		longjmp(trouble.out, 1);
	if (j.num_components == 4)
		j.out_color_space = JCS_CMYK;
	else
		j.out_color_space = JCS_GRAYSCALE;
	(void)jpeg_start_decompress(&j);
	if (j.num_components == 4)
		read_inks(&j, out);
	else
		read_grey(&j, out);
	(void)jpeg_finish_decompress(&j);
	jpeg_destroy_decompress(&j);
	return PHOTO_READ;
}

enum photo_verdict photo_jpeg(const uint8_t *bytes, size_t len, struct photo *out)
{
	return decode(bytes, len, NULL, 0, out);
}

enum photo_verdict photo_jpeg_frame(const uint8_t *bytes, size_t len, uint8_t *buf, size_t cap,
				    struct photo *out)
{
	return decode(bytes, len, buf, cap, out);
}
