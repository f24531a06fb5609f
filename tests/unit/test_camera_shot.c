/* test_camera_shot.c - a frame becomes a JPEG: its size, its grey, and when the device's own is
 * taken instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "camera/photo.h"
#include "camera/shot.h"
#include <string.h>

#define WIDTH  64
#define HEIGHT 48

static uint8_t pixels[WIDTH * HEIGHT];
static const struct image frame = {pixels, WIDTH, HEIGHT, WIDTH};
static const struct shot_own none = {NULL, 0};

/* Makes one and reads it. */
static void made(uint32_t side, const struct shot_own *own, uint32_t width, uint32_t height)
{
	const struct shot_is is = {side, 90};
	struct shot shot;
	struct photo photo;

	assert_true(shot_make(&is, &frame, own, &shot));
	assert_int_equal(photo_read(shot.bytes, shot.len, &photo), PHOTO_READ);
	assert_int_equal(photo.width, width);
	assert_int_equal(photo.height, height);
	assert_in_range(photo.pixels[0], 0, 30);
	assert_in_range(photo.pixels[width - 1], 225, 255);
	photo_free(&photo);
	shot_free(&shot);
}

static int halves(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(pixels); i++)
		pixels[i] = i % WIDTH < WIDTH / 2 ? 10 : 245;
	return 0;
}

static void test_it_is_as_large_as_it_may_be(void **state)
{
	(void)state;
	made(64, &none, 64, 48);
	made(4096, &none, 64, 48);
	made(63, &none, 32, 24);
	made(22, &none, 21, 16);
}

static void test_the_devices_own_is_kept_without_its_padding(void **state)
{
	const struct shot_is is = {64, 90}, smaller = {32, 90};
	uint8_t padded[8192] = {0};
	struct shot first, again;

	(void)state;
	assert_true(shot_make(&is, &frame, &none, &first));
	assert_true(first.len + 100 < sizeof(padded));
	memcpy(padded, first.bytes, first.len);
	pixels[0] = 245; /* the frame is another one: it can't be made of it */
	assert_true(shot_make(&is, &frame, &(struct shot_own){padded, first.len + 100}, &again));
	assert_int_equal(again.len, first.len);
	assert_memory_equal(again.bytes, first.bytes, first.len);
	shot_free(&again);
	assert_true(shot_make(&smaller, &frame, &(struct shot_own){padded, first.len}, &again));
	assert_int_not_equal(again.len, first.len);
	shot_free(&again);
	shot_free(&first);
}

static void test_one_that_no_viewer_opens_is_made_anew(void **state)
{
	static const uint8_t bad[] = "\xff\xd8\xff\xe0 no tables \xff\xd9";
	static const uint8_t open_end[] = "\xff\xd8\xff\xc4 and no end";

	(void)state;
	made(64, &(struct shot_own){bad, sizeof(bad) - 1}, 64, 48);
	made(64, &(struct shot_own){open_end, sizeof(open_end) - 1}, 64, 48);
	made(64, &(struct shot_own){bad, 1}, 64, 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_it_is_as_large_as_it_may_be, halves),
		cmocka_unit_test_setup(test_the_devices_own_is_kept_without_its_padding, halves),
		cmocka_unit_test_setup(test_one_that_no_viewer_opens_is_made_anew, halves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
