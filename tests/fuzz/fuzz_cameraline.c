/* fuzz_cameraline.c - any bytes as what a camera's socket brings, in pieces of any size: what is
 * taken apart is within its bounds, and no byte of a label is lost, doubled or made up. */
#include "station/cameraline.h"
#include <stdbool.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count {
	size_t labels, photos, bad, sights;
	uint64_t sum;
};

static void take(const uint8_t *data, size_t size, size_t piece, struct count *n)
{
	struct cameraline c = {0};

	for (size_t from = 0; from < size; from += piece) {
		size_t len = size - from < piece ? size - from : piece, at = 0;

		while (at < len) {
			struct cameraline_piece is;
			const uint8_t *p = data + from + at;
			size_t took = cameraline_take(&c, p, len - at, &is);

			if (took == 0 || took > len - at ||
			    (is.kind == CAMERALINE_PHOTO_COMES && is.bytes > CAMERALINE_PHOTO) ||
			    (is.kind == CAMERALINE_SIGHT && is.sight.report.blown > 100))
				abort();
			for (size_t i = 0; is.kind == CAMERALINE_LABEL && i < took; i++)
				n->sum = n->sum * 31 + p[i];
			n->labels += is.kind == CAMERALINE_LABEL ? took : 0;
			n->photos += is.kind == CAMERALINE_PHOTO_COMES;
			n->bad += is.kind == CAMERALINE_PHOTO_BAD;
			n->sights += is.kind == CAMERALINE_SIGHT;
			at += took;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct count whole = {0}, pieces = {0};
	size_t piece = size > 0 ? (size_t)data[0] % 97 + 1 : 1;

	take(data, size, size ? size : 1, &whole);
	take(data, size, piece, &pieces);
	if (whole.labels != pieces.labels || whole.photos != pieces.photos ||
	    whole.bad != pieces.bad || whole.sights != pieces.sights || whole.sum != pieces.sum)
		abort();
	return 0;
}
