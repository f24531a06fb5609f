/* labels.c - the label formats (labels.d): read at the start and at SIGHUP. A bad file is told, and
 * the last good formats stay; at the start the packaged ones do. */
#include "io/confdir.h"
#include "io/log.h"
#include "station.h"

static void use(struct station *s, struct formats *f)
{
	s->settings.labels.formats = f->count ? f : NULL;
	s->labels_used = f;
	if (f->count)
		log_info("%u label formats, version %s", f->count, f->version);
	else
		log_warning("no label formats in %s: only the site's own labels are known",
			    s->packaged);
}

static void refused(const char *why, const char *instead)
{
	log_write(LOG_LEVEL_ERROR, LOG_LABELS_REFUSED, "%s; %s", why, instead);
}

int labels_open(struct station *s)
{
	struct settings_error error;
	struct formats *f = &s->formats[0];

	s->labels_bad = !confdir_labels(s->config, s->packaged, true, f, &error);
	if (s->labels_bad)
		refused(error.text, "the packaged label formats are used");
	if (s->labels_bad && !confdir_labels(s->config, s->packaged, false, f, &error)) {
		refused(error.text, "only the site's own labels are known");
		formats_init(f);
		formats_finish(f);
	}
	use(s, f);
	return 0;
}

void labels_reload(struct station *s)
{
	struct formats *f = &s->formats[s->labels_used == &s->formats[0] ? 1 : 0];
	struct settings_error error;

	s->labels_bad = !confdir_labels(s->config, s->packaged, true, f, &error);
	if (s->labels_bad)
		refused(error.text, "the label formats stay as they were");
	else
		use(s, f);
}
