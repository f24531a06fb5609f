/* fuzz_frame.c - any bytes as a JPEG of a camera, into a place of an agreed size: nothing is
 * written behind it, and what is refused holds nothing. What is taken goes the way of a scene that
 * comes to rest: gate, looks of both kinds, sight; what is large, to gate and sight only. The first
 * byte chooses the size. */
#include "camera/photo.h"
#include "camera/watch.h"
#include <stdlib.h>

#define SMALL 20000 /* pixels; looks take longer than all the rest */
#define STEP  166   /* ms: a quick look, a whole one, none, and one at what has settled */

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
	static struct still still;
	static struct sight sight;
	static uint64_t now;
	const struct image frame = {p->pixels, p->width, p->height, p->width};

	if (!watch && watch_open(&watch, &is) < 0)
		abort();
	if (!image_is_sound(&frame))
		abort();
	if ((uint64_t)p->width * p->height > SMALL) {
		(void)still_frame(&still, &frame, now += STEP);
		sight_look(&sight, &frame, true);
		return;
	}
	watch_begin(watch);
	for (unsigned n = 0; n < 4; n++)
		if (watch_frame(watch, &frame, now += STEP) < 0)
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
