/* doctor_line.c - stationctl doctor's checks of what reaches beyond the board: the clock (F1),
 * headquarters, certificates (F14). */
#include "doctor.h"
#include "io/certificate.h"
#include "io/journal.h"
#include "io/loop.h"
#include "io/uplink_probe.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 10000
#define FIRST_MS   1700000000000 /* 2023-11: nothing of ours is older */

/* The newest time on record; 0 = none that we can read. */
static int64_t newest(const struct settings *s)
{
	char path[CTL_PATH];
	struct journal_report report = {0};
	struct journal_reader *reader;
	struct journal_look look = {0};

	(void)snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, s->state_dir);
	if (journal_reader_open(&reader, path, &report) < 0)
		return 0;
	if (journal_reader_look(reader, 0, &look) < 0)
		look.newest_ms = 0;
	journal_reader_close(reader);
	return look.newest_ms;
}

void doctor_clock(struct doctor *d, struct doctor_row *row)
{
	int64_t floor_ms = newest(d->settings);
	struct loop *loop;
	struct moment now;
	char at[32];
	struct text t = text_over(at, sizeof(at));
	int r = loop_open(&loop);

	if (r < 0) {
		doctor_say(row, DOCTOR_FAIL, "%s", strerror(-r));
		return;
	}
	now = loop_moment(loop);
	loop_close(loop);
	text_time(&t, now.wall_ms);
	doctor_flag(row, "trusted", now.trusted);
	doctor_word(row, "at", at);
	if (now.wall_ms < FIRST_MS)
		doctor_say(
			row, DOCTOR_WARN,
			"it stands at %.10s: this board has no battery clock, and no time source "
			"has answered since boot; inspections go on, but certificates seem not "
			"yet valid until it is set",
			at);
	else if (floor_ms > now.wall_ms)
		doctor_say(row, DOCTOR_WARN,
			   "it says %.16sZ, but the journal's newest event is later: one of both "
			   "was wrong",
			   at);
	else
		doctor_say(row, DOCTOR_OK, "%.16sZ", at);
	if (now.trusted)
		doctor_say(row, DOCTOR_OK, "set by a time source");
	else
		doctor_say(row, DOCTOR_WARN,
			   "no time source has set it since boot: see that systemd-timesyncd or "
			   "chrony runs and reaches its servers; times are marked untrusted "
			   "meanwhile");
}

/* What to do, by what it is. */
static const char *remedy(const struct uplink_probe *p)
{
	switch (p->kind) {
	case SYNC_DENIED:
		return p->status == 401 ? "it does not know this certificate"
		       : p->status ? "is this certificate's name (CN) the station's, and is it "
				     "not revoked?"
				   : "";
	case SYNC_LINE:
		return "is the cable in, the name right, is there a proxy?";
	case SYNC_BUSY:
	case SYNC_SERVER:
		return "headquarters has trouble of its own: try again";
	case SYNC_NONSENSE:
	case SYNC_REFUSED:
		return "is that url headquarters?";
	case SYNC_TLS: /* of headquarters' certificate the words say all */
		if (strncmp(p->why, "TLS ", 4) == 0)
			return "perhaps it does not take this station's certificate: has it expired, "
			       "is it revoked, or from an authority that headquarters does not know?";
		break;
	case SYNC_ACKED:
	case SYNC_GAP:
	case SYNC_FORK:
	case SYNC_TOO_LARGE:
		break;
	}
	return "";
}

static const char *kind_word(enum sync_kind kind)
{
	switch (kind) {
	case SYNC_ACKED:
		return "good";
	case SYNC_DENIED:
		return "denied";
	case SYNC_LINE:
		return "line";
	case SYNC_TLS:
		return "tls";
	case SYNC_BUSY:
	case SYNC_SERVER:
		return "server";
	case SYNC_GAP:
	case SYNC_FORK:
	case SYNC_TOO_LARGE:
	case SYNC_REFUSED:
	case SYNC_NONSENSE:
		break;
	}
	return "nonsense";
}

/* Files that only the station may read. True: one was told. */
static bool files_denied(const struct settings_headquarters *hq, struct doctor_row *row)
{
	const char *const files[] = {hq->cert_file, hq->key_file, hq->ca_file, hq->crl_file};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i][0] && access(files[i], R_OK) < 0 &&
		    doctor_denied(row, -errno, files[i], false))
			return true;
	return false;
}

void doctor_headquarters(struct doctor *d, struct doctor_row *row)
{
	const struct settings_headquarters *hq = &d->settings->hq;
	struct uplink_config config = {.url = hq->url,
				       .ca_file = hq->ca_file,
				       .cert_file = hq->cert_file,
				       .key_file = hq->key_file,
				       .crl_file = hq->crl_file,
				       .proxy = hq->proxy,
				       .software = STATION_VERSION,
				       .timeout_ms = TIMEOUT_MS};
	struct uplink_probe probe;
	const char *what;
	int r;

	if (!hq->url[0]) {
		doctor_say(row, DOCTOR_SKIPPED, "none is set up ([headquarters] url)");
		return;
	}
	doctor_word(row, "url", hq->url);
	if (files_denied(hq, row))
		return;
	r = uplink_probe(&config, &probe);
	if (r < 0) {
		doctor_say(row, DOCTOR_FAIL, "%s", strerror(-r));
		return;
	}
	doctor_word(row, "line", kind_word(probe.kind));
	if (probe.status)
		doctor_number(row, "http", probe.status);
	if (!probe.good) {
		what = remedy(&probe);
		doctor_say(row, DOCTOR_FAIL, "%s%s%s", probe.why, what[0] ? "; " : "", what);
	} else {
		doctor_number(row, "ms", (int64_t)probe.took_ms);
		doctor_say(row, DOCTOR_OK, "%s answered in %llu ms, knows this station", hq->url,
			   (unsigned long long)probe.took_ms);
	}
	if (probe.server.until_ms)
		doctor_expiry(row, "its certificate", "", probe.server.from_ms,
			      probe.server.until_ms);
}

void doctor_certificate(struct doctor *d, struct doctor_row *row)
{
	const char *path = d->settings->hq.cert_file;
	struct expiry is;
	int r;

	if (!d->settings->hq.url[0]) {
		doctor_say(row, DOCTOR_SKIPPED, "no headquarters is set up: none is needed");
		return;
	}
	doctor_word(row, "file", path);
	r = certificate_read(path, &is);
	if (doctor_denied(row, r, path, false))
		return;
	if (r < 0)
		doctor_say(row, DOCTOR_FAIL, "%s: %s", path,
			   r == -EBADMSG ? "is no certificate in PEM"
			   : r == -EFBIG ? "is too large for a certificate"
					 : strerror(-r));
	else
		doctor_expiry(row, "this station's certificate", "", is.from_ms, is.until_ms);
}
