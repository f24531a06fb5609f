/* cameraline.c - what station-camera writes to stationd, taken apart (cameraline.h). */
#include "station/cameraline.h"
#include "station/text.h"
#include <string.h>

static bool is_own(uint8_t byte)
{
	return byte == '!' || byte == '#';
}

static bool photo_read(const char *text, size_t len, struct cameraline_piece *out)
{
	const char *gap = memchr(text, ' ', len);
	size_t first = gap ? (size_t)(gap - text) : len;

	return gap && text_read_u64(text, first, UINT64_MAX, &out->number) &&
	       text_read_u64(gap + 1, len - first - 1, CAMERALINE_PHOTO, &out->bytes);
}

static enum cameraline_kind own_read(const struct cameraline *c, struct cameraline_piece *out)
{
	bool photo = c->own[0] == '#';

	if (photo)
		return c->len <= sizeof(c->own) && photo_read(c->own + 1, c->len - 1, out)
			       ? CAMERALINE_PHOTO_COMES
			       : CAMERALINE_PHOTO_BAD;
	return c->len <= sizeof(c->own) && sight_line_read(c->own, c->len, &out->sight)
		       ? CAMERALINE_SIGHT
		       : CAMERALINE_NOTHING;
}

/* Up to the line's end, if it is there. */
static size_t own_take(struct cameraline *c, const uint8_t *bytes, size_t len,
		       struct cameraline_piece *out)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			c->at = CAMERALINE_AT_BEGIN;
			out->kind = own_read(c, out);
			return i + 1;
		}
		if (c->len < sizeof(c->own))
			c->own[c->len] = (char)bytes[i];
		c->len += c->len <= sizeof(c->own);
	}
	return len;
}

size_t cameraline_take(struct cameraline *c, const uint8_t *bytes, size_t len,
		       struct cameraline_piece *out)
{
	size_t i = 0;

	out->kind = CAMERALINE_NOTHING;
	if (c->at == CAMERALINE_AT_BEGIN && len > 0 && is_own(bytes[0])) {
		c->at = CAMERALINE_IN_OWN;
		c->len = 0;
	}
	if (c->at == CAMERALINE_IN_OWN)
		return own_take(c, bytes, len, out);
	while (i < len && !(c->at == CAMERALINE_AT_BEGIN && is_own(bytes[i]))) {
		c->at = bytes[i] == '\n' ? CAMERALINE_AT_BEGIN : CAMERALINE_IN_LABEL;
		i++;
	}
	out->kind = CAMERALINE_LABEL;
	return i;
}
