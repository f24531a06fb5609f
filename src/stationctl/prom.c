/* prom.c - the status in Prometheus's text format (prom.h). What may be asked for an alert is a
 * number; times are told as times, so that whoever asks knows the age. */
#include "prom.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP station_%s %s\n# TYPE station_%s %s\n", name, help, name, type);
}

/* A label's value: UTF-8 without control characters; what is none becomes '?'. */
static void value_of(FILE *f, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	bool good = text_is_utf8(text ? text : "", len);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\\' || c == '"')
			putc('\\', f);
		putc(c < ' ' || c == 0x7f || (c >= 0x80 && !good) ? '?' : c, f);
	}
}

static void label(FILE *f, char before, const char *name, const char *value)
{
	fprintf(f, "%c%s=\"", before, name);
	value_of(f, value);
	putc('"', f);
}

static void number(FILE *f, const char *name, const char *help, long long n)
{
	head(f, name, "gauge", help);
	fprintf(f, "station_%s %lld\n", name, n);
}

static void seconds(FILE *f, const char *name, const char *help, int64_t ms)
{
	if (ms == 0)
		return; /* never, or not known */
	head(f, name, "gauge", help);
	fprintf(f, "station_%s %lld.%03lld\n", name, (long long)(ms / 1000),
		(long long)(ms % 1000 < 0 ? 0 : ms % 1000));
}

static void put_info(FILE *f, const json_t *root)
{
	head(f, "info", "gauge", "Which station this is; always 1.");
	fputs("station_info", f);
	label(f, '{', "station", health_text_of(root, "station"));
	label(f, ',', "site", health_text_of(root, "site"));
	label(f, ',', "version", health_text_of(root, "version"));
	label(f, ',', "board", health_text_of(root, "board"));
	fputs("} 1\n", f);
}

static void put_journal(FILE *f, const json_t *root)
{
	const json_t *j = json_object_get(root, "journal");

	number(f, "journal_works", "Whether it can record.", health_is(j, "works"));
	number(f, "journal_checked", "Whether the check of the whole file is through.",
	       health_is(j, "checked"));
	number(f, "journal_set_aside", "Whether an older journal was set aside.",
	       health_text_of(j, "aside") != NULL);
	number(f, "journal_seq", "The last event; a new journal begins at 1.",
	       health_number_of(j, "seq"));
}

static void put_line(FILE *f, const json_t *root, const struct health_now *now)
{
	static const char *const lines[] = {"good", "offline", "person", "off"};
	const json_t *hq = json_object_get(root, "headquarters");
	const char *line = health_text_of(hq, "line");
	int64_t since = health_time_of(hq, "unsent_since");

	head(f, "line", "gauge", "How the line to headquarters is: one of these is 1.");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fputs("station_line", f);
		label(f, '{', "state", lines[i]);
		fprintf(f, "} %d\n", strcmp(line ? line : "off", lines[i]) == 0);
	}
	if (!line || strcmp(line, "off") == 0)
		return;
	number(f, "backlog_events", "Events that headquarters does not have yet.",
	       health_number_of(hq, "backlog"));
	head(f, "backlog_age_seconds", "gauge", "How old the oldest of them is.");
	fprintf(f, "station_backlog_age_seconds %lld\n",
		since && now->wall_ms > since ? (long long)(now->wall_ms - since) / 1000 : 0);
	seconds(f, "last_answer_timestamp_seconds", "Headquarters' last good answer.",
		health_time_of(hq, "last_ok"));
}

static void put_certificates(FILE *f, const json_t *root)
{
	static const char *const whose[] = {"station", "headquarters"};
	const json_t *all = json_object_get(json_object_get(root, "headquarters"), "certificates");
	bool begun = false;

	for (size_t i = 0; i < sizeof(whose) / sizeof(whose[0]); i++) {
		int64_t until = health_time_of(json_object_get(all, whose[i]), "until");

		if (until == 0)
			continue;
		if (!begun)
			head(f, "certificate_expiry_timestamp_seconds", "gauge",
			     "Until when a certificate is good.");
		begun = true;
		fputs("station_certificate_expiry_timestamp_seconds", f);
		label(f, '{', "whose", whose[i]);
		fprintf(f, "} %lld\n", (long long)(until / 1000));
	}
}

/* A name that comes twice would make the file one that nobody reads. */
static bool is_first(const json_t *list, size_t at, const char *member)
{
	const json_t *one = json_array_get(list, at);
	const char *name = member ? health_text_of(one, member) : json_string_value(one);

	for (size_t i = 0; name && i < at; i++) {
		const json_t *other = json_array_get(list, i);
		const char *text =
			member ? health_text_of(other, member) : json_string_value(other);

		if (text && strcmp(text, name) == 0)
			return false;
	}
	return name != NULL;
}

static void put_lists(FILE *f, const json_t *root)
{
	json_t *scanners = json_object_get(root, "scanners"),
	       *faults = json_object_get(root, "faults");
	json_t *one;
	size_t i;

	if (json_array_size(scanners) > 0)
		head(f, "scanner_present", "gauge", "Whether a scanner is there.");
	json_array_foreach(scanners, i, one)
	{
		if (!is_first(scanners, i, "name"))
			continue;
		fputs("station_scanner_present", f);
		label(f, '{', "scanner", health_text_of(one, "name"));
		fprintf(f, "} %d\n", health_is(one, "present"));
	}
	number(f, "faults", "How many faults there are.", (long long)json_array_size(faults));
	if (json_array_size(faults) > 0)
		head(f, "fault", "gauge", "A fault that there is; always 1.");
	json_array_foreach(faults, i, one)
	{
		if (!is_first(faults, i, NULL))
			continue;
		fputs("station_fault", f);
		label(f, '{', "fault", json_string_value(one));
		fputs("} 1\n", f);
	}
}

static void put_photos(FILE *f, const json_t *root)
{
	const json_t *photos = json_object_get(root, "photos");
	const char *why = health_text_of(photos, "why");

	if (!json_is_object(photos))
		return;
	number(f, "photos_waiting", "Photos that headquarters does not have yet.",
	       health_number_of(photos, "waiting"));
	number(f, "photos_refused", "Photos that headquarters does not take.",
	       health_number_of(json_object_get(root, "headquarters"), "photos_refused"));
	number(f, "photos_bytes", "The size of all photos that are kept.",
	       health_number_of(photos, "bytes"));
	number(f, "photos_space_bytes", "What they may take.", health_number_of(photos, "space"));
	number(f, "photo_missed", "Whether the last fail with a reason has no photo.", why && *why);
}

static void put_rest(FILE *f, const json_t *root, const struct health_now *now)
{
	const json_t *returns = json_object_get(json_object_get(root, "expected"), "returns");
	const json_t *queue = json_object_get(root, "queue");
	const char *clock = health_text_of(root, "clock");

	number(f, "clock_trusted", "Whether a time source has set the clock.",
	       clock && strcmp(clock, "trusted") == 0);
	if (now->disk_size) {
		number(f, "disk_free_bytes", "Room where the journal is.",
		       (long long)now->disk_free);
		number(f, "disk_size_bytes", "The size of that file system.",
		       (long long)now->disk_size);
	}
	if (json_is_integer(returns))
		number(f, "expected_returns", "Returns on the list.",
		       (long long)json_integer_value(returns));
	number(f, "scans_waiting", "Scans that wait for their turn.",
	       health_number_of(queue, "waiting"));
	head(f, "scanners_held_back_total", "counter", "How often scanners were held back.");
	fprintf(f, "station_scanners_held_back_total %lld\n", health_number_of(queue, "held_back"));
	seconds(f, "last_export_timestamp_seconds", "The last export to a stick.",
		health_time_of(json_object_get(root, "export"), "at"));
	seconds(f, "status_timestamp_seconds", "When the station last had something to tell.",
		health_time_of(root, "at"));
}

void prom_put(FILE *f, const json_t *root, const struct health_now *now, const struct health *r)
{
	number(f, "up", "Whether stationd runs.", root != NULL);
	number(f, "well", "Whether nobody is needed, as stationctl status says.",
	       root && r && r->well);
	if (!root)
		return;
	number(f, "ready", "Whether it takes labels and presses.", health_is(root, "ready"));
	put_info(f, root);
	put_journal(f, root);
	put_line(f, root, now);
	put_certificates(f, root);
	put_lists(f, root);
	put_photos(f, root);
	put_rest(f, root, now);
}

/* Whoever reads path meanwhile has the old one, whole. */
int prom_file(const char *path, const json_t *root, const struct health_now *now,
	      const struct health *r)
{
	char fresh[4096];
	int n = snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	int fd, err = 0;
	FILE *f;

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return -ENAMETOOLONG;
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
		(void)unlink(fresh);
		return err;
	}
	prom_put(f, root, now, r);
	errno = 0;
	if (fflush(f) != 0 || fchmod(fd, 0644) != 0)
		err = errno ? -errno : -EIO;
	if (fclose(f) != 0 && !err)
		err = errno ? -errno : -EIO;
	if (!err && rename(fresh, path) != 0)
		err = -errno;
	if (err)
		(void)unlink(fresh);
	return err;
}
