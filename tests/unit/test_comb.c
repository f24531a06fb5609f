/* test_comb.c - lines across an image lie where they should at every angle and never outside it;
 * the adaptive threshold and the closer view are what their definitions give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/comb.h"
#include <math.h>
#include <string.h>

#define SIDE 97

static uint8_t pixels[SIDE * (SIDE + 3)];
static uint32_t lit; /* the width of what was, last */
static uint8_t line[COMB_LENGTH], other[2 * COMB_LENGTH];

static struct image picture(uint32_t width, uint32_t height)
{
	return (struct image){pixels, width, height, width + 3};
}

/* The image lies in the middle of light of another level. */
static void light_all(struct image *im, uint8_t level, uint8_t around)
{
	if (im->width != lit) {
		memset(pixels, around, sizeof(pixels));
		for (uint32_t y = 1; y <= im->height; y++)
			memset(pixels + y * im->stride + 1, level, im->width);
	}
	lit = im->width;
	im->pixels = pixels + im->stride + 1;
}

/* Whatever the part: nothing outside the image is read, and each line is a mean of its rows. */
static void test_lines_of_even_light_are_even(void **state)
{
	static const int32_t reach[][2] = {{-200, 200},
					   {0, 40},
					   {-3, 2},
					   {-20, -20},
					   {9, -9},
					   {90, 300},
					   {INT32_MIN, INT32_MAX},
					   {INT32_MAX - 1, INT32_MAX}};
	unsigned seen = 0;

	(void)state;
	for (uint32_t side = 1; side <= SIDE; side += 12)
		for (uint32_t angle = 0; angle < COMB_ANGLES; angle++)
			for (size_t k = 0; k < 64; k++) {
				const int32_t *along = reach[k / 8], *across = reach[k % 8];
				struct comb_part part = {angle, along[0], along[1], across[0],
							 across[1]};
				struct image im = picture(side, SIDE - 2 - side / 2);
				struct comb c;

				light_all(&im, 77, 222);
				comb_init(&c, &im, &part, 1 + (unsigned)k % COMB_ROWS);
				for (uint32_t n = 0; n < c.lines; n++) {
					uint32_t len = comb_line(&c, n, line);

					assert_true(len <= 2 * SIDE);
					for (uint32_t i = 0; i < len; i++)
						assert_int_equal(line[i], 77);
					seen += len;
				}
				assert_int_equal(comb_line(&c, c.lines, line), 0);
			}
	assert_true(seen > 1000000);
}

/* Stripes across each angle: only the line along it sees them all, wherever it lies. */
static void test_every_angle_sees_its_stripes(void **state)
{
	struct image im = picture(SIDE, SIDE);

	(void)state;
	for (unsigned angle = 0; angle < COMB_ANGLES; angle++) {
		struct comb_part part = {angle, -SIDE, SIDE, -3, 5};
		double turn = angle * acos(-1) / COMB_ANGLES;
		struct comb c;
		unsigned changes = 0;
		uint32_t len;

		for (unsigned y = 0; y < SIDE; y++)
			for (unsigned x = 0; x < SIDE; x++) {
				double way = cos(turn) * x + sin(turn) * y + 1000;

				pixels[y * (SIDE + 3) + x] = (int)(way / 5) % 2 ? 220 : 20;
			}
		comb_init(&c, &im, &part, 4);
		assert_int_equal(c.lines, 2);
		len = comb_line(&c, 1, line);
		assert_true(len > SIDE / 2);
		for (uint32_t i = 1; i < len; i++)
			changes += (line[i - 1] < 120) != (line[i] < 120);
		assert_in_range(changes, len / 5 - 2, len / 5 + 2);
		assert_true(comb_is_busy(line, len));
	}
}

/* Where an image is even the middle is no pixel, but lines along rows and columns are pixels. */
static void test_lines_along_rows_are_not_between_them(void **state)
{
	struct image im = picture(40, 30);
	struct comb_part part = {0, -100, 100, 0, 1};
	struct comb c;

	(void)state;
	for (unsigned y = 0; y < 30; y++)
		for (unsigned x = 0; x < 40; x++)
			pixels[y * 43 + x] = (uint8_t)((x % 2 ? 200 : 10) + y);
	comb_init(&c, &im, &part, 1);
	assert_in_range(comb_line(&c, 0, line), 38, 40);
	for (unsigned x = 0; x < 38; x++)
		assert_int_equal(line[x], (x % 2 ? 200 : 10) + 14);
	part.angle = COMB_ANGLES / 2;
	comb_init(&c, &im, &part, 1);
	assert_in_range(comb_line(&c, 0, line), 28, 30);
	for (unsigned y = 0; y < 28; y++)
		assert_int_equal(line[y], 200 + y);
}

static void test_double_and_smooth(void **state)
{
	static const uint8_t in[] = {0, 0, 160, 160}, uneven[] = {10, 20, 100, 60};

	(void)state;
	comb_double(in, 4, other);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(other[2 * i], in[i]);
	assert_int_equal(other[3], 80);
	comb_double(uneven, 4, other);
	assert_int_equal(other[3], 63); /* (9 * 120 - 70) / 16; the mean is 60 */
	comb_smooth(in, 4, other);
	assert_int_equal(other[1], 50); /* 160 * (4 + 1) / 16 */
	assert_int_equal(other[2], 110);
	assert_false(comb_is_busy(in, 4));
}

/* At a place between pixels, which are held on beyond the edge. */
static double light(const struct image *im, double x, double y)
{
	double a, b, sum = 0;

	x = x < 0 ? 0 : x > im->width - 1 ? im->width - 1 : x;
	y = y < 0 ? 0 : y > im->height - 1 ? im->height - 1 : y;
	for (unsigned v = 0; v < im->height; v++)
		for (unsigned u = 0; u < im->width; u++) {
			a = 1 - fabs(x - u);
			b = 1 - fabs(y - v);
			if (a > 0 && b > 0)
				sum += a * b * im->pixels[v * im->stride + u];
		}
	return sum;
}

/* Thirty edges of ten levels are busy. */
static void test_busy_is_so_much_up_and_down(void **state)
{
	(void)state;
	memset(line, 0, 400);
	for (unsigned i = 0; i < 30; i++)
		memset(line + 10 + 10 * i, i % 2 ? 0 : 10, 10);
	memset(line + 310, 0, 90);
	assert_true(comb_is_busy(line, 400));
	memset(line + 290, 9, 10); /* a level less */
	assert_false(comb_is_busy(line, 400));
}

/* Between four pixels light changes evenly, whichever way. */
static void test_light_between_pixels(void **state)
{
	struct image im = picture(SIDE, 60);

	(void)state;
	for (uint32_t y = 0; y < 60; y++)
		for (uint32_t x = 0; x < SIDE; x++)
			pixels[y * im.stride + x] = (uint8_t)(60 + x % 2 * 30 + y % 2 * 90);
	for (uint32_t angle = 0; angle < COMB_ANGLES; angle++)
		for (int32_t v = -8; v <= 8; v++) {
			const struct comb_part part = {angle, -20, 20, v, v + 1};
			double turn = angle * acos(-1) / COMB_ANGLES;
			struct comb c;

			comb_init(&c, &im, &part, 1);
			assert_int_equal(comb_line(&c, 0, line), 41);
			for (int t = -20; t <= 20; t++) {
				double x = (SIDE - 1) / 2 + t * cos(turn) - v * sin(turn);
				double y = (60 - 1) / 2 + t * sin(turn) + v * cos(turn);
				double off = line[t + 20] - light(&im, x, y);

				assert_true(off < 1 && off > -2);
			}
		}
}

static unsigned mean_is_over(const struct image *im, int x, int y, int reach, unsigned margin)
{
	unsigned long sum = 0, n = 0;

	for (int b = y - reach; b <= y + reach; b++)
		for (int a = x - reach; a <= x + reach; a++)
			if (a >= 0 && b >= 0 && a < (int)im->width && b < (int)im->height) {
				sum += im->pixels[(size_t)b * im->stride + (size_t)a];
				n++;
			}
	return (im->pixels[(size_t)y * im->stride + (size_t)x] + margin) * n < sum;
}

static void test_adaptive_is_its_definition(void **state)
{
	static uint8_t buf[SIDE * SIDE];
	uint32_t sums[SIDE];
	struct image im = picture(61, 43), out;

	(void)state;
	srand(7);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)rand();
	for (int reach = 1; reach < 80; reach += 13) {
		assert_true(image_adaptive(&im, (unsigned)reach, 7, sums, SIDE, buf, sizeof(buf),
					   &out));
		for (int y = 0; y < 43; y++)
			for (int x = 0; x < 61; x++)
				assert_int_equal(out.pixels[(size_t)y * out.stride + (size_t)x],
						 mean_is_over(&im, x, y, reach, 7) ? 0 : 255);
	}
	assert_false(image_adaptive(&im, 15, 7, sums, 60, buf, sizeof(buf), &out));
	assert_false(image_adaptive(&im, 15, 7, sums, SIDE, buf, 61 * 43 - 1, &out));
}

static void test_closer_is_half_as_large_again(void **state)
{
	static const uint32_t sides[][2] = {{12, 9}, {7, 8}, {5, 1}, {1, 4}, {1, 1}};
	uint8_t buf[18 * 13 + 1];
	struct image out;

	(void)state;
	srand(9);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)rand();
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct image im = picture(sides[i][0], sides[i][1]);
		uint32_t width = im.width * 3 / 2, height = im.height * 3 / 2;

		memset(buf, 0xa5, sizeof(buf));
		assert_true(image_closer(&im, buf, (size_t)width * height, &out));
		assert_int_equal(out.width, width);
		assert_int_equal(out.height, height);
		for (unsigned y = 0; y < height; y++)
			for (unsigned x = 0; x < width; x++)
				assert_true(fabs(out.pixels[y * out.stride + x] -
						 light(&im, (x + 0.5) / 1.5 - 0.5,
						       (y + 0.5) / 1.5 - 0.5)) < 0.51);
		assert_int_equal(buf[width * height], 0xa5);
		assert_false(image_closer(&im, buf, (size_t)width * height - 1, &out));
	}
}

static void test_turned_is_on_its_corner(void **state)
{
	/* (11 + 20 + 40 + 57) / 4 = 32, (20 + 31 + 57 + 67) / 4 = 43.75 */
	static const uint8_t expected[] = {
		255, 255, 31,  255, /**/
		255, 20,  44,  67,  /**/
		11,  32,  57,  255, /**/
		255, 40,  255, 255, /**/
	};
	static const uint8_t small[] = {11, 20, 31, 99, 40, 57, 67, 99};
	struct image im = {small, 3, 2, 4}, out;
	uint8_t buf[17];

	(void)state;
	memset(buf, 0xa5, sizeof(buf));
	assert_true(image_turned(&im, buf, 16, &out));
	assert_int_equal(out.width, 4);
	assert_int_equal(out.height, 4);
	assert_int_equal(out.stride, 4);
	assert_memory_equal(buf, expected, 16);
	assert_int_equal(buf[16], 0xa5);
	assert_false(image_turned(&im, buf, 15, &out));
	im.width = im.height = 1;
	assert_true(image_turned(&im, buf, 1, &out));
	assert_int_equal(buf[0], 11);
	im.width = 3;
	assert_true(image_turned(&im, buf, 9, &out));
	assert_memory_equal(buf, ((uint8_t[]){255, 255, 31, 255, 20, 255, 11, 255, 255}), 9);
	im = (struct image){small, 1, 2, 4};
	assert_true(image_turned(&im, buf, 4, &out));
	assert_memory_equal(buf, ((uint8_t[]){11, 255, 255, 40}), 4);
}

static void test_soundness(void **state)
{
	struct image im = picture(10, 10);

	(void)state;
	assert_true(image_is_sound(&im));
	im.stride = 9;
	assert_false(image_is_sound(&im));
	im = picture(IMAGE_SIDE + 1, 1);
	assert_false(image_is_sound(&im));
	im = picture(0, 1);
	assert_false(image_is_sound(&im));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_even_light_are_even),
		cmocka_unit_test(test_every_angle_sees_its_stripes),
		cmocka_unit_test(test_lines_along_rows_are_not_between_them),
		cmocka_unit_test(test_double_and_smooth),
		cmocka_unit_test(test_busy_is_so_much_up_and_down),
		cmocka_unit_test(test_light_between_pixels),
		cmocka_unit_test(test_adaptive_is_its_definition),
		cmocka_unit_test(test_closer_is_half_as_large_again),
		cmocka_unit_test(test_turned_is_on_its_corner),
		cmocka_unit_test(test_soundness),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
