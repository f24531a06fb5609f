/* sequences.c - sequences of frames (tests/scene) as a camera sees them, for make perf: its gate,
 * its look and what it tells, beside zbar at its defaults and ZXing-C++ on every frame. These
 * believe as DECODE.md has it: a QR code at once, all else in two frames, and what has no check
 * character only if zbar gives it a quality of 2. */
#include "sequences.h"
#include "camera/look.h"
#include "reader.h"
#include "station/seen.h"
#include "station/still.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zbar.h>

#define TEXTS	 64 /* different ones of a sequence */
#define FRAME_MS 66
#define PIXELS	 (1280 * 720)

enum who { CAMERA, TWICE, ZBAR, ZXING, WHO };

/* What one of them found in a sequence. */
struct found {
	struct {
		char text[256];
		size_t len;
		unsigned frames;
		int last;
	} text[TEXTS];
	unsigned texts;
	bool right, bare;
	unsigned wrong;
};

static uint8_t pixels[PIXELS];
static char truth[256];
static size_t truth_len;
static int frame_no;

static double cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* UPC-A is EAN-13 with a 0 in front, and told as either; bare: Codabar without its guards. */
static bool is_true(const char *text, size_t len, bool bare)
{
	if (bare && len + 2 == truth_len && truth[0] == 'A' && truth[truth_len - 1] == 'B' &&
	    memcmp(text, truth + 1, len) == 0)
		return true;
	if (len == truth_len && memcmp(text, truth, len) == 0)
		return true;
	if (len == 13 && truth_len == 12 && text[0] == '0')
		return memcmp(text + 1, truth, 12) == 0;
	return len == 12 && truth_len == 13 && truth[0] == '0' && memcmp(text, truth + 1, 12) == 0;
}

static void believe(struct found *f, const char *text, size_t len)
{
	if (truth_len > 0 && is_true(text, len, f->bare))
		f->right = true;
	else
		f->wrong++;
}

/* One frame says this; the needed'th that does makes it believed. */
static void says(struct found *f, const void *text, size_t len, unsigned needed)
{
	unsigned i = 0;

	if (len >= sizeof(f->text[0].text))
		len = sizeof(f->text[0].text) - 1;
	while (i < f->texts && !(f->text[i].len == len && memcmp(f->text[i].text, text, len) == 0))
		i++;
	if (i == TEXTS)
		return;
	if (i == f->texts) {
		f->texts++;
		memcpy(f->text[i].text, text, len);
		f->text[i].len = len;
		f->text[i].frames = 0;
		f->text[i].last = -1;
	}
	if (f->text[i].last == frame_no)
		return;
	f->text[i].last = frame_no;
	if (++f->text[i].frames == needed)
		believe(f, f->text[i].text, len);
}

static bool is_weak(const char *symbology)
{
	return strcmp(symbology, "I2/5") == 0 || strcmp(symbology, "CODE-39") == 0 ||
	       strcmp(symbology, "Codabar") == 0 || strcmp(symbology, "EAN-8") == 0 ||
	       strcmp(symbology, "UPC-E") == 0;
}

static void by_zbar(struct found *f, uint32_t width, uint32_t height)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *z = zbar_image_create();

	zbar_image_set_format(z, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(z, width, height);
	zbar_image_set_data(z, pixels, (size_t)width * height, NULL);
	(void)zbar_scan_image(scanner, z);
	for (const zbar_symbol_t *s = zbar_image_first_symbol(z); s; s = zbar_symbol_next(s)) {
		const char *name = zbar_get_symbol_name(zbar_symbol_get_type(s));

		if (is_weak(name) && zbar_symbol_get_quality(s) < 2)
			continue;
		if (strcmp(name, "I2/5") == 0 && zbar_symbol_get_data_length(s) != 14)
			continue;
		says(f, zbar_symbol_get_data(s), zbar_symbol_get_data_length(s),
		     strcmp(name, "QR-Code") == 0 ? 1 : 2);
	}
	zbar_image_destroy(z);
	zbar_image_scanner_destroy(scanner);
}

static void by_zxing(struct found *f, uint32_t width, uint32_t height)
{
	static struct reader_text text;

	if (reader_zxing(pixels, (int)width, (int)height, &text) &&
	    !(strcmp(text.symbology, "ITF") == 0 && text.len != 14))
		says(f, text.text, text.len, strcmp(text.symbology, "QRCode") == 0 ? 1 : 2);
}

/* As live.c has it; twice: the same texts, by the rules of the others. */
static void by_camera(struct found *f, struct found *twice, struct look *look, struct still *still,
		      struct seen *seen, enum still_verdict v, const struct image *image)
{
	const struct reading *r = look_reading(look);
	uint64_t now = (uint64_t)frame_no * FRAME_MS;

	if (v == STILL_SAME)
		return;
	if ((v == STILL_DIFFERS ? look_quickly(look, image) : look_at(look, image)) < 0)
		exit(2);
	for (unsigned i = 0; i < r->labels; i++) {
		const struct reading_label *l = &r->label[i];

		if (!reading_accepts(r, i))
			continue;
		if (seen_found(seen, l, now))
			believe(f, (const char *)l->text, l->len);
		says(twice, l->text, l->len, l->symbology == READING_QR ? 1 : 2);
	}
	if (v == STILL_AGAIN && (reading_doubts(r) || seen_waits(seen)))
		still_doubt(still);
	seen_end(seen, v == STILL_DIFFERS, now);
}

/* Line of hex, "-" (no truth) or "0" (nothing comes); false at the end. */
static bool read_truth(bool *comes)
{
	char line[600];

	if (!fgets(line, sizeof(line), stdin))
		return false;
	*comes = line[0] != '0' || line[1] != '\n';
	truth_len = 0;
	for (const char *c = line; *comes && c[0] != '-' && c[0] != '\n'; c += 2) {
		unsigned byte;

		if (sscanf(c, "%2x", &byte) != 1)
			exit(2);
		truth[truth_len++] = (char)byte;
	}
	return true;
}

int sequences_run(void)
{
	static struct still still;
	static struct seen seen;
	unsigned width, height, empty, frames;
	struct look *look;
	bool comes;

	if (scanf("%u %u %u %u\n", &width, &height, &empty, &frames) != 4 ||
	    (size_t)width * height > PIXELS || look_open(&look, READING_ALL, READING_ITF_14) < 0)
		return 2;
	while (read_truth(&comes)) {
		static struct found found[WHO];
		struct image image = {pixels, width, height, width};
		double took[WHO] = {0};
		unsigned woken = 0;
		bool entered = false;

		memset(found, 0, sizeof(found));
		found[ZXING].bare = true;
		still_init(&still);
		seen_init(&seen);
		for (frame_no = 0; frame_no < (int)(empty + frames); frame_no++) {
			enum still_verdict v;
			double begun;

			if (fread(pixels, (size_t)width * height, 1, stdin) != 1)
				return 2;
			begun = cpu_us();
			v = still_frame(&still, &image, (uint64_t)frame_no * FRAME_MS);
			if (frame_no < (int)empty) {
				woken += frame_no > 0 && v == STILL_DIFFERS;
				continue;
			}
			entered |= v == STILL_DIFFERS;
			by_camera(&found[CAMERA], &found[TWICE], look, &still, &seen, v, &image);
			took[CAMERA] += cpu_us() - begun;
			begun = cpu_us();
			by_zbar(&found[ZBAR], width, height);
			took[ZBAR] += cpu_us() - begun;
			begun = cpu_us();
			by_zxing(&found[ZXING], width, height);
			took[ZXING] += cpu_us() - begun;
		}
		printf("%d %u %d", truth_len > 0, woken, comes && !entered);
		for (unsigned w = 0; w < WHO; w++)
			printf(" %d %u %.0f", found[w].right, found[w].wrong, took[w]);
		putchar('\n');
	}
	look_close(look);
	return 0;
}
