/* reader.h - zbar at its defaults (reader.c) and ZXing-C++ (reader_zxing.cpp), as reader and its
 * part sequences.c ask them. */
#ifndef PERF_READER_H
#define PERF_READER_H
#include <stddef.h>
#include <stdint.h>

struct reader_text {
	char symbology[32];
	size_t len;
	char text[8192];
};

#ifndef __cplusplus
#include <zbar.h>

struct reader_scan {
	zbar_image_scanner_t *scanner;
	zbar_image_t *image; /* has the symbols */
};

/* Packed grey pixels, which have to live until the end. */
struct reader_scan reader_scan(const unsigned char *pixels, unsigned width, unsigned height);
void reader_scan_end(struct reader_scan s);
double reader_cpu_us(void); /* of this process */
#endif

#ifdef __cplusplus
extern "C" {
#endif
/* The first code, tried as hard as it can: harder, rotated, downscaled. 0 when there is none. */
int reader_zxing(const uint8_t *pixels, int width, int height, struct reader_text *out);
#ifdef __cplusplus
}
#endif
#endif
