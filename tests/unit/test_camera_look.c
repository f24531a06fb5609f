/* test_camera_look.c - labels that zint draws are read, each of zbar's defects that DECODE met is
 * not ours, and parts of labels say nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "camera/look.h"
#include "camera/squares.h"
#include "label_fixture.h"
#include <malloc.h>
#include <stdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static struct look *look;

static unsigned believed(void)
{
	const struct reading *r = look_reading(look);
	unsigned n = 0;

	assert_int_equal(look_at(look, &image), 0);
	for (unsigned i = 0; i < r->labels; i++)
		n += reading_accepts(r, i);
	return n;
}

static bool has(enum reading_symbology s, const char *text)
{
	const struct reading *r = look_reading(look);

	for (unsigned i = 0; i < r->labels; i++)
		if (reading_accepts(r, i) && r->label[i].symbology == s &&
		    r->label[i].len == strlen(text) &&
		    memcmp(r->label[i].text, text, strlen(text)) == 0)
			return true;
	return false;
}

static void test_each_symbology_is_read(void **state)
{
	static const struct {
		int zint;
		enum reading_symbology symbology;
		const char *text, *read;
	} all[] = {
		{BARCODE_CODE128, READING_CODE128, "RAMS0000001Q", "RAMS0000001Q"},
		{BARCODE_CODE93, READING_CODE93, "TEST93", "TEST93"},
		{BARCODE_CODE39, READING_CODE39, "CODE39", "CODE39"},
		{BARCODE_CODABAR, READING_CODABAR, "A1234567B", "A1234567B"},
		{BARCODE_C25INTER, READING_ITF, "12345678", "12345678"},
		{BARCODE_EANX, READING_EAN13, "400638133393", "4006381333931"},
		{BARCODE_EANX, READING_EAN8, "5512345", "55123457"},
		{BARCODE_UPCA, READING_UPCA, "01234567890", "012345678905"},
		{BARCODE_UPCE, READING_UPCE, "123456", "01234565"},
		{BARCODE_UPCE, READING_UPCE, "218928", "02189284"}, /* told one bar early */
		{BARCODE_QRCODE, READING_QR, "RAMS0000001Q", "RAMS0000001Q"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		blank();
		draw(all[i].zint, all[i].text, 60, 60);
		assert_int_equal(believed(), 1);
		if (!has(all[i].symbology, all[i].read))
			fail_msg("%s is not read", all[i].read);
	}
}

static void test_several_labels_in_one_picture(void **state)
{
	(void)state;
	blank();
	draw(BARCODE_CODE128, "RAMS0000001Q", 60, 40);
	draw(BARCODE_EANX, "400638133393", 60, 240);
	draw(BARCODE_EANX, "978020137962", 480, 240);
	draw(BARCODE_QRCODE, "https://id.example/01/9506000134352", 300, 440);
	assert_int_equal(believed(), 4);
	assert_true(has(READING_EAN13, "4006381333931"));
	assert_true(has(READING_EAN13, "9780201379624"));
}

static unsigned between;
static bool in_crowd; /* when it was last called */

static void on_view(void *user, bool crowd)
{
	unsigned *crowds = user;

	between++;
	*crowds += crowd;
	in_crowd = crowd;
}

/* A label along the rows at once, a QR code too; what takes many views only as a whole. */
static void test_a_quick_look(void **state)
{
	unsigned crowds = 0;

	(void)state;
	blank();
	draw(BARCODE_CODE128, "RAMS0000001Q", 60, 40);
	assert_int_equal(look_quickly(look, &image), 0);
	assert_true(has(READING_CODE128, "RAMS0000001Q"));
	blank();
	draw(BARCODE_QRCODE, "RAMS0000002P", 60, 40);
	assert_int_equal(look_quickly(look, &image), 0);
	assert_true(has(READING_QR, "RAMS0000002P"));
	blank();
	look_between(look, on_view, &crowds);
	assert_int_equal(believed(), 0);
	look_between(look, NULL, NULL);
	assert_int_equal(crowds, 0);
	assert_in_range(between, 7, 22); /* each of a whole look's views but the first */
	assert_int_equal(look_quickly(look, &image), 0);
	assert_int_equal(look_reading(look)->labels, 0);
}

/* Six codes are eighteen finder patterns: who waits is told before and behind that view. */
static void test_a_crowd_of_finder_patterns_is_told(void **state)
{
	unsigned crowds = 0;

	(void)state;
	blank();
	for (int i = 0; i < 6; i++) {
		char text[] = "RAMS000000?P";

		text[10] = (char)('0' + i);
		draw(BARCODE_QRCODE, text, 60 + i % 3 * 150, 40 + i / 3 * 150);
	}
	look_between(look, on_view, &crowds);
	assert_int_equal(believed(), 6);
	look_between(look, NULL, NULL);
	assert_int_equal(crowds, 1);
	assert_false(in_crowd);
}

/* Of a strip that is cut out of a picture no line of many rows can be made. */
static void test_bars_in_a_low_picture(void **state)
{
	struct image all = image;
	uint32_t low;

	(void)state;
	blank();
	draw(BARCODE_CODE128, "RAMS0000001Q", 60, 0);
	for (image.height = 20; image.height >= 9; image.height--) {
		unsigned n = believed();

		if (n != 1 || !has(READING_CODE128, "RAMS0000001Q"))
			break;
	}
	low = image.height;
	image = all;
	assert_int_equal(low, 8); /* all down to 9 are read */
}

static void test_nothing_on_white(void **state)
{
	(void)state;
	blank();
	assert_int_equal(believed(), 0);
}

/* zbar joins the left half of one with the right half of another. */
static void test_halves_are_not_joined(void **state)
{
	struct zint_symbol *a = encode(BARCODE_EANX, "400638133393", UNICODE_MODE);
	struct zint_symbol *b = encode(BARCODE_EANX, "978020137962", UNICODE_MODE);

	(void)state;
	for (int gap = -40; gap <= 160; gap += 40) {
		blank();
		draw_part(a, 60, 60, 3, 120, 0, 50);
		draw_part(b, 60, 220 + gap, 3, 120, 45, b->width);
		assert_int_equal(believed(), 0);
	}
	ZBarcode_Delete(a);
	ZBarcode_Delete(b);
}

/* A part of an interleaved 2 of 5 is no shorter one. */
static void test_parts_of_itf_say_nothing_F9(void **state)
{
	struct zint_symbol *z = encode(BARCODE_C25INTER, "12345678901231", UNICODE_MODE);
	struct look *any = look;

	(void)state;
	assert_int_equal(look_open(&look, READING_ALL, 1U << 7), 0); /* 14 digits */
	for (int from = 0; from < z->width; from += 7)
		for (int to = from + 20; to < z->width; to += 9) {
			blank();
			draw_part(z, 60, 60, 3, 60, from, to);
			assert_int_equal(believed(), 0);
		}
	blank();
	draw_part(z, 60, 60, 3, 60, 0, z->width);
	assert_int_equal(believed(), 1);
	ZBarcode_Delete(z);
	look_close(look);
	look = any;
}

static void test_FNC4_is_not_dropped(void **state)
{
	(void)state;
	blank();
	draw(BARCODE_CODE128, "Z\xc3\xbcrich", 60, 60);
	assert_int_equal(believed(), 1);
	assert_true(has(READING_CODE128, "Z\xc3\xbcrich"));
}

static void test_the_separator_is_kept_F7(void **state)
{
	(void)state;
	blank();
	draw(BARCODE_GS1_128, "[10]ABC[21]1234", 60, 60);
	assert_int_equal(believed(), 1);
	assert_true(has(READING_CODE128, "10ABC\x1d"
					 "211234"));
}

/* Bytes that would be Japanese to a guesser, and Latin to another. */
static void test_character_sets_are_not_guessed(void **state)
{
	static const char text[] = "\x83\x65\xe9\xfc\x41";
	struct zint_symbol *z = encode(BARCODE_QRCODE, text, DATA_MODE);

	(void)state;
	blank();
	draw_part(z, 60, 60, 4, 0, 0, z->width);
	ZBarcode_Delete(z);
	assert_int_equal(believed(), 1);
	assert_true(has(READING_QR, text));
}

/* zbar aborts at it when its cache is on. */
static void test_structured_append_does_not_abort(void **state)
{
	struct zint_symbol *z = ZBarcode_Create();

	(void)state;
	blank();
	z->symbology = BARCODE_QRCODE;
	z->structapp.index = 1;
	z->structapp.count = 2;
	strcpy(z->structapp.id, "35");
	assert_true(ZBarcode_Encode(z, (const unsigned char *)"first half", 10) < ZINT_ERROR);
	draw_part(z, 60, 60, 4, 0, 0, z->width);
	ZBarcode_Delete(z);
	for (int i = 0; i < 3; i++)
		(void)believed();
}

/* zbar leaks with SQ codes, and prints assertions at DataBar: both are off. */
static void test_databar_and_sq_codes_are_left_alone(void **state)
{
	static const int off[] = {BARCODE_DBAR_OMN, BARCODE_DBAR_EXP, BARCODE_DBAR_LTD};
	static const char *const text[] = {"0950600013435", "[01]09506000134352[17]261231",
					   "0950600013435"};
	int saved = dup(2), out;
	FILE *said = tmpfile();
	long end;

	(void)state;
	assert_true(saved >= 0 && said);
	(void)fflush(stderr);
	out = dup2(fileno(said), 2);
	assert_int_equal(out, 2);
	for (unsigned i = 0; i < 3; i++) {
		struct zint_symbol *z = encode(off[i], text[i], i == 1 ? GS1_MODE : UNICODE_MODE);

		blank();
		draw_part(z, 60, 60, 3, 100, 0, z->width);
		ZBarcode_Delete(z);
		assert_int_equal(believed(), 0);
	}
	blank(); /* two rings and a dot, as an SQ code has them */
	for (int y = 0; y < 120; y++)
		for (int x = 0; x < 120; x++)
			if (x < 8 || y < 8 || x >= 112 || y >= 112 || (x / 8 + y / 8) % 3 == 0)
				pixels[(100 + y) * WIDTH + 100 + x] = 0;
	assert_int_equal(believed(), 0);
	(void)fflush(stderr);
	end = lseek(2, 0, SEEK_END);
	assert_int_equal(dup2(saved, 2), 2);
	(void)close(saved);
	(void)fclose(said);
	assert_int_equal(end, 0);
}

/* Under a camera: turned, of so many pixels a module, blurred by pixels that see more than one of
 * them, with noise. */
static void draw_seen(const struct zint_symbol *z, double module, double angle, uint32_t dice)
{
	double c = cos(angle) / module, s = sin(angle) / module;

	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			int white = 0;

			for (int n = 0; n < 16; n++) {
				double u = x - WIDTH / 2 + n % 4 * 0.4,
				       v = y - HEIGHT / 2 + n / 4 * 0.4;
				int a = (int)floor(c * u + s * v) + z->width / 2;
				int b = (int)floor(c * v - s * u) + z->rows / 2;

				white += a < 0 || b < 0 || a >= z->width || b >= z->rows ||
					 !(z->encoded_data[b][a / 8] >> (a % 8) & 1);
			}
			dice = dice * 1664525u + 1013904223u;
			pixels[y * WIDTH + x] = (uint8_t)(40 + white * 8 + (int)(dice >> 27));
		}
}

/* In how many of nine directions a QR code of so many pixels a module is read. */
static unsigned read_turned(const char *text, double module)
{
	struct zint_symbol *z = encode(BARCODE_QRCODE, text, DATA_MODE);
	unsigned read = 0;

	for (unsigned turn = 0; turn < 9; turn++) {
		draw_seen(z, module, turn * 10 * 3.14159265 / 180, turn);
		assert_int_equal(look_at(look, &image), 0);
		read += has(READING_QR, text);
	}
	ZBarcode_Delete(z);
	return read;
}

static void test_a_small_QR_code_is_read_however_it_lies(void **state)
{
	(void)state;
	/* Without the turned view 7, without the closer one 3. */
	assert_in_range(read_turned("HDKQN45DME4QQTFT7Q5R8BB4AUDBXSVDLRWDQHH13T", 2.2), 8, 9);
}

/* The middle of a finder pattern is larger than what the first view's threshold sees around a
 * pixel. */
static void test_a_large_QR_code_is_read_however_it_lies(void **state)
{
	(void)state;
	assert_int_equal(read_turned("305YWWMUYL", 13.3), 9); /* 1 by the first view alone */
}

/* zbar 0.23.92 loses 0.25 kB for each QR code that a scanner of long life has read. */
static void test_many_qr_codes_cost_no_memory(void **state)
{
	size_t before = 0;

	(void)state;
	blank();
	draw(BARCODE_QRCODE, "RAMS0000001Q", 60, 60);
	for (unsigned i = 0; i < 600; i++) {
		assert_int_equal(believed(), 1);
		if (i == 100)
			before = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks < before + 16384); /* 500 would be 125 kB */
}

static void test_what_is_not_allowed_is_not_read(void **state)
{
	struct look *all = look;

	(void)state;
	blank();
	draw(BARCODE_CODE128, "RAMS0000001Q", 60, 60);
	draw(BARCODE_QRCODE, "RAMS0000001Q", 60, 260);
	assert_int_equal(look_open(&look, 1U << READING_CODE128, 0), 0);
	assert_int_equal(believed(), 1);
	look_close(look);
	look = all;
	assert_int_equal(believed(), 2);
}

static int open_look(void **state)
{
	(void)state;
	return look_open(&look, READING_ALL, READING_ITF_8);
}

static int close_look(void **state)
{
	(void)state;
	look_close(look);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_symbology_is_read),
		cmocka_unit_test(test_several_labels_in_one_picture),
		cmocka_unit_test(test_a_crowd_of_finder_patterns_is_told),
		cmocka_unit_test(test_bars_in_a_low_picture),
		cmocka_unit_test(test_nothing_on_white),
		cmocka_unit_test(test_a_quick_look),
		cmocka_unit_test(test_halves_are_not_joined),
		cmocka_unit_test(test_parts_of_itf_say_nothing_F9),
		cmocka_unit_test(test_FNC4_is_not_dropped),
		cmocka_unit_test(test_the_separator_is_kept_F7),
		cmocka_unit_test(test_character_sets_are_not_guessed),
		cmocka_unit_test(test_structured_append_does_not_abort),
		cmocka_unit_test(test_databar_and_sq_codes_are_left_alone),
		cmocka_unit_test(test_a_small_QR_code_is_read_however_it_lies),
		cmocka_unit_test(test_a_large_QR_code_is_read_however_it_lies),
		cmocka_unit_test(test_many_qr_codes_cost_no_memory),
		cmocka_unit_test(test_what_is_not_allowed_is_not_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_look, close_look);
}
