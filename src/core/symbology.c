/* symbology.c - the kinds of barcodes by name and by AIM identifier (symbology.h). */
#include "station/symbology.h"
#include <stddef.h>

const char symbology_names[] = "aztec|codabar|code11|code39|code93|code128|databar|datamatrix|"
			       "dotcode|ean|hanxin|itf|maxicode|msi|pdf417|qr|telepen|2of5";

/* In the order of the names; ean is UPC too, databar the composites, pdf417 MicroPDF417, and 2of5
 * (R and S) all that is not interleaved. */
static const char letters[][3] = {"z", "F", "H", "A", "G", "C", "e", "d", "J",
				  "E", "h", "I", "U", "M", "L", "Q", "B", "RS"};

uint32_t symbology_bit(const char *aim)
{
	for (size_t i = 0; aim[0] && i < sizeof(letters) / sizeof(letters[0]); i++)
		if (aim[0] == letters[i][0] || aim[0] == letters[i][1])
			return UINT32_C(1) << i;
	return 0;
}
