/* fuzz_frame.c - any bytes as a JPEG of a camera, into a place of an agreed size: nothing is
 * written behind it, and what is refused holds nothing. The first byte chooses the size. */
#include "camera/photo.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	} else if (p.pixels || p.width) {
		abort();
	}
	free(buf);
	return 0;
}
