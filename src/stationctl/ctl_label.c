/* ctl_label.c - stationctl label: says what the station makes of a scan, or makes the text of a
 * barcode to print. Works without a station. */
#include "ctl.h"
#include "io/confdir.h"
#include "rules.h"
#include "station/formats.h"
#include "station/gs1.h"
#include "station/label.h"
#include "station/scan.h"
#include "station/text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LABELS STATION_SHARE "/labels.d"

/* Longest typed line; a scan longer than SCAN_MAX is still named, as overlong. */
#define LABEL_LINE 65536

enum label_option { LABEL_MAKE, LABEL_SITE, LABEL_KEYFILE, LABEL_FORMATS, LABEL_OPTIONS };

static const struct args_option label_options[LABEL_OPTIONS] = {
	[LABEL_MAKE] = {"make", "KIND",
			"print the text to put on a barcode: return, house, "
			"command, reason or badge",
			0},
	[LABEL_SITE] = {"site", "NAME", "the site's name, instead of the settings' one", 0},
	[LABEL_FORMATS] = {"labels", "DIR",
			   "folder of the packaged label formats instead of " LABELS, 0},
	[LABEL_KEYFILE] = {"key", "FILE", "file of the site's key, instead of the settings' one",
			   0},
};

/* --- naming --- */

static void put_member(struct text *t, const char *key, const char *value)
{
	text_json(t, key, strlen(key));
	text_char(t, ':');
	text_json(t, value, strlen(value));
}

static void put_reading(struct text *t, const struct label *l)
{
	put_member(t, "kind", label_kind_name(l->kind));
	text_char(t, ',');
	put_member(t, "id", l->id);
	text_char(t, ',');
	put_member(t, "check", label_check_name(l->check));
	if (!l->format || l->kind == LABEL_UNKNOWN)
		return;
	text_char(t, ',');
	put_member(t, "format", l->format->name);
	text_char(t, ',');
	put_member(t, "carrier", l->format->carrier);
	text_char(t, ',');
	put_member(t, "carrier_zh", l->format->carrier_zh);
}

static void put_tie(struct text *t, const struct label *l)
{
	if (l->tie)
		text_put(t, ",\"tie\":true");
}

static void name_scan(const struct label_rules *rules, const struct scan *scan)
{
	static struct label candidate[LABEL_CANDIDATES];
	static char line[16384], raw[4 * SCAN_MAX + 1];
	size_t count = label_candidates(rules, scan, candidate);
	struct text t = text_over(line, sizeof(line)), r = text_over(raw, sizeof(raw));

	text_escape(&r, scan->bytes, scan->len);
	text_char(&t, '{');
	put_member(&t, "raw", raw);
	text_char(&t, ',');
	put_reading(&t, &candidate[0]);
	put_tie(&t, &candidate[0]);
	text_put(&t, ",\"candidates\":[");
	for (size_t i = 0; i < count; i++) {
		text_put(&t, i ? ",{" : "{");
		put_reading(&t, &candidate[i]);
		put_tie(&t, &candidate[i]);
		if (candidate[i].fault != LABEL_FAULT_NONE) {
			text_char(&t, ',');
			put_member(&t, "fault", label_fault_name(candidate[i].fault));
		}
		text_char(&t, '}');
	}
	text_put(&t, "]}");
	puts(line);
}

/* A line that is no scan is answered too, so that answers stay beside their questions. */
static void name_error(unsigned long number, const char *what)
{
	char line[512];
	struct text t = text_over(line, sizeof(line));

	text_put(&t, "{\"raw\":\"\",\"kind\":\"unknown\",\"id\":\"\",\"check\":\"none\","
		     "\"candidates\":[],");
	put_member(&t, "error", what);
	text_char(&t, '}');
	puts(line);
	ctl_error("label: line %lu: %s", number, what);
}

/* Goes the way of the wire, so that a suffix that the scanner sends may be in the line. */
static bool name_line(const struct label_rules *rules, const char *line, size_t len,
		      unsigned long number)
{
	static uint8_t bytes[LABEL_LINE];
	struct framer framer;
	size_t count;

	if (!text_unescape(line, len, bytes, sizeof(bytes), &count)) {
		name_error(number,
			   "broken escape; known are \\\\ \\\" \\n \\r \\t \\0 \\xHH \\NNN");
		return false;
	}
	framer_init(&framer, 0);
	for (size_t i = 0; i < count; i++)
		if (framer_feed(&framer, bytes[i], 0) == FRAMER_SCAN)
			name_scan(rules, &framer.scan);
	if (framer_feed(&framer, '\n', 0) == FRAMER_SCAN)
		name_scan(rules, &framer.scan);
	return true;
}

static int name_all(const struct label_rules *rules)
{
	static char line[LABEL_LINE];
	unsigned long number = 1;
	size_t len = 0;
	int c, code = CTL_FINE;

	setvbuf(stdout, NULL, _IOLBF, 0); /* an answer a question, also through a pipe */
	do {
		c = getchar();
		if (c != '\n' && c != EOF) {
			if (len < sizeof(line))
				line[len] = (char)c;
			if (len <= sizeof(line))
				len++;
			continue;
		}
		if (len > sizeof(line)) {
			name_error(number, "the line is too long");
			code = CTL_WRONG;
		} else if (!name_line(rules, line, len, number)) {
			code = CTL_WRONG;
		}
		len = 0;
		number++;
	} while (c != EOF && !ferror(stdout));
	if (ferror(stdin)) {
		ctl_error("label: can't read the input: %s", strerror(errno));
		return CTL_GONE;
	}
	return code;
}

/* --- making --- */

static const struct {
	const char *wants;
	enum label_kind kind;
	bool keyed;
} label_kinds[] = {
	{"the return number without its check character", LABEL_RETURN, false},
	{"a serial number, 0 to 99999999 (and a site's name)", LABEL_HOUSE, false},
	{"one of RECEIVING, PARCELDONE, BADGEOUT, ACCEPT", LABEL_COMMAND, true},
	{"a code of 1 to 16 capital letters and digits", LABEL_REASON, true},
	{"an id of 1 to 16 capital letters and digits", LABEL_BADGE, true},
};
#define LABEL_KINDS (sizeof(label_kinds) / sizeof(label_kinds[0]))

static int label_print(const struct label_rules *rules, const char *kind, const char *code)
{
	char out[LABEL_MAX + 1];
	size_t i = 0;

	while (i < LABEL_KINDS && strcmp(label_kind_name(label_kinds[i].kind), kind) != 0)
		i++;
	if (i == LABEL_KINDS) {
		ctl_error("label: no kind '%s'; known are return, house, command, reason, badge",
			  kind);
		return CTL_USAGE;
	}
	if (label_kinds[i].keyed && !rules->has_key) {
		ctl_error("label: a %s barcode is signed with the site's key; give --key FILE, or "
			  "--config FILE with key_file in it",
			  kind);
		return CTL_WRONG;
	}
	if (!label_make(rules, label_kinds[i].kind, code, out, sizeof(out))) {
		ctl_error("label: can't make a %s of '%s'; wanted is %s", kind, code,
			  label_kinds[i].wants);
		return CTL_WRONG;
	}
	puts(out);
	return CTL_FINE;
}

/* --- rules --- */

/* A bad file is refused here too: what the station would make of a scan is not known then. */
static bool label_formats(struct ctl *ctl)
{
	static struct formats formats;
	static char beside[CONFDIR_PATH];
	const char *packaged = ctl->own.value[LABEL_FORMATS];
	struct settings_error error;

	if (!packaged)
		packaged = confdir_labels_packaged(LABELS, beside);
	if (!confdir_labels(ctl->global.value[CTL_CONFIG], packaged, true, &formats, &error)) {
		ctl_error("label: %s", error.text);
		return false;
	}
	ctl->settings.labels.formats = &formats;
	return true;
}

static int label_run(struct ctl *ctl)
{
	struct label_rules *rules = &ctl->settings.labels;
	const char *const *value = ctl->own.value;
	int code;

	if (!value[LABEL_MAKE] != !ctl->words.count) {
		ctl_error("label: --make KIND and a CODE go together");
		return CTL_USAGE;
	}
	code = rules_read(ctl, "label", value[LABEL_SITE], value[LABEL_KEYFILE]);
	if (code != CTL_FINE)
		return code;
	if (value[LABEL_MAKE])
		return label_print(rules, value[LABEL_MAKE], ctl->words.word[0]);
	if (!label_formats(ctl))
		return CTL_GONE;
	return name_all(rules);
}

const struct ctl_command ctl_label = {
	.name = "label",
	.usage = "[--site NAME] [--key FILE] [--labels DIR] [--make KIND CODE]",
	.summary = "name raw scans from standard input, a line each, or make the text of a barcode",
	.options = {label_options, LABEL_OPTIONS},
	.words_most = 1,
	.run = label_run,
};
