/* test_finders.c - whether finder patterns are seen, and nothing else taken for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "station/finders.h"
#include <math.h>
#include <string.h>

#define SIDE 400

static uint8_t pixels[SIDE * SIDE];
static const struct image image = {pixels, SIDE, SIDE, SIDE};
static struct finders_box box;

static void paper(void)
{
	memset(pixels, 255, sizeof(pixels));
}

/* A finder pattern of seven modules of so many pixels, its middle there, turned. */
static void pattern(double mx, double my, double module, double angle)
{
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++) {
			double u = fabs((x - mx) * cos(angle) + (y - my) * sin(angle)) / module;
			double v = fabs((y - my) * cos(angle) - (x - mx) * sin(angle)) / module;
			double far = u > v ? u : v;

			if (far < 3.5)
				pixels[y * SIDE + x] = far < 1.5 || far > 2.5 ? 0 : 255;
		}
}

/* Three of a code of so many modules a side. */
static void code(unsigned patterns, double modules, double module, double angle)
{
	double half = (modules / 2 - 3.5) * module;
	const double corner[3][2] = {{-half, -half}, {half, -half}, {-half, half}};

	paper();
	for (unsigned i = 0; i < patterns; i++)
		pattern(SIDE / 2 + corner[i][0] * cos(angle) - corner[i][1] * sin(angle),
			SIDE / 2 + corner[i][0] * sin(angle) + corner[i][1] * cos(angle), module,
			angle);
}

static bool is_near(uint32_t is, uint32_t at, double module)
{
	return fabs((double)is - at) <= 2 + 1.5 * module;
}

/* Whether all that is dark lies in the box, give or take the ring of a pattern. */
static bool is_all(const struct finders_box *b, double module)
{
	struct finders_box dark = {SIDE, SIDE, 0, 0};

	for (uint32_t y = 0; y < SIDE; y++)
		for (uint32_t x = 0; x < SIDE; x++)
			if (pixels[y * SIDE + x] == 0) {
				dark.left = x < dark.left ? x : dark.left;
				dark.top = y < dark.top ? y : dark.top;
				dark.right = x >= dark.right ? x + 1 : dark.right;
				dark.bottom = y + 1;
			}
	return is_near(b->left, dark.left, module) && is_near(b->top, dark.top, module) &&
	       is_near(b->right, dark.right, module) && is_near(b->bottom, dark.bottom, module);
}

static void test_a_code_however_it_lies(void **state)
{
	static const double modules[] = {2, 2.4, 3, 5, 9};

	(void)state;
	for (unsigned m = 0; m < sizeof(modules) / sizeof(modules[0]); m++)
		for (unsigned angle = 0; angle < 90; angle += 3) {
			code(3, 21, modules[m], angle * acos(-1) / 180);
			if (finders_count(&image, 9, &box) != 3 || !is_all(&box, modules[m]))
				fail_msg("module %.1f, %u degrees", modules[m], angle);
		}
}

static void test_two_are_two(void **state)
{
	(void)state;
	for (unsigned angle = 0; angle < 90; angle += 3) {
		code(2, 21, 4, angle * acos(-1) / 180);
		assert_int_equal(finders_count(&image, 9, &box), 2);
	}
	paper();
	assert_int_equal(finders_count(&image, 9, &box), 0);
}

/* A speck in the middle of a pattern, and to one side of it, breaks the columns there, but not
 * those on its other side. */
static void test_a_speck(void **state)
{
	(void)state;
	for (int side = -1; side <= 1; side++) {
		uint8_t *middle = pixels + (SIDE / 2 - 42) * SIDE + SIDE / 2 - 42;

		code(3, 21, 6, 0);
		for (int y = -1; y <= 1; y++)
			for (int x = side < 0 ? -7 : -3; x <= (side > 0 ? 6 : 2); x++)
				middle[y * SIDE + x] = 255;
		assert_int_equal(finders_count(&image, 3, &box), 3);
	}
}

/* Bars at 1:1:3:1:1 cross every row, and no column. */
static void test_bars(void **state)
{
	static const char run[] = "#.###.#....";

	(void)state;
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++)
			pixels[y * SIDE + x] = run[x / 3 % 11] == '#' ? 0 : 255;
	assert_int_equal(finders_count(&image, 9, &box), 0);
}

/* Rows that cross as `along` tells, one character a module of so many pixels, and columns as `down`
 * does; both are of odd length, and dark in the middle. */
static void cross(unsigned mx, unsigned my, const char *along, const char *down, unsigned rows,
		  unsigned module)
{
	unsigned width = (unsigned)strlen(along) * module, tall = (unsigned)strlen(down) * module;

	for (unsigned y = 0; y < tall; y++)
		for (unsigned x = 0; x < 3 * module; x++)
			pixels[(my - tall / 2 + y) * SIDE + mx - 3 * module / 2 + x] =
				down[y / module] == '#' ? 0 : 255;
	for (unsigned y = 0; y < rows; y++)
		for (unsigned x = 0; x < width; x++)
			pixels[(my - rows / 2 + y) * SIDE + mx - width / 2 + x] =
				along[x / module] == '#' ? 0 : 255;
}

static unsigned crosses(const char *along, const char *down, unsigned rows)
{
	paper();
	for (unsigned i = 0; i < 3; i++)
		cross(100 + 90 * i, 100 + 90 * i, along, down, rows, 6);
	return finders_count(&image, 9, &box);
}

static void test_rows_and_columns_of_other_measures(void **state)
{
	static const char *const others[] = {
		"##.###.#", "#.###.##", "#..###.#", "#.###..#", "#.#.#", "#.#####.#", "##.###.##",
	};

	(void)state;
	assert_int_equal(crosses("#.###.#", "#.###.#", 2), 3);
	assert_int_equal(crosses("#.###.#", "#.###.#", 1), 0);
	assert_int_equal(box.right, 0);
	assert_int_equal(crosses("#.###.#", "##.#.##", 2), 0);
	assert_int_equal(crosses("#.###.#", "###.###.###", 2), 0);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (crosses(others[i], "#.###.#", 2) != 0)
			fail_msg("%s", others[i]);
}

/* What one row crosses is not in the box. */
static void test_a_box_is_of_patterns_alone(void **state)
{
	(void)state;
	paper();
	cross(40, 50, "#.###.#", "#.###.#", 1, 2);
	cross(100, 200, "#.###.#", "#.###.#", 2, 2);
	cross(300, 350, "#.###.#", "#.###.#", 1, 2);
	assert_int_equal(finders_count(&image, 9, &box), 1);
	assert_in_range(box.left, 91, 93);
	assert_in_range(box.right, 107, 109);
	assert_in_range(box.top, 191, 193);
	assert_in_range(box.bottom, 208, 210);
}

static void test_a_box_ends_with_the_image(void **state)
{
	(void)state;
	paper();
	pattern(10.4, 12, 3, 0);
	pattern(SIDE - 11, SIDE - 11, 3, 0);
	assert_int_equal(finders_count(&image, 9, &box), 2);
	assert_int_equal(box.left, 0);
	assert_int_equal(box.right, SIDE);
	assert_in_range(box.top, 0, 1);
	assert_in_range(box.bottom, SIDE - 3, SIDE);
}

/* One row each is not enough; but who knows what is where no more can be remembered. */
static void test_more_than_are_remembered(void **state)
{
	(void)state;
	paper();
	for (unsigned i = 0; i < 64; i++)
		cross(i % 8 * 45 + 8, i / 8 * 45 + 8, "#.###.#", "#.###.#", 1, 1);
	assert_int_equal(finders_count(&image, 9, &box), 0);
	cross(380, 372, "#.###.#", "#.###.#", 1, 1);
	assert_int_equal(finders_count(&image, 9, &box), 9);
}

static void test_patterns_at_the_edges_are_not_whole(void **state)
{
	(void)state;
	paper();
	pattern(10, 100, 6, 0);
	pattern(SIDE - 10, 100, 6, 0);
	pattern(100, 10, 6, 0);
	pattern(100, SIDE - 10, 6, 0);
	assert_int_equal(finders_count(&image, 9, &box), 0);
}

static void test_sizes(void **state)
{
	(void)state;
	for (uint32_t width = 1; width < 12; width++)
		for (uint32_t height = 1; height < 12; height++) {
			uint8_t *exact = malloc((size_t)width * height);
			const struct image small = {exact, width, height, width};

			assert_non_null(exact);
			for (unsigned n = 0; n < width * height; n++)
				exact[n] = (n * 0x9e3779b1U >> 13 & 1) != 0 ? 255 : 0;
			(void)finders_count(&small, 3, &box); /* a sanitizer sees what is outside */
			memset(exact, 0, (size_t)width * height);
			assert_int_equal(finders_count(&small, 3, &box), 0);
			free(exact);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_code_however_it_lies),
		cmocka_unit_test(test_two_are_two),
		cmocka_unit_test(test_a_speck),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_rows_and_columns_of_other_measures),
		cmocka_unit_test(test_a_box_is_of_patterns_alone),
		cmocka_unit_test(test_a_box_ends_with_the_image),
		cmocka_unit_test(test_more_than_are_remembered),
		cmocka_unit_test(test_patterns_at_the_edges_are_not_whole),
		cmocka_unit_test(test_sizes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
