/* ctl_log.c - stationctl log: prints the events of the journal, all or those asked for, for a
 * person or as their very lines; with -f it goes on as events come. */
#include "ctl.h"
#include "clean.h"
#include "follow.h"
#include "since.h"
#include "words.h"
#include "io/journal.h"
#include "station/event.h"
#include "station/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_PAGE 256

enum log_option { LOG_SINCE, LOG_LABEL, LOG_VERDICT, LOG_JSON, LOG_FOLLOW, LOG_OPTIONS };

static const struct args_option log_options[LOG_OPTIONS] = {
	[LOG_SINCE] = {"since", "TIME",
		       "from a time on: 2026-11-23, 2026-11-23T08:00:00Z, 30m, "
		       "8h, 2d",
		       0},
	[LOG_LABEL] = {"label", "ID", "only events of this label and of its inspections", 0},
	[LOG_VERDICT] = {"verdict", "pass|fail", "only verdicts, given or final", 0},
	[LOG_JSON] = {"json", NULL, "print the events' very lines", 0},
	[LOG_FOLLOW] = {"follow", NULL, "go on as events come, until ^C", 'f'},
};

struct log {
	bool json, filtered, terminal;
	bool since;
	int64_t since_ms;
	const char *label; /* as typed, upper case; NULL = any */
	char label_buf[LABEL_MAX + 1];
	const char *verdict;		    /* NULL = any */
	char (*inspection)[EVENT_UUID + 1]; /* those of the label */
	size_t inspections, room;
	uint64_t after; /* last seq that was looked at */
	uint64_t shown;
	bool unreadable, no_memory;
};

/* --- choosing --- */

static bool log_knows(const struct log *l, const struct event_span *inspection)
{
	for (size_t i = 0; i < l->inspections; i++)
		if (event_span_is(inspection, l->inspection[i]))
			return true;
	return false;
}

static bool log_remember(struct log *l, const struct event_span *inspection)
{
	if (inspection->len != EVENT_UUID || log_knows(l, inspection))
		return true;
	if (l->inspections == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		void *grown = reallocarray(l->inspection, room, sizeof(*l->inspection));

		if (!grown) {
			l->no_memory = true;
			return false;
		}
		l->inspection = grown;
		l->room = room;
	}
	memcpy(l->inspection[l->inspections], inspection->at, EVENT_UUID);
	l->inspection[l->inspections++][EVENT_UUID] = '\0';
	return true;
}

/* Of the label itself, or of an inspection that the label opened. */
static bool log_is_label(struct log *l, const struct event_view *e)
{
	if (!event_span_is(&e->label, l->label))
		return log_knows(l, &e->inspection);
	if (e->kind == EVENT_INSPECTION_OPENED)
		return log_remember(l, &e->id);
	return true;
}

static bool log_is_verdict(const struct log *l, const struct event_view *e)
{
	struct event_span verdict;

	return (e->kind == EVENT_INSPECTION_CLOSED || e->kind == EVENT_INSPECTION_FINAL) &&
	       event_data(&e->data, "verdict", &verdict) && event_span_is(&verdict, l->verdict);
}

/* The label goes first: it learns inspections from events that the other filters drop. */
static bool log_wants(struct log *l, const struct event_view *e)
{
	if (l->label && !log_is_label(l, e))
		return false;
	if (l->since && e->at.wall_ms < l->since_ms)
		return false;
	return !l->verdict || log_is_verdict(l, e);
}

/* --- printing --- */

static void log_span(const struct event_span *s)
{
	clean_print(stdout, s->at, s->len);
}

static void log_person(const struct event_view *e)
{
	char at[32], item[16] = "-";
	struct text t = text_over(at, sizeof(at));

	text_time(&t, e->at.wall_ms);
	if (e->line > 0)
		snprintf(item, sizeof(item), "%u.%u", e->line, e->unit);
	printf("%s%c ", at, e->at.trusted ? ' ' : '?');
	log_span(&e->kind_name);
	printf("%*s", e->kind_name.len < 21 ? (int)(21 - e->kind_name.len) : 1, "");
	if (e->label.len > 0)
		log_span(&e->label);
	else
		putchar('-');
	printf(" %s", item);
	words_event(stdout, e);
	if (e->by.len > 0) {
		printf(" by ");
		log_span(&e->by);
	}
	putchar('\n');
}

static bool log_line(void *user, uint64_t seq, const char *line, size_t len,
		     const uint8_t hash[EVENT_HASH])
{
	struct log *l = user;
	struct event_view e;
	enum event_fault fault = event_read(line, len, &e);

	(void)hash;
	l->after = seq;
	if (fault != EVENT_OK) {
		ctl_error("log: seq %llu: %s; 'stationctl verify' tells more",
			  (unsigned long long)seq, event_fault_text(fault));
		l->unreadable = true;
		return true;
	}
	if (!log_wants(l, &e))
		return !l->no_memory;
	l->shown++;
	if (!l->json) {
		log_person(&e);
	} else {
		if (l->terminal)
			clean_print(stdout, line, len);
		else
			fwrite(line, 1, len, stdout);
		putchar('\n');
	}
	return !ferror(stdout);
}

/* --- reading --- */

/* All there is now. Returns 0 or -errno. */
static int log_read(struct log *l, struct journal_reader *reader)
{
	int n;

	do {
		n = journal_reader_lines(reader, l->after, LOG_PAGE, log_line, l);
	} while (n == LOG_PAGE && !ferror(stdout) && !l->no_memory);
	if (l->no_memory)
		return -ENOMEM;
	return n < 0 ? n : 0;
}

static int log_open_reader(struct journal_reader **reader, const char *path)
{
	struct journal_report report = {0};
	int err = journal_reader_open(reader, path, &report);

	if (err)
		ctl_error("%s", report.text[0] ? report.text : strerror(-err));
	return err;
}

static int log_follow(struct log *l, struct journal_reader **reader, const char *path)
{
	struct follow follow;
	int err = follow_open(&follow, path);

	while (!err) {
		if (fflush(stdout) != 0)
			break;
		switch (follow_wait(&follow)) {
		case FOLLOW_STOP:
			follow_close(&follow);
			return 0;
		case FOLLOW_OTHER_FILE: /* the station set this journal aside */
			journal_reader_close(*reader);
			*reader = NULL;
			l->after = 0;
			err = log_open_reader(reader, path);
			if (!err)
				err = log_read(l, *reader);
			break;
		case FOLLOW_MORE:
			err = log_read(l, *reader);
			break;
		}
	}
	follow_close(&follow);
	return err;
}

static bool log_filters(struct log *l, const struct ctl *ctl)
{
	const char *const *value = ctl->own.value;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	l->json = value[LOG_JSON] != NULL;
	l->terminal = isatty(STDOUT_FILENO);
	l->filtered = value[LOG_SINCE] || value[LOG_LABEL] || value[LOG_VERDICT];
	l->since = value[LOG_SINCE] != NULL;
	l->verdict = value[LOG_VERDICT];
	if (l->since && !since_read(value[LOG_SINCE], (int64_t)now.tv_sec * 1000, &l->since_ms)) {
		ctl_error(
			"log: --since '%s': wanted is a time as 2026-11-23, 2026-11-23T08:00:00Z, "
			"30m, 8h or 2d",
			value[LOG_SINCE]);
		return false;
	}
	if (l->verdict && strcmp(l->verdict, "pass") != 0 && strcmp(l->verdict, "fail") != 0) {
		ctl_error("log: --verdict '%s': wanted is pass or fail", l->verdict);
		return false;
	}
	if (!value[LOG_LABEL])
		return true;
	l->label = l->label_buf;
	if (!text_copy(l->label_buf, sizeof(l->label_buf), value[LOG_LABEL])) {
		ctl_error("log: --label: a label has at most %d characters", LABEL_MAX);
		return false;
	}
	for (char *p = l->label_buf; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return true;
}

static int log_run(struct ctl *ctl)
{
	struct log l = {0};
	struct journal_reader *reader = NULL;
	char path[CTL_PATH];
	int err, code = CTL_FINE;

	if (!log_filters(&l, ctl))
		return CTL_USAGE;
	if (!ctl_state_path(ctl, JOURNAL_FILE, path) || log_open_reader(&reader, path))
		return CTL_GONE;
	err = log_read(&l, reader);
	if (!err && ctl->own.value[LOG_FOLLOW])
		err = log_follow(&l, &reader, path);
	if (err) {
		ctl_error("log: can't read %s: %s", path, strerror(-err));
		code = CTL_GONE;
	} else if (l.unreadable) {
		code = CTL_WRONG;
	} else if (l.filtered && l.shown == 0 && !ctl->own.value[LOG_FOLLOW]) {
		ctl_error("log: no event is like that");
		code = CTL_WRONG;
	}
	journal_reader_close(reader);
	free(l.inspection);
	return code;
}

const struct ctl_command ctl_log = {
	.name = "log",
	.usage = "[--since TIME] [--label ID] [--verdict pass|fail] [--json] [-f]",
	.summary = "the events of the journal",
	.options = {log_options, LOG_OPTIONS},
	.run = log_run,
};
