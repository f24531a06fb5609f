/* settings_finish.c - whether settings that were read fit each other, and name what a station can't
 * be without (settings.h). */
#include "station/settings.h"
#include "settings_value.h"
#include "station/text.h"
#include "words.h"
#include <string.h>

static bool refuse_whole(const char *where, const char *words, struct settings_error *error)
{
	struct text t = words_where(error->text, sizeof(error->text), where);

	text_put(&t, ": ");
	text_put(&t, words);
	return false;
}

static bool refuse_scanner(const char *where, const struct settings_scanner *scanner,
			   const char *words, const struct settings_scanner *other,
			   struct settings_error *error)
{
	struct text t = words_where(error->text, sizeof(error->text), where);

	text_put(&t, ": [scanner ");
	text_put(&t, scanner->name);
	text_put(&t, "] ");
	text_put(&t, words);
	if (other) {
		text_put(&t, " [scanner ");
		text_put(&t, other->name);
		text_put(&t, "]");
	}
	return false;
}

static bool scanners_fit(const struct settings *s, const char *where, struct settings_error *error)
{
	for (unsigned i = 0; i < s->scanners; i++) {
		const struct settings_scanner *a = &s->scanner[i];
		const char *wrong = settings_camera_wrong(a);

		if (wrong)
			return refuse_scanner(where, a, wrong, NULL, error);
		if (a->kind != SETTINGS_CAMERA && a->device[0] == '\0')
			return refuse_scanner(where, a, "has no device = PATH", NULL, error);
		if (a->kind != SETTINGS_HID && strcmp(a->gs_key, "none") != 0)
			return refuse_scanner(where, a,
					      "has a gs_key, which only a scanner of kind = hid "
					      "types",
					      NULL, error);
		for (unsigned j = 0; j < i; j++) {
			if (a->kind == SETTINGS_CAMERA && s->scanner[j].kind == a->kind)
				return refuse_scanner(
					where, a, "is a second camera; a station has one, besides",
					&s->scanner[j], error);
			if (a->device[0] && strcmp(a->device, s->scanner[j].device) == 0)
				return refuse_scanner(where, a, "has the same device as",
						      &s->scanner[j], error);
		}
	}
	return true;
}

/* Without a url the section is asleep, so that one line switches the line to headquarters off. */
static bool headquarters_fits(const struct settings *s, const char *where,
			      struct settings_error *error)
{
	if (s->hq.url[0] == '\0')
		return true;
	if (s->hq.cert_file[0] == '\0' || s->hq.key_file[0] == '\0')
		return refuse_whole(
			where,
			"[headquarters] has a url, but cert_file or key_file is missing: "
			"this station's certificate and its key",
			error);
	if (s->expected_file[0] != '\0')
		return refuse_whole(
			where,
			"[expected] file and [headquarters] url exclude each other: the "
			"list comes from headquarters",
			error);
	return true;
}

bool settings_finish(struct settings *s, const char *where, struct settings_error *error)
{
	const struct shape *shape = &s->labels.rma;

	if (s->station[0] == '\0')
		return refuse_whole(where, "[station] name = ... is missing: this bench's name",
				    error);
	if (s->labels.site[0] == '\0')
		return refuse_whole(where,
				    "[site] name = ... is missing: 2 to 8 capital letters and "
				    "digits for this site",
				    error);
	if (s->labels.rma_rule != CHECK_NONE &&
	    (shape->parts == 0 || shape->part[shape->parts - 1].class != 'c'))
		return refuse_whole(where,
				    "[labels] rma_shape has to end in %c, the check character; if "
				    "the numbers have none, set rma_check = none",
				    error);
	return headquarters_fits(s, where, error) && scanners_fit(s, where, error);
}
