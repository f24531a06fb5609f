/* ctl_report.c - stationctl report: a journal, or the exports of a station, as report.html on
 * standard output. */
#include "ctl.h"
#include "io/confdir.h"
#include "io/journal.h"
#include "io/zone.h"
#include "lines.h"
#include "report/page.h"
#include "stick.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REPORT_PAGE 1024

enum { REPORT_ZONE, REPORT_OPTIONS };
static const struct args_option report_options[REPORT_OPTIONS] = {
	[REPORT_ZONE] = {"zone", "NAME", "time zone of its days, instead of the station's", 0},
};

struct making {
	struct report *report;
	struct report_config config;
	struct journal_reader *reader; /* of a database */
	uint64_t until;		       /* events that were there when it began */
	uint64_t seen;
	bool alone; /* the station's own journal, and it has no headquarters */
	uint64_t unreadable;
	bool left_out; /* exports */
	int err;
};

/* --- events --- */

static bool goods_of(struct making *m, const struct event_view *e, struct parcel_unit *goods)
{
	char label[LABEL_MAX + 1];
	int found;

	if (!m->reader || e->kind != EVENT_INSPECTION_FINAL || e->line == 0 ||
	    !event_span_copy(&e->label, label, sizeof(label)))
		return false;
	found = journal_reader_goods(m->reader, label, e->line, e->unit, goods);
	if (found < 0)
		m->err = found;
	return found == 1;
}

static bool report_line(void *user, const char *line, size_t len)
{
	struct parcel_unit goods;
	struct report_product product = {goods.product, goods.title};
	struct making *m = user;
	struct event_view e;

	if (len > EVENT_LINE_MAX || event_read(line, len, &e) != EVENT_OK) {
		m->unreadable++;
		return true;
	}
	report_event(m->report, &e, goods_of(m, &e, &goods) ? &product : NULL);
	return m->err == 0;
}

static bool report_row(void *user, uint64_t seq, const char *line, size_t len,
		       const uint8_t hash[EVENT_HASH])
{
	struct making *m = user;

	(void)hash;
	if (seq > m->until)
		return false;
	m->seen = seq;
	return report_line(m, line, len);
}

/* Page by page, so that a station that is at work is not kept from its own journal. */
static int report_rows(struct making *m)
{
	int n;

	do {
		n = journal_reader_lines(m->reader, m->seen, REPORT_PAGE, report_row, m);
	} while (n == REPORT_PAGE && m->seen < m->until && m->err == 0);
	return n < 0 ? n : m->err;
}

static int report_journal(struct making *m, const char *path)
{
	struct journal_report said = {0};
	struct journal_look look;
	int err = journal_reader_open(&m->reader, path, &said);

	if (err) {
		ctl_error("report: %s", said.text[0] ? said.text : strerror(-err));
		return CTL_GONE;
	}
	err = journal_reader_look(m->reader, 0, &look);
	if (!err) {
		if (look.damage[0])
			ctl_error("report: %s is damaged: %s; the figures are of what can be read",
				  path, look.damage);
		m->until = look.seq;
		m->alone = m->alone && look.acked == 0;
		m->config.acked_known = !m->alone;
		m->config.acked = look.acked;
		report_init(m->report, &m->config);
		err = report_rows(m);
	}
	journal_reader_close(m->reader);
	m->reader = NULL;
	if (!err)
		return CTL_FINE;
	ctl_error("report: can't read %s: %s", path, strerror(-err));
	return CTL_GONE;
}

/* Whose exports they are: a report is of one station. */
static bool report_whose(struct making *m, const struct stick *s, const char *path)
{
	const struct stick_export *one = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct stick_export *e = &s->export[i];

		if (e->kind != STICK_TOLD) {
			m->left_out = true;
			ctl_error("report: left out, because it %s: %s",
				  e->kind == STICK_SEALED ? "is encrypted"
							  : "has no manifest that can be read",
				  e->path[0] ? e->path : path);
		} else if (!one) {
			one = e;
		} else if (strcmp(one->manifest.station, e->manifest.station) != 0) {
			ctl_error("report: %s has exports of more than one station, as %s and %s: "
				  "name the folder of one",
				  path, one->manifest.station, e->manifest.station);
			return false;
		}
	}
	if (!one)
		ctl_error("report: %s holds no export that can be read", path);
	return one != NULL;
}

static int report_stick(struct making *m, int folder, const char *path)
{
	const struct stick_export *failed = NULL;
	struct stick stick;
	int err = stick_look(&stick, folder), code = CTL_GONE;

	if (!err && report_whose(m, &stick, path)) {
		report_init(m->report, &m->config);
		err = stick_events(&stick, folder, report_line, m, &failed);
		code = err ? CTL_GONE : CTL_FINE;
	}
	if (err)
		ctl_error("report: can't read %s: %s",
			  failed && *failed->path ? failed->path : path, strerror(-err));
	stick_free(&stick);
	return code;
}

static int report_walk(struct making *m, const char *path)
{
	static struct lines lines;
	bool database = false;
	struct stat st = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;
	int err = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (!err && S_ISDIR(st.st_mode)) {
		code = report_stick(m, fd, path);
		close(fd);
		return code;
	}
	err = err ? err : ctl_is_database(fd, &database);
	if (!err && !database) {
		report_init(m->report, &m->config);
		err = lines_read(&lines, fd, EVENT_LINE_MAX, report_line, m);
	}
	if (fd >= 0)
		close(fd);
	if (err)
		ctl_error("report: can't read %s: %s", path, strerror(-err));
	else if (database)
		return report_journal(m, path);
	return err ? CTL_GONE : CTL_FINE;
}

/* --- the page --- */

static bool report_zone(struct ctl *ctl, const struct report *r, struct page_options *o)
{
	const char *asked = ctl->own.value[REPORT_ZONE];

	o->zone = asked ? asked : r->timezone;
	o->offset_s = zone_offset;
	if (o->zone[0] == '\0')
		o->zone = "UTC";
	if (zone_use(o->zone))
		return true;
	if (asked) {
		ctl_error("report: --zone '%s': this machine knows no such time zone; wanted is a "
			  "name as Europe/Amsterdam",
			  asked);
		return false;
	}
	o->zone_unknown = r->timezone;
	o->zone = "UTC";
	return true;
}

/* Without a file that can be read, the report has codes only. */
static const struct reasons *report_reasons(struct ctl *ctl)
{
	static struct reasons reasons;
	struct settings_error error;
	const char *path = ctl->settings.reasons_file;

	if (!path[0])
		return NULL;
	if (confdir_reasons(path, &reasons, &error))
		return &reasons;
	ctl_error("report: it has codes without words: %s", error.text);
	return NULL;
}

static int report_print(struct ctl *ctl, struct making *m)
{
	struct page_options o = {.version = "stationctl " STATION_VERSION};
	int err;

	if (m->report->events == 0) {
		ctl_error("report: there is no event in it");
		return CTL_WRONG;
	}
	o.unreadable = m->unreadable;
	o.alone = m->alone;
	o.reasons = report_reasons(ctl);
	report_end(m->report);
	if (!report_zone(ctl, m->report, &o))
		return CTL_USAGE;
	err = page_write(stdout, m->report, &o);
	if (err && err != -EPIPE) {
		ctl_error("report: can't write the page: %s", strerror(-err));
		return CTL_GONE;
	}
	return m->unreadable || m->left_out ? CTL_WRONG : CTL_FINE;
}

static int report_make(struct ctl *ctl, struct making *m, const char *path)
{
	int code;

	m->config.inspectors = ctl->settings.inspectors == SETTINGS_YES;
	m->config.deadline_h = ctl->settings.deadline_h;
	m->alone = ctl->words.count == 0 && ctl->settings.hq.url[0] == '\0';
	code = report_walk(m, path);
	return code == CTL_FINE ? report_print(ctl, m) : code;
}

static int report_run(struct ctl *ctl)
{
	struct making m = {.report = NULL};
	char path[CTL_PATH];
	struct timespec now;
	int code;

	if (isatty(STDOUT_FILENO)) {
		ctl_error(
			"report: this is HTML; send it to a file: stationctl report >report.html");
		return CTL_USAGE;
	}
	if (!ctl_settings(ctl) ||
	    (ctl->words.count == 0 && !ctl_state_path(ctl, JOURNAL_FILE, path)))
		return CTL_GONE;
	clock_gettime(CLOCK_REALTIME, &now);
	m.config.now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	m.report = malloc(sizeof(*m.report));
	if (!m.report) {
		ctl_error("report: %s", strerror(ENOMEM));
		return CTL_GONE;
	}
	code = report_make(ctl, &m, ctl->words.count ? ctl->words.word[0] : path);
	free(m.report);
	return code;
}

const struct ctl_command ctl_report = {
	.name = "report",
	.usage = "[--zone NAME] [STICK|FILE|DB] >report.html",
	.summary = "a journal in figures: one page that opens in any browser",
	.options = {report_options, REPORT_OPTIONS},
	.words_most = 1,
	.run = report_run,
};
