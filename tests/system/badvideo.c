/* badvideo.c - preloaded into station-camera: a V4L2 camera (tests/unit/fake_video.h) at a test's
 * word, on machines without one. $BADVIDEO_DEVICE is its path, $BADVIDEO_FORMAT its kind of frames
 * (GREY, or MJPG), $BADVIDEO_DIR a folder with frames 0000.pgm, 0001.pgm ... of 640x480 and the
 * file `shown`, which says what comes, 15 times a second: "frame N"; "cut N", half of it;
 * "error N", marked as damaged; "garbage"; "silent"; "gone", unplugged. */
#include "../unit/fake_video.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <jpeglib.h>

#define WIDTH  640
#define HEIGHT 480
#define FRAME  (WIDTH * HEIGHT)

static uint8_t pixels[FRAME], coded[4 * FRAME];

static FILE *open_in(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", getenv("BADVIDEO_DIR"), name);
	return fopen(path, "re");
}

static bool read_frame(int number)
{
	char name[32];
	FILE *file;
	bool whole;

	(void)snprintf(name, sizeof(name), "%04d.pgm", number);
	file = open_in(name);
	whole = file && fseek(file, -(long)FRAME, SEEK_END) == 0 &&
		fread(pixels, FRAME, 1, file) == 1;
	if (file)
		(void)fclose(file);
	return whole;
}

static size_t as_jpeg(void)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr error;
	unsigned char *out = coded;
	unsigned long len = sizeof(coded);

	j.err = jpeg_std_error(&error);
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &out, &len);
	j.image_width = WIDTH;
	j.image_height = HEIGHT;
	j.input_components = 1;
	j.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, 90, TRUE);
	jpeg_start_compress(&j, TRUE);
	while (j.next_scanline < HEIGHT) {
		JSAMPROW row = pixels + (size_t)j.next_scanline * WIDTH;

		(void)jpeg_write_scanlines(&j, &row, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	return len;
}

static void play(const char *word, int number, bool jpeg)
{
	const uint8_t *bytes = pixels;
	size_t len = FRAME;

	if (strcmp(word, "garbage") == 0) {
		for (size_t i = 0; i < FRAME; i++)
			pixels[i] = (uint8_t)(rand() >> 7);
		pixels[0] = 0xff; /* looks like a JPEG's beginning */
		pixels[1] = 0xd8;
	} else if (!read_frame(number)) {
		return;
	} else if (jpeg) {
		len = as_jpeg();
		bytes = coded;
	}
	(void)fake_video_frame(bytes, len, (uint32_t)(strcmp(word, "cut") == 0 ? len / 2 : len),
			       strcmp(word, "error") == 0 ? V4L2_BUF_FLAG_ERROR : 0);
}

static void *run(void *jpeg)
{
	const struct timespec pause = {.tv_nsec = 1000000000 / 15};

	for (;;) {
		char word[32] = "";
		int number = 0;
		FILE *file = open_in("shown");

		if (file && fscanf(file, "%31s %d", word, &number) < 1)
			word[0] = '\0';
		if (file)
			(void)fclose(file);
		if (strcmp(word, "gone") == 0) {
			fake_video_unplug();
		} else if (word[0]) {
			fake_video.open_errno = 0;
			if (strcmp(word, "silent") != 0)
				play(word, number, jpeg != NULL);
		}
		(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

__attribute__((constructor)) static void begin(void)
{
	const char *format = getenv("BADVIDEO_FORMAT");
	bool jpeg = format && strcmp(format, "MJPG") == 0;
	pthread_t thread;

	if (!getenv("BADVIDEO_DEVICE"))
		return;
	fake_video.path = getenv("BADVIDEO_DEVICE");
	fake_video.mode[0] = (struct fake_mode){jpeg ? V4L2_PIX_FMT_MJPEG : V4L2_PIX_FMT_GREY,
						WIDTH, HEIGHT, 1, 15};
	fake_video.control[0] = (struct fake_control){.name = "Focus, Absolute", .max = 250};
	if (pthread_create(&thread, NULL, run, jpeg ? &fake_video : NULL) == 0)
		(void)pthread_detach(thread);
}
