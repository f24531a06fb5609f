/* doctor_camera.c - stationctl doctor's check of the camera: how well it sees, as station-camera
 * has told the running station (sight.h). */
#include "doctor.h"
#include "station/sight.h"
#include <string.h>

static bool has_camera(const struct settings *s)
{
	for (unsigned i = 0; i < s->scanners; i++)
		if (s->scanner[i].kind == SETTINGS_CAMERA)
			return true;
	return false;
}

static long long number_of(const json_t *sight, const char *key)
{
	return (long long)json_integer_value(json_object_get(sight, key));
}

static bool is(const json_t *sight, const char *key, const char *word)
{
	const char *value = json_string_value(json_object_get(sight, key));

	return value && strcmp(value, word) == 0;
}

static void by_focus(const json_t *sight, struct doctor_row *row)
{
	long long edge = number_of(sight, "edge");

	if (is(sight, "focus", "sharp"))
		doctor_say(row, DOCTOR_OK, "sharp: black becomes white in %lld.%lld pixels",
			   edge / 10, edge % 10);
	else if (is(sight, "focus", "blurred"))
		doctor_say(row, DOCTOR_WARN,
			   "blurred: black becomes white in %lld.%lld pixels, and %d are the most: "
			   "set its focus (controls in station.conf(5)), or its distance",
			   edge / 10, edge % 10, SIGHT_EDGE / 10);
	else
		doctor_say(row, DOCTOR_SKIPPED,
			   "focus not judged: put a label under it, wait 3 seconds, then again");
}

static void by_light(const json_t *sight, struct doctor_row *row)
{
	if (is(sight, "light", "dark"))
		doctor_say(row, DOCTOR_WARN,
			   "too dark: its brightest places have level %lld of 255, and %d is the "
			   "least: more light, or exposure",
			   number_of(sight, "bright"), SIGHT_DARK);
	else if (is(sight, "light", "bright"))
		doctor_say(row, DOCTOR_WARN,
			   "too bright: %lld %% of the picture are plain white, and %d %% are the "
			   "most: less light, or exposure",
			   number_of(sight, "blown"), SIGHT_BLOWN);
	else if (is(sight, "light", "fine"))
		doctor_say(row, DOCTOR_OK, "light is fine");
}

static void by_dirt(const json_t *sight, struct doctor_row *row)
{
	if (is(sight, "dirt", "spot"))
		doctor_say(row, DOCTOR_WARN,
			   "a spot stays where it is, %lld %% from the left and %lld %% from the "
			   "top: wipe the lens, and look for what stands in front of it",
			   number_of(sight, "spot_x"), number_of(sight, "spot_y"));
	else if (is(sight, "dirt", "film"))
		doctor_say(row, DOCTOR_WARN,
			   "a veil lies over all of it, even ink is grey: wipe the lens, and look "
			   "for a lamp that shines into it");
	else if (is(sight, "dirt", "none"))
		doctor_say(row, DOCTOR_OK, "no dirt was seen");
}

void doctor_camera(struct doctor *d, struct doctor_row *row)
{
	const json_t *camera = json_object_get(d->status, "camera");
	json_t *sight = json_object_get(camera, "sight");

	if (!has_camera(d->settings)) {
		doctor_say(row, DOCTOR_SKIPPED, "none is set up");
	} else if (!d->status) {
		doctor_say(row, DOCTOR_SKIPPED,
			   "not checked: how well it sees, only a running stationd can tell");
	} else if (!json_is_true(json_object_get(camera, "present"))) {
		doctor_say(row, DOCTOR_SKIPPED, "not checked: it gives no frames");
	} else if (!json_is_object(sight)) {
		doctor_say(row, DOCTOR_SKIPPED, "it has not told yet how well it sees");
	} else {
		(void)json_object_set(row->fields, "sight", sight);
		by_focus(sight, row);
		by_light(sight, row);
		by_dirt(sight, row);
	}
}
