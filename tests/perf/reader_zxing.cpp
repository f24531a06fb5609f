/* reader_zxing.cpp - ZXing-C++ (1.4, Debian 12) for the measurement beside station-camera; the product has none of it. */
#define ZX_USE_UTF8
#include "reader.h"
#include <ZXing/ReadBarcode.h>
#include <cstring>

using namespace ZXing;

/* One code only: asked for all, 1.4 ends itself at some pictures. */
int reader_zxing(const uint8_t *pixels, int width, int height, struct reader_text *out)
{
	DecodeHints hints;

	hints.setTryHarder(true).setTryRotate(true).setTryDownscale(true).setFormats(BarcodeFormat::LinearCodes | BarcodeFormat::QRCode);
	Result r = ReadBarcode(ImageView(pixels, width, height, ImageFormat::Lum), hints);
	if (!r.isValid())
		return 0;
	std::string text = r.text(), name = ToString(r.format());
	out->len = text.size() < sizeof(out->text) ? text.size() : sizeof(out->text);
	std::memcpy(out->text, text.data(), out->len);
	std::strncpy(out->symbology, name.c_str(), sizeof(out->symbology) - 1);
	return 1;
}
