/* scene.c - makes pictures of labels with known truth, the same for the same seed: labels by zint,
 * seen by a camera that is turned and tilted, out of focus, noisy, dazzled, short of contrast, lit
 * by a lamp that flickers, and saved as JPEG. One in ten has no code, and one in ten a code that is
 * cut off, of which nothing may be read. scene SEED COUNT FOLDER [EASE]: FOLDER/NNNN.jpg or .pgm
 * and FOLDER/truth.tsv (file, pos or neg, text in hex). EASE in percent makes all defects smaller.
 * scene SEED 0 FOLDER EASE told TEXT...: a picture for each text, all of one table: a Code 128, or,
 * with qr: in front, a QR code; "" is the empty table; jpeg: in front of all makes it a JPEG.
 * scene SEED COUNT - EASE sequence WIDTHxHEIGHT any|qr: on standard output the line "WIDTH HEIGHT
 * EMPTY FRAMES", then COUNT sequences of a label that is brought under a camera, each of a line of
 * its text in hex (-: nothing can be read, 0: nothing comes) and EMPTY + FRAMES raw frames. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zint.h>
#include <jpeglib.h>

#define WIDTH_MOST  1280
#define HEIGHT_MOST 720
#define EMPTY	    4 /* frames of a sequence: of the table alone ... */
#define FRAMES	    8 /* ... and of the label */
#define REST	    5 /* in which it comes to rest */

static int width = 640, height = 480;

struct dice {
	uint64_t state;
};

/* splitmix64 */
static uint64_t draw(struct dice *d)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static double real(struct dice *d, double from, double to)
{
	return from + (to - from) * (double)(draw(d) >> 11) / 9007199254740992.0;
}

static unsigned below(struct dice *d, unsigned n)
{
	return (unsigned)(draw(d) % n);
}

static double normal(struct dice *d)
{
	double sum = 0;

	for (int i = 0; i < 6; i++)
		sum += real(d, -1, 1);
	return sum / 1.4142135623730951;
}

/* A label: modules, dark = true, with its quiet zone. */
struct label {
	int width, height; /* modules */
	bool dark[256][1024];
	char text[128];
	bool square; /* QR */
};

static void random_text(struct dice *d, char *to, unsigned len, const char *of)
{
	for (unsigned i = 0; i < len; i++)
		to[i] = of[below(d, (unsigned)strlen(of))];
	to[len] = '\0';
}

static bool turned; /* only codes of bars, and all turned by 20 to 70 degrees */
static bool more;   /* the rarer symbologies, too */

static int choose(struct dice *d, char text[64])
{
	static const char digits[] = "0123456789", all[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

	switch (below(d, turned ? 8 : more ? 14 : 10)) {
	case 0:
	case 1:
	case 2:
		random_text(d, text, 8 + below(d, 8), all);
		return BARCODE_CODE128;
	case 3:
		random_text(d, text, 10 + below(d, 11), digits);
		return BARCODE_CODE128;
	case 4:
		random_text(d, text, 12, digits);
		return BARCODE_EANX;
	case 5:
		random_text(d, text, 11, digits);
		return BARCODE_UPCA;
	case 6:
		random_text(d, text, 14, digits);
		return BARCODE_C25INTER;
	case 7:
		random_text(d, text, 6 + below(d, 6), all);
		return BARCODE_CODE39;
	case 10:
		random_text(d, text, 7, digits);
		return BARCODE_EANX;
	case 11:
		random_text(d, text, 5, digits + 1); /* others are none */
		random_text(d, text + 5, 1, "56789");
		return BARCODE_UPCE;
	case 12:
		text[0] = 'A';
		random_text(d, text + 1, 6 + below(d, 8), digits);
		strcat(text, "B");
		return BARCODE_CODABAR;
	case 13:
		random_text(d, text, 6 + below(d, 8), all);
		return BARCODE_CODE93;
	default:
		random_text(d, text, 10 + below(d, 40), all);
		return BARCODE_QRCODE;
	}
}

static void make_label(struct dice *d, struct label *l, int symbology, const char *text)
{
	struct zint_symbol *z = ZBarcode_Create();
	int quiet, tall;

	memset(l, 0, sizeof(*l));
	z->symbology = symbology;
	if (ZBarcode_Encode(z, (const unsigned char *)text, (int)strlen(text)) >= ZINT_ERROR) {
		fprintf(stderr, "scene: zint: %s\n", z->errtxt);
		exit(1);
	}
	l->square = z->symbology == BARCODE_QRCODE;
	quiet = l->square ? 4 : 10;
	tall = l->square ? z->rows : 25 + (int)below(d, 30);
	l->width = z->width + 2 * quiet;
	l->height = tall + 2 * (l->square ? 4 : 6);
	for (int y = 0; y < tall; y++)
		for (int x = 0; x < z->width; x++)
			l->dark[y + (l->height - tall) / 2][x + quiet] =
				z->encoded_data[l->square ? y : 0][x / 8] >> (x % 8) & 1;
	/* retail codes get their check digit from zint */
	strcpy(l->text, z->symbology == BARCODE_EANX || z->symbology == BARCODE_UPCA ||
					z->symbology == BARCODE_UPCE
				? (const char *)z->text
				: text);
	ZBarcode_Delete(z);
}

struct view {
	double angle, module, tilt_x, tilt_y, blur, noise, dark, bright, glare, glare_x, glare_y,
		flicker, phase;
	double x, y;	     /* of its middle, from the picture's */
	double way_x, way_y; /* that it goes while the picture is taken */
	int quality;	     /* of JPEG; 0 = PGM */
};

static struct view choose_view(struct dice *d, double ease, const struct label *l)
{
	struct view v = {0};
	double most = 0.9 * width / l->width;

	v.angle = below(d, 2) ? real(d, -12, 12) : real(d, -180, 180);
	if (turned)
		v.angle = real(d, 20, 70) * (below(d, 2) ? 1 : -1);
	v.angle *= 3.14159265358979 / 180;
	v.module = real(d, l->square ? 2.6 : 1.5, l->square ? 6 : 3.5);
	if (v.module > most)
		v.module = most;
	v.tilt_x = ease * real(d, -6e-4, 6e-4);
	v.tilt_y = ease * real(d, -6e-4, 6e-4);
	v.blur = ease * real(d, 0, 0.55) * v.module + 0.3;
	v.noise = ease * real(d, 0, 14);
	v.dark = real(d, 10, 10 + 80 * ease);
	v.bright = v.dark + real(d, 50 + (1 - ease) * 60, 160);
	v.glare = below(d, 4) ? 0 : ease * real(d, 20, 140);
	v.glare_x = real(d, 0, width);
	v.glare_y = real(d, 0, height);
	v.flicker = below(d, 3) ? 0 : ease * real(d, 0.02, 0.15);
	v.phase = real(d, 0, 6.283);
	v.quality = below(d, 3) ? 35 + (int)below(d, 60) : 0;
	return v;
}

/* Light of the label at a place of the picture: 0 dark, 1 bright, -1 not on it. */
static double label_at(const struct label *l, const struct view *v, double cosine, double sine,
		       double x, double y)
{
	double dx = x - width / 2.0 - v->x, dy = y - height / 2.0 - v->y;
	double depth = 1 + v->tilt_x * dx + v->tilt_y * dy;
	double u = (cosine * dx + sine * dy) / depth / v->module + l->width / 2.0;
	double w = (cosine * dy - sine * dx) / depth / v->module + l->height / 2.0;

	if (u < 0 || w < 0 || u >= l->width || w >= l->height)
		return -1;
	return l->dark[(int)w][(int)u] ? 0 : 1;
}

static float frame[HEIGHT_MOST][WIDTH_MOST], other[HEIGHT_MOST][WIDTH_MOST];

/* A table with boxes, stripes and something like print on it. */
static void make_table(struct dice *d)
{
	double base = real(d, 0.1, 0.9);

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			frame[y][x] = (float)(base + 0.1 * sin(x / 40.0 + y / 60.0));
	for (unsigned n = below(d, 12); n > 0; n--) {
		int x0 = (int)below(d, (unsigned)width), y0 = (int)below(d, (unsigned)height);
		int w = 10 + (int)below(d, 200), h = 5 + (int)below(d, 120);
		double light = real(d, 0, 1), other_light = real(d, 0, 1);
		int step = 1 + (int)below(d, 9), kind = (int)below(d, 3);

		for (int y = y0; y < y0 + h && y < height; y++)
			for (int x = x0; x < x0 + w && x < width; x++) {
				bool second = kind == 1	  ? x / step % 2 != 0
					      : kind == 2 ? draw(d) % 2 != 0
							  : false;

				frame[y][x] = (float)(second ? other_light : light);
			}
	}
}

static void put_label(const struct label *l, const struct view *v)
{
	double cosine = cos(v->angle), sine = sin(v->angle);

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			double sum = 0;
			int on = 0;

			for (int k = 0; k < 9; k++) {
				double when = (k * 4 % 9 - 4) / 9.0; /* of the exposure */
				double is = label_at(l, v, cosine, sine,
						     x + (k % 3 + 0.5) / 3 + when * v->way_x,
						     y + (k / 3 + 0.5) / 3 + /* NOLINT */
							     when * v->way_y);

				if (is >= 0) {
					sum += is;
					on++;
				}
			}
			if (on)
				frame[y][x] = (float)((sum + (9 - on) * (double)frame[y][x]) / 9);
		}
}

/* A Gauss by three boxes would be quicker; pictures are few. */
static void blur(double sigma)
{
	int reach = (int)ceil(3 * sigma);
	double weight[64], all = 0;

	if (reach > 31)
		reach = 31;
	for (int i = -reach; i <= reach; i++)
		all += weight[i + reach] = exp(-i * i / (2 * sigma * sigma));
	for (int turn = 0; turn < 2; turn++) {
		for (int y = 0; y < height; y++)
			for (int x = 0; x < width; x++) {
				double sum = 0;

				for (int i = -reach; i <= reach; i++) {
					int xx = turn ? x : x + i, yy = turn ? y + i : y;

					xx = xx < 0 ? 0 : xx >= width ? width - 1 : xx;
					yy = yy < 0 ? 0 : yy >= height ? height - 1 : yy;
					sum += weight[i + reach] * frame[yy][xx];
				}
				other[y][x] = (float)(sum / all);
			}
		memcpy(frame, other, sizeof(frame));
	}
}

static void expose(struct dice *d, const struct view *v, uint8_t *to)
{
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			double dx = (x - v->glare_x) / 90, dy = (y - v->glare_y) / 60;
			double light = v->dark + (v->bright - v->dark) * frame[y][x];

			light *= 1 + v->flicker * sin(y / 30.0 + v->phase);
			light += v->glare * exp(-(dx * dx + dy * dy)) + v->noise * normal(d);
			to[y * width + x] = (uint8_t)(light < 0 ? 0 : light > 255 ? 255 : light);
		}
}

static void save(const char *path, const uint8_t *pixels, int quality)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr errors;
	FILE *f = fopen(path, "wb");

	if (!f) {
		perror(path);
		exit(1);
	}
	if (quality == 0) {
		fprintf(f, "P5\n%d %d\n255\n", width, height);
		fwrite(pixels, 1, (size_t)width * (size_t)height, f);
	} else {
		j.err = jpeg_std_error(&errors);
		jpeg_create_compress(&j);
		jpeg_stdio_dest(&j, f);
		j.image_width = (JDIMENSION)width;
		j.image_height = (JDIMENSION)height;
		j.input_components = 1;
		j.in_color_space = JCS_GRAYSCALE;
		jpeg_set_defaults(&j);
		jpeg_set_quality(&j, quality, TRUE);
		jpeg_start_compress(&j, TRUE);
		while (j.next_scanline < (JDIMENSION)height) {
			JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (size_t)j.next_scanline *
									      (size_t)width);

			jpeg_write_scanlines(&j, &row, 1);
		}
		jpeg_finish_compress(&j);
		jpeg_destroy_compress(&j);
	}
	if (fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

/* Half of a code for lines, or a third of a QR code, is white: nothing may be read. */
static void cut_off(struct dice *d, struct label *l)
{
	int keep = l->width * (int)(40 + below(d, 35)) / 100;

	for (int y = 0; y < l->height; y++)
		for (int x = keep; x < l->width; x++)
			l->dark[y][x] = false;
}

static void one(uint64_t seed, unsigned n, double ease, const char *folder, FILE *truth)
{
	struct dice d = {seed * 1000003 + n};
	static struct label label;
	static uint8_t pixels[WIDTH_MOST * HEIGHT_MOST];
	unsigned kind = below(&d, 10); /* 0: no code, 1: cut off */
	struct view v;
	char path[4096], text[64];
	int symbology = choose(&d, text);

	make_label(&d, &label, symbology, text);
	v = choose_view(&d, ease, &label);
	make_table(&d);
	if (kind == 1)
		cut_off(&d, &label);
	if (kind != 0)
		put_label(&label, &v);
	blur(v.blur);
	expose(&d, &v, pixels);
	(void)snprintf(path, sizeof(path), "%s/%04u.%s", folder, n, v.quality ? "jpg" : "pgm");
	save(path, pixels, v.quality);
	fprintf(truth, "%s\t%s\t", strrchr(path, '/') + 1, kind > 1 ? "pos" : "neg");
	for (const char *c = label.text; kind > 1 && *c; c++)
		fprintf(truth, "%02x", (unsigned char)*c);
	fputc('\n', truth);
}

/* The camera, the table and the light are the same for all. */
static void told(uint64_t seed, unsigned n, double ease, const char *folder, const char *text)
{
	struct dice d = {seed}, noise = {seed * 1000003 + n};
	static struct label label;
	static uint8_t pixels[WIDTH_MOST * HEIGHT_MOST];
	bool jpeg = strncmp(text, "jpeg:", 5) == 0, square;
	char path[4096];
	struct view v;

	text += jpeg ? 5 : 0;
	square = strncmp(text, "qr:", 3) == 0;
	make_label(&d, &label, square ? BARCODE_QRCODE : BARCODE_CODE128,
		   square  ? text + 3
		   : *text ? text
			   : "empty");
	d.state = seed;
	v = choose_view(&d, ease, &label);
	v.module = label.square ? 5 : 0.8 * width / label.width;
	make_table(&d);
	if (*text)
		put_label(&label, &v);
	blur(v.blur < 0.8 ? v.blur : 0.8);
	expose(&noise, &v, pixels);
	(void)snprintf(path, sizeof(path), "%s/%04u.%s", folder, n, jpeg ? "jpg" : "pgm");
	save(path, pixels, jpeg ? 90 : 0);
}

/* Under a camera: the table, then a label that is brought in, turns a little and comes to rest. */
static void sequence(uint64_t seed, unsigned n, double ease, bool squares)
{
	struct dice d = {seed * 1000003 + n};
	static struct label label;
	static uint8_t pixels[WIDTH_MOST * HEIGHT_MOST];
	static float table[HEIGHT_MOST][WIDTH_MOST];
	unsigned kind = below(&d, 10); /* as in one() */
	double from, speed, turn;
	char text[64];
	int symbology;
	struct view v;

	do
		symbology = choose(&d, text);
	while (squares && symbology != BARCODE_QRCODE);
	make_label(&d, &label, symbology, text);
	v = choose_view(&d, ease, &label);
	v.angle = real(&d, -45, 45) * 3.14159265358979 / 180;
	from = real(&d, 0, 6.283);
	speed = real(&d, 4, 40); /* pixels from a frame to the next */
	turn = real(&d, -0.06, 0.06);
	make_table(&d);
	memcpy(table, frame, sizeof(table));
	if (kind == 1)
		cut_off(&d, &label);
	for (const char *c = label.text; kind > 1 && *c; c++)
		printf("%02x", (unsigned char)*c);
	puts(kind > 1 ? "" : kind == 1 ? "-" : "0");
	for (int f = -EMPTY; f < FRAMES; f++) {
		double left = f < REST ? (REST - f) / (double)REST : 0;

		memcpy(frame, table, sizeof(frame));
		v.phase = real(&d, 0, 6.283);
		v.x = -cos(from) * speed * left * left * REST / 2;
		v.y = -sin(from) * speed * left * left * REST / 2;
		v.way_x = cos(from) * speed * left / 2; /* half of the time it is exposed */
		v.way_y = sin(from) * speed * left / 2;
		v.angle += f > 0 && f < REST ? turn * left : 0;
		if (f >= 0 && kind != 0)
			put_label(&label, &v);
		blur(v.blur);
		expose(&d, &v, pixels);
		fwrite(pixels, (size_t)width * (size_t)height, 1, stdout);
	}
}

static int sequences(char **argv)
{
	unsigned count = (unsigned)strtoul(argv[2], NULL, 10);

	more = true;
	if (sscanf(argv[6], "%dx%d", &width, &height) != 2 || width < 64 || height < 64 ||
	    width > WIDTH_MOST || height > HEIGHT_MOST)
		return 2;
	printf("%d %d %d %d\n", width, height, EMPTY, FRAMES);
	for (unsigned n = 0; n < count; n++)
		sequence(strtoull(argv[1], NULL, 10), n, atof(argv[4]) / 100,
			 strcmp(argv[7], "qr") == 0);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

int main(int argc, char **argv)
{
	char path[4096];
	FILE *truth;

	if (argc < 4) {
		fprintf(stderr, "usage: scene SEED COUNT FOLDER [EASE [turned]]\n");
		return 2;
	}
	if (argc == 8 && strcmp(argv[5], "sequence") == 0)
		return sequences(argv);
	if (mkdir(argv[3], 0777) != 0 && errno != EEXIST) {
		perror(argv[3]);
		return 1;
	}
	(void)snprintf(path, sizeof(path), "%s/truth.tsv", argv[3]);
	truth = fopen(path, "w");
	if (!truth) {
		perror(path);
		return 1;
	}
	fputs("file\trole\texpected_hex\n", truth);
	for (int n = 6; n < argc && strcmp(argv[5], "told") == 0; n++)
		told(strtoull(argv[1], NULL, 10), (unsigned)n - 6, atof(argv[4]) / 100, argv[3],
		     argv[n]);
	turned = argc > 5;
	for (unsigned n = 0; n < (unsigned)strtoul(argv[2], NULL, 10); n++)
		one(strtoull(argv[1], NULL, 10), n, argc > 4 ? atof(argv[4]) / 100 : 1, argv[3],
		    truth);
	return fclose(truth) == 0 ? 0 : 1;
}
