/* setup.c - the camera of the station's settings (setup.h). */
#include "setup.h"
#include "io/confdir.h"
#include "station/reading.h"
#include "station/symbology.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int refuse(const char *words)
{
	(void)fprintf(stderr, "station-camera: %s\n", words);
	return EX_CONFIG;
}

/* The site's key is none of the camera's business: it may not even be able to read it. */
static bool is_of_key(const struct settings *s, const struct settings_error *error)
{
	size_t len = strlen(s->key_file);

	return len > 0 && strncmp(error->text, s->key_file, len) == 0;
}

/* What of the decoder's symbologies the settings want; 0 = all. */
static uint32_t allowed_of(uint32_t symbologies)
{
	struct reading_label label = {.len = 0};
	uint32_t allowed = 0;

	for (unsigned i = 0; i < READING_SYMBOLOGIES; i++) {
		label.symbology = (enum reading_symbology)i;
		if (symbologies == 0 || symbologies & symbology_bit(reading_aim(&label) + 1))
			allowed |= 1U << i;
	}
	return allowed;
}

static bool feed_of(const struct settings_scanner *camera, struct feed_is *is)
{
	const char *size = camera->size[0] ? camera->size : SETTINGS_CAMERA_SIZE;

	is->device = camera->device[0] ? camera->device : NULL;
	is->controls = camera->controls;
	is->command = camera->command;
	is->pixels = feed_pixels_of(camera->pixels);
	return settings_camera_size(size, strlen(size), &is->width, &is->height);
}

int setup_read(struct setup *s, const char *config, const char *socket, struct live_is *is)
{
	struct settings_error error = {0};
	struct text path = text_over(s->socket, sizeof(s->socket));
	const struct settings_scanner *camera = NULL;

	if (!confdir_settings(config, &s->settings, &error) && !is_of_key(&s->settings, &error))
		return refuse(error.text);
	for (unsigned i = 0; i < s->settings.scanners; i++)
		if (s->settings.scanner[i].kind == SETTINGS_CAMERA)
			camera = &s->settings.scanner[i];
	if (!camera)
		return refuse("the settings have no camera: [scanner NAME] kind = camera");
	settings_camera_socket(&s->settings, &path);
	if (!feed_of(camera, &is->feed))
		return refuse("the camera's frames have no size");
	is->socket = socket ? socket : s->socket;
	is->photo_side = camera->photo_side;
	is->photo_quality = camera->photo_quality;
	is->allowed = allowed_of(camera->symbologies);
	is->itf = camera->itf ? camera->itf : READING_ITF_14;
	if (is->allowed == 0)
		return refuse(
			"none of the symbologies that the settings want can be read by a camera");
	return 0;
}
