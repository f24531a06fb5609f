/* sequences.c - sequences of frames (tests/scene) as a camera sees them, for make perf: its gate,
 * its look and what it tells, beside zbar at its defaults and ZXing-C++ on every frame. These
 * believe as DECODE.md has it: a QR code at once, all else in two frames, and what has no check
 * character only if zbar gives it a quality of 2. */
#include "sequences.h"
#include "camera/watch.h"
#include "reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* zbar's name is reading.h's. */
static bool is_weak(const char *name)
{
	for (unsigned i = 0; i < READING_SYMBOLOGIES; i++)
		if (strcmp(reading_name((enum reading_symbology)i), name) == 0)
			return reading_is_weak((enum reading_symbology)i);
	return false;
}

static void by_zbar(struct found *f, uint32_t width, uint32_t height)
{
	struct reader_scan scan = reader_scan(pixels, width, height);

	for (const zbar_symbol_t *s = zbar_image_first_symbol(scan.image); s;
	     s = zbar_symbol_next(s)) {
		const char *name = zbar_get_symbol_name(zbar_symbol_get_type(s));

		if (is_weak(name) && zbar_symbol_get_quality(s) < 2)
			continue;
		if (strcmp(name, "I2/5") == 0 && zbar_symbol_get_data_length(s) != 14)
			continue;
		says(f, zbar_symbol_get_data(s), zbar_symbol_get_data_length(s),
		     strcmp(name, "QR-Code") == 0 ? 1 : 2);
	}
	reader_scan_end(scan);
}

static void by_zxing(struct found *f, uint32_t width, uint32_t height)
{
	static struct reader_text text;

	if (reader_zxing(pixels, (int)width, (int)height, &text) &&
	    !(strcmp(text.symbology, "ITF") == 0 && text.len != 14))
		says(f, text.text, text.len, strcmp(text.symbology, "QRCode") == 0 ? 1 : 2);
}

static void on_label(void *user, const struct reading_label *label)
{
	believe(user, (const char *)label->text, label->len);
}

/* The same texts, by the rules of the others. */
static void by_twice(struct found *f, const struct reading *r)
{
	for (unsigned i = 0; i < r->labels; i++)
		if (reading_accepts(r, i))
			says(f, r->label[i].text, r->label[i].len,
			     r->label[i].symbology == READING_QR ? 1 : 2);
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

/* What is at stake in one sequence. */
struct course {
	struct found found[WHO];
	double took[WHO];
	unsigned woken; /* frames of the table alone that were not the same */
	bool entered;	/* what came did wake it */
};

static void show(struct course *c, struct watch *w, const struct image *image, bool table)
{
	double begun = reader_cpu_us();
	int v = watch_frame(w, image, (uint64_t)frame_no * FRAME_MS);

	if (v < 0)
		exit(2);
	if (table) {
		c->woken += frame_no > 0 && v >= STILL_DIFFERS;
		return;
	}
	c->took[CAMERA] += reader_cpu_us() - begun;
	c->entered |= v >= STILL_DIFFERS;
	if (v != STILL_SAME)
		by_twice(&c->found[TWICE], watch_reading(w));
	begun = reader_cpu_us();
	by_zbar(&c->found[ZBAR], image->width, image->height);
	c->took[ZBAR] += reader_cpu_us() - begun;
	begun = reader_cpu_us();
	by_zxing(&c->found[ZXING], image->width, image->height);
	c->took[ZXING] += reader_cpu_us() - begun;
}

int sequences_run(void)
{
	static struct course course;
	const struct watch_is is = {READING_ALL, READING_ITF_14, on_label, NULL,
				    &course.found[CAMERA]};
	struct image image = {.pixels = pixels};
	unsigned empty, frames;
	struct watch *watch;
	bool comes;

	if (scanf("%u %u %u %u\n", &image.width, &image.height, &empty, &frames) != 4 ||
	    (size_t)image.width * image.height > PIXELS || watch_open(&watch, &is) < 0)
		return 2;
	image.stride = image.width;
	while (read_truth(&comes)) {
		course = (struct course){.found[ZXING].bare = true};
		watch_begin(watch);
		for (frame_no = 0; frame_no < (int)(empty + frames); frame_no++) {
			if (fread(pixels, image.stride * image.height, 1, stdin) != 1)
				return 2;
			show(&course, watch, &image, frame_no < (int)empty);
		}
		printf("%d %u %d", truth_len > 0, course.woken, comes && !course.entered);
		for (unsigned w = 0; w < WHO; w++)
			printf(" %d %u %.0f", course.found[w].right, course.found[w].wrong,
			       course.took[w]);
		putchar('\n');
	}
	watch_close(watch);
	return 0;
}
