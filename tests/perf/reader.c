/* reader.c - reads pictures by station-camera's own look, by zbar at its defaults, or by ZXing-C++,
 * for make perf. reader camera|zbar|zxing FILE...: a line each of FILE, CPU microseconds of
 * decoding alone, and then SYMBOLOGY and TEXT of every label, tabs between. reader frames: zbar on
 * frames of standard input; reader sequences: sequences.h; reader count
 * gate|mjpeg|quick|zbar N FILE: that to one frame N times, for a counter of instructions. */
#include "camera/look.h"
#include "camera/photo.h"
#include "reader.h"
#include "sequences.h"
#include "station/still.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double reader_cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void fail(const char *path, const char *why)
{
	fprintf(stderr, "reader: %s: %s\n", path, why);
	exit(2);
}

static struct photo read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc(PHOTO_FILE);
	struct photo photo;
	size_t len;

	if (!f || !bytes)
		fail(path, "cannot be opened");
	len = fread(bytes, 1, PHOTO_FILE, f);
	(void)fclose(f);
	if (photo_read(bytes, len, &photo) != PHOTO_READ)
		fail(path, "cannot be read");
	free(bytes);
	return photo;
}

static void put(const char *symbology, const void *text, size_t len)
{
	static struct reading_label label;
	static char line[4 * READING_TEXT + 1];
	struct text t = text_over(line, sizeof(line));

	label.len = (uint16_t)(len > READING_TEXT ? READING_TEXT : len);
	memcpy(label.text, text, label.len);
	reading_print(&label, &t);
	printf("\t%s\t%s", symbology, line);
}

static void begin_line(const char *path, double begun)
{
	printf("%s\t%.0f", path, reader_cpu_us() - begun);
}

static void by_camera(const char *path, const struct photo *p)
{
	static struct look *look;
	const struct reading *r;
	struct image image = {p->pixels, p->width, p->height, p->width};
	double begun;

	if (!look && look_open(&look, READING_ALL, READING_ITF_14) < 0)
		fail(path, "no memory");
	r = look_reading(look);
	begun = reader_cpu_us();
	if (look_at(look, &image) < 0)
		fail(path, "no memory");
	begin_line(path, begun);
	for (unsigned i = 0; i < r->labels; i++)
		if (reading_accepts(r, i))
			put(reading_name(r->label[i].symbology), r->label[i].text, r->label[i].len);
}

struct reader_scan reader_scan(const unsigned char *pixels, unsigned width, unsigned height)
{
	struct reader_scan s = {zbar_image_scanner_create(), zbar_image_create()};

	zbar_image_set_format(s.image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(s.image, width, height);
	zbar_image_set_data(s.image, pixels, (size_t)width * height, NULL);
	(void)zbar_scan_image(s.scanner, s.image);
	return s;
}

void reader_scan_end(struct reader_scan s)
{
	zbar_image_destroy(s.image);
	zbar_image_scanner_destroy(s.scanner);
}

static void by_zbar(const char *path, const struct photo *p)
{
	double begun = reader_cpu_us();
	struct reader_scan scan = reader_scan(p->pixels, p->width, p->height);

	begin_line(path, begun);
	for (const zbar_symbol_t *s = zbar_image_first_symbol(scan.image); s;
	     s = zbar_symbol_next(s))
		put(zbar_get_symbol_name(zbar_symbol_get_type(s)), zbar_symbol_get_data(s),
		    zbar_symbol_get_data_length(s));
	reader_scan_end(scan);
}

/* Raw frames of 640x480 without end, on standard input. */
static int read_frames(void)
{
	static uint8_t pixels[640 * 480];
	const struct photo p = {pixels, 640, 480};

	while (fread(pixels, sizeof(pixels), 1, stdin) == 1) {
		by_zbar("-", &p);
		putchar('\n');
	}
	return 0;
}

static void by_zxing(const char *path, const struct photo *p)
{
	static struct reader_text text;
	double begun = reader_cpu_us();
	int found = reader_zxing(p->pixels, (int)p->width, (int)p->height, &text);

	begin_line(path, begun);
	if (found)
		put(text.symbology, text.text, text.len);
}

/* What a camera does to each frame, n times to the same; the first makes it known. */
static int count(const char *what, unsigned long n, const char *path)
{
	static struct still still;
	static uint8_t bytes[1 << 20];
	struct photo p = read_file(path), again;
	const struct image image = {p.pixels, p.width, p.height, p.width};
	uint8_t *grey = malloc((size_t)p.width * p.height);
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	struct look *look;

	if (!f || !grey || look_open(&look, READING_ALL, READING_ITF_14) < 0)
		return 2;
	(void)fclose(f);
	(void)still_frame(&still, &image, 0);
	(void)still_frame(&still, &image, 1);
	for (; n > 0; n--) {
		if (strcmp(what, "mjpeg") == 0 &&
		    photo_jpeg_frame(bytes, len, grey, (size_t)p.width * p.height, &again) !=
			    PHOTO_READ)
			return 2;
		if (strcmp(what, "quick") == 0) {
			if (look_quickly(look, &image) < 0)
				return 2;
		} else if (strcmp(what, "zbar") == 0) {
			reader_scan_end(reader_scan(p.pixels, p.width, p.height));
		} else if (still_frame(&still, &image, 2) != STILL_SAME) {
			return 2;
		}
	}
	if (strcmp(what, "quick") == 0)
		printf("%u\n", look_reading(look)->labels);
	look_close(look);
	photo_free(&p);
	free(grey);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "count") == 0)
		return count(argv[2], strtoul(argv[3], NULL, 10), argv[4]);
	if (argc == 2 && strcmp(argv[1], "frames") == 0)
		return read_frames();
	if (argc == 2 && strcmp(argv[1], "sequences") == 0)
		return sequences_run();
	for (int i = 2; i < argc; i++) {
		struct photo photo = read_file(argv[i]);

		if (strcmp(argv[1], "camera") == 0)
			by_camera(argv[i], &photo);
		else if (strcmp(argv[1], "zbar") == 0)
			by_zbar(argv[i], &photo);
		else
			by_zxing(argv[i], &photo);
		putchar('\n');
		photo_free(&photo);
	}
	return argc < 3 ? 2 : 0;
}
