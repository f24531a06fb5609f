/* script.c - plays a .scan file: timed labels and contacts in, transcript out. Its words:
 *   set SECTION.KEY = VALUE     a setting; before the first timed line
 *   labels FILE                 formats of the other labels (labels.d); several may be given
 *   list LINE                   a line of the list of expected returns (CSV), the header first
 *   key none                    the station has no site key
 *   +MS scan TEXT               C escapes; {KIND CODE} is a label of ours, check characters made
 *   +MS press|release BUTTON
 *   +MS found BUTTON            it is down already when it is first looked at
 *   +MS tap BUTTON [MS]
 *   +MS disk held|ok|broken     appends wait, are answered, fail
 *   +MS disk found-broken       the journal says so by itself
 *   +MS lookup held|ok|broken   what is known of a label: likewise
 *   +MS fault N raised|cleared
 *   +MS lost                    a part of a scan never arrived
 *   +MS stick none|copying|take-out|refused
 *   +MS link off|sync|offline|person
 *   +MS show                    the view, as it is now
 *   +MS crash                   power cut: a new bench resumes from the journal
 *   +MS restart                 the same after a stop
 *   +MS reboot                  power cut of a board without a battery clock: another boot, 1970
 *   +MS clock trusted|untrusted [MS]   the wall clock jumps; whether a time source vouches for it
 *   +MS time                    what time it is, and of the last event
 *   +MS stop, +MS wait
 */
#include "script.h"
#include "station/formats.h"
#include <stdlib.h>
#include <string.h>

struct script {
	struct world w;
	struct parcel_csv csv;
	struct formats formats;
	bool begun;
	bool has_header;
	const char *file;
	unsigned line;
};

static void die(const struct script *s, const char *what)
{
	(void)fprintf(stderr, "%s:%u: %s\n", s->file, s->line, what);
	exit(2);
}

static void set(struct script *s, char *rest)
{
	struct settings_reader reader;
	struct settings_error error;
	char section[80], *dot = strchr(rest, '.');

	if (!dot)
		die(s, "set wants SECTION.KEY = VALUE");
	*dot = '\0';
	if (snprintf(section, sizeof(section), "[%s]", rest) >= (int)sizeof(section))
		die(s, "too long");
	settings_reader_init(&reader, &s->w.settings, s->file);
	if (!settings_line(&reader, section, strlen(section), &error) ||
	    !settings_line(&reader, dot + 1, strlen(dot + 1), &error))
		die(s, error.text);
}

/* {return 0001234} and the like become the label's text. */
static void expand(const struct script *s, const char *in, char *out, size_t cap)
{
	static const enum label_kind kinds[] = {LABEL_RETURN, LABEL_HOUSE, LABEL_COMMAND,
						LABEL_REASON, LABEL_BADGE};
	struct text t = text_over(out, cap);

	while (*in) {
		const char *end = *in == '{' ? strchr(in, '}') : NULL;
		char word[64], label[LABEL_MAX + 1], *code;
		bool made = false;

		if (!end || (size_t)(end - in) > sizeof(word)) {
			text_char(&t, *in++);
			continue;
		}
		memcpy(word, in + 1, (size_t)(end - in) - 1);
		word[end - in - 1] = '\0';
		code = strchr(word, ' ');
		if (!code)
			die(s, "a label is {KIND CODE}");
		*code++ = '\0';
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (strcmp(word, label_kind_name(kinds[i])) == 0)
				made = label_make(&s->w.settings.labels, kinds[i], code, label,
						  sizeof(label));
		if (!made)
			die(s, "no such label can be made");
		text_put(&t, label);
		in = end + 1;
	}
	if (t.full)
		die(s, "too long");
}

static void list(struct script *s, const char *rest)
{
	struct parcel_csv_error error;
	struct parcel_row row;
	char line[PARCEL_CSV_LINE];
	bool empty = false;

	expand(s, rest, line, sizeof(line));
	if (!s->has_header) {
		if (!parcel_csv_header(&s->csv, line, strlen(line), &error))
			die(s, error.text);
		s->has_header = s->w.has_list = true;
		return;
	}
	if (!parcel_csv_row(&s->csv, line, strlen(line), &row, &empty, &error))
		die(s, error.text);
	world_row(&s->w, &row);
}

static void labels(struct script *s, const char *path)
{
	struct formats_reader reader;
	struct settings_error error;
	FILE *f = fopen(path, "re");
	char text[1100];

	if (!f)
		die(s, "the labels cannot be read");
	if (!s->w.settings.labels.formats)
		formats_init(&s->formats);
	formats_read_init(&reader, &s->formats, path);
	while (fgets(text, sizeof(text), f))
		if (!formats_read_line(&reader, text, strcspn(text, "\n"), &error))
			die(s, error.text);
	(void)fclose(f);
	if (!formats_read_end(&reader, &error))
		die(s, error.text);
	formats_finish(&s->formats);
	/* The files' hash is theirs to change. */
	(void)text_copy(s->formats.version, sizeof(s->formats.version), "script");
	s->w.settings.labels.formats = &s->formats;
}

static void scan(struct script *s, const char *text)
{
	char expanded[4 * SCAN_MAX];
	uint8_t bytes[SCAN_MAX];
	size_t len = 0;

	expand(s, text, expanded, sizeof(expanded));
	if (!text_unescape(expanded, strlen(expanded), bytes, sizeof(bytes), &len) || !len)
		die(s, "cannot read the scan's escapes");
	world_scan(&s->w, bytes, len, (uint32_t)len);
}

static void tap(struct script *s, char *rest)
{
	char *ms = strchr(rest, ' ');
	enum panel_button b;

	if (ms)
		*ms++ = '\0';
	b = panel_button_find(rest);
	if (b == PANEL_BUTTONS)
		die(s, "no such button");
	world_contact(&s->w, b, true);
	world_until(&s->w, s->w.now.mono_ms + (ms ? strtoul(ms, NULL, 10) : 80));
	world_contact(&s->w, b, false);
}

static void in_fault(struct bench *b, const struct moment *now, struct bench_out *out, int n)
{
	bench_fault(b, (uint8_t)(n / 2), n & 1, now, out);
}

static void in_found(struct bench *b, const struct moment *now, struct bench_out *out, int n)
{
	bench_button_found(b, (enum panel_button)n, now, out);
}

static void in_lost(struct bench *b, const struct moment *now, struct bench_out *out, int n)
{
	(void)n;
	bench_scan_lost(b, now, out);
}

static void in_stick(struct bench *b, const struct moment *now, struct bench_out *out, int n)
{
	bench_stick(b, (enum checklist_stick)n, now, out);
}

static void in_link(struct bench *b, const struct moment *now, struct bench_out *out, int n)
{
	bench_link(b, (enum checklist_link)n, now, out);
}

static int find(const struct script *s, const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	die(s, "no such word");
	return -1;
}

static void fault(struct script *s, char *rest)
{
	char *how = strchr(rest, ' ');

	if (!how)
		die(s, "fault wants a number and raised or cleared");
	world_input(&s->w, in_fault, atoi(rest) * 2 + (strcmp(how + 1, "raised") == 0 ? 1 : 0));
}

static void set_clock(struct script *s, const char *rest)
{
	const char *by = strchr(rest, ' ');

	if (strncmp(rest, "trusted", 7) != 0 && strncmp(rest, "untrusted", 9) != 0)
		die(s, "clock wants trusted or untrusted");
	world_clock(&s->w, by ? strtoll(by, NULL, 10) : 0, rest[0] == 't');
}

static void timed(struct script *s, const char *word, char *rest)
{
	static const char *const sticks[] = {"none", "copying", "take-out", "refused"};
	static const char *const links[] = {"off", "sync", "offline", "person"};

	if (strcmp(word, "scan") == 0)
		scan(s, rest);
	else if (strcmp(word, "press") == 0 && panel_button_find(rest) != PANEL_BUTTONS)
		world_contact(&s->w, panel_button_find(rest), true);
	else if (strcmp(word, "release") == 0 && panel_button_find(rest) != PANEL_BUTTONS)
		world_contact(&s->w, panel_button_find(rest), false);
	else if (strcmp(word, "found") == 0 && panel_button_find(rest) != PANEL_BUTTONS)
		world_input(&s->w, in_found, (int)panel_button_find(rest));
	else if (strcmp(word, "tap") == 0)
		tap(s, rest);
	else if (strcmp(word, "disk") == 0)
		world_disk(&s->w, rest);
	else if (strcmp(word, "fault") == 0)
		fault(s, rest);
	else if (strcmp(word, "lost") == 0)
		world_input(&s->w, in_lost, 0);
	else if (strcmp(word, "stick") == 0)
		world_input(&s->w, in_stick, find(s, sticks, 4, rest));
	else if (strcmp(word, "link") == 0)
		world_input(&s->w, in_link, find(s, links, 4, rest));
	else if (strcmp(word, "crash") == 0)
		world_restart(&s->w, "power cut");
	else if (strcmp(word, "restart") == 0)
		world_restart(&s->w, "restart");
	else if (strcmp(word, "reboot") == 0)
		world_reboot(&s->w);
	else if (strcmp(word, "clock") == 0)
		set_clock(s, rest);
	else if (strcmp(word, "time") == 0)
		world_time(&s->w);
	else if (strcmp(word, "lookup") == 0)
		world_lookup(&s->w, rest);
	else if (strcmp(word, "show") == 0)
		(void)fprintf(s->w.transcript, "          show %s\n", s->w.shown);
	else if (strcmp(word, "stop") == 0)
		world_stop(&s->w, "signal");
	else if (strcmp(word, "wait") != 0)
		die(s, "what is that? See script.c for the words");
}

static void line(struct script *s, char *text)
{
	char *word, *rest;

	if (text[0] == '#' || text[0] == '\0')
		return;
	if (strncmp(text, "set ", 4) == 0) {
		set(s, text + 4);
		return;
	}
	if (strncmp(text, "list ", 5) == 0) {
		list(s, text + 5);
		return;
	}
	if (strncmp(text, "labels ", 7) == 0) {
		labels(s, text + 7);
		return;
	}
	if (strcmp(text, "key none") == 0) {
		s->w.settings.labels.has_key = false;
		return;
	}
	if (text[0] != '+')
		die(s, "a line begins with set, labels, list, key, # or +MS");
	if (!s->begun) {
		world_start(&s->w);
		s->begun = true;
	}
	world_until(&s->w, s->w.now.mono_ms + strtoul(text + 1, &word, 10));
	while (*word == ' ')
		word++;
	rest = strchr(word, ' ');
	if (rest)
		*rest++ = '\0';
	(void)fprintf(s->w.transcript, "%8llu> %s%s%s\n",
		      (unsigned long long)(s->w.now.mono_ms - s->w.began), word, rest ? " " : "",
		      rest ? rest : "");
	timed(s, word, rest ? rest : word + strlen(word));
}

void script_play(const char *path, FILE *transcript)
{
	static struct script s;
	FILE *f = fopen(path, "re");
	char text[8192];

	memset(&s, 0, sizeof(s));
	world_init(&s.w, transcript);
	s.file = path;
	if (!f)
		die(&s, "cannot be read");
	while (fgets(text, sizeof(text), f)) {
		s.line++;
		text[strcspn(text, "\n")] = '\0';
		line(&s, text);
	}
	(void)fclose(f);
	world_free(&s.w);
}
