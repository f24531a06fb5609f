/* fuzz_frame.c - any bytes as a JPEG of a camera, into a place of an agreed size: nothing is
 * written behind it, and what is refused holds nothing. What is taken goes the way of a frame:
 * gate, sight, and, while it is small, look. The first byte chooses the size. */
#include "camera/look.h"
#include "camera/photo.h"
#include "station/sight.h"
#include "station/still.h"
#include <stdlib.h>

#define SMALL 20000 /* pixels; the look takes longer than all the rest */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(const struct photo *p)
{
	static struct still still;
	static struct sight sight;
	static struct look *look;
	static uint64_t now;
	const struct image frame = {p->pixels, p->width, p->height, p->width};

	if (!look && look_open(&look, READING_ALL, READING_ITF_14) < 0)
		abort();
	if (!image_is_sound(&frame))
		abort();
	now += 66;
	(void)still_frame(&still, &frame, now);
	sight_look(&sight, &frame, now % 4 == 0);
	if ((uint64_t)p->width * p->height <= SMALL && look_at(look, &frame) != 0)
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
