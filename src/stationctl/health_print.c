/* health_print.c - the ten lines on paper and on a terminal (health.h), and what a status tells
 * besides them: who it is, lamps, list, formats, queue, the journal's marks. */
#include "clean.h"
#include "health.h"
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define SUBJECT 12 /* columns */
#define NARROW	40 /* below it nothing is wrapped */

static const char *const subjects[HEALTH_LINES] = {
	[HEALTH_PANEL] = "panel",
	[HEALTH_SCANNER] = "scanner",
	[HEALTH_CAMERA] = "camera",
	[HEALTH_JOURNAL] = "journal",
	[HEALTH_BACKLOG] = "backlog",
	[HEALTH_CLOCK] = "clock",
	[HEALTH_CERTIFICATE] = "certificate",
	[HEALTH_DISK] = "disk",
	[HEALTH_EXPORT] = "last export",
};

unsigned health_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col ? size.ws_col : 80;
}

/* How many columns a word takes; what is no character is printed as one '?'. */
static unsigned width(const char *at, size_t len)
{
	mbstate_t state = {0};
	unsigned columns = 0;

	while (len > 0) {
		wchar_t c;
		size_t n = mbrtowc(&c, at, len, &state);
		int w = 1;

		if (n == 0 || n > len) {
			n = 1;
			state = (mbstate_t){0};
		} else {
			w = wcwidth(c);
		}
		columns += w > 0 ? (unsigned)w : 1;
		at += n;
		len -= n;
	}
	return columns;
}

static void put_wrapped(FILE *f, const char *text, unsigned at, unsigned columns)
{
	const unsigned indent = SUBJECT;
	bool begun = false;

	for (;;) {
		size_t len = strcspn(text, " ");
		unsigned wide = width(text, len);

		if (begun && at + 1 + wide > columns) {
			fprintf(f, "\n%*s", (int)indent, "");
			at = indent;
		} else if (begun) {
			putc(' ', f);
			at++;
		}
		clean_print(f, text, len);
		at += wide;
		begun = true;
		text += len;
		if (!*text)
			return;
		text++;
	}
}

void health_put(FILE *f, const struct health *r, enum health_line line, unsigned columns)
{
	if (subjects[line])
		fprintf(f, "%-*s", SUBJECT, subjects[line]);
	put_wrapped(f, r->line[line], subjects[line] ? SUBJECT : 0,
		    columns < NARROW ? ~0u : columns);
	putc('\n', f);
}

static void say(FILE *f, const char *subject)
{
	fprintf(f, "%-*s", SUBJECT, subject);
}

static void say_program(FILE *f, const json_t *root)
{
	say(f, "stationd");
	clean_puts(f, health_text_of(root, "version"));
	fprintf(f, ", pid %lld, board ", health_number_of(root, "pid"));
	clean_puts(f, health_text_of(root, "board"));
	fputs(", status of ", f);
	clean_puts(f, health_text_of(root, "at"));
	putc('\n', f);
}

static void say_lamps(FILE *f, const json_t *root)
{
	json_t *lamps = json_object_get(root, "lamps"), *value;
	const char *name, *between = "";

	say(f, "lamps");
	json_object_foreach(lamps, name, value)
	{
		const char *pattern = json_string_value(value);

		if (!pattern || strcmp(pattern, "off") == 0)
			continue;
		fputs(between, f);
		clean_puts(f, name);
		putc(' ', f);
		clean_puts(f, pattern);
		between = ", ";
	}
	fputs(*between ? "\n" : "all dark\n", f);
}

static void say_journal(FILE *f, const json_t *root)
{
	const json_t *journal = json_object_get(root, "journal");

	say(f, "journal");
	clean_puts(f, health_text_of(journal, "id"));
	putc('\n', f);
	say(f, "head");
	clean_puts(f, health_text_of(journal, "head"));
	putc('\n', f);
}

static void say_line(FILE *f, const json_t *root)
{
	const json_t *hq = json_object_get(root, "headquarters");

	if (!health_text_of(hq, "url"))
		return;
	say(f, "line");
	clean_puts(f, health_text_of(hq, "line"));
	fputs(", ", f);
	clean_puts(f, health_text_of(hq, "url"));
	if (health_text_of(hq, "last_ok")) {
		fputs(", last answer ", f);
		clean_puts(f, health_text_of(hq, "last_ok"));
	}
	putc('\n', f);
}

static void say_expected(FILE *f, const json_t *root)
{
	const json_t *expected = json_object_get(root, "expected");
	const json_t *returns = json_object_get(expected, "returns");

	say(f, "expected");
	if (json_is_integer(returns))
		fprintf(f, "%lld returns on the list", (long long)json_integer_value(returns));
	else
		fputs("no list yet: every return is taken and marked no-list", f);
	if (health_text_of(expected, "file")) {
		fputs(", file ", f);
		clean_puts(f, health_text_of(expected, "file"));
	}
	putc('\n', f);
}

/* A station of an older version says nothing of them. */
static void say_table(FILE *f, const json_t *root, const char *subject, const char *count,
		      const char *what)
{
	const json_t *table = json_object_get(root, subject);

	if (!json_is_object(table))
		return;
	say(f, subject);
	fprintf(f, "%lld %s", health_number_of(table, count), what);
	if (health_text_of(table, "version")) {
		fputs(", version ", f);
		clean_puts(f, health_text_of(table, "version"));
	}
	if (health_is(table, "refused"))
		fputs("; the file on disk is REFUSED", f);
	putc('\n', f);
}

void health_rest(FILE *f, const json_t *root)
{
	const json_t *queue = json_object_get(root, "queue");

	say_program(f, root);
	say_lamps(f, root);
	say_journal(f, root);
	say_line(f, root);
	say_expected(f, root);
	say_table(f, root, "labels", "formats", "formats");
	say_table(f, root, "reasons", "count", "reasons");
	say(f, "queue");
	fprintf(f, "%lld scans waiting; scanners were held back %lld times\n",
		health_number_of(queue, "waiting"), health_number_of(queue, "held_back"));
}
