/* fuzz_frame.c - any bytes as a JPEG of a camera, into a place of an agreed size: nothing is
 * written behind it, and what is refused holds nothing. What is taken, and
 * small, goes the way of a frame: gate, sight, look. The first byte chooses the size. */
#include "camera/photo.h"
#include "camera/watch.h"
#include <stdlib.h>

#define SMALL 20000 /* pixels; the look takes longer than all the rest */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_label(void *user, const struct reading_label *label)
{
	(void)user;
	if (label->len == 0 || label->len > READING_TEXT)
		abort();
}

static void show(const struct photo *p)
{
	static const struct watch_is is = {READING_ALL, READING_ITF_14, on_label, NULL, NULL};
	static struct watch *watch;
	static uint64_t now;
	const struct image frame = {p->pixels, p->width, p->height, p->width};

	if (!watch && watch_open(&watch, &is) < 0)
		abort();
	if (!image_is_sound(&frame))
		abort();
	now += 166;
	if ((uint64_t)p->width * p->height <= SMALL && watch_frame(watch, &frame, now) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct photo p;
	size_t cap;
	uint8_t *buf;

	if (size < 2)
		return 0;
	cap = (size_t)(data[0] + 1) * 512;
	buf = malloc(cap);
	if (!buf)
		abort();
	if (photo_jpeg_frame(data + 1, size - 1, buf, cap, &p) == PHOTO_READ) {
		if (p.pixels != buf || p.width == 0 || (uint64_t)p.width * p.height > cap)
			abort();
		show(&p);
	} else if (p.pixels || p.width) {
		abort();
	}
	free(buf);
	return 0;
}
