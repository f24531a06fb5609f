/* gate.c - who may take an export by plugging in a stick (gate.h). */
#include "gate.h"
#include "io/cms.h"
#include "io/journal.h"
#include "io/stickfile.h"
#include "station/slip.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BADGE_MS   60000
#define STATUS	   "status.json"
#define STATUS_MAX 65536

static bool refuse(char why[GATE_WHY], const char *words, const char *more)
{
	(void)snprintf(why, GATE_WHY, "%s%s%.200s", words, more ? ": " : "", more ? more : "");
	return false;
}

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- badge --- */

/* When a supervisor's badge was scanned last, on the clock that counts since the start; -1: never.
 */
static int64_t badge_at(const char *runtime)
{
	int fd = open(runtime, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = fd;
	uint8_t *bytes = NULL;
	size_t len;
	json_t *status;
	json_int_t at = -1;

	if (fd >= 0) {
		rc = stickfile_whole(fd, STATUS, STATUS_MAX, &bytes, &len);
		(void)close(fd);
	}
	if (rc < 0)
		return -1;
	status = json_loadb((const char *)bytes, len, JSON_REJECT_DUPLICATES, NULL);
	free(bytes);
	if (json_unpack(status, "{s:{s:I}}", "supervisor", "mono_ms", &at) != 0)
		at = -1;
	json_decref(status);
	return at;
}

static bool badge_look(const struct options *o, char why[GATE_WHY])
{
	int64_t at, now = clock_ms(CLOCK_MONOTONIC);

	if (!o->settings.badges[0])
		return refuse(why, "[export] badges names no supervisor", NULL);
	at = badge_at(o->runtime);
	if (at < 0 || at > now || now - at > BADGE_MS)
		return refuse(why, "no supervisor's badge was scanned within the minute before",
			      NULL);
	return true;
}

/* --- key --- */

/* The clock, or the journal's newest event if that is later: a board without a battery may think
 * that it is long ago (F1). So a token that is over is at least not taken once the journal has
 * events from behind its end; and a bench without any time, which needs the stick most, is not shut
 * out. */
static int64_t now_at_least(const struct options *o)
{
	struct journal_report report;
	struct journal_reader *reader = NULL;
	struct journal_look look = {.newest_ms = 0};
	int64_t now = clock_ms(CLOCK_REALTIME);

	if (journal_reader_open(&reader, o->journal, &report) == 0 &&
	    journal_reader_look(reader, 0, &look) < 0)
		look.newest_ms = 0;
	journal_reader_close(reader);
	return now > look.newest_ms ? now : look.newest_ms;
}

static bool token_look(const struct options *o, const uint8_t *json, size_t len, const uint8_t *der,
		       size_t der_len, char why[GATE_WHY])
{
	struct slip_token token;
	struct cms_signer signer;
	struct cms_why words;

	if (cms_verify_by(o->settings.token_file, json, len, der, der_len, &signer, &words) !=
	    CMS_GOOD)
		return refuse(why, "its token is refused", words.text);
	if (!slip_token_read((const char *)json, len, &token))
		return refuse(why, "its token is signed, but is none", NULL);
	if (strcmp(token.site, o->settings.labels.site) != 0)
		return refuse(why, "its token is of another site", token.site);
	if (token.until_ms <= now_at_least(o))
		return refuse(why, "its token has expired", token.until);
	return true;
}

static bool key_look(const struct options *o, char why[GATE_WHY])
{
	int fd = open(o->order.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : 0;
	uint8_t *json = NULL, *der = NULL;
	size_t len = 0, der_len = 0;
	bool may;

	if (!rc)
		rc = stickfile_whole(fd, SLIP_TOKEN, SLIP_TOKEN_MAX, &json, &len);
	if (!rc)
		rc = stickfile_whole(fd, SLIP_TOKEN SLIP_SIGNATURE, SLIP_SIGNED, &der, &der_len);
	if (fd >= 0)
		(void)close(fd);
	if (rc == -ENOENT)
		may = refuse(why, "there is no token of the site on it (stationctl token)", NULL);
	else if (rc)
		may = refuse(why, "its token can't be read", strerror(-rc));
	else
		may = token_look(o, json, len, der, der_len, why);
	free(json);
	free(der);
	return may;
}

bool gate_look(const struct options *o, char why[GATE_WHY])
{
	switch (o->settings.who) {
	case SETTINGS_WHO_OPEN:
		return true;
	case SETTINGS_WHO_BADGE:
		return badge_look(o, why);
	case SETTINGS_WHO_KEY:
		break;
	}
	if (!o->settings.token_file[0])
		return refuse(why,
			      "[export] token_file does not say who signs tokens (or set who = "
			      "badge or open)",
			      NULL);
	return key_look(o, why);
}
