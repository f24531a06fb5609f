/* test_camera_photo.c - each picture format is read to the grey that went in, whatever the file is
 * called; what is cut off or too large is refused, what is damaged harms nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "camera/look.h"
#include "camera/photo.h"
#include <errno.h>
#include <gif_lib.h>
#include <stdio.h>
#include <jpeglib.h>
#include <png.h>
#include <string.h>
#include <webp/encode.h>

#define WIDTH  61
#define HEIGHT 37

struct file {
	uint8_t bytes[65536];
	size_t len;
};

static uint8_t grey[HEIGHT][WIDTH];

static void fill(void)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			grey[y][x] = (uint8_t)(20 + 3 * x + y / 2);
}

static void make_png(struct file *f)
{
	png_image png = {.version = PNG_IMAGE_VERSION, .width = WIDTH, .height = HEIGHT};
	png_alloc_size_t len = sizeof(f->bytes);

	png.format = PNG_FORMAT_GRAY;
	assert_true(png_image_write_to_memory(&png, f->bytes, &len, 0, grey, 0, NULL));
	f->len = len;
}

/* Rows of grey that are `step` bytes apart (0: the same again and again), as a JPEG. */
static void put_jpeg(struct file *f, const uint8_t *rows, size_t step, unsigned width,
		     unsigned height, bool progressive, bool parts)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr errors;
	unsigned char *out = NULL;
	unsigned long len = 0;

	j.err = jpeg_std_error(&errors);
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &out, &len);
	j.image_width = width;
	j.image_height = height;
	j.input_components = 1;
	j.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, 95, TRUE);
	j.restart_in_rows = parts;
	if (progressive)
		jpeg_simple_progression(&j);
	jpeg_start_compress(&j, TRUE);
	while (j.next_scanline < height) {
		JSAMPROW row = (JSAMPROW)(uintptr_t)(rows + j.next_scanline * step);

		(void)jpeg_write_scanlines(&j, &row, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	assert_true(len <= sizeof(f->bytes));
	memcpy(f->bytes, out, len);
	f->len = len;
	free(out);
}

static void make_jpeg(struct file *f, bool progressive)
{
	put_jpeg(f, grey[0], WIDTH, WIDTH, HEIGHT, progressive, false);
}

static int put_gif(GifFileType *gif, const GifByteType *bytes, int len)
{
	struct file *f = gif->UserData;

	memcpy(f->bytes + f->len, bytes, (size_t)len);
	f->len += (size_t)len;
	return len;
}

static void make_gif(struct file *f, bool interlaced)
{
	static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	GifColorType colours[256];
	ColorMapObject *map;
	GifFileType *gif;
	int error;

	f->len = 0;
	for (int i = 0; i < 256; i++)
		colours[i] = (GifColorType){(GifByteType)i, (GifByteType)i, (GifByteType)i};
	map = GifMakeMapObject(256, colours);
	gif = EGifOpen(f, put_gif, &error);
	assert_int_equal(EGifPutScreenDesc(gif, WIDTH, HEIGHT, 8, 0, map), GIF_OK);
	assert_int_equal(EGifPutImageDesc(gif, 0, 0, WIDTH, HEIGHT, interlaced, NULL), GIF_OK);
	for (int turn = 0; turn < (interlaced ? 4 : 1); turn++)
		for (int y = interlaced ? first[turn] : 0; y < HEIGHT;
		     y += interlaced ? step[turn] : 1)
			assert_int_equal(EGifPutLine(gif, grey[y], WIDTH), GIF_OK);
	assert_int_equal(EGifCloseFile(gif, &error), GIF_OK);
	GifFreeMapObject(map);
}

static void make_webp(struct file *f, bool see_through)
{
	static uint8_t rgba[HEIGHT * WIDTH * 4];
	uint8_t *out = NULL;
	size_t len;

	for (int i = 0; i < HEIGHT * WIDTH; i++) {
		memset(rgba + 4 * (ptrdiff_t)i, grey[i / WIDTH][i % WIDTH], 3);
		rgba[4 * i + 3] = see_through && i == 0 ? 0 : 255;
	}
	len = WebPEncodeLosslessRGBA(rgba, WIDTH, HEIGHT, WIDTH * 4, &out);
	assert_true(len > 0 && len <= sizeof(f->bytes));
	memcpy(f->bytes, out, len);
	f->len = len;
	WebPFree(out);
}

static void make_pgm(struct file *f, const char *head)
{
	f->len = strlen(head);
	memcpy(f->bytes, head, f->len);
	memcpy(f->bytes + f->len, grey, sizeof(grey));
	f->len += sizeof(grey);
}

static void reads(const struct file *f, int off)
{
	uint8_t *bytes = malloc(f->len); /* of its own, so that a sanitizer sees its end */
	struct photo p;

	memcpy(bytes, f->bytes, f->len);
	assert_int_equal(photo_read(bytes, f->len, &p), PHOTO_READ);
	assert_int_equal(p.width, WIDTH);
	assert_int_equal(p.height, HEIGHT);
	for (int i = 1; i < WIDTH * HEIGHT; i++)
		if (abs(p.pixels[i] - grey[i / WIDTH][i % WIDTH]) > off)
			fail_msg("pixel %d is %d, not %d", i, p.pixels[i],
				 grey[i / WIDTH][i % WIDTH]);
	photo_free(&p);
	free(bytes);
}

/* At every length but the whole. A last piece that holds no pixels may be missing. */
static void refuses_cut(const struct file *f, size_t may_miss)
{
	struct photo p;

	for (size_t len = 0; len < f->len; len++) {
		uint8_t *bytes = malloc(len ? len : 1);
		enum photo_verdict v;

		memcpy(bytes, f->bytes, len);
		v = photo_read(bytes, len, &p);
		if (len + may_miss < f->len)
			assert_int_not_equal(v, PHOTO_READ);
		if (v != PHOTO_READ)
			assert_null(p.pixels);
		photo_free(&p);
		free(bytes);
	}
}

/* Any byte, any value: whatever comes of it, nobody is hurt. */
static void survives_damage(struct file *f)
{
	struct photo p;

	srand(11);
	for (int i = 0; i < 2000; i++) {
		size_t at = (size_t)rand() % f->len;
		uint8_t was = f->bytes[at];

		f->bytes[at] = (uint8_t)rand();
		if (photo_read(f->bytes, f->len, &p) == PHOTO_READ)
			assert_true((uint64_t)p.width * p.height <= PHOTO_PIXELS);
		photo_free(&p);
		f->bytes[at] = was;
	}
}

static struct file file;

static void all_of(int off, size_t may_miss)
{
	reads(&file, off);
	refuses_cut(&file, may_miss);
	survives_damage(&file);
}

static void test_png(void **state)
{
	(void)state;
	make_png(&file);
	all_of(0, 12); /* IEND */
}

static void test_jpeg(void **state)
{
	(void)state;
	make_jpeg(&file, false);
	all_of(6, 3); /* its end mark and a bit before */
	make_jpeg(&file, true);
	all_of(6, 3);
}

static void test_gif(void **state)
{
	(void)state;
	make_gif(&file, false);
	all_of(0, 3);
	make_gif(&file, true);
	all_of(0, 3);
}

static void test_webp(void **state)
{
	(void)state;
	make_webp(&file, false);
	all_of(2, 0);
	make_webp(&file, true);
	all_of(1, 0);
}

static void test_what_is_transparent_is_white(void **state)
{
	struct photo p;

	(void)state;
	make_webp(&file, true);
	assert_int_equal(photo_read(file.bytes, file.len, &p), PHOTO_READ);
	assert_int_equal(p.pixels[0], 255);
	photo_free(&p);
}

static void test_pgm(void **state)
{
	(void)state;
	make_pgm(&file, "P5\n# a comment\n61 37\n255\n");
	all_of(0, 0);
	make_pgm(&file, "P5 61\t37 255 ");
	reads(&file, 0);
}

static void is(const char *text, size_t len, enum photo_verdict v)
{
	struct photo p;

	assert_int_equal(photo_read((const uint8_t *)text, len, &p), v);
	photo_free(&p);
}

#define IS(text, v) is(text, sizeof(text) - 1, v)

static void test_pgm_levels(void **state)
{
	static const char wide[] = "P5 2 1 1023\n\x03\xff\x01\xff", plain[] = "P2 2 2 10 0 10 5 1";
	struct photo p;

	(void)state;
	assert_int_equal(photo_read((const uint8_t *)wide, sizeof(wide) - 1, &p), PHOTO_READ);
	assert_int_equal(p.pixels[0], 255);
	assert_int_equal(p.pixels[1], 127);
	photo_free(&p);
	assert_int_equal(photo_read((const uint8_t *)plain, sizeof(plain) - 1, &p), PHOTO_READ);
	assert_int_equal(p.pixels[1], 255);
	assert_int_equal(p.pixels[2], 127);
	photo_free(&p);
	IS("P2 1 1 10 11", PHOTO_DAMAGED);
	IS("P5 1 1 0 x", PHOTO_DAMAGED);
	IS("P5 1 1 65536 xx", PHOTO_DAMAGED);
	IS("P5 1 1 255x", PHOTO_DAMAGED);
	IS("P5 0 1 255\nx", PHOTO_DAMAGED);
	IS("P5", PHOTO_DAMAGED);
	IS("P5 99999999999 1 255\nx", PHOTO_DAMAGED);
}

static void test_bounds(void **state)
{
	struct photo p;

	(void)state;
	IS("P5 100000 100000 255\nx", PHOTO_TOO_LARGE);
	assert_int_equal(photo_make(&p, IMAGE_SIDE + 1, 1), PHOTO_TOO_LARGE);
	assert_int_equal(photo_make(&p, 8000, 8000), PHOTO_TOO_LARGE);
	assert_int_equal(photo_make(&p, 0, 5), PHOTO_DAMAGED);
	is("", PHOTO_FILE + 1U, PHOTO_TOO_LARGE);
	IS("", PHOTO_UNKNOWN);
	IS("BM not one of ours", PHOTO_UNKNOWN);
	for (int v = 0; v <= PHOTO_MEMORY; v++)
		assert_true(strlen(photo_words((enum photo_verdict)v)) > 0);
}

/* One of any sides, all grey. */
static void flat_jpeg(struct file *f, unsigned width, unsigned height)
{
	static const uint8_t row[65500];

	put_jpeg(f, row, 0, width, height, false, false);
}

/* One of 320 x 240 with something in each of its parts. */
static void rich_jpeg(struct file *f, bool parts)
{
	static uint8_t rows[240][320];

	for (unsigned i = 0; i < sizeof(rows); i++)
		rows[i / 320][i % 320] = (uint8_t)(i % 320 == i / 320 ? 230 : 90 + i % 7);
	put_jpeg(f, rows[0], 320, 320, 240, false, parts);
}

/* A camera's frame that has room, but is longer than any line that is looked at. */
static void test_a_frame_of_foolish_sides_is_refused(void **state)
{
	static const unsigned sides[][2] = {{65500, 14}, {14, 65500}, {30000, 10}, {10001, 1}};
	static uint8_t buf[1280 * 720];
	static struct file f;
	struct image wide = {buf, 30000, 10, 30000};
	struct look *look;
	struct photo p;

	(void)state;
	for (unsigned i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		flat_jpeg(&f, sides[i][0], sides[i][1]);
		assert_int_equal(photo_jpeg_frame(f.bytes, f.len, buf, sizeof(buf), &p),
				 PHOTO_TOO_LARGE);
		assert_null(p.pixels);
	}
	flat_jpeg(&f, IMAGE_SIDE, 64);
	assert_int_equal(photo_jpeg_frame(f.bytes, f.len, buf, sizeof(buf), &p), PHOTO_READ);
	assert_int_equal(look_open(&look, READING_ALL, READING_ITF_8), 0);
	assert_int_equal(look_at(look, &wide), -EINVAL);
	wide = (struct image){buf, IMAGE_SIDE, 64, IMAGE_SIDE};
	assert_int_equal(look_at(look, &wide), 0);
	look_close(look);
}

/* What follows a gap is moved up: a label without the character that fell out would be whole. */
static void test_F9_a_frame_with_a_gap_is_damaged(void **state)
{
	static uint8_t buf[640 * 480];
	static struct file f, cut;
	size_t from = 0, to = 0;
	struct photo p;

	(void)state;
	rich_jpeg(&f, true);
	assert_int_equal(photo_jpeg_frame(f.bytes, f.len, buf, sizeof(buf), &p), PHOTO_READ);
	for (size_t i = 0; i + 1 < f.len;
	     i++) { /* the part between the fourth mark and the fifth */
		if (f.bytes[i] == 0xff && f.bytes[i + 1] == 0xd3)
			from = from ? from : i;
		if (f.bytes[i] == 0xff && f.bytes[i + 1] == 0xd4)
			to = to ? to : i;
	}
	assert_true(from > 0 && to > from + 4);
	cut = f;
	memmove(cut.bytes + from, cut.bytes + to, f.len - to);
	cut.len = f.len - (to - from);
	assert_int_equal(photo_jpeg_frame(cut.bytes, cut.len, buf, sizeof(buf), &p), PHOTO_DAMAGED);
	memcpy(cut.bytes, f.bytes, to); /* a part that comes twice: it is not where it should be */
	memcpy(cut.bytes + to, f.bytes + from, f.len - from);
	cut.len = f.len + (to - from);
	assert_int_equal(photo_jpeg_frame(cut.bytes, cut.len, buf, sizeof(buf), &p), PHOTO_DAMAGED);
	rich_jpeg(&f, false); /* the same without marks: the rest is left over */
	cut = f;
	memmove(cut.bytes + f.len / 2 + 60, cut.bytes + f.len / 2, f.len - f.len / 2);
	cut.len = f.len + 60;
	assert_int_equal(photo_jpeg_frame(cut.bytes, cut.len, buf, sizeof(buf), &p), PHOTO_DAMAGED);
	cut = f; /* bytes too many before the end are cameras' habit */
	memmove(cut.bytes + f.len + 3, cut.bytes + f.len - 2, 2);
	memset(cut.bytes + f.len - 2, 0x20, 5);
	cut.len = f.len + 5;
	assert_int_equal(photo_jpeg_frame(cut.bytes, cut.len, buf, sizeof(buf), &p), PHOTO_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_frame_of_foolish_sides_is_refused),
		cmocka_unit_test(test_F9_a_frame_with_a_gap_is_damaged),
		cmocka_unit_test(test_png),
		cmocka_unit_test(test_jpeg),
		cmocka_unit_test(test_gif),
		cmocka_unit_test(test_webp),
		cmocka_unit_test(test_pgm),
		cmocka_unit_test(test_pgm_levels),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_what_is_transparent_is_white),
	};

	fill();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
