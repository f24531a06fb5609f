/* fuzz_photo.c - any bytes as a picture file, of whichever format they begin like, and what is a
 * small picture is looked at: bounds hold, and what is believed is well formed. */
#include "camera/look.h"
#include "camera/photo.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct look *look;
	struct photo p;
	struct image image;

	if (!look && look_open(&look, READING_ALL, READING_ITF_8) < 0)
		abort();
	if (photo_read(data, size, &p) != PHOTO_READ) {
		must(p.pixels == NULL);
		return 0;
	}
	must((uint64_t)p.width * p.height <= PHOTO_PIXELS);
	image = (struct image){p.pixels, p.width, p.height, p.width};
	must(image_is_sound(&image));
	if ((uint64_t)p.width * p.height <= 20000) {
		const struct reading *r = look_reading(look);

		must(look_at(look, &image) == 0);
		must(r->labels <= READING_LABELS);
		for (unsigned i = 0; i < r->labels; i++)
			must(r->label[i].len > 0 && r->label[i].len <= READING_TEXT);
	}
	photo_free(&p);
	return 0;
}
