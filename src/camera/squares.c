/* squares.c - QR codes by zbar (squares.h). Its cache stays off, for it aborts at structured
 * append; the bytes are taken as they are, for it guesses character sets. */
#include "squares.h"
#include <errno.h>
#include <zbar.h>

static void vote(struct reading *r, const zbar_symbol_t *s, unsigned view)
{
	const uint8_t *text = (const uint8_t *)zbar_symbol_get_data(s);
	size_t len = zbar_symbol_get_data_length(s);

	reading_vote(r, READING_QR, text, len, view);
	if (zbar_symbol_get_modifiers(s) & 1U << ZBAR_MOD_GS1)
		reading_gs1(r, READING_QR, text, len);
}

int squares_look(const struct image *image, int density, unsigned view, struct reading *r)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *z = zbar_image_create();
	int e = scanner && z ? 0 : -ENOMEM;

	if (e < 0)
		goto out;
	(void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, density);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, density);
	zbar_image_set_format(z, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(z, image->width, image->height);
	zbar_image_set_data(z, image->pixels, (size_t)image->width * image->height, NULL);
	(void)zbar_scan_image(scanner, z);
	for (const zbar_symbol_t *s = zbar_image_first_symbol(z); s; s = zbar_symbol_next(s))
		if (zbar_symbol_get_type(s) == ZBAR_QRCODE)
			vote(r, s, view);
out:
	if (z)
		zbar_image_destroy(z);
	if (scanner)
		zbar_image_scanner_destroy(scanner);
	return e;
}
