/* settings_camera.c - what settings say of a camera, read by its program too. */
#include "station/settings.h"
#include <string.h>

#define SIDE_LEAST 16

bool settings_camera_size(const char *text, size_t len, uint32_t *width, uint32_t *height)
{
	const char *x = len > 0 ? memchr(text, 'x', len) : NULL;
	uint64_t w, h;

	if (!x || !text_read_u64(text, (size_t)(x - text), SETTINGS_SIDE, &w) ||
	    !text_read_u64(x + 1, len - (size_t)(x - text) - 1, SETTINGS_SIDE, &h) ||
	    w < SIDE_LEAST || h < SIDE_LEAST || w * h > SETTINGS_PIXELS)
		return false;
	*width = (uint32_t)w;
	*height = (uint32_t)h;
	return true;
}

void settings_camera_socket(const struct settings *s, struct text *t)
{
	text_put(t, s->runtime_dir);
	text_put(t, "/camera/labels.sock");
}
