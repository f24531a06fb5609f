/* reader.h - what ZXing-C++ says of an image (reader_zxing.cpp). */
#ifndef PERF_READER_H
#define PERF_READER_H
#include <stddef.h>
#include <stdint.h>

struct reader_text {
	char symbology[32];
	size_t len;
	char text[8192];
};

#ifdef __cplusplus
extern "C" {
#endif
/* The first code, tried as hard as it can: harder, rotated, downscaled. 0 when there is none. */
int reader_zxing(const uint8_t *pixels, int width, int height, struct reader_text *out);
#ifdef __cplusplus
}
#endif
#endif
