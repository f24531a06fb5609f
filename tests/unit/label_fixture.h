/* label_fixture.h - a white picture on which zint draws labels, for tests of the camera. */
#ifndef TESTS_LABEL_FIXTURE_H
#define TESTS_LABEL_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "station/image.h"
#include <string.h>
#include <zint.h>

#define WIDTH  900
#define HEIGHT 700

static uint8_t pixels[WIDTH * HEIGHT];
static struct image image = {pixels, WIDTH, HEIGHT, WIDTH};

static inline void blank(void)
{
	memset(pixels, 255, sizeof(pixels));
}

/* Columns from..to (in modules) of a label at x, y; `tall` pixels for a code of lines. */
static inline void draw_part(struct zint_symbol *z, int x, int y, int module, int tall, int from,
			     int to)
{
	int rows = z->rows > 1 ? z->rows * module : tall;

	for (int b = 0; b < rows; b++)
		for (int a = from * module; a < to * module; a++) {
			int row = z->rows > 1 ? b / module : 0, column = a / module;

			if (z->encoded_data[row][column / 8] >> (column % 8) & 1)
				pixels[(y + b) * WIDTH + x + a] = 0;
		}
}

static inline struct zint_symbol *encode(int symbology, const char *text, int mode)
{
	struct zint_symbol *z = ZBarcode_Create();

	z->symbology = symbology;
	z->input_mode = mode;
	assert_true(ZBarcode_Encode(z, (const unsigned char *)text, (int)strlen(text)) <
		    ZINT_ERROR);
	return z;
}

static inline void draw(int symbology, const char *text, int x, int y)
{
	struct zint_symbol *z = encode(symbology, text, UNICODE_MODE);

	draw_part(z, x, y, 3, 100, 0, z->width);
	ZBarcode_Delete(z);
}
#endif
