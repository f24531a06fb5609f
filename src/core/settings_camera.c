/* settings_camera.c - what settings say of a camera, read by its program too. */
#include "station/settings.h"
#include <string.h>

bool settings_camera_size(const char *text, size_t len, uint32_t *width, uint32_t *height)
{
	const char *x = len > 0 ? memchr(text, 'x', len) : NULL;
	uint64_t w, h;

	if (!x || !text_read_u64(text, (size_t)(x - text), SETTINGS_SIDE, &w) ||
	    !text_read_u64(x + 1, len - (size_t)(x - text) - 1, SETTINGS_SIDE, &h) ||
	    w < SETTINGS_SIDE_LEAST || h < SETTINGS_SIDE_LEAST || w * h > SETTINGS_PIXELS)
		return false;
	*width = (uint32_t)w;
	*height = (uint32_t)h;
	return true;
}

static size_t control_name(const char *word, size_t len)
{
	size_t n = 0;

	while (n < len && ((word[n] >= 'a' && word[n] <= 'z') || word[n] == '_' ||
			   (word[n] >= '0' && word[n] <= '9')))
		n++;
	return n;
}

int settings_camera_control(const char **list, struct settings_control *out)
{
	const char *word, *at = *list;
	size_t len = settings_word(&at, &word), n = control_name(word, len), minus;
	uint64_t value;

	if (len == 0)
		return 0;
	minus = n + 1 < len && word[n + 1] == '-';
	if (n == 0 || n >= sizeof(out->name) || n == len || word[n] != '=' ||
	    !text_read_u64(word + n + 1 + minus, len - n - 1 - minus, INT32_MAX, &value))
		return -1;
	memcpy(out->name, word, n);
	out->name[n] = '\0';
	out->value = minus ? -(int32_t)value : (int32_t)value;
	*list = at;
	return 1;
}

static bool has_photos(const struct settings_scanner *s)
{
	return s->photos != SETTINGS_YES || s->photo_side != SETTINGS_PHOTO_SIDE ||
	       s->photo_quality != SETTINGS_PHOTO_QUALITY || s->photo_space != SETTINGS_PHOTO_SPACE;
}

const char *settings_camera_wrong(const struct settings_scanner *s)
{
	if (s->kind != SETTINGS_CAMERA)
		return s->command[0] || s->size[0] || s->pixels[0] || s->controls[0] || s->itf ||
				       has_photos(s)
			       ? "has a command, size, pixels, controls, itf or photos, which only "
				 "a scanner of kind = camera has"
			       : NULL;
	if (s->device[0] && s->command[0])
		return "has a device and a command; a camera has one of them";
	if (s->device[0])
		return s->pixels[0] ? "has pixels, which is for a command; a device tells its own"
				    : NULL;
	if (s->command[0] == '\0')
		return "has neither device = PATH nor command = ..., which writes the camera's "
		       "frames";
	if (s->controls[0])
		return "has controls, which is for a device; tell the command itself";
	return s->size[0] ? NULL : "has no size = WIDTHxHEIGHT of the command's frames";
}

void settings_camera_socket(const struct settings *s, struct text *t)
{
	text_put(t, s->runtime_dir);
	text_put(t, "/camera/labels.sock");
}
