/* test_camera_video.c - frames of a V4L2 device: what it offers and gives is held against what it
 * has, and what is unplugged comes back. The device is a stand-in, the time is not real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "camera/feed.h"
#include "fake_video.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <jpeglib.h>

#define W     64
#define H     48
#define FRAME (W * H)

static struct feed *feed;
static struct image frame;
static uint64_t now;
static uint8_t bytes[4 * FRAME];

static void setup_with(const struct fake_mode *modes, unsigned n)
{
	fake_video_reset();
	fake_video.path = "/dev/video-of-a-test";
	memcpy(fake_video.mode, modes, n * sizeof(*modes));
	now = 1000;
}

static void begin(const char *controls)
{
	const struct feed_is is = {
		.device = fake_video.path, .controls = controls, .width = W, .height = H};

	assert_int_equal(feed_open(&feed, &is), 0);
	feed_turn(feed, now);
}

static void begin_of(uint32_t format)
{
	const struct fake_mode mode = {format, W, H, 1, 15};

	setup_with(&mode, 1);
	begin(NULL);
	assert_true(feed_fd(feed) >= 0);
}

static int teardown(void **state)
{
	(void)state;
	feed_close(feed);
	feed = NULL;
	fake_video_reset();
	return 0;
}

static void give(int value, uint32_t used, uint32_t flags)
{
	memset(bytes, value, sizeof(bytes));
	assert_true(fake_video_frame(bytes, sizeof(bytes), used, flags));
}

/* The grey picture with a step in it, as a JPEG; its length. */
static size_t jpeg(uint8_t *to, unsigned width, unsigned height)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr error;
	unsigned char *out = NULL;
	unsigned long len = 0;
	uint8_t row[4 * W];

	j.err = jpeg_std_error(&error);
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &out, &len);
	j.image_width = width;
	j.image_height = height;
	j.input_components = 1;
	j.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&j);
	jpeg_start_compress(&j, TRUE);
	for (unsigned x = 0; x < width; x++)
		row[x] = x < width / 2 ? 20 : 220;
	while (j.next_scanline < height) {
		JSAMPROW r = row;

		(void)jpeg_write_scanlines(&j, &r, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	assert_true(len < sizeof(bytes));
	memcpy(to, out, len);
	free(out);
	return len;
}

/* As cameras write it: the tables that everybody has are left out. */
static size_t without_tables(uint8_t *j, size_t len)
{
	size_t at = 2;

	while (at + 4 < len && j[at + 1] != 0xda) {
		size_t skip = 2 + ((size_t)j[at + 2] << 8 | j[at + 3]);

		if (j[at + 1] == 0xc4) {
			memmove(j + at, j + at + skip, len - at - skip);
			len -= skip;
		} else {
			at += skip;
		}
	}
	return len;
}

static bool came(void)
{
	return feed_read(feed, now, &frame);
}

static void test_of_queued_frames_the_newest_is_taken(void **state)
{
	(void)state;
	begin_of(V4L2_PIX_FMT_GREY);
	assert_int_equal(fake_video_queued(), 4);
	assert_false(came());
	for (int i = 1; i <= 4; i++)
		give(i, FRAME, 0);
	assert_true(came());
	assert_int_equal(frame.width, W);
	assert_int_equal(frame.height, H);
	assert_int_equal(frame.pixels[0], 4);
	assert_int_equal(frame.pixels[FRAME - 1], 4);
	assert_int_equal(fake_video_queued(), 3); /* one is looked at */
	give(5, FRAME, 0);
	assert_int_equal(frame.pixels[0], 4); /* and stays as it is */
	assert_true(came());
	assert_int_equal(frame.pixels[0], 5);
	assert_false(came());
	assert_int_equal(fake_video_queued(), 4);
	assert_true(feed_lives(feed));
}

static void test_the_grey_of_each_format(void **state)
{
	static const struct {
		uint32_t format, stride, used;
		const char *mode;
	} all[] = {
		{V4L2_PIX_FMT_GREY, 0, FRAME, "64x48 GREY 15/s"},
		{V4L2_PIX_FMT_GREY, W + 32, (W + 32) * H, "64x48 GREY 15/s"},
		{V4L2_PIX_FMT_GREY, W + 32, (W + 32) * (H - 1) + W, "64x48 GREY 15/s"},
		{V4L2_PIX_FMT_NV12, 0, FRAME * 3 / 2, "64x48 NV12 15/s"},
		{V4L2_PIX_FMT_NV12, W + 64, (W + 64) * H * 3 / 2, "64x48 NV12 15/s"},
		{V4L2_PIX_FMT_YUYV, 0, FRAME * 2, "64x48 YUYV 15/s"},
		{V4L2_PIX_FMT_YUYV, 2 * W + 16, (2 * W + 16) * H, "64x48 YUYV 15/s"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct fake_mode mode = {all[i].format, W, H, 1, 15};
		unsigned step = all[i].format == V4L2_PIX_FMT_YUYV ? 2 : 1;
		uint32_t stride = all[i].stride ? all[i].stride : W * step;
		char words[64];
		struct text t = text_over(words, sizeof(words));

		setup_with(&mode, 1);
		fake_video.stride = all[i].stride;
		begin(NULL);
		memset(bytes, 0xee, sizeof(bytes));
		for (uint32_t y = 0; y < H; y++)
			for (uint32_t x = 0; x < W; x++)
				bytes[y * stride + x * step] = (uint8_t)(x + y);
		assert_true(fake_video_frame(bytes, all[i].used, all[i].used, 0));
		assert_true(came());
		for (uint32_t y = 0; y < H; y++)
			for (uint32_t x = 0; x < W; x++)
				assert_int_equal(frame.pixels[y * frame.stride + x], x + y);
		feed_mode(feed, &t);
		assert_string_equal(words, all[i].mode);
		feed_close(feed);
	}
	feed = NULL;
}

static void test_a_jpeg_is_taken_with_and_without_its_tables(void **state)
{
	(void)state;
	begin_of(V4L2_PIX_FMT_MJPEG);
	for (unsigned i = 0; i < 2; i++) {
		size_t len = jpeg(bytes, W, H), own;

		if (i == 1)
			len = without_tables(bytes, len);
		assert_true(fake_video_frame(bytes, len, (uint32_t)len, 0));
		assert_true(came());
		assert_int_equal(frame.width, W);
		assert_in_range(frame.pixels[0], 15, 25);
		assert_in_range(frame.pixels[FRAME - 1], 215, 225);
		assert_int_equal(fake_video_queued(), 3); /* its JPEG may be asked for */
		assert_non_null(feed_jpeg(feed, &own));
		assert_int_equal(own, len);
	}
}

static void test_damaged_frames_are_dropped(void **state)
{
	size_t len;

	(void)state;
	begin_of(V4L2_PIX_FMT_MJPEG);
	len = jpeg(bytes, W, H);
	for (size_t cut = 0; cut < len - 2; cut++) { /* the end's mark may be missing */
		assert_true(fake_video_frame(bytes, len, (uint32_t)cut, 0));
		(void)came();
	}
	assert_true(fake_video_frame(bytes, len, (uint32_t)len / 2, 0));
	assert_false(came());
	for (unsigned i = 0; i < 200; i++) {
		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)rand();
		if (i % 2)
			(void)jpeg(bytes, W, H);
		for (size_t k = 20 + i; k < 30 + i; k++)
			bytes[k] = (uint8_t)rand();
		assert_true(fake_video_frame(bytes, FRAME, FRAME, 0));
		(void)came();
	}
	len = jpeg(bytes, W + 8, H); /* larger than was agreed */
	assert_true(fake_video_frame(bytes, len, (uint32_t)len, 0));
	assert_false(came());
	assert_int_equal(fake_video_queued(), 4);
	assert_true(feed_fd(feed) >= 0);
	feed_close(feed);
	begin_of(V4L2_PIX_FMT_GREY);
	give(1, FRAME, V4L2_BUF_FLAG_ERROR);
	assert_false(came());
	give(1, FRAME - 1, 0);
	assert_false(came());
	give(1, 0, 0);
	assert_false(came());
	give(1, UINT32_MAX, 0);
	assert_false(came());
	assert_int_equal(fake_video_queued(), 4);
	give(2, FRAME, 0);
	give(3, FRAME, V4L2_BUF_FLAG_ERROR); /* the one before it is as good as ever */
	assert_true(came());
	assert_int_equal(frame.pixels[0], 2);
}

static void test_only_damaged_frames_are_a_hang(void **state)
{
	(void)state;
	begin_of(V4L2_PIX_FMT_GREY);
	for (unsigned ms = 0; ms < FEED_SILENT_MS; ms += 100) {
		give(1, 7, 0);
		assert_false(feed_read(feed, now + ms, &frame));
		feed_turn(feed, now + ms);
		assert_true(feed_fd(feed) >= 0);
	}
	feed_turn(feed, now + FEED_SILENT_MS);
	assert_int_equal(feed_fd(feed), -1);
	assert_false(feed_lives(feed));
}

static void test_unplugged_and_back(void **state)
{
	static const uint64_t waits[] = {250, 500, 1000, 2000, 2000, 2000};
	struct pollfd fd = {.events = POLLIN};

	(void)state;
	begin_of(V4L2_PIX_FMT_GREY);
	give(1, FRAME, 0);
	assert_true(came());
	fake_video_unplug();
	fd.fd = feed_fd(feed);
	assert_int_equal(poll(&fd, 1, 0), 1);
	assert_false(came());
	assert_int_equal(feed_fd(feed), -1);
	assert_false(feed_lives(feed));
	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_int_equal(feed_due(feed), now + waits[i]);
		now = feed_due(feed);
		feed_turn(feed, now);
		assert_int_equal(feed_fd(feed), -1);
	}
	fake_video.open_errno = 0;
	now = feed_due(feed);
	feed_turn(feed, now);
	assert_true(feed_fd(feed) >= 0);
	give(9, FRAME, 0);
	assert_true(came());
	assert_int_equal(frame.pixels[0], 9);
	assert_int_equal(fake_video.opened, 2);
}

static void test_what_fails_is_tried_again(void **state)
{
	(void)state;
	begin_of(V4L2_PIX_FMT_GREY);
	give(1, FRAME, 0);
	fake_video.take_errno = EIO;
	assert_false(came());
	assert_int_equal(feed_fd(feed), -1);
	fake_video.take_errno = 0;
	fake_video.index_off = 1000; /* a buffer that it has not */
	now = feed_due(feed);
	feed_turn(feed, now);
	give(1, FRAME, 0);
	assert_false(came());
	assert_int_equal(feed_fd(feed), -1);
	fake_video.index_off = 0;
	now = feed_due(feed);
	feed_turn(feed, now);
	give(1, FRAME, 0);
	assert_true(came());
}

/* poll() that says error for ever, and no frame: that must not keep us busy. */
static void test_an_error_without_a_frame_ends_it(void **state)
{
	int ends[2];

	(void)state;
	begin_of(V4L2_PIX_FMT_GREY);
	assert_false(came());
	assert_true(feed_fd(feed) >= 0);
	assert_int_equal(pipe(ends), 0);
	(void)close(ends[0]);
	fake_video.take_errno = EAGAIN;
	assert_int_equal(dup2(ends[1], feed_fd(feed)), feed_fd(feed)); /* POLLERR */
	(void)close(ends[1]);
	assert_false(came());
	assert_int_equal(feed_fd(feed), -1);
}

static void test_the_mode_that_costs_least_is_set(void **state)
{
	static const struct fake_mode modes[] = {
		{V4L2_PIX_FMT_MJPEG, 128, 96, 1, 30}, {V4L2_PIX_FMT_MJPEG, W, H, 1, 30},
		{V4L2_PIX_FMT_YUYV, 128, 96, 1, 30},  {V4L2_PIX_FMT_YUYV, W, H, 1, 30},
		{V4L2_PIX_FMT_YUYV, W, H, 1, 15},     {V4L2_PIX_FMT_RGB24, W, H, 1, 15},
		{V4L2_PIX_FMT_GREY, 0, 0, 1, 15},     {V4L2_PIX_FMT_GREY, 70000, 70000, 0, 15},
	};

	(void)state;
	setup_with(modes, 8);
	begin(NULL);
	assert_true(feed_fd(feed) >= 0);
	assert_int_equal(fake_video.set.pixelformat, V4L2_PIX_FMT_YUYV);
	assert_int_equal(fake_video.set.width, W);
	assert_int_equal(fake_video.set_denominator / fake_video.set_numerator, 15);
	feed_close(feed);
	setup_with(modes, 1);
	fake_video.ranges = true;
	begin(NULL);
	assert_int_equal(fake_video.set.width, W);
	assert_int_equal(fake_video.set.height, H);
	assert_int_equal(fake_video.set_denominator / fake_video.set_numerator, 15);
}

static void refuses(void)
{
	begin(NULL);
	assert_int_equal(feed_fd(feed), -1);
	assert_int_equal(feed_due(feed), now + FEED_AGAIN_MS);
	assert_int_equal(fake_video.far >= 0 ? recv(fake_video.far, bytes, 1, MSG_DONTWAIT) : 0,
			 0); /* it is closed */
	feed_close(feed);
	feed = NULL;
}

static void test_what_is_no_camera_or_lies(void **state)
{
	static const struct fake_mode good = {V4L2_PIX_FMT_GREY, W, H, 1, 15};
	static const struct v4l2_pix_format bad[] = {
		{.width = 100000, .height = 100000, .pixelformat = V4L2_PIX_FMT_GREY},
		{.width = W, .height = 0, .pixelformat = V4L2_PIX_FMT_GREY},
		{.width = W, .height = H, .pixelformat = V4L2_PIX_FMT_RGB24},
		{.width = W, .height = H, .pixelformat = V4L2_PIX_FMT_GREY, .bytesperline = W - 1},
		{.width = W,
		 .height = H,
		 .pixelformat = V4L2_PIX_FMT_GREY,
		 .bytesperline = 0x80000000},
		{.width = W,
		 .height = H,
		 .pixelformat = V4L2_PIX_FMT_MJPEG,
		 .sizeimage = 0x7fffffff},
		/* the buffers are too small for it */
		{.width = W, .height = H, .pixelformat = V4L2_PIX_FMT_GREY, .sizeimage = FRAME - 1},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setup_with(&good, 1);
		fake_video.is = bad[i];
		refuses();
	}
	setup_with(&good, 1);
	fake_video.caps = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING;
	refuses();
	setup_with(&good, 1);
	fake_video.caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
	refuses();
	setup_with(&good, 1);
	fake_video.buffers = 1;
	refuses();
	setup_with(&good, 1);
	fake_video.on_errno = EIO;
	refuses();
	setup_with(&good, 1);
	fake_video.format_errno = EBUSY;
	refuses();
	setup_with(&good, 1);
	fake_video.mode[0].format = V4L2_PIX_FMT_RGB24;
	refuses();
	setup_with(&good, 1);
	fake_video.open_errno = EACCES;
	refuses();
	setup_with(&good, 1);
	fake_video.path = NULL;
	{
		const struct feed_is is = {.device = "/dev/null", .width = W, .height = H};

		assert_int_equal(feed_open(&feed, &is), 0);
		feed_turn(feed, now);
		assert_int_equal(feed_fd(feed), -1);
	}
}

static void test_a_driver_without_end_or_with_many_buffers(void **state)
{
	static const struct fake_mode good = {V4L2_PIX_FMT_GREY, W, H, 1, 15};

	(void)state;
	setup_with(&good, 1);
	fake_video.endless = true;
	begin(NULL);
	assert_true(feed_fd(feed) >= 0);
	assert_in_range(fake_video.questions, 1000, 3000);
	feed_close(feed);
	setup_with(&good, 1);
	fake_video.buffers = 32;
	begin(NULL);
	assert_int_equal(fake_video_queued(), 16);
	give(3, FRAME, 0);
	assert_true(came());
}

/* The driver makes its own of what was asked for: that is what is read. */
static void test_a_format_that_the_driver_changed(void **state)
{
	static const struct fake_mode modes[] = {{V4L2_PIX_FMT_GREY, W, H, 1, 15}};

	(void)state;
	setup_with(modes, 1);
	fake_video.is = (struct v4l2_pix_format){.width = 32,
						 .height = 24,
						 .pixelformat = V4L2_PIX_FMT_YUYV,
						 .bytesperline = 80,
						 .sizeimage = 80 * 24};
	begin(NULL);
	for (unsigned i = 0; i < 80 * 24; i++)
		bytes[i] = (uint8_t)(i / 80 + i % 80 / 2 + (i % 2 ? 77 : 0));
	assert_true(fake_video_frame(bytes, 80 * 24, 80 * 24, 0));
	assert_true(came());
	assert_int_equal(frame.width, 32);
	assert_int_equal(frame.height, 24);
	assert_int_equal(frame.pixels[frame.stride * 23 + 31], 23 + 31);
}

static void test_controls_by_name(void **state)
{
	static const struct fake_mode good = {V4L2_PIX_FMT_GREY, W, H, 1, 15};
	static const struct fake_control controls[FAKE_CONTROLS] = {
		{"Focus, Automatic Continuous", 0, 1, 1, V4L2_CTRL_TYPE_BOOLEAN, 0, 0},
		{"Focus, Absolute", 0, 250, 99, 0, 0, 0},
		{"Auto Exposure", 0, 3, 3, V4L2_CTRL_TYPE_MENU, 0, 1U << 2},
		{"Privacy", 0, 1, 0, 0, V4L2_CTRL_FLAG_READ_ONLY, 0},
		{"Exposure Time, Absolute", 3, 2047, 250, 0, V4L2_CTRL_FLAG_INACTIVE, 0},
	};

	(void)state;
	setup_with(&good, 1);
	memcpy(fake_video.control, controls, sizeof(controls));
	begin("focus_automatic_continuous=0 focus_absolute=251 auto_exposure=2 privacy=1 "
	      "exposure_time_absolute=100 zoom=3 focus_absolute=30");
	assert_true(feed_fd(feed) >= 0); /* worse pictures are better than none */
	assert_int_equal(fake_video.control[0].value, 0);
	assert_int_equal(fake_video.control[1].value, 30);
	assert_int_equal(fake_video.control[2].value, 3);
	assert_int_equal(fake_video.control[3].value, 0);
	assert_int_equal(fake_video.control[4].value, 250);
	feed_close(feed);
	setup_with(&good, 1);
	memcpy(fake_video.control, controls, sizeof(controls));
	begin("auto_exposure=1");
	assert_int_equal(fake_video.control[2].value, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_of_queued_frames_the_newest_is_taken, teardown),
		cmocka_unit_test_teardown(test_the_grey_of_each_format, teardown),
		cmocka_unit_test_teardown(test_a_jpeg_is_taken_with_and_without_its_tables,
					  teardown),
		cmocka_unit_test_teardown(test_damaged_frames_are_dropped, teardown),
		cmocka_unit_test_teardown(test_only_damaged_frames_are_a_hang, teardown),
		cmocka_unit_test_teardown(test_unplugged_and_back, teardown),
		cmocka_unit_test_teardown(test_what_fails_is_tried_again, teardown),
		cmocka_unit_test_teardown(test_an_error_without_a_frame_ends_it, teardown),
		cmocka_unit_test_teardown(test_the_mode_that_costs_least_is_set, teardown),
		cmocka_unit_test_teardown(test_what_is_no_camera_or_lies, teardown),
		cmocka_unit_test_teardown(test_a_driver_without_end_or_with_many_buffers, teardown),
		cmocka_unit_test_teardown(test_a_format_that_the_driver_changed, teardown),
		cmocka_unit_test_teardown(test_controls_by_name, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
