/* labels.c - the label formats (labels.d) and the site's reasons: read at the start, and at SIGHUP
 * by a thread, since the loop waits for no disk. A bad file is told, and the last good ones stay;
 * at the start the packaged formats do, and codes go without texts. */
#include "io/confdir.h"
#include "io/log.h"
#include "station.h"
#include <errno.h>
#include <string.h>

static void use(struct station *s, struct formats *f)
{
	s->settings.labels.formats = f->count ? f : NULL;
	s->labels.used = f;
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

/* The reasons that are not in force; the thread's while it runs. */
static struct reasons *spare_reasons(struct station *s)
{
	return &s->labels.reasons[s->settings.reasons == &s->labels.reasons[0] ? 1 : 0];
}

static bool read_reasons(struct station *s)
{
	return !s->settings.reasons_file[0] ||
	       confdir_reasons(s->settings.reasons_file, spare_reasons(s),
			       &s->labels.reasons_error);
}

/* Whether others are in force now. */
static bool use_reasons(struct station *s, bool good)
{
	const struct reasons *was = s->settings.reasons;
	const char *instead = was ? "the texts stay as they were" : "codes go without texts";

	s->labels.reasons_bad = !good;
	if (!good) {
		log_write(LOG_LEVEL_ERROR, LOG_REASONS_REFUSED, "%s; %s",
			  s->labels.reasons_error.text, instead);
	} else if (s->settings.reasons_file[0]) {
		s->settings.reasons = spare_reasons(s);
		log_info("%u reasons, version %s", s->settings.reasons->count,
			 s->settings.reasons->version);
	}
	return s->settings.reasons != was &&
	       (!was || strcmp(was->version, s->settings.reasons->version) != 0);
}

int labels_open(struct station *s)
{
	struct station_labels *l = &s->labels;
	struct formats *f = &l->formats[0];

	l->bad = !confdir_labels(s->config, s->packaged, true, f, &l->error);
	if (l->bad)
		refused(l->error.text, "the packaged label formats are used");
	if (l->bad && !confdir_labels(s->config, s->packaged, false, f, &l->error)) {
		refused(l->error.text, "only the site's own labels are known");
		formats_init(f);
		formats_finish(f);
	}
	use(s, f);
	(void)use_reasons(s, read_reasons(s));
	return 0;
}

/* The set that is not in force; the thread's while it runs. */
static struct formats *spare(struct station_labels *l)
{
	return &l->formats[l->used == &l->formats[0] ? 1 : 0];
}

static void read_files(void *user)
{
	struct station *s = user;
	struct station_labels *l = &s->labels;

	l->good = confdir_labels(s->config, s->packaged, true, spare(l), &l->error);
	l->reasons_good = read_reasons(s);
}

/* Whether others are in force now. */
static bool use_formats(struct station *s, bool good)
{
	const struct formats *was = s->labels.used;

	s->labels.bad = !good;
	if (good)
		use(s, spare(&s->labels));
	else
		refused(s->labels.error.text, "the label formats stay as they were");
	return strcmp(was->version, s->labels.used->version) != 0;
}

static void on_read(void *user)
{
	struct station *s = user;
	struct station_labels *l = &s->labels;
	struct moment now = moments_now(s);
	bool formats, reasons;

	formats = use_formats(s, l->good);
	reasons = use_reasons(s, l->reasons_good);
	/* What is scanned from here on is read by these: the journal says so first. */
	if (formats || reasons) {
		bench_labels(&s->bench, &now, &s->out);
		station_act(s);
	}
	station_status_soon(s);
	if (l->again)
		labels_reload(s);
}

void labels_reload(struct station *s)
{
	struct station_labels *l = &s->labels;
	int r;

	l->again = l->reading.running;
	if (l->again)
		return;
	r = errand_begin(&l->reading, s->loop, read_files, on_read, s);
	if (r == 0)
		return;
	l->bad = true;
	refused(strerror(-r), "the label formats stay as they were");
}

void labels_close(struct station *s)
{
	errand_end(&s->labels.reading);
}
